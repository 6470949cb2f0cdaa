//! Sources that point to something which is no patient.

use super::*;

const CONDITION: &str = r#"{"resourceType":"Condition","id":"c","clinicalStatus":{"coding":[{"code":"active"}]},"code":{"text":"Asthma"},"subject":{"reference":"urn:uuid:1"}}"#;
const DOCUMENT: &str = r#"{"resourceType":"DocumentReference","id":"d","status":"current","subject":{"reference":"urn:uuid:2"}}"#;

/// A chart in which a condition and a document are about each other.
fn story() -> Story {
    let mut story = Story::default();
    for (url, json) in [("urn:uuid:2", CONDITION), ("urn:uuid:1", DOCUMENT)] {
        let entry = ChartEntry { url: Some(url.into()), ..ChartEntry::new("northside", json) };
        story.chart(Kind::ChartCore, entry);
    }
    story
}

#[test]
fn what_points_to_no_patient_is_about_the_one_whose_summary_it_is() {
    let bundle = summary_of(&story());
    let patient = bundle["entry"][1]["fullUrl"].clone();
    assert_eq!(bundle["entry"][1]["resource"]["resourceType"], "Patient");
    assert_eq!(of(&bundle, "Condition")[0]["subject"]["reference"], patient);
}

#[test]
fn a_patient_is_never_put_where_something_else_stands() {
    let bundle = everything_of(&story());
    let urls = bundle["entry"].as_array().unwrap().iter().map(|one| one["fullUrl"].to_string());
    let different: std::collections::BTreeSet<_> = urls.clone().collect();
    assert_eq!(urls.count(), different.len(), "{bundle}");
    assert_eq!(of(&bundle, "Patient").len(), 1);
}
