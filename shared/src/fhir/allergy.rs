//! AllergyIntolerance: what a person must not get, or a statement that nothing is known.

use super::datatypes::{Annotation, Concept, Reference};
use super::description::{Description, Standing, What};
use super::lenient::{Many, Text, view};

/// "No known ..." in SNOMED CT, first of any kind: allergy, drug allergy, food allergy, environmental allergy, latex.
const NONE_KNOWN: [&str; 5] = ["716186003", "409137002", "429625007", "428607008", "1003774007"];
/// The same in the words of HL7's absent-unknown code system.
const NONE_KNOWN_WORDS: [&str; 4] = [
    "no-known-allergies",
    "no-known-medication-allergies",
    "no-known-food-allergies",
    "no-known-environmental-allergies",
];

view! {
    Allergy {
        clinical_status: Concept<'a> = "clinicalStatus",
        verification: Concept<'a> = "verificationStatus",
        /// DSTU2 says both of them here, and calls what it is about the substance.
        status: Concept<'a> = "status",
        substance: Concept<'a> = "substance",
        kind: Concept<'a> = "type",
        category: Many<Text<'a>> = "category",
        criticality: Text<'a> = "criticality",
        code: Concept<'a> = "code",
        onset: Text<'a> = "onsetDateTime",
        onset_text: Text<'a> = "onsetString",
        recorded: Text<'a> = "recordedDate",
        recorder: Reference<'a> = "recorder",
        asserter: Reference<'a> = "asserter",
        reaction: Many<Reaction<'a>> = "reaction",
        note: Many<Annotation<'a>> = "note",
    }
    Reaction {
        substance: Concept<'a> = "substance",
        manifestation: Many<Concept<'a>> = "manifestation",
        severity: Text<'a> = "severity",
        description: Text<'a> = "description",
    }
}

impl Allergy<'_> {
    /// Somebody stated that there is none. That is more than an empty list.
    pub fn says_none_known(&self) -> bool {
        self.code.has_code(&NONE_KNOWN) || self.code.has_code(&NONE_KNOWN_WORDS)
    }

    /// Not only no allergy to food, or to latex.
    pub fn says_none_of_any_kind(&self) -> bool {
        self.code.has_code(&NONE_KNOWN[..1]) || self.code.has_code(&NONE_KNOWN_WORDS[..1])
    }

    /// In doubt an allergy stands.
    pub fn standing(&self) -> Standing {
        let verification =
            |codes: &[&str]| self.verification.has_code(codes) || self.status.has_code(codes);
        let over = ["inactive", "resolved"];
        if verification(&["entered-in-error"]) {
            Standing::Mistake
        } else if verification(&["refuted"]) {
            Standing::Not
        } else if self.clinical_status.has_code(&over) || self.status.has_code(&over) {
            Standing::Past
        } else if verification(&["unconfirmed", "presumed"]) {
            Standing::Unsure
        } else {
            Standing::Current
        }
    }

    pub fn describe(&self) -> Description {
        let mut said = Description::of(&self.code);
        let substances = self.reaction.iter().map(|reaction| &reaction.substance);
        let mut substances = [&self.substance].into_iter().chain(substances);
        said.name = said.name.or_else(|| substances.find_map(Concept::owned));
        said.standing = self.standing();
        said.concept(What::Status, &self.clinical_status);
        said.concept(What::Certainty, &self.verification);
        said.when = self.onset.date();
        said.text(What::Recorded, &self.onset_text);
        said.date(What::Recorded, &self.recorded);
        said.concept(What::Kind, &self.kind);
        for category in self.category.iter() {
            said.text(What::Category, category);
        }
        said.text(What::Severity, &self.criticality);
        for reaction in self.reaction.iter() {
            said.concepts(What::Reaction, &reaction.manifestation);
            said.text(What::Reaction, &reaction.description);
            said.text(What::Severity, &reaction.severity);
        }
        said.reference(What::Who, &self.asserter);
        said.reference(What::Who, &self.recorder);
        said.notes(&self.note);
        said
    }
}
