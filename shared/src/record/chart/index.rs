//! What is looked up often in one chart document: resources by reference, and of each observation
//! the little that lists and trends sort by. Each made once, at the first question that needs it.

use super::inside::entry_in;
use super::{Part, Resource};
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::datatypes::{Concept, LOINC};
use crate::fhir::description::Standing;
use crate::fhir::observation::{Category, Coded, Flag, Observation, Outline};
use crate::fhir::report::Report;
use crate::id::EntryId;
use crate::ordered::{BTreeMap, BTreeSet};
use crate::time::{Day, PartialDate};

/// Resources by their ids and URLs.
pub struct References {
    /// Source and key, joined by a line end, which stands in neither.
    places: BTreeMap<String, usize>,
}

/// An observation, as far as lists need it.
pub struct Head {
    pub place: usize,
    pub when: Option<PartialDate>,
    pub category: Category,
    pub standing: Standing,
    /// It has no value itself, and others are listed under it.
    pub is_panel: bool,
}

/// The heads of one document.
pub struct Heads {
    pub all: Vec<Head>,
    /// The first and the last day that is written in one of them.
    pub days: Option<(Day, Day)>,
}

/// The test of each head: of thousands of results there are a few dozen tests.
#[derive(Default)]
pub struct Tests {
    names: Vec<String>,
    of_head: Vec<usize>,
}

/// A head where it stands, so that what only some lists need can be read of all of them at once.
#[derive(Clone, Copy)]
pub struct HeadOf<'a> {
    pub(super) part: &'a Part,
    pub(super) head: usize,
}

/// A report or the head of a panel, and where its results are.
pub struct ReportHead {
    pub place: usize,
    pub when: Option<PartialDate>,
    pub standing: Standing,
    /// Of the head of a panel: it is a result too, beside those under it.
    pub says_something: bool,
    /// Places in the same document.
    pub results: Vec<usize>,
    /// References that lead out of it.
    pub elsewhere: Vec<String>,
}

impl References {
    pub fn of(resources: &[Resource]) -> Self {
        let mut places = BTreeMap::new();
        let mut replaced = BTreeSet::new();
        replaced.extend(resources.iter().filter_map(|resource| resource.replaces));
        for (place, resource) in resources.iter().enumerate() {
            let source = &resource.source;
            let id = resource.id.iter().map(|id| format!("{source}\n{:?}/{id}", resource.kind));
            let url = resource.url.iter().map(|url| format!("{source}\n{url}"));
            // A reference means what stands now: ids of one import say nothing about which is newer.
            for key in id.chain(url) {
                if replaced.contains(&resource.entry) {
                    places.entry(key).or_insert(place);
                } else {
                    places.insert(key, place);
                }
            }
        }
        Self { places }
    }

    pub fn find(&self, source: &str, key: &str) -> Option<usize> {
        self.places.get(&format!("{source}\n{key}")).copied()
    }
}

impl Heads {
    pub fn of(part: &Part) -> Self {
        let heads = part.each_of(&[ResourceType::Observation], |place, resource| {
            let view: Outline<'_> = resource.view();
            let (when, standing) = resource.as_reported(view.when(), view.standing());
            let category = resource.category_in_report(view.category());
            let is_panel =
                !view.has_member.is_empty() && resource.view::<Observation<'_>>().is_empty();
            Head { place, when, category, standing, is_panel }
        });
        let mut days: Option<(Day, Day)> = None;
        for day in heads.iter().filter_map(|head| head.when?.day()) {
            let (first, last) = days.unwrap_or((day, day));
            days = Some((first.min(day), last.max(day)));
        }
        Self { all: heads, days }
    }
}

impl Tests {
    fn of(resources: impl Iterator<Item = String>) -> Self {
        let (mut tests, mut known) = (Self::default(), BTreeMap::new());
        for name in resources {
            let next = tests.names.len();
            let test = *known.entry(name.clone()).or_insert(next);
            if test == next {
                tests.names.push(name);
            }
            tests.of_head.push(test);
        }
        tests
    }
}

impl<'a> HeadOf<'a> {
    /// Whether its source, or its range, calls it anything else than in range.
    pub fn is_unusual(self) -> bool {
        let all = self.part.unusual.get_or_init(|| self.resources().map(is_unusual).collect());
        all[self.head]
    }

    /// What is the same for all results of one test: its LOINC code, else its own code or words.
    pub fn test(self) -> &'a str {
        let all = self.part.tests.get_or_init(|| {
            let test = |resource: &Resource| test_of(&resource.view::<Coded<'_>>().code);
            Tests::of(self.resources().map(test))
        });
        &all.names[all.of_head[self.head]]
    }

    /// Those of all heads of the document.
    fn resources(self) -> impl Iterator<Item = &'a Resource> {
        let part = self.part;
        part.heads().all.iter().map(|head| &part.resources[head.place])
    }
}

impl std::ops::Deref for HeadOf<'_> {
    type Target = Head;
    fn deref(&self) -> &Head {
        &self.part.heads().all[self.head]
    }
}

/// Whether a source says of something in it that it is not as it should be.
pub fn is_unusual(resource: &Resource) -> bool {
    let view: Observation<'_> = resource.view();
    let unusual = |flag: Option<Flag>| flag.is_some_and(|flag| flag.is_unusual());
    unusual(view.flag()) || view.parts().into_iter().any(|part| unusual(part.flag))
}

impl ReportHead {
    pub fn all(part: &Part) -> Vec<Self> {
        let mut inside: BTreeMap<EntryId, Vec<usize>> = BTreeMap::new();
        for (place, resource) in part.resources.iter().enumerate() {
            if let Some(within) = resource.within {
                inside.entry(within.report).or_default().push(place);
            }
        }
        part.each_of(&[ResourceType::DiagnosticReport], |place, report| {
            let mut head = Self::of(place, part);
            // Also what it does not name, in the order in which it is written.
            let mut inner = inside.get(&report.entry).cloned().unwrap_or_default();
            inner.arrange_by_key(|place| part.resources[*place].json.start);
            head.results.extend(inner);
            head
        })
    }

    pub fn of(place: usize, part: &Part) -> Self {
        let resource = &part.resources[place];
        let view: Report<'_> = resource.view();
        let (when, standing) = resource.as_reported(view.when(), view.standing());
        let mut head = Self {
            place,
            when,
            standing,
            says_something: resource.kind == ResourceType::Observation
                && resource.view::<Observation<'_>>().says_something(),
            results: Vec::new(),
            elsewhere: Vec::new(),
        };
        let outer = resource.outer();
        let results = view.result.iter().chain(view.has_member.iter());
        for reference in results.filter_map(|result| result.reference.said()) {
            let inner = reference.strip_prefix('#').map(|id| entry_in(outer, id));
            let keys = keys_of_reference(reference);
            let known = |key: &&str| part.references().find(&resource.source, key);
            let named = || keys.iter().find_map(known);
            match inner.map_or_else(named, |entry| part.place_of(entry)) {
                Some(place) => head.results.push(place),
                None => head.elsewhere.push(reference.to_owned()),
            }
        }
        head
    }
}

/// Results of one test share this; tests of which nothing is said share nothing worth a trend.
pub fn test_of(code: &Concept<'_>) -> String {
    if let Some(loinc) = code.code_in(LOINC) {
        return format!("loinc {loinc}");
    }
    if let Some(words) = code.words() {
        return words.to_lowercase();
    }
    String::new()
}

/// The ways in which a target may be known: as it is written, without a version, and by the type
/// and id at its end. An id alone is never looked up: two types may share it.
pub fn keys_of_reference(reference: &str) -> Vec<&str> {
    let plain = reference.split("/_history/").next().unwrap_or(reference);
    let mut keys = vec![reference];
    if plain != reference {
        keys.push(plain);
    }
    let mut ends = plain.rmatch_indices('/');
    if let (Some(_), Some((before_type, _))) = (ends.next(), ends.next()) {
        keys.push(&plain[before_type + 1..]);
    }
    keys
}
