//! CarePlan, Goal and CareTeam: what is planned, what for, and who helps.

use super::datatypes::{Annotation, Concept, Narrative, Period, Quantity, Range, Reference};
use super::description::{Description, Fact, Said, Standing, What};
use super::dosage::Spoken;
use super::lenient::{Many, Text, view};

view! {
    CarePlan {
        status: Text<'a> = "status",
        title: Text<'a> = "title",
        description: Text<'a> = "description",
        category: Many<Concept<'a>> = "category",
        period: Period<'a> = "period",
        created: Text<'a> = "created",
        author: Reference<'a> = "author",
        activity: Many<Activity<'a>> = "activity",
        note: Many<Annotation<'a>> = "note",
        narrative: Narrative<'a> = "text",
    }
    Activity {
        detail: ActivityDetail<'a> = "detail",
        reference: Reference<'a> = "reference",
        progress: Many<Annotation<'a>> = "progress",
    }
    ActivityDetail {
        code: Concept<'a> = "code",
        status: Text<'a> = "status",
        description: Text<'a> = "description",
        scheduled: Text<'a> = "scheduledString",
        do_not_perform: Text<'a> = "doNotPerform",
        prohibited: Text<'a> = "prohibited",
    }
    Goal {
        lifecycle: Text<'a> = "lifecycleStatus",
        status_r3: Text<'a> = "status",
        achievement: Concept<'a> = "achievementStatus",
        category: Many<Concept<'a>> = "category",
        priority: Concept<'a> = "priority",
        description: Concept<'a> = "description",
        start: Text<'a> = "startDate",
        status_date: Text<'a> = "statusDate",
        target: Many<Target<'a>> = "target",
        expressed_by: Reference<'a> = "expressedBy",
        note: Many<Annotation<'a>> = "note",
    }
    Target {
        measure: Concept<'a> = "measure",
        quantity: Quantity<'a> = "detailQuantity",
        range: Range<'a> = "detailRange",
        concept: Concept<'a> = "detailCodeableConcept",
        text: Text<'a> = "detailString",
        due: Text<'a> = "dueDate",
    }
    CareTeam {
        status: Text<'a> = "status",
        name: Text<'a> = "name",
        category: Many<Concept<'a>> = "category",
        period: Period<'a> = "period",
        participant: Many<Participant<'a>> = "participant",
        organization: Many<Reference<'a>> = "managingOrganization",
        note: Many<Annotation<'a>> = "note",
    }
    Participant { role: Many<Concept<'a>> = "role", member: Reference<'a> = "member" }
}

/// Statuses of what is planned (HL7, CarePlanActivityStatus), in both languages.
const STATUSES: [(&str, &str, &str); 9] = [
    ("not-started", "not started", "sin empezar"),
    ("scheduled", "scheduled", "programado"),
    ("on-hold", "on hold", "en pausa"),
    ("completed", "completed", "terminado"),
    ("cancelled", "cancelled", "cancelado"),
    // Before R4, and after it.
    ("stopped", "stopped", "suspendido"),
    ("suspended", "suspended", "suspendido"),
    ("unknown", "status not known", "estado desconocido"),
    ("entered-in-error", "entered in error", "registrado por error"),
];

impl ActivityDetail<'_> {
    /// With its status, where it is not simply going on: what was called off or must not be done is no plan.
    fn spoken(&self) -> Option<Spoken> {
        let words = Spoken::same(self.code.words().or(self.description.said())?);
        let must_not = self.do_not_perform.is("true") || self.prohibited.is("true");
        let status = self.status.said().filter(|status| *status != "in-progress");
        let beside = match (must_not, status) {
            (true, _) => Spoken::new("do not perform", "no realizar"),
            (false, Some(status)) => {
                let known = STATUSES.iter().find(|(code, ..)| *code == status);
                known.map_or_else(
                    || Spoken::same(&status.replace('-', " ")),
                    |(_, english, spanish)| Spoken::new(english, spanish),
                )
            }
            (false, None) => return Some(words),
        };
        Some(Spoken::of("~ (~)", "~ (~)", &[&words, &beside]))
    }
}

fn standing(status: &Text<'_>) -> Standing {
    match status.said() {
        Some("active" | "accepted" | "in-progress" | "on-hold") => Standing::Current,
        Some("draft" | "proposed" | "planned") => Standing::Planned,
        Some("completed" | "revoked" | "cancelled" | "inactive" | "suspended") => Standing::Past,
        Some("rejected") => Standing::Not,
        Some("entered-in-error") => Standing::Mistake,
        Some(_) | None => Standing::Unsaid,
    }
}

impl CarePlan<'_> {
    /// Whether it says what is planned: some plans have their narrative alone.
    pub fn is_told_alone(&self) -> bool {
        let says = |detail: &ActivityDetail<'_>| detail.spoken().is_some();
        let noted = self.note.iter().any(|note| note.text.said().is_some());
        let listed =
            |one: &Activity<'_>| says(&one.detail) || one.reference.display.said().is_some();
        self.description.said().is_none() && !noted && !self.activity.iter().any(listed)
    }

    pub fn describe(&self) -> Description {
        let mut said = Description {
            standing: standing(&self.status),
            name: self.title.owned(),
            ..Description::default()
        };
        let named = self.category.iter().filter_map(Concept::owned);
        // US Core's "assess-plan" says what kind of resource it is, not what the plan is.
        let mut named = named.filter(|name| !name.eq_ignore_ascii_case("assess-plan"));
        said.name = said.name.or_else(|| named.next()).or_else(|| self.description.owned());
        said.text(What::Status, &self.status);
        said.period(&self.period);
        said.at(&[&self.created]);
        said.text(What::Note, &self.description);
        for activity in self.activity.iter() {
            let detail = &activity.detail;
            said.speak(What::Activity, detail.spoken());
            said.reference(What::Activity, &activity.reference);
            for progress in activity.progress.iter() {
                said.text(What::Progress, &progress.text);
            }
        }
        said.reference(What::Who, &self.author);
        said.notes(&self.note);
        said
    }
}

impl Goal<'_> {
    pub fn describe(&self) -> Description {
        let mut said = Description::of(&self.description);
        let lifecycle = match self.lifecycle.said() {
            Some(_) => &self.lifecycle,
            None => &self.status_r3,
        };
        said.standing = standing(lifecycle);
        said.text(What::Status, lifecycle);
        said.concept(What::Progress, &self.achievement);
        said.when = self.start.date().or(self.status_date.date());
        for target in self.target.iter() {
            let amount = target.quantity.amount().map(|amount| amount.words());
            let words = amount.or_else(|| target.range.words());
            let words = words.or_else(|| target.concept.owned()).or_else(|| target.text.owned());
            // Two targets of one goal are two numbers of different things.
            let words = match (target.measure.owned(), words) {
                (Some(measure), Some(words)) => Some(format!("{measure}: {words}")),
                (measure, words) => words.or(measure),
            };
            said.say(What::Target, words);
            said.date(What::Due, &target.due);
        }
        said.concept(What::Priority, &self.priority);
        said.concepts(What::Category, &self.category);
        said.reference(What::Who, &self.expressed_by);
        said.notes(&self.note);
        said
    }
}

impl CareTeam<'_> {
    pub fn describe(&self) -> Description {
        let mut said = Description {
            name: self.name.owned().or_else(|| self.category.iter().find_map(Concept::owned)),
            standing: standing(&self.status),
            ..Description::default()
        };
        said.text(What::Status, &self.status);
        said.period(&self.period);
        for participant in self.participant.iter() {
            let Reference { reference, display, .. } = &participant.member;
            // Also where nobody is named, so that the role that follows is not taken for another's.
            let member = Said::Reference { to: reference.owned(), display: display.owned() };
            said.facts.push(Fact { what: What::Member, said: member });
            let roles: Vec<_> = participant.role.iter().filter_map(Concept::words).collect();
            said.say(What::Role, (!roles.is_empty()).then(|| roles.join(", ")));
        }
        said.references(What::Organization, &self.organization);
        said.notes(&self.note);
        said
    }
}
