//! What whoever has a link gets of a record.

use super::{ALLERGIES, NOW, PERSON, WHOSE, narrative, parsed};
use crate::document::Kind;
use crate::fhir::entry::ChartEntry;
use crate::fhir::export::{Contents, Part, Topic, shared_summary, summary};
use crate::testing::Story;
use crate::testing::document_rules::broken;

/// Whoever has a link is nobody in particular.
#[test]
fn what_carries_a_security_label_is_in_no_shared_summary() {
    let mut story = Story::default();
    let condition = |id: &str, name: &str| {
        format!(
            r#"{{"resourceType":"Condition","id":"{id}","clinicalStatus":{{"coding":[{{"code":"active"}}]}},"code":{{"text":"{name}"}}}}"#
        )
    };
    story.core(PERSON);
    story.core(&condition("c1", "Asthma"));
    let mut labelled = |json: &str| {
        story.chart(Kind::ChartSensitive, ChartEntry::new("northside", json));
    };
    labelled(&condition("c2", "Secret"));
    labelled(
        r#"{"resourceType":"AllergyIntolerance","id":"a1","clinicalStatus":{"coding":[{"code":"active"}]},"code":{"text":"Hidden"}}"#,
    );
    assert!(summary(&story.record, &WHOSE, NOW).contains("Secret"));
    let (text, contents) = shared_summary(&story.record, &WHOSE, NOW);
    assert_eq!(broken(&parsed(&text)), Vec::<String>::new(), "{text}");
    assert!(!text.contains("Secret") && !text.contains("Hidden") && text.contains("Asthma"));
    assert!(narrative(&parsed(&text), ALLERGIES).contains("Nothing is shared here."));
    let parts = &contents.parts;
    assert_eq!(contents, Contents { parts: parts.clone(), left_out: 2 });
    let [Part { topic: Topic::Problems, lines }] = &parts[..] else { panic!("{parts:?}") };
    assert!(lines[0].starts_with("Asthma"), "{lines:?}");
}
