//! ServiceRequest: what somebody ordered and may not be done yet.

use super::datatypes::{Annotation, Concept, Period, Reference};
use super::description::{Description, Standing, What};
use super::lenient::{Many, Text, view};

view! {
    Order {
        status: Text<'a> = "status",
        do_not_perform: Text<'a> = "doNotPerform",
        category: Many<Concept<'a>> = "category",
        priority: Text<'a> = "priority",
        code: Concept<'a> = "code",
        occurs: Text<'a> = "occurrenceDateTime",
        occurs_period: Period<'a> = "occurrencePeriod",
        authored: Text<'a> = "authoredOn",
        requester: Reference<'a> = "requester",
        performer: Many<Reference<'a>> = "performer",
        reason: Many<Concept<'a>> = "reasonCode",
        instruction: Text<'a> = "patientInstruction",
        note: Many<Annotation<'a>> = "note",
    }
}

impl Order<'_> {
    pub fn describe(&self) -> Description {
        let mut said = Description::of(&self.code);
        said.standing = match (self.do_not_perform.is("true"), self.status.said()) {
            (_, Some("entered-in-error")) => Standing::Mistake,
            (true, _) => Standing::Not,
            (false, Some("active" | "on-hold")) => Standing::Current,
            (false, Some("draft")) => Standing::Planned,
            (false, Some("completed")) => Standing::Past,
            (false, Some("revoked")) => Standing::Not,
            (false, Some(_) | None) => Standing::Unsaid,
        };
        said.text(What::Status, &self.status);
        said.period(&self.occurs_period);
        said.at(&[&self.occurs, &self.authored]);
        said.concepts(What::Category, &self.category);
        said.text(What::Priority, &self.priority);
        said.reference(What::Who, &self.requester);
        said.references(What::Who, &self.performer);
        said.concepts(What::Reason, &self.reason);
        said.text(What::Activity, &self.instruction);
        said.notes(&self.note);
        said
    }
}
