//! Coverage: who pays.

use super::datatypes::{Concept, Identifier, Period, Reference};
use super::description::{Description, Standing, What};
use super::lenient::{Many, Text, view};

view! {
    Coverage {
        status: Text<'a> = "status",
        kind: Concept<'a> = "type",
        payor: Many<Reference<'a>> = "payor",
        subscriber_id: Text<'a> = "subscriberId",
        identifier: Many<Identifier<'a>> = "identifier",
        relationship: Concept<'a> = "relationship",
        period: Period<'a> = "period",
        class: Many<Class<'a>> = "class",
    }
    Class { kind: Concept<'a> = "type", value: Text<'a> = "value", name: Text<'a> = "name" }
}

impl Coverage<'_> {
    pub fn describe(&self) -> Description {
        let mut said = Description::of(&self.kind);
        let payor = self.payor.first();
        said.name = payor.and_then(|payor| payor.display.owned()).or(said.name);
        if said.name.is_none() {
            said.named_by = payor.and_then(|payor| payor.reference.owned());
        }
        said.standing = match self.status.said() {
            Some("active") => Standing::Current,
            Some("draft") => Standing::Planned,
            Some("cancelled") => Standing::Past,
            Some("entered-in-error") => Standing::Mistake,
            Some(_) | None => Standing::Unsaid,
        };
        said.text(What::Status, &self.status);
        said.period(&self.period);
        said.concept(What::Kind, &self.kind);
        let first = self.identifier.first().and_then(|identifier| identifier.value.owned());
        said.say(What::MemberNumber, self.subscriber_id.owned().or(first));
        for class in self.class.iter() {
            let what = match class.kind.has_code(&["group"]) {
                true => What::Group,
                false => What::Plan,
            };
            said.say(what, class.name.owned().or_else(|| class.value.owned()));
        }
        said.concept(What::Relation, &self.relationship);
        said
    }
}
