//! Tolerant views over FHIR R4 resources. The original JSON is what is stored and stays byte for
//! byte as it came; a view reads from it what a screen can show, and never fails on mess.

pub mod allergy;
pub mod care;
pub mod condition;
pub mod coverage;
pub mod datatypes;
pub mod decimal;
pub mod description;
pub mod device;
pub mod document;
pub mod entry;
pub mod family;
pub mod immunization;
pub mod import;
pub mod lenient;
pub mod medicine;
pub mod observation;
pub mod order;
pub mod person;
pub mod procedure;
pub mod report;
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
    use ResourceType as Type;
    Some(match kind {
        Type::AllergyIntolerance => read::<allergy::Allergy<'_>>(json)?.describe(),
        Type::Appointment => read::<visit::Appointment<'_>>(json)?.describe(),
        Type::CarePlan => read::<care::CarePlan<'_>>(json)?.describe(),
        Type::CareTeam => read::<care::CareTeam<'_>>(json)?.describe(),
        Type::Condition => read::<condition::Condition<'_>>(json)?.describe(),
        Type::Coverage => read::<coverage::Coverage<'_>>(json)?.describe(),
        Type::Device => read::<device::Device<'_>>(json)?.describe(),
        Type::DiagnosticReport => read::<report::Report<'_>>(json)?.describe(),
        Type::DocumentReference => read::<document::Document<'_>>(json)?.describe(),
        Type::Encounter => read::<visit::Encounter<'_>>(json)?.describe(),
        Type::FamilyMemberHistory => read::<family::Relative<'_>>(json)?.describe(),
        Type::Goal => read::<care::Goal<'_>>(json)?.describe(),
        Type::Immunization => read::<immunization::Immunization<'_>>(json)?.describe(),
        Type::Medication => read::<medicine::Substance<'_>>(json)?.describe(),
        Type::MedicationAdministration
        | Type::MedicationDispense
        | Type::MedicationRequest
        | Type::MedicationStatement => read::<medicine::Medicine<'_>>(json)?.describe(kind),
        Type::Observation => read::<observation::Observation<'_>>(json)?.describe(),
        Type::Organization | Type::Location => read::<person::Place<'_>>(json)?.describe(),
        Type::Patient | Type::RelatedPerson | Type::Practitioner => {
            read::<person::Person<'_>>(json)?.describe()
        }
        Type::PractitionerRole => read::<person::Role<'_>>(json)?.describe(),
        Type::Procedure => read::<procedure::Procedure<'_>>(json)?.describe(),
        Type::ServiceRequest => read::<order::Order<'_>>(json)?.describe(),
        Type::Other => read::<Other<'_>>(json)?.describe(),
    })
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
