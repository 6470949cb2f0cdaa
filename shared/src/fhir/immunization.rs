//! Immunization: a shot that was given, or was not.

use super::datatypes::{Annotation, Concept, Reference};
use super::description::{Description, Standing, What};
use super::lenient::{Many, Text, view};

view! {
    Immunization {
        status: Text<'a> = "status",
        status_reason: Concept<'a> = "statusReason",
        vaccine: Concept<'a> = "vaccineCode",
        occurred: Text<'a> = "occurrenceDateTime",
        occurred_text: Text<'a> = "occurrenceString",
        /// Before R4 the status says nothing of it.
        not_given: Text<'a> = "notGiven",
        was_not_given: Text<'a> = "wasNotGiven",
        date: Text<'a> = "date",
        recorded: Text<'a> = "recorded",
        location: Reference<'a> = "location",
        manufacturer: Reference<'a> = "manufacturer",
        lot: Text<'a> = "lotNumber",
        site: Concept<'a> = "site",
        route: Concept<'a> = "route",
        performer: Many<Performer<'a>> = "performer",
        note: Many<Annotation<'a>> = "note",
        reason: Many<Concept<'a>> = "reasonCode",
        protocol: Many<Protocol<'a>> = "protocolApplied",
    }
    Performer { actor: Reference<'a> = "actor" }
    Protocol {
        series: Text<'a> = "series",
        dose: Text<'a> = "doseNumberPositiveInt",
        dose_text: Text<'a> = "doseNumberString",
        target: Many<Concept<'a>> = "targetDisease",
    }
}

impl Immunization<'_> {
    pub fn describe(&self) -> Description {
        let mut said = Description::of(&self.vaccine);
        said.standing = match self.status.said() {
            Some("completed") if self.not_given.is("true") || self.was_not_given.is("true") => {
                Standing::Not
            }
            Some("completed") => Standing::Past,
            Some("not-done") => Standing::Not,
            Some("entered-in-error") => Standing::Mistake,
            Some(_) | None => Standing::Unsaid,
        };
        said.text(What::Status, &self.status);
        said.concept(What::Reason, &self.status_reason);
        said.at(&[&self.occurred, &self.occurred_text, &self.date]);
        said.date(What::Recorded, &self.recorded);
        for protocol in self.protocol.iter() {
            said.text(What::DoseNumber, &protocol.dose);
            said.text(What::DoseNumber, &protocol.dose_text);
            said.concepts(What::Target, &protocol.target);
        }
        said.text(What::Lot, &self.lot);
        said.reference(What::Maker, &self.manufacturer);
        said.reference(What::Place, &self.location);
        said.concept(What::BodySite, &self.site);
        said.concept(What::Route, &self.route);
        for performer in self.performer.iter() {
            said.reference(What::Who, &performer.actor);
        }
        said.concepts(What::Reason, &self.reason);
        said.notes(&self.note);
        said
    }
}
