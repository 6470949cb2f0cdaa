//! Results that lie inside a report (`contained`, R4 §2.3). Each is read as a resource of the chart out of
//! the report's own text, so that nothing is written twice, reports that came before this could be read are
//! read too, and a newer version of the report takes the place of all that lies in the older one.

use super::{Chart, Resource};
use crate::fhir::description::Standing;
use crate::fhir::lenient::{Lenient, Many, Raw, view};
use crate::fhir::observation::{Category, Outline};
use crate::fhir::report::Report;
use crate::fhir::{Any, ResourceType};
use crate::id::EntryId;
use crate::json::Value;
use crate::time::PartialDate;

view! {
    /// What lies inside, as it is written.
    Holder { contained: Many<Raw<'a>> = "contained" }
}

/// Puts the results that lie inside reports behind all others.
pub fn add_results(resources: &mut Vec<Resource>) {
    for place in 0..resources.len() {
        if resources[place].kind == ResourceType::DiagnosticReport {
            let inner = results_in(&resources[place]);
            resources.extend(inner);
        }
    }
}

fn results_in(report: &Resource) -> Vec<Resource> {
    let holder: Holder<'_> = report.view();
    let values = holder.contained.iter().filter_map(Raw::value);
    values.filter_map(|value| result_in(report, value)).collect()
}

/// Nothing points to what has no id.
fn result_in(report: &Resource, value: Value<'_>) -> Option<Resource> {
    let any = Any::of(value);
    let kind = ResourceType::named(any.resource_type.said()?);
    let id = any.id.said().filter(|_| kind == ResourceType::Observation)?;
    // Some sources write the sign of a reference into the id too.
    let id = id.strip_prefix('#').unwrap_or(id);
    let start = value.written().as_ptr() as usize - report.text.as_ptr() as usize;
    Some(Resource {
        entry: entry_in(report.entry, id),
        kind,
        received_at: report.received_at,
        replaces: report.replaces.map(|before| entry_in(before, id)),
        source: report.source.clone(),
        by: report.by.clone(),
        within: Some(report.entry),
        id: None,
        url: None,
        text: report.text.clone(),
        json: start..start + value.written().len(),
    })
}

/// The entry of what has this id inside another: the same on every device and at every reading, and near the
/// other. It is the other's with a hash over the id (FNV-1a) in its random part.
pub fn entry_in(outer: EntryId, id: &str) -> EntryId {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    EntryId::from_u128(outer.to_u128() ^ (u128::from(hash) << 16))
}

impl Chart {
    /// The resource that came with this entry: its own, or the report that it lies inside.
    pub fn outermost(&self, entry: EntryId) -> Option<&Resource> {
        let own = self.find(entry)?;
        own.within.map_or(Some(own), |report| self.find(report))
    }

    /// Entries of what lies inside this one.
    pub fn inside(&self, entry: EntryId) -> impl Iterator<Item = EntryId> {
        let report = self
            .place_of(entry)
            .filter(|(part, place)| part.resources[*place].kind == ResourceType::DiagnosticReport);
        let all = report.into_iter().flat_map(|(part, _)| &part.resources);
        let inner = all.filter(move |resource| resource.within == Some(entry));
        inner.map(|resource| resource.entry)
    }
}

impl Resource {
    /// When and how it stands: what lies inside a report is of the report's day, where it has none of its
    /// own, and a mistake if the report is one.
    pub fn as_reported(
        &self,
        when: Option<PartialDate>,
        standing: Standing,
    ) -> (Option<PartialDate>, Standing) {
        let Some(report) = self.report::<Report<'_>>() else {
            return (when, standing);
        };
        let is_mistake = report.standing() == Standing::Mistake;
        (when.or(report.when()), if is_mistake { Standing::Mistake } else { standing })
    }

    /// What it is a result of, which what lies inside a report seldom says itself.
    pub fn category_in_report(&self, own: Category) -> Category {
        match self.report::<Outline<'_>>() {
            Some(report) if own == Category::Other => report.category(),
            Some(_) | None => own,
        }
    }

    /// A view of the report that it lies inside.
    fn report<'a, V: Lenient<'a>>(&'a self) -> Option<V> {
        self.within?;
        self.about().resource.value().map(V::of)
    }
}
