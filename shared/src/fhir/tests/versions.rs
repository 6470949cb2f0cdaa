//! What systems of other versions of FHIR send by mistake: what is not so is not shown as if it were.

use super::super::description::Standing;
use super::super::{Any, ResourceType, describe, read};

/// Name and standing of a resource.
fn seen(json: &str) -> (Option<String>, Standing) {
    let any: Any<'_> = read(json).unwrap();
    let kind = ResourceType::named(any.resource_type.said().unwrap_or_default());
    let said = describe(kind, json).unwrap();
    (said.name, said.standing)
}

fn check(cases: &[(&str, &str, &str, Standing)]) {
    for (kind, fields, name, standing) in cases {
        let json = format!(r#"{{"resourceType":"{kind}",{fields}}}"#);
        assert_eq!(seen(&json), (Some((*name).to_owned()), *standing), "{json}");
    }
}

#[test]
fn statuses_that_are_bare_codes_are_understood() {
    check(&[
        (
            "Condition",
            r#""clinicalStatus":"resolved","verificationStatus":"confirmed","code":{"text":"A"}"#,
            "A",
            Standing::Past,
        ),
        (
            "Condition",
            r#""clinicalStatus":"active","verificationStatus":"entered-in-error","code":{"text":"A"}"#,
            "A",
            Standing::Mistake,
        ),
        ("Condition", r#""verificationStatus":"refuted","code":{"text":"A"}"#, "A", Standing::Not),
        (
            "AllergyIntolerance",
            r#""verificationStatus":"entered-in-error","code":{"text":"A"}"#,
            "A",
            Standing::Mistake,
        ),
        (
            "AllergyIntolerance",
            r#""status":"entered-in-error","substance":{"text":"Nuts"}"#,
            "Nuts",
            Standing::Mistake,
        ),
        (
            "AllergyIntolerance",
            r#""status":"refuted","substance":{"text":"Nuts"}"#,
            "Nuts",
            Standing::Not,
        ),
        (
            "AllergyIntolerance",
            r#""status":"active","substance":{"coding":[{"display":"Latex"}]}"#,
            "Latex",
            Standing::Current,
        ),
        (
            "Condition",
            r#""clinicalStatus":{"text":"Resolved"},"code":"A bare word""#,
            "A bare word",
            Standing::Past,
        ),
    ]);
}

#[test]
fn what_was_not_done_is_not_shown_as_done() {
    check(&[
        (
            "Immunization",
            r#""status":"completed","notGiven":true,"vaccineCode":{"text":"MMR"}"#,
            "MMR",
            Standing::Not,
        ),
        (
            "Immunization",
            r#""status":"completed","wasNotGiven":true,"vaccineCode":{"text":"MMR"}"#,
            "MMR",
            Standing::Not,
        ),
        (
            "Immunization",
            r#""status":"completed","notGiven":false,"vaccineCode":{"text":"MMR"}"#,
            "MMR",
            Standing::Past,
        ),
        (
            "Procedure",
            r#""status":"completed","notDone":true,"code":{"text":"A"}"#,
            "A",
            Standing::Not,
        ),
        (
            "Procedure",
            r#""status":"completed","notPerformed":true,"code":{"text":"A"}"#,
            "A",
            Standing::Not,
        ),
        (
            "MedicationStatement",
            r#""status":"active","taken":"n","medicationCodeableConcept":{"text":"A"}"#,
            "A",
            Standing::Not,
        ),
        (
            "MedicationStatement",
            r#""status":"active","taken":"y","medicationCodeableConcept":{"text":"A"}"#,
            "A",
            Standing::Current,
        ),
        (
            "MedicationStatement",
            r#""status":"active","wasNotTaken":true,"medicationCodeableConcept":{"text":"A"}"#,
            "A",
            Standing::Not,
        ),
        (
            "MedicationStatement",
            r#""status":"entered-in-error","taken":"n","medicationCodeableConcept":{"text":"A"}"#,
            "A",
            Standing::Mistake,
        ),
    ]);
}

#[test]
fn what_r5_calls_otherwise_has_its_name() {
    check(&[
        (
            "MedicationRequest",
            r#""status":"active","medication":{"concept":{"text":"Metoprolol"}}"#,
            "Metoprolol",
            Standing::Current,
        ),
        (
            "MedicationRequest",
            r##""status":"active","medication":{"reference":{"reference":"#m"}},
                "contained":[{"resourceType":"Medication","id":"m","code":{"text":"Atenolol"}}]"##,
            "Atenolol",
            Standing::Current,
        ),
        (
            "MedicationRequest",
            r#""status":"active","medication":{"reference":{"reference":"Medication/1","display":"Zinc"}}"#,
            "Zinc",
            Standing::Current,
        ),
    ]);
    let day =
        r#"{"resourceType":"Procedure","status":"completed","occurrenceDateTime":"2021-02-03"}"#;
    let when = describe(ResourceType::Procedure, day).unwrap().when;
    assert_eq!(when.map(|when| when.to_string()).as_deref(), Some("2021-02-03"));
}
