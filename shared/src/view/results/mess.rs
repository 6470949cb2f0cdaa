//! What sources send as they please: twice, half flagged, in another order.

mod again;

use super::*;
use crate::document::Kind;
use crate::edit::clinic::ClinicEdit;
use crate::fhir::entry::ChartEntry;
use crate::testing::{ROSA, SOURCE, Story, Who};
use crate::view::results::detail::result;
use crate::view::search::search;

fn put(story: &mut Story, replaces: Option<EntryId>, rest: &str) -> EntryId {
    let json = format!(
        r#"{{"resourceType":"Observation","category":[{{"coding":[{{"code":"laboratory"}}]}}],{rest}}}"#
    );
    let entry = ChartEntry { replaces, ..ChartEntry::new(SOURCE, json) };
    story.chart(Kind::ChartResults(2026), entry)
}

fn glucose(story: &mut Story, replaces: Option<EntryId>, status: &str, value: &str) -> EntryId {
    let rest = format!(
        r#""id":"g","status":"{status}","code":{{"text":"Glucose"}},"effectiveDateTime":"2026-03-09",{value}"#
    );
    put(story, replaces, &rest)
}

const NINETY: &str = r#""valueQuantity":{"value":90,"unit":"mg/dL"}"#;
const NINETY_ONE: &str = r#""valueQuantity":{"value":91,"unit":"mg/dL"}"#;

fn pressure(story: &mut Story, day: &str, top: u32, flag: &str) {
    let half = |code: &str, value: u32, flag: &str| {
        format!(
            r#"{{"code":{{"coding":[{{"system":"http://loinc.org","code":"{code}"}}]}},"valueQuantity":{{"value":{value},"unit":"mmHg"}}{flag}}}"#
        )
    };
    // As most sources do: the lower number first.
    let parts = [half("8462-4", 70, ""), half("8480-6", top, flag)].join(",");
    let rest = format!(
        r#""id":"{day}","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"85354-9"}}]}},"effectiveDateTime":"{day}","component":[{parts}]"#
    );
    put(story, None, &rest);
}

fn rows(story: &Story, show: ShowResults) -> Vec<ResultRow> {
    let panels = results(&story.record, ROSA, show, 9).panels;
    panels.into_iter().flat_map(|panel| panel.rows).collect()
}

#[test]
fn a_result_is_called_corrected_if_it_was_final_and_said_something_else() {
    let corrected = |first: (&str, &str), then: (&str, &str)| {
        let mut story = Story::default();
        let old = glucose(&mut story, None, first.0, first.1);
        glucose(&mut story, Some(old), then.0, then.1);
        let rows = rows(&story, ShowResults::All);
        assert_eq!(rows.len(), 1);
        rows[0].corrected
    };
    assert!(corrected(("final", NINETY), ("final", NINETY_ONE)));
    assert!(corrected(("final", NINETY), ("corrected", NINETY)));
    assert!(!corrected(("final", NINETY), ("final", NINETY)), "it only came again");
    assert!(!corrected(("preliminary", NINETY), ("final", NINETY_ONE)), "so it is meant");
    let mut story = Story::default();
    let first = glucose(&mut story, None, "final", NINETY);
    let second = glucose(&mut story, Some(first), "final", NINETY_ONE);
    glucose(&mut story, Some(second), "final", NINETY_ONE);
    assert!(rows(&story, ShowResults::All)[0].corrected, "it does not become what was said first");
}

#[test]
fn a_range_says_more_than_words_that_nobody_knows() {
    let mut story = Story::default();
    let value = r#""valueQuantity":{"value":11.5,"unit":"g/dL"},"referenceRange":[{"low":{"value":12.0,"unit":"g/dL"}}],"interpretation":[{"text":"Zie rapport"}]"#;
    glucose(&mut story, None, "final", value);
    assert_eq!(rows(&story, ShowResults::OutOfRange)[0].flag, Some(Flag::Below));
    let inside = value.replace("11.5", "13").replace("Zie rapport", "Significant change up");
    let mut story = Story::default();
    glucose(&mut story, None, "final", &inside);
    let flag = rows(&story, ShowResults::OutOfRange)[0].flag.clone();
    assert_eq!(flag, Some(Flag::Words("Significant change up".into())), "a word is not wiped out");
    let mut story = Story::default();
    pressure(
        &mut story,
        "2026-03-09",
        190,
        r#","interpretation":[{"text":"Hypertensive crisis"}]"#,
    );
    let flag = rows(&story, ShowResults::OutOfRange)[0].flag.clone();
    assert_eq!(flag, Some(Flag::Words("Hypertensive crisis".into())));
}

#[test]
fn what_the_clinic_took_back_stays_away_while_its_source_says_the_same() {
    let after = |value: &str| {
        let mut story = Story::default();
        let first = glucose(&mut story, None, "final", NINETY);
        let wrong = ClinicEdit::MarkWrong { entry: first, why: "Another patient's".into() };
        story.clinic(Who::Nurse, wrong).unwrap();
        let second = glucose(&mut story, Some(first), "final", NINETY);
        glucose(&mut story, Some(second), "final", value);
        rows(&story, ShowResults::All).len()
    };
    assert_eq!(after(NINETY), 0);
    assert_eq!(after(NINETY_ONE), 1, "the source has put it right");
}

#[test]
fn what_stands_on_one_number_of_a_blood_pressure_concerns_the_whole() {
    let mut story = Story::default();
    pressure(&mut story, "2026-03-09", 190, r#","interpretation":[{"coding":[{"code":"HH"}]}]"#);
    let row = rows(&story, ShowResults::OutOfRange).remove(0);
    assert_eq!(row.shown, Shown::Number { text: "190/70".into(), unit: Some("mmHg".into()) });
    assert_eq!(row.flag, Some(Flag::FarAbove));
}

#[test]
fn the_upper_line_of_a_blood_pressure_is_the_upper_number() {
    let mut story = Story::default();
    pressure(&mut story, "2026-03-08", 120, "");
    pressure(&mut story, "2026-03-09", 130, "");
    let newest = rows(&story, ShowResults::All).remove(0).entry;
    let chart = result(&story.record, ROSA, newest).unwrap().chart.unwrap();
    let newest: Vec<_> = chart.lines.iter().map(|line| line.newest.as_str()).collect();
    assert_eq!(newest, ["130", "70"]);
}

#[test]
fn what_is_as_it_should_be_is_not_out_of_range() {
    let is_listed = |interpretation: &str| {
        let mut story = Story::default();
        let value = format!(r#""valueString":"x","interpretation":[{interpretation}]"#);
        glucose(&mut story, None, "final", &value);
        !rows(&story, ShowResults::OutOfRange).is_empty()
    };
    for usual in [
        r#"{"coding":[{"code":"NEG"}]}"#,
        r#"{"coding":[{"code":"NR"}]}"#,
        r#"{"coding":[{"code":"S"}]}"#,
        r#"{"coding":[{"code":"S","display":"Susceptible"}]}"#,
        r#"{"text":"Normal"}"#,
    ] {
        assert!(!is_listed(usual), "{usual}");
    }
    for unusual in [
        r#"{"coding":[{"code":"POS"}]}"#,
        r#"{"text":"Critical high"}"#,
        r#"{"text":"Onder referentiebereik"}"#,
        r#"{"coding":[{"system":"http://snomed.info/sct","code":"281300000"}]}"#,
        r#"{"coding":[{"code":"R"}]}"#,
    ] {
        assert!(is_listed(unusual), "{unusual}");
    }
}

#[test]
fn a_unit_is_no_finding_where_the_source_says_why_there_is_none() {
    let mut story = Story::default();
    let value = r#""valueQuantity":{"unit":"mg/dL"},"dataAbsentReason":{"text":"Not performed"}"#;
    glucose(&mut story, None, "final", value);
    let row = rows(&story, ShowResults::All).remove(0);
    assert_eq!(row.shown, Shown::Missing(Some("Not performed".into())));
}

fn report(story: &mut Story, replaces: Option<EntryId>, title: &str, rest: &str) -> EntryId {
    let json =
        format!(r#"{{"resourceType":"DiagnosticReport","code":{{"text":"{title}"}},{rest}}}"#);
    let entry = ChartEntry { replaces, ..ChartEntry::new(SOURCE, json) };
    story.chart(Kind::ChartResults(2026), entry)
}

/// Each panel with its rows.
fn listed(story: &Story) -> Vec<String> {
    let panels = results(&story.record, ROSA, ShowResults::All, 9).panels;
    let row = |row: &ResultRow| {
        let value = row.measured.value.words().unwrap_or_default();
        format!("{} {value}", row.name.clone().unwrap_or_default())
    };
    let all = panels.iter().map(|panel| {
        let rows: Vec<_> = panel.rows.iter().map(row).collect();
        format!("{}: {}", panel.title.clone().unwrap_or_default(), rows.join(", "))
    });
    all.collect()
}

/// What stands in a report with these results inside, which name no day and no kind.
fn with_inside(status: &str, day: &str, values: &[(&str, &str, u32)]) -> String {
    let inside = |(id, name, value): &(&str, &str, u32)| {
        format!(
            r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"{name}"}},"valueQuantity":{{"value":{value},"unit":"mg/dL"}},"referenceRange":[{{"high":{{"value":100,"unit":"mg/dL"}}}}]}}"#
        )
    };
    let inside: Vec<_> = values.iter().map(inside).collect();
    let named = values.iter().map(|(id, _, _)| format!(r##"{{"reference":"#{id}"}}"##));
    let named: Vec<_> = named.collect();
    format!(
        r#""status":"{status}","effectiveDateTime":"{day}","contained":[{}],"result":[{}]"#,
        inside.join(","),
        named.join(",")
    )
}

#[test]
fn results_inside_a_report_are_rows_points_of_a_trend_and_found() {
    let mut story = Story::default();
    let put = |story: &mut Story, day: &str, values: &[(&str, &str, u32)]| {
        report(story, None, "Blood", &with_inside("final", day, values))
    };
    put(&mut story, "2026-03-09", &[("1", "Glucose", 90), ("2", "LDL", 80)]);
    let newest = put(&mut story, "2026-03-10", &[("1", "Glucose", 111)]);
    let expected = ["Blood: Glucose 111 mg/dL", "Blood: Glucose 90 mg/dL, LDL 80 mg/dL"];
    assert_eq!(listed(&story), expected);
    let row = rows(&story, ShowResults::OutOfRange).remove(0);
    assert_eq!((&row.flag, row.range.is_some()), (&Some(Flag::Above), true));
    let detail = result(&story.record, ROSA, row.entry).unwrap();
    let points: Vec<_> = detail.series[0].points.iter().map(|point| &*point.number).collect();
    assert_eq!(points, ["90", "111"]);
    assert_eq!(detail.report_title.as_deref(), Some("Blood"));
    let hits = search(&story.record, "LDL").hits;
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].when, Some("2026-03-09".parse().unwrap()), "of the report's day");
    let chart = story.record.chart();
    assert_eq!(chart.resources().count(), 2, "what goes out is what came");
    assert_eq!(chart.outermost(row.entry).map(|report| report.entry), Some(newest));
}

#[test]
fn a_newer_version_of_a_report_takes_the_place_of_all_that_lay_in_the_older_one() {
    let mut story = Story::default();
    let day = "2026-03-09";
    let values = [("1", "Glucose", 90), ("2", "LDL", 80), ("3", "HDL", 50)];
    let first = report(&mut story, None, "Blood", &with_inside("final", day, &values));
    // Its source numbers anew what is inside.
    let values = [("1", "Glucose", 91), ("2", "HDL", 50)];
    report(&mut story, Some(first), "Blood", &with_inside("final", day, &values));
    assert_eq!(listed(&story), ["Blood: Glucose 91 mg/dL, HDL 50 mg/dL"]);
    let corrected: Vec<_> =
        rows(&story, ShowResults::All).iter().map(|row| row.corrected).collect();
    assert_eq!(corrected, [true, false], "the one that was numbered anew says what it said");
}

#[test]
fn what_lies_inside_a_report_that_is_a_mistake_is_one_too() {
    let mut story = Story::default();
    let values = [("1", "Glucose", 90)];
    let day = "2026-03-09";
    report(&mut story, None, "Blood", &with_inside("entered-in-error", day, &values));
    assert_eq!(listed(&story), [""; 0]);
    let other = report(&mut story, None, "Blood", &with_inside("final", day, &values));
    assert_eq!(listed(&story).len(), 1);
    let wrong = ClinicEdit::MarkWrong { entry: other, why: "Another patient's".into() };
    story.clinic(Who::Nurse, wrong).unwrap();
    assert_eq!(listed(&story), [""; 0]);
}

#[test]
fn the_head_of_a_panel_is_a_title_and_no_row() {
    let mut story = Story::default();
    let value = |story: &mut Story, id: &str, more: &str| {
        let rest = format!(
            r#""id":"{id}","status":"final","effectiveDateTime":"2026-03-09","code":{{"text":"{id}"}},{more}"#
        );
        put(story, None, &rest)
    };
    let members = r#""hasMember":[{"reference":"Observation/Hb"},{"reference":"Observation/no"}]"#;
    value(&mut story, "Blood count", members);
    assert_eq!(listed(&story), [": Blood count "], "while nothing under it is here");
    value(&mut story, "Hb", r#""valueQuantity":{"value":13,"unit":"g/dL"}"#);
    value(&mut story, "Other", r#""valueQuantity":{"value":7,"unit":"g/dL"}"#);
    assert_eq!(listed(&story), ["Blood count: Hb 13 g/dL", ": Other 7 g/dL"]);
    // A score is a result, and so are the answers that it counts.
    let members = r#""valueInteger":3,"hasMember":[{"reference":"Observation/Other"}]"#;
    value(&mut story, "Score", members);
    assert_eq!(listed(&story), ["Blood count: Hb 13 g/dL", ": Other 7 g/dL, Score 3"]);
    let named = r#""status":"final","effectiveDateTime":"2026-03-09","result":[{"reference":"Observation/Blood count"},{"reference":"Observation/Hb"}]"#;
    report(&mut story, None, "Sugar", named);
    assert_eq!(listed(&story), ["Sugar: Hb 13 g/dL", ": Other 7 g/dL, Score 3"]);
}

#[test]
fn a_result_that_several_reports_name_stands_once_in_the_newest_that_is_final() {
    let mut story = Story::default();
    let entry = glucose(&mut story, None, "final", NINETY);
    let once = r#"{"reference":"Observation/g"}"#;
    for (title, status, day, more) in [
        ("Concluded", "final", "2026-03-09", r#","conclusion":"Seen.""#),
        ("Newest", "final", "2026-03-10", ""),
        ("Open", "preliminary", "2026-03-11", ""),
    ] {
        let rest = format!(
            r#""status":"{status}","effectiveDateTime":"{day}","result":[{once},{once}]{more}"#
        );
        report(&mut story, None, title, &rest);
    }
    assert_eq!(listed(&story), ["Newest: Glucose 90 mg/dL", "Concluded: "]);
    let detail = result(&story.record, ROSA, entry).unwrap();
    assert_eq!(detail.report_title.as_deref(), Some("Newest"));
}

#[test]
fn what_stands_in_braces_is_part_of_the_unit() {
    let mut story = Story::default();
    for unit in ["ug/mL{DDU}", "ug/mL{FEU}"] {
        let value = format!(
            r#""valueQuantity":{{"value":1,"system":"http://unitsofmeasure.org","code":"{unit}"}}"#
        );
        glucose(&mut story, None, "final", &value);
    }
    let row = rows(&story, ShowResults::All).remove(0);
    let series = result(&story.record, ROSA, row.entry).unwrap().series;
    let units: Vec<_> = series.iter().filter_map(|line| line.unit.as_deref()).collect();
    assert_eq!(units.len(), 2, "half a number never stands on a line with a whole one");
    assert!(units.contains(&"ug/mL DDU") && units.contains(&"ug/mL FEU"));
}
