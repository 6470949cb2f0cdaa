//! What the queue holds of one record, made ready so that thousands of items can be looked at for
//! one answer: nothing here is worked out anew for each question, and only what is shown is copied.

use std::collections::BTreeMap;

use shared::id::{AccountId, EntryId};
use shared::record::Record;
use shared::time::{Day, MILLIS_PER_DAY, Timestamp, WorkingDays};
use shared::view::desk::queue::{Owner, QueueLine};
use shared::view::desk::{Stage, Work, work_with};

use super::notes::Notes;
use super::signs::Signs;
use crate::store::desk::Patient;

/// An answer that nobody has read for so long is worth a call.
const CALL_AFTER_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// What is done concerns the clinic for so long: somebody looks again, or mends a mistake.
pub const DONE_CONCERNS_MS: i64 = 14 * MILLIS_PER_DAY;
/// And whoever worked on it for so long: a course of treatment is a few months.
pub const OWN_CONCERNS_MS: i64 = 90 * MILLIS_PER_DAY;

/// Until when the clinic answers.
#[derive(Clone)]
pub struct Promise {
    pub days: WorkingDays,
    /// Working days until an answer is late.
    pub target_days: u32,
}

impl Default for Promise {
    fn default() -> Self {
        Self { days: WorkingDays::default(), target_days: 1 }
    }
}

impl Promise {
    fn due(&self, work: &Work) -> Day {
        self.days.after(work.received_at, self.target_days)
    }
}

pub struct Held {
    patient: Patient,
    items: Vec<Item>,
    pub notes: BTreeMap<EntryId, Notes>,
    /// By thread: who read it, and up to where.
    pub readers: BTreeMap<EntryId, Vec<(AccountId, String, EntryId)>>,
    /// Found in what waits here.
    pub signs: Signs,
}

struct Item {
    work: Work,
    /// Who wrote, if it was not the patient.
    by: Option<String>,
    /// The last day on which an answer is not late.
    due: Day,
    /// Where a search looks, in small letters.
    words: String,
}

/// A moment, and the day it is at the clinic.
#[derive(Clone, Copy)]
pub struct HeldClock {
    now: Timestamp,
    today: Day,
}

impl HeldClock {
    pub fn at(now: Timestamp) -> Self {
        Self { now, today: WorkingDays::default().zone.day_of(now) }
    }
}

/// One item as it is at a moment.
#[derive(Clone, Copy)]
pub struct Glance<'a> {
    held: &'a Held,
    item: &'a Item,
    notes: Option<&'a Notes>,
    pub work: &'a Work,
    /// Past the clinic's own target.
    pub late: bool,
    /// Answered, and not read for so long that somebody should call.
    pub call: bool,
    /// Warning signs that nobody has looked at yet.
    pub flagged: bool,
}

impl Held {
    /// `signs` are those of this record when it was looked at before.
    pub fn of(
        patient: Patient,
        record: &Record,
        notes: BTreeMap<EntryId, Notes>,
        signs: &Signs,
        promise: &Promise,
    ) -> Self {
        let mut found = Signs::default();
        let all = work_with(record, &mut |text| found.look(text, signs));
        let items = all.into_iter().map(|work| {
            // Whoever shares the patient's name is the patient.
            let by = work.author.and_then(|author| record.name_of(author)).map(str::to_owned);
            let by = by.filter(|name| *name != patient.name);
            let due = promise.due(&work);
            let said = by.as_deref().unwrap_or_default();
            let (name, born) = (&patient.name, patient.birth_date.text());
            let words = format!("{name}\n{born}\n{said}\n{}\n{}", work.title, work.excerpt);
            Item { work, by, due, words: words.to_lowercase() }
        });
        let items = items.collect();
        let mut readers: BTreeMap<EntryId, Vec<_>> = BTreeMap::new();
        for (reader, thread, up_to) in record.reads() {
            let name = record.name_of(reader).unwrap_or_default().to_owned();
            readers.entry(thread).or_default().push((reader, name, up_to));
        }
        Self { patient, items, notes, readers, signs: found }
    }

    pub fn promise(&mut self, promise: &Promise) {
        for item in &mut self.items {
            item.due = promise.due(&item.work);
        }
    }

    pub const fn patient(&self) -> &Patient {
        &self.patient
    }

    pub fn glances(&self, clock: HeldClock) -> impl Iterator<Item = Glance<'_>> {
        self.items.iter().map(move |item| {
            let (work, notes) = (&item.work, self.notes.get(&item.work.item));
            let settled = notes.and_then(|notes| notes.settled);
            let call = match work.stage {
                Stage::NotRead { since, .. } => clock.now.millis_since(since) >= CALL_AFTER_MS,
                _ => false,
            };
            Glance {
                held: self,
                item,
                notes,
                work,
                late: work.stage.waits_for_the_clinic() && clock.today > item.due,
                call,
                flagged: !work.red_flags.is_empty() && settled < Some(work.newest),
            }
        })
    }
}

impl Glance<'_> {
    /// Work of the whole clinic now or a moment ago, or of this member of staff not long ago.
    pub fn concerns(&self, who: AccountId, now: Timestamp) -> bool {
        let last = match &self.work.stage {
            Stage::Done { at, .. } => at.unwrap_or(self.work.received_at),
            Stage::Waiting
            | Stage::ToSendOut { .. }
            | Stage::Offered { .. }
            | Stage::NotRead { .. } => return true,
        };
        let last = last.max(self.work.received_at);
        let own = self.notes.and_then(|notes| notes.hands.get(&who).copied());
        now.millis_since(last) < DONE_CONCERNS_MS
            || own.is_some_and(|at| now.millis_since(at) < OWN_CONCERNS_MS)
    }

    pub fn owner(&self) -> Option<&Owner> {
        self.notes?.owner.as_ref()
    }

    /// Somebody at the clinic should do something about it.
    pub fn is_open(&self) -> bool {
        self.work.stage.waits_for_the_clinic() || self.call
    }

    /// `words` are in small letters.
    pub fn has(&self, words: &str) -> bool {
        self.item.words.contains(words)
    }

    /// Warning signs on top, then by how long somebody waits; an id decides between equals, so that
    /// nothing changes its place by chance.
    pub fn order(&self) -> impl Ord + use<> {
        (
            !self.flagged,
            !self.is_open(),
            self.work.received_at,
            self.held.patient.patient,
            self.work.item,
        )
    }

    pub fn line(&self) -> QueueLine {
        let patient = &self.held.patient;
        QueueLine {
            patient: patient.patient,
            patient_name: patient.name.clone(),
            birth_date: patient.birth_date.text().to_owned(),
            by: self.item.by.clone(),
            late: self.late,
            call: self.call,
            red_flags: if self.flagged { self.work.red_flags.clone() } else { Vec::new() },
            owner: self.owner().cloned(),
            notes: self.notes.map_or(0, Notes::count),
            work: self.work.clone(),
        }
    }
}
