//! Everything that is known of a person here, as one Bundle: the originals as they came, and what
//! people wrote, as FHIR.

use super::Whose;
use super::fill::{fill, uuid_of};
use super::own::{Names, instant, written};
use super::patients::patients;
use super::references::{Leads, relinked};
use crate::fhir::ResourceType;
use crate::fhir::entry::restore;
use crate::id::EntryId;
use crate::json::Value;
use crate::ordered::BTreeSet;
use crate::record::{Record, Resource};
use crate::time::Timestamp;

/// Where full URLs begin. Ids mean something only within their source, and so do references: each
/// source has a base of its own, and nothing answers there (RFC 2606, §2).
pub const BASE: &str = "http://source.invalid";
/// The base of what people wrote here.
const OWN: &str = "satchel";

/// A Bundle of type `collection`. `blob` is asked for long contents; a resource whose content is not
/// on this device stands without it, and is named in an OperationOutcome at the end.
pub fn everything(
    record: &Record,
    whose: &Whose<'_>,
    now: Timestamp,
    blob: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> String {
    let mut entries = Vec::new();
    let mut urls = BTreeSet::new();
    let mut without = Vec::new();
    for resource in record.chart().resources() {
        let mut url = full_url(resource);
        // Two sources may use one URL; a URL stands once in a Bundle (R4, bdl-7).
        if !urls.insert(url.clone()) {
            url = uuid_of(resource.entry);
        }
        let cuts = resource.about().cuts();
        let json = restore(resource.json(), &cuts, blob).unwrap_or_else(|| {
            without.push(url.clone());
            let mut stays = |_: &str, _: &str| Leads::Stays;
            relinked(Value::read_before(resource.json()), &mut stays)
        });
        entries.push(fill(r#"{"fullUrl":~,"resource":@}"#, &[&url, &json]));
    }
    let chart = |entry: EntryId| record.chart().outermost(entry).map(full_url);
    let patient = record.chart().of(&[ResourceType::Patient]).next().map(full_url);
    let patient = patient.unwrap_or_else(|| {
        let made = patients(record, whose, &urls);
        let first = made[0].url.clone();
        for one in made {
            entries.push(fill(r#"{"fullUrl":~,"resource":@}"#, &[&one.url, &one.json]));
        }
        first
    });
    let names = Names { patient: &patient, own: whose.account, chart: &chart };
    for one in written(record, &names) {
        let url = format!("{BASE}/{OWN}/{}/{}", one.kind, one.id);
        entries.push(fill(r#"{"fullUrl":~,"resource":@}"#, &[&url, &one.json]));
    }
    if !without.is_empty() {
        let words = format!("Contents that were not on the device: {}", without.join(", "));
        entries.push(fill(
            r#"{"fullUrl":~,"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"incomplete","diagnostics":~}]}}"#,
            &[&format!("{BASE}/{OWN}/OperationOutcome/contents"), &words],
        ));
    }
    fill(
        r#"{"resourceType":"Bundle","type":"collection","timestamp":~,"entry":[@]}"#,
        &[&instant(now), &entries.join(",\n")],
    )
}

/// The URL that a resource came with, else one that its own references lead to.
pub fn full_url(resource: &Resource) -> String {
    if let Some(url) = resource.url() {
        return url.to_owned();
    }
    match (resource.type_name(), resource.id()) {
        (Some(kind), Some(id)) => format!("{BASE}/{}/{kind}/{id}", part(&resource.source)),
        (_, _) => uuid_of(resource.entry),
    }
}

/// Any name as a part of a path (RFC 3986, §2.3).
pub fn part(name: &str) -> String {
    let mut part = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => part.push(byte.into()),
            other => part.push_str(&format!("%{other:02X}")),
        }
    }
    part
}
