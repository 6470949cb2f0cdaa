//! From the person's thumb to the disk: saving, rewording and withdrawing. Nothing is shown as saved
//! before the disk said so.

use super::{Device, Documents, Effect, InFlight, Minted, Notice};
use crate::arrange::Arrange;
use crate::document::{DocumentId, Unreadable};
use crate::edit::Refused;
use crate::id::EntryId;
use crate::ordered::{BTreeMap, BTreeSet};
use crate::sync::planted::Planted;
use crate::sync::stored::{OutboxItem, PutInto, RowKey, Standing, StoreError, Stored, Write};
use crate::time::Timestamp;

impl<D: Documents> Device<D> {
    pub(super) fn loaded(&mut self, rows: Vec<Stored>, out: &mut Vec<Effect>) {
        let there: BTreeSet<RowKey> = rows.iter().map(Stored::key).collect();
        for key in self.row_keys().into_iter().filter(|key| !there.contains(key)) {
            self.drop_row(&key);
        }
        for row in rows {
            self.take_row(row);
        }
        self.forget_what_was_minted();
        let documents: Vec<_> = self.held.keys().copied().collect();
        for document in documents {
            self.open_from_disk(document, out);
        }
        out.push(Effect::Tell(Notice::Changed));
    }

    pub(super) fn elsewhere(
        &mut self,
        put: Vec<Stored>,
        removed: &[RowKey],
        out: &mut Vec<Effect>,
    ) {
        let mut touched = BTreeSet::new();
        for row in put {
            touched.extend(document_of(&row.key()));
            self.take_row(row);
        }
        for key in removed {
            touched.extend(document_of(key));
            self.drop_row(key);
        }
        self.forget_what_was_minted();
        for document in touched {
            self.open_from_disk(document, out);
        }
        out.push(Effect::Tell(Notice::Changed));
    }

    /// Rows come in any order, and a row that was read a while ago may be gone.
    fn forget_what_was_minted(&mut self) {
        for minted in self.held.values().flat_map(|held| &held.minted) {
            self.outbox.remove(&minted.entry);
        }
    }

    pub(super) fn save(
        &mut self,
        number: u32,
        entry: EntryId,
        mut item: OutboxItem,
        replaced: Option<&OutboxItem>,
        out: &mut Vec<Effect>,
    ) {
        item.document = self.place_of(&item);
        if self.soil.has(Planted::SavedAtOnce) {
            out.push(Effect::Tell(Notice::Saved { number, entry }));
        }
        let row = Stored::Outbox { entry, item: item.clone() };
        // A rewording must not bring back what another tab has sent meanwhile, and no tab may send
        // what is no longer said.
        let rows: Vec<_> = replaced.into_iter().flat_map(|item| item.rows(entry)).collect();
        let before = rows.first().copied();
        let requires = match self.soil.has(Planted::RewordedWithoutLooking) {
            false => before.into_iter().collect(),
            true => Vec::new(),
        };
        let mut writes: Vec<_> = rows.into_iter().map(Write::Remove).collect();
        writes.push(Write::Put(row));
        let what = InFlight::Save { number, entry, item, before, taken: false };
        self.store(what, requires, writes, out);
    }

    pub(super) fn reword(
        &mut self,
        now: Timestamp,
        number: u32,
        entry: EntryId,
        put: PutInto,
        out: &mut Vec<Effect>,
    ) {
        match self.changeable(number, &entry) {
            Ok(before) => {
                let item = before.clone().said_again(put, now);
                self.save(number, entry, item, Some(&before), out);
            }
            Err(why) => out.push(Effect::Tell(why)),
        }
    }

    /// What waits and was never on its way. Another device may bring back what the clinic took of
    /// the rest, and then two sayings of one thing would stand beside each other.
    fn changeable(&self, number: u32, entry: &EntryId) -> Result<OutboxItem, Notice> {
        let all_may_change = self.soil.has(Planted::RewordedOnTheWay);
        let mut saving = self.batches.values().rev().filter_map(|what| match what {
            InFlight::Save { entry: other, item, taken: false, .. } if other == entry => Some(item),
            _ => None,
        });
        let item = saving.next().or_else(|| self.outbox.get(entry));
        let item = item.filter(|item| item.may_change() || all_may_change);
        let sent = Notice::Refused { number, why: Refused::AlreadySent };
        let item = item.ok_or(sent.clone())?.clone();
        // Its change is being written just now: what becomes of it would be decided twice.
        let leaves = |minted: &Minted| minted.entry == *entry;
        let is_leaving = |what: &InFlight| match what {
            InFlight::Mint { minted, stale: false, .. } => leaves(minted),
            _ => false,
        };
        match all_may_change {
            true => Ok(item),
            false if self.batches.values().any(is_leaving) => Err(sent),
            // Its row is still to be written.
            false if self.is_being_rearranged(entry) => {
                Err(Notice::NotSaved { number, why: StoreError::Unreachable })
            }
            false => Ok(item),
        }
    }

    pub(super) fn withdraw(&mut self, number: u32, entry: EntryId, out: &mut Vec<Effect>) {
        let item = match self.changeable(number, &entry) {
            Ok(item) => item,
            Err(why) => return out.push(Effect::Tell(why)),
        };
        let row = RowKey::Outbox(entry, item.saying);
        let what = InFlight::Withdraw { number, entry, row };
        let requires = match self.soil.has(Planted::WithdrawnWithoutLooking) {
            false => vec![row],
            true => Vec::new(),
        };
        self.store(what, requires, item.rows(entry).map(Write::Remove).collect(), out);
    }

    pub(super) fn dismiss(&mut self, number: u32, entry: EntryId, out: &mut Vec<Effect>) {
        if !self.dead_letters.contains_key(&entry) {
            out.push(Effect::Tell(Notice::Refused { number, why: Refused::NoSuchEntry }));
            return;
        }
        // Something about it is still to be written, and would be read as new after a restart.
        if self.is_being_rearranged(&entry) {
            let why = StoreError::Unreachable;
            out.push(Effect::Tell(Notice::NotSaved { number, why }));
            return;
        }
        let key = RowKey::DeadLetter(entry);
        self.store(InFlight::Dismiss { number, entry }, vec![key], vec![Write::Remove(key)], out);
    }

    pub(super) fn stored(&mut self, number: u64, out: &mut Vec<Effect>) {
        let Some(what) = self.batches.remove(&number) else {
            return;
        };
        self.rearranging.remove(&number);
        match what {
            InFlight::Save { number, entry, item, taken, .. } => {
                if !taken {
                    self.outbox.insert(entry, item);
                }
                out.push(Effect::Tell(Notice::Saved { number, entry }));
            }
            InFlight::Withdraw { number, entry, .. } => {
                self.outbox.remove(&entry);
                out.push(Effect::Tell(Notice::Saved { number, entry }));
            }
            InFlight::Said { entry, .. } => {
                self.outbox.remove(&entry);
            }
            InFlight::Dismiss { number, entry } => {
                self.dead_letters.remove(&entry);
                out.push(Effect::Tell(Notice::Saved { number, entry }));
            }
            InFlight::Mint { document, minted, stale: true } => self.unmint(document, minted, out),
            InFlight::Mint { document, minted, stale: false } => {
                self.outbox.remove(&minted.entry);
                let held = self.held.entry(document).or_default();
                if !held.accepted.contains_key(&minted.hash) {
                    held.minted.push(minted);
                }
            }
            InFlight::Cache { .. } | InFlight::Noted | InFlight::Rearranged { .. } => return,
        }
        out.push(Effect::Tell(Notice::Changed));
    }

    /// Opens a document from the rows that are held.
    pub(super) fn open_again(&mut self, document: &DocumentId, out: &mut Vec<Effect>) {
        // What is incomplete is open as far as it goes; the rest is fetched.
        if self.try_to_open(document) == Err(Unreadable::Damaged) {
            self.documents.close(document);
            out.push(Effect::Tell(Notice::Damaged(*document)));
        }
    }

    fn try_to_open(&mut self, document: &DocumentId) -> Result<(), Unreadable> {
        let Some(held) = self.held.get(document) else {
            self.documents.close(document);
            return Ok(());
        };
        if document.is_marks() {
            return Ok(());
        }
        let minting = InFlight::minting(&self.batches, document);
        let changes: Vec<_> = held.changes().into_iter().chain(minting).collect();
        self.documents.open(document, &changes)
    }

    /// Opens a document whose rows were written by an earlier life or by another tab. What was minted
    /// then is not made anew here, even if it does not fit: nobody knows whether it was sent.
    fn open_from_disk(&mut self, document: DocumentId, out: &mut Vec<Effect>) {
        self.tidy_held(&document);
        if self.try_to_open(&document) != Err(Unreadable::Damaged) {
            return;
        }
        let accepted = self.held[&document].accepted_changes();
        let accepted: Vec<_> = accepted.collect();
        if self.documents.open(&document, &accepted) == Err(Unreadable::Damaged) {
            self.documents.close(&document);
            out.push(Effect::Tell(Notice::Damaged(document)));
        }
    }

    fn take_row(&mut self, row: Stored) {
        match row {
            // Rows come in any order, and what was said last counts.
            Stored::Outbox { entry, item } => {
                let known = self.outbox.get(&entry);
                if known.is_none_or(|known| known.saying <= item.saying) {
                    self.outbox.insert(entry, item);
                }
            }
            Stored::DeadLetter { entry, item, why } => {
                self.dead_letters.insert(entry, (item, why));
            }
            Stored::Incomplete { document } => {
                self.incomplete.insert(document);
            }
            Stored::Change { document, hash, bytes, standing } => {
                let held = self.held.entry(document).or_default();
                held.minted.retain(|minted| minted.hash != hash);
                match standing {
                    Standing::Accepted { seq, sidecar } => {
                        held.forget(&hash);
                        held.sum.add(&hash);
                        held.accepted.insert(hash, (seq, sidecar, bytes.into()));
                    }
                    Standing::Minted { entry, item, .. }
                        if self.soil.has(Planted::DuplicateOnRetry) =>
                    {
                        let again = EntryId::from_u128(entry.to_u128() + 1);
                        self.outbox.insert(again, item);
                    }
                    // It was read before the clinic was known to have it.
                    Standing::Minted { .. } if held.accepted.contains_key(&hash) => {}
                    Standing::Minted { entry, item, order } => {
                        self.minted_next = self.minted_next.max(order + 1);
                        self.outbox.remove(&entry);
                        held.minted.push(Minted { order, hash, bytes: bytes.into(), entry, item });
                    }
                }
            }
        }
    }

    pub(super) fn drop_row(&mut self, key: &RowKey) {
        match key {
            RowKey::Outbox(entry, saying) => {
                self.forget_saying(entry, *saying);
                self.save_was_taken(entry, *saying);
            }
            RowKey::DeadLetter(entry) => {
                self.dead_letters.remove(entry);
            }
            RowKey::Incomplete(document) => {
                self.incomplete.remove(document);
            }
            RowKey::Change(document, hash) => {
                if let Some(held) = self.held.find_mut(document) {
                    held.forget(hash);
                    held.minted.retain(|minted| minted.hash != *hash);
                }
            }
        }
    }

    /// Other words of it may wait by now.
    pub(super) fn forget_saying(&mut self, entry: &EntryId, saying: Option<u32>) {
        if self.outbox.get(entry).is_some_and(|item| item.saying == saying) {
            self.outbox.remove(entry);
        }
    }

    /// Everything that memory has of the disk.
    fn row_keys(&self) -> Vec<RowKey> {
        let changes = self.held.iter().flat_map(|(document, held)| {
            held.all_hashes().map(|hash| RowKey::Change(*document, hash))
        });
        let waiting = self.outbox.iter();
        let waiting = waiting.map(|(entry, item)| RowKey::Outbox(*entry, item.saying));
        let letters = self.dead_letters.keys().copied().map(RowKey::DeadLetter);
        let incomplete = self.incomplete.iter().copied().map(RowKey::Incomplete);
        changes.chain(waiting).chain(letters).chain(incomplete).collect()
    }

    /// Another tab has taken what this one is still being told about as saved.
    fn save_was_taken(&mut self, gone: &EntryId, saying: Option<u32>) {
        for what in self.batches.values_mut() {
            if let InFlight::Save { entry, item, taken, .. } = what
                && entry == gone
                && item.saying == saying
            {
                *taken = true;
            }
        }
    }

    fn tidy_held(&mut self, document: &DocumentId) {
        if let Some(held) = self.held.find_mut(document) {
            held.count_places();
            held.minted.arrange_by_key(|minted| minted.order);
        }
    }
}

impl InFlight {
    /// What the server has already, on its way to the disk.
    pub(super) const fn is_received(&self) -> bool {
        matches!(self, Self::Cache { .. } | Self::Rearranged { .. })
    }

    /// Changes of a document that are being written. They are part of it already: their places
    /// under their actor are used.
    pub(super) fn minting<'a>(
        batches: &'a BTreeMap<u64, Self>,
        document: &DocumentId,
    ) -> impl Iterator<Item = &'a [u8]> {
        batches.values().filter_map(move |what| match what {
            Self::Mint { document: into, minted, stale: false } if into == document => {
                Some(&minted.bytes[..])
            }
            Self::Mint { .. }
            | Self::Save { .. }
            | Self::Withdraw { .. }
            | Self::Dismiss { .. }
            | Self::Said { .. }
            | Self::Noted
            | Self::Cache { .. }
            | Self::Rearranged { .. } => None,
        })
    }
}

fn document_of(key: &RowKey) -> Option<DocumentId> {
    match key {
        RowKey::Change(document, _) => Some(*document),
        RowKey::Outbox(..) | RowKey::DeadLetter(_) | RowKey::Incomplete(_) => None,
    }
}
