//! What several sources say of one thing.

use super::{Relation, groups};
use crate::document::Kind;
use crate::edit::Edit;
use crate::fhir::ResourceType;
use crate::fhir::entry::ChartEntry;
use crate::id::EntryId;
use crate::testing::{ROSA, Story};
use crate::view::alike::alike;

const KINDS: [ResourceType; 5] = [
    ResourceType::AllergyIntolerance,
    ResourceType::Condition,
    ResourceType::Immunization,
    ResourceType::MedicationRequest,
    ResourceType::Observation,
];

fn told(story: &mut Story, source: &str, json: &str) -> EntryId {
    story.chart(Kind::ChartCore, ChartEntry::new(source, json))
}

/// How what Lakeside says stands to what Riverside says, and the other way round.
fn relation(lakeside: &str, riverside: &str) -> Option<Relation> {
    let of = |first: (&str, &str), second: (&str, &str)| {
        let mut story = Story::default();
        let one = told(&mut story, first.0, first.1);
        let other = told(&mut story, second.0, second.1);
        let groups = groups(&story.record, &KINDS);
        let found = groups.of(one).find(|(entry, _)| *entry == other);
        found.map(|(_, relation)| relation)
    };
    let there = of(("lakeside", lakeside), ("riverside", riverside));
    assert_eq!(there, of(("riverside", riverside), ("lakeside", lakeside)), "one way only");
    assert_eq!(of(("lakeside", lakeside), ("lakeside", riverside)), None, "within one source");
    there
}

fn condition(code: &str, text: &str, more: &str) -> String {
    let coding = match code {
        "" => String::new(),
        code => format!(r#""coding":[{{"system":"http://snomed.info/sct","code":"{code}"}}],"#),
    };
    format!(r#"{{"resourceType":"Condition","code":{{{coding}"text":"{text}"}}{more}}}"#)
}

const ACTIVE: &str =
    r#","clinicalStatus":{"coding":[{"code":"active"}]},"onsetDateTime":"2020-05-06""#;
const RESOLVED: &str =
    r#","clinicalStatus":{"coding":[{"code":"resolved"}]},"onsetDateTime":"2020-05""#;

#[test]
fn problems_are_the_same_by_code_or_by_words() {
    let asthma = condition("195967001", "Asthma (disorder)", ACTIVE);
    for (other, expected) in [
        (condition("195967001", "asthma", ACTIVE), Some(Relation::Same)),
        (condition("", "ASTHMA", ACTIVE), Some(Relation::Same)),
        (condition("", "Asthma", ""), Some(Relation::Probable)),
        (condition("195967001", "Asthma", RESOLVED), Some(Relation::Disagree)),
        (condition("38341003", "Asthma", ACTIVE), None),
        (condition("195967001", "Asthma", &ACTIVE.replace("2020", "2011")), None),
        (condition("", "Left-sided asthma", ACTIVE), None),
    ] {
        assert_eq!(relation(&asthma, &other), expected, "{other}");
    }
    let of_a_visit =
        ACTIVE.to_owned() + r#","category":[{"coding":[{"code":"encounter-diagnosis"}]}]"#;
    assert_eq!(relation(&asthma, &condition("195967001", "Asthma", &of_a_visit)), None);
    let left = condition("1", "Pain of left knee", ACTIVE);
    assert_eq!(relation(&left, &condition("1", "Pain of right knee", ACTIVE)), None);
}

fn allergy(text: &str, more: &str) -> String {
    format!(r#"{{"resourceType":"AllergyIntolerance","code":{{"text":"{text}"}}{more}}}"#)
}

#[test]
fn an_allergy_is_never_hidden() {
    let none = r#"{"resourceType":"AllergyIntolerance","code":{"coding":[{"code":"716186003"}]}}"#;
    assert_eq!(relation(&allergy("Penicillin", ""), none), Some(Relation::Disagree));
    assert_eq!(
        relation(&allergy("Penicillin", ""), &allergy("Allergy to penicillin", "")),
        Some(Relation::Same)
    );
    let (high, low) = (r#","criticality":"high""#, r#","criticality":"low""#);
    assert_eq!(
        relation(&allergy("Penicillin", high), &allergy("Penicillin", low)),
        Some(Relation::Disagree)
    );
    let refuted = r#","verificationStatus":{"coding":[{"code":"refuted"}]}"#;
    assert_eq!(
        relation(&allergy("Latex", ""), &allergy("Latex", refuted)),
        Some(Relation::Disagree)
    );
    assert_eq!(relation(&allergy("Penicillin", ""), &allergy("Penicillamine", "")), None);
    // What disagrees is folded into nothing.
    let mut story = Story::default();
    told(&mut story, "lakeside", &allergy("Penicillin", ""));
    told(&mut story, "riverside", none);
    assert_eq!(groups(&story.record, &KINDS).folded.len(), 0);
}

fn order(status: &str, day: &str, directions: &str) -> String {
    format!(
        r#"{{"resourceType":"MedicationRequest","status":"{status}","authoredOn":"{day}","medicationCodeableConcept":{{"coding":[{{"system":"urn:oid:2.16.840.1.113883.6.88","code":"314076"}}],"text":"Lisinopril 10 mg"}},"dosageInstruction":[{{"text":"{directions}"}}]}}"#
    )
}

#[test]
fn a_medicine_of_another_day_dose_or_status_is_not_the_same() {
    let own = order("active", "2024-01-01", "Once a day");
    let same = order("active", "2024-01-01T23:30:00-05:00", "once a day");
    assert_eq!(relation(&own, &same), Some(Relation::Same));
    let rxnorm = same
        .replace("urn:oid:2.16.840.1.113883.6.88", "http://www.nlm.nih.gov/research/umls/rxnorm");
    assert_eq!(relation(&own, &rxnorm), Some(Relation::Same));
    let twice = order("active", "2024-01-01", "Twice a day");
    assert_eq!(relation(&own, &twice), Some(Relation::Disagree));
    let stopped = order("stopped", "2024-01-01", "Once a day");
    assert_eq!(relation(&own, &stopped), Some(Relation::Disagree));
    assert_eq!(relation(&own, &order("active", "2024-03-01", "Once a day")), None);
}

fn shot(cvx: &str, day: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"Immunization","status":"completed","vaccineCode":{{"coding":[{{"system":"http://hl7.org/fhir/sid/cvx","code":"{cvx}"}}]}},"occurrenceDateTime":"{day}"{more}}}"#
    )
}

#[test]
fn a_shot_of_the_same_day_is_one_and_one_from_memory_may_be() {
    let own = shot("08", "2024-03-30", "");
    assert_eq!(relation(&own, &shot("8", "2024-03-30T10:00:00Z", "")), Some(Relation::Same));
    let not_done = shot("8", "2024-03-30", "").replace("completed", "not-done");
    assert_eq!(relation(&own, &not_done), Some(Relation::Disagree));
    assert_eq!(relation(&own, &shot("8", "2024-04-01", "")), None);
    let remembered = shot("8", "2024-04-01", r#","primarySource":false"#);
    assert_eq!(relation(&own, &remembered), Some(Relation::Probable));
    assert_eq!(relation(&own, &shot("8", "2024-05-01", r#","primarySource":false"#)), None);
}

fn weight(value: &str, when: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"29463-7"}}]}},"effectiveDateTime":"{when}","valueQuantity":{{"value":{value},"unit":"kg"}}}}"#
    )
}

#[test]
fn a_measurement_is_the_same_as_far_as_it_was_written_down() {
    let at = "2024-03-04T10:00:00Z";
    let own = weight("70.45", at);
    assert_eq!(relation(&own, &weight("70.5", "2024-03-04T05:00:00-05:00")), Some(Relation::Same));
    assert_eq!(relation(&own, &weight("70", "2024-03-04")), Some(Relation::Same));
    assert_eq!(relation(&own, &weight("71.0", at)), Some(Relation::Disagree));
    assert_eq!(relation(&own, &weight("71.0", "2024-03-04")), None);
    assert_eq!(relation(&own, &weight("70.45", "2024-03-06T10:00:00Z")), None);
    let pounds = weight("70.45", at).replace("kg", "lb");
    assert_eq!(relation(&own, &pounds), None);
}

#[test]
fn no_cluster_holds_two_records_of_one_source() {
    let mut story = Story::default();
    let asthma = condition("195967001", "Asthma", ACTIVE);
    let first = told(&mut story, "lakeside", &asthma);
    let twice = told(&mut story, "lakeside", &asthma);
    let other = told(&mut story, "riverside", &asthma);
    let third = told(&mut story, "hillside", &asthma);
    let folded = groups(&story.record, &KINDS).folded;
    assert_eq!((folded.get(&other), folded.get(&third)), (Some(&first), Some(&first)));
    assert_eq!(folded.get(&twice), None);
}

#[test]
fn the_patient_s_word_counts() {
    let mut story = Story::default();
    let one = told(&mut story, "lakeside", &condition("", "Bad knee", ACTIVE));
    let other = told(&mut story, "riverside", &condition("", "Gonarthrosis", ACTIVE));
    let said = |story: &Story| {
        let all = alike(&story.record, one).into_iter();
        all.map(|alike| (alike.relation, alike.source, alike.name)).collect::<Vec<_>>()
    };
    assert_eq!(said(&story), []);
    story.sends(ROSA, Edit::SaySame { one, other, same: true }).unwrap();
    let same = (Relation::Same, "riverside".to_owned(), Some("Gonarthrosis".to_owned()));
    assert_eq!(said(&story), [same]);
    story.sends(ROSA, Edit::SaySame { one: other, other: one, same: false }).unwrap();
    assert_eq!(said(&story), []);
}

#[test]
fn another_source_takes_no_active_entry_away() {
    let mut story = Story::default();
    let active = told(&mut story, "lakeside", &order("active", "2024-01-01", "Once a day"));
    told(&mut story, "riverside", &order("stopped", "2024-01-01", "Once a day"));
    told(&mut story, "hillside", &order("completed", "2024-01-01", "Once a day"));
    assert_eq!(groups(&story.record, &KINDS).folded.get(&active), None);
}

#[test]
fn a_result_inside_a_report_is_of_the_day_of_its_report() {
    let mut story = Story::default();
    let said = r#""status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2339-0"}]},"valueQuantity":{"value":90,"unit":"mg/dL"}"#;
    let day = r#""effectiveDateTime":"2026-03-09T10:00:00Z""#;
    let inside = format!(
        r#"{{"resourceType":"DiagnosticReport",{day},"contained":[{{"resourceType":"Observation",{said}}}]}}"#
    );
    told(&mut story, "lakeside", &inside);
    let alone = format!(r#"{{"resourceType":"Observation",{day},{said}}}"#);
    let alone = told(&mut story, "riverside", &alone);
    let groups = groups(&story.record, &KINDS);
    let relations: Vec<_> = groups.of(alone).map(|(_, relation)| relation).collect();
    assert_eq!(relations, [Relation::Same]);
}
