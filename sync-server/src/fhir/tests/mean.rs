//! What nobody should send, and somebody does: each is taken or refused with a reason, the same again
//! changes nothing, and nothing ends up with another patient.

use shared::fhir::import::Why;
use shared::id::PatientId;

use super::sweep::{Clinic, tried};
use crate::store::Store;

const RECORD: PatientId = PatientId::from_u128(11);
const PATIENT: &str = r#"{"resourceType":"Patient","id":"r1","gender":"female","birthDate":"1961-04-09",
    "identifier":[{"system":"urn:mrn","value":"MRN-1"}],"name":[{"family":"Delgado","given":["Rosa"]}]}"#;

fn bundle(kind: &str, entries: &[&str]) -> String {
    let entries: Vec<_> = entries.iter().map(|one| format!(r#"{{"resource":{one}}}"#)).collect();
    format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{}]}}"#, entries.join(","))
}

/// An observation about the patient, with more fields.
fn observation(more: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","status":"final","code":{{"text":"A1c"}},
        "subject":{{"reference":"Patient/r1"}}{more}}}"#
    )
}

/// Texts of one observation each.
fn odd_values() -> Vec<String> {
    let deep = |count: usize| format!("{}1{}", "[".repeat(count), "]".repeat(count));
    let odd = [
        r#","id":"1","valueQuantity":{"value":1e999999999,"unit":"mg"}"#.to_owned(),
        r#","id":"1","valueQuantity":{"value":-0.000000000000000000000000000000001e-99}"#.to_owned(),
        r#","id":"1","valueQuantity":{"value":"7,5"},"valueString":"x","valueInteger":[]"#.to_owned(),
        r#","id":7,"status":true,"code":["A1c"],"effectiveDateTime":20240101"#.to_owned(),
        r#","id":["1"],"meta":[],"identifier":{"system":"s","value":1}"#.to_owned(),
        r#","id":"1","status":"other","code":"A1c","subject":{"reference":"Patient/r1"}"#.to_owned(),
        r#","id":"1","id":"2","effectiveDateTime":"2024-02"#.to_owned() + r#"""#,
        r#","id":"1","effectiveDateTime":"2024","issued":"2024-03-10T02:30:00-05:00""#.to_owned(),
        r#","id":"1","effectiveDateTime":"2024-02-30T25:61:61+99:99""#.to_owned(),
        r#","id":"1","effectiveDateTime":"2024-03-10T10:00:00""#.to_owned(),
        r#","id":"1","effectiveDateTime":"24:00 yesterday","meta":{"lastUpdated":"soon"}"#.to_owned(),
        r#","id":"1","_effectiveDateTime":{"extension":[{"url":"u","valueCode":"unknown"}]}"#.to_owned(),
        r#","id":"1","component":[],"category":[],"note":[{}],"performer":[null]"#.to_owned(),
        r##","id":"1","contained":[{"resourceType":"Specimen","id":"s"}],"specimen":{"reference":"#s"}"##
            .to_owned(),
        r#","id":"1","hasMember":[{"reference":"Observation/1"}],"partOf":[{"reference":"Observation/1"}]"#
            .to_owned(),
        r#","id":"1","performer":[{"display":"Dr. Lake"},{"identifier":{"value":"9"}}]"#.to_owned(),
        r#","id":"1","text":{"status":"generated","div":"<div><script>alert(1)</script></div>"}"#.to_owned(),
        r#","id":"a/../../b?c=d|e\n\u0000","extension":[{"url":"u"}]"#.to_owned(),
        format!(r#","id":"1","extension":{}"#, deep(100)),
        format!(r#","id":"1","extension":{}"#, deep(400)),
        format!(r#","id":"{}""#, "9".repeat(5_000)),
        format!(r#","id":"1","note":[{}{{}}]"#, r#"{"text":"x"},"#.repeat(20_000)),
        format!(r#","id":"1","valueString":"{}""#, "é".repeat(200_000)),
        format!(r#","id":"1","valueAttachment":{{"data":"{}"}}"#, "AAAA".repeat(100_000)),
        format!(r#","id":"1","valueAttachment":{{"data":"{}"}}"#, "AA\\/\\u002B".repeat(1_000)),
        format!(r#","id":"1","valueAttachment":{{"data":"{}"}}"#, "AAAA\\r\\n".repeat(2_000)),
    ];
    odd.iter().map(|more| observation(more)).collect()
}

/// Whole inputs.
fn inputs() -> Vec<String> {
    let mut all: Vec<_> =
        odd_values().iter().map(|one| bundle("collection", &[PATIENT, one])).collect();
    let one = observation(r#","id":"1""#);
    let two = observation(r#","id":"1","valueString":"other""#);
    let nameless = observation(r#","valueString":"x""#);
    let shared = observation(r#","identifier":[{"system":"s","value":"order"}],"valueString":"a""#);
    let other = shared.replace("\"a\"", "\"b\"");
    let cycle = [
        r#"{"resourceType":"Organization","id":"a","partOf":{"reference":"Organization/b"}}"#,
        r#"{"resourceType":"Organization","id":"b","partOf":{"reference":"Organization/a"}}"#,
        &observation(r#","id":"1","performer":[{"reference":"Organization/a"}]"#),
    ];
    let plain = bundle("searchset", &[PATIENT, &one]);
    all.extend([
        bundle("collection", &[PATIENT, &one, &two, &one]),
        bundle("batch", &[PATIENT, &one, &two]),
        bundle("history", &[&two, &one, PATIENT]),
        bundle("collection", &[PATIENT, &nameless, &nameless, &nameless]),
        bundle("collection", &[PATIENT, &shared, &other]),
        bundle("collection", &[PATIENT, cycle[0], cycle[1], cycle[2]]),
        bundle("", &[&one, PATIENT, &plain, "[]", "null", "7", "{}", "\"text\""]),
        bundle("transaction", &[PATIENT, &one]),
        format!("\u{feff}{}\r\n", plain.replace('\n', "\r\n")),
        format!("[{PATIENT},{one}]").replace('\n', " "),
        format!("{}\r\n\r\n{}\n", PATIENT.replace('\n', " "), one.replace('\n', "")),
        format!("{}\n{{\"resourceType\":\n{}", PATIENT.replace('\n', " "), one.replace('\n', "")),
        plain.replace("\"searchset\"", "7"),
        plain.replace("\"entry\":[", "\"entry\":[null,[],{},{\"fullUrl\":7},"),
        plain.replace("{\"resource\":", "{\"fullUrl\":\"http://a.example/X/1\",\"resource\":"),
        r#"{"resourceType":"Bundle","type":"searchset","total":99}"#.to_owned(),
        r#"{"resourceType":"Bundle","entry":{}}"#.to_owned(),
        r#"{"resourceType":"Parameters","parameter":[]}"#.to_owned(),
        r#"{"resourceType":["Patient"]}"#.to_owned(),
        r#"{"resourceType":"patient"}"#.to_owned(),
        r#"{"resourceType":""}"#.to_owned(),
        "[[[]]]".to_owned(),
        "7".to_owned(),
    ]);
    all
}

#[tokio::test]
async fn whatever_comes_is_taken_or_refused_and_comes_out_as_it_came_in() {
    let mut wrong = Vec::new();
    for text in inputs() {
        for to in [None, Some(RECORD)] {
            if let Err(why) = tried(text.clone().into_bytes(), to).await {
                let begins: String = text.chars().take(300).collect();
                wrong.push(format!("{begins} {to:?}\n  {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test]
async fn a_text_that_ends_early_leaves_nothing() {
    let whole = bundle("collection", &[PATIENT, &observation(r#","id":"1""#)]);
    for end in (0..whole.len()).step_by(7) {
        let swept = tried(whole.as_bytes()[..end].to_vec(), Some(RECORD)).await.unwrap();
        assert_eq!((swept.not_read.is_some(), swept.taken), (true, 0), "{}", &whole[..end]);
    }
}

/// What one more resource leads to, beside the patient and everything being theirs.
async fn about(subject: &str) -> Option<Why> {
    let one = observation(r#","id":"1""#).replace(r#"{"reference":"Patient/r1"}"#, subject);
    let clinic = Clinic::open().await;
    let text = bundle("collection", &[PATIENT, &one]);
    let outcome = clinic.take(text.as_bytes(), Some(RECORD)).await;
    let (rows, _) = clinic.store.resources_in(RECORD, None, usize::MAX).await.unwrap();
    let refused = outcome.summary.refused.iter().next().map(|(why, _)| *why);
    assert_eq!(rows.len(), if refused.is_none() { 2 } else { 1 });
    refused
}

#[tokio::test]
async fn what_is_about_somebody_else_is_kept_aside() {
    let taken = [
        r#"{"reference":"Patient/r1/_history/3"}"#,
        r#"{"reference":"Patient?identifier=urn:mrn|MRN-1"}"#,
        r#"{"identifier":{"system":"urn:mrn","value":"MRN-1"}}"#,
        r#"{"identifier":{"value":"MRN-1"}}"#,
        // It names nobody, and all that was sent is about one.
        r#"{"display":"Rosa Delgado"}"#,
        "{}",
    ];
    for subject in taken {
        assert_eq!(about(subject).await, None, "{subject}");
    }
    let others = [
        r#"{"reference":"Patient/r2"}"#,
        r#"{"reference":"http://a.example/Patient/r2"}"#,
        r#"{"reference":"urn:uuid:00000000-0000-0000-0000-000000000000"}"#,
        r#"{"reference":"Patient?identifier=urn:mrn|MRN-2"}"#,
        r#"{"identifier":{"system":"urn:mrn","value":"MRN-2"}}"#,
        r#"{"identifier":{"value":"MRN-2"}}"#,
        r##"{"reference":"#p"},"contained":[{"resourceType":"Patient","id":"p","identifier":[{"value":"2"}]}]"##,
    ];
    for subject in others {
        assert_eq!(about(subject).await, Some(Why::UnknownPatient), "{subject}");
    }
}

#[tokio::test]
async fn a_condition_that_finds_something_leaves_it_as_it_is_wherever_it_stands() {
    let clinic = Clinic::open().await;
    let stored =
        observation(r#","id":"1","identifier":[{"system":"s","value":"7"}],"valueString":"first""#);
    clinic.take(bundle("collection", &[PATIENT, &stored]).as_bytes(), Some(RECORD)).await;
    let sent = |more: &str| {
        let one = stored.replace("first", "second").replace("\"id\":\"1\"", more);
        let entry = format!(
            r#"{{"resource":{one},"request":{{"method":"POST","url":"Observation","ifNoneExist":"identifier=s|7"}}}}"#
        );
        format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{entry}]}}"#)
    };
    let outcome = clinic.take(sent("\"id\":\"2\"").as_bytes(), None).await;
    assert_eq!(outcome.summary.unchanged, 1);
    let record = clinic.record(RECORD).await;
    let texts: Vec<_> = record.chart().resources().map(|one| one.json().to_owned()).collect();
    assert!(texts.contains(&stored) && !texts.iter().any(|text| text.contains("second")));
    // Another with the same number: which of them is meant nobody knows.
    let other = stored.replace("\"id\":\"1\"", "\"id\":\"3\"").replace("A1c", "LDL");
    clinic.take(other.as_bytes(), None).await;
    let outcome = clinic.take(sent("\"id\":\"2\"").as_bytes(), None).await;
    assert_eq!(outcome.summary.refused.get(&Why::SeveralMatch), Some(&1));
}
