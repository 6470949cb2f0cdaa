//! The timeline: everything that has a date, the newest first.

use serde::{Deserialize, Serialize};

use super::results::Panel;
use super::results::portions::newest;
use super::sections::{Marks, Row};
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::description::Standing;
use crate::id::{AccountId, EntryId};
use crate::record::{Loaded, Record, Resource, Shelf};
use crate::time::PartialDate;

/// Moments of one answer.
pub const MOMENTS_MAX: u32 = 500;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    pub loaded: Loaded,
    pub moments: Vec<Moment>,
    /// Where older ones begin.
    pub next: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    Entry(Row),
    Results(Panel),
}

/// Moments from this one on.
pub fn timeline(record: &Record, reader: AccountId, from: u32, limit: u32) -> Timeline {
    let limit = from.saturating_add(limit.min(MOMENTS_MAX));
    let zone = record.zone();
    let wrong = record.marked_wrong();
    let marks = Marks::of(record);
    let mut dated: Vec<_> = record
        .chart()
        .with_kind(has_moment)
        .filter(|resource| !wrong.contains_key(&resource.entry))
        .filter_map(|resource| Some((when(resource)?.order_in(zone), resource)))
        .collect();
    dated.arrange_by_key(|(order, resource)| std::cmp::Reverse((*order, resource.entry)));
    let panels = newest(record, reader, limit);
    let more = panels.next.is_some() || dated.len() > limit as usize;
    let mut moments: Vec<(_, EntryId, Moment)> = Vec::new();
    for (order, resource) in dated.into_iter().take(limit as usize) {
        let row = marks.row(record, resource);
        moments.push((Some(order), resource.entry, Moment::Entry(row)));
    }
    for panel in panels.panels {
        let first = panel.rows.first().map(|row| row.entry);
        let entry = panel.report.or(first).unwrap_or(EntryId::from_u128(0));
        let order = panel.when.map(|when| when.order_in(zone));
        moments.push((order, entry, Moment::Results(panel)));
    }
    moments.arrange_by_key(|(order, entry, _)| std::cmp::Reverse((*order, *entry)));
    let more = more || moments.len() > limit as usize;
    moments.truncate(limit as usize);
    let moments = moments.into_iter().skip(from as usize);
    Timeline {
        loaded: record.chart().loaded(Shelf::Everything),
        moments: moments.map(|(_, _, moment)| moment).collect(),
        next: more.then_some(limit),
    }
}

/// Or when it was written down, where nobody says when it was.
fn when(resource: &Resource) -> Option<PartialDate> {
    let said = resource.describe();
    let when = said.when.or_else(|| said.recorded());
    when.filter(|_| said.standing != Standing::Mistake)
}

/// What happened on a day. People, plans and papers about money are not events.
fn has_moment(kind: ResourceType) -> bool {
    use ResourceType as Type;
    match kind {
        Type::AllergyIntolerance
        | Type::Appointment
        | Type::Condition
        | Type::DocumentReference
        | Type::Encounter
        | Type::Immunization
        | Type::MedicationDispense
        | Type::MedicationRequest
        | Type::MedicationStatement
        | Type::Procedure => true,
        Type::CarePlan
        | Type::CareTeam
        | Type::Coverage
        | Type::Device
        | Type::DiagnosticReport
        | Type::FamilyMemberHistory
        | Type::Goal
        | Type::Location
        | Type::Medication
        | Type::MedicationAdministration
        | Type::Observation
        | Type::Organization
        | Type::Patient
        | Type::Practitioner
        | Type::PractitionerRole
        | Type::RelatedPerson
        | Type::ServiceRequest
        | Type::Other => false,
    }
}
