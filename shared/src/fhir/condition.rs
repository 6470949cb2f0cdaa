//! Condition: a problem, a diagnosis, a concern.

use super::datatypes::{Annotation, Concept, Period, Quantity, Range, Reference};
use super::description::{Description, Standing, What};
use super::lenient::{Many, Text, view};

view! {
    Condition {
        clinical_status: Concept<'a> = "clinicalStatus",
        verification: Concept<'a> = "verificationStatus",
        category: Many<Concept<'a>> = "category",
        severity: Concept<'a> = "severity",
        code: Concept<'a> = "code",
        body_site: Many<Concept<'a>> = "bodySite",
        onset: Text<'a> = "onsetDateTime",
        onset_period: Period<'a> = "onsetPeriod",
        onset_age: Quantity<'a> = "onsetAge",
        onset_range: Range<'a> = "onsetRange",
        onset_text: Text<'a> = "onsetString",
        abatement: Text<'a> = "abatementDateTime",
        abatement_period: Period<'a> = "abatementPeriod",
        abatement_text: Text<'a> = "abatementString",
        recorded: Text<'a> = "recordedDate",
        recorder: Reference<'a> = "recorder",
        asserter: Reference<'a> = "asserter",
        note: Many<Annotation<'a>> = "note",
    }
}

impl Condition<'_> {
    /// A diagnosis that was only written for one visit is not a problem of the person's.
    pub fn is_of_a_visit_only(&self) -> bool {
        let says = |code| self.category.iter().any(|category| category.has_code(&[code]));
        says("encounter-diagnosis") && !says("problem-list-item") && !says("health-concern")
    }

    pub fn standing(&self) -> Standing {
        let verification = |codes: &[&str]| self.verification.has_code(codes);
        let clinical = |codes: &[&str]| self.clinical_status.has_code(codes);
        if verification(&["entered-in-error"]) {
            Standing::Mistake
        } else if verification(&["refuted"]) {
            Standing::Not
        } else if clinical(&["inactive", "remission", "resolved"]) {
            Standing::Past
        } else if verification(&["unconfirmed", "provisional", "differential"]) {
            Standing::Unsure
        } else if clinical(&["active", "recurrence", "relapse"]) {
            Standing::Current
        } else if self.abatement.said().is_some() || self.abatement_period.is_said() {
            Standing::Past
        } else {
            Standing::Unsaid
        }
    }

    pub fn describe(&self) -> Description {
        let mut said = Description::of(&self.code);
        said.standing = self.standing();
        said.concept(What::Status, &self.clinical_status);
        said.concept(What::Certainty, &self.verification);
        said.when = self.onset.date();
        said.period(&self.onset_period);
        if said.when.is_none() {
            said.text(What::Recorded, &self.onset_text);
            let age = self.onset_age.amount().or(self.onset_range.low.amount());
            said.say(What::Recorded, age.map(|age| age.words()));
        }
        said.date(What::Recorded, &self.recorded);
        said.until = self.abatement.date().or(said.until);
        said.until = said.until.or(self.abatement_period.end.date());
        said.text(What::Abatement, &self.abatement_text);
        said.concept(What::Severity, &self.severity);
        said.concepts(What::BodySite, &self.body_site);
        said.concepts(What::Category, &self.category);
        said.reference(What::Who, &self.recorder);
        said.reference(What::Who, &self.asserter);
        said.notes(&self.note);
        said
    }
}
