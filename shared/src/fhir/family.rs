//! FamilyMemberHistory: what relatives had.

use super::datatypes::{Annotation, Concept, Quantity, Range};
use super::description::{Description, Standing, What};
use super::dosage::Spoken;
use super::lenient::{Many, Text, view};

view! {
    Relative {
        status: Text<'a> = "status",
        date: Text<'a> = "date",
        name: Text<'a> = "name",
        relationship: Concept<'a> = "relationship",
        condition: Many<Illness<'a>> = "condition",
        died: Text<'a> = "deceasedBoolean",
        died_on: Text<'a> = "deceasedDate",
        died_at: Quantity<'a> = "deceasedAge",
        died_between: Range<'a> = "deceasedRange",
        died_as_told: Text<'a> = "deceasedString",
        note: Many<Annotation<'a>> = "note",
    }
    Illness {
        code: Concept<'a> = "code",
        outcome: Concept<'a> = "outcome",
        onset_age: Quantity<'a> = "onsetAge",
        onset_text: Text<'a> = "onsetString",
        caused_death: Text<'a> = "contributedToDeath",
    }
}

impl Relative<'_> {
    pub fn describe(&self) -> Description {
        let mut said = Description::of(&self.relationship);
        said.name = said.name.or_else(|| self.name.owned());
        said.standing = match self.status.said() {
            Some("completed") => Standing::Current,
            Some("partial" | "health-unknown") => Standing::Unsure,
            Some("entered-in-error") => Standing::Mistake,
            Some(_) | None => Standing::Unsaid,
        };
        said.date(What::Recorded, &self.date);
        said.speak(What::Outcome, self.death());
        for illness in self.condition.iter() {
            let name = illness.code.owned();
            match name.as_deref().filter(|_| illness.caused_death.is("true")) {
                Some(name) => said.speak(What::Cause, Some(deadly(name))),
                None => said.say(What::Cause, name),
            }
            said.say(What::Recorded, illness.onset_age.amount().map(|age| age.words()));
            said.text(What::Recorded, &illness.onset_text);
            said.concept(What::Outcome, &illness.outcome);
        }
        said.notes(&self.note);
        said
    }

    /// That somebody died, and when, as far as it is said.
    fn death(&self) -> Option<Spoken> {
        let age = || self.died_at.amount().map(|age| age.words());
        let told = self.died_on.owned().or_else(age).or_else(|| self.died_between.words());
        Some(match told.or_else(|| self.died_as_told.owned()) {
            Some(told) => {
                Spoken { english: format!("Died: {told}"), spanish: format!("Murió: {told}") }
            }
            None if self.died.is("true") => {
                Spoken { english: "Died".to_owned(), spanish: "Murió".to_owned() }
            }
            None => return None,
        })
    }
}

fn deadly(illness: &str) -> Spoken {
    Spoken {
        english: format!("{illness} (contributed to the death)"),
        spanish: format!("{illness} (contribuyó a la muerte)"),
    }
}
