//! Whose a chart is that does not hold its Patient: one by name for each way in which the chart points
//! to them, so that whoever reads the export finds to whom each part of it belongs.

use super::Whose;
use super::everything::{BASE, full_url, part};
use super::fill::{fill, identifier, list, maybe, uuid_of};
use crate::fhir::import::PersonRef;
use crate::fhir::import::facts::{about, asked_for};
use crate::id::EntryId;
use crate::ordered::{BTreeMap, BTreeSet};
use crate::record::{Record, Resource};

pub struct Made {
    pub url: String,
    pub json: String,
}

/// At least one. None stands where something else does, to which a mistaken source points: `taken` are the
/// URLs of what the chart holds.
pub fn patients(record: &Record, whose: &Whose<'_>, taken: &BTreeSet<String>) -> Vec<Made> {
    let mut numbers = BTreeSet::new();
    let mut urls: BTreeMap<String, String> = BTreeMap::new();
    for resource in record.chart().resources() {
        match about(resource.json()) {
            Some(PersonRef::Identifier(system, value)) => {
                numbers.insert(number(&system, &value));
            }
            Some(PersonRef::Reference(to)) => match asked_for(&to) {
                Some(("Patient", named)) => {
                    let (system, value) = named.split_once('|').unwrap_or(("", &named));
                    numbers.insert(number(system, value));
                }
                Some(_) | None if to.starts_with('#') => {}
                Some(_) | None => drop(urls.insert(url_from(resource, &to), id_in(&to))),
            },
            None => {}
        }
    }
    urls.retain(|url, _| !taken.contains(url));
    let own = EntryId::from_u128(whose.patient.to_u128());
    if urls.is_empty() || !numbers.is_empty() {
        urls.insert(uuid_of(own), String::new());
    }
    // They are one person, and say so.
    let mut all = vec![identifier(own)];
    all.extend(numbers);
    let all = list("identifier", &all);
    let mut made = Vec::new();
    for (url, id) in urls {
        let template = r#"{"resourceType":"Patient"@@,"name":[{"text":~}]}"#;
        made.push(Made { url, json: fill(template, &[&id, &all, whose.name]) });
    }
    made
}

fn number(system: &str, value: &str) -> String {
    let system = maybe(r#""system":~,"#, Some(system).filter(|system| !system.is_empty()));
    fill(r#"{@"value":~}"#, &[&system, value])
}

/// Where a reference of this resource leads in the export.
fn url_from(resource: &Resource, to: &str) -> String {
    let to = to.split("/_history/").next().unwrap_or(to);
    if to.contains("://") || to.starts_with("urn:") {
        return to.to_owned();
    }
    let from = full_url(resource);
    match from.rmatch_indices('/').nth(1) {
        Some((end, _)) => [&from[..=end], to].concat(),
        None if to.starts_with("Patient/") => format!("{BASE}/{}/{to}", part(&resource.source)),
        // Not a reference at all, but the words by which one is found.
        None => to.to_owned(),
    }
}

/// The id of `Patient/7`, as a field, if it is one (R4, §2.24.0.1).
fn id_in(to: &str) -> String {
    let id = to.rsplit_once("Patient/").and_then(|(_, rest)| rest.split('/').next());
    let is_id = |id: &&str| {
        id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
    };
    maybe(r#","id":~"#, id.filter(is_id))
}
