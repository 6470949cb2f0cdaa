//! Medicines: what is taken now, what was taken, and how far a refill has come.

use serde::{Deserialize, Serialize};

use super::ItemState;
use super::refills::{RefillRow, row as refill_row};
use super::sections::{Marks, Row, facts};
use super::state::state;
use crate::arrange::Arrange;
use crate::fhir::datatypes::Code;
use crate::fhir::description::{Standing, What};
use crate::fhir::dosage::Spoken;
use crate::fhir::medicine::Medicine;
use crate::id::{AccountId, EntryId};
use crate::ordered::{BTreeMap, BTreeSet};
use crate::record::medicines::{Course, Order, courses};
use crate::record::refills::{End, is_open, refills};
use crate::record::{Loaded, Record, Said, Shelf};
use crate::time::{Day, PartialDate, Timestamp};

/// Refills of one medicine that a row shows, besides an open one.
const REFILLS_SHOWN: usize = 1;
/// Orders of one medicine that stand beside each other and say different things.
const DIRECTIONS_MAX: usize = 3;

/// Doses that staff gave: a stay in a hospital has hundreds, and the newest are the ones that are asked about.
const GIVEN_MAX: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medicines {
    pub loaded: Loaded,
    pub now: Vec<MedicineRow>,
    pub before: Vec<MedicineRow>,
    /// What people added themselves and the clinic may not know.
    pub own: Vec<OwnRow>,
    /// Answers to requests that this device does not know, or for medicines it does not have.
    pub other_refills: Vec<RefillRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MedicineRow {
    /// The newest order.
    pub entry: EntryId,
    pub name: Option<String>,
    pub code: Option<Code>,
    pub directions: Option<Spoken>,
    pub reason: Option<String>,
    pub prescriber: Option<String>,
    pub pharmacy: Option<String>,
    pub since: Option<PartialDate>,
    pub until: Option<PartialDate>,
    pub standing: Standing,
    /// Why it was stopped and the like, in the source's words.
    pub status: Option<String>,
    pub is_on_hold: bool,
    pub last_filled: Option<PartialDate>,
    /// The day on which what was last handed out is used up.
    pub lasts_until: Option<Day>,
    pub refills_left: Option<String>,
    /// All entries that say something about this medicine, the newest first.
    pub entries: Vec<EntryId>,
    pub sources: Vec<String>,
    /// The open refill, else the newest.
    pub refill: Option<RefillRow>,
    pub can_ask: bool,
}

/// A medicine or allergy that a person added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnRow {
    pub entry: EntryId,
    pub name: String,
    pub detail: Option<String>,
    pub since: Option<PartialDate>,
    /// Who added it; nothing if it was the reader.
    pub added_by: Option<String>,
    pub state: Option<ItemState>,
}

pub fn medicines(record: &Record, reader: AccountId) -> Medicines {
    let mut by_medicine: BTreeMap<String, Vec<RefillRow>> = BTreeMap::new();
    let mut orphans = Vec::new();
    let mut standings = refills(record);
    standings.arrange_by_key(|standing| {
        let order = standing.request.map(|(_, entry)| entry.order());
        (standing.end != End::Open, std::cmp::Reverse((order, standing.id)))
    });
    for standing in &standings {
        let row = refill_row(record, reader, standing);
        match &standing.medicine {
            Some(medicine) => {
                by_medicine.entry(medicine.clone()).or_default().push(row);
            }
            None => orphans.push(row),
        }
    }
    let mut now = Vec::new();
    let mut before = Vec::new();
    for course in courses(record) {
        let refills = by_medicine.remove(&course.key).unwrap_or_default();
        let Some(row) = row(record, &course, refills, is_open(&standings, &course.key)) else {
            continue;
        };
        match course.is_taken() {
            true => now.push(row),
            false => before.push(row),
        }
    }
    orphans.extend(by_medicine.into_values().flatten());
    let when = |row: &MedicineRow| row.since.map(|since| since.order_in(record.zone()));
    now.arrange_by_key(|row| row.name.as_deref().map(str::to_lowercase));
    before.arrange_by_key(|row| std::cmp::Reverse(when(row)));
    Medicines {
        loaded: record.loaded(Shelf::Core),
        now,
        before,
        own: own_rows(record, reader, Own::Medicine),
        other_refills: orphans,
    }
}

/// A medicine that is taken and that comes to its end.
pub(super) struct Ending {
    /// The newest order.
    pub entry: EntryId,
    pub name: Option<String>,
    pub lasts_until: Day,
    pub is_asked_for: bool,
}

/// Those of them that end on a day that is wanted: only these are read in full.
pub(super) fn ending(record: &Record, is_wanted: &dyn Fn(Day) -> bool) -> Vec<Ending> {
    let standings = refills(record);
    let courses = courses(record).into_iter().filter(Course::is_taken);
    let ending = courses.filter_map(|course| {
        let newest = course.newest()?;
        let lasts_until = course_lasts_until(record, &course).filter(|day| is_wanted(*day))?;
        Some(Ending {
            entry: newest.resource.entry,
            name: newest.describe(record).name,
            lasts_until,
            is_asked_for: is_open(&standings, &course.key),
        })
    });
    ending.collect()
}

/// One medicine with all that its sources say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MedicineDetail {
    pub row: MedicineRow,
    pub orders: Vec<Row>,
    /// What was handed out, then what staff gave last.
    pub dispensed: Vec<Row>,
    pub refills: Vec<RefillRow>,
}

pub fn medicine(record: &Record, reader: AccountId, entry: EntryId) -> Option<MedicineDetail> {
    let courses = courses(record);
    let holds = |course: &&Course<'_>| course.all().any(|order| order.resource.entry == entry);
    let course = courses.iter().find(holds)?;
    let mut standings = refills(record);
    standings.retain(|standing| standing.medicine.as_ref() == Some(&course.key));
    standings.arrange_by_key(|standing| {
        let order = standing.request.map(|(_, entry)| entry.order());
        std::cmp::Reverse((order, standing.id))
    });
    let rows = standings.iter().map(|one| refill_row(record, reader, one));
    let refills: Vec<_> = rows.collect();
    let open = is_open(&standings, &course.key);
    let marks = Marks::of(record);
    let rows = |orders: &[Order<'_>]| -> Vec<Row> {
        orders.iter().map(|order| marks.row(record, order.resource)).collect()
    };
    let mut dispensed = rows(&course.dispensed);
    dispensed.extend(rows(&course.given[..course.given.len().min(GIVEN_MAX)]));
    Some(MedicineDetail {
        row: row(record, course, refills.clone(), open)?,
        orders: rows(&course.orders),
        dispensed,
        refills,
    })
}

fn row(
    record: &Record,
    course: &Course<'_>,
    mut refills: Vec<RefillRow>,
    is_open: bool,
) -> Option<MedicineRow> {
    let newest = course.newest()?;
    let said = newest.describe(record);
    let facts = facts(record.chart(), newest.resource, newest.resource.describe().facts);
    let named = |what: What| {
        let fact = facts.iter().find(|fact| fact.what == what);
        fact.and_then(|fact| fact.words.clone())
    };
    let mut sources: Vec<_> = course.all().map(|order| order.resource.source.to_string()).collect();
    sources.arrange();
    sources.dedup();
    let filled = course.filled();
    refills.truncate(REFILLS_SHOWN);
    let taken = course.is_taken();
    Some(MedicineRow {
        entry: newest.resource.entry,
        name: said.name,
        code: said.code,
        directions: directions(record, course, newest),
        reason: named(What::Reason),
        prescriber: named(What::Who),
        pharmacy: named(What::Pharmacy),
        since: said.when,
        until: said.until,
        standing: course.standing(),
        status: named(What::Note).filter(|_| !taken),
        is_on_hold: facts
            .iter()
            .any(|fact| fact.what == What::Status && fact.words.as_deref() == Some("on-hold")),
        last_filled: filled.and_then(|order| order.when),
        lasts_until: course_lasts_until(record, course),
        refills_left: named(What::Refills),
        entries: course.all().map(|order| order.resource.entry).collect(),
        sources,
        refill: refills.pop(),
        can_ask: taken && !is_open,
    })
}

/// How it is taken: as the newest order says, and as others say that stand beside it, such as one for the
/// morning and one for the night.
fn directions(record: &Record, course: &Course<'_>, newest: &Order<'_>) -> Option<Spoken> {
    let day = |order: &Order<'_>| order.when.and_then(|when| when.day_in(record.zone()));
    // Of one source and one day: an older order that nobody closed is no second dose.
    let beside = course.orders.iter().filter(|order| {
        order.standing == Standing::Current
            && day(order) == day(newest)
            && order.resource.source == newest.resource.source
    });
    let all = [newest]
        .into_iter()
        .chain(beside)
        .filter_map(|order| order.resource.view::<Medicine<'_>>().directions());
    let mut said: Vec<Spoken> = Vec::new();
    for one in all {
        if !said.contains(&one) && said.len() < DIRECTIONS_MAX {
            said.push(one);
        }
    }
    Spoken::joined(&said, "; ")
}

/// What was handed out last says more than what was ordered.
fn course_lasts_until(record: &Record, course: &Course<'_>) -> Option<Day> {
    let ordered = || {
        course.newest().filter(|order| {
            !course.dispensed.iter().any(|it| it.resource.entry == order.resource.entry)
        })
    };
    lasts_until(record, course.filled().or_else(ordered)?)
}

/// The day of the fill and the days' supply, where both are said in whole days.
fn lasts_until(record: &Record, order: &Order<'_>) -> Option<Day> {
    let day = order.when?.day_in(record.zone())?;
    let view: Medicine<'_> = order.resource.view();
    let dispensed = view.days_supply.is_said().then_some(&view.days_supply);
    let days = dispensed.unwrap_or(&view.dispense.supply).whole_days()?;
    Some(day.plus_days(days))
}

/// When the clinic said last what it did about something that a person added.
fn answered_at(record: &Record, own: EntryId) -> Option<Timestamp> {
    let others = record.entries_besides_messages();
    let answers = others.filter_map(|(_, entry)| match &entry.said {
        Said::VisitAnswer(said) if said.request == own => entry.place.received_at(),
        _ => None,
    });
    answers.max()
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    Medicine,
    Allergy,
}

/// What people added themselves, without what they took back.
pub(super) fn own_rows(record: &Record, reader: AccountId, wanted: Own) -> Vec<OwnRow> {
    let mut retracted = BTreeSet::new();
    let mut found = Vec::new();
    for (id, entry) in record.entries_besides_messages() {
        let (name, detail, since) = match (&entry.said, wanted) {
            (Said::OwnMedicine(own), Own::Medicine) => (&own.name, &own.directions, own.since),
            (Said::OwnAllergy(own), Own::Allergy) => (&own.substance, &own.reaction, own.since),
            (Said::Retract(retract), _) => {
                retracted.insert((retract.entry, entry.author));
                continue;
            }
            _ => continue,
        };
        let own = entry.author == Some(reader);
        let writer = entry.author.and_then(|author| record.name_of(author)).unwrap_or_default();
        let row = OwnRow {
            entry: id,
            name: name.clone(),
            detail: detail.clone(),
            since,
            added_by: (!own).then(|| writer.to_owned()),
            state: own.then(|| state(record, id, entry, answered_at(record, id))),
        };
        found.push((entry.author, row));
    }
    let stands = |author, id| !retracted.contains(&(id, author));
    let kept = found.into_iter().filter(|(author, row)| stands(*author, row.entry));
    kept.map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests;
