//! One result and its trend. Each point has the range of its own day, and amounts in different
//! units never stand on one line.

use serde::{Deserialize, Serialize};

use super::chart::{Chart, drawn};
use super::digits::{readable, rounded};
use super::rows::{reading_row, readings, result_row};
use super::shown::Shown;
use super::{ResultRow, is_wrong, rank};
use crate::arrange::Arrange;
use crate::fhir::datatypes::Amount;
use crate::fhir::decimal::Decimal;
use crate::fhir::description::Standing;
use crate::fhir::observation::{Band, Flag, Measured, Observation, Part};
use crate::fhir::report::Report;
use crate::id::{AccountId, EntryId};
use crate::record::chart::test_of;
use crate::record::reading::Reading;
use crate::record::{Entry, Loaded, Place, Record, Resource, Said, Shelf};
use crate::time::PartialDate;

/// Rows of the table; older ones are reached from a newer one's page.
const TABLE_ROWS_MAX: usize = 300;
/// Results of one test that are read for its trend: the newest, and of an older one those before it. More
/// than table and drawing show, because of two units one may be left out.
const READ_MAX: usize = 600;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultDetail {
    /// Whether older points may still come.
    pub loaded: Loaded,
    pub row: ResultRow,
    /// What the source wrote, where the row says fewer digits.
    pub exact: Option<String>,
    pub lab: Option<String>,
    pub ordered_by: Option<String>,
    pub report: Option<EntryId>,
    pub report_title: Option<String>,
    pub conclusion: Option<String>,
    /// What the source wrote beside it.
    pub notes: Vec<String>,
    /// The line of this result's unit first. Each from the oldest to the newest.
    #[serde(skip)]
    pub series: Vec<Series>,
    /// Nothing if there is no line to draw.
    pub chart: Option<Chart>,
    /// Everything found for this test, the newest first.
    pub table: Vec<TableRow>,
    pub story: Option<Story>,
    /// The clinic took it back.
    pub taken_back: Option<String>,
    /// A home reading of the reader's own, to be corrected or taken back.
    pub own: Option<Box<Reading>>,
    /// An older version, if this is a newer one.
    pub replaces: Option<EntryId>,
}

/// One line of the table behind the drawing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRow {
    pub entry: EntryId,
    pub when: Option<PartialDate>,
    pub shown: Shown,
    pub flag: Option<Flag>,
    pub corrected: bool,
    pub home: bool,
}

/// Points that may stand on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Which of several numbers: the LOINC code or the name of a part.
    pub part: Option<String>,
    pub unit: Option<String>,
    /// Equal only for units in which numbers may be compared.
    pub unit_key: String,
    pub points: Vec<Point>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub entry: EntryId,
    pub when: Option<PartialDate>,
    /// As the source wrote it.
    pub number: String,
    pub comparator: Option<String>,
    pub band: Option<Band>,
    pub flag: Option<Flag>,
    pub corrected: bool,
    pub home: bool,
}

/// What a sentence says about this result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Story {
    pub now: Option<Flag>,
    /// Compared with the one before; nothing if there is none, or one of them is a bound.
    pub since_last: Option<Change>,
    pub last: Option<LastPoint>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastPoint {
    pub when: Option<PartialDate>,
    pub number: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Higher,
    Same,
    Lower,
}

pub fn result(record: &Record, reader: AccountId, entry: EntryId) -> Option<ResultDetail> {
    let chart = record.chart();
    let resource = chart.find(entry);
    let (row, test) = match resource {
        Some(resource) => {
            let view: Observation<'_> = resource.view();
            (result_row(record, resource), test_of(&view.code))
        }
        None => {
            let value = record.values_of(entry).first()?;
            let Said::Reading(reading) = &value.said else {
                return None;
            };
            let test = format!("loinc {}", reading.measured.loinc());
            (reading_row(record, reader, entry, value)?, test)
        }
    };
    let mut rows = same_test(record, reader, &test, entry);
    if !rows.iter().any(|other| other.entry == entry) {
        // Taken back or replaced: its own page still shows it, alone.
        rows = vec![row.clone()];
    }
    let taken_back = record.marked_wrong().get(&entry).map(|mark| mark.why.clone());
    let mut row = row;
    if taken_back.is_some() {
        row.standing = Standing::Mistake;
    }
    let series = series(&rows, &row);
    let mut detail = ResultDetail {
        loaded: record.loaded(Shelf::Results),
        story: story(&series, &row),
        chart: drawn(&series, record.zone()),
        table: table(&rows),
        series,
        exact: exact(&row.measured.value, &row.measured.parts),
        row,
        lab: None,
        ordered_by: None,
        report: None,
        report_title: None,
        conclusion: None,
        notes: Vec::new(),
        taken_back,
        own: own(record, reader, entry),
        replaces: None,
    };
    if let Some(resource) = resource {
        add_surroundings(record, resource, &mut detail);
    }
    Some(detail)
}

fn exact(value: &Measured, parts: &[Part]) -> Option<String> {
    let all = || [value].into_iter().chain(parts.iter().map(|part| &part.value));
    let amounts = || all().filter_map(Measured::amount);
    let is_rounded = amounts().any(|amount| rounded(&amount.number).is_some());
    let words: Vec<String> = amounts().map(Amount::words).collect();
    is_rounded.then(|| words.join(", "))
}

/// Only while it stands: what was corrected is corrected where the correction is.
fn own(record: &Record, reader: AccountId, entry: EntryId) -> Option<Box<Reading>> {
    let mut stand = readings(record).into_iter();
    let (_, found, reading) = stand.find(|(id, _, _)| *id == entry)?;
    let is_own = found.author == Some(reader) && !matches!(found.place, Place::Refused(_));
    is_own.then(|| Box::new(reading.clone()))
}

/// A result that stands, and what is needed to read it.
enum Found<'a> {
    InChart(&'a Resource),
    AtHome(&'a Entry),
}

/// The results of one test that stand, from the oldest to the newest. Which of them are read is decided
/// before any is: a long life has thousands.
fn same_test(record: &Record, reader: AccountId, test: &str, shown: EntryId) -> Vec<ResultRow> {
    let wrong = record.marked_wrong();
    let same = record.chart().observations_with(|head| {
        // What was called off is no point of a line.
        let stands = !matches!(head.standing, Standing::Mistake | Standing::Not);
        stands && !test.is_empty() && head.test() == test
    });
    let same = same.filter(|(resource, _)| !wrong.contains_key(&resource.entry));
    let order = |when: Option<PartialDate>| when.map(|when| when.order_in(record.zone()));
    let same =
        same.map(|(resource, head)| (order(head.when), resource.entry, Found::InChart(resource)));
    let mut all: Vec<_> = same.collect();
    for (id, entry, reading) in readings(record) {
        if test.strip_prefix("loinc ") == Some(reading.measured.loinc()) {
            all.push((order(Some(reading.at)), id, Found::AtHome(entry)));
        }
    }
    all.arrange_by_key(|(order, entry, _)| (*order, *entry));
    let place = all.iter().position(|(_, entry, _)| *entry == shown).unwrap_or(all.len());
    let newest = all.len().saturating_sub(READ_MAX);
    let before = (place + 1).saturating_sub(READ_MAX)..=place;
    let read = all.into_iter().enumerate();
    let read = read.filter(|(place, _)| *place >= newest || before.contains(place));
    let rows = read.filter_map(|(_, (_, id, found))| match found {
        Found::InChart(resource) => Some(result_row(record, resource)),
        Found::AtHome(entry) => reading_row(record, reader, id, entry),
    });
    rows.collect()
}

fn table(rows: &[ResultRow]) -> Vec<TableRow> {
    let newest_first = rows.iter().rev().take(TABLE_ROWS_MAX);
    let rows = newest_first.map(|row| TableRow {
        entry: row.entry,
        when: row.when,
        shown: row.shown.clone(),
        flag: row.flag.clone(),
        corrected: row.corrected,
        home: row.measured_by.is_some(),
    });
    rows.collect()
}

fn series(rows: &[ResultRow], shown: &ResultRow) -> Vec<Series> {
    let mut all: Vec<(String, Series)> = Vec::new();
    let mut add = |part: Option<&str>, value: &Measured, point: Point| {
        let Some(amount) = value.amount() else { return };
        let key = format!("{}\n{}", part.unwrap_or_default(), amount.unit_key());
        if let Some((_, line)) = all.iter_mut().find(|(other, _)| *other == key) {
            line.points.push(point);
            return;
        }
        let line = Series {
            part: part.map(str::to_owned),
            unit: amount.unit.clone(),
            unit_key: amount.unit_key(),
            points: vec![point],
        };
        all.push((key, line));
    };
    for row in rows {
        let point = |value: &Measured, band: &Option<Band>, flag: &Option<Flag>| Point {
            entry: row.entry,
            when: row.when,
            number: value.amount().map(|amount| amount.number.clone()).unwrap_or_default(),
            comparator: value.amount().and_then(|amount| amount.comparator.clone()),
            band: band.clone(),
            flag: flag.clone(),
            corrected: row.corrected,
            home: row.measured_by.is_some(),
        };
        let found = &row.measured;
        add(None, &found.value, point(&found.value, &found.band, &row.flag));
        for part in &found.parts {
            let name = part.loinc.as_deref().or(part.name.as_deref());
            let name = Some(name.unwrap_or_default());
            add(name, &part.value, point(&part.value, &part.band, &part.flag));
        }
    }
    let holds = |line: &Series| line.points.iter().any(|point| point.entry == shown.entry);
    all.arrange_by_key(|(_, line)| !holds(line));
    all.into_iter().map(|(_, line)| line).collect()
}

fn story(series: &[Series], row: &ResultRow) -> Option<Story> {
    let line = series.first()?;
    let place = line.points.iter().position(|point| point.entry == row.entry)?;
    let now = &line.points[place];
    // One half of a blood pressure says nothing about the whole.
    let before = place.checked_sub(1).filter(|_| line.part.is_none());
    // What is of no day, or of a month that this one may lie in, is not known to be earlier.
    let before = before.map(|before| &line.points[before]);
    let last = before.filter(|before| is_earlier(before.when, now.when));
    let since_last = last.and_then(|last| {
        let exact = now.comparator.is_none() && last.comparator.is_none();
        // Two numbers that are said alike are not told apart.
        let read = |point: &Point| Decimal::read(&readable(&point.number));
        let (now, last) = (read(now)?, read(last)?);
        exact.then_some(match now.cmp(&last) {
            std::cmp::Ordering::Greater => Change::Higher,
            std::cmp::Ordering::Equal => Change::Same,
            std::cmp::Ordering::Less => Change::Lower,
        })
    });
    Some(Story {
        now: now.flag.clone(),
        since_last,
        last: last.map(|last| LastPoint { when: last.when, number: readable(&last.number) }),
    })
}

/// Whether all of the first lies before the second begins.
fn is_earlier(first: Option<PartialDate>, second: Option<PartialDate>) -> bool {
    let (Some(first), Some(second)) = (first, second) else {
        return false;
    };
    first.ends_before(second)
}

fn add_surroundings(record: &Record, resource: &Resource, detail: &mut ResultDetail) {
    let chart = record.chart();
    let view: Observation<'_> = resource.view();
    let name = |from: &Resource, who: &crate::fhir::datatypes::Reference<'_>| {
        chart.name_of(from, who.reference.said(), who.display.said())
    };
    detail.lab = view.performer.iter().find_map(|who| name(resource, who));
    detail.notes = view.note.iter().filter_map(|note| note.text.owned()).collect();
    detail.replaces = chart.version_before(resource).map(|before| before.entry);
    let wrong = record.marked_wrong();
    let reports = chart.reports().filter(|(report, head, results)| {
        results.contains(&resource.entry) && !is_wrong(&wrong, report, head)
    });
    let report = reports.min_by_key(|(report, head, _)| rank(record, report, head));
    let Some((report, _, _)) = report else { return };
    let view: Report<'_> = report.view();
    detail.report = Some(report.entry);
    detail.report_title = view.code.owned();
    detail.conclusion = view.conclusion.owned();
    let lab = view.performer.iter().find_map(|who| name(report, who));
    detail.lab = detail.lab.take().or(lab);
    let orders = view.based_on.iter().filter_map(|order| order.reference.said());
    let mut ordered = orders.filter_map(|order| {
        let order = chart.follow(report, order)?;
        let view: crate::fhir::order::Order<'_> = order.view();
        name(order, &view.requester)
    });
    detail.ordered_by = ordered.next();
}
