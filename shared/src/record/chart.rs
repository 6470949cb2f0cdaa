//! The chart: what the clinic and its sources wrote, as the original texts. A document is read
//! once into a part; what an answer needs is read from the texts when it is asked for.

mod index;
mod inside;
mod lists;
mod table;
mod versions;
mod wording;
mod words;

use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use self::index::{Head, HeadOf, ReportHead, is_unusual, test_of};
use self::index::{Heads, References, Tests, keys_of_reference};
pub use self::inside::Within;
use self::inside::entry_in;
pub use self::lists::VISITS;
pub(crate) use self::words::without_accent;
pub use self::words::{Misfit, Words, folded_words};
use crate::arrange::Arrange;
use crate::document::{self, DocumentId, Kind};
use crate::fhir::datatypes::Identifier;
use crate::fhir::description::Description;
use crate::fhir::entry::ChartEntryView;
use crate::fhir::import::facts::asked_for;
use crate::fhir::lenient::{Lenient, Many, Text, view};
use crate::fhir::{self, ResourceType};
use crate::id::EntryId;
use crate::json::{self, Value};
use crate::ordered::{BTreeMap, BTreeSet};
use crate::record::medicines::OrderHead;
use crate::time::{PartialDate, Timestamp};

view! {
    Identified { identifier: Many<Identifier<'a>> = "identifier" }
}

/// A chain of names that point to each other ends here.
const NAMES_DEEP_MAX: u32 = 3;

/// Cheap to clone: parts are shared.
#[derive(Clone, Default)]
pub struct Chart {
    parts: BTreeMap<DocumentId, Arc<Part>>,
    /// Documents of which not all is here.
    awaited: BTreeSet<DocumentId>,
    unreadable: BTreeSet<DocumentId>,
    /// Entries that a newer version stands for, of all parts.
    replaced: BTreeSet<EntryId>,
}

/// One chart document.
pub struct Part {
    pub document: DocumentId,
    /// In the order of their entries.
    pub resources: Vec<Resource>,
    /// Entries that are no resource that can be read. They stay in the document.
    pub unreadable: usize,
    /// The types of resources in it: most of a chart is results, and most questions are about
    /// something else.
    kinds: Vec<ResourceType>,
    // Each made at the first question that needs it, and not before: the first screen waits.
    heads: OnceLock<Heads>,
    /// Of each head whether it is out of range, and its test.
    unusual: OnceLock<Vec<bool>>,
    tests: OnceLock<Tests>,
    /// Orders of medicines, and when visits begin, each with its place.
    orders: OnceLock<Vec<(usize, OrderHead)>>,
    begins: OnceLock<Vec<(usize, Vec<PartialDate>)>>,
    references: OnceLock<References>,
    reports: OnceLock<Vec<ReportHead>>,
    /// Results that are only the head of others, read like reports.
    panels: OnceLock<Vec<ReportHead>>,
    words: OnceLock<Words>,
}

/// One resource, and the text it stands in.
pub struct Resource {
    pub entry: EntryId,
    pub kind: ResourceType,
    pub received_at: Option<Timestamp>,
    /// The entry that this is a newer version of.
    pub replaces: Option<EntryId>,
    /// Which system it came from; its id means something only within it.
    pub source: Box<str>,
    /// Who added it by hand.
    pub by: Option<Box<str>>,
    /// Of a result that lies inside a report.
    pub within: Option<Within>,
    id: Option<Box<str>>,
    url: Option<Box<str>>,
    /// The document's own.
    text: document::Text,
    json: Range<usize>,
}

/// Whether an answer can be complete.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Loaded {
    /// Everything is here: an empty list means that nothing is recorded.
    All,
    /// Something is still to come.
    NotYet,
    /// Something came and cannot be read.
    Unreadable,
}

/// Parts of the chart that a screen may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    Core,
    Results,
    Visits,
    Everything,
}

impl Resource {
    /// Nothing if the entry is not a resource that can be read.
    pub fn read(
        entry: EntryId,
        text: document::Text,
        received_at: Option<Timestamp>,
    ) -> Option<Self> {
        let [mut source, mut url, mut by, mut replaces] = <[Text<'_>; 4]>::default();
        let mut resource = None;
        json::read_fields(&text, &mut |name, value| match &*name {
            "source" => source.put(value),
            "url" => url.put(value),
            "by" => by.put(value),
            "replaces" => replaces.put(value),
            "resource" => resource = Some(value),
            _ => {}
        })?;
        let resource: Value<'_> = resource?;
        let (json, any) = (resource.written(), fhir::Any::of(resource));
        let kind = ResourceType::named(any.resource_type.said().unwrap_or_default());
        let start = json.as_ptr() as usize - text.as_ptr() as usize;
        let json = start..start + json.len();
        Some(Self {
            entry,
            kind,
            received_at,
            replaces: replaces.said().and_then(|entry| entry.parse().ok()),
            source: source.said().unwrap_or_default().into(),
            by: by.said().map(Into::into),
            within: None,
            id: any.id.said().map(Into::into),
            url: url.said().map(Into::into),
            json,
            text,
        })
    }

    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The full URL it came with, where that is not its type and id.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Its type as the source wrote it, also where we have no place for it.
    pub fn type_name(&self) -> Option<String> {
        self.view::<fhir::Any<'_>>().resource_type.owned()
    }

    /// The original, without what was cut out into blobs.
    pub fn json(&self) -> &str {
        &self.text[self.json.clone()]
    }

    pub fn about(&self) -> ChartEntryView<'_> {
        ChartEntryView::of(Value::read_before(&self.text))
    }

    pub fn describe(&self) -> Description {
        let mut said = fhir::describe_value(self.kind, Value::read_before(self.json()));
        (said.when, said.standing) = self.as_reported(said.when, said.standing);
        said
    }

    /// A view of the resource; one that cannot be read says nothing.
    pub fn view<'a, V: Lenient<'a>>(&'a self) -> V {
        V::of(Value::read_before(self.json()))
    }
}

impl Part {
    pub fn new(document: DocumentId, mut resources: Vec<Resource>, unreadable: usize) -> Self {
        inside::add_results(&mut resources, document.kind == Kind::ChartSensitive);
        if !resources.is_sorted_by_key(|resource| resource.entry) {
            resources.arrange_by_key(|resource| resource.entry);
        }
        Self {
            document,
            unreadable,
            kinds: kinds_of(&resources),
            resources,
            heads: OnceLock::new(),
            unusual: OnceLock::new(),
            tests: OnceLock::new(),
            orders: OnceLock::new(),
            begins: OnceLock::new(),
            references: OnceLock::new(),
            reports: OnceLock::new(),
            panels: OnceLock::new(),
            words: OnceLock::new(),
        }
    }

    fn find(&self, entry: EntryId) -> Option<&Resource> {
        self.resources.get(self.place_of(entry)?)
    }

    /// Of two values of one entry that of the one that stands.
    fn place_of(&self, entry: EntryId) -> Option<usize> {
        let behind = self.resources.partition_point(|resource| resource.entry <= entry);
        let place = behind.checked_sub(1)?;
        (self.resources[place].entry == entry).then_some(place)
    }

    /// The words of every resource, for the search. Made at the first search.
    pub fn words(&self) -> &Words {
        self.words.get_or_init(|| wording::words_of(&self.resources))
    }

    fn references(&self) -> &References {
        self.references.get_or_init(|| References::of(&self.resources))
    }
}

fn kinds_of(resources: &[Resource]) -> Vec<ResourceType> {
    let mut kinds = Vec::new();
    for kind in resources.iter().map(|resource| resource.kind) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

impl Chart {
    pub fn add(&mut self, part: Part) {
        self.unreadable.remove(&part.document);
        let replaced = part.resources.iter().filter_map(|resource| resource.replaces);
        self.replaced.extend(replaced);
        self.parts.insert(part.document, Arc::new(part));
    }

    /// Of these documents something is still to come, and of no others.
    pub fn await_these(&mut self, documents: impl IntoIterator<Item = DocumentId>) {
        self.awaited = documents.into_iter().collect();
    }

    pub fn could_not_be_read(&mut self, document: DocumentId) {
        self.remove(&document);
        self.unreadable.insert(document);
    }

    pub fn remove(&mut self, document: &DocumentId) {
        self.unreadable.remove(document);
        if self.parts.remove(document).is_some() {
            let resources = self.parts.values().flat_map(|part| &part.resources);
            self.replaced = resources.filter_map(|resource| resource.replaces).collect();
        }
    }

    /// Whether everything of this shelf is here.
    pub fn loaded(&self, shelf: Shelf) -> Loaded {
        let on = |document: &&DocumentId| shelf.holds(document.kind);
        let mut damaged = self.parts.values().filter(|part| part.unreadable > 0);
        if self.unreadable.iter().any(|document| on(&document))
            || damaged.any(|part| on(&&part.document))
        {
            return Loaded::Unreadable;
        }
        // Every record has a core: without one nothing has come yet.
        let core = self.parts.keys().any(|document| document.kind == Kind::ChartCore);
        if !core || self.awaited.iter().any(|document| on(&document)) {
            return Loaded::NotYet;
        }
        Loaded::All
    }

    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.values().map(Arc::as_ref)
    }

    /// All resources that came, and that no newer version stands for.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        let parts = self.parts.values();
        let all = parts.flat_map(|part| part.resources.iter());
        all.filter(|resource| resource.within.is_none() && self.stands(resource))
    }

    pub fn find(&self, entry: EntryId) -> Option<&Resource> {
        let (part, place) = self.place_of(entry)?;
        part.resources.get(place)
    }

    fn place_of(&self, entry: EntryId) -> Option<(&Part, usize)> {
        self.parts().find_map(|part| Some((part, part.place_of(entry)?)))
    }

    pub fn document_of(&self, entry: EntryId) -> Option<DocumentId> {
        Some(self.place_of(entry)?.0.document)
    }

    /// What a reference of this resource points to.
    pub fn follow(&self, from: &Resource, reference: &str) -> Option<&Resource> {
        if let Some(id) = reference.strip_prefix('#') {
            return self.find(entry_in(from.outer(), id));
        }
        let keys = keys_of_reference(reference);
        let named = self.parts.values().find_map(|part| {
            let all = part.references();
            let place = keys.iter().find_map(|key| all.find(&from.source, key))?;
            part.resources.get(place)
        });
        named.or_else(|| self.asked_for(from, reference))
    }

    /// What a conditional reference means (R4, §3.1.0.11.2), such as `Practitioner?identifier=npi|1`.
    fn asked_for(&self, from: &Resource, reference: &str) -> Option<&Resource> {
        let (kind, named) = asked_for(reference)?;
        let (system, value) = named.split_once('|')?;
        let is_it = |one: &Identifier<'_>| {
            one.value.is(value) && one.system.said().unwrap_or_default() == system
        };
        let mut all = self.resources().filter(|one| one.source == from.source);
        all.find(|one| {
            let named = || one.view::<Identified<'_>>().identifier.iter().any(is_it);
            one.type_name().as_deref() == Some(kind) && named()
        })
    }

    /// The name of what a reference points to: its own words first, then those of the target.
    pub fn name_of(
        &self,
        from: &Resource,
        to: Option<&str>,
        display: Option<&str>,
    ) -> Option<String> {
        if let Some(display) = display {
            return Some(display.to_owned());
        }
        self.name_behind(from, to?, NAMES_DEEP_MAX)
    }

    fn name_behind(&self, from: &Resource, to: &str, deep: u32) -> Option<String> {
        let target = self.follow(from, to)?;
        let said = target.describe();
        match (said.name, said.named_by) {
            (Some(name), _) => Some(name),
            (None, Some(next)) if deep > 0 => self.name_behind(target, &next, deep - 1),
            (None, _) => None,
        }
    }

    /// Whether a source labelled it as something that not everybody should see.
    pub fn is_labelled(&self, resource: &Resource) -> bool {
        let mut labelled =
            self.parts.values().filter(|part| part.document.kind == Kind::ChartSensitive);
        labelled.any(|part| part.find(resource.entry).is_some())
    }
}

impl Shelf {
    fn holds(self, kind: Kind) -> bool {
        match self {
            Self::Core => matches!(kind, Kind::ChartCore | Kind::ChartSensitive),
            Self::Results => !matches!(kind, Kind::ChartVisits(_)),
            Self::Visits => !matches!(kind, Kind::ChartResults(_)),
            Self::Everything => true,
        }
    }
}

impl std::fmt::Debug for Chart {
    /// Counts only: a record's content has no place in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chart({} documents)", self.parts.len())
    }
}
