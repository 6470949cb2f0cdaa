//! People and places: Patient, RelatedPerson, Practitioner, PractitionerRole, Organization, Location.

use super::datatypes::{Address, Coding, Concept, Contact, HumanName, Reference};
use super::description::{Description, Standing, What};
use super::lenient::{Many, Text, view};

view! {
    Person {
        active: Text<'a> = "active",
        name: Many<HumanName<'a>> = "name",
        telecom: Many<Contact<'a>> = "telecom",
        gender: Text<'a> = "gender",
        birth_date: Text<'a> = "birthDate",
        address: Many<Address<'a>> = "address",
        relationship: Many<Concept<'a>> = "relationship",
        communication: Many<Communication<'a>> = "communication",
        qualification: Many<Qualification<'a>> = "qualification",
    }
    Communication { language: Concept<'a> = "language" }
    Qualification { code: Concept<'a> = "code" }
    /// What a desk at the clinic wants to know of a Patient, beside what the person reads.
    Identity {
        identifier: Many<Numbered<'a>> = "identifier",
        gender: Text<'a> = "gender",
        communication: Many<Spoken<'a>> = "communication",
        extension: Many<Extension<'a>> = "extension",
    }
    Numbered { kind: Concept<'a> = "type", value: Text<'a> = "value" }
    Spoken { language: Concept<'a> = "language", preferred: Text<'a> = "preferred" }
    Extension {
        url: Text<'a> = "url",
        coding: Coding<'a> = "valueCoding",
        truth: Text<'a> = "valueBoolean",
    }
    Place {
        name: Text<'a> = "name",
        kind: Many<Concept<'a>> = "type",
        telecom: Many<Contact<'a>> = "telecom",
        address: Many<Address<'a>> = "address",
        description: Text<'a> = "description",
        status: Text<'a> = "status",
    }
    Role {
        practitioner: Reference<'a> = "practitioner",
        organization: Reference<'a> = "organization",
        code: Many<Concept<'a>> = "code",
        specialty: Many<Concept<'a>> = "specialty",
        telecom: Many<Contact<'a>> = "telecom",
    }
}

/// The medical record number (HL7 table 0203).
const RECORD_NUMBER: &str = "MR";
/// US Core's, and the one of FHIR itself, of which one is a code and one a truth.
const INTERPRETER: [&str; 2] = [
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-interpreter-needed",
    "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
];
/// "Yes" and "no" of the answers to whether an interpreter is needed (SNOMED CT).
const NEEDED: &str = "373066001";
const NOT_NEEDED: &str = "373067005";

impl Identity<'_> {
    pub fn record_number(&self) -> Option<String> {
        let own = self.identifier.iter().find(|one| one.kind.has_code(&[RECORD_NUMBER]))?;
        own.value.owned()
    }

    /// The language to speak, in the source's words.
    pub fn language(&self) -> Option<String> {
        let preferred = self.communication.iter().find(|spoken| spoken.preferred.is("true"));
        preferred.or_else(|| self.communication.first())?.language.owned()
    }

    /// Whether an interpreter is needed, if the source says so or says not.
    pub fn needs_interpreter(&self) -> Option<bool> {
        let said = self.extension.iter().find(|one| one.url.is_one_of(&INTERPRETER))?;
        if said.truth.is("true") || said.coding.code.is(NEEDED) {
            return Some(true);
        }
        (said.truth.is("false") || said.coding.code.is(NOT_NEEDED)).then_some(false)
    }
}

impl Person<'_> {
    /// The name in use now, as written.
    pub fn name(&self) -> Option<String> {
        let named = |name: &&HumanName<'_>| !name.name_use.is_one_of(&["old", "maiden"]);
        let current = self.name.iter().filter(named).find_map(HumanName::words);
        current.or_else(|| self.name.iter().find_map(HumanName::words))
    }

    pub fn describe(&self) -> Description {
        let mut said = Description {
            name: self.name(),
            standing: match self.active.is("false") {
                true => Standing::Past,
                false => Standing::Current,
            },
            ..Description::default()
        };
        said.date(What::BirthDate, &self.birth_date);
        said.text(What::Sex, &self.gender);
        said.concepts(What::Relation, &self.relationship);
        say_contacts(&mut said, &self.telecom, &self.address);
        for spoken in self.communication.iter() {
            said.concept(What::Language, &spoken.language);
        }
        for qualification in self.qualification.iter() {
            said.concept(What::Role, &qualification.code);
        }
        said
    }
}

impl Place<'_> {
    pub fn describe(&self) -> Description {
        let mut said = Description {
            name: self.name.owned().or_else(|| self.description.owned()),
            ..Description::default()
        };
        said.concepts(What::Kind, &self.kind);
        say_contacts(&mut said, &self.telecom, &self.address);
        said
    }
}

impl Role<'_> {
    pub fn describe(&self) -> Description {
        let mut said =
            Description { name: self.practitioner.display.owned(), ..Description::default() };
        if said.name.is_none() {
            said.named_by = self.practitioner.reference.owned();
        }
        said.reference(What::Organization, &self.organization);
        said.concepts(What::Role, &self.code);
        said.concepts(What::Role, &self.specialty);
        say_contacts(&mut said, &self.telecom, &Many::default());
        said
    }
}

fn say_contacts(said: &mut Description, ways: &Many<Contact<'_>>, addresses: &Many<Address<'_>>) {
    for way in ways.iter() {
        match way.system.said() {
            Some("phone" | "sms") => said.text(What::Phone, &way.value),
            Some("email") => said.text(What::Email, &way.value),
            Some(_) | None => {}
        }
    }
    for address in addresses.iter() {
        said.say(What::Address, address.words());
    }
}
