//! Which results stand in which report, or under the head of which panel. Each stands once.

use std::cmp::Reverse;

use super::{Heads, Member, Sketch};
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::description::Standing;
use crate::id::EntryId;
use crate::ordered::{BTreeMap, BTreeSet};
use crate::record::chart::ReportHead;
use crate::record::{MarkedWrong, Record, Resource};

type Rank = (bool, u8, Reverse<(Option<(i64, u8)>, EntryId)>);

/// Of several that name a result it stands in the first: reports before panels, final ones before others and
/// what was called off last, then the newest.
pub fn rank(record: &Record, report: &Resource, head: &ReportHead) -> Rank {
    let order = head.when.map(|when| when.order_in(record.zone()));
    let open = match head.standing {
        Standing::Current => 0,
        Standing::Not => 2,
        Standing::Planned
        | Standing::Unsure
        | Standing::Unsaid
        | Standing::Past
        | Standing::Mistake => 1,
    };
    (is_panel(report), open, Reverse((order, report.entry)))
}

/// Whether it is a mistake, by its source's word or the clinic's.
pub fn is_wrong(
    wrong: &BTreeMap<EntryId, &MarkedWrong>,
    report: &Resource,
    head: &ReportHead,
) -> bool {
    head.standing == Standing::Mistake || wrong.contains_key(&report.entry)
}

fn is_panel(report: &Resource) -> bool {
    report.kind == ResourceType::Observation
}

/// Panels of reports, and what stands in them. The head of a panel is no result beside those under it.
pub fn reported<'a>(record: &'a Record, heads: &Heads<'a>) -> (Vec<Sketch<'a>>, BTreeSet<EntryId>) {
    let (zone, wrong) = (record.zone(), record.marked_wrong());
    let mut reports: Vec<_> = record.chart().reports().collect();
    reports.arrange_by_key(|(report, head, _)| rank(record, report, head));
    let (mut sketches, mut reported) = (Vec::new(), BTreeSet::new());
    for (report, head, results) in reports {
        if is_wrong(&wrong, report, head) || (is_panel(report) && results.is_empty()) {
            continue;
        }
        let left = results.iter().filter(|entry| !reported.contains(*entry));
        let left: Vec<_> = left.filter_map(|entry| heads.get(entry)).collect();
        let newest = || left.iter().filter_map(|(_, head)| head.when);
        let when = head.when.or_else(|| newest().max_by_key(|when| when.order_in(zone)));
        let members = left.iter().map(|(resource, head)| Member::Chart(resource, head.when));
        let sketch = Sketch {
            order: when.map(|when| when.order_in(zone)),
            report: Some(report),
            when,
            home: false,
            members: members.collect(),
        };
        // Of what another report has already, or what is no result, only its own words are new.
        let is_new = !left.is_empty() || (!is_panel(report) && sketch.is_told());
        reported.extend(left.iter().map(|(resource, _)| resource.entry));
        if is_panel(report) {
            reported.insert(report.entry);
        }
        if results.is_empty() || is_new {
            sketches.push(sketch);
        }
    }
    (sketches, reported)
}
