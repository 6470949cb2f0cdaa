//! What several sources say of one thing: who says the same, who probably does, and who disagrees.
//! Nothing is merged and nothing hidden: this is a layer of links over the originals, computed the
//! same way on every side from the originals and from what the patient said of them.

mod fact;
mod judge;
#[cfg(test)]
mod tests;

use self::fact::Fact;
use self::judge::judge;
use super::{Record, Said};
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::id::EntryId;
use crate::ordered::{BTreeMap, BTreeSet};

/// How two records of different sources stand to each other.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    Same,
    Probable,
    /// One thing, and they do not say the same of it.
    Disagree,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The smaller id.
    pub one: EntryId,
    pub other: EntryId,
    pub relation: Relation,
}

/// The links of a record, and what they come to.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    /// In the order of their ids.
    pub links: Vec<Link>,
    /// Entries that say the same as another one, and that one: the first of its cluster.
    pub folded: BTreeMap<EntryId, EntryId>,
}

/// Pairs of one block that are compared. A block is what may be one thing at one time; more would be
/// a source that repeats itself.
const PAIRS_MAX: usize = 20_000;

/// Links between all records of these types.
pub fn groups(record: &Record, kinds: &[ResourceType]) -> Groups {
    let wrong = record.marked_wrong();
    let resources = record.chart().of(kinds);
    let resources = resources.filter(|resource| !wrong.contains_key(&resource.entry));
    let mut facts: Vec<_> = resources.filter_map(|one| Fact::of(record, one)).collect();
    facts.arrange_by_key(|fact| fact.entry);
    let mut blocks: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, fact) in facts.iter().enumerate() {
        for key in fact.keys(record.zone()) {
            blocks.entry(key).or_default().push(place);
        }
    }
    let said = said_by_the_patient(record);
    let mut found: BTreeMap<(EntryId, EntryId), Relation> = BTreeMap::new();
    for places in blocks.values() {
        for (one, other) in pairs(places) {
            let (one, other) = (&facts[one], &facts[other]);
            let pair = (one.entry, other.entry);
            if one.source == other.source || found.contains_key(&pair) || said.contains_key(&pair) {
                continue;
            }
            if let Some(relation) = judge(one, other, record.zone()) {
                found.insert(pair, relation);
            }
        }
    }
    for (pair, same) in said {
        if same {
            found.insert(pair, Relation::Same);
        }
    }
    let links = found.iter();
    let links = links.map(|((one, other), relation)| Link {
        one: *one,
        other: *other,
        relation: *relation,
    });
    let links: Vec<_> = links.collect();
    let sources = facts.iter().map(|fact| (fact.entry, fact.source));
    let folded = folded(&links, &crate::arrange::mapped(sources));
    Groups { links, folded }
}

impl Groups {
    /// Everything that is linked to an entry, and how.
    pub fn of(&self, entry: EntryId) -> impl Iterator<Item = (EntryId, Relation)> {
        self.links.iter().filter_map(move |link| match (link.one == entry, link.other == entry) {
            (true, _) => Some((link.other, link.relation)),
            (_, true) => Some((link.one, link.relation)),
            (false, false) => None,
        })
    }
}

fn pairs(places: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    let all = places.iter().enumerate();
    let pairs = all
        .flat_map(move |(first, one)| places[first + 1..].iter().map(move |other| (*one, *other)));
    pairs.take(PAIRS_MAX)
}

/// What the patient said of two entries; the newest word counts.
fn said_by_the_patient(record: &Record) -> BTreeMap<(EntryId, EntryId), bool> {
    let mut newest = BTreeMap::new();
    for (id, entry) in record.entries_besides_messages() {
        if let Said::Same(same) = &entry.said {
            let pair = (same.one.min(same.other), same.one.max(same.other));
            let order = (entry.order(), id);
            let held = newest.entry(pair).or_insert((order, same.same));
            if held.0 <= order {
                *held = (order, same.same);
            }
        }
    }
    let mut said = BTreeMap::new();
    said.extend(newest.into_iter().map(|(pair, (_, same))| (pair, same)));
    said
}

/// Clusters of what is the same, each as its later members with the first. No cluster holds two
/// records of one source: that source thinks them two things.
fn folded(links: &[Link], sources: &BTreeMap<EntryId, &str>) -> BTreeMap<EntryId, EntryId> {
    let mut first_of: BTreeMap<EntryId, EntryId> = BTreeMap::new();
    let mut members: BTreeMap<EntryId, Vec<EntryId>> = BTreeMap::new();
    for link in links.iter().filter(|link| link.relation == Relation::Same) {
        let first = |entry: EntryId| first_of.get(&entry).copied().unwrap_or(entry);
        let (one, other) = (first(link.one), first(link.other));
        if one == other {
            continue;
        }
        let of = |entry| members.get(&entry).cloned().unwrap_or_else(|| vec![entry]);
        let (mine, theirs) = (of(one), of(other));
        let mut seen = BTreeSet::new();
        let all = || mine.iter().chain(&theirs);
        if !all().all(|entry| sources.get(entry).is_none_or(|source| seen.insert(*source))) {
            continue;
        }
        let into = one.min(other);
        let together: Vec<_> = all().copied().collect();
        for entry in &together {
            first_of.insert(*entry, into);
        }
        members.remove(&one.max(other));
        members.insert(into, together);
    }
    first_of.retain(|entry, first| entry != first);
    first_of
}
