//! What a person sees of results.

use expect_test::{Expect, expect};

use super::*;
use crate::document::{Actor, Document, DocumentId, Kind, Put};
use crate::edit::clinic::ClinicEdit;
use crate::edit::{AddReading, Edit};
use crate::fhir::entry::ChartEntry;
use crate::id::EntryId;
use crate::record::reading;
use crate::testing::{LUIS, PATIENT, ROSA, SOURCE, Story, Who};
use crate::view::results::detail::result;

fn observation(id: &str, name: &str, day: &str, value: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"{id}","status":"final","category":[{{"coding":[{{"code":"laboratory"}}]}}],
        "code":{{"coding":[{{"system":"http://loinc.org","code":"{name}"}}],"text":"{name}"}},"effectiveDateTime":"{day}","valueQuantity":{value}{more}}}"#
    )
}

fn lab(story: &mut Story, id: &str, name: &str, day: &str, value: &str, more: &str) -> EntryId {
    let kind = Kind::ChartResults(day[..4].parse().unwrap());
    story.chart(kind, ChartEntry::new(SOURCE, observation(id, name, day, value, more)))
}

fn percent(value: &str) -> String {
    format!(r#"{{"value":{value},"unit":"%"}}"#)
}

const HIGH_AT_5_6: &str = r#","referenceRange":[{"high":{"value":5.6,"unit":"%"}}]"#;

fn check(story: &Story, show: ShowResults, expected: Expect) {
    let answer = results(&story.record, ROSA, show, 100);
    let mut lines = vec![format!("{:?}", answer.loaded)];
    for panel in answer.panels {
        let when = panel.when.map(|when| when.to_string()).unwrap_or_default();
        lines.push(format!("{when} {}", panel.title.unwrap_or_default()));
        for row in panel.rows {
            let parts: Vec<_> =
                row.measured.parts.iter().filter_map(|part| part.value.words()).collect();
            let value = row.measured.value.words().unwrap_or(parts.join(" / "));
            let name = row.name.or(row.loinc).unwrap_or_default();
            let corrected = if row.corrected { " corrected" } else { "" };
            lines.push(format!("  {name}: {value} {:?}{corrected}", row.flag));
        }
    }
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn the_newest_comes_first_and_what_was_reported_together_stays_together() {
    let mut story = Story::default();
    lab(&mut story, "1", "A1c", "2026-03-09", &percent("7.0"), HIGH_AT_5_6);
    lab(&mut story, "2", "LDL", "2026-11-14", r#"{"value":96,"unit":"mg/dL"}"#, "");
    lab(&mut story, "3", "A1c", "2026-11-14", &percent("7.20"), HIGH_AT_5_6);
    let report = r#"{"resourceType":"DiagnosticReport","id":"r","status":"final","code":{"text":"Lipids"},"effectiveDateTime":"2026-11-14",
        "result":[{"reference":"Observation/2"},{"reference":"Observation/gone"}]}"#;
    story.chart(Kind::ChartResults(2026), ChartEntry::new(SOURCE, report));
    let words = r#"{"resourceType":"DiagnosticReport","id":"t","status":"final","code":{"text":"Chest X-ray"},"effectiveDateTime":"2025","conclusion":"Clear."}"#;
    story.chart(Kind::ChartResults(2025), ChartEntry::new(SOURCE, words));
    check(
        &story,
        ShowResults::All,
        expect![[r#"
        All
        2026-11-14 Lipids
          LDL: 96 mg/dL None
        2026-11-14 
          A1c: 7.20 % Some(Above)
        2026-03-09 
          A1c: 7.0 % Some(Above)
        2025 Chest X-ray"#]],
    );
    check(
        &story,
        ShowResults::OutOfRange,
        expect![[r#"
        All
        2026-11-14 
          A1c: 7.20 % Some(Above)
        2026-03-09 
          A1c: 7.0 % Some(Above)"#]],
    );
}

#[test]
fn panels_of_one_moment_stand_by_their_names_whenever_they_came() {
    let titles = ["Blood count", "A1c", "Lipids"];
    for turn in 0..titles.len() {
        let mut story = Story::default();
        for place in 0..titles.len() {
            let title = titles[(place + turn) % titles.len()];
            let report = format!(
                r#"{{"resourceType":"DiagnosticReport","id":"{title}","status":"final","code":{{"text":"{title}"}},"effectiveDateTime":"2026-11-14","conclusion":"Seen."}}"#
            );
            story.chart(Kind::ChartResults(2026), ChartEntry::new(SOURCE, report));
        }
        for limit in 1..=titles.len() {
            let panels = results(&story.record, ROSA, ShowResults::All, limit as u32).panels;
            let shown: Vec<_> = panels.iter().map(|panel| panel.title.as_deref()).collect();
            let expected = [Some("A1c"), Some("Blood count"), Some("Lipids")];
            assert_eq!(shown, expected[..limit], "turn {turn}");
        }
    }
}

#[test]
fn a_long_list_is_read_in_portions_and_nothing_in_it_is_out_of_reach() {
    let mut story = Story::default();
    let panels = PANELS_MAX as usize + 7;
    for number in 0..panels {
        let report = format!(
            r#"{{"resourceType":"DiagnosticReport","id":"{number}","status":"final","effectiveDateTime":"{}","conclusion":"Seen."}}"#,
            1400 + number
        );
        story.chart(Kind::ChartResults(2026), ChartEntry::new(SOURCE, report));
    }
    for name in ["a", "b", "c"] {
        lab(&mut story, name, name, "2026-11-14", &percent("7"), "");
    }
    let (mut seen, mut from) = (Vec::new(), Some(0));
    while let Some(next) = from {
        let portion = portion(&story.record, ROSA, ShowResults::All, next, 60);
        let rows: usize = portion.panels.iter().map(|panel| panel.rows.len().max(1)).sum();
        // The last panel comes whole.
        assert!(rows <= 62, "{rows} rows in one portion");
        seen.extend(portion.panels.iter().map(|panel| panel.when.unwrap().year()));
        from = portion.next;
    }
    let mut expected = vec![2026];
    expected.extend((1400..1400 + i16::try_from(panels).unwrap()).rev());
    assert_eq!(seen, expected);
}

#[test]
fn a_report_shows_the_corrected_result_in_whichever_order_both_came() {
    let old = |story: &mut Story| lab(story, "1", "A1c", "2026-03-09", &percent("70"), "");
    let corrected = |replaces| ChartEntry {
        replaces: Some(replaces),
        ..ChartEntry::new(SOURCE, observation("1", "A1c", "2026-03-09", &percent("7.0"), ""))
    };
    let kind = Kind::ChartResults(2026);
    let mut before = Story::default();
    let first = old(&mut before);
    let second = before.chart(kind, corrected(first));
    let mut after = Story::default();
    after.chart(kind, corrected(second));
    assert_eq!(old(&mut after), second, "ids are the same in each story");
    for mut story in [before, after] {
        let report = r#"{"resourceType":"DiagnosticReport","id":"r","status":"final","code":{"text":"Sugar"},"effectiveDateTime":"2026-03-09",
            "result":[{"reference":"Observation/1"}]}"#;
        story.chart(kind, ChartEntry::new(SOURCE, report));
        check(
            &story,
            ShowResults::All,
            expect![[r#"
                All
                2026-03-09 Sugar
                  A1c: 7.0 % None corrected"#]],
        );
    }
}

#[test]
fn a_corrected_result_stands_once_and_a_mistake_not_at_all() {
    let mut story = Story::default();
    let first = lab(&mut story, "1", "A1c", "2026-03-09", &percent("70"), "");
    let newer = ChartEntry {
        replaces: Some(first),
        ..ChartEntry::new(SOURCE, observation("1", "A1c", "2026-03-09", &percent("7.0"), ""))
    };
    story.chart(Kind::ChartResults(2026), newer);
    let mistake = observation("2", "A1c", "2026-03-10", &percent("9"), "")
        .replace("final", "entered-in-error");
    story.chart(Kind::ChartResults(2026), ChartEntry::new(SOURCE, mistake));
    let taken_back = lab(&mut story, "3", "A1c", "2026-03-11", &percent("8"), "");
    let wrong = ClinicEdit::MarkWrong { entry: taken_back, why: "Another patient's".into() };
    story.clinic(Who::Nurse, wrong).unwrap();
    check(
        &story,
        ShowResults::All,
        expect![[r#"
        All
        2026-03-09 
          A1c: 7.0 % None corrected"#]],
    );
    let shown = result(&story.record, ROSA, taken_back).unwrap();
    assert_eq!(shown.taken_back.as_deref(), Some("Another patient's"));
}

#[test]
fn home_readings_stand_among_the_others_and_a_correction_stands_for_the_first() {
    let mut story = Story::default();
    let pressure = |top: &str| AddReading {
        measured: reading::Measured::BloodPressure {
            top: top.into(),
            bottom: "78".into(),
            pulse: None,
        },
        at: "2026-11-20T07:02:00-05:00".parse().unwrap(),
        note: None,
    };
    let first = story.sends(ROSA, Edit::AddReading(pressure("182"))).unwrap();
    let with = pressure("128");
    story.writes(ROSA, Edit::CorrectReading { reading: first, with }).unwrap();
    let other = story.sends(LUIS, Edit::AddReading(pressure("131"))).unwrap();
    check(
        &story,
        ShowResults::Home,
        expect![[r#"
        All
        2026-11-20T07:02:00-05:00 
          85354-9: 128 mmHg / 78 mmHg None corrected
          85354-9: 131 mmHg / 78 mmHg None"#]],
    );
    story.sends(LUIS, Edit::Retract { entry: other }).unwrap();
    check(
        &story,
        ShowResults::Home,
        expect![[r#"
        All
        2026-11-20T07:02:00-05:00 
          85354-9: 128 mmHg / 78 mmHg None corrected"#]],
    );
}

#[test]
fn a_trend_has_its_own_range_at_each_point_and_never_mixes_units() {
    let mut story = Story::default();
    lab(&mut story, "1", "G", "2024-01-01", r#"{"value":5.4,"unit":"mmol/L"}"#, "");
    lab(
        &mut story,
        "2",
        "G",
        "2025-01-01",
        r#"{"value":99,"unit":"mg/dL"}"#,
        r#","referenceRange":[{"high":{"value":100}}]"#,
    );
    lab(&mut story, "9", "other", "2025-01-01", r#"{"value":1,"unit":"mg/dL"}"#, "");
    let newest = lab(
        &mut story,
        "3",
        "G",
        "2026-01-01",
        r#"{"value":101.0,"unit":"mg/dL"}"#,
        r#","referenceRange":[{"high":{"value":110}}]"#,
    );
    let detail = result(&story.record, ROSA, newest).unwrap();
    let mut lines = Vec::new();
    for series in &detail.series {
        lines.push(series.unit.clone().unwrap_or_default());
        for point in &series.points {
            let high = point.band.as_ref().and_then(|band| band.high.as_ref());
            let when = point.when.unwrap();
            lines.push(format!(
                "  {when} {} up to {:?} {:?}",
                point.number,
                high.map(|high| &high.number),
                point.flag
            ));
        }
    }
    let story = detail.story.unwrap();
    lines.push(format!("{:?} {:?}", story.now, story.since_last));
    expect![[r#"
        mg/dL
          2025-01-01 99 up to Some("100") Some(InRange)
          2026-01-01 101.0 up to Some("110") Some(InRange)
        mmol/L
          2024-01-01 5.4 up to None None
        Some(InRange) Some(Higher)"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn of_a_test_made_each_day_for_years_a_trend_reads_the_newest_and_what_came_before_this_one() {
    let mut story = Story::default();
    let begin = crate::time::Day::new(2018, 1, 1).unwrap();
    let entries: Vec<_> = (0..1_400)
        .map(|number: i64| {
            let day = begin.plus_days(number).to_string();
            let value = format!(r#"{{"value":{number},"unit":"mg/dL"}}"#);
            lab(&mut story, &number.to_string(), "G", &day, &value, "")
        })
        .collect();
    let read = |place: usize| {
        let detail = result(&story.record, ROSA, entries[place]).unwrap();
        let last = detail.story.and_then(|story| story.last).map(|last| last.number);
        let points = detail.series[0].points.len();
        (points, detail.table.len(), detail.table[0].entry == entries[1_399], last)
    };
    assert_eq!(read(1_399), (600, 300, true, Some("1398".to_owned())));
    assert_eq!(read(100), (701, 300, true, Some("99".to_owned())));
    assert_eq!(read(0), (601, 300, true, None));
}

#[test]
fn nothing_recorded_not_loaded_and_not_readable_are_three_answers() {
    let mut story = Story::default();
    let loaded = |story: &Story| results(&story.record, ROSA, ShowResults::All, 9).loaded;
    assert_eq!(loaded(&story), Loaded::All);
    let year = DocumentId::first(PATIENT, Kind::ChartResults(2024));
    story.record.chart_mut().await_these([year]);
    assert_eq!(loaded(&story), Loaded::NotYet);
    story.record.chart_mut().could_not_be_read(year);
    assert_eq!(loaded(&story), Loaded::Unreadable);
    assert_eq!(results(&Record::default(), ROSA, ShowResults::All, 9).loaded, Loaded::NotYet);
}

#[test]
fn two_corrections_that_were_made_at_once_are_both_shown() {
    let mut story = Story::default();
    let weight = |value: &str| AddReading {
        measured: reading::Measured::Weight {
            value: value.into(),
            unit: reading::WeightUnit::Kilogram,
        },
        at: "2026-11-20".parse().unwrap(),
        note: None,
    };
    let first = story.sends(ROSA, Edit::AddReading(weight("172"))).unwrap();
    // On the phone and on the laptop, neither of which knows of the other.
    for value in ["71.2", "72.1"] {
        story.sends(ROSA, Edit::CorrectReading { reading: first, with: weight(value) }).unwrap();
    }
    check(
        &story,
        ShowResults::Home,
        expect![[r#"
        All
        2026-11-20 
          29463-7: 71.2 kg None corrected
          29463-7: 72.1 kg None corrected"#]],
    );
}

#[test]
fn an_entry_of_the_chart_that_cannot_be_read_is_said_to_be_there() {
    let year = DocumentId::first(PATIENT, Kind::ChartResults(2024));
    let (_, genesis) = Document::genesis(&year);
    let mut document = Document::load([&genesis[..]]).unwrap();
    let text = r#"{"kind":"fhir","source":"northside","resource":{"resourceType":"#.to_owned();
    let whole = observation("1", "Sodium", "2024-03-01", "140", "");
    let whole = ChartEntry::new(SOURCE, whole).to_text().unwrap();
    for (id, text) in [(1, text), (2, whole)] {
        let put = Put::Entry { entry: EntryId::from_u128(id), text };
        document.mint(Actor([1; 16]), &put);
    }
    let mut story = Story::default();
    story.record.add_document(&year, &document, |_| None);
    let results = results(&story.record, ROSA, ShowResults::All, 9);
    let rows: usize = results.panels.iter().map(|panel| panel.rows.len()).sum();
    assert_eq!((rows, results.loaded), (1, Loaded::Unreadable), "the other is shown");
}

#[test]
fn a_calculated_number_is_said_with_fewer_digits_and_its_page_says_all() {
    let mut story = Story::default();
    let exact = |digits: &str| format!(r#"{{"value":{digits},"unit":"g/dL"}}"#);
    lab(&mut story, "1", "Hb", "2025-03-09", &exact("16.412818541523475"), "");
    let now = lab(&mut story, "2", "Hb", "2026-03-09", &exact("16.414818541523475"), "");
    let measured = lab(&mut story, "3", "LDL", "2026-03-09", &exact("16.41"), "");
    let detail = result(&story.record, ROSA, now).unwrap();
    let said = Shown::Number { text: "16.41".into(), unit: Some("g/dL".into()) };
    assert_eq!((&detail.row.shown, &detail.table[1].shown), (&said, &said));
    assert_eq!(detail.exact.as_deref(), Some("16.414818541523475 g/dL"));
    let story_of_it = detail.story.unwrap();
    assert_eq!(story_of_it.last.unwrap().number, "16.41");
    assert_eq!(story_of_it.since_last, Some(super::detail::Change::Same));
    assert_eq!(result(&story.record, ROSA, measured).unwrap().exact, None);
}

/// Which of two came first is not known where one of them has no day, or a month that holds the other.
#[test]
fn a_number_is_compared_with_one_that_is_known_to_be_earlier_and_with_no_other() {
    let compared = |before: &str| {
        let mut story = Story::default();
        let value = |number: &str| format!(r#"{{"value":{number},"unit":"g/dL"}}"#);
        lab(&mut story, "1", "Hb", before, &value("16.4"), "");
        let now = lab(&mut story, "2", "Hb", "2026-03-09", &value("17.4"), "");
        result(&story.record, ROSA, now).unwrap().story.unwrap().last.is_some()
    };
    assert!(compared("2026-03-08") && compared("2026-02") && compared("2025"));
    assert!(!compared("2026-03") && !compared("2026") && !compared("20260399"));
}
