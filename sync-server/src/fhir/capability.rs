//! The CapabilityStatement: what this server can do, and nothing that it cannot.

use serde_json::{Value, json};

use super::outgoing::ANSWERED;
use super::parameters::{COMMON, OF_TYPE, of_type};

/// Types that come into a chart with a place of their own, or go out; every other type is kept and
/// read as well.
pub const TYPES: [&str; 31] = [
    "AllergyIntolerance",
    "Appointment",
    "Binary",
    "CarePlan",
    "CareTeam",
    "Communication",
    "Condition",
    "Coverage",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "FamilyMemberHistory",
    "Goal",
    "Immunization",
    "Location",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "RelatedPerson",
    "ServiceRequest",
    "Task",
];

/// The day on which what is said here last changed.
const CHANGED_ON: &str = "2026-11-29";

pub fn statement(base: &str) -> Value {
    debug_assert!(OF_TYPE.iter().all(|(kind, _)| TYPES.contains(kind)), "a type is not told");
    let resources: Vec<_> = TYPES.iter().map(|kind| resource(kind)).collect();
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED_ON,
        "kind": "instance",
        "software": {"name": "Satchel", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {
            "description": "A patient portal: the clinic's EHR sends records here and answers \
                what patients ask",
            "url": base,
        },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "patchFormat": ["application/json-patch+json"],
        "rest": [{
            "mode": "server",
            "documentation": "POST /fhir/import takes any bundle, resource or NDJSON. \
                Entries are matched by identifier, then id; the conditional create of a bundle's \
                entry understands identifier=system|value. PATCH is for answers to what patients \
                asked, which need If-Match.",
            "security": {
                "service": [{"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                    "code": "SMART-on-FHIR",
                }]}],
                "description": "SMART Backend Services with registered keys, or a bearer token that \
                    the clinic's host made with `sync-server client add`",
            },
            "resource": resources,
            "interaction": [{"code": "transaction"}, {"code": "batch"}],
        }],
    })
}

fn resource(kind: &str) -> Value {
    let mut codes = vec!["read", "vread", "history-instance", "search-type", "create", "update"];
    codes.extend(ANSWERED.contains(&kind).then_some("patch"));
    let interactions: Vec<_> = codes.into_iter().map(|code| json!({"code": code})).collect();
    let parameters: Vec<_> = COMMON
        .iter()
        .chain(of_type(kind))
        .map(|(name, how)| json!({"name": name, "type": how.kind()}))
        .collect();
    let mut resource = json!({
        "type": kind,
        "interaction": interactions,
        "versioning": if ANSWERED.contains(&kind) { "versioned-update" } else { "versioned" },
        "readHistory": true,
        "updateCreate": true,
        "conditionalCreate": true,
        "conditionalUpdate": true,
        "searchParam": parameters,
    });
    if kind == "Patient" {
        let operation = |name: &str, url: &str| json!({"name": name, "definition": url});
        resource["operation"] = json!([
            operation("everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything"),
            operation("summary", "http://hl7.org/fhir/uv/ips/OperationDefinition/summary"),
        ]);
    }
    resource
}
