//! What is looked up often in one chart document: resources by id and reference, and of each
//! observation the little that lists and trends sort by. Made once, at the first question.

use std::collections::{HashMap, HashSet};

use super::Resource;
use crate::fhir::ResourceType;
use crate::fhir::datatypes::{Concept, LOINC, Period};
use crate::fhir::description::Standing;
use crate::fhir::lenient::{Many, Text, view};
use crate::fhir::observation::{Category, Observation};
use crate::fhir::report::Report;
use crate::id::EntryId;
use crate::time::PartialDate;

pub struct Index {
    pub by_entry: HashMap<EntryId, usize>,
    /// Source and key, joined by a line end, which stands in neither.
    by_reference: HashMap<String, usize>,
    pub observations: Vec<Head>,
}

/// An observation, as far as lists need it.
pub struct Head {
    pub place: usize,
    pub when: Option<PartialDate>,
    pub category: Category,
    pub standing: Standing,
    /// What is the same for all results of one test: its LOINC code, else its own code or words.
    pub test: String,
}

/// Which observations a report holds.
pub struct Seen {
    pub report: EntryId,
    pub results: HashSet<EntryId>,
}

view! {
    HeadView {
        status: Text<'a> = "status",
        category: Many<Concept<'a>> = "category",
        code: Concept<'a> = "code",
        effective: Text<'a> = "effectiveDateTime",
        effective_instant: Text<'a> = "effectiveInstant",
        effective_period: Period<'a> = "effectivePeriod",
    }
}

impl Index {
    pub fn of(resources: &[Resource]) -> Self {
        let mut index = Self {
            by_entry: HashMap::with_capacity(resources.len()),
            by_reference: HashMap::with_capacity(resources.len() * 2),
            observations: Vec::new(),
        };
        for (place, resource) in resources.iter().enumerate() {
            index.by_entry.insert(resource.entry, place);
            let source = &resource.source;
            if let Some(id) = &resource.id {
                let key = format!("{source}\n{:?}/{id}", resource.kind);
                index.by_reference.insert(key, place);
            }
            if let Some(url) = &resource.url {
                index.by_reference.insert(format!("{source}\n{url}"), place);
            }
            if resource.kind == ResourceType::Observation {
                index.observations.push(Head::of(place, resource));
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
        let view: HeadView<'_> = resource.view();
        let test = test_of(&view.code);
        let light = Observation {
            status: view.status,
            category: view.category,
            effective: view.effective,
            effective_instant: view.effective_instant,
            effective_period: view.effective_period,
            ..Observation::default()
        };
        Self {
            place,
            when: light.when(),
            category: light.category(),
            standing: light.standing(),
            test,
        }
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

impl Seen {
    pub fn of(report: &Resource, follow: impl Fn(&str) -> Option<EntryId>) -> Self {
        let view: Report<'_> = report.view();
        let results = view
            .result
            .iter()
            .filter_map(|result| result.reference.said());
        Self {
            report: report.entry,
            results: results.filter_map(follow).collect(),
        }
    }
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
