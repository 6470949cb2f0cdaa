//! FamilyMemberHistory: what relatives had.

use super::datatypes::{Annotation, Concept, Quantity};
use super::description::{Description, Standing, What};
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
        for illness in self.condition.iter() {
            said.concept(What::Cause, &illness.code);
            said.say(What::Recorded, illness.onset_age.amount().map(|age| age.words()));
            said.text(What::Recorded, &illness.onset_text);
            said.concept(What::Outcome, &illness.outcome);
        }
        said.notes(&self.note);
        said
    }
}
