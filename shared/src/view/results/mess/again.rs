//! Reports that come again, name a result twice, or say more than their results.

use super::*;
use crate::arrange::Arrange;

fn wrong(story: &mut Story, entry: EntryId) {
    let wrong = ClinicEdit::MarkWrong { entry, why: "Another patient's".into() };
    story.clinic(Who::Nurse, wrong).unwrap();
}

fn row_of(story: &Story, name: &str) -> ResultRow {
    let rows = rows(story, ShowResults::All);
    rows.into_iter().find(|row| row.name.as_deref() == Some(name)).unwrap()
}

#[test]
fn what_the_clinic_took_back_stays_away_also_if_its_report_numbers_anew() {
    let after = |values: &[(&str, &str, u32)]| {
        let mut story = Story::default();
        let day = "2026-03-09";
        let old = with_inside("final", day, &[("a1", "HIV", 1), ("a2", "LDL", 80)]);
        let first = report(&mut story, None, "Blood", &old);
        let entry = row_of(&story, "HIV").entry;
        wrong(&mut story, entry);
        let second = report(&mut story, Some(first), "Blood", &with_inside("final", day, values));
        report(&mut story, Some(second), "Blood", &with_inside("final", day, values));
        let corrected = rows(&story, ShowResults::All);
        let corrected = corrected.into_iter().filter(|row| row.corrected).count();
        (listed(&story).remove(0), corrected)
    };
    assert_eq!(after(&[("b7", "HIV", 1), ("b8", "LDL", 80)]), ("Blood: LDL 80 mg/dL".into(), 0));
    // What is new is no next version of the one that stands beside it.
    let [hiv, new, ldl] = [("a1", "HIV", 1), ("a3", "HIV", 0), ("a2", "LDL", 80)];
    assert_eq!(after(&[hiv, new, ldl]), ("Blood: HIV 0 mg/dL, LDL 80 mg/dL".into(), 0));
    // Another of the same test came with it, under the old id.
    let (shown, _) = after(&[("a1", "HIV", 0), ("b7", "HIV", 1)]);
    assert_eq!(shown, "Blood: HIV 0 mg/dL");
    assert_eq!(after(&[("b7", "HIV", 0)]), ("Blood: HIV 0 mg/dL".into(), 1), "it was put right");
}

#[test]
fn the_next_version_of_a_result_in_a_report_is_of_the_same_test() {
    let mut story = Story::default();
    let day = "2026-03-09";
    let values = [("1", "Glucose", 90), ("2", "LDL", 80), ("3", "HDL", 50)];
    let first = report(&mut story, None, "Blood", &with_inside("final", day, &values));
    let old = ["Glucose", "LDL", "HDL"].map(|name| row_of(&story, name).entry);
    let values = [("1", "LDL", 80), ("2", "Glucose", 91)];
    report(&mut story, Some(first), "Blood", &with_inside("final", day, &values));
    let chart = story.record.chart();
    let [glucose, ldl] = ["Glucose", "LDL"].map(|name| row_of(&story, name));
    assert_eq!(old.map(|entry| chart.newest_of(entry)), [glucose.entry, ldl.entry, old[2]]);
    assert_eq!((glucose.corrected, ldl.corrected), (true, false));
    assert_eq!(result(&story.record, ROSA, ldl.entry).unwrap().replaces, Some(old[1]));
}

#[test]
fn a_report_is_to_be_read_where_it_says_more_than_its_rows() {
    let mut story = Story::default();
    let mut put = |title: &str, more: &str| {
        let inside = with_inside("final", "2026-03-09", &[("1", title, 90)]);
        report(&mut story, None, title, &format!("{inside}{more}"));
    };
    put("1", r#","conclusion":"Seen.""#);
    put("2", r#","presentedForm":[{"title":"Paper"}]"#);
    put("3", r#","conclusionCode":[{"text":"Anemia"}]"#);
    put("4", r#","note":[{"text":"Drawn late"}]"#);
    let panels = results(&story.record, ROSA, ShowResults::All, 9).panels;
    let more: Vec<_> = panels.iter().map(|panel| panel.report.is_some()).collect();
    assert_eq!(more, [false, true, true, true]);
}

#[test]
fn a_second_report_of_the_same_results_stays_if_it_says_something() {
    let listed_with = |more: &str| {
        let mut story = Story::default();
        glucose(&mut story, None, "final", NINETY);
        for (title, day, more) in [("First", "2026-03-10", ""), ("Second", "2026-03-09", more)] {
            let rest = format!(
                r#""status":"final","effectiveDateTime":"{day}","result":[{{"reference":"Observation/g"}}]{more}"#
            );
            report(&mut story, None, title, &rest);
        }
        listed(&story).len()
    };
    assert_eq!(listed_with(""), 1);
    assert_eq!(listed_with(r#","presentedForm":[{"title":"Paper"}]"#), 2);
    assert_eq!(listed_with(r#","conclusionCode":[{"text":"Anemia"}]"#), 2);
    assert_eq!(listed_with(r#","note":[{"text":"Drawn late"}]"#), 2);
}

fn put_named(story: &mut Story, name: &str, rest: &str) {
    let rest = format!(
        r#""id":"{name}","status":"final","effectiveDateTime":"2026-03-09","code":{{"text":"{name}"}},{rest}"#
    );
    put(story, None, &rest);
}

#[test]
fn panels_that_name_each_other_are_looked_into_once() {
    let mut story = Story::default();
    glucose(&mut story, None, "final", NINETY);
    let panel = |other: &str| {
        format!(
            r#""hasMember":[{{"reference":"Observation/{other}"}},{{"reference":"Observation/g"}}]"#
        )
    };
    put_named(&mut story, "One", &panel("Two"));
    put_named(&mut story, "Two", &panel("One"));
    put_named(&mut story, "Alone", r#""hasMember":[{"reference":"Observation/Alone"}]"#);
    let all: Vec<_> = story.record.chart().reports().map(|(_, _, results)| results.len()).collect();
    assert_eq!(all, [1, 1, 0]);
    assert_eq!(listed(&story), ["Two: Glucose 90 mg/dL", ": Alone "]);
}

#[test]
fn what_is_said_of_a_whole_panel_is_a_row_of_it() {
    let rows_with = |more: &str| {
        let mut story = Story::default();
        glucose(&mut story, None, "final", NINETY);
        let members = r#""hasMember":[{"reference":"Observation/g"}]"#;
        put_named(&mut story, "Sugar", &format!("{members}{more}"));
        listed(&story).remove(0)
    };
    assert_eq!(
        rows_with(r#","dataAbsentReason":{"coding":[{"code":"unknown"}]}"#),
        "Sugar: Glucose 90 mg/dL"
    );
    for more in [
        r#","interpretation":[{"coding":[{"code":"A"}]}]"#,
        r#","note":[{"text":"Drawn late"}]"#,
        r#","dataAbsentReason":{"text":"Clotted"}"#,
    ] {
        let row = rows_with(more);
        assert!(row.starts_with("Sugar: Glucose 90 mg/dL, Sugar"), "{row}");
    }
}

#[test]
fn nothing_that_lies_inside_a_report_is_lost() {
    let mut story = Story::default();
    let inside = |id: &str, value: u32| {
        format!(
            r#"{{"resourceType":"Observation",{id}"code":{{"text":"Glucose"}},"valueInteger":{value}}}"#
        )
    };
    let ids = [r#""id":"1","#, r##""id":"#1","##, r#""id":"1","#, "", ""];
    let all: Vec<_> = ids.iter().zip(1..).map(|(id, value)| inside(id, value)).collect();
    let rest = |result: &str| {
        format!(
            r#""status":"preliminary","effectiveDateTime":"2026-03-09","contained":[{}]{result}"#,
            all.join(",")
        )
    };
    report(&mut story, None, "Blood", &rest(""));
    let shown = "Blood: Glucose 1, Glucose 2, Glucose 3, Glucose 4, Glucose 5";
    assert_eq!(listed(&story), [shown]);
    let named = r##","result":[{"reference":"#1"}]"##;
    report(&mut story, None, "Blood", &rest(named));
    assert_eq!(listed(&story), [shown, shown]);
    let row = rows(&story, ShowResults::All).remove(0);
    assert_eq!(row.standing, Standing::Unsure, "like its report, where it does not say itself");
}

#[test]
fn a_labelled_result_in_a_report_that_is_not_kept_back_stays_unread() {
    let listed_in = |kind: Kind| {
        let mut story = Story::default();
        let label = r#""meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]},"#;
        let inside = with_inside("final", "2026-03-09", &[("1", "HIV", 1), ("2", "LDL", 80)]);
        let inside = inside.replacen(r#""id""#, &format!(r#"{label}"id""#), 1);
        let json = format!(r#"{{"resourceType":"DiagnosticReport",{inside}}}"#);
        story.chart(kind, ChartEntry::new(SOURCE, json));
        listed(&story)
    };
    assert_eq!(listed_in(Kind::ChartResults(2026)), [": LDL 80 mg/dL"]);
    assert_eq!(listed_in(Kind::ChartSensitive), [": HIV 1 mg/dL, LDL 80 mg/dL"]);
}

#[test]
fn the_report_of_a_result_is_none_that_is_wrong_or_was_called_off() {
    let mut story = Story::default();
    let entry = glucose(&mut story, None, "final", NINETY);
    let mut put = |title: &str, status: &str, day: &str| {
        let rest = format!(
            r#""status":"{status}","effectiveDateTime":"{day}","result":[{{"reference":"Observation/g"}}]"#
        );
        report(&mut story, None, title, &rest)
    };
    put("Open", "preliminary", "2026-03-08");
    put("Off", "cancelled", "2026-03-09");
    put("Mistake", "entered-in-error", "2026-03-10");
    let marked = put("Marked", "final", "2026-03-11");
    wrong(&mut story, marked);
    assert_eq!(listed(&story), ["Open: Glucose 90 mg/dL"]);
    let detail = result(&story.record, ROSA, entry).unwrap();
    assert_eq!(detail.report_title.as_deref(), Some("Open"));
}

#[test]
fn what_a_source_notes_about_a_unit_takes_no_flag_and_no_trend_away() {
    let mut story = Story::default();
    let quantity = |value: u32, code: &str| {
        format!(r#"{{"value":{value},"system":"http://unitsofmeasure.org","code":"{code}"}}"#)
    };
    for code in ["%", "%{Hb}"] {
        let (value, high) = (quantity(8, code), quantity(6, "%"));
        let rest = format!(r#""valueQuantity":{value},"referenceRange":[{{"high":{high}}}]"#);
        glucose(&mut story, None, "final", &rest);
    }
    let rows = rows(&story, ShowResults::OutOfRange);
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.flag == Some(Flag::Above) && row.bar.is_some()));
    assert_eq!(result(&story.record, ROSA, rows[0].entry).unwrap().series.len(), 1);
}

/// The clinic took back a report for its day, and its source sent it with the right one.
#[test]
fn a_report_that_was_put_right_stands_with_all_that_lies_in_it() {
    let mut story = Story::default();
    let values = [("1", "LDL", 80)];
    let first = report(&mut story, None, "Blood", &with_inside("final", "2025-03-09", &values));
    wrong(&mut story, first);
    assert_eq!(listed(&story), Vec::<String>::new());
    let same = with_inside("final", "2025-03-09", &values);
    let second = report(&mut story, Some(first), "Blood", &same);
    assert_eq!(listed(&story), Vec::<String>::new());
    let right = with_inside("corrected", "2026-03-09", &values);
    report(&mut story, Some(second), "Blood", &right);
    assert_eq!(listed(&story), ["Blood: LDL 80 mg/dL"]);
}

#[test]
fn a_report_stays_where_nothing_that_lies_in_it_is_a_result() {
    let mut story = Story::default();
    let survey = r#"{"resourceType":"Observation","id":"q","status":"final","category":[{"coding":[{"code":"survey"}]}],"code":{"text":"PHQ-9"},"valueInteger":14}"#;
    let rest = format!(
        r#""status":"final","effectiveDateTime":"2026-03-09","conclusion":"Rest","contained":[{survey}]"#
    );
    report(&mut story, None, "Consult", &rest);
    let panels = results(&story.record, ROSA, ShowResults::All, 9).panels;
    let panel = &panels[0];
    assert_eq!((panel.title.as_deref(), panel.rows.len()), (Some("Consult"), 0));
    assert_eq!((panel.conclusion.as_deref(), panel.report.is_some()), (Some("Rest"), true));
}

#[test]
fn a_panel_with_a_note_in_a_report_stands_once() {
    let mut story = Story::default();
    put(&mut story, None, r#""id":"a","status":"final","code":{"text":"Na"},"valueInteger":140"#);
    let note = r#""id":"p","status":"final","code":{"text":"BMP"},"note":[{"text":"Hemolyzed"}],"hasMember":[{"reference":"Observation/a"}]"#;
    put(&mut story, None, note);
    let rest = r#""status":"final","effectiveDateTime":"2026-03-09","result":[{"reference":"Observation/p"}]"#;
    report(&mut story, None, "Labs", rest);
    assert_eq!(listed(&story).len(), 1, "{:?}", listed(&story));
}

/// The second of two that say the same is not the first.
#[test]
fn equal_results_of_one_test_that_are_numbered_anew_are_paired_in_their_order() {
    let paired = |now: &[(&str, &str, u32)]| {
        let mut story = Story::default();
        let day = "2026-03-09";
        let old = [("a9", "Glucose", 90), ("a1", "Glucose", 90), ("a5", "Glucose", 80)];
        let first = report(&mut story, None, "Blood", &with_inside("final", day, &old));
        let second = report(&mut story, Some(first), "Blood", &with_inside("final", day, now));
        let chart = story.record.chart();
        let inside = |report| {
            let mut all: Vec<_> = chart.inside(report).collect();
            all.arrange_by_key(|one| one.json().as_ptr() as usize);
            all.iter().map(|one| one.entry).collect::<Vec<_>>()
        };
        let (old, new) = (inside(first), inside(second));
        let place = |entry: &EntryId| new.iter().position(|one| *one == chart.newest_of(*entry));
        old.iter().map(place).collect::<Vec<_>>()
    };
    let ninety = |id| (id, "Glucose", 90);
    let eighty = ("b3", "Glucose", 80);
    assert_eq!(paired(&[ninety("b8"), eighty, ninety("b2")]), [Some(0), Some(2), Some(1)]);
    assert_eq!(paired(&[ninety("b8"), eighty, ninety("a9")]), [Some(2), Some(0), Some(1)]);
    // Which of them is gone nobody says.
    assert_eq!(paired(&[ninety("b8"), eighty]), [None, None, Some(1)]);
}

#[test]
fn a_result_in_a_report_that_got_a_code_is_the_same_result() {
    let shown = |coded: &str| {
        let mut story = Story::default();
        let day = "2026-03-09";
        let old = with_inside("final", day, &[("a1", "HIV", 1), ("a2", "LDL", 80)]);
        let first = report(&mut story, None, "Blood", &old);
        let entry = row_of(&story, "HIV").entry;
        wrong(&mut story, entry);
        let new = with_inside("final", day, &[("b7", "HIV", 1), ("b8", "LDL", 80)]);
        let code = format!(r#""code":{{"coding":[{coded}],"text":"HIV""#);
        report(&mut story, Some(first), "Blood", &new.replace(r#""code":{"text":"HIV""#, &code));
        listed(&story).remove(0)
    };
    let loinc = r#"{"system":"http://loinc.org","code":"75622-1"}"#;
    assert_eq!(shown(loinc), "Blood: LDL 80 mg/dL");
}
