//! What a person sees of medicines and refills.

use expect_test::{Expect, expect};

use super::*;
use crate::document::{DocumentId, Kind};
use crate::edit::clinic::ClinicEdit;
use crate::edit::{AddMedicine, AskForRefill, Edit, Refused};
use crate::record::refill::{Decision, DeclineReason};
use crate::record::{Mark, Step};
use crate::testing::{LUIS, PATIENT, ROSA, Story, Who};
use crate::view::refills::{RefillOutcome, refills as refill_rows};

mod fetched;

fn order(id: &str, status: &str, name: &str, day: &str) -> String {
    format!(
        r#"{{"resourceType":"MedicationRequest","id":"{id}","status":"{status}","authoredOn":"{day}","medicationCodeableConcept":{{"text":"{name}"}},
        "dosageInstruction":[{{"text":"Take 1 tablet"}}]}}"#
    )
}

fn ask(medicine: EntryId) -> Edit {
    Edit::AskForRefill(AskForRefill { medicine, pharmacy: Some("Main Street".into()), note: None })
}

/// As it comes from his own phone, which knew of no other request.
fn asked_by_luis(story: &mut Story, medicine: EntryId, note: Option<&str>) -> EntryId {
    let said = Said::Refill(crate::record::refill::Refill {
        medicine,
        name: "Lisinopril".into(),
        pharmacy: None,
        note: note.map(str::to_owned),
        written: story.now(),
    });
    let id = story.id();
    story.hear(id, &DocumentId::first(PATIENT, Kind::JournalCircle(LUIS, None)), &said.to_text());
    id
}

fn check(story: &Story, expected: Expect) {
    let answer = medicines(&story.record, ROSA);
    let mut lines = vec![format!("{:?}", answer.loaded)];
    let mut add = |title: &str, rows: &[MedicineRow]| {
        for row in rows {
            let entries = row.entries.len();
            let until = row.lasts_until.map(|day| format!(" until {day}")).unwrap_or_default();
            let name = row.name.as_deref().unwrap_or_default();
            lines.push(format!(
                "{title}: {name}, {entries} entries{until}, can ask: {}",
                row.can_ask
            ));
        }
    };
    add("now", &answer.now);
    add("before", &answer.before);
    lines.extend(answer.own.iter().map(|row| format!("own: {} {:?}", row.name, row.added_by)));
    expected.assert_eq(&lines.join("\n"));
}

fn check_refills(story: &Story, expected: Expect) {
    let mut lines = Vec::new();
    for row in refill_rows(&story.record, ROSA) {
        let by = row.asked_by.map(|by| format!(" by {by}")).unwrap_or_default();
        let outcome = match row.outcome {
            RefillOutcome::SameAs { asked_by, .. } => format!("same as that of {asked_by:?}"),
            other => format!("{other:?}"),
        };
        lines.push(format!("{}{by}: {outcome}", row.name));
        for step in row.steps {
            let mark = if step.reached { "x" } else { " " };
            let by = step.by.unwrap_or_default();
            lines.push(format!("  [{mark}] {:?} {by}", step.is).trim_end().to_owned());
        }
    }
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn one_medicine_is_one_row_however_often_it_was_written() {
    let mut story = Story::default();
    story.core(&order("1", "active", "Lisinopril 10 mg", "2024-01-01"));
    story.core(&order("2", "stopped", "lisinopril 10 MG", "2026-01-01"));
    story.core(&order("3", "stopped", "Ibuprofen 400 mg", "2026"));
    story.core(&order("4", "entered-in-error", "Aspirin", "2026"));
    let handed = r#"{"resourceType":"MedicationDispense","id":"d","status":"completed","medicationCodeableConcept":{"text":"Lisinopril 10 mg"},
        "whenHandedOver":"2026-11-01","daysSupply":{"value":30,"unit":"days"}}"#;
    story.core(handed);
    let own = AddMedicine { name: "Valerian".into(), directions: None, since: None };
    story.writes(LUIS, Edit::AddMedicine(own)).unwrap();
    check(
        &story,
        expect![[r#"
        All
        now: Lisinopril 10 mg, 3 entries until 2026-12-01, can ask: true
        before: Ibuprofen 400 mg, 1 entries, can ask: false
        own: Valerian Some("Luis")"#]],
    );
}

#[test]
fn a_refill_goes_step_by_step_to_the_pharmacy() {
    let mut story = Story::default();
    let medicine = story.core(&order("1", "active", "Lisinopril", "2024"));
    let refill = story.writes(ROSA, ask(medicine)).unwrap();
    check_refills(
        &story,
        expect![[r#"
        Lisinopril: Open
          [x] SavedHere
          [ ] Sent
          [ ] AtTheClinic
          [ ] Approved
          [ ] Ready"#]],
    );
    story.receive(refill);
    let at = story.now();
    story.record.add_mark(Mark { entry: refill, step: Step::AtTheClinic, at });
    check_refills(
        &story,
        expect![[r#"
        Lisinopril: Open
          [x] SavedHere
          [x] Sent
          [x] AtTheClinic
          [ ] Approved
          [ ] Ready"#]],
    );
    story.clinic(Who::Nurse, ClinicEdit::Assign { of: refill, to: None }).unwrap();
    check_refills(
        &story,
        expect![[r#"
        Lisinopril: Open
          [x] SavedHere
          [x] Sent
          [x] AtTheClinic
          [x] InWork Nurse Linh Tran
          [ ] Approved
          [ ] Ready"#]],
    );
    for decision in [Decision::Approved { quantity: None, out: None }, Decision::Ready { at: None }]
    {
        story.clinic(Who::Doctor, ClinicEdit::DecideRefill { refill, decision }).unwrap();
    }
    check_refills(
        &story,
        expect![[r#"
        Lisinopril: Approved { quantity: None, out: None }
          [x] SavedHere
          [x] Sent
          [x] AtTheClinic
          [x] InWork Nurse Linh Tran
          [x] Approved Dr. Amara Okafor
          [x] Ready Dr. Amara Okafor"#]],
    );
}

#[test]
fn a_declined_refill_ends_with_its_reason() {
    let mut story = Story::default();
    let medicine = story.core(&order("1", "active", "Meloxicam", "2024"));
    let refill = story.sends(ROSA, ask(medicine)).unwrap();
    let decision = Decision::Declined {
        reason: DeclineReason::NotSafe,
        why: "It can hurt your kidneys.".into(),
        next: "Ask for a visit.".into(),
    };
    story.clinic(Who::Doctor, ClinicEdit::DecideRefill { refill, decision }).unwrap();
    check_refills(
        &story,
        expect![[r#"
        Meloxicam: Declined { reason: NotSafe, why: "It can hurt your kidneys.", next: "Ask for a visit." }
          [x] SavedHere
          [x] Sent
          [x] AtTheClinic
          [x] Declined Dr. Amara Okafor"#]],
    );
}

#[test]
fn two_who_asked_at_once_see_one_request_before_the_server_says_so() {
    let mut story = Story::default();
    let medicine = story.core(&order("1", "active", "Lisinopril", "2024"));
    story.writes(ROSA, ask(medicine)).unwrap();
    asked_by_luis(&mut story, medicine, None);
    check_refills(
        &story,
        expect![[r#"
        Lisinopril: same as that of Some("Luis")
          [x] SavedHere
          [ ] Sent
          [ ] AtTheClinic
        Lisinopril by Luis: Open
          [x] Sent
          [ ] AtTheClinic
          [ ] Approved
          [ ] Ready"#]],
    );
}

#[test]
fn of_two_requests_one_is_decided_and_stands_for_both_for_good() {
    let mut story = Story::default();
    let medicine = story.core(&order("1", "active", "Lisinopril", "2024"));
    let hers = story.sends(ROSA, ask(medicine)).unwrap();
    let his = asked_by_luis(&mut story, medicine, Some("She has none left"));
    let also = refill_rows(&story.record, ROSA).into_iter().flat_map(|row| row.also);
    let also: Vec<_> = also.map(|also| (also.entry, also.asked_by, also.note)).collect();
    assert_eq!(also, [(his, Some("Luis".into()), Some("She has none left".into()))]);
    let approve = |refill| ClinicEdit::DecideRefill {
        refill,
        decision: Decision::Approved { quantity: None, out: None },
    };
    assert_eq!(story.clinic(Who::Doctor, approve(his)), Err(Refused::RefillOpen));
    story.clinic(Who::Doctor, approve(hers)).unwrap();
    assert_eq!(story.clinic(Who::Doctor, approve(his)), Err(Refused::Decided));
    check_refills(
        &story,
        expect![[r#"
        Lisinopril by Luis: same as that of None
          [x] Sent
          [ ] AtTheClinic
        Lisinopril: Approved { quantity: None, out: None }
          [x] SavedHere
          [x] Sent
          [x] AtTheClinic
          [x] Approved Dr. Amara Okafor
          [ ] Ready"#]],
    );
    // What comes after the decision is a request of its own.
    let next = story.sends(LUIS, ask(medicine)).unwrap();
    assert!(story.clinic(Who::Doctor, approve(next)).is_ok());
}

#[test]
fn what_was_folded_into_a_cancelled_request_stands_again() {
    let mut story = Story::default();
    let medicine = story.core(&order("1", "active", "Lisinopril", "2024"));
    let hers = story.sends(ROSA, ask(medicine)).unwrap();
    asked_by_luis(&mut story, medicine, None);
    story.sends(ROSA, Edit::Cancel { request: hers }).unwrap();
    assert_eq!(story.writes(ROSA, ask(medicine)), Err(Refused::RefillOpen));
    check_refills(
        &story,
        expect![[r#"
        Lisinopril by Luis: Open
          [x] Sent
          [ ] AtTheClinic
          [ ] Approved
          [ ] Ready
        Lisinopril: Cancelled
          [x] SavedHere
          [x] Sent
          [ ] AtTheClinic
          [x] Cancelled"#]],
    );
}

/// Hers is answered to her alone, because the medicine is now kept from others.
#[test]
fn what_different_people_see_is_not_folded() {
    let mut story = Story::default();
    let old = story.core(&order("1", "active", "Lisinopril", "2024"));
    let hidden = crate::fhir::entry::ChartEntry {
        replaces: Some(old),
        ..crate::fhir::entry::ChartEntry::new(
            crate::testing::SOURCE,
            order("1", "active", "Lisinopril", "2024"),
        )
    };
    let medicine = story.chart(Kind::ChartSensitive, hidden);
    let hers = story.sends(ROSA, ask(medicine)).unwrap();
    let his = asked_by_luis(&mut story, medicine, None);
    asked_by_luis(&mut story, medicine, None);
    let ends = |story: &Story| {
        let all = crate::record::refills::refills(&story.record);
        all.iter().map(|one| one.end).collect::<Vec<_>>()
    };
    assert_eq!(ends(&story), [End::Open, End::Open, End::Collapsed { into: his }]);
    let decision = Decision::Approved { quantity: None, out: None };
    let decide = ClinicEdit::DecideRefill { refill: hers, decision };
    story.clinic(Who::Doctor, decide).unwrap();
    assert_eq!(ends(&story)[1], End::Open, "he heard of no answer");
}

#[test]
fn a_decision_whose_request_never_came_is_still_shown() {
    let mut story = Story::default();
    let care = DocumentId::first(PATIENT, Kind::CareCircle(None));
    let said = Said::RefillDecision(crate::record::refill::RefillDecision {
        refill: EntryId::from_u128(7),
        decision: Decision::Ready { at: None },
        by: "Dr. Okafor".into(),
        written: story.now(),
    });
    let id = story.id();
    story.hear(id, &care, &said.to_text());
    check_refills(
        &story,
        expect![[r#"
        : Approved { quantity: None, out: None }
          [x] Sent
          [x] AtTheClinic
          [x] Approved
          [x] Ready Dr. Okafor"#]],
    );
    assert_eq!(medicines(&story.record, ROSA).other_refills.len(), 1);
}

#[test]
fn a_decision_of_a_newer_version_still_ends_the_request() {
    let mut story = Story::default();
    let medicine = story.core(&order("1", "active", "Lisinopril", "2024"));
    let refill = story.sends(ROSA, ask(medicine)).unwrap();
    let newer = format!(
        r#"{{"kind":"refill_decision","refill":"{refill}","decision":{{"by_drone":{{"eta":5}}}},"by":"Dr. Okafor","written":5}}"#
    );
    let id = story.id();
    story.hear(id, &DocumentId::first(PATIENT, Kind::CareCircle(None)), &newer);
    check_refills(
        &story,
        expect![[r#"
        Lisinopril: Decided
          [x] SavedHere
          [x] Sent
          [x] AtTheClinic"#]],
    );
}

/// On a ward a medicine is given many times; what is taken at home other sources say.
#[test]
fn what_staff_gave_stands_in_its_medicines_history_and_is_no_order_and_no_fill() {
    let mut story = Story::default();
    let given = |id: &str, name: &str, day: &str| {
        format!(
            r#"{{"resourceType":"MedicationAdministration","id":"{id}","status":"completed","effectiveDateTime":"{day}","medicationCodeableConcept":{{"text":"{name}"}},"dosage":{{"dose":{{"value":4,"unit":"mg"}}}}}}"#
        )
    };
    story.core(&order("1", "active", "Lisinopril", "2026-01-01"));
    let entry = story.core(&given("2", "lisinopril", "2026-11-01"));
    story.core(&given("3", "Morphine", "2026-11-01"));
    check(
        &story,
        expect![[r#"
        All
        now: Lisinopril, 2 entries, can ask: true
        before: Morphine, 1 entries, can ask: false"#]],
    );
    let detail = medicine(&story.record, ROSA, entry).unwrap();
    assert_eq!((detail.orders.len(), detail.row.last_filled), (1, None));
    let dose = detail.dispensed[0].facts.iter().find(|fact| fact.what == What::Dose).unwrap();
    assert_eq!(dose.words.as_deref(), Some("4 mg"));
}

#[test]
fn a_medicine_that_was_never_given_is_none_and_of_many_doses_the_newest_are_listed() {
    let mut story = Story::default();
    let mut given = |name: &str, status: &str, month: u32, day: u32| {
        let json = format!(
            r#"{{"resourceType":"MedicationAdministration","status":"{status}","effectiveDateTime":"2026-{month:02}-{day:02}","medicationCodeableConcept":{{"text":"{name}"}}}}"#
        );
        story.core(&json)
    };
    given("Heparin", "not-done", 1, 1);
    let days = (1..=5).flat_map(|month| (1..=28).map(move |day| (month, day)));
    let doses: Vec<_> =
        days.map(|(month, day)| given("Morphine", "completed", month, day)).collect();
    let before = medicines(&story.record, ROSA).before;
    let names: Vec<_> = before.iter().filter_map(|row| row.name.as_deref()).collect();
    assert_eq!(names, ["Morphine"]);
    let detail = medicine(&story.record, ROSA, doses[0]).unwrap();
    assert_eq!(detail.dispensed.len(), GIVEN_MAX);
    assert_eq!(detail.dispensed[0].entry, *doses.last().unwrap());
}
