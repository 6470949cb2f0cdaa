//! Results that lie inside a report (`contained`, R4 §2.3). Each is read as a resource of the chart out of
//! the report's own text, so that nothing is written twice, reports that came before this could be read are
//! read too, and a newer version of the report takes the place of all that lies in the older one.

use super::{Chart, Resource};
use crate::fhir::description::Standing;
use crate::fhir::labels::Labelled;
use crate::fhir::lenient::{Lenient, Many, Raw, view};
use crate::fhir::observation::{Category, Outline};
use crate::fhir::report::Report;
use crate::fhir::{Any, ResourceType};
use crate::id::EntryId;
use crate::ordered::BTreeSet;
use crate::time::PartialDate;

view! {
    /// What lies inside, as it is written.
    Holder { contained: Many<Raw<'a>> = "contained" }
}

/// What a report says of a result that lies inside it, read once for all of them.
#[derive(Clone, Copy)]
pub struct Within {
    pub report: EntryId,
    pub when: Option<PartialDate>,
    standing: Standing,
    category: Category,
}

/// Puts the results that lie inside reports behind all others. A labelled one in a document that is not for
/// such came before the whole report was kept by it, and stays unread.
pub fn add_results(resources: &mut Vec<Resource>, is_sensitive: bool) {
    for place in 0..resources.len() {
        if resources[place].kind == ResourceType::DiagnosticReport {
            let inner = results_in(&resources[place], is_sensitive);
            resources.extend(inner);
        }
    }
}

fn results_in(report: &Resource, is_sensitive: bool) -> Vec<Resource> {
    let holder: Holder<'_> = report.view();
    let (mut all, mut entries) = (Vec::new(), BTreeSet::new());
    if holder.contained.is_empty() {
        return all;
    }
    let (view, outline): (Report<'_>, Outline<'_>) = (report.view(), report.view());
    let within = Within {
        report: report.entry,
        when: view.when(),
        standing: view.standing(),
        category: outline.category(),
    };
    for value in holder.contained.iter().filter_map(Raw::value) {
        let any = Any::of(value);
        let is_kept_back = !is_sensitive && Labelled::of(value).is_sensitive();
        if is_kept_back || !any.resource_type.is("Observation") {
            continue;
        }
        let id = any.id.said().unwrap_or_default();
        // Some sources write the sign of a reference into the id too.
        let id = id.strip_prefix('#').unwrap_or(id);
        let mut entry = entry_in(report.entry, id);
        if id.is_empty() || !entries.insert(entry) {
            // No id is written like this. What a source names twice, or not at all, is a result too.
            entry = entry_in(report.entry, &format!("\n{}", all.len()));
        }
        all.push(result_in(report, within, entry, value.written()));
    }
    all
}

fn result_in(report: &Resource, within: Within, entry: EntryId, json: &str) -> Resource {
    let start = json.as_ptr() as usize - report.text.as_ptr() as usize;
    Resource {
        entry,
        kind: ResourceType::Observation,
        received_at: report.received_at,
        // Its report is.
        replaces: None,
        source: report.source.clone(),
        by: report.by.clone(),
        within: Some(within),
        id: None,
        url: None,
        text: report.text.clone(),
        json: start..start + json.len(),
    }
}

/// The entry of what has this id inside another: the same on every device and at every reading, and near the
/// other. It is the other's with a hash over the id (FNV-1a) in its random part.
pub fn entry_in(outer: EntryId, id: &str) -> EntryId {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    EntryId::from_u128(outer.to_u128() ^ (u128::from(hash) << 16))
}

/// The entry of what has the same id inside another.
pub const fn moved(entry: EntryId, from: EntryId, to: EntryId) -> EntryId {
    EntryId::from_u128(entry.to_u128() ^ from.to_u128() ^ to.to_u128())
}

/// The same of an entry and of all that lies inside it.
const fn neighbourhood(entry: EntryId) -> u128 {
    entry.to_u128() >> 80
}

impl Chart {
    /// The resource that came with this entry: its own, or the report that it lies inside.
    pub fn outermost(&self, entry: EntryId) -> Option<&Resource> {
        self.find(self.find(entry)?.outer())
    }

    /// What lies inside this one.
    pub fn inside(&self, entry: EntryId) -> impl Iterator<Item = &Resource> {
        let report = self
            .place_of(entry)
            .filter(|(part, place)| part.resources[*place].kind == ResourceType::DiagnosticReport);
        let hood = neighbourhood(entry);
        let near = report.into_iter().flat_map(move |(part, _)| {
            let all = &part.resources;
            let first = all.partition_point(|one| neighbourhood(one.entry) < hood);
            all[first..].iter().take_while(move |one| neighbourhood(one.entry) == hood)
        });
        near.filter(move |one| one.within.is_some_and(|within| within.report == entry))
    }
}

impl Resource {
    /// Its entry, or that of the report that it lies inside.
    pub fn outer(&self) -> EntryId {
        self.within.map_or(self.entry, |within| within.report)
    }

    /// When and how it stands: what lies inside a report is of the report's day and stands like it, where it
    /// does not say so itself, and is a mistake if the report is one.
    pub fn as_reported(
        &self,
        when: Option<PartialDate>,
        standing: Standing,
    ) -> (Option<PartialDate>, Standing) {
        let Some(report) = self.within else {
            return (when, standing);
        };
        let standing = match (report.standing, standing) {
            (Standing::Mistake, _) => Standing::Mistake,
            (report, Standing::Unsaid) => report,
            (_, own) => own,
        };
        (when.or(report.when), standing)
    }

    /// What it is a result of, which what lies inside a report seldom says itself.
    pub fn category_in_report(&self, own: Category) -> Category {
        self.within.filter(|_| own == Category::Other).map_or(own, |report| report.category)
    }
}
