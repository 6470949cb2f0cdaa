//! What a resource says, in one shape for all of them: lists, the timeline and the search are made
//! from it. Words are the source's own; labels are ours and become words on a screen.

use serde::{Deserialize, Serialize};

use super::datatypes::{Annotation, Code, Concept, Period, Reference};
use super::dosage::Spoken;
use super::lenient::{Many, Text};
use crate::time::PartialDate;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description {
    /// Nothing if the source named it nowhere.
    pub name: Option<String>,
    pub code: Option<Code>,
    pub when: Option<PartialDate>,
    pub until: Option<PartialDate>,
    pub standing: Standing,
    pub facts: Vec<Fact>,
    /// Who or what it points to for its name: a medicine that is a resource of its own.
    pub named_by: Option<String>,
}

/// How a thing stands today. Everything a source says about status comes to one of these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// True now: an active condition, a medicine to take, a finished result.
    Current,
    Planned,
    /// It was so, and is over.
    Past,
    /// Said not to be so: a refuted diagnosis, a shot that was not given.
    Not,
    /// Suspected, provisional or not confirmed.
    Unsure,
    /// Entered by mistake: it leaves the lists and stays in the history.
    Mistake,
    /// The source does not say.
    #[default]
    Unsaid,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub what: What,
    pub said: Said,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Words(String),
    /// Words that were made here.
    Spoken(Spoken),
    Date(PartialDate),
    /// To another resource, whose name is shown once it is found.
    Reference {
        to: Option<String>,
        display: Option<String>,
    },
}

/// The label of a fact; a screen has a word for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Status,
    Category,
    Certainty,
    Value,
    Severity,
    Reaction,
    Cause,
    BodySite,
    Dose,
    Route,
    Reason,
    Note,
    Place,
    Who,
    Organization,
    Role,
    Lot,
    Maker,
    DoseNumber,
    Target,
    Due,
    Progress,
    Activity,
    Member,
    Relation,
    Plan,
    MemberNumber,
    Group,
    Serial,
    Kind,
    Outcome,
    Priority,
    Recorded,
    BirthDate,
    Sex,
    Phone,
    Email,
    Address,
    Language,
    Abatement,
    Quantity,
    Refills,
    DaysSupply,
    Pharmacy,
}

impl Description {
    pub fn of(concept: &Concept<'_>) -> Self {
        Self { name: concept.owned(), code: concept.code(), ..Self::default() }
    }

    pub fn say(&mut self, what: What, words: impl Into<Option<String>>) {
        if let Some(words) = words.into() {
            let said = Said::Words(words);
            self.facts.push(Fact { what, said });
        }
    }

    pub fn speak(&mut self, what: What, spoken: Option<Spoken>) {
        if let Some(spoken) = spoken {
            self.facts.push(Fact { what, said: Said::Spoken(spoken) });
        }
    }

    pub fn text(&mut self, what: What, text: &Text<'_>) {
        self.say(what, text.owned());
    }

    /// A date if it is one, else whatever words stand there.
    pub fn date(&mut self, what: What, text: &Text<'_>) {
        match text.date() {
            Some(date) => self.facts.push(Fact { what, said: Said::Date(date) }),
            None => self.text(what, text),
        }
    }

    pub fn concept(&mut self, what: What, concept: &Concept<'_>) {
        self.say(what, concept.owned());
    }

    pub fn concepts(&mut self, what: What, concepts: &Many<Concept<'_>>) {
        for concept in concepts.iter() {
            self.concept(what, concept);
        }
    }

    pub fn notes(&mut self, notes: &Many<Annotation<'_>>) {
        for note in notes.iter() {
            self.text(What::Note, &note.text);
        }
    }

    pub fn reference(&mut self, what: What, reference: &Reference<'_>) {
        if reference.is_said() {
            let said = Said::Reference {
                to: reference.reference.owned(),
                display: reference.display.owned(),
            };
            self.facts.push(Fact { what, said });
        }
    }

    /// When somebody wrote it down, which is not when it began.
    pub fn recorded(&self) -> Option<PartialDate> {
        let mut recorded = self.facts.iter().filter(|fact| fact.what == What::Recorded);
        recorded.find_map(|fact| match fact.said {
            Said::Date(date) => Some(date),
            _ => None,
        })
    }

    pub fn references(&mut self, what: What, references: &Many<Reference<'_>>) {
        for reference in references.iter() {
            self.reference(what, reference);
        }
    }

    pub fn period(&mut self, period: &Period<'_>) {
        self.when = self.when.or(period.start.date());
        self.until = self.until.or(period.end.date());
    }

    /// The first of several places where a date may stand; words that are no date are kept.
    pub fn at(&mut self, texts: &[&Text<'_>]) {
        self.when = self.when.or_else(|| texts.iter().find_map(|text| text.date()));
        if self.when.is_none() {
            let words = texts.iter().find_map(|text| text.owned());
            self.say(What::Recorded, words);
        }
    }
}
