//! Encounter and Appointment: visits that were and visits to come.

use super::datatypes::{Coding, Concept, Period, Reference};
use super::description::{Description, Standing, What};
use super::lenient::{Many, Text, view};
use crate::time::PartialDate;

view! {
    Encounter {
        status: Text<'a> = "status",
        class: Coding<'a> = "class",
        kind: Many<Concept<'a>> = "type",
        service: Concept<'a> = "serviceType",
        participant: Many<EncounterParticipant<'a>> = "participant",
        period: Period<'a> = "period",
        reason: Many<Concept<'a>> = "reasonCode",
        location: Many<EncounterLocation<'a>> = "location",
        provider: Reference<'a> = "serviceProvider",
    }
    /// When a visit of either kind begins, so that those of years need not be read in full.
    Begins { period: Period<'a> = "period", start: Text<'a> = "start" }
    EncounterParticipant { individual: Reference<'a> = "individual" }
    EncounterLocation { location: Reference<'a> = "location" }
    Appointment {
        status: Text<'a> = "status",
        cancel_reason: Concept<'a> = "cancelationReason",
        service: Many<Concept<'a>> = "serviceType",
        kind: Concept<'a> = "appointmentType",
        reason: Many<Concept<'a>> = "reasonCode",
        description: Text<'a> = "description",
        start: Text<'a> = "start",
        end: Text<'a> = "end",
        comment: Text<'a> = "comment",
        instruction: Text<'a> = "patientInstruction",
        participant: Many<AppointmentParticipant<'a>> = "participant",
        requested: Many<Period<'a>> = "requestedPeriod",
    }
    AppointmentParticipant { actor: Reference<'a> = "actor", status: Text<'a> = "status" }
}

impl Begins<'_> {
    pub fn dates(&self) -> impl Iterator<Item = PartialDate> {
        [&self.period.start, &self.start].into_iter().filter_map(Text::date)
    }
}

impl Encounter<'_> {
    pub fn describe(&self) -> Description {
        let mut said = self.kind.first().map(Description::of).unwrap_or_default();
        said.name = said.name.or_else(|| self.service.owned());
        said.name = said.name.or_else(|| self.reason.iter().find_map(Concept::owned));
        said.standing = match self.status.said() {
            Some("planned") => Standing::Planned,
            Some("arrived" | "triaged" | "in-progress" | "onleave") => Standing::Current,
            Some("finished") => Standing::Past,
            Some("cancelled") => Standing::Not,
            Some("entered-in-error") => Standing::Mistake,
            Some(_) | None => Standing::Unsaid,
        };
        said.text(What::Status, &self.status);
        said.period(&self.period);
        let class = self.class.display.owned().or_else(|| self.class.code.owned());
        said.say(What::Kind, class);
        for participant in self.participant.iter() {
            said.reference(What::Who, &participant.individual);
        }
        said.concepts(What::Reason, &self.reason);
        for location in self.location.iter() {
            said.reference(What::Place, &location.location);
        }
        said.reference(What::Organization, &self.provider);
        said
    }
}

impl Appointment<'_> {
    pub fn describe(&self) -> Description {
        let mut said = self.service.first().map(Description::of).unwrap_or_default();
        said.name = said.name.or_else(|| self.description.owned());
        said.name = said.name.or_else(|| self.reason.iter().find_map(Concept::owned));
        said.name = said.name.or_else(|| self.kind.owned());
        said.standing = match self.status.said() {
            Some("proposed" | "pending" | "waitlist") => Standing::Unsure,
            Some("booked" | "arrived" | "checked-in") => Standing::Planned,
            Some("fulfilled") => Standing::Past,
            Some("cancelled" | "noshow") => Standing::Not,
            Some("entered-in-error") => Standing::Mistake,
            Some(_) | None => Standing::Unsaid,
        };
        said.text(What::Status, &self.status);
        said.at(&[&self.start]);
        said.until = self.end.date();
        for participant in self.participant.iter() {
            said.reference(participant.what(), &participant.actor);
        }
        said.concepts(What::Reason, &self.reason);
        said.concept(What::Reason, &self.cancel_reason);
        said.text(What::Activity, &self.instruction);
        said.text(What::Note, &self.comment);
        said
    }
}

impl AppointmentParticipant<'_> {
    /// The patient is one of the participants too, and not worth a line.
    fn what(&self) -> What {
        match self.actor.reference.said().unwrap_or_default() {
            to if to.contains("Location/") => What::Place,
            _ if self.actor.kind.is("Location") => What::Place,
            to if to.contains("Patient/") => What::Member,
            _ => What::Who,
        }
    }
}
