//! What staff do beside answering: taking, passing on, sending out, and writing into the chart.

use super::*;
use crate::fhir::ResourceType;
use crate::record::Step;
use crate::record::refill::{Way, WentOut};

#[test]
fn work_is_taken_given_and_passed_on_by_name() {
    let mut story = Story::default();
    let asked = thread(&mut story, ROSA);
    let assign = |to: Option<&str>| ClinicEdit::Assign { of: asked, to: to.map(str::to_owned) };
    let taken = story.clinic(Who::Nurse, assign(None)).unwrap();
    let given = story.clinic(Who::Nurse, assign(Some("Dr. Amara Okafor"))).unwrap();
    let to = |story: &Story, entry| match &story.record.values_of(entry)[0].said {
        Said::Taken(taken) => taken.to.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(to(&story, taken), "Nurse Linh Tran");
    assert_eq!(to(&story, given), "Dr. Amara Okafor");
    let route = |to: &str| ClinicEdit::Route { of: asked, to: to.into() };
    assert!(story.clinic(Who::Nurse, route("Front desk")).is_ok());
    assert_eq!(story.clinic(Who::Nurse, route(" ")), Err(Refused::EmptyText));
    let nowhere = ClinicEdit::Route { of: EntryId::from_u128(5), to: "Front desk".into() };
    assert_eq!(story.clinic(Who::Nurse, nowhere), Err(Refused::NoSuchEntry));
}

#[test]
fn a_message_is_read_by_a_person_with_a_name() {
    let mut story = Story::default();
    let asked = thread(&mut story, ROSA);
    story.clinic(Who::Nurse, ClinicEdit::MarkRead { entry: asked }).unwrap();
    let read = Step::ReadBy { name: "Nurse Linh Tran".into() };
    assert_eq!(story.record.marks_of(asked)[0].step, read);
    let unknown = ClinicEdit::MarkRead { entry: EntryId::from_u128(5) };
    assert_eq!(story.clinic(Who::Nurse, unknown), Err(Refused::NoSuchEntry));
}

#[test]
fn a_changed_prescription_says_to_what_and_goes_out_by_whom_and_how() {
    let mut story = Story::default();
    let medicine = story.core(LISINOPRIL);
    let asked = story.sends(ROSA, refill(medicine)).unwrap();
    let changed = |to: &str| {
        let (to, why) = (to.into(), "Your pressure is high.".into());
        decide(asked, Decision::Changed { to, why, out: None })
    };
    let out = WentOut { way: Way::Phoned, by: "Nurse Linh Tran".into(), at: story.now() };
    let sent_out = || decide(asked, Decision::SentOut { out: out.clone() });
    assert_eq!(story.clinic(Who::Nurse, sent_out()), Err(Refused::NoSuchEntry));
    assert_eq!(story.clinic(Who::Doctor, changed("")), Err(Refused::EmptyText));
    story.clinic(Who::Doctor, changed("Lisinopril 20 mg")).unwrap();
    story.clinic(Who::Nurse, sent_out()).unwrap();
    story.clinic(Who::Nurse, decide(asked, Decision::PickedUp)).unwrap();
    let all = crate::record::refills::refills(&story.record);
    assert_eq!(all[0].decisions.len(), 3);
}

#[test]
fn everything_that_stands_on_paper_can_be_added_by_hand() {
    let mut story = Story::default();
    let day = "2026-11-14".parse().unwrap();
    let (name, directions, reaction) = ("Cardizem".to_owned(), None, None);
    let hands = [
        (
            Hand::Medicine { name: name.clone(), directions, since: None },
            ResourceType::MedicationRequest,
        ),
        (
            Hand::Allergy { substance: name.clone(), reaction, severe: Some(true) },
            ResourceType::AllergyIntolerance,
        ),
        (
            Hand::Condition { name: name.clone(), since: Some(day), ended: None },
            ResourceType::Condition,
        ),
        (Hand::Shot { name: name.clone(), given_on: day, lot: None }, ResourceType::Immunization),
        (
            Hand::Visit { name: name.clone(), at: day, with: None, place: None, to_come: false },
            ResourceType::Encounter,
        ),
        (
            Hand::Visit { name: name.clone(), at: day, with: None, place: None, to_come: true },
            ResourceType::Appointment,
        ),
    ];
    for (hand, kind) in hands {
        let added = story.clinic(Who::Nurse, ClinicEdit::AddToChart(hand)).unwrap();
        let resource = story.record.chart().find(added).unwrap();
        assert_eq!(resource.kind, kind);
        assert_eq!(resource.describe().name.as_deref(), Some("Cardizem"), "{kind:?}");
        assert_eq!(resource.about().by.said(), Some("Nurse Linh Tran"));
    }
    let nameless = Hand::Shot { name: " ".into(), given_on: day, lot: None };
    let nameless = story.clinic(Who::Nurse, ClinicEdit::AddToChart(nameless));
    assert_eq!(nameless, Err(Refused::EmptyText));
}

#[test]
fn what_staff_write_has_the_limits_of_what_patients_write() {
    use crate::record::message::Attachment;
    let mut story = Story::default();
    let asked = thread(&mut story, ROSA);
    let photo = |name: &str| Attachment {
        blob: "ab".repeat(32),
        content_type: "image/jpeg".into(),
        bytes: 5,
        name: Some(name.into()),
    };
    let reply =
        |thread, attachments| ClinicEdit::Reply { thread, text: "Look".into(), attachments };
    let many = vec![photo("a.jpg"); 6];
    assert_eq!(story.clinic(Who::Nurse, reply(asked, many)), Err(Refused::TooMany));
    let long = vec![photo(&"é".repeat(5_000))];
    let answer = story.clinic(Who::Nurse, reply(asked, long)).unwrap();
    let Said::Reply(said) = &story.record.values_of(answer)[0].said else { panic!("a reply") };
    assert_eq!(said.attachments[0].name.as_ref().map(|name| name.chars().count()), Some(200));

    let medicine = story.core(LISINOPRIL);
    let refill = story.sends(ROSA, refill(medicine)).unwrap();
    let out = |by: &str| WentOut { way: Way::Phoned, by: by.into(), at: Timestamp::default() };
    let approve =
        |by: &str| decide(refill, Decision::Approved { quantity: None, out: Some(out(by)) });
    assert_eq!(story.clinic(Who::Doctor, approve(" ")), Err(Refused::EmptyText));
    let long = "x".repeat(201);
    assert_eq!(story.clinic(Who::Doctor, approve(&long)), Err(Refused::TextTooLong));
    story.clinic(Who::Doctor, approve("Dr. Amara Okafor")).unwrap();
    let sent_out = decide(refill, Decision::SentOut { out: out(&long) });
    assert_eq!(story.clinic(Who::Nurse, sent_out), Err(Refused::TextTooLong));
}

#[test]
fn only_a_conversation_is_answered_in_words_or_closed() {
    let mut story = Story::default();
    let medicine = story.core(LISINOPRIL);
    let refill = story.sends(ROSA, refill(medicine)).unwrap();
    let (text, attachments) = ("Look".to_owned(), Vec::new());
    let reply = ClinicEdit::Reply { thread: refill, text, attachments };
    assert_eq!(story.clinic(Who::Nurse, reply), Err(Refused::NoSuchThread));
    let close = ClinicEdit::CloseThread { thread: refill, closed: true };
    assert_eq!(story.clinic(Who::Nurse, close), Err(Refused::NoSuchThread));
}
