//! What is looked up often in one chart document: resources by id and reference, and of each
//! observation the little that lists and trends sort by. Made once, at the first question.

use super::Resource;
use crate::fhir::ResourceType;
use crate::fhir::datatypes::{Concept, LOINC};
use crate::fhir::description::Standing;
use crate::fhir::observation::{Category, Flag, Observation};
use crate::fhir::report::Report;
use crate::id::EntryId;
use crate::ordered::{BTreeMap, BTreeSet};
use crate::time::PartialDate;

pub struct Index {
    pub by_entry: BTreeMap<EntryId, usize>,
    /// Source and key, joined by a line end, which stands in neither.
    by_reference: BTreeMap<String, usize>,
    pub observations: Vec<Head>,
    pub reports: Vec<ReportHead>,
}

/// An observation, as far as lists need it.
pub struct Head {
    pub place: usize,
    pub when: Option<PartialDate>,
    pub category: Category,
    pub standing: Standing,
    /// Whether its source, or its range, calls it anything else than in range.
    pub is_unusual: bool,
    /// What is the same for all results of one test: its LOINC code, else its own code or words.
    pub test: String,
}

/// A report, and where its results are.
pub struct ReportHead {
    pub place: usize,
    pub when: Option<PartialDate>,
    pub standing: Standing,
    /// Places in the same document.
    pub results: Vec<usize>,
    /// References that lead out of it.
    pub elsewhere: Vec<String>,
}

impl Index {
    pub fn of(resources: &[Resource]) -> Self {
        let mut index = Self {
            by_entry: BTreeMap::new(),
            by_reference: BTreeMap::new(),
            observations: Vec::new(),
            reports: Vec::new(),
        };
        let mut replaced = BTreeSet::new();
        replaced.extend(resources.iter().filter_map(|resource| resource.replaces));
        for (place, resource) in resources.iter().enumerate() {
            index.by_entry.insert(resource.entry, place);
            let source = &resource.source;
            let id = resource.id.iter().map(|id| format!("{source}\n{:?}/{id}", resource.kind));
            let url = resource.url.iter().map(|url| format!("{source}\n{url}"));
            // A reference means what stands now: ids of one import say nothing about which is newer.
            for key in id.chain(url) {
                if replaced.contains(&resource.entry) {
                    index.by_reference.entry(key).or_insert(place);
                } else {
                    index.by_reference.insert(key, place);
                }
            }
            if resource.kind == ResourceType::Observation {
                index.observations.push(Head::of(place, resource));
            }
        }
        for (place, resource) in resources.iter().enumerate() {
            if resource.kind == ResourceType::DiagnosticReport {
                let report = ReportHead::of(place, resource, &index);
                index.reports.push(report);
            }
        }
        index
    }

    pub fn referred(&self, source: &str, key: &str) -> Option<usize> {
        self.by_reference.get(&format!("{source}\n{key}")).copied()
    }
}

impl Head {
    fn of(place: usize, resource: &Resource) -> Self {
        let view: Observation<'_> = resource.view();
        let unusual = |flag: Option<Flag>| !matches!(flag, None | Some(Flag::InRange));
        let in_part = || view.parts().into_iter().any(|part| unusual(part.flag));
        Self {
            place,
            when: view.when(),
            category: view.category(),
            standing: view.standing(),
            is_unusual: unusual(view.flag()) || in_part(),
            test: test_of(&view.code),
        }
    }
}

impl ReportHead {
    fn of(place: usize, resource: &Resource, index: &Index) -> Self {
        let view: Report<'_> = resource.view();
        let mut head = Self {
            place,
            when: view.when(),
            standing: view.standing(),
            results: Vec::new(),
            elsewhere: Vec::new(),
        };
        for reference in view.result.iter().filter_map(|result| result.reference.said()) {
            let keys = keys_of_reference(reference);
            match keys.iter().find_map(|key| index.referred(&resource.source, key)) {
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
