//! An import: what was sent is read, its patients are recognized, each resource is new, newer, the
//! same or refused, and all that follows goes into the store in one transaction, charts included.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use shared::document::{DocumentId, Kind};
use shared::fhir::import::plan::{key, pair};
use shared::fhir::import::read::Body;
use shared::fhir::import::{
    Entry, Facts, Fate, Input, Keys, Method, Planner, Request, Shape, Summary, Why, home,
};
use shared::id::{EntryId, PatientId, Rng};
use shared::sync::receipt::ReceiptKey;
use shared::time::Timestamp;

use super::chart::{Charts, Placing, fits};
use super::owner::{Learned, Owner, Owners};
use super::place::{Pointing, Shared};
use crate::store::resources::{Aside, PlacedResource, ResourceCommit, StoredResource};
use crate::store::rows::News;
use crate::store::{Store, StoreError};
use crate::world::OsRng;

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

/// A resource that can be taken, and what is known of it.
pub struct Examined<'a> {
    pub number: usize,
    pub place: String,
    pub url: Option<String>,
    pub json: Cow<'a, str>,
    pub facts: Facts,
    pub keys: Keys,
    pub request: Option<Request>,
    /// It was kept aside before.
    pub aside: Option<i64>,
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
        let mut run = Run::new(order, input.made_at);
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
            told(run.outcome.entries.len(), news);
        }
        run.outcome.entries.sort_by_key(|entry| entry.number);
        Ok(Outcome {
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
        let asked: BTreeSet<String> = entries.iter().flat_map(|one| one.all_keys()).collect();
        for (key, known) in store.known(source.to_owned(), asked.into_iter().collect()).await? {
            run.planner.know(key, known);
        }
        run.planner.prepare(entries.iter().map(|one| (&one.keys, &one.facts)));
        let decided = run.decide(&entries, learned);
        self.place(run, &entries, decided).await
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

        let mut texts: BTreeMap<EntryId, Text<'_>> = BTreeMap::new();
        for row in shared.rows.values() {
            if let Some(facts) = Facts::of(&row.body) {
                let text = Text { url: row.url.as_deref(), json: &row.body, facts, is_new: false };
                texts.insert(row.known.resource, text);
            }
        }
        let mut pairs = shared.pairs;
        for (entry, fate) in entries.iter().zip(&fates) {
            let Some(resource) = fate.resource() else {
                continue;
            };
            let is_new = !matches!(fate, Taken::Same { .. });
            let (url, facts) = (entry.url.as_deref(), entry.facts.clone());
            texts.insert(resource, Text { url, json: &entry.json, facts, is_new });
            if let Some(owner) = fate.owner() {
                pairs.insert((owner, resource));
            }
            // A newer version goes wherever the older one stands.
            let elsewhere = places.keys().filter(|(_, placed)| *placed == resource);
            pairs.extend(elsewhere);
        }
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
            if let Some(place) = before
                && text.facts.is_sensitive
                && document.kind != Kind::ChartSensitive
            {
                self.charts.hide(store, self.receipts, document, place.entry).await?;
                document = DocumentId::first(patient, Kind::ChartSensitive);
            }
            let entry = run.fresh();
            let placing = Placing {
                source,
                url: text.url.filter(|url| !is_said_by_id(url, &text.facts)),
                json: text.json,
                entry,
                replaces: before.map(|place| place.entry),
            };
            let blobs = self.charts.put(store, self.receipts, document, placing).await?;
            commit.blobs.extend(blobs);
            commit.places.push(PlacedResource { patient, resource, document, entry });
        }
        commit.wanted = shared.wanted.into_iter().collect();
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

/// Everything that one import remembers from piece to piece.
struct Run<'a> {
    order: Order<'a>,
    made_at: Option<Timestamp>,
    import: EntryId,
    last: EntryId,
    owners: Owners,
    planner: Planner,
    outcome: Counted,
}

#[derive(Default)]
struct Counted {
    summary: Summary,
    entries: Vec<Numbered>,
}

struct Numbered {
    number: usize,
    outcome: EntryOutcome,
}

/// What was decided about one resource.
enum Taken {
    New { resource: EntryId, owner: Option<PatientId> },
    Same { resource: EntryId, owner: Option<PatientId> },
    Not,
}

struct Decided {
    commit: ResourceCommit,
    fates: Vec<Taken>,
}

impl Taken {
    const fn resource(&self) -> Option<EntryId> {
        match self {
            Self::New { resource, .. } | Self::Same { resource, .. } => Some(*resource),
            Self::Not => None,
        }
    }

    const fn owner(&self) -> Option<PatientId> {
        match self {
            Self::New { owner, .. } | Self::Same { owner, .. } => *owner,
            Self::Not => None,
        }
    }
}

impl<'a> Run<'a> {
    fn new(order: Order<'a>, made_at: Option<Timestamp>) -> Self {
        let import = EntryId::fresh(order.now, &mut OsRng);
        Self {
            order,
            made_at,
            import,
            last: import,
            owners: Owners::default(),
            planner: Planner::default(),
            outcome: Counted::default(),
        }
    }

    /// Ids of one import follow each other, so that a chart stays small.
    fn fresh(&mut self) -> EntryId {
        let mut step = [0; 2];
        OsRng.fill(&mut step);
        let step = 1 + u128::from(u16::from_le_bytes(step));
        self.last = EntryId::from_u128(self.last.to_u128().wrapping_add(step));
        self.last
    }

    fn examine<'e>(&mut self, entries: Vec<(usize, Entry<'e>)>) -> Vec<Examined<'e>> {
        let mut examined = Vec::new();
        for (number, entry) in entries {
            let place = entry.place.clone();
            match examine(number, entry) {
                Ok(one) => examined.push(one),
                Err(why) => self.refuse(number, place, "", None, why),
            }
        }
        examined
    }

    fn refuse(&mut self, number: usize, place: String, kind: &str, id: Option<String>, why: Why) {
        self.outcome.summary.refuse(&place, why);
        let (kind, fate) = (kind.to_owned(), Fate::Refused(why));
        let outcome = EntryOutcome { place, kind, id, fate };
        self.outcome.entries.push(Numbered { number, outcome });
    }

    fn decide(&mut self, entries: &[Examined<'_>], learned: Learned) -> Decided {
        let mut commit = ResourceCommit {
            import: self.import,
            source: self.order.source.to_owned(),
            at: self.order.now,
            people: learned.people,
            facts: learned.facts,
            resources: Vec::new(),
            places: Vec::new(),
            wanted: Vec::new(),
            aside: Vec::new(),
            taken: Vec::new(),
            blobs: Vec::new(),
            charts: Vec::new(),
        };
        let mut fates = Vec::new();
        for entry in entries {
            fates.push(self.decide_one(entry, &mut commit));
        }
        Decided { commit, fates }
    }

    fn decide_one(&mut self, entry: &Examined<'_>, commit: &mut ResourceCommit) -> Taken {
        let facts = &entry.facts;
        let owner = match self.owners.of(entry) {
            Owner::Of(patient) => Some(patient),
            Owner::Nobody => None,
            Owner::Refused(why, waits_for) => {
                if why.is_kept_aside() && entry.aside.is_none() {
                    commit.aside.push(entry.kept_aside(why, waits_for));
                }
                let id = facts.id.clone();
                self.refuse(entry.number, entry.place.clone(), &facts.kind, id, why);
                return Taken::Not;
            }
        };
        commit.taken.extend(entry.aside);
        let updated = facts.updated.or(self.made_at);
        let fresh = self.fresh();
        let fate = match entry.stands_for_itself(&self.planner) {
            Some(resource) => Fate::Unchanged(resource),
            None => self.planner.decide(facts, &entry.keys, owner, updated, fresh),
        };
        let summary = &mut self.outcome.summary;
        let taken = match fate {
            Fate::New(resource) | Fate::Newer(resource) => {
                let is_new = matches!(fate, Fate::New(_));
                *(if is_new { &mut summary.new } else { &mut summary.updated }) += 1;
                commit.resources.push(entry.stored(resource, owner, updated));
                Taken::New { resource, owner }
            }
            Fate::Unchanged(resource) => {
                summary.unchanged += 1;
                Taken::Same { resource, owner }
            }
            Fate::Refused(why) => {
                let id = facts.id.clone();
                self.refuse(entry.number, entry.place.clone(), &facts.kind, id, why);
                return Taken::Not;
            }
        };
        if entry.aside.is_some() {
            // Counted now, and read in an earlier import.
            summary.read += 1;
        }
        let (place, kind) = (entry.place.clone(), facts.kind.clone());
        let outcome = EntryOutcome { place, kind, id: facts.id.clone(), fate };
        self.outcome.entries.push(Numbered { number: entry.number, outcome });
        taken
    }

    /// Of a transaction that failed: what was good fails with it.
    fn nothing(mut self) -> Outcome {
        let mut summary = Summary { read: self.outcome.summary.read, ..Summary::default() };
        self.outcome.entries.sort_by_key(|entry| entry.number);
        let mut entries = Vec::new();
        for Numbered { mut outcome, .. } in self.outcome.entries {
            let why = match outcome.fate {
                Fate::Refused(why) => why,
                Fate::New(_) | Fate::Newer(_) | Fate::Unchanged(_) => Why::Together,
            };
            outcome.fate = Fate::Refused(why);
            summary.refuse(&outcome.place, why);
            entries.push(outcome);
        }
        // The reasons first, before all that failed with them.
        summary.examples.sort_by_key(|example| example.why == Why::Together);
        Outcome { summary, entries }
    }
}

fn is_patient(entry: &Entry<'_>) -> bool {
    let Body::Resource(json) = entry.body else {
        return false;
    };
    let any: shared::fhir::Any<'_> = shared::fhir::read(json).unwrap_or_default();
    any.resource_type.is("Patient")
}

fn examine(number: usize, entry: Entry<'_>) -> Result<Examined<'_>, Why> {
    let json = match entry.body {
        Body::Resource(json) => json,
        Body::Nothing if entry.request.is_some() => return Err(Why::NotSupported),
        Body::Nothing | Body::Broken => return Err(Why::NotAResource),
        Body::TooDeep => return Err(Why::TooDeep),
    };
    if entry.request.as_ref().is_some_and(|request| request.method == Method::Other) {
        return Err(Why::NotSupported);
    }
    let examined = Examined::of(number, entry.place, entry.url, entry.request, json.into());
    let examined = examined.ok_or(Why::NotAResource)?;
    match examined.facts.kind.as_str() {
        "OperationOutcome" => Err(Why::Notice),
        "Bundle" | "Parameters" => Err(Why::NotSupported),
        kind if !kind.starts_with(|letter: char| letter.is_ascii_uppercase()) => {
            Err(Why::NotAResource)
        }
        _ if !fits(&examined.json) => Err(Why::TooLarge),
        _ => Ok(examined),
    }
}

impl<'a> Examined<'a> {
    fn of(
        number: usize,
        place: String,
        url: Option<String>,
        request: Option<Request>,
        json: Cow<'a, str>,
    ) -> Option<Self> {
        let facts = Facts::of(&json)?;
        let keys = Keys::of(&facts, url.as_deref());
        Some(Self { number, place, url, json, facts, keys, request, aside: None })
    }

    /// Its own keys, and that of a condition it depends on.
    fn all_keys(&self) -> Vec<String> {
        self.keys.all().cloned().chain(self.condition()).collect()
    }

    /// `If-None-Exist: identifier=system|value`: if there is one, it stays as it is.
    fn condition(&self) -> Option<String> {
        let asked = self.request.as_ref()?.if_none_exist.as_deref()?;
        let (system, value) = asked.strip_prefix("identifier=")?.split_once('|')?;
        Some(key(&self.facts.kind, "identifier", &pair(system, value)))
    }

    fn stands_for_itself(&self, planner: &Planner) -> Option<EntryId> {
        planner.get(&self.condition()?).map(|known| known.resource)
    }

    fn kept_aside(&self, why: Why, waits_for: Option<String>) -> Aside {
        Aside {
            why: why.word(),
            waits_for,
            hash: self.facts.hash,
            url: self.url.clone(),
            body: self.json.clone().into_owned(),
        }
    }

    fn stored(
        &self,
        resource: EntryId,
        owner: Option<PatientId>,
        updated: Option<Timestamp>,
    ) -> StoredResource {
        StoredResource {
            resource,
            owner,
            kind: self.facts.kind.clone(),
            id: self.facts.id.clone(),
            url: self.url.clone(),
            hash: self.facts.hash,
            updated,
            thing: self.facts.thing.clone(),
            keys: self.keys.all().cloned().collect(),
            body: self.json.clone().into_owned(),
        }
    }
}

/// A URL that ends in type and id is found without being written down once more.
fn is_said_by_id(url: &str, facts: &Facts) -> bool {
    let Some(id) = &facts.id else {
        return false;
    };
    url.strip_suffix(id.as_str()).is_some_and(|rest| rest.ends_with(&format!("{}/", facts.kind)))
}
