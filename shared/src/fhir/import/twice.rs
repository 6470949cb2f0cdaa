//! Resources of one input that name themselves alike and say different things: which one counts.
//! Without that the same input would change the record each time it comes.

use super::facts::Facts;
use super::read::{Body, Entry};
use crate::fhir::lenient::{Lenient, Text, view};
use crate::json::Value;
use crate::ordered::{BTreeMap, BTreeSet};
use crate::time::{PartialDate, Timestamp};

view! {
    Named { resource_type: Text<'a> = "resourceType", id: Text<'a> = "id", meta: Dated<'a> = "meta" }
    Dated { updated: Text<'a> = "lastUpdated" }
}

struct One<'a> {
    number: usize,
    json: &'a str,
    updated: Option<Timestamp>,
}

/// The numbers of entries that do not count: another one with the same name was changed later by its
/// source or, where that is not said, comes later. An older version with its date is no such entry;
/// it finds its place by itself.
pub fn twice(entries: &[Entry<'_>], made_at: Option<Timestamp>) -> BTreeSet<usize> {
    let mut names: BTreeMap<String, Vec<One<'_>>> = BTreeMap::new();
    for (number, entry) in entries.iter().enumerate() {
        let Body::Resource(json) = entry.body else {
            continue;
        };
        let named = Named::of(Value::read_before(json));
        let kind = named.resource_type.said().unwrap_or_default();
        let name = named.id.said().or(entry.url.as_deref());
        let Some(name) = name.map(|name| format!("{kind}/{name}")) else {
            continue;
        };
        let said = named.meta.updated.said().and_then(|said| said.parse::<PartialDate>().ok());
        let updated = said.and_then(|date| date.moment()).or(made_at);
        names.entry(name).or_default().push(One { number, json, updated });
    }
    let mut twice = BTreeSet::new();
    for all in names.values().filter(|all| all.len() > 1) {
        twice.extend(losers(all));
    }
    twice
}

fn losers<'a>(all: &'a [One<'a>]) -> impl Iterator<Item = usize> + 'a {
    let hash = |one: &One<'_>| Facts::of(one.json).map(|facts| facts.hash);
    let winner = all.iter().max_by_key(|one| (one.updated, one.number));
    let winning = winner.map(|one| (one.updated, hash(one)));
    all.iter()
        .filter(move |one| {
            winning.is_some_and(|(updated, winning)| {
                let is_older =
                    matches!((one.updated, updated), (Some(one), Some(other)) if one < other);
                !is_older && hash(one) != winning
            })
        })
        .map(|one| one.number)
}
