//! What is said of one thing, in words: the names of what it points to are looked up.

use super::FactRow;
use crate::fhir::ResourceType;
use crate::fhir::care::CarePlan;
use crate::fhir::description::{Fact, Said, What};
use crate::record::{Chart, Resource};
use crate::view::paper::narrative;

pub fn facts(chart: &Chart, resource: &Resource, said: Vec<Fact>) -> Vec<FactRow> {
    let mut is_nameless = false;
    let facts = said.into_iter().filter_map(|fact| {
        // Of a member without a name the role is what is known of them.
        let is_member = is_nameless && fact.what == What::Role;
        let what = if is_member { What::Member } else { fact.what };
        let mut spanish = None;
        let (words, date) = match fact.said {
            Said::Words(words) => (Some(words), None),
            Said::Spoken(spoken) => {
                spanish = Some(spoken.spanish).filter(|spanish| *spanish != spoken.english);
                (Some(spoken.english), None)
            }
            Said::Date(date) => (None, Some(date)),
            Said::Reference { to, display } => {
                (chart.name_of(resource, to.as_deref(), display.as_deref()), None)
            }
        };
        let says = words.is_some() || date.is_some();
        is_nameless = fact.what == What::Member && !says;
        says.then_some(FactRow { what, words, spanish, date })
    });
    let mut facts: Vec<_> = facts.collect();
    if resource.kind == ResourceType::CarePlan && !facts.iter().any(is_planned) {
        let plan: CarePlan<'_> = resource.view();
        let words = plan.narrative.div.said().and_then(narrative);
        let told = FactRow { what: What::Note, words, spanish: None, date: None };
        facts.extend(Some(told).filter(|told| told.words.is_some()));
    }
    facts
}

/// Whether it says what is planned: some plans have their narrative alone.
fn is_planned(fact: &FactRow) -> bool {
    matches!(fact.what, What::Activity | What::Note)
}
