//! What stands in the clinic's queue after what people wrote and staff did.

use super::{RedFlag, Stage, Work, WorkKind, work};
use crate::edit::clinic::ClinicEdit;
use crate::edit::{AddReading, AskForRefill, Audience, Edit, Measured};
use crate::id::EntryId;
use crate::record::refill::Decision;
use crate::record::visit::AnswerToVisit;
use crate::testing::{LUIS, ROSA, Story, Who};

fn only(story: &Story) -> Work {
    let mut all = work(&story.record);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn ask(story: &mut Story, text: &str) -> EntryId {
    let edit = Edit::StartThread {
        topic: "Ankle".into(),
        text: text.into(),
        audience: Audience::Circle,
        category: None,
        about: None,
        attachments: Vec::new(),
        red_flags: vec!["chest_pain".into()],
    };
    story.sends(ROSA, edit).unwrap()
}

fn write_more(story: &mut Story, thread: EntryId, text: &str) -> EntryId {
    let (text, attachments, red_flags) = (text.into(), Vec::new(), Vec::new());
    story.sends(ROSA, Edit::Reply { thread, text, attachments, red_flags }).unwrap()
}

fn answer(story: &mut Story, thread: EntryId) -> EntryId {
    let (text, attachments) = ("Rest it.".into(), Vec::new());
    story.clinic(Who::Nurse, ClinicEdit::Reply { thread, text, attachments }).unwrap()
}

#[test]
fn a_thread_waits_since_its_first_unanswered_message() {
    let mut story = Story::default();
    let thread = ask(&mut story, "It hurts.");
    let first = only(&story);
    assert_eq!((first.kind, &first.stage), (WorkKind::Message, &Stage::Waiting));
    let known = RedFlag { code: "chest_pain".into(), words: None };
    assert_eq!(first.red_flags, [known]);
    let second = write_more(&mut story, thread, "Still.");
    let both = only(&story);
    let third = write_more(&mut story, thread, "Now I can't breathe well and my chest hurts.");
    let found = only(&story).red_flags;
    let words = |code: &str| {
        let flag = found.iter().find(|flag| flag.code == code).unwrap();
        flag.words.clone()
    };
    assert_eq!(words("breathing").as_deref(), Some("can't breathe"), "{found:?}");
    assert_eq!(words("chest_pain").as_deref(), Some("chest hurts"), "{found:?}");
    assert_eq!(only(&story).newest, third);
    assert_eq!(both.received_at, first.received_at, "waiting began with the first");
    assert_eq!((both.newest, &both.excerpt[..]), (second, "Still."));
}

#[test]
fn an_answer_is_done_when_it_was_read_and_a_new_message_opens_it_again() {
    let mut story = Story::default();
    let thread = ask(&mut story, "It hurts.");
    let reply = answer(&mut story, thread);
    assert!(matches!(only(&story).stage, Stage::NotRead { .. }));
    assert!(only(&story).red_flags.is_empty(), "what was answered flags no longer");
    story.sends(ROSA, Edit::MarkRead { thread, up_to: reply }).unwrap();
    assert!(matches!(only(&story).stage, Stage::Done { .. }));
    write_more(&mut story, thread, "It is back.");
    assert_eq!(only(&story).stage, Stage::Waiting);
}

#[test]
fn a_closed_thread_is_done_until_the_patient_writes_again() {
    let mut story = Story::default();
    let thread = ask(&mut story, "Thank you!");
    story.clinic(Who::Nurse, ClinicEdit::CloseThread { thread, closed: true }).unwrap();
    assert!(matches!(only(&story).stage, Stage::Done { .. }));
    write_more(&mut story, thread, "One more thing.");
    assert_eq!(only(&story).stage, Stage::Waiting);
}

#[test]
fn a_visit_waits_then_is_offered_then_is_booked() {
    let mut story = Story::default();
    let ask = crate::edit::AskForVisit {
        reason: "Knee".into(),
        with: None,
        times: vec![crate::record::visit::PreferredTime::Any],
        earlier_welcome: false,
        help: None,
        audience: Audience::Circle,
    };
    let request = story.sends(ROSA, Edit::AskForVisit(ask)).unwrap();
    assert_eq!(only(&story).stage, Stage::Waiting);
    let at = "2026-12-01".parse().unwrap();
    let offered = AnswerToVisit::Offered { times: vec![at] };
    story.clinic(Who::Nurse, ClinicEdit::AnswerVisit { request, answer: offered }).unwrap();
    assert!(matches!(only(&story).stage, Stage::Offered { .. }));
    let booked = AnswerToVisit::Booked { at, with: None, place: None };
    story.clinic(Who::Nurse, ClinicEdit::AnswerVisit { request, answer: booked }).unwrap();
    assert!(matches!(only(&story).stage, Stage::Done { .. }));
}

#[test]
fn what_was_cancelled_is_done() {
    let mut story = Story::default();
    let ask = crate::edit::AskForCall {
        language: "es".into(),
        times: vec![crate::record::visit::PreferredTime::Any],
        phone: None,
        note: None,
        audience: Audience::Circle,
    };
    let request = story.sends(ROSA, Edit::AskForCall(ask)).unwrap();
    assert!(only(&story).stage.waits_for_the_clinic());
    story.sends(ROSA, Edit::Cancel { request }).unwrap();
    assert_eq!(only(&story).stage, Stage::Done { by: None, at: None });
}

#[test]
fn two_requests_for_one_medicine_are_one_item_with_the_words_of_both() {
    let mut story = Story::default();
    let medicine = story.core(
        r#"{"resourceType":"MedicationRequest","id":"1","status":"active","medicationCodeableConcept":{"text":"Lisinopril"}}"#,
    );
    let ask = |note: &str| {
        let note = Some(note.to_owned());
        Edit::AskForRefill(AskForRefill { medicine, pharmacy: None, note })
    };
    // Neither device had heard of the other when it asked.
    let mut other = Story::default();
    other.record = story.record.clone();
    let his = other.writes(LUIS, ask("None left.")).unwrap();
    let hers = story.sends(ROSA, ask("For the trip.")).unwrap();
    for entry in other.record.values_of(his).to_vec() {
        story.id();
        story.record.insert(his, entry);
        story.receive(his);
    }
    let item = only(&story);
    assert_eq!((item.item, &item.excerpt[..]), (hers, "For the trip. | None left."));
    let decision = Decision::Approved { quantity: None, out: None };
    story.clinic(Who::Doctor, ClinicEdit::DecideRefill { refill: hers, decision }).unwrap();
    assert!(matches!(only(&story).stage, Stage::ToSendOut { .. }), "and none waits behind it");
}

#[test]
fn a_reading_that_was_a_slip_of_the_finger_does_not_wait_for_the_clinic() {
    let mut story = Story::default();
    let add = |top: &str| AddReading {
        measured: Measured::BloodPressure { top: top.into(), bottom: "78".into(), pulse: None },
        at: "2026-11-20".parse().unwrap(),
        note: None,
    };
    let reading = story.sends(ROSA, Edit::AddReading(add("218"))).unwrap();
    assert_eq!(only(&story).stage, Stage::Waiting);
    story.sends(ROSA, Edit::CorrectReading { reading, with: add("128") }).unwrap();
    assert!(matches!(only(&story).stage, Stage::Done { .. }));
}
