//! Six rules of an IPS document that none of the validators at hand applies.

use serde_json::Value;

/// Sections of IPS 2.0.1: code, whether it must be there, and what may stand in it.
const SECTIONS: [(&str, bool, &[&str]); 11] = [
    ("11450-4", true, &["Condition"]),
    ("48765-2", true, &["AllergyIntolerance"]),
    ("10160-0", true, &["MedicationStatement", "MedicationRequest"]),
    ("11369-6", false, &["Immunization"]),
    ("30954-2", false, &["Observation", "DiagnosticReport"]),
    ("47519-4", false, &["Procedure"]),
    ("46264-8", false, &["DeviceUseStatement"]),
    ("8716-3", false, &["Observation"]),
    ("11348-0", false, &["Condition"]),
    ("18776-5", false, &["CarePlan"]),
    ("29762-2", false, &["Observation"]),
];

/// What is wrong with the document.
pub fn broken(bundle: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    let none = Vec::new();
    let entries = bundle["entry"].as_array().unwrap_or(&none);
    let target = |url: &str| entries.iter().find(|entry| entry["fullUrl"] == url);
    let sections = entries.first().and_then(|first| first["resource"]["section"].as_array());
    let sections = sections.unwrap_or(&none);
    let code = |section: &Value| section["code"]["coding"][0]["code"].clone();
    for (wanted, required, _) in SECTIONS {
        let count = sections.iter().filter(|section| code(section) == wanted).count();
        if count > 1 || (required && count == 0) {
            broken.push(format!("section {wanted} is there {count} times"));
        }
    }
    for section in sections {
        let code = code(section);
        let known = SECTIONS.iter().find(|(known, _, _)| code == *known);
        let Some((_, _, types)) = known else {
            broken.push(format!("{code} is no section"));
            continue;
        };
        let listed = section["entry"].as_array();
        if listed.is_none_or(Vec::is_empty) && section.get("emptyReason").is_none() {
            broken.push(format!("{code} is empty and says no reason"));
        }
        let div = section["text"]["div"].as_str().unwrap_or_default();
        if !div.starts_with("<div xmlns=\"http://www.w3.org/1999/xhtml\">") {
            broken.push(format!("{code} has no narrative"));
        }
        for reference in listed.unwrap_or(&none) {
            let url = reference["reference"].as_str().unwrap_or_default();
            let kind = target(url).and_then(|entry| entry["resource"]["resourceType"].as_str());
            if !kind.is_some_and(|kind| types.contains(&kind)) {
                broken.push(format!("{code} holds {kind:?}"));
            }
        }
    }
    each(bundle, &mut |value| {
        let reference = value["reference"].as_str();
        let inside = |url: &str| url.starts_with('#') || target(url).is_some();
        if let Some(url) = reference.filter(|url| !inside(url)) {
            broken.push(format!("{url} leads nowhere"));
        }
        let is_quantity = value["value"].is_number() && value["code"].is_string();
        if is_quantity && !value["system"].is_string() {
            broken.push(format!("a quantity has a code of no system: {value}"));
        }
    });
    broken
}

fn each(value: &Value, see: &mut dyn FnMut(&Value)) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| each(one, see)),
        Value::Object(fields) => {
            see(value);
            fields.values().for_each(|one| each(one, see));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::export::{Whose, summary};
    use crate::testing::{PATIENT, Story};
    use crate::time::Timestamp;

    const WHOSE: Whose<'_> = Whose { patient: PATIENT, name: "Rosa Moreno", account: None };

    /// Each rule finds its fault, planted into a document that holds.
    #[test]
    fn each_rule_can_fail() {
        let mut story = Story::default();
        story.core(r#"{"resourceType":"Patient","id":"1","name":[{"family":"Moreno"}]}"#);
        story.core(r#"{"resourceType":"Condition","code":{"text":"Asthma"},"subject":{"reference":"Patient/1"}}"#);
        let whole = summary(&story.record, &WHOSE, Timestamp::from_millis(0));
        let whole = serde_json::from_str::<Value>(&whole).unwrap();
        let composition = |fault: &dyn Fn(&mut Value)| {
            let mut bundle = whole.clone();
            fault(&mut bundle["entry"][0]["resource"]);
            broken(&bundle).len()
        };
        assert_eq!(composition(&|_| {}), 0);
        let remove_first = |one: &mut Value| {
            one["section"].as_array_mut().unwrap().remove(0);
        };
        assert!(composition(&remove_first) > 0);
        assert!(
            composition(&|one| one["section"][0]["code"]["coding"][0]["code"] = "1-8".into()) > 0
        );
        assert!(composition(&|one| one["section"][0]["entry"] = Value::Array(vec![])) > 0);
        let nowhere: Value = "urn:uuid:00000000-0000-0000-0000-000000000000".into();
        assert!(composition(&|one| one["author"][0]["reference"] = nowhere.clone()) > 0);
        let patient = whole["entry"][1]["fullUrl"].clone();
        assert!(
            composition(&|one| one["section"][0]["entry"][0]["reference"] = patient.clone()) > 0
        );
        let quantity = serde_json::json!({"value": 1, "code": "mg"});
        assert!(composition(&|one| one["extension"] = quantity.clone()) > 0);
        assert!(composition(&|one| one["section"][0]["text"]["div"] = "none".into()) > 0);
    }
}
