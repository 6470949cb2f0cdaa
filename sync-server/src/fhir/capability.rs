//! The CapabilityStatement: what this server can do, and nothing that it cannot.

use serde_json::{Value, json};

/// Types that come into a chart with a place of their own; every other type is kept as well.
pub const TYPES: [&str; 29] = [
    "AllergyIntolerance",
    "Appointment",
    "Binary",
    "CarePlan",
    "CareTeam",
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
];

/// The day on which what is said here last changed.
const CHANGED_ON: &str = "2026-11-21";

pub fn statement() -> Value {
    let resources: Vec<_> = TYPES
        .iter()
        .map(|kind| {
            json!({
                "type": kind,
                "interaction": [{"code": "read"}],
                "versioning": "versioned",
                "conditionalCreate": true,
            })
        })
        .collect();
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED_ON,
        "kind": "instance",
        "software": {"name": "Satchel", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {"description": "A patient portal: the clinic's EHR sends records here"},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{
            "mode": "server",
            "documentation": "POST /fhir/import takes any bundle, resource or NDJSON. \
                Entries are matched by identifier, then id; the conditional create of a bundle's \
                entry understands identifier=system|value.",
            "security": {
                "description": "a bearer token that the clinic's host made with \
                    `sync-server client add`",
            },
            "resource": resources,
            "interaction": [{"code": "transaction"}, {"code": "batch"}],
        }],
    })
}
