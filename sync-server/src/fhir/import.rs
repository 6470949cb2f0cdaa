//! An import: what was sent is read, its patients are recognized, each resource is new, newer, the
//! same or refused, and all that follows goes into the store in one transaction, charts included.

use std::collections::{BTreeMap, BTreeSet};

use shared::document::{DocumentId, Kind};
use shared::fhir::import::{Facts, Fate, Input, Shape, Summary, home};
use shared::id::{EntryId, PatientId};
use shared::sync::receipt::ReceiptKey;
use shared::time::Timestamp;

use super::chart::{Charts, Placing};
use super::examined::{Examined, is_patient};
use super::owner::Owners;
use super::place::{Pointing, Shared};
use super::run::{Decided, Run, Taken};
use crate::store::resources::{PlacedResource, ResourceCommit};
use crate::store::rows::News;
use crate::store::{Store, StoreError};

/// Resources of one transaction, unless all of them have to go together: little enough that a
/// server goes on answering in between.
const RESOURCES_OF_COMMIT: usize = 2_000;

/// Takes imports, one after the other.
pub struct Importer<'a> {
    store: &'a dyn Store,
    receipts: &'a ReceiptKey,
    charts: Charts,
}

/// Whose import it is.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The system it comes from; ids mean something only within it.
    pub source: &'a str,
    /// Everything belongs to this patient, as a person at the clinic said.
    pub to: Option<PatientId>,
    pub now: Timestamp,
}

/// What became of an import.
#[derive(Default)]
pub struct Outcome {
    pub summary: Summary,
    /// The records it is about.
    pub patients: Vec<PatientId>,
    /// One for each entry, in the order in which they were sent.
    pub entries: Vec<EntryOutcome>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryOutcome {
    pub place: String,
    pub kind: String,
    pub id: Option<String>,
    pub fate: Fate,
}

impl<'a> Importer<'a> {
    pub fn new(store: &'a dyn Store, receipts: &'a ReceiptKey) -> Self {
        Self { store, receipts, charts: Charts::default() }
    }

    /// Takes what was read. `told` hears after each commit how many entries are done and what is
    /// new in the charts.
    pub async fn take(
        &mut self,
        order: Order<'_>,
        input: Input<'_>,
        told: &mut (dyn FnMut(usize, Vec<News>) + Send),
    ) -> Result<Outcome, StoreError> {
        let taken = self.take_all(order, input, told).await;
        if taken.is_err() {
            // What is open holds changes that are not in the log.
            self.charts.forget();
        }
        taken
    }

    async fn take_all(
        &mut self,
        order: Order<'_>,
        input: Input<'_>,
        told: &mut (dyn FnMut(usize, Vec<News>) + Send),
    ) -> Result<Outcome, StoreError> {
        let together = input.shape == Shape::Transaction;
        let mut run = Run::new(order, &input);
        let mut entries: Vec<_> = input.entries.into_iter().enumerate().collect();
        // Patients first: everything else is about them.
        entries.sort_by_key(|(_, entry)| !is_patient(entry));
        run.outcome.summary.read = entries.len() as u64;
        let patients = entries.iter().filter(|(_, entry)| is_patient(entry)).count();
        run.owners = Owners::new(order.to, patients);
        let size = if together { usize::MAX } else { RESOURCES_OF_COMMIT };
        while !entries.is_empty() {
            let rest = entries.split_off(entries.len().min(size));
            let examined = run.examine(std::mem::replace(&mut entries, rest));
            let commit = self.plan(&mut run, examined).await?;
            if together && !run.outcome.summary.is_clean() {
                return Ok(run.nothing());
            }
            let news = match commit.is_empty() {
                true => Vec::new(),
                false => self.store.import(commit).await?,
            };
            self.charts.settle();
            told(run.outcome.entries.len(), news);
        }
        run.outcome.entries.sort_by_key(|entry| entry.number);
        Ok(Outcome {
            patients: run.owners.patients(),
            summary: run.outcome.summary,
            entries: run.outcome.entries.into_iter().map(|numbered| numbered.outcome).collect(),
        })
    }

    /// Decides about a piece of an import and writes down what follows.
    async fn plan(
        &mut self,
        run: &mut Run<'_>,
        mut entries: Vec<Examined<'_>>,
    ) -> Result<ResourceCommit, StoreError> {
        let (store, source) = (self.store, run.order.source);
        let learned = run.owners.recognize(store, source, run.order.now, &entries).await?;
        let waited = store.waiting(source.to_owned(), learned.keys.clone()).await?;
        entries.extend(waited.into_iter().filter_map(|one| {
            let place = "kept aside before".to_owned();
            let mut examined = Examined::of(usize::MAX, place, one.url, None, one.body.into())?;
            examined.aside = Some(one.aside);
            Some(examined)
        }));
        run.owners.look_up(store, source, &entries).await?;
        let asked = entries.iter().flat_map(|one| one.all_keys());
        let asked: BTreeSet<String> = asked.filter(|key| !run.planner.has(key)).collect();
        for (key, known) in store.known(source.to_owned(), asked.into_iter().collect()).await? {
            run.planner.know(key, known);
        }
        self.look_at_versions(run, &entries).await?;
        run.planner.prepare(entries.iter().map(|one| (&one.keys, &one.facts)));
        let decided = run.decide(&entries, learned);
        self.place(run, &entries, decided).await
    }

    /// Which entries name a version that what is stored is not at.
    async fn look_at_versions(
        &self,
        run: &mut Run<'_>,
        entries: &[Examined<'_>],
    ) -> Result<(), StoreError> {
        for entry in entries {
            let Some(wanted) = entry.wanted_version() else {
                continue;
            };
            let known = entry.keys.id.iter().chain(&entry.keys.identifiers);
            let known = known.filter_map(|key| run.planner.get(key)).next();
            let rows =
                self.store.resources(known.map(|known| known.resource).into_iter().collect());
            let version = rows.await?.first().map(|row| row.version);
            if version.is_none() || version != wanted {
                run.outdated.insert(entry.number);
            }
        }
        Ok(())
    }

    /// Puts what is new into the charts in which it stands.
    async fn place(
        &mut self,
        run: &mut Run<'_>,
        entries: &[Examined<'_>],
        decided: Decided,
    ) -> Result<ResourceCommit, StoreError> {
        let (store, source) = (self.store, run.order.source);
        let Decided { mut commit, fates } = decided;
        let shared = self.shared(run, entries, &fates).await?;
        let touched = fates.iter().filter_map(|fate| fate.resource());
        let touched: BTreeSet<_> =
            touched.chain(shared.pairs.iter().map(|(_, resource)| *resource)).collect();
        let places = store.places(touched.into_iter().collect()).await?;
        let places: BTreeMap<_, _> =
            places.into_iter().map(|place| ((place.patient, place.resource), place)).collect();

        let (texts, pairs) = texts_of(entries, &fates, &shared, &places);
        for (patient, resource) in pairs {
            let Some(text) = texts.get(&resource) else {
                continue;
            };
            let before = places.get(&(patient, resource));
            if before.is_some() && !text.is_new {
                continue;
            }
            let first = || DocumentId::first(patient, home(&text.facts));
            let mut document = before.map_or_else(first, |place| place.document);
            let entry = run.fresh();
            let placing = Placing {
                source,
                url: text.url.filter(|url| !is_said_by_id(url, &text.facts)),
                json: text.json,
                entry,
                replaces: before.map(|place| place.entry),
            };
            if let Some(place) = before
                && text.facts.is_sensitive
                && document.kind != Kind::ChartSensitive
            {
                let from = (document, place.entry);
                document = DocumentId::first(patient, Kind::ChartSensitive);
                let next = (document, &placing);
                for mark in self.charts.hide(store, self.receipts, from, next).await? {
                    let mark = (run.fresh(), mark);
                    self.charts.mark(store, self.receipts, document, mark).await?;
                }
            }
            let blobs = self.charts.put(store, self.receipts, document, placing).await?;
            commit.blobs.extend(blobs);
            commit.places.push(PlacedResource { patient, resource, document, entry });
        }
        commit.wanted.extend(shared.wanted.iter().cloned());
        commit.charts = self.charts.changes(self.receipts, run.order.now)?;
        Ok(commit)
    }

    async fn shared(
        &self,
        run: &mut Run<'_>,
        entries: &[Examined<'_>],
        fates: &[Taken],
    ) -> Result<Shared, StoreError> {
        let mut shared = Shared::default();
        let mut here = BTreeMap::new();
        let mut pointing = Vec::new();
        let mut new_keys = BTreeMap::new();
        for (entry, fate) in entries.iter().zip(fates) {
            let Some(resource) = fate.resource() else {
                continue;
            };
            here.insert(resource, entry.facts.references.clone());
            match (fate.owner(), run.owners.sole) {
                (Some(patient), _) => {
                    let references = entry.facts.references.clone();
                    pointing.push(Pointing { patient, references });
                }
                (None, Some(sole)) => {
                    shared.pairs.insert((sole, resource));
                }
                (None, None) => {}
            }
            if fate.owner().is_none() && matches!(fate, Taken::New { .. }) {
                new_keys.extend(entry.keys.all().map(|key| (key.clone(), resource)));
            }
        }
        let asked = new_keys.keys().cloned().collect();
        for (key, patient) in self.store.wanted(run.order.source.to_owned(), asked).await? {
            shared.pairs.insert((patient, new_keys[&key]));
        }
        let source = run.order.source;
        shared.follow(self.store, source, &mut run.planner, &here, pointing).await?;
        Ok(shared)
    }
}

/// A resource's text, as it goes into charts.
struct Text<'a> {
    url: Option<&'a str>,
    json: &'a str,
    facts: Facts,
    is_new: bool,
}

type Texts<'a> = BTreeMap<EntryId, Text<'a>>;
type Pairs = BTreeSet<(PatientId, EntryId)>;
type Places = BTreeMap<(PatientId, EntryId), PlacedResource>;

/// The texts that may have to be written, and in whose charts they belong.
fn texts_of<'t>(
    entries: &'t [Examined<'_>],
    fates: &[Taken],
    shared: &'t Shared,
    places: &Places,
) -> (Texts<'t>, Pairs) {
    let mut texts: Texts<'t> = BTreeMap::new();
    for row in shared.rows.values() {
        if let Some(facts) = Facts::of(&row.body) {
            let text = Text { url: row.url.as_deref(), json: &row.body, facts, is_new: false };
            texts.insert(row.known.resource, text);
        }
    }
    let mut pairs = shared.pairs.clone();
    for (entry, fate) in entries.iter().zip(fates) {
        let Some(resource) = fate.resource() else {
            continue;
        };
        // The same once more behind something new does not make it old.
        let before = texts.get(&resource).is_some_and(|text| text.is_new);
        let is_new = before || !matches!(fate, Taken::Same { .. });
        let (url, facts) = (entry.url.as_deref(), entry.facts.clone());
        texts.insert(resource, Text { url, json: &entry.json, facts, is_new });
        if let Some(owner) = fate.owner() {
            pairs.insert((owner, resource));
        }
        // A newer version goes wherever the older one stands.
        let elsewhere = places.keys().filter(|(_, placed)| *placed == resource);
        pairs.extend(elsewhere);
    }
    (texts, pairs)
}

/// A URL that ends in type and id is found without being written down once more.
fn is_said_by_id(url: &str, facts: &Facts) -> bool {
    let Some(id) = &facts.id else {
        return false;
    };
    url.strip_suffix(id.as_str()).is_some_and(|rest| rest.ends_with(&format!("{}/", facts.kind)))
}
