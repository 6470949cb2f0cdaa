//! A long record as Synthea writes one: a transaction of one patient whose parts point to each other by
//! `urn:uuid`, half of it bills. Written here, and the same for the same size.

/// Resources of one visit.
const OF_A_VISIT: usize = 7;
/// The patient, a place and a practitioner stand before all visits.
const BEFORE: usize = 3;
const MINUTES_OF_A_YEAR: usize = 365 * 24 * 60;

/// A bundle of about so many resources.
pub fn bundle(resources: usize) -> String {
    let mut entries = vec![
        entry("Patient", 0, PATIENT),
        entry(
            "Organization",
            1,
            r#""identifier":[{"system":"https://github.com/synthetichealth/synthea","value":"1"}],"active":true,"name":"LOWELL GENERAL HOSPITAL","telecom":[{"system":"phone","value":"9785550100"}],"address":[{"line":["295 VARNUM AVENUE"],"city":"LOWELL","state":"MA","postalCode":"01854","country":"US"}]"#,
        ),
        entry(
            "Practitioner",
            2,
            r#""identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"9999999999"}],"active":true,"name":[{"family":"Kohler","given":["Ada"],"prefix":["Dr."]}],"gender":"female""#,
        ),
    ];
    let visits = resources.saturating_sub(BEFORE).div_ceil(OF_A_VISIT);
    for visit in 0..visits {
        of_a_visit(visit, visits, &mut entries);
    }
    let entries = entries.join(",\n");
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#)
}

const PATIENT: &str = r#""identifier":[{"system":"https://github.com/synthetichealth/synthea","value":"bench-1"},{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},"system":"http://hospital.example","value":"bench-1"}],"name":[{"use":"official","family":"Feeney","given":["Vito"]}],"telecom":[{"system":"phone","value":"555-010-0132","use":"home"}],"gender":"male","birthDate":"1946-03-15","address":[{"line":["860 Long Lane"],"city":"Lowell","state":"MA","postalCode":"01850","country":"US"}]"#;

fn uuid(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

fn entry(kind: &str, number: usize, fields: &str) -> String {
    let id = uuid(number);
    format!(
        r#"{{"fullUrl":"urn:uuid:{id}","resource":{{"resourceType":"{kind}","id":"{id}",{fields}}},"request":{{"method":"POST","url":"{kind}"}}}}"#
    )
}

fn to(number: usize) -> String {
    format!(r#"{{"reference":"urn:uuid:{}"}}"#, uuid(number))
}

/// Visits are spread over seventy years.
fn time_of(visit: usize, visits: usize) -> String {
    let minutes = visit * 70 * MINUTES_OF_A_YEAR / visits.max(1);
    let (year, rest) = (1950 + minutes / MINUTES_OF_A_YEAR, minutes % MINUTES_OF_A_YEAR);
    let (day, minute) = (rest / 1440, rest % 1440);
    let (month, day) = (1 + (day / 28).min(11), 1 + day % 28);
    format!("{year}-{month:02}-{day:02}T{:02}:{:02}:00+00:00", minute / 60, minute % 60)
}

fn of_a_visit(visit: usize, visits: usize, entries: &mut Vec<String>) {
    let at = time_of(visit, visits);
    let first = BEFORE + visit * OF_A_VISIT;
    let (patient, encounter, practice, doctor) = (to(0), to(first), to(1), to(2));
    let about = format!(r#""subject":{patient},"encounter":{encounter}"#);
    entries.push(entry(
        "Encounter",
        first,
        &format!(
            r#""status":"finished","class":{{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}},"type":[{{"coding":[{{"system":"http://snomed.info/sct","code":"185349003","display":"Encounter for check up (procedure)"}}],"text":"Encounter for check up (procedure)"}}],"subject":{patient},"participant":[{{"individual":{doctor}}}],"period":{{"start":"{at}","end":"{at}"}},"serviceProvider":{practice}"#
        ),
    ));
    for (offset, code, name, unit) in
        [(1, "8302-2", "Body Height", "cm"), (2, "4548-4", "Hemoglobin A1c", "%")]
    {
        let value = 40 + visit % 97;
        entries.push(entry(
            "Observation",
            first + offset,
            &format!(
                r#""status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"laboratory"}}]}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"{code}","display":"{name}"}}],"text":"{name}"}},{about},"effectiveDateTime":"{at}","issued":"{at}","valueQuantity":{{"value":{value}.11645124918087,"unit":"{unit}","system":"http://unitsofmeasure.org","code":"{unit}"}}"#
            ),
        ));
    }
    for offset in [3, 4] {
        entries.push(entry(
            "Procedure",
            first + offset,
            &format!(
                r#""status":"completed","code":{{"coding":[{{"system":"http://snomed.info/sct","code":"430193006","display":"Medication Reconciliation (procedure)"}}],"text":"Medication Reconciliation (procedure)"}},{about},"performedPeriod":{{"start":"{at}","end":"{at}"}}"#
            ),
        ));
    }
    let item = |number: usize| {
        format!(
            r#"{{"sequence":{number},"productOrService":{{"coding":[{{"system":"http://snomed.info/sct","code":"185349003","display":"Encounter for check up (procedure)"}}],"text":"Encounter for check up (procedure)"}},"servicedPeriod":{{"start":"{at}","end":"{at}"}},"net":{{"value":129.16,"currency":"USD"}},"adjudication":[{{"category":{{"coding":[{{"system":"https://bluebutton.cms.gov/resources/codesystem/adjudication","code":"https://bluebutton.cms.gov/resources/variables/line_coinsrnc_amt","display":"Line Beneficiary Coinsurance Amount"}}]}},"amount":{{"value":25.8,"currency":"USD"}}}}],"encounter":[{encounter}]}}"#
        )
    };
    let items = |count: usize| (1..=count).map(item).collect::<Vec<_>>().join(",");
    let bill = format!(
        r#""status":"active","use":"claim","patient":{patient},"billablePeriod":{{"start":"{at}","end":"{at}"}},"created":"{at}","provider":{practice}"#
    );
    entries.push(entry("Claim", first + 5, &format!(r#"{bill},"item":[{}]"#, items(2))));
    entries.push(entry(
        "ExplanationOfBenefit",
        first + 6,
        &format!(r#"{bill},"claim":{},"item":[{}]"#, to(first + 5), items(8)),
    ));
}
