//! Which chart document a resource goes into at its first import. It stays there for good, whatever
//! its date becomes later.

use super::Facts;
use crate::document::Kind;
use crate::fhir::ResourceType;

pub fn home(facts: &Facts) -> Kind {
    use ResourceType as Type;
    if facts.is_sensitive {
        return Kind::ChartSensitive;
    }
    let Some(year) = facts.year else {
        return Kind::ChartCore;
    };
    match ResourceType::named(&facts.kind) {
        Type::Observation | Type::DiagnosticReport => Kind::ChartResults(year),
        Type::Appointment
        | Type::DocumentReference
        | Type::Encounter
        | Type::Procedure
        | Type::ServiceRequest
        | Type::Other => Kind::ChartVisits(year),
        // What is true now or was once: a person looks for it without knowing the year.
        Type::AllergyIntolerance
        | Type::CarePlan
        | Type::CareTeam
        | Type::Condition
        | Type::Coverage
        | Type::Device
        | Type::FamilyMemberHistory
        | Type::Goal
        | Type::Immunization
        | Type::Location
        | Type::Medication
        | Type::MedicationAdministration
        | Type::MedicationDispense
        | Type::MedicationRequest
        | Type::MedicationStatement
        | Type::Organization
        | Type::Patient
        | Type::Practitioner
        | Type::PractitionerRole
        | Type::RelatedPerson => Kind::ChartCore,
    }
}
