//! Procedure: what was done.

use super::datatypes::{Annotation, Concept, Period, Reference};
use super::description::{Description, Standing, What};
use super::lenient::{Many, Text, view};

view! {
    Procedure {
        status: Text<'a> = "status",
        status_reason: Concept<'a> = "statusReason",
        category: Concept<'a> = "category",
        code: Concept<'a> = "code",
        performed: Text<'a> = "performedDateTime",
        performed_period: Period<'a> = "performedPeriod",
        performed_text: Text<'a> = "performedString",
        /// R5's names of them.
        occurred: Text<'a> = "occurrenceDateTime",
        occurred_period: Period<'a> = "occurrencePeriod",
        /// Before R4 the status says nothing of it.
        not_done: Text<'a> = "notDone",
        not_performed: Text<'a> = "notPerformed",
        performer: Many<Performer<'a>> = "performer",
        location: Reference<'a> = "location",
        reason: Many<Concept<'a>> = "reasonCode",
        body_site: Many<Concept<'a>> = "bodySite",
        outcome: Concept<'a> = "outcome",
        complication: Many<Concept<'a>> = "complication",
        follow_up: Many<Concept<'a>> = "followUp",
        note: Many<Annotation<'a>> = "note",
    }
    Performer { actor: Reference<'a> = "actor" }
}

impl Procedure<'_> {
    pub fn describe(&self) -> Description {
        let mut said = Description::of(&self.code);
        said.standing = match self.status.said() {
            Some("entered-in-error") => Standing::Mistake,
            _ if self.not_done.is("true") || self.not_performed.is("true") => Standing::Not,
            Some("preparation") => Standing::Planned,
            Some("in-progress" | "on-hold") => Standing::Current,
            Some("completed" | "stopped") => Standing::Past,
            Some("not-done") => Standing::Not,
            Some(_) | None => Standing::Unsaid,
        };
        said.text(What::Status, &self.status);
        said.concept(What::Reason, &self.status_reason);
        said.period(&self.performed_period);
        said.period(&self.occurred_period);
        said.at(&[&self.performed, &self.performed_text, &self.occurred]);
        said.concept(What::Category, &self.category);
        for performer in self.performer.iter() {
            said.reference(What::Who, &performer.actor);
        }
        said.reference(What::Place, &self.location);
        said.concepts(What::Reason, &self.reason);
        said.concepts(What::BodySite, &self.body_site);
        said.concept(What::Outcome, &self.outcome);
        said.concepts(What::Outcome, &self.complication);
        said.concepts(What::Activity, &self.follow_up);
        said.notes(&self.note);
        said
    }
}
