//! Which results stand in which report, or under the head of which panel. Each stands once.

use std::cmp::Reverse;

use super::{Heads, Member, Sketch};
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::description::Standing;
use crate::id::EntryId;
use crate::ordered::BTreeSet;
use crate::record::chart::ReportHead;
use crate::record::{Record, Resource};

type Rank = (bool, bool, Reverse<(Option<(i64, u8)>, EntryId)>);

/// Of several that name a result it stands in the first: reports before panels, final ones before others,
/// then the newest.
pub fn rank(record: &Record, report: &Resource, head: &ReportHead) -> Rank {
    let order = head.when.map(|when| when.order_in(record.zone()));
    let is_open = head.standing != Standing::Current;
    (is_panel(report), is_open, Reverse((order, report.entry)))
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
        let is_wrong = head.standing == Standing::Mistake || wrong.contains_key(&report.entry);
        if is_wrong || (is_panel(report) && results.is_empty()) {
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
        // Of what another report has already only a conclusion is new.
        let is_repeated = results.iter().any(|entry| reported.contains(entry));
        let is_new = !left.is_empty() || (is_repeated && sketch.is_concluded());
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
