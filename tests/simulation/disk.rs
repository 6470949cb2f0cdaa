//! The disk of a device: transactions in order, of which a crash takes what was not synced.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use shared::id::EntryId;
use shared::sync::stored::{Batch, OutboxItem, RowKey, StoreError, Stored, Write};

use crate::random::{Random, mix};

type Rows = BTreeMap<RowKey, Rc<Stored>>;

#[derive(Default, Clone)]
pub struct Disk {
    /// What a power cut leaves.
    durable: Rows,
    /// What the program reads: durable, and everything handed over since.
    visible: Rows,
    unsynced: Vec<Vec<Write>>,
    /// A power cut may have taken something that was not synced, or a program ended that knew better than
    /// this disk.
    pub has_lost: bool,
    has_failed: bool,
    /// Handed over and not yet answered.
    waiting: VecDeque<Batch>,
    pub full: bool,
    /// The row format is written and read back, as on a real disk.
    pub bytes: bool,
}

impl Disk {
    /// In an order that has nothing to do with what they are: a real disk sorts by a keyed hash.
    pub fn rows(&self) -> Vec<Stored> {
        let mut rows: Vec<_> = self.visible.iter().collect();
        rows.sort_by_key(|(key, _)| scattered(key));
        let rows = rows.into_iter().map(|(_, row)| row);
        rows.map(|row| {
            if self.bytes {
                Stored::from_bytes(&row.to_bytes()).expect("a row reads back")
            } else {
                (**row).clone()
            }
        })
        .collect()
    }

    pub fn durable(&self) -> impl Iterator<Item = &Stored> {
        self.durable.values().map(|row| &**row)
    }

    pub fn durable_row(&self, key: &RowKey) -> Option<&Stored> {
        self.durable.get(key).map(|row| &**row)
    }

    /// What waits under this name, whichever saying of it.
    pub fn durable_words(&self, entry: EntryId) -> Option<&OutboxItem> {
        let sayings = RowKey::Outbox(entry, None)..=RowKey::Outbox(entry, Some(u32::MAX));
        match self.durable.range(sayings).next_back().map(|(_, row)| &**row) {
            Some(Stored::Outbox { item, .. }) => Some(item),
            _ => None,
        }
    }

    pub fn take(&mut self, batch: Batch) {
        self.waiting.push_back(batch);
    }

    /// Does the oldest transaction that waits. Nothing if a crash took it.
    pub fn perform(&mut self) -> Option<(u64, Result<(), StoreError>)> {
        let batch = self.waiting.pop_front()?;
        let puts = batch.writes.iter().any(|write| matches!(write, Write::Put(_)));
        if self.full && puts {
            return Some((batch.number, Err(StoreError::Full)));
        }
        let (number, strict) = (batch.number, batch.strict);
        let answer = self.write(batch);
        if answer.is_ok() && strict {
            self.sync();
        }
        Some((number, answer))
    }

    /// The connection to the disk is lost behind a transaction, and with it the answer.
    pub fn perform_unheard(&mut self) -> Option<(u64, Result<(), StoreError>)> {
        let (number, _) = self.perform()?;
        self.has_lost = true;
        Some((number, Err(StoreError::Unreachable)))
    }

    /// What of the first is there, and what of the second is not.
    pub fn these(&self, put: &[RowKey], removed: Vec<RowKey>) -> (Vec<Stored>, Vec<RowKey>) {
        let there = put.iter().filter_map(|key| self.visible.get(key));
        let gone = removed.into_iter().filter(|key| !self.visible.contains_key(key));
        (there.map(|row| (**row).clone()).collect(), gone.collect())
    }

    /// The oldest transaction that waits is aborted.
    pub fn abort(&mut self) -> Option<(u64, Result<(), StoreError>)> {
        let batch = self.waiting.pop_front()?;
        self.has_failed = true;
        Some((batch.number, Err(StoreError::Unreachable)))
    }

    /// The power goes. `torn`: any of the unsynced transactions may be lost, not only the newest.
    pub fn crash(&mut self, rng: &mut Random, torn: bool) {
        let begun = rng.place(self.waiting.len() + 1);
        for _ in 0..begun {
            let batch = self.waiting.pop_front().expect("counted before");
            // Nobody was told: it may be there or not, and it may be synced or not.
            if self.write(batch).is_ok() && rng.percent(50) {
                self.sync();
            }
        }
        self.waiting.clear();
        self.has_lost = true;
        let kept = rng.place(self.unsynced.len() + 1);
        for (place, writes) in std::mem::take(&mut self.unsynced).into_iter().enumerate() {
            if if torn { rng.percent(50) } else { place < kept } {
                perform(&mut self.durable, writes);
            }
        }
        self.visible = self.durable.clone();
    }

    /// The program ended in good order, or the browser did: everything handed over arrives.
    pub fn close(&mut self) {
        self.has_lost |= self.has_failed;
        while let Some(batch) = self.waiting.pop_front() {
            // Nobody is left to be told whether it worked.
            self.write(batch).unwrap_or_default();
        }
        self.sync();
    }

    pub fn evict(&mut self) {
        *self = Self { bytes: self.bytes, has_lost: true, ..Self::default() };
    }

    fn write(&mut self, batch: Batch) -> Result<(), StoreError> {
        let gone = |key: &RowKey| !self.visible.contains_key(key);
        if batch.requires.iter().any(gone) {
            return Err(StoreError::Overtaken);
        }
        perform(&mut self.visible, batch.writes.clone());
        self.unsynced.push(batch.writes);
        Ok(())
    }

    pub fn sync(&mut self) {
        for writes in std::mem::take(&mut self.unsynced) {
            perform(&mut self.durable, writes);
        }
    }
}

fn scattered(key: &RowKey) -> u64 {
    let number = match key {
        RowKey::Outbox(entry, saying) => entry.to_u128() + u128::from(saying.unwrap_or(0)),
        RowKey::DeadLetter(entry) => entry.to_u128() + 1,
        RowKey::Change(_, hash) => {
            u128::from_le_bytes(hash.0[..16].try_into().expect("half of 32 bytes is 16"))
        }
        RowKey::Incomplete(document) => document.epoch.into(),
    };
    mix(number as u64 ^ (number >> 64) as u64)
}

fn perform(rows: &mut Rows, writes: Vec<Write>) {
    for write in writes {
        match write {
            Write::Put(row) => {
                rows.insert(row.key(), Rc::new(row));
            }
            Write::Remove(key) => {
                rows.remove(&key);
            }
        }
    }
}
