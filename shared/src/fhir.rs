//! Tolerant views over FHIR R4 resources. The original JSON is what is stored and stays byte for
//! byte as it came; a view reads from it what a screen can show, and never fails on mess.

pub mod allergy;
pub(crate) mod base64;
pub mod care;
pub mod condition;
pub mod coverage;
pub mod datatypes;
pub mod decimal;
pub mod description;
pub mod device;
pub mod document;
pub mod dosage;
pub mod entry;
pub mod export;
pub mod family;
pub mod immunization;
pub mod import;
pub mod labels;
pub mod lenient;
pub mod medicine;
pub mod observation;
pub mod order;
pub mod person;
pub mod procedure;
pub mod report;
pub(crate) mod units;
pub mod visit;

use serde::{Deserialize, Serialize};

use self::description::Description;
use self::lenient::{Lenient, Text, view};
use crate::json::Value;

macro_rules! resource_types {
    ($($name:ident),+ $(,)?) => {
        /// The types of resources that have a place on a screen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ResourceType {
            $($name,)+
            /// Kept, counted and found in the export.
            Other,
        }

        impl ResourceType {
            pub fn named(name: &str) -> Self {
                match name {
                    $(stringify!($name) => Self::$name,)+
                    _ => Self::Other,
                }
            }
        }
    };
}

resource_types! {
    AllergyIntolerance, Appointment, CarePlan, CareTeam, Condition, Coverage, Device,
    DiagnosticReport, DocumentReference, Encounter, FamilyMemberHistory, Goal, Immunization,
    Location, Medication, MedicationAdministration, MedicationDispense, MedicationRequest,
    MedicationStatement, Observation, Organization, Patient, Practitioner, PractitionerRole,
    Procedure, RelatedPerson, ServiceRequest,
}

view! {
    /// What every resource may say about itself.
    Any { resource_type: Text<'a> = "resourceType", id: Text<'a> = "id" }
}

/// What a resource says. Nothing if the text is not JSON at all.
pub fn describe(kind: ResourceType, json: &str) -> Option<Description> {
    Value::read(json).map(|value| describe_value(kind, value))
}

pub fn describe_value(kind: ResourceType, value: Value<'_>) -> Description {
    use ResourceType as Type;
    match kind {
        Type::AllergyIntolerance => allergy::Allergy::of(value).describe(),
        Type::Appointment => visit::Appointment::of(value).describe(),
        Type::CarePlan => care::CarePlan::of(value).describe(),
        Type::CareTeam => care::CareTeam::of(value).describe(),
        Type::Condition => condition::Condition::of(value).describe(),
        Type::Coverage => coverage::Coverage::of(value).describe(),
        Type::Device => device::Device::of(value).describe(),
        Type::DiagnosticReport => report::Report::of(value).describe(),
        Type::DocumentReference => document::Document::of(value).describe(),
        Type::Encounter => visit::Encounter::of(value).describe(),
        Type::FamilyMemberHistory => family::Relative::of(value).describe(),
        Type::Goal => care::Goal::of(value).describe(),
        Type::Immunization => immunization::Immunization::of(value).describe(),
        Type::Medication => medicine::Substance::of(value).describe(),
        Type::MedicationAdministration
        | Type::MedicationDispense
        | Type::MedicationRequest
        | Type::MedicationStatement => medicine::Medicine::of(value).describe(kind),
        Type::Observation => observation::Observation::of(value).describe(),
        Type::Organization | Type::Location => person::Place::of(value).describe(),
        Type::Patient | Type::RelatedPerson | Type::Practitioner => {
            person::Person::of(value).describe()
        }
        Type::PractitionerRole => person::Role::of(value).describe(),
        Type::Procedure => procedure::Procedure::of(value).describe(),
        Type::ServiceRequest => order::Order::of(value).describe(),
        Type::Other => Other::of(value).describe(),
    }
}

/// A view of a resource; nothing if the text is not JSON.
pub fn read<'a, V: Lenient<'a>>(json: &'a str) -> Option<V> {
    Value::read(json).map(V::of)
}

view! {
    /// A type that has no place of its own: what it most likely calls itself.
    Other {
        resource_type: Text<'a> = "resourceType",
        code: datatypes::Concept<'a> = "code",
        kind: datatypes::Concept<'a> = "type",
        title: Text<'a> = "title",
        name: Text<'a> = "name",
        description: Text<'a> = "description",
        status: Text<'a> = "status",
        date: Text<'a> = "date",
        created: Text<'a> = "created",
        recorded: Text<'a> = "recorded",
        authored: Text<'a> = "authored",
        authored_on: Text<'a> = "authoredOn",
    }
}

impl Other<'_> {
    fn describe(&self) -> Description {
        let mut said = Description::of(&self.code);
        let names = [&self.title, &self.name, &self.description];
        let own = names.iter().find_map(|text| text.owned());
        said.name = said.name.or(own).or_else(|| self.kind.owned());
        said.text(description::What::Kind, &self.resource_type);
        said.text(description::What::Status, &self.status);
        if self.status.is("entered-in-error") {
            said.standing = description::Standing::Mistake;
        }
        let dates = [&self.date, &self.created, &self.recorded, &self.authored, &self.authored_on];
        said.at(&dates);
        said
    }
}

#[cfg(test)]
mod tests;
