//! What leaves the device can be read by others, and says nothing that nobody said.

mod inside;
mod shared;
mod subjects;

use serde_json::Value;

use super::{Whose, everything, summary};
use crate::document::Kind;
use crate::edit::clinic::ClinicEdit;
use crate::edit::{
    AddAllergy, AddMedicine, AddReading, AskForRefill, AskForVisit, Audience, Edit, Measured,
    PreferredTime,
};
use crate::fhir::entry::{ChartEntry, Cut};
use crate::id::EntryId;
use crate::record::refill::{Decision, DeclineReason};
use crate::testing::document_rules::broken;
use crate::testing::record20;
use crate::testing::{LUIS, PATIENT, ROSA, Story, Who};
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const WHOSE: Whose<'_> = Whose { patient: PATIENT, name: "Rosa Moreno", account: Some(ROSA) };

const PERSON: &str = r#"{"resourceType":"Patient","id":"1","name":[{"given":["Rosa"],"family":"Moreno"}],"birthDate":"1957-03-04","gender":"female"}"#;
const LISINOPRIL: &str = r#"{"resourceType":"MedicationRequest","id":"m1","status":"active","intent":"order","authoredOn":"2024-01-01","subject":{"reference":"Patient/1"},"requester":{"reference":"Practitioner/9"},"encounter":{"reference":"Encounter/5"},"medicationReference":{"reference":"Medication/7"},"dosageInstruction":[{"text":"Take 1 tablet"}]}"#;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn summary_of(story: &Story) -> Value {
    let text = summary(&story.record, &WHOSE, NOW);
    let value = parsed(&text);
    assert_eq!(broken(&value), Vec::<String>::new(), "{text}");
    value
}

fn everything_of(story: &Story) -> Value {
    parsed(&everything(&story.record, &WHOSE, NOW, &|_| None))
}

/// Resources of this type.
fn of<'a>(bundle: &'a Value, kind: &str) -> Vec<&'a Value> {
    let entries = bundle["entry"].as_array().unwrap().iter().map(|entry| &entry["resource"]);
    entries.filter(|resource| resource["resourceType"] == kind).collect()
}

fn section<'a>(bundle: &'a Value, code: &str) -> Option<&'a Value> {
    let sections = bundle["entry"][0]["resource"]["section"].as_array().unwrap();
    sections.iter().find(|section| section["code"]["coding"][0]["code"] == code)
}

fn narrative<'a>(bundle: &'a Value, code: &str) -> &'a str {
    section(bundle, code).unwrap()["text"]["div"].as_str().unwrap()
}

const PROBLEMS: &str = "11450-4";
const ALLERGIES: &str = "48765-2";
const MEDICINES: &str = "10160-0";

#[test]
fn of_an_empty_record_nothing_is_claimed() {
    let bundle = summary_of(&Story::default());
    for code in [PROBLEMS, ALLERGIES, MEDICINES] {
        let section = section(&bundle, code).unwrap();
        assert_eq!(section["emptyReason"]["coding"][0]["code"], "unavailable");
        assert!(section.get("entry").is_none());
        assert!(!narrative(&bundle, code).to_lowercase().contains("no known"));
    }
    assert_eq!(of(&bundle, "Patient")[0]["name"][0]["text"], "Rosa Moreno");
}

#[test]
fn what_is_not_on_the_device_is_said_to_be_missing() {
    let mut story = Story::default();
    story
        .record
        .chart_mut()
        .could_not_be_read(crate::document::DocumentId::first(PATIENT, Kind::ChartCore));
    let bundle = summary_of(&story);
    assert!(narrative(&bundle, ALLERGIES).contains("could not be read"));
}

#[test]
fn only_what_is_true_now_stands_in_the_summary() {
    let mut story = Story::default();
    story.core(PERSON);
    let condition = |name: &str, status: &str, more: &str| {
        format!(
            r#"{{"resourceType":"Condition","clinicalStatus":{{"coding":[{{"code":"{status}"}}]}},"code":{{"text":"{name}"}},"subject":{{"reference":"Patient/1"}}{more}}}"#
        )
    };
    story.core(&condition("Asthma", "active", ""));
    story.core(&condition("Broken arm", "resolved", ""));
    let by_mistake = r#","verificationStatus":{"coding":[{"code":"entered-in-error"}]}"#;
    story.core(&condition("Gout", "active", by_mistake));
    let of_a_visit = r#","category":[{"coding":[{"code":"encounter-diagnosis"}]}]"#;
    story.core(&condition("Cough", "active", of_a_visit));
    let wrong = story.core(&condition("Diabetes", "active", ""));
    story
        .clinic(Who::Nurse, ClinicEdit::MarkWrong { entry: wrong, why: "Of somebody else".into() })
        .unwrap();
    let bundle = summary_of(&story);
    let (now, past) = (narrative(&bundle, PROBLEMS), narrative(&bundle, "11348-0"));
    assert!(now.contains("Asthma") && past.contains("Broken arm"));
    for hidden in ["Broken arm", "Gout", "Cough", "Diabetes"] {
        assert!(!now.contains(hidden), "{now}");
    }
    assert_eq!(of(&bundle, "Condition").len(), 2);
}

#[test]
fn a_statement_of_no_allergies_stands_only_where_nobody_says_otherwise() {
    let none = r#"{"resourceType":"AllergyIntolerance","code":{"coding":[{"system":"http://snomed.info/sct","code":"716186003"}],"text":"No known allergies"},"patient":{"reference":"Patient/1"}}"#;
    let mut story = Story::default();
    story.core(none);
    assert!(narrative(&summary_of(&story), ALLERGIES).contains("No known allergies"));
    story.core(r#"{"resourceType":"AllergyIntolerance","code":{"text":"Penicillin"},"patient":{"reference":"Patient/1"}}"#);
    let bundle = summary_of(&story);
    assert!(narrative(&bundle, ALLERGIES).contains("Penicillin"));
    assert!(!narrative(&bundle, ALLERGIES).contains("No known"));
    assert_eq!(of(&bundle, "AllergyIntolerance").len(), 1);
}

#[test]
fn references_lead_to_what_the_document_holds_or_keep_their_words() {
    let mut story = Story::default();
    let person = story.core(PERSON);
    story.core(r#"{"resourceType":"Medication","id":"7","code":{"text":"Lisinopril 10 mg"}}"#);
    story.core(r#"{"resourceType":"Practitioner","id":"9","name":[{"text":"Dr. Okafor"}]}"#);
    story.core(LISINOPRIL);
    let bundle = summary_of(&story);
    let order = of(&bundle, "MedicationRequest")[0];
    assert_eq!(order["subject"]["reference"], super::fill::uuid_of(person));
    assert!(order["medicationReference"]["reference"].as_str().unwrap().starts_with("urn:uuid:"));
    assert_eq!(order["encounter"], serde_json::json!({"display": "Encounter"}));
    assert_eq!((of(&bundle, "Medication").len(), of(&bundle, "Practitioner").len()), (1, 1));
    assert!(narrative(&bundle, MEDICINES).contains("Lisinopril 10 mg, Take 1 tablet"));
}

#[test]
fn markup_of_a_source_is_words_in_the_narrative() {
    let mut story = Story::default();
    story.core(r#"{"resourceType":"Condition","code":{"text":"<script>alert(1)</script> & \"more\""},"subject":{"reference":"Patient/1"}}"#);
    let bundle = summary_of(&story);
    let words = narrative(&bundle, PROBLEMS);
    assert!(words.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; \"more\""), "{words}");
}

#[test]
fn what_people_added_is_in_the_summary_as_theirs() {
    let mut story = Story::default();
    story.core(PERSON);
    let medicine = AddMedicine {
        name: "Ibuprofen".into(),
        directions: Some("When it hurts".into()),
        since: None,
    };
    story.sends(ROSA, Edit::AddMedicine(medicine)).unwrap();
    let allergy = AddAllergy { substance: "Bees".into(), reaction: None, since: None };
    let taken_back = story.sends(ROSA, Edit::AddAllergy(allergy)).unwrap();
    story.sends(ROSA, Edit::Retract { entry: taken_back }).unwrap();
    story.sends(ROSA, pressure("140", "90")).unwrap();
    let bundle = summary_of(&story);
    let statement = of(&bundle, "MedicationStatement")[0];
    assert_eq!(statement["informationSource"]["display"], "Rosa");
    assert!(narrative(&bundle, MEDICINES).contains("added by the patient, not confirmed"));
    assert!(!narrative(&bundle, ALLERGIES).contains("Bees"));
    assert!(narrative(&bundle, "8716-3").contains("140 mmHg, 90 mmHg"));
}

fn pressure(top: &str, bottom: &str) -> Edit {
    let measured = Measured::BloodPressure {
        top: top.into(),
        bottom: bottom.into(),
        pulse: Some("60".into()),
    };
    Edit::AddReading(AddReading { measured, at: "2026-01-02".parse().unwrap(), note: None })
}

#[test]
fn the_same_record_gives_the_same_document() {
    let mut story = Story::default();
    story.core(PERSON);
    story.core(LISINOPRIL);
    let once = summary(&story.record, &WHOSE, NOW);
    assert_eq!(once, summary(&story.record, &WHOSE, NOW));
    assert_ne!(once, summary(&story.record, &WHOSE, NOW.plus_millis(1)));
}

#[test]
fn everything_holds_the_originals_byte_for_byte() {
    let original =
        "{ \"resourceType\":\"Observation\",\n \"id\":\"x\", \"valueQuantity\":{\"value\":7.00} }";
    let mut story = Story::default();
    story.core(PERSON);
    story.core(original);
    let text = everything(&story.record, &WHOSE, NOW, &|_| None);
    assert!(text.contains(original) && text.contains(PERSON), "{text}");
    let bundle = parsed(&text);
    assert_eq!(bundle["entry"][0]["fullUrl"], "http://source.invalid/northside/Patient/1");
}

#[test]
fn contents_that_are_not_here_are_named_and_those_that_are_come_back() {
    let resource = r#"{"resourceType":"Binary","id":"b","contentType":"text/plain","data":""}"#;
    let at = resource.len() as u64 - 2;
    let cut = vec![Cut { at, blob: "hash".into(), bytes: 3, form: None }];
    let mut story = Story::default();
    story.chart(Kind::ChartCore, ChartEntry { cut, ..ChartEntry::new("northside", resource) });
    let whole =
        everything(&story.record, &WHOSE, NOW, &|blob| (blob == "hash").then(|| b"abc".to_vec()));
    assert_eq!(of(&parsed(&whole), "Binary")[0]["data"], "YWJj");
    let without = everything_of(&story);
    assert!(of(&without, "Binary")[0].get("data").is_none());
    let told = of(&without, "OperationOutcome")[0];
    let words = told["issue"][0]["diagnostics"].as_str().unwrap();
    assert!(words.contains("/Binary/b"), "{words}");
}

#[test]
fn one_url_of_two_sources_stands_once() {
    let mut story = Story::default();
    for source in ["northside", "lakeside"] {
        let url = Some("http://a.example/Patient/1".to_owned());
        story.chart(Kind::ChartCore, ChartEntry { url, ..ChartEntry::new(source, PERSON) });
    }
    let bundle = everything_of(&story);
    let urls: Vec<_> =
        bundle["entry"].as_array().unwrap().iter().map(|entry| entry["fullUrl"].clone()).collect();
    assert_eq!(urls.len(), 2);
    assert_ne!(urls[0], urls[1]);
}

#[test]
fn a_thread_is_a_header_with_its_messages() {
    let mut story = Story::default();
    let start = Edit::StartThread {
        topic: "Dizzy".into(),
        text: "Since the new pill".into(),
        audience: Audience::Circle,
        category: None,
        about: None,
        attachments: Vec::new(),
        red_flags: Vec::new(),
    };
    let thread = story.sends(ROSA, start).unwrap();
    let reply = ClinicEdit::Reply { thread, text: "Sit down".into(), attachments: Vec::new() };
    story.clinic(Who::Nurse, reply).unwrap();
    let unsent = story
        .writes(
            LUIS,
            Edit::Reply { thread, text: "I will".into(), attachments: vec![], red_flags: vec![] },
        )
        .unwrap();
    let bundle = everything_of(&story);
    let all = of(&bundle, "Communication");
    let by_id = |id: &str| *all.iter().find(|one| one["id"] == id).unwrap();
    let header = by_id(&format!("thread-{thread}"));
    assert_eq!(
        (&header["status"], &header["topic"]["text"]),
        (&"in-progress".into(), &"Dizzy".into())
    );
    assert!(header.get("payload").is_none());
    let first = by_id(&thread.to_string());
    assert_eq!(first["partOf"][0]["reference"], format!("Communication/thread-{thread}"));
    assert_eq!(
        (&first["status"], &first["sender"]["display"]),
        (&"completed".into(), &"Rosa".into())
    );
    let last = by_id(&unsent.to_string());
    assert_eq!(
        (&last["status"], &last["sender"]["display"]),
        (&"preparation".into(), &"Luis".into())
    );
    let reply = all.iter().find(|one| one["sender"]["display"] == "Nurse Linh Tran").unwrap();
    assert_eq!(reply["payload"][0]["contentString"], "Sit down");
}

fn asked(story: &mut Story) -> EntryId {
    let medicine = story.core(LISINOPRIL);
    let ask = AskForRefill { medicine, pharmacy: Some("Main Street".into()), note: None };
    story.sends(ROSA, Edit::AskForRefill(ask)).unwrap()
}

#[test]
fn a_refill_is_a_task_and_a_proposal_and_never_an_order() {
    let mut story = Story::default();
    let refill = asked(&mut story);
    let bundle = everything_of(&story);
    let task = of(&bundle, "Task")[0];
    assert_eq!((&task["status"], &task["intent"]), (&"requested".into(), &"proposal".into()));
    assert_eq!(task["focus"]["reference"], "http://source.invalid/northside/MedicationRequest/m1");
    assert_eq!(task["basedOn"][0]["reference"], format!("MedicationRequest/{refill}"));
    let proposal = of(&bundle, "MedicationRequest");
    let proposal = proposal.iter().find(|one| one["intent"] == "proposal").unwrap();
    assert_eq!(proposal["status"], "draft");
    assert_eq!(proposal["dispenseRequest"]["performer"]["display"], "Main Street");
}

#[test]
fn a_task_says_how_far_the_refill_has_come() {
    let status = |decision: Decision| {
        let mut story = Story::default();
        let refill = asked(&mut story);
        let of_task = |story: &Story| {
            let bundle = everything_of(story);
            of(&bundle, "Task")[0]["status"].as_str().unwrap().to_owned()
        };
        let taken = ClinicEdit::Assign { of: refill, to: None };
        story.clinic(Who::Nurse, taken).unwrap();
        assert_eq!(of_task(&story), "in-progress");
        story.clinic(Who::Doctor, ClinicEdit::DecideRefill { refill, decision }).unwrap();
        of_task(&story)
    };
    assert_eq!(status(Decision::Approved { quantity: None, out: None }), "completed");
    let reason = DeclineReason::TooSoon;
    let (why, next) = ("Too soon.".to_owned(), "Ask again in May.".to_owned());
    assert_eq!(status(Decision::Declined { reason, why, next }), "rejected");
}

#[test]
fn a_cancelled_refill_is_a_cancelled_task() {
    let mut story = Story::default();
    let request = asked(&mut story);
    story.sends(ROSA, Edit::Cancel { request }).unwrap();
    assert_eq!(of(&everything_of(&story), "Task")[0]["status"], "cancelled");
}

#[test]
fn a_corrected_reading_is_a_new_version_of_the_same_observation() {
    let mut story = Story::default();
    let reading = story.sends(ROSA, pressure("120", "80")).unwrap();
    let measured =
        Measured::Weight { value: "070.50".into(), unit: crate::edit::WeightUnit::Kilogram };
    let with = AddReading { measured, at: "2026-01-02".parse().unwrap(), note: None };
    story.sends(ROSA, Edit::CorrectReading { reading, with }).unwrap();
    let text = everything(&story.record, &WHOSE, NOW, &|_| None);
    assert!(text.contains(r#""value":70.50,"unit":"kg""#), "{text}");
    let bundle = parsed(&text);
    let observations = of(&bundle, "Observation");
    assert_eq!(observations.len(), 1);
    assert_eq!(observations[0]["id"], reading.to_string());
    assert_eq!(observations[0]["status"], "amended");
    assert_eq!(of(&bundle, "Provenance").len(), 1);
}

#[test]
fn a_visit_that_is_asked_for_is_proposed() {
    let mut story = Story::default();
    let ask = AskForVisit {
        reason: "Blood pressure".into(),
        with: None,
        times: vec![PreferredTime::Any],
        earlier_welcome: true,
        help: None,
        audience: Audience::Circle,
    };
    story.sends(ROSA, Edit::AskForVisit(ask)).unwrap();
    let bundle = everything_of(&story);
    let appointment = of(&bundle, "Appointment")[0];
    assert_eq!(appointment["status"], "proposed");
    assert!(appointment["comment"].as_str().unwrap().contains("An earlier time is welcome"));
}

#[test]
fn what_is_wrong_in_the_chart_points_to_it() {
    let mut story = Story::default();
    let about = story.core(LISINOPRIL);
    story.sends(ROSA, Edit::SayWrong { about, text: "I stopped it".into() }).unwrap();
    let bundle = everything_of(&story);
    let said = of(&bundle, "Communication")[0];
    assert_eq!(said["category"][0]["text"], "amendment-request");
    assert_eq!(
        said["about"][0]["reference"],
        "http://source.invalid/northside/MedicationRequest/m1"
    );
}

#[test]
fn a_record_of_twenty_years_gives_a_document_that_holds() {
    let size = record20::Size { observations: 1_000, prescriptions: 50, visits: 30, messages: 200 };
    let documents = record20::documents(20, size);
    let record = record20::record(&documents);
    let text = summary(&record, &WHOSE, NOW);
    let bundle = parsed(&text);
    assert_eq!(broken(&bundle), Vec::<String>::new());
    assert!(of(&bundle, "Observation").len() > 5);
}
