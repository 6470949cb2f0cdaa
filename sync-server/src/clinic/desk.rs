//! The open queue, in memory: read from the store at the start and after each change. Nothing in it
//! is the truth; it can be thrown away and made again.

mod answers;
pub mod decide;
mod held;
pub mod item;
pub mod list;
mod notes;
mod signs;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use shared::id::{AccountId, EntryId, PatientId};
use shared::time::{Timestamp, WorkingDays};
use shared::view::desk::queue::QueueLine;

pub use self::held::{DONE_CONCERNS_MS, OWN_CONCERNS_MS};
use self::held::{Glance, Held, HeldClock, Promise};
use self::notes::Notes;
use super::record::{self, Parts};
use crate::audit::What;
use crate::audit::door::Whose;
use crate::authorize::{Path, Resource};
use crate::error::Error;
use crate::store::desk::Patient;
use crate::store::{Store, StoreError};

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
    promise: Mutex<Promise>,
    records: Mutex<BTreeMap<PatientId, Held>>,
    open: Mutex<BTreeMap<(PatientId, EntryId), Readers>>,
    looking: tokio::sync::Mutex<()>,
    /// Staff's edits of one record come one after the other: of two decisions at once one is first.
    turns: Mutex<BTreeMap<PatientId, Arc<tokio::sync::Mutex<()>>>>,
}

type Readers = BTreeMap<AccountId, (String, Timestamp)>;

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
        let known = lock(&self.records).get(&patient).map(|held| held.patient().clone());
        let known = match known {
            Some(known) => Some(known),
            None => store.patients().await?.into_iter().find(|known| known.patient == patient),
        };
        match known {
            Some(known) => self.look_at(store, known).await,
            None => Ok(()),
        }
    }

    /// Whether there is such a record.
    pub async fn knows(&self, store: &dyn Store, patient: PatientId) -> Result<bool, StoreError> {
        let is_held = || lock(&self.records).contains_key(&patient);
        if !is_held() {
            self.refresh(store, patient).await?;
        }
        Ok(is_held())
    }

    /// Until when the clinic answers, from now on.
    pub fn promise(&self, days: WorkingDays, target_days: u32) {
        let promise = Promise { days, target_days };
        lock(&self.records).values_mut().for_each(|held| held.promise(&promise));
        *lock(&self.promise) = promise;
    }

    /// Drops one record.
    pub fn forget(&self, patient: PatientId) {
        lock(&self.records).remove(&patient);
    }

    async fn look_at(&self, store: &dyn Store, patient: Patient) -> Result<(), StoreError> {
        let id = patient.patient;
        // One look at a time: an older one that ends later would hide what is newer.
        let _looking = self.looking.lock().await;
        let record = record::read(store, id, Parts::Writing).await?;
        let notes = notes::by_item(store.desk_notes(id).await?);
        let known = lock(&self.records).get_mut(&id).map(|held| std::mem::take(&mut held.signs));
        let promise = lock(&self.promise).clone();
        let held = Held::of(patient, &record, notes, &known.unwrap_or_default(), &promise);
        lock(&self.records).insert(id, held);
        Ok(())
    }

    /// Looks at every item, done or not. Nothing is copied: a queue may be long.
    fn each<R>(
        &self,
        now: Timestamp,
        look: impl FnOnce(&mut dyn Iterator<Item = Glance<'_>>) -> R,
    ) -> R {
        let records = lock(&self.records);
        let clock = HeldClock::at(now);
        look(&mut records.values().flat_map(|held| held.glances(clock)))
    }

    pub fn line(&self, patient: PatientId, item: EntryId, now: Timestamp) -> Option<QueueLine> {
        let records = lock(&self.records);
        let held = records.get(&patient)?;
        held.glances(HeldClock::at(now)).find(|it| it.work.item == item).map(|it| it.line())
    }

    /// Who read a thread, and up to which of its entries.
    pub fn readers(
        &self,
        patient: PatientId,
        thread: EntryId,
    ) -> Vec<(AccountId, String, EntryId)> {
        let records = lock(&self.records);
        let readers = records.get(&patient).and_then(|held| held.readers.get(&thread));
        readers.cloned().unwrap_or_default()
    }

    /// As it is written.
    pub fn birth_date(&self, patient: PatientId) -> Option<String> {
        let records = lock(&self.records);
        records.get(&patient).map(|held| held.patient().birth_date.text().to_owned())
    }

    /// Whether anything of this record is work of this member of staff; nothing if there is no such
    /// record.
    pub fn concerns(&self, patient: PatientId, who: AccountId, now: Timestamp) -> Option<bool> {
        let records = lock(&self.records);
        let mut glances = records.get(&patient)?.glances(HeldClock::at(now));
        Some(glances.any(|one| one.concerns(who, now)))
    }

    /// Everything of one record, done or not, the newest first.
    pub fn lines_of(&self, patient: PatientId, now: Timestamp, lines_max: usize) -> Vec<QueueLine> {
        let records = lock(&self.records);
        let glances = records.get(&patient).map(|held| held.glances(HeldClock::at(now)));
        let mut glances: Vec<_> = glances.into_iter().flatten().collect();
        glances.sort_by_key(|one| std::cmp::Reverse((one.work.received_at, one.work.item)));
        glances.iter().take(lines_max).map(Glance::line).collect()
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing in here can panic half way; a poisoned lock holds whole data.
    mutex.lock().unwrap_or_else(|lock| lock.into_inner())
}
