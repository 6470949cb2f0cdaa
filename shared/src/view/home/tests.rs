//! What needs a look.

use expect_test::{Expect, expect};

use super::*;
use crate::document::Kind;
use crate::edit::clinic::ClinicEdit;
use crate::edit::{AskForRefill, AskForVisit, Audience, Edit};
use crate::fhir::entry::ChartEntry;
use crate::record::visit::{AnswerToVisit, PreferredTime};
use crate::testing::{ROSA, SOURCE, Story, Who};

fn check(story: &Story, now: &str, expected: Expect) {
    let now = now.parse::<PartialDate>().unwrap().moment().unwrap();
    let home = home(&story.record, ROSA, now);
    let mut lines = vec![format!("{:?}", home.loaded)];
    lines.extend(home.unread.iter().map(|row| format!("unread: {}", row.topic)));
    lines.extend(home.new_results.iter().map(|row| format!("new: {:?} {:?}", row.name, row.flag)));
    lines.extend(home.refills.iter().map(|row| format!("refill: {} {:?}", row.name, row.outcome)));
    let runs_out = |row: &RunsOut| {
        format!("{:?} lasts {} days, asked: {}", row.name, row.days_left, row.asked)
    };
    lines.extend(home.runs_out.iter().map(runs_out));
    lines.extend(home.next_visit.map(|visit| match visit {
        NextVisit::Chart { row } => {
            format!("next: {:?} {:?}", row.name, row.when.map(|when| when.to_string()))
        }
        NextVisit::Answered { at, .. } => format!("next, booked: {at}"),
    }));
    lines.extend(home.waiting.iter().map(|item| format!("waiting: {:?} {:?}", item.is, item.text)));
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn home_says_what_is_new_what_runs_out_and_what_comes_next() {
    let mut story = Story::default();
    let medicine = story.core(r#"{"resourceType":"MedicationRequest","id":"1","status":"active","authoredOn":"2026-10-26","medicationCodeableConcept":{"text":"Lisinopril"},
        "dispenseRequest":{"expectedSupplyDuration":{"value":30,"unit":"d"}}}"#);
    let result = |id: &str, name: &str, day: &str, code: &str| {
        let json = format!(
            r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"{name}"}},"effectiveDateTime":"{day}",
            "valueQuantity":{{"value":1}},"interpretation":[{{"coding":[{{"code":"{code}"}}]}}]}}"#
        );
        ChartEntry::new(SOURCE, json)
    };
    story.chart(Kind::ChartResults(2026), result("2", "LDL", "2026-11-14", "N"));
    story.chart(Kind::ChartResults(2026), result("3", "A1c", "2026-11-14", "H"));
    story.chart(Kind::ChartResults(2026), result("4", "Old", "2026-09-14", "H"));
    for (id, at) in [
        ("5", "2026-12-09T10:00:00Z"),
        ("6", "2026-12-01T15:40:00Z"),
        ("7", "2026-11-01T15:40:00Z"),
    ] {
        let visit = format!(
            r#"{{"resourceType":"Appointment","id":"{id}","status":"booked","description":"Check {id}","start":"{at}"}}"#
        );
        story.chart(Kind::ChartVisits(2026), ChartEntry::new(SOURCE, visit));
    }
    check(
        &story,
        "2026-11-20T12:00:00Z",
        expect![[r#"
        All
        new: Some("A1c") Some(Above)
        new: Some("LDL") Some(InRange)
        Some("Lisinopril") lasts 5 days, asked: false
        next: Some("Check 6") Some("2026-12-01T15:40:00Z")"#]],
    );
    let ask = AskForRefill { medicine, pharmacy: None, note: None };
    story.writes(ROSA, Edit::AskForRefill(ask)).unwrap();
    check(
        &story,
        "2026-12-20T12:00:00Z",
        expect![[r#"
        All
        refill: Lisinopril Open
        waiting: Refill Some("Lisinopril")"#]],
    );
}

#[test]
fn a_visit_that_was_booked_as_an_answer_is_the_next_until_the_chart_has_it() {
    let mut story = Story::default();
    let ask = AskForVisit {
        reason: "Knee".into(),
        with: None,
        times: vec![PreferredTime::Any],
        earlier_welcome: false,
        help: None,
        audience: Audience::Circle,
    };
    let request = story.sends(ROSA, Edit::AskForVisit(ask)).unwrap();
    let answer =
        AnswerToVisit::Booked { at: "2026-12-01".parse().unwrap(), with: None, place: None };
    story.clinic(Who::Nurse, ClinicEdit::AnswerVisit { request, answer }).unwrap();
    check(
        &story,
        "2026-11-20T12:00:00Z",
        expect![[r#"
        All
        next, booked: 2026-12-01"#]],
    );
    check(&story, "2026-12-02T12:00:00Z", expect!["All"]);
}

#[test]
fn a_booking_that_was_moved_or_called_off_is_not_the_next_visit() {
    use crate::edit::WishForVisit;
    use crate::record::visit::Wish;
    let booked = |day: &str| {
        let (at, with, place) = (day.parse().unwrap(), None, None);
        AnswerToVisit::Booked { at, with, place }
    };
    let asked = |story: &mut Story| {
        let ask = AskForVisit {
            reason: "Knee".into(),
            with: None,
            times: vec![PreferredTime::Any],
            earlier_welcome: false,
            help: None,
            audience: Audience::Private,
        };
        let request = story.sends(ROSA, Edit::AskForVisit(ask)).unwrap();
        let answer = booked("2026-12-01T09:30:00Z");
        story.clinic(Who::Nurse, ClinicEdit::AnswerVisit { request, answer }).unwrap();
        request
    };
    let days = |story: &Story| visit_days(&story.record).iter().map(ToString::to_string).collect();
    let wish = |story: &mut Story, visit, wish, answer| {
        let wish = Edit::WishForVisit(WishForVisit { visit, wish, note: None });
        let request = story.sends(ROSA, wish).unwrap();
        let audience = story.record.values_of(request)[0].audience;
        assert_eq!(audience, Some(Audience::Private), "as it was asked for");
        story.clinic(Who::Nurse, ClinicEdit::AnswerVisit { request, answer }).unwrap();
    };
    let mut story = Story::default();
    let visit = asked(&mut story);
    let times = Wish::Move { times: vec![PreferredTime::Any] };
    wish(&mut story, visit, times, booked("2026-12-05"));
    let moved: Vec<String> = days(&story);
    assert_eq!(moved, ["2026-12-05"]);

    let mut story = Story::default();
    let visit = asked(&mut story);
    wish(&mut story, visit, Wish::CannotCome, AnswerToVisit::Done { note: "As you wish".into() });
    let none: Vec<String> = days(&story);
    assert_eq!(none, Vec::<String>::new());

    // The clinic entered it, and its system moved it.
    let mut story = Story::default();
    asked(&mut story);
    let entered = |day: &str| {
        format!(
            r#"{{"resourceType":"Appointment","id":"v","status":"booked","start":"{day}T09:30:00Z"}}"#
        )
    };
    let first = story.core(&entered("2026-12-01"));
    let newer =
        ChartEntry { replaces: Some(first), ..ChartEntry::new(SOURCE, entered("2026-12-05")) };
    story.chart(Kind::ChartCore, newer);
    let moved: Vec<String> = days(&story);
    assert_eq!(moved, ["2026-12-05"]);

    // Another visit of that day says nothing of it.
    let mut story = Story::default();
    asked(&mut story);
    story.core(&entered("2026-12-01").replace("09:30", "08:00"));
    let both: Vec<String> = days(&story);
    assert_eq!(both, ["2026-12-01", "2026-12-01"]);
    // One that the clinic entered without a time is the one that was booked.
    let mut story = Story::default();
    asked(&mut story);
    story.core(&entered("2026-12-01").replace("T09:30:00Z", "").replace("booked", "cancelled"));
    let none: Vec<String> = days(&story);
    assert_eq!(none, Vec::<String>::new());
}

#[test]
fn new_results_are_announced_as_the_person_chose() {
    let mut story = Story::default();
    let json = r#"{"resourceType":"Observation","id":"a1c","status":"final","code":{"text":"A1c"},"effectiveDateTime":"2026-11-14","valueQuantity":{"value":7.2,"unit":"%"}}"#;
    let result = story.chart(Kind::ChartResults(2026), ChartEntry::new(SOURCE, json));
    let now = "2026-11-20T12:00:00Z".parse::<PartialDate>().unwrap().moment().unwrap();
    let announced = |story: &Story| home(&story.record, ROSA, now).new_results.len();
    let choose = |story: &mut Story, notice| {
        story.writes(ROSA, Edit::Prefer(Preference::ResultNotice(notice))).unwrap();
    };
    assert_eq!(announced(&story), 1, "at once, before anybody chose");
    choose(&mut story, ResultNotice::WithNote);
    assert_eq!(announced(&story), 0);
    let ask = Edit::StartThread {
        topic: "A1c".into(),
        text: "Is it high?".into(),
        audience: Audience::Circle,
        category: None,
        about: Some(result),
        attachments: Vec::new(),
        red_flags: Vec::new(),
    };
    let thread = story.sends(ROSA, ask).unwrap();
    assert_eq!(announced(&story), 0);
    let (text, attachments) = ("A little.".into(), Vec::new());
    story.clinic(Who::Nurse, ClinicEdit::Reply { thread, text, attachments }).unwrap();
    assert_eq!(announced(&story), 1, "the clinic wrote about it");
    choose(&mut story, ResultNotice::Never);
    assert_eq!(announced(&story), 0);
}

#[test]
fn a_report_with_a_new_result_announces_it_for_what_was_written_of_an_older_one() {
    let mut story = Story::default();
    let kind = Kind::ChartResults(2026);
    let result = |id: &str, day: &str| {
        ChartEntry::new(
            SOURCE,
            format!(
                r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"{id}"}},"effectiveDateTime":"{day}","valueQuantity":{{"value":1}}}}"#
            ),
        )
    };
    let old = story.chart(kind, result("old", "2026-09-14"));
    story.chart(kind, result("new", "2026-11-14"));
    story.chart(kind, result("alone", "2026-11-14"));
    let report = r#"{"resourceType":"DiagnosticReport","id":"r","status":"final","code":{"text":"Panel"},"effectiveDateTime":"2026-09-14",
        "result":[{"reference":"Observation/old"},{"reference":"Observation/new"}]}"#;
    story.chart(kind, ChartEntry::new(SOURCE, report));
    let now = "2026-11-20T12:00:00Z".parse::<PartialDate>().unwrap().moment().unwrap();
    let announced = |story: &Story| {
        let rows = home(&story.record, ROSA, now).new_results.into_iter();
        rows.filter_map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(announced(&story), ["alone", "new"]);
    let notice = Preference::ResultNotice(ResultNotice::WithNote);
    story.writes(ROSA, Edit::Prefer(notice)).unwrap();
    let ask = Edit::StartThread {
        topic: "Old".into(),
        text: "And this?".into(),
        audience: Audience::Circle,
        category: None,
        about: Some(old),
        attachments: Vec::new(),
        red_flags: Vec::new(),
    };
    let thread = story.sends(ROSA, ask).unwrap();
    let (text, attachments) = ("It is fine.".into(), Vec::new());
    story.clinic(Who::Nurse, ClinicEdit::Reply { thread, text, attachments }).unwrap();
    assert_eq!(announced(&story), ["new"]);
}
