//! Whatever a source sends, the views show what it says and fail on nothing.

use expect_test::{Expect, expect};

mod versions;

use super::description::Said;
use super::observation::Observation;
use super::*;

/// What a resource says, one line a fact.
fn check(json: &str, expected: Expect) {
    let any: Any<'_> = read(json).unwrap();
    let kind = ResourceType::named(any.resource_type.said().unwrap_or_default());
    let said = describe(kind, json).unwrap();
    let mut lines = vec![format!(
        "{kind:?}: {} [{:?}]",
        said.name.or(said.named_by).unwrap_or_default(),
        said.standing
    )];
    let date = |date: Option<crate::time::PartialDate>| date.map(|date| date.to_string());
    if said.when.is_some() || said.until.is_some() {
        let (when, until) = (date(said.when), date(said.until));
        lines.push(format!("{} .. {}", when.unwrap_or_default(), until.unwrap_or_default()));
    }
    for fact in said.facts {
        let words = match fact.said {
            Said::Words(words) => words,
            Said::Spoken(spoken) if spoken.english == spoken.spanish => spoken.english,
            Said::Spoken(spoken) => format!("{} | {}", spoken.english, spoken.spanish),
            Said::Date(date) => date.to_string(),
            Said::Reference { to, display } => {
                format!("-> {} {}", to.unwrap_or_default(), display.unwrap_or_default())
            }
        };
        lines.push(format!("{:?}: {words}", fact.what));
    }
    expected.assert_eq(&lines.join("\n"));
}

fn check_value(json: &str, expected: Expect) {
    let seen: Observation<'_> = read(json).unwrap();
    let mut lines = vec![format!("{:?} {:?}", seen.value(), seen.flag())];
    lines.extend(
        seen.parts()
            .iter()
            .map(|part| format!("  {:?} {:?} {:?}", part.name, part.value.words(), part.flag)),
    );
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_number_keeps_its_digits_and_its_flag_is_the_labs() {
    check_value(
        r#"{"valueQuantity":{"value":7.00,"unit":"%","system":"http://unitsofmeasure.org","code":"%"},
            "interpretation":[{"coding":[{"code":"H"}]}],"referenceRange":[{"low":{"value":4.0},"high":{"value":9}}]}"#,
        expect![[
            r#"Amount(Amount { number: "7.00", comparator: None, unit: Some("%"), ucum: Some("%") }) Some(Above)"#
        ]],
    );
}

#[test]
fn a_value_without_a_flag_is_compared_with_the_labs_own_range_only() {
    let value = |value: &str, range: &str| {
        format!(r#"{{"valueQuantity":{value},"referenceRange":[{range}]}}"#)
    };
    check_value(
        &value(r#"{"value":5.7,"unit":"%"}"#, r#"{"high":{"value":5.6,"unit":"%"}}"#),
        expect![[
            r#"Amount(Amount { number: "5.7", comparator: None, unit: Some("%"), ucum: None }) Some(Above)"#
        ]],
    );
    check_value(
        &value(r#"{"value":5.6,"unit":"%"}"#, r#"{"high":{"value":5.60,"unit":"%"}}"#),
        expect![[
            r#"Amount(Amount { number: "5.6", comparator: None, unit: Some("%"), ucum: None }) Some(InRange)"#
        ]],
    );
    // Another unit, a value that is itself a bound, two ranges that both claim to be usual.
    check_value(
        &value(r#"{"value":5.7,"unit":"mmol/L"}"#, r#"{"high":{"value":5.6,"unit":"%"}}"#),
        expect![[
            r#"Amount(Amount { number: "5.7", comparator: None, unit: Some("mmol/L"), ucum: None }) None"#
        ]],
    );
    check_value(
        &value(r#"{"value":5,"comparator":"<"}"#, r#"{"low":{"value":1},"high":{"value":9}}"#),
        expect![[
            r#"Amount(Amount { number: "5", comparator: Some("<"), unit: None, ucum: None }) None"#
        ]],
    );
    check_value(
        &value(r#"{"value":5}"#, r#"{"high":{"value":4}},{"high":{"value":9}}"#),
        expect![[
            r#"Amount(Amount { number: "5", comparator: None, unit: None, ucum: None }) None"#
        ]],
    );
}

#[test]
fn half_a_range_is_no_number_and_a_range_upside_down_judges_nothing() {
    let said = |json: &str| {
        let text = format!(r#"{{"resourceType":"Observation",{json}}}"#);
        let view: Observation<'_> = read(&text).unwrap();
        let flag = view.flag().map(|flag| format!("{flag:?}")).unwrap_or_default();
        format!("{}|{flag}", view.value().words().unwrap_or_default())
    };
    assert_eq!(said(r#""valueRange":{"high":{"value":5,"unit":"/HPF"}}"#), "≤ 5 /HPF|");
    assert_eq!(said(r#""valueRange":{"low":{"value":5}}"#), "≥ 5|");
    assert_eq!(said(r#""valueRatio":{"numerator":{"value":1}}"#), "|");
    let judged = |comparator: &str, low: &str, high: &str| {
        said(&format!(
            r#""valueQuantity":{{"value":90{comparator}}},"referenceRange":[{{{low}{high}}}]"#
        ))
    };
    let (more, low, high) =
        (r#","comparator":">""#, r#""low":{"value":60}"#, r#""high":{"value":120}"#);
    assert_eq!(judged("", r#""low":{"value":99},"#, r#""high":{"value":1}"#), "90|");
    assert_eq!(judged(more, low, ""), ">90|InRange");
    assert_eq!(judged(more, &format!("{low},"), high), ">90|");
    assert_eq!(judged(more, r#""low":{"value":99}"#, ""), ">90|");
}

#[test]
fn every_type_of_value_is_shown() {
    for (json, expected) in [
        (r#"{"valueString":" reactive "}"#, expect![[r#"Words { text: "reactive" } None"#]]),
        (
            r#"{"valueCodeableConcept":{"coding":[{"code":"x","display":"Former smoker"}]}}"#,
            expect![[r#"Words { text: "Former smoker" } None"#]],
        ),
        (r#"{"valueBoolean":false}"#, expect!["Truth { yes: false } None"]),
        (
            r#"{"valueInteger":3}"#,
            expect![[
                r#"Amount(Amount { number: "3", comparator: None, unit: None, ucum: None }) None"#
            ]],
        ),
        (
            r#"{"valueRange":{"low":{"value":1},"high":{"value":2,"unit":"h"}}}"#,
            expect![[
                r#"Range { low: Some(Amount { number: "1", comparator: None, unit: None, ucum: None }), high: Some(Amount { number: "2", comparator: None, unit: Some("h"), ucum: None }) } None"#
            ]],
        ),
        (
            r#"{"valueRatio":{"numerator":{"value":1},"denominator":{"value":128}}}"#,
            expect![[
                r#"Ratio { numerator: Some(Amount { number: "1", comparator: None, unit: None, ucum: None }), denominator: Some(Amount { number: "128", comparator: None, unit: None, ucum: None }) } None"#
            ]],
        ),
        (
            r#"{"valueDateTime":"2019-03"}"#,
            expect!["Date { date: Month { year: 2019, month: 3 } } None"],
        ),
        (r#"{"valueSampledData":{"dimensions":1}}"#, expect!["Curve None"]),
        (
            r#"{"dataAbsentReason":{"coding":[{"code":"not-performed","display":"Not Performed"}]}}"#,
            expect![[r#"Absent { why: Some("Not Performed") } None"#]],
        ),
        (r#"{}"#, expect!["Nothing None"]),
        (
            r#"{"component":[{"code":{"text":"top"},"valueQuantity":{"value":120.0,"unit":"mmHg"}},
                {"code":{"text":"bottom"},"dataAbsentReason":{"text":"cuff slipped"}}]}"#,
            expect![[r#"
                Nothing None
                  Some("top") Some("120.0 mmHg") None
                  Some("bottom") Some("cuff slipped") None"#]],
        ),
    ] {
        check_value(json, expected);
    }
}

#[test]
fn the_wrong_type_in_every_place_leaves_only_less_to_see() {
    check_value(
        r#"{"status":5,"code":["a",{"text":"first"}],"valueQuantity":[{"value":"7.10","unit":{"x":1}}],
            "interpretation":{"text":"odd"},"referenceRange":"none","component":null,"note":[null,3,{"text":"n"}],
            "status":"final","effectiveDateTime":{"a":[[[]]]}}"#,
        expect![[
            r#"Amount(Amount { number: "7.10", comparator: None, unit: None, ucum: None }) Some(Words("odd"))"#
        ]],
    );
    for nothing in [
        "null",
        "3",
        "\"text\"",
        "[]",
        "[[[[]]]]",
        "{}",
        "true",
        "{\"code\":{\"coding\":{\"coding\":{}}}}",
    ] {
        for kind in
            ["Observation", "MedicationRequest", "Condition", "Patient", "Thing", "CarePlan"]
        {
            assert!(describe(ResourceType::named(kind), nothing).is_some(), "{kind} {nothing}");
        }
    }
    let deep = format!(
        "{{\"x\":{}{},\"code\":{{\"text\":\"deep\"}}}}",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    let said = describe(ResourceType::Observation, &deep).unwrap();
    assert_eq!(said.name.as_deref(), Some("deep"));
    assert_eq!(describe(ResourceType::Observation, "{\"code\":"), None);
}

#[test]
fn a_medicine_is_named_where_its_source_named_it() {
    check(
        r##"{"resourceType":"MedicationRequest","status":"active","contained":[{"resourceType":"Medication","id":"m","code":{"text":"Lisinopril 10 mg"}}],
            "medicationReference":{"reference":"#m"},"authoredOn":"2026-03-01","requester":{"reference":"Practitioner/1","display":"Dr. Okafor"},
            "dosageInstruction":[{"text":"Take 1 tablet once a day"}],"dispenseRequest":{"numberOfRepeatsAllowed":2,"quantity":{"value":30,"unit":"tablet"}}}"##,
        expect![[r#"
            MedicationRequest: Lisinopril 10 mg [Current]
            2026-03-01 .. 
            Status: active
            Dose: Take 1 tablet once a day
            Who: -> Practitioner/1 Dr. Okafor
            Quantity: 30 tablet
            Refills: 2"#]],
    );
    check(
        r#"{"resourceType":"MedicationRequest","status":"stopped","medicationReference":{"reference":"Medication/9"},"doNotPerform":false}"#,
        expect![[r#"
            MedicationRequest: Medication/9 [Past]
            Status: stopped"#]],
    );
    check(
        r#"{"resourceType":"MedicationStatement","status":"not-taken","medicationCodeableConcept":{"coding":[{"system":"local","code":"X1"}]},"effectivePeriod":{"start":"2014","end":"2015-02"}}"#,
        expect![[r#"
            MedicationStatement: X1 [Not]
            2014 .. 2015-02
            Status: not-taken"#]],
    );
}

#[test]
fn what_is_refuted_or_a_mistake_says_so() {
    check(
        r#"{"resourceType":"Condition","clinicalStatus":{"coding":[{"code":"active"}]},"verificationStatus":{"coding":[{"code":"refuted"}]},"code":{"text":"Gout"},"onsetString":"as a child"}"#,
        expect![[r#"
            Condition: Gout [Not]
            Status: active
            Certainty: refuted
            Recorded: as a child"#]],
    );
    check(
        r#"{"resourceType":"AllergyIntolerance","verificationStatus":{"coding":[{"code":"entered-in-error"}]},"reaction":[{"substance":{"text":"Latex"},"manifestation":[{"text":"rash"}]}]}"#,
        expect![[r#"
            AllergyIntolerance: Latex [Mistake]
            Certainty: entered-in-error
            Reaction: rash"#]],
    );
    check(
        r#"{"resourceType":"Immunization","status":"not-done","statusReason":{"text":"patient objection"},"vaccineCode":{"text":"Flu"},"occurrenceString":"autumn 2019"}"#,
        expect![[r#"
            Immunization: Flu [Not]
            Status: not-done
            Reason: patient objection
            Recorded: autumn 2019"#]],
    );
}

#[test]
fn a_type_without_a_place_of_its_own_is_still_named() {
    check(
        r#"{"resourceType":"Questionnaire","title":"PHQ-9","status":"active","date":"2020"}"#,
        expect![[r#"
            Other: PHQ-9 [Unsaid]
            2020 .. 
            Kind: Questionnaire
            Status: active"#]],
    );
}

#[test]
fn targets_say_of_what_they_are_and_activities_where_they_stand() {
    check(
        r#"{"resourceType":"Goal","lifecycleStatus":"active","description":{"text":"Control"},"target":[
            {"measure":{"text":"Glucose"},"detailRange":{"low":{"value":80,"unit":"mg/dL"},"high":{"value":130,"unit":"mg/dL"}}},
            {"measure":{"text":"HbA1c"},"detailRange":{"high":{"value":7,"unit":"%"}}}]}"#,
        expect![[r#"
            Goal: Control [Current]
            Status: active
            Target: Glucose: 80–130 mg/dL
            Target: HbA1c: ≤ 7 %"#]],
    );
    check(
        r#"{"resourceType":"CarePlan","status":"active","title":"After the fall","activity":[
            {"detail":{"status":"cancelled","code":{"text":"Physiotherapy"}}},
            {"detail":{"status":"in-progress","code":{"text":"Walking"}}},
            {"detail":{"status":"not-started","doNotPerform":true,"code":{"text":"Lifting"}}}]}"#,
        expect![[r#"
            CarePlan: After the fall [Current]
            Status: active
            Activity: Physiotherapy (cancelled) | Physiotherapy (cancelado)
            Activity: Walking
            Activity: Lifting (do not perform) | Lifting (no realizar)"#]],
    );
}

#[test]
fn a_relative_who_died_is_said_to_have_and_of_what() {
    let died = |how: &str| {
        let json = format!(r#"{{"relationship":{{"text":"Mother"}},{how}}}"#);
        let said = describe(ResourceType::FamilyMemberHistory, &json).unwrap();
        let words = said.facts.into_iter().filter_map(|fact| match fact.said {
            Said::Words(words) => Some(words),
            Said::Spoken(spoken) => Some(format!("{} | {}", spoken.english, spoken.spanish)),
            Said::Date(_) | Said::Reference { .. } => None,
        });
        words.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(died(r#""deceasedBoolean":true"#), "Died | Murió");
    assert_eq!(died(r#""deceasedBoolean":false"#), "");
    let years = r#""deceasedAge":{"value":71,"unit":"years"}"#;
    assert_eq!(died(years), "Died: 71 years | Murió: 71 years");
    assert_eq!(died(r#""deceasedDate":"1998-03""#), "Died: 1998-03 | Murió: 1998-03");
    assert_eq!(died(r#""deceasedString":"1998?""#), "Died: 1998? | Murió: 1998?");
    assert_eq!(
        died(
            r#""condition":[{"code":{"text":"Asthma"}},{"code":{"text":"Stroke"},"contributedToDeath":true}]"#
        ),
        "Asthma, Stroke (contributed to the death) | Stroke (contribuyó a la muerte)"
    );
}
