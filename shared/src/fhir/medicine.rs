//! Medicines: ordered, taken, given out or given. One view for the four resources that say so, and
//! one for the substance that they may point to.

use super::ResourceType;
use super::datatypes::{Amount, Annotation, Concept, Period, Quantity, Reference};
use super::description::{Description, Standing, What};
use super::dosage::{Dosage, Spoken};
use super::lenient::{Many, Number, Text, view};
use crate::arrange::Arrange;
use crate::time::PartialDate;

view! {
    Medicine {
        id: Text<'a> = "id",
        status: Text<'a> = "status",
        status_reason: Concept<'a> = "statusReasonCodeableConcept",
        stop_reason: Many<Concept<'a>> = "statusReason",
        intent: Text<'a> = "intent",
        do_not_perform: Text<'a> = "doNotPerform",
        concept: Concept<'a> = "medicationCodeableConcept",
        reference: Reference<'a> = "medicationReference",
        either: Either<'a> = "medication",
        taken: Text<'a> = "taken",
        was_not_taken: Text<'a> = "wasNotTaken",
        contained: Many<Substance<'a>> = "contained",
        authored_on: Text<'a> = "authoredOn",
        asserted: Text<'a> = "dateAsserted",
        effective: Text<'a> = "effectiveDateTime",
        effective_period: Period<'a> = "effectivePeriod",
        handed_over: Text<'a> = "whenHandedOver",
        prepared: Text<'a> = "whenPrepared",
        requester: Reference<'a> = "requester",
        dosage: Many<Dosage<'a>> = "dosageInstruction",
        dosage_taken: Many<Dosage<'a>> = "dosage",
        reason: Many<Concept<'a>> = "reasonCode",
        note: Many<Annotation<'a>> = "note",
        dispense: DispenseRequest<'a> = "dispenseRequest",
        prior: Reference<'a> = "priorPrescription",
        authorizing: Many<Reference<'a>> = "authorizingPrescription",
        days_supply: Quantity<'a> = "daysSupply",
        quantity: Quantity<'a> = "quantity",
        category: Many<Concept<'a>> = "category",
        information_source: Reference<'a> = "informationSource",
    }
    /// Which medicine, whether it is taken and since when: a long life has thousands of orders.
    Outline {
        status: Text<'a> = "status",
        do_not_perform: Text<'a> = "doNotPerform",
        concept: Concept<'a> = "medicationCodeableConcept",
        reference: Reference<'a> = "medicationReference",
        either: Either<'a> = "medication",
        taken: Text<'a> = "taken",
        was_not_taken: Text<'a> = "wasNotTaken",
        contained: Many<Substance<'a>> = "contained",
        authored_on: Text<'a> = "authoredOn",
        asserted: Text<'a> = "dateAsserted",
        effective: Text<'a> = "effectiveDateTime",
        effective_period: Period<'a> = "effectivePeriod",
        handed_over: Text<'a> = "whenHandedOver",
        prepared: Text<'a> = "whenPrepared",
    }
    /// R5 says in one field which medicine it is or where it stands (CodeableReference).
    Either { concept: Concept<'a> = "concept", reference: Reference<'a> = "reference" }
    DispenseRequest {
        repeats: Number<'a> = "numberOfRepeatsAllowed",
        quantity: Quantity<'a> = "quantity",
        supply: Quantity<'a> = "expectedSupplyDuration",
        validity: Period<'a> = "validityPeriod",
        performer: Reference<'a> = "performer",
    }
    Substance {
        id: Text<'a> = "id",
        code: Concept<'a> = "code",
        form: Concept<'a> = "form",
        status: Text<'a> = "status",
    }
}

macro_rules! outlined {
    ($($view:ident),+) => {$(
        impl $view<'_> {
            /// The medicine's own words, here or in what the resource carries with it.
            pub fn concept(&self) -> Option<&Concept<'_>> {
                let mut own = [&self.concept, &self.either.concept].into_iter();
                if let Some(concept) = own.find(|concept| concept.words().is_some()) {
                    return Some(concept);
                }
                let own = self.reference().reference.said()?.strip_prefix('#')?;
                let inside = self.contained.iter().find(|substance| substance.id.is(own))?;
                Some(&inside.code)
            }

            /// Where the medicine stands that it names in no words.
            pub fn reference(&self) -> &Reference<'_> {
                match self.reference.is_said() {
                    true => &self.reference,
                    false => &self.either.reference,
                }
            }

            /// Before R4 the status says nothing of what was not taken.
            fn is_not(&self) -> bool {
                let said = self.do_not_perform.is("true") || self.was_not_taken.is("true");
                said || self.taken.is("n")
            }

            pub fn standing(&self) -> Standing {
                if self.is_not() && !self.status.is("entered-in-error") {
                    return Standing::Not;
                }
                match self.status.said() {
                    Some("active" | "in-progress") => Standing::Current,
                    Some("intended" | "draft" | "preparation") => Standing::Planned,
                    Some("completed" | "stopped" | "cancelled" | "ended" | "declined") => Standing::Past,
                    Some("on-hold") => Standing::Past,
                    Some("not-taken" | "not-done") => Standing::Not,
                    Some("entered-in-error") => Standing::Mistake,
                    Some(_) | None => Standing::Unsaid,
                }
            }

            /// Of a MedicationDispense: whether the person got it.
            pub fn is_handed_over(&self) -> bool {
                let came_to_nothing = [
                    "preparation",
                    "in-progress",
                    "cancelled",
                    "on-hold",
                    "declined",
                    "not-done",
                    "entered-in-error",
                ];
                !self.is_not() && !self.status.is_one_of(&came_to_nothing)
            }

            pub fn when(&self) -> Option<PartialDate> {
                let texts =
                    [&self.effective, &self.authored_on, &self.handed_over, &self.prepared];
                let mut texts = texts.into_iter().chain([&self.asserted]);
                self.effective_period.start.date().or_else(|| texts.find_map(Text::date))
            }
        }
    )+};
}
outlined!(Medicine, Outline);

impl Medicine<'_> {
    /// In the order in which they are to be followed.
    fn dosages(&self) -> Vec<&Dosage<'_>> {
        let mut all: Vec<_> = self.dosage.iter().chain(self.dosage_taken.iter()).collect();
        all.arrange_by_key(|dosage| dosage.place());
        all
    }

    /// The sentences that the source wrote.
    pub fn written_directions(&self) -> String {
        let texts = self
            .dosages()
            .into_iter()
            .filter_map(|dosage| dosage.text.said().or(dosage.patient_instruction.said()));
        texts.collect::<Vec<_>>().join("; ")
    }

    /// How it is taken, all steps in one line.
    pub fn directions(&self) -> Option<Spoken> {
        let all: Vec<_> = self.dosages().into_iter().filter_map(Dosage::spoken).collect();
        Spoken::joined(&all, "; ")
    }

    pub fn describe(&self, kind: ResourceType) -> Description {
        let mut said = self.concept().map(Description::of).unwrap_or_default();
        let reference = self.reference();
        said.name = said.name.or_else(|| reference.display.owned());
        if said.name.is_none() {
            said.named_by = reference.reference.owned();
        }
        said.standing = self.standing();
        said.text(What::Status, &self.status);
        said.period(&self.effective_period);
        said.at(&[
            &self.effective,
            &self.authored_on,
            &self.handed_over,
            &self.prepared,
            &self.asserted,
        ]);
        for dosage in self.dosages() {
            said.speak(What::Dose, dosage.spoken());
            said.concept(What::Reason, &dosage.as_needed_for);
            said.concept(What::Route, &dosage.route);
        }
        said.concepts(What::Reason, &self.reason);
        said.concept(What::Note, &self.status_reason);
        said.concepts(What::Note, &self.stop_reason);
        said.reference(What::Who, &self.requester);
        said.reference(What::Pharmacy, &self.dispense.performer);
        let dispensed = kind == ResourceType::MedicationDispense;
        let (quantity, supply) = match dispensed {
            true => (&self.quantity, &self.days_supply),
            false => (&self.dispense.quantity, &self.dispense.supply),
        };
        said.say(What::Quantity, quantity.amount().as_ref().map(Amount::words));
        said.say(What::DaysSupply, supply.amount().as_ref().map(Amount::words));
        said.say(What::Refills, self.dispense.repeats.said().map(str::to_owned));
        said.notes(&self.note);
        said
    }
}

impl Substance<'_> {
    pub fn describe(&self) -> Description {
        let mut said = Description::of(&self.code);
        said.concept(What::Kind, &self.form);
        said.text(What::Status, &self.status);
        said
    }
}
