//! The open queue, in memory: read from the store at the start and after each change. Nothing in it
//! is the truth; it can be thrown away and made again.

pub mod decide;
pub mod item;
pub mod list;
mod notes;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use shared::id::{AccountId, EntryId, PatientId};
use shared::time::{Timestamp, WorkingDays};
use shared::view::desk::queue::QueueLine;
use shared::view::desk::{Stage, Work, work};

use self::notes::Notes;
use super::record::{self, Parts};
use crate::audit::What;
use crate::audit::door::Whose;
use crate::authorize::{Path, Resource};
use crate::error::Error;
use crate::store::desk::Patient;
use crate::store::{Store, StoreError};

/// Working days until an answer is late; a clinic that promises less sets it, when it can.
const TARGET_DAYS: u32 = 1;
/// An answer that nobody has read for so long is worth a call.
const CALL_AFTER_MS: i64 = 2 * 24 * 60 * 60 * 1000;
/// Somebody who looked at an item this long ago still has it open.
const OPEN_FOR_MS: i64 = 45 * 1000;

/// One item of the queue.
pub struct ItemOf {
    pub patient: PatientId,
    pub item: EntryId,
}

impl Resource for ItemOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { patient: path.part("patient")?, item: path.part("item")? })
    }

    fn whose(&self) -> Whose {
        Whose::Record { patient: self.patient, item: Some(self.item), what: What::Requests }
    }
}

#[derive(Default)]
pub struct Desk {
    records: Mutex<BTreeMap<PatientId, Held>>,
    open: Mutex<BTreeMap<(PatientId, EntryId), Readers>>,
    looking: tokio::sync::Mutex<()>,
    /// Staff's edits of one record come one after the other: of two decisions at once one is first.
    turns: Mutex<BTreeMap<PatientId, Arc<tokio::sync::Mutex<()>>>>,
}

type Readers = BTreeMap<AccountId, (String, Timestamp)>;

/// What the queue knows of one record.
struct Held {
    patient: Patient,
    items: Vec<(Work, Option<String>)>,
    notes: BTreeMap<EntryId, Notes>,
}

impl Desk {
    /// Reads everything, as the projector does once at the start.
    pub async fn fill(&self, store: &dyn Store) -> Result<(), StoreError> {
        for patient in store.patients().await? {
            self.look_at(store, patient).await?;
        }
        Ok(())
    }

    /// Reads one record again.
    pub async fn refresh(&self, store: &dyn Store, patient: PatientId) -> Result<(), StoreError> {
        let known = lock(&self.records).get(&patient).map(|held| held.patient.clone());
        let known = match known {
            Some(known) => Some(known),
            None => store.patients().await?.into_iter().find(|known| known.patient == patient),
        };
        match known {
            Some(known) => self.look_at(store, known).await,
            None => Ok(()),
        }
    }

    async fn look_at(&self, store: &dyn Store, patient: Patient) -> Result<(), StoreError> {
        let id = patient.patient;
        // One look at a time: an older one that ends later would hide what is newer.
        let _looking = self.looking.lock().await;
        let record = record::read(store, id, Parts::Writing).await?;
        let items = work(&record).into_iter().map(|work| {
            // Whoever shares the patient's name is the patient.
            let by = work.author.and_then(|author| record.name_of(author)).map(str::to_owned);
            let by = by.filter(|name| *name != patient.name);
            (work, by)
        });
        let items = items.collect();
        let notes = notes::by_item(store.desk_notes(id).await?);
        lock(&self.records).insert(id, Held { patient, items, notes });
        Ok(())
    }

    /// The line of each item, as `see` finds it worth keeping.
    fn lines<T>(&self, now: Timestamp, mut see: impl FnMut(QueueLine) -> Option<T>) -> Vec<T> {
        let records = lock(&self.records);
        let all = records.values().flat_map(|held| held.items.iter().map(move |it| (held, it)));
        all.filter_map(|(held, (work, by))| see(held.line(work, by.as_ref(), now))).collect()
    }

    pub fn line(&self, patient: PatientId, item: EntryId, now: Timestamp) -> Option<QueueLine> {
        let records = lock(&self.records);
        let held = records.get(&patient)?;
        let (work, by) = held.items.iter().find(|(work, _)| work.item == item)?;
        Some(held.line(work, by.as_ref(), now))
    }

    pub fn notes_of(&self, patient: PatientId, item: EntryId) -> Notes {
        let records = lock(&self.records);
        let held = records.get(&patient);
        held.and_then(|held| held.notes.get(&item)).cloned().unwrap_or_default()
    }

    /// Somebody has this item open; answers who else has.
    pub fn opens(
        &self,
        place: (PatientId, EntryId),
        who: (AccountId, &str),
        now: Timestamp,
    ) -> Vec<String> {
        let mut open = lock(&self.open);
        open.retain(|_, readers| {
            readers.retain(|_, (_, at)| now.millis_since(*at) < OPEN_FOR_MS);
            !readers.is_empty()
        });
        // One page shows one item: whoever opens this one has left the others.
        for readers in open.values_mut() {
            readers.remove(&who.0);
        }
        let readers = open.entry(place).or_default();
        let others = readers.values().map(|(name, _)| name.clone()).collect();
        readers.insert(who.0, (who.1.to_owned(), now));
        others
    }

    /// Waits for one's turn to write into a record for the clinic.
    pub async fn turn(&self, patient: PatientId) -> tokio::sync::OwnedMutexGuard<()> {
        let turn = {
            let mut turns = lock(&self.turns);
            // Nobody has or awaits those any more: there are never more than requests under way.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(turns.entry(patient).or_default())
        };
        turn.lock_owned().await
    }
}

impl Held {
    fn line(&self, work: &Work, by: Option<&String>, now: Timestamp) -> QueueLine {
        let notes = self.notes.get(&work.item);
        let is_settled = notes.is_some_and(|notes| notes.settled >= Some(work.newest));
        let red_flags = if is_settled { Vec::new() } else { work.red_flags.clone() };
        let days = WorkingDays::default();
        let due = days.after(work.received_at, TARGET_DAYS);
        let call = match work.stage {
            Stage::NotRead { since, .. } => now.millis_since(since) >= CALL_AFTER_MS,
            _ => false,
        };
        QueueLine {
            patient: self.patient.patient,
            patient_name: self.patient.name.clone(),
            birth_date: self.patient.birth_date.text().to_owned(),
            by: by.cloned(),
            late: work.stage.waits_for_the_clinic() && days.zone.day_of(now) > due,
            call,
            red_flags,
            owner: notes.and_then(|notes| notes.owner.clone()),
            notes: notes.map_or(0, Notes::count),
            work: work.clone(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing in here can panic half way; a poisoned lock holds whole data.
    mutex.lock().unwrap_or_else(|lock| lock.into_inner())
}
