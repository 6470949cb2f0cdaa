//! Results: the newest first, in the panels in which they were reported, home readings among them.

pub mod chart;
pub mod detail;
pub mod digits;
pub(super) mod portions;
mod reported;
pub(super) mod rows;
pub mod shown;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

pub use self::portions::{PANELS_MAX, portion, results};
use self::reported::{is_wrong, rank, reported};
use self::rows::{reading_row, readings, result_row};
use self::shown::{Bar, Shown, ShownPart, ShownRange};
use super::ItemState;
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::description::Standing;
use crate::fhir::observation::{Band, Category, Coded, Flag, Measured, Observation, Part};
use crate::fhir::report::Report;
use crate::id::{AccountId, EntryId};
use crate::ordered::BTreeMap;
use crate::record::chart::{HeadOf, is_unusual};
use crate::record::{Loaded, Record, Resource};
use crate::time::{Day, PartialDate};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShowResults {
    #[default]
    All,
    OutOfRange,
    Home,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    pub loaded: Loaded,
    pub panels: Vec<Panel>,
    /// Where older ones begin.
    pub next: Option<u32>,
}

/// Results that were reported together, or taken on one day at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    /// Only where more is to be read in it than stands here.
    pub report: Option<EntryId>,
    pub title: Option<String>,
    pub when: Option<PartialDate>,
    /// Who measured it: the lab, or for home readings nothing.
    pub lab: Option<String>,
    /// What was concluded, in the source's words.
    pub conclusion: Option<String>,
    pub standing: Standing,
    pub corrected: bool,
    pub home: bool,
    pub rows: Vec<ResultRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultRow {
    pub entry: EntryId,
    pub name: Option<String>,
    pub loinc: Option<String>,
    pub shown: Shown,
    /// What `shown` does not say.
    pub parts: Vec<ShownPart>,
    pub flag: Option<Flag>,
    pub range: Option<ShownRange>,
    pub bar: Option<Bar>,
    /// What the rest was made of stays with the record.
    #[serde(skip)]
    pub measured: Found,
    pub when: Option<PartialDate>,
    pub standing: Standing,
    pub corrected: bool,
    pub source: String,
    /// Who added it by hand.
    pub by_hand: Option<String>,
    /// Who measured it at home: nothing if the clinic did, an empty name if it was the reader.
    pub measured_by: Option<String>,
    /// Of the reader's own reading.
    pub state: Option<ItemState>,
}

/// What the source said, for whoever compares and draws.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub value: Measured,
    /// The numbers of a blood pressure and the like.
    pub parts: Vec<Part>,
    pub band: Option<Band>,
}

/// What a panel is made of, before anything is read in full.
pub(super) struct Sketch<'a> {
    order: Option<(i64, u8)>,
    report: Option<&'a Resource>,
    when: Option<PartialDate>,
    home: bool,
    members: Vec<Member<'a>>,
}

enum Member<'a> {
    Chart(&'a Resource, Option<PartialDate>),
    Reading(EntryId, &'a crate::record::Entry),
}

/// Rows of the newest panels of the chart that are of one of these days: what is out of range first,
/// then the newest. Only those that are answered are read in full.
pub(super) fn rows_of(
    record: &Record,
    days: &RangeInclusive<Day>,
    is_announced: &dyn Fn(&Sketch<'_>) -> bool,
    panels_max: usize,
    rows_max: usize,
) -> Vec<ResultRow> {
    let chart = record.chart();
    let day = |when: Option<PartialDate>| when.and_then(|when| when.day_in(record.zone()));
    let is_asked = |when| day(when).is_some_and(|day| days.contains(&day));
    let mut wanted = BTreeMap::new();
    let asked = chart.observations_near(days, |head| is_asked(head.when));
    wanted.extend(asked.map(|found| (found.0.entry, found)));
    // Nearly always there is nothing, and then there is nothing to put in order.
    if wanted.is_empty() {
        return Vec::new();
    }
    // A report comes whole. What stands alone does so by its day.
    for (_, _, results) in chart.reports() {
        if results.iter().any(|entry| wanted.contains_key(entry)) {
            let found = results.into_iter().filter_map(|entry| chart.observation(entry));
            wanted.extend(found.map(|found| (found.0.entry, found)));
        }
    }
    let mut sketches = chart_sketches(record, &mut wanted.into_values());
    let asked = |member: &Member<'_>| matches!(member, Member::Chart(_, at) if is_asked(*at));
    sketches.retain(|sketch| sketch.members.iter().any(asked));
    in_order(&mut sketches, panels_max);
    sketches.truncate(panels_max);
    let mut found = Vec::new();
    for sketch in sketches.into_iter().filter(|sketch| is_announced(sketch)) {
        let mut members: Vec<_> = sketch.asked(&is_asked).collect();
        if sketch.report.is_none() {
            let order = |when: Option<PartialDate>| when.map(|when| when.order_in(record.zone()));
            members.arrange_by_key(|(resource, when)| {
                (std::cmp::Reverse(order(*when)), name_of(resource), resource.entry)
            });
        }
        found.extend(members.into_iter().map(|(resource, _)| (!is_unusual(resource), resource)));
    }
    // Stable, so that the newest stay first among equals.
    found.arrange_by_key(|(is_usual, _)| *is_usual);
    found.into_iter().take(rows_max).map(|(_, resource)| result_row(record, resource)).collect()
}

/// The newest first; what is past the limit may stand in any order.
fn in_order(sketches: &mut [Sketch<'_>], limit: usize) {
    sketches.arrange_by_key(|sketch| std::cmp::Reverse(sketch.order));
    arrange_equals(sketches, limit);
}

fn name_of(resource: &Resource) -> Option<String> {
    resource.view::<Coded<'_>>().code.owned()
}

/// Panels of one moment stand by what they are called, so that the same chart reads the same on every
/// device and after every import. Only these have to be read for that, and none past the limit.
fn arrange_equals(sketches: &mut [Sketch<'_>], limit: usize) {
    let mut begin = 0;
    while begin < limit.min(sketches.len()) {
        let order = sketches[begin].order;
        let same = sketches[begin..].iter().take_while(|sketch| sketch.order == order).count();
        if same > 1 {
            sketches[begin..begin + same].arrange_by_key(Sketch::called);
        }
        begin += same;
    }
}

impl<'a> Sketch<'a> {
    /// Whether the clinic concluded something about it.
    pub(super) fn is_concluded(&self) -> bool {
        let report = self.report.map(|report| report.view::<Report<'_>>());
        report.is_some_and(|report| report.conclusion.said().is_some())
    }

    /// Whether its report says something of its own.
    fn is_told(&self) -> bool {
        let report = self.report.map(|report| report.view::<Report<'_>>());
        self.is_concluded() || report.is_some_and(|report| report.says_more())
    }

    /// Its report and its results.
    pub(super) fn entries(&self) -> impl Iterator<Item = EntryId> {
        let members = self.members.iter().map(|member| match member {
            Member::Chart(resource, _) => resource.entry,
            Member::Reading(entry, _) => *entry,
        });
        members.chain(self.report.map(|report| report.entry))
    }

    fn asked(
        &self,
        is_asked: &dyn Fn(Option<PartialDate>) -> bool,
    ) -> impl Iterator<Item = (&'a Resource, Option<PartialDate>)> {
        self.members.iter().filter_map(|member| match member {
            Member::Chart(resource, when) => is_asked(*when).then_some((*resource, *when)),
            Member::Reading(..) => None,
        })
    }

    /// What was reported first. Then its own name, else that of its first result by name; the id
    /// where even these are the same.
    fn called(&self) -> (bool, Option<(Option<String>, EntryId)>) {
        if let Some(report) = self.report {
            return (false, Some((report.view::<Report<'_>>().code.owned(), report.entry)));
        }
        let members = self.members.iter().map(|member| match member {
            Member::Chart(resource, _) => (name_of(resource), resource.entry),
            Member::Reading(entry, _) => (None, *entry),
        });
        (true, members.min())
    }
}

/// What makes results that no report names one group: the day, who says so, the kind, the visit.
type Alone<'a> = (Option<Day>, &'a str, Category, Option<EntryId>);
/// Results that stand, each with what a list sorts by.
type Heads<'a> = BTreeMap<EntryId, (&'a Resource, HeadOf<'a>)>;

/// These results of the chart, with what a list sorts by.
fn chart_sketches<'a>(
    record: &'a Record,
    results: &mut dyn Iterator<Item = (&'a Resource, HeadOf<'a>)>,
) -> Vec<Sketch<'a>> {
    let zone = record.zone();
    let wrong = record.marked_wrong();
    let mut heads: Heads<'_> = BTreeMap::new();
    for (resource, head) in results {
        let is_result = !matches!(head.category, Category::Social | Category::Survey);
        let stands = head.standing != Standing::Mistake && !wrong.contains_key(&resource.entry);
        if is_result && stands {
            heads.insert(resource.entry, (resource, head));
        }
    }
    let (mut sketches, reported) = reported(record, &heads);
    let mut alone: BTreeMap<Alone<'_>, Sketch<'_>> = BTreeMap::new();
    for (entry, (resource, head)) in heads {
        if reported.contains(&entry) {
            continue;
        }
        let day = head.when.and_then(|when| when.day_in(zone));
        // What has no day stands alone: nothing says that it belongs to anything.
        let own = day.is_none().then_some(entry);
        let key = (day, &*resource.source, head.category, own);
        let sketch = alone.entry(key).or_insert_with(|| Sketch {
            order: None,
            report: None,
            when: None,
            home: false,
            members: Vec::new(),
        });
        let order = head.when.map(|when| when.order_in(zone));
        if order >= sketch.order {
            sketch.order = order;
            sketch.when = head.when;
        }
        sketch.members.push(Member::Chart(resource, head.when));
    }
    sketches.extend(alone.into_values());
    sketches
}

fn home_sketches(record: &Record) -> Vec<Sketch<'_>> {
    let mut days: BTreeMap<Option<Day>, Sketch<'_>> = BTreeMap::new();
    for (id, entry, reading) in readings(record) {
        let order = Some(reading.at.order_in(record.zone()));
        let day = reading.at.day_in(record.zone());
        let sketch = days.entry(day).or_insert_with(|| Sketch {
            order,
            report: None,
            when: Some(reading.at),
            home: true,
            members: Vec::new(),
        });
        if order >= sketch.order {
            sketch.order = order;
            sketch.when = Some(reading.at);
        }
        sketch.members.push(Member::Reading(id, entry));
    }
    days.into_values().collect()
}

fn panel(record: &Record, reader: AccountId, sketch: Sketch<'_>) -> Panel {
    let mut rows: Vec<_> = sketch
        .members
        .iter()
        .filter_map(|member| match member {
            Member::Chart(resource, _) => Some(result_row(record, resource)),
            Member::Reading(id, entry) => reading_row(record, reader, *id, entry),
        })
        .collect();
    // A report names its results in its own order; what only shares a day is sorted by name.
    if sketch.report.is_none() {
        let order = |row: &ResultRow| row.when.map(|when| when.order_in(record.zone()));
        rows.arrange_by_key(|row| (std::cmp::Reverse(order(row)), row.name.clone(), row.entry));
    }
    let mut panel = Panel {
        report: None,
        title: None,
        when: sketch.when,
        lab: rows.iter().find_map(|row| lab(record, row.entry)),
        conclusion: None,
        standing: Standing::Current,
        corrected: false,
        home: sketch.home,
        rows,
    };
    if let Some(report) = sketch.report {
        let view: Report<'_> = report.view();
        let is_paper = report.kind == ResourceType::DiagnosticReport && view.says_more();
        panel.report = (panel.rows.is_empty() || is_paper).then_some(report.entry);
        panel.title = view.code.owned();
        panel.conclusion = view.conclusion.owned();
        panel.standing = view.standing();
        panel.corrected = view.is_corrected();
        let named = view.performer.iter().find_map(|performer| {
            let (to, display) = (performer.reference.said(), performer.display.said());
            record.chart().name_of(report, to, display)
        });
        panel.lab = named.or(panel.lab);
    }
    panel
}

fn lab(record: &Record, entry: EntryId) -> Option<String> {
    let resource = record.chart().find(entry)?;
    let view: Observation<'_> = resource.view();
    view.performer.iter().find_map(|performer| {
        let (to, display) = (performer.reference.said(), performer.display.said());
        record.chart().name_of(resource, to, display)
    })
}

#[cfg(test)]
mod mess;
#[cfg(test)]
mod tests;
