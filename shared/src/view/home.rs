//! Home: what needs a look, what comes next, and what waits to be sent.

mod booked;

use serde::{Deserialize, Serialize};

use self::booked::{Booked, booked};
use super::refills::{RefillOutcome, RefillRow, refills};
use super::results::{ResultRow, Sketch, rows_of};
use super::sections::{Row, section_row};
use super::settings::settings;
use super::visit::is_to_come;
use super::waiting::{WaitingItem, waiting_items};
use super::{ItemState, ThreadRow, threads};
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::description::{Standing, What};
use crate::id::{AccountId, EntryId};
use crate::ordered::{BTreeMap, BTreeSet};
use crate::record::chart::VISITS;
use crate::record::preference::ResultNotice;
use crate::record::{Loaded, Preference, Record, Said, Shelf};
use crate::time::{Day, PartialDate, Timestamp};

/// A result or an answer is new for so long.
const NEW_DAYS: i64 = 14;
/// A medicine is worth a line when it lasts no longer than this.
const RUNS_OUT_DAYS: i64 = 7;
/// A goal reminds so long before its day.
const DUE_DAYS: i64 = 60;
/// And so long after it: later somebody forgot to end it.
const DUE_OVER_DAYS: i64 = 180;
/// Panels that are looked through for new results: two weeks rarely hold more.
const PANELS: usize = 30;
/// Lines of each kind; a list has the rest.
const LINES_MAX: usize = 5;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    pub loaded: Loaded,
    /// Answers not read yet, the newest first.
    pub unread: Vec<ThreadRow>,
    /// What is out of range first, then the newest.
    pub new_results: Vec<ResultRow>,
    /// Open, or decided lately.
    pub refills: Vec<RefillRow>,
    pub runs_out: Vec<RunsOut>,
    pub next_visit: Option<NextVisit>,
    /// Goals of the plan whose day is near or over, the oldest first.
    pub due: Vec<Due>,
    pub waiting: Vec<WaitingItem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunsOut {
    pub medicine: EntryId,
    pub name: Option<String>,
    pub lasts_until: Day,
    pub days_left: i64,
    /// A refill is on its way.
    pub asked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextVisit {
    /// From the chart.
    Chart { row: Box<Row> },
    /// Booked as an answer to a request, and not in the chart yet.
    Answered { request: EntryId, at: PartialDate, with: Option<String>, place: Option<String> },
}

/// Something of the plan that has a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    pub entry: EntryId,
    pub name: Option<String>,
    pub on: PartialDate,
    pub is_over: bool,
}

pub fn home(record: &Record, reader: AccountId, now: Timestamp) -> Home {
    let today = record.zone().day_of(now);
    let unread = threads::unread(record, reader, LINES_MAX);
    let mut open: Vec<_> = refills(record, reader);
    open.retain(|row| concerns_now(row, now));
    open.truncate(LINES_MAX);
    Home {
        loaded: record.loaded(Shelf::Results),
        unread,
        new_results: new_results(record, reader, today),
        refills: open,
        runs_out: runs_out(record, today),
        next_visit: next_visit(record, now),
        due: due(record, today),
        waiting: waiting_items(record, reader),
    }
}

fn new_results(record: &Record, reader: AccountId, today: Day) -> Vec<ResultRow> {
    let days = today.plus_days(-NEW_DAYS)..=today;
    let notice = result_notice(record, reader);
    if notice == ResultNotice::Never {
        return Vec::new();
    }
    let written_about = match notice {
        ResultNotice::WithNote => written_about(record),
        ResultNotice::AtOnce | ResultNotice::Never => BTreeSet::new(),
    };
    let is_announced = |sketch: &Sketch<'_>| match notice {
        ResultNotice::AtOnce => true,
        ResultNotice::Never => false,
        ResultNotice::WithNote => {
            sketch.is_concluded() || sketch.entries().any(|entry| written_about.contains(&entry))
        }
    };
    rows_of(record, &days, &is_announced, PANELS, LINES_MAX)
}

/// How the reader wants to hear of new results. They are in the list of results whatever was chosen.
pub fn result_notice(record: &Record, reader: AccountId) -> ResultNotice {
    let mut chosen = settings(record, reader).into_iter();
    let notice = chosen.find_map(|chosen| match chosen.preference {
        Preference::ResultNotice(notice) => Some(notice),
        _ => None,
    });
    notice.unwrap_or_default()
}

/// What the clinic answered in a conversation about it.
fn written_about(record: &Record) -> BTreeSet<EntryId> {
    let mut about = BTreeMap::new();
    let mut answered = BTreeSet::new();
    for (id, entry) in record.entries() {
        match &entry.said {
            Said::Message(said) => {
                if let Some(entry) = said.about {
                    about.insert(id, entry);
                }
            }
            Said::Reply(said) => {
                answered.insert(said.thread);
            }
            _ => {}
        }
    }
    about.into_iter().filter(|(thread, _)| answered.contains(thread)).map(|(_, it)| it).collect()
}

fn concerns_now(row: &RefillRow, now: Timestamp) -> bool {
    match &row.outcome {
        RefillOutcome::Open | RefillOutcome::NotSent => return true,
        RefillOutcome::Cancelled | RefillOutcome::SameAs { .. } => return false,
        RefillOutcome::Approved { .. }
        | RefillOutcome::Changed { .. }
        | RefillOutcome::Declined { .. }
        | RefillOutcome::Decided => {}
    }
    let last = row.steps.iter().rev().find_map(|step| step.at);
    let answered = match row.state {
        Some(ItemState::Answered { at }) => Some(at),
        _ => None,
    };
    let at = last.max(answered);
    at.is_some_and(|at| now.millis_since(at) <= NEW_DAYS * crate::time::MILLIS_PER_DAY)
}

fn runs_out(record: &Record, today: Day) -> Vec<RunsOut> {
    let days_left = |day: Day| day.number() - today.number();
    // Long over is not running out: nobody recorded the later fills.
    let is_soon = |day: Day| (-RUNS_OUT_DAYS..=RUNS_OUT_DAYS).contains(&days_left(day));
    let ending = super::medicines::ending(record, &is_soon).into_iter();
    let mut soon: Vec<_> = ending
        .map(|medicine| RunsOut {
            medicine: medicine.entry,
            name: medicine.name,
            lasts_until: medicine.lasts_until,
            days_left: days_left(medicine.lasts_until),
            asked: medicine.is_asked_for,
        })
        .collect();
    soon.arrange_by_key(|row| (row.days_left, row.medicine));
    soon.truncate(LINES_MAX);
    soon
}

/// A goal that was reached or given up reminds of nothing.
fn due(record: &Record, today: Day) -> Vec<Due> {
    let zone = record.zone();
    let goals = record.chart().of(&[ResourceType::Goal]);
    let mut due: Vec<_> = goals
        .flat_map(|resource| {
            let row = section_row(record, resource);
            let stands = matches!(row.standing, Standing::Current | Standing::Planned);
            let days = row.facts.iter().filter(|fact| fact.what == What::Due && stands);
            let days: Vec<_> = days.filter_map(|fact| fact.date).collect();
            days.into_iter().filter_map(move |on| {
                let days_left = on.day_in(zone)?.number() - today.number();
                let near = (-DUE_OVER_DAYS..=DUE_DAYS).contains(&days_left);
                near.then(|| {
                    let (entry, name) = (row.entry, row.name.clone());
                    (days_left, Due { entry, name, on, is_over: days_left < 0 })
                })
            })
        })
        .collect();
    due.arrange_by_key(|(days_left, due)| (*days_left, due.entry));
    due.truncate(LINES_MAX);
    due.into_iter().map(|(_, due)| due).collect()
}

pub(super) fn next_visit(record: &Record, now: Timestamp) -> Option<NextVisit> {
    let zone = record.zone();
    let to_come = |when: PartialDate| is_to_come(record, Some(when), now);
    let wrong = record.marked_wrong();
    let to_read = record.chart().visits().filter(|(_, dates)| dates.iter().copied().any(to_come));
    let planned = to_read.filter_map(|(resource, _)| {
        let said = resource.describe();
        let when = said.when.filter(|when| to_come(*when))?;
        let stands = said.standing == Standing::Planned && !wrong.contains_key(&resource.entry);
        stands.then_some((when.order_in(zone), resource))
    });
    let chart = planned.min_by_key(|(order, resource)| (*order, resource.entry));
    let booked = booked(record, &to_come).into_iter().map(|one| {
        let Booked { request, at, with, place } = one;
        (at.order_in(zone), NextVisit::Answered { request, at, with, place })
    });
    let booked = booked.min_by_key(|(order, _)| *order);
    let from_chart = |resource| NextVisit::Chart { row: Box::new(section_row(record, resource)) };
    match (chart, booked) {
        (Some((chart, _)), Some((order, booked))) if order < chart => Some(booked),
        (Some((_, resource)), _) => Some(from_chart(resource)),
        (None, booked) => booked.map(|(_, booked)| booked),
    }
}

/// The days of visits that are planned, were, or are booked in the portal.
pub fn visit_days(record: &Record) -> Vec<Day> {
    let zone = record.zone();
    let wrong = record.marked_wrong();
    let chart = record.chart().of(&VISITS).filter_map(|resource| {
        let said = resource.describe();
        let stands = !matches!(said.standing, Standing::Not | Standing::Mistake)
            && !wrong.contains_key(&resource.entry);
        said.when.filter(|_| stands)
    });
    let booked = booked(record, &|_| true).into_iter().map(|one| one.at);
    chart.chain(booked).filter_map(|when| when.day_in(zone)).collect()
}

#[cfg(test)]
mod tests;
