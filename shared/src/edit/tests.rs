//! What a person and the clinic may do, and why not.

mod asked;
mod staff;

use super::clinic::{ClinicEdit, Hand};
use super::*;
use crate::record::reading::{Measured, WeightUnit};
use crate::record::refill::{Decision, DeclineReason};
use crate::record::visit::AnswerToVisit;
use crate::testing::{LUIS, ROSA, Story, Who};

const LISINOPRIL: &str = r#"{"resourceType":"MedicationRequest","id":"1","status":"active","medicationCodeableConcept":{"text":"Lisinopril 10 mg"}}"#;
/// The same medicine, written again two years later.
const LISINOPRIL_AGAIN: &str = r#"{"resourceType":"MedicationRequest","id":"2","status":"active","authoredOn":"2026","medicationCodeableConcept":{"text":"lisinopril  10 MG"}}"#;
const IBUPROFEN: &str = r#"{"resourceType":"MedicationRequest","id":"3","status":"stopped","medicationCodeableConcept":{"text":"Ibuprofen 400 mg"}}"#;

fn refill(medicine: EntryId) -> Edit {
    Edit::AskForRefill(AskForRefill { medicine, pharmacy: None, note: None })
}

fn decide(refill: EntryId, decision: Decision) -> ClinicEdit {
    ClinicEdit::DecideRefill { refill, decision }
}

fn approved() -> Decision {
    Decision::Approved { quantity: Some("30 tablets".into()), out: None }
}

fn reading(measured: Measured) -> Edit {
    let at = "2026-11-20T07:02:00-05:00".parse().unwrap();
    Edit::AddReading(AddReading { measured, at, note: None })
}

fn pressure(top: &str, bottom: &str) -> Measured {
    Measured::BloodPressure { top: top.into(), bottom: bottom.into(), pulse: None }
}

fn thread(story: &mut Story, who: crate::id::AccountId) -> EntryId {
    let start = Edit::StartThread {
        topic: "Ankle".into(),
        text: "It is swollen".into(),
        audience: Audience::Circle,
        category: None,
        about: None,
        attachments: Vec::new(),
        red_flags: Vec::new(),
    };
    story.sends(who, start).unwrap()
}

#[test]
fn one_medicine_has_one_open_refill_whoever_asks_and_under_whichever_prescription() {
    let mut story = Story::default();
    let (old, new) = (story.core(LISINOPRIL), story.core(LISINOPRIL_AGAIN));
    let asked = story.sends(ROSA, refill(old)).unwrap();
    assert_eq!(story.writes(ROSA, refill(new)), Err(Refused::RefillOpen));
    assert_eq!(story.writes(LUIS, refill(old)), Err(Refused::RefillOpen));
    story.clinic(Who::Doctor, decide(asked, approved())).unwrap();
    assert!(story.writes(LUIS, refill(old)).is_ok());
}

#[test]
fn a_stopped_medicine_is_not_refilled_and_only_medicines_are() {
    let mut story = Story::default();
    let stopped = story.core(IBUPROFEN);
    let allergy = story.core(r#"{"resourceType":"AllergyIntolerance"}"#);
    assert_eq!(story.writes(ROSA, refill(stopped)), Err(Refused::MedicineStopped));
    assert_eq!(story.writes(ROSA, refill(allergy)), Err(Refused::NotAMedicine));
    let unknown = EntryId::from_u128(5);
    assert_eq!(story.writes(ROSA, refill(unknown)), Err(Refused::NotAMedicine));
}

#[test]
fn a_request_is_cancelled_by_who_made_it_and_until_it_is_decided() {
    let mut story = Story::default();
    let medicine = story.core(LISINOPRIL);
    let asked = story.sends(ROSA, refill(medicine)).unwrap();
    let cancel = || Edit::Cancel { request: asked };
    assert_eq!(story.writes(LUIS, cancel()), Err(Refused::SomebodyElses));
    story.sends(ROSA, cancel()).unwrap();
    assert_eq!(story.sends(ROSA, cancel()), Err(Refused::Cancelled));
    assert_eq!(story.clinic(Who::Doctor, decide(asked, approved())), Err(Refused::Cancelled));
    let again = story.sends(ROSA, refill(medicine)).unwrap();
    story.clinic(Who::Doctor, decide(again, approved())).unwrap();
    assert_eq!(story.writes(ROSA, Edit::Cancel { request: again }), Err(Refused::Decided));
}

#[test]
fn a_request_that_never_left_simply_never_was() {
    let mut story = Story::default();
    let medicine = story.core(LISINOPRIL);
    let asked = story.writes(ROSA, refill(medicine)).unwrap();
    story.writes(ROSA, Edit::Cancel { request: asked }).unwrap();
    assert_eq!(story.record.entries().count(), 0);
    assert!(story.writes(ROSA, refill(medicine)).is_ok());
}

#[test]
fn only_a_prescriber_decides_once_and_with_words() {
    let mut story = Story::default();
    let medicine = story.core(LISINOPRIL);
    let asked = story.sends(ROSA, refill(medicine)).unwrap();
    let declined = |why: &str| Decision::Declined {
        reason: DeclineReason::NeedsVisit,
        why: why.into(),
        next: "Ask for a visit.".into(),
    };
    let ready = || decide(asked, Decision::Ready { at: None });
    let as_nurse = story.clinic(Who::Nurse, decide(asked, approved()));
    assert_eq!(as_nurse, Err(Refused::NotYourRole));
    let wordless = story.clinic(Who::Doctor, decide(asked, declined(" ")));
    assert_eq!(wordless, Err(Refused::EmptyText));
    assert_eq!(story.clinic(Who::Nurse, ready()), Err(Refused::NoSuchEntry));
    story.clinic(Who::Doctor, decide(asked, approved())).unwrap();
    let twice = story.clinic(Who::Doctor, decide(asked, declined("No.")));
    assert_eq!(twice, Err(Refused::Decided));
    assert!(story.clinic(Who::Nurse, ready()).is_ok());
}

#[test]
fn a_reading_is_a_number_that_a_body_can_show() {
    let mut story = Story::default();
    for (top, bottom, expected) in [
        (" 128 ", "78", None),
        ("1280", "78", Some(Refused::NotPossible)),
        ("78", "128", Some(Refused::NotPossible)),
        ("12o", "78", Some(Refused::NotANumber)),
        ("-128", "78", Some(Refused::NotANumber)),
        ("", "78", Some(Refused::NotANumber)),
        ("1e2", "78", Some(Refused::NotANumber)),
    ] {
        let written = story.writes(ROSA, reading(pressure(top, bottom)));
        assert_eq!(written.err(), expected, "{top}/{bottom}");
    }
    let weight = |value: &str, unit| Measured::Weight { value: value.into(), unit };
    let heavy = reading(weight("700", WeightUnit::Kilogram));
    assert_eq!(story.writes(ROSA, heavy), Err(Refused::NotPossible));
    assert!(story.writes(ROSA, reading(weight("700", WeightUnit::Pound))).is_ok());
}

#[test]
fn a_reading_is_corrected_by_who_took_it() {
    let mut story = Story::default();
    let sent = story.sends(ROSA, reading(pressure("182", "78"))).unwrap();
    let correct = |reading| Edit::CorrectReading {
        reading,
        with: AddReading {
            measured: pressure("128", "78"),
            at: "2026-11-20".parse().unwrap(),
            note: None,
        },
    };
    assert_eq!(story.writes(LUIS, correct(sent)), Err(Refused::SomebodyElses));
    let other = story.writes(ROSA, correct(sent)).unwrap();
    assert_ne!(other, sent, "what was sent stays, and the correction is an entry of its own");
    // Unsent, it is changed in place and goes on to correct the first.
    assert_eq!(story.writes(ROSA, correct(other)), Ok(other));
    let Said::Reading(reading) = &story.record.values_of(other)[0].said else {
        panic!("a reading");
    };
    assert_eq!(reading.corrects, Some(sent));
    let medicine = story.core(LISINOPRIL);
    assert_eq!(story.writes(ROSA, correct(medicine)), Err(Refused::NoSuchEntry));
}

#[test]
fn what_was_sent_is_retracted_and_what_was_not_is_gone() {
    let mut story = Story::default();
    let sent = thread(&mut story, ROSA);
    assert_eq!(story.writes(LUIS, Edit::Retract { entry: sent }), Err(Refused::SomebodyElses));
    story.writes(ROSA, Edit::Retract { entry: sent }).unwrap();
    assert!(!story.record.values_of(sent).is_empty());
    assert_eq!(story.writes(ROSA, Edit::Withdraw { entry: sent }), Err(Refused::AlreadySent));
}

#[test]
fn a_visit_is_asked_for_with_a_reason_and_a_time() {
    let mut story = Story::default();
    let ask = |reason: &str, times: Vec<crate::record::visit::PreferredTime>| {
        Edit::AskForVisit(AskForVisit {
            reason: reason.into(),
            with: None,
            times,
            earlier_welcome: true,
            help: None,
            audience: Audience::Circle,
        })
    };
    let any = || vec![crate::record::visit::PreferredTime::Any];
    assert_eq!(story.writes(ROSA, ask("", any())), Err(Refused::EmptyText));
    assert_eq!(story.writes(ROSA, ask("Knee", Vec::new())), Err(Refused::NoTimes));
    let asked = story.sends(ROSA, ask("Knee", any())).unwrap();
    let booked = AnswerToVisit::Booked {
        at: "2026-12-01T10:40:00-05:00".parse().unwrap(),
        with: None,
        place: None,
    };
    let wish = Edit::WishForVisit(WishForVisit {
        visit: asked,
        wish: crate::record::visit::Wish::CannotCome,
        note: None,
    });
    assert_eq!(story.writes(ROSA, wish.clone()), Err(Refused::NotAVisit));
    let answer = ClinicEdit::AnswerVisit { request: asked, answer: booked };
    story.clinic(Who::Nurse, answer).unwrap();
    assert!(story.writes(ROSA, wish).is_ok());
}

#[test]
fn what_the_clinic_adds_by_hand_keeps_its_digits() {
    let mut story = Story::default();
    let potassium = Hand::Result {
        name: "Potassium".into(),
        loinc: Some("2823-3".into()),
        value: "5.40".into(),
        unit: Some("mmol/L".into()),
        low: Some("3.5".into()),
        high: Some("5.1".into()),
        taken_on: "2026-11-14".parse().unwrap(),
        lab: Some("Northside Lab".into()),
    };
    let added = story.clinic(Who::Nurse, ClinicEdit::AddToChart(potassium)).unwrap();
    let resource = story.record.chart().find(added).unwrap();
    let seen: crate::fhir::observation::Observation<'_> = resource.view();
    expect_test::expect![[r#"Some("5.40 mmol/L") Some(Above) Some("Nurse Linh Tran")"#]].assert_eq(
        &format!("{:?} {:?} {:?}", seen.value().words(), seen.flag(), resource.about().by.said()),
    );
    let wrong = ClinicEdit::MarkWrong { entry: added, why: "Another patient's paper".into() };
    story.clinic(Who::Nurse, wrong).unwrap();
    assert!(story.record.marked_wrong().contains_key(&added));
}

#[test]
fn a_document_by_hand_names_its_blob_in_its_exact_place() {
    let mut story = Story::default();
    let report = Hand::Document {
        title: "Eye report".into(),
        kind: None,
        dated: None,
        content_type: "application/pdf".into(),
        blob: "b1".into(),
        bytes: 3,
    };
    let added = story.clinic(Who::Nurse, ClinicEdit::AddToChart(report)).unwrap();
    let resource = story.record.chart().find(added).unwrap();
    let blob = |_: &str| Some(b"pdf".to_vec());
    let whole = crate::fhir::entry::restore(resource.json(), &resource.about().cuts(), blob);
    assert!(whole.unwrap().contains(r#""data":"cGRm""#));
}

#[test]
fn an_answer_goes_to_those_who_read_the_question() {
    let mut story = Story::default();
    let asked = thread(&mut story, LUIS);
    let reply =
        |thread| ClinicEdit::Reply { thread, text: "Rest it".into(), attachments: Vec::new() };
    let answer = story.clinic(Who::Nurse, reply(asked)).unwrap();
    assert_eq!(story.record.values_of(answer)[0].audience, Some(Audience::Circle));
    let nowhere = EntryId::from_u128(5);
    assert_eq!(story.clinic(Who::Nurse, reply(nowhere)), Err(Refused::NoSuchThread));
}

#[test]
fn an_own_allergy_is_kept_as_it_was_said_or_refused_with_a_reason() {
    use crate::record::Said;
    use crate::record::own::OwnAllergy;
    let mut story = Story::default();
    let allergy = |substance: &str, reaction: Option<&str>| {
        let (substance, reaction) = (substance.to_owned(), reaction.map(str::to_owned));
        Edit::AddAllergy(AddAllergy { substance, reaction, since: "2019".parse().ok() })
    };
    let entry = story.writes(ROSA, allergy(" Shrimp ", Some("Hives"))).unwrap();
    let kept = &story.record.values_of(entry)[0];
    let Said::OwnAllergy(OwnAllergy { substance, reaction, since, .. }) = &kept.said else {
        panic!("{:?}", kept.said);
    };
    assert_eq!((substance.as_str(), reaction.as_deref()), ("Shrimp", Some("Hives")));
    assert_eq!((*since, kept.audience), ("2019".parse().ok(), Some(Audience::Circle)));
    assert_eq!(story.writes(ROSA, allergy("  ", None)), Err(Refused::EmptyText));
    let long = "x".repeat(50_000);
    assert_eq!(story.writes(ROSA, allergy(&long, None)), Err(Refused::TextTooLong));
    assert_eq!(story.writes(ROSA, allergy("Nuts", Some(&long))), Err(Refused::TextTooLong));
}

#[test]
fn a_card_that_the_gate_would_refuse_is_refused_here() {
    use crate::record::preference::{EmergencyCard, Preference};
    let mut story = Story::default();
    let card = |note: &str| {
        let note = Some(note.to_owned());
        let (shows, without, contacts) = Default::default();
        let card = EmergencyCard { shows, without, contacts, note, while_locked: true };
        Edit::Prefer(Preference::EmergencyCard(card))
    };
    assert!(story.writes(ROSA, card("Takes insulin")).is_ok());
    // A thousand characters, of which each is written as six bytes.
    let escaped = card(&"\u{1}".repeat(1_000));
    assert_eq!(story.writes(ROSA, escaped), Err(Refused::TextTooLong));
}

#[test]
fn a_message_waits_for_its_photos_and_other_words_keep_them() {
    let mut story = Story::default();
    let thread = thread(&mut story, ROSA);
    let name = crate::attachment::AttachmentName::from_bytes([7; 32]);
    let photo =
        |blob: String| Attachment { blob, content_type: "image/jpeg".into(), bytes: 9, name: None };
    let pen = |entry| Pen {
        account: ROSA,
        patient: crate::testing::PATIENT,
        entry: EntryId::from_u128(entry),
        now: Timestamp::default(),
    };
    let reply = |attachments| Edit::Reply {
        thread,
        text: "Look".into(),
        attachments,
        red_flags: Vec::new(),
    };
    let named = |prepared| match prepared {
        Ok(Prepared::New { item, .. }) => item.attachments,
        other => panic!("{other:?}"),
    };
    let with = reply(vec![photo(name.text()), photo("no name".into())]);
    assert_eq!(with.attachments().len(), 2);
    assert_eq!(named(prepare(&story.record, pen(90), with)), Some(vec![name]));
    assert_eq!(named(prepare(&story.record, pen(91), reply(Vec::new()))), None);
    let many = reply(vec![photo(name.text()); ATTACHMENTS_MAX + 1]);
    assert_eq!(prepare(&story.record, pen(92), many), Err(Refused::TooMany));

    let entry = story.writes(ROSA, reply(vec![photo(name.text())])).unwrap();
    let again = Edit::Reword { entry, text: "Look here".into() };
    let Ok(Prepared::Reword { put: PutInto::Entry { text }, .. }) =
        prepare(&story.record, pen(93), again)
    else {
        panic!("it can be reworded");
    };
    assert!(text.contains(&name.text()) && text.contains("Look here"), "{text}");
}
