//! What stands beside an item, from a chart and from what people said.

use super::*;
use crate::document::Kind;
use crate::edit::{AddAllergy, AddMedicine, Edit};
use crate::fhir::entry::ChartEntry;
use crate::testing::{ROSA, SOURCE, Story};
use crate::time::Day;

fn result(story: &mut Story, id: &str, loinc: &str, value: &str, high: &str, day: &str) {
    let json = format!(
        r#"{{"resourceType":"Observation","id":"{id}","status":"final","category":[{{"coding":[{{"code":"laboratory"}}]}}],
        "code":{{"text":"{loinc}","coding":[{{"system":"http://loinc.org","code":"{loinc}"}}]}},
        "effectiveDateTime":"{day}","valueQuantity":{{"value":{value},"unit":"mmol/L"}},
        "referenceRange":[{{"high":{{"value":{high},"unit":"mmol/L"}}}}]}}"#
    );
    story.chart(Kind::ChartResults(2026), ChartEntry::new(SOURCE, json));
}

#[test]
fn who_they_are_is_read_from_the_chart_and_their_own_choices() {
    let mut story = Story::default();
    story.core(
        r#"{"resourceType":"Patient","gender":"female",
        "identifier":[{"value":"x"},{"type":{"coding":[{"code":"MR"}]},"value":"N-1"}],
        "communication":[{"language":{"text":"English"}},{"language":{"text":"Spanish"},"preferred":true}],
        "extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-interpreter-needed",
          "valueCoding":{"system":"http://snomed.info/sct","code":"373066001"}}]}"#,
    );
    let seen = context(&story.record, Some(ROSA));
    assert_eq!((seen.sex.as_deref(), seen.record_number.as_deref()), (Some("female"), Some("N-1")));
    assert_eq!((seen.language.as_deref(), seen.needs_interpreter), (Some("Spanish"), Some(true)));
    assert_eq!(seen.reads, None);
    story.sends(ROSA, Edit::Prefer(Preference::Language("es".into()))).unwrap();
    assert_eq!(context(&story.record, Some(ROSA)).reads.as_deref(), Some("es"));
}

#[test]
fn allergies_that_somebody_named_stand_beside_those_of_the_chart() {
    let mut story = Story::default();
    story.core(r#"{"resourceType":"AllergyIntolerance","code":{"text":"No known allergies","coding":[{"system":"http://snomed.info/sct","code":"716186003"}]}}"#);
    assert!(context(&story.record, None).no_known_allergies);
    story.core(
        r#"{"resourceType":"AllergyIntolerance","criticality":"low","code":{"text":"Sulfa"}}"#,
    );
    story.core(r#"{"resourceType":"AllergyIntolerance","criticality":"high","code":{"text":"Penicillin"}}"#);
    story.core(r#"{"resourceType":"AllergyIntolerance","verificationStatus":{"coding":[{"code":"entered-in-error"}]},"code":{"text":"Latex"}}"#);
    let added = AddAllergy { substance: "Peanuts".into(), reaction: None, since: None };
    story.sends(ROSA, Edit::AddAllergy(added)).unwrap();
    let seen = context(&story.record, None);
    let names: Vec<_> = seen.allergies.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(names, ["Penicillin", "Sulfa", "Peanuts"]);
    assert_eq!(seen.allergies[2].said_by.as_deref(), Some("Rosa"));
    assert!(!seen.no_known_allergies, "that was before");
}

#[test]
fn a_medicine_has_beside_it_the_newest_of_what_is_looked_at() {
    let mut story = Story::default();
    story.core(
        r#"{"resourceType":"MedicationRequest","id":"1","status":"active","medicationCodeableConcept":{"text":"Lisinopril 10 mg tablet"},
        "dispenseRequest":{"numberOfRepeatsAllowed":0}}"#,
    );
    let added = AddMedicine { name: "Vitamin D".into(), directions: None, since: None };
    story.sends(ROSA, Edit::AddMedicine(added)).unwrap();
    result(&mut story, "1", "2823-3", "4.4", "5.1", "2026-03-01");
    result(&mut story, "2", "2823-3", "4.2", "5.1", "2026-11-14");
    result(&mut story, "3", "718-7", "14", "16", "2026-11-14");
    result(&mut story, "4", "4548-4", "7.2", "5.6", "2026-11-13");
    let seen = context(&story.record, None);
    let named: Vec<_> = seen.medicines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(named, ["Lisinopril 10 mg tablet", "Vitamin D"]);
    let codes = |rows: &[ResultRow]| -> Vec<String> {
        rows.iter().filter_map(|row| row.loinc.clone()).collect()
    };
    assert_eq!(codes(&seen.medicines[0].checks), ["2823-3"]);
    let newest = PartialDate::Day(Day::new(2026, 11, 14).unwrap());
    assert_eq!(seen.medicines[0].checks[0].when, Some(newest));
    assert_eq!(codes(&seen.results), ["4548-4", "2823-3", "718-7"], "out of range first");
    let text = serde_json::to_string(&seen).unwrap();
    let read: Context = serde_json::from_str(&text).unwrap();
    assert_eq!(codes(&read.results), codes(&seen.results));
}

#[test]
fn an_age_is_whole_years() {
    let on = |month, day| age("1961-04-09", Day::new(2026, month, day).unwrap());
    assert_eq!((on(4, 8), on(4, 9)), (Some(64), Some(65)));
    assert_eq!(age("1961", Day::new(2026, 1, 1).unwrap()), None);
    assert_eq!(age("", Day::new(2026, 1, 1).unwrap()), None);
}
