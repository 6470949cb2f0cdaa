//! DiagnosticReport: results that belong together, and what was concluded from them.

use super::datatypes::{Annotation, Attachment, Concept, Period, Reference};
use super::description::{Description, Standing, What};
use super::lenient::{Many, Text, view};
use crate::time::PartialDate;

view! {
    Report {
        status: Text<'a> = "status",
        category: Many<Concept<'a>> = "category",
        code: Concept<'a> = "code",
        effective: Text<'a> = "effectiveDateTime",
        effective_period: Period<'a> = "effectivePeriod",
        issued: Text<'a> = "issued",
        performer: Many<Reference<'a>> = "performer",
        interpreter: Many<Reference<'a>> = "resultsInterpreter",
        based_on: Many<Reference<'a>> = "basedOn",
        result: Many<Reference<'a>> = "result",
        /// Of an Observation that is only the head of others, and is read like a report.
        has_member: Many<Reference<'a>> = "hasMember",
        conclusion: Text<'a> = "conclusion",
        conclusion_code: Many<Concept<'a>> = "conclusionCode",
        presented: Many<Attachment<'a>> = "presentedForm",
        note: Many<Annotation<'a>> = "note",
    }
}

impl Report<'_> {
    pub fn when(&self) -> Option<PartialDate> {
        let period = &self.effective_period;
        let effective = self.effective.date().or(period.end.date()).or(period.start.date());
        effective.or(self.issued.date())
    }

    /// Whether something is to be read in it besides its results and its conclusion.
    pub fn says_more(&self) -> bool {
        !(self.presented.is_empty() && self.note.is_empty() && self.conclusion_code.is_empty())
    }

    pub fn is_corrected(&self) -> bool {
        self.status.is_one_of(&["corrected", "amended", "appended"])
    }

    pub fn standing(&self) -> Standing {
        match self.status.said() {
            Some("final" | "corrected" | "amended" | "appended") => Standing::Current,
            Some("registered") => Standing::Planned,
            Some("partial" | "preliminary") => Standing::Unsure,
            Some("cancelled") => Standing::Not,
            Some("entered-in-error") => Standing::Mistake,
            Some(_) | None => Standing::Unsaid,
        }
    }

    pub fn describe(&self) -> Description {
        let mut said = Description::of(&self.code);
        said.when = self.when();
        said.standing = self.standing();
        said.text(What::Status, &self.status);
        said.concepts(What::Category, &self.category);
        said.text(What::Outcome, &self.conclusion);
        said.concepts(What::Outcome, &self.conclusion_code);
        said.references(What::Who, &self.performer);
        said.references(What::Who, &self.interpreter);
        for form in self.presented.iter() {
            said.text(What::Note, &form.title);
        }
        said.notes(&self.note);
        said
    }
}
