//! What the disk did not take: what is told to the person, and what memory has to forget.

use super::{Device, Documents, Effect, InFlight, Notice};
use crate::edit::Refused;
use crate::id::{EntryId, Rng};
use crate::sync::stored::{RowKey, StoreError, Write};

impl InFlight {
    /// Rows of a person's words that are there, and that are not, if it was written.
    fn about_words(&self, writes: &[Write]) -> (Vec<RowKey>, Vec<RowKey>) {
        let put = match self {
            Self::Withdraw { row, .. } => return (Vec::new(), vec![*row]),
            Self::Dismiss { entry, .. } => return (Vec::new(), vec![RowKey::DeadLetter(*entry)]),
            Self::Save { entry, item, .. } => vec![RowKey::Outbox(*entry, item.saying)],
            Self::Mint { document, minted, .. } => vec![RowKey::Change(*document, minted.hash)],
            Self::Rearranged { .. } => {
                let puts = writes.iter().filter_map(|write| match write {
                    Write::Put(row) => Some(row.key()),
                    Write::Remove(_) => None,
                });
                puts.collect()
            }
            Self::Said { .. } | Self::Noted | Self::Cache { .. } => Vec::new(),
        };
        (put, Vec::new())
    }
}

impl<D: Documents> Device<D> {
    pub(super) fn not_stored(
        &mut self,
        number: u64,
        why: StoreError,
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        let Some(what) = self.batches.remove(&number) else {
            return;
        };
        let (requires, writes) = self.rearranging.remove(&number).unwrap_or_default();
        if why == StoreError::Unreachable {
            let (put, removed) = what.about_words(&writes);
            if !put.is_empty() || !removed.is_empty() {
                self.to_read += 1;
                out.push(Effect::ReadAgain { put, removed });
            }
        }
        match what {
            InFlight::Save { number, entry, before: Some(row), .. }
            | InFlight::Withdraw { number, entry, row } => {
                self.not_changed(number, entry, &row, why, out);
            }
            InFlight::Save { number, before: None, .. } => {
                self.not_kept(number, why, out);
            }
            // Somebody else has put it away.
            InFlight::Dismiss { number, entry } if why == StoreError::Overtaken => {
                self.dead_letters.remove(&entry);
                out.extend([Notice::Saved { number, entry }, Notice::Changed].map(Effect::Tell));
            }
            InFlight::Dismiss { number, .. } => {
                self.not_kept(number, why, out);
            }
            InFlight::Said { row, .. } if why == StoreError::Overtaken => self.drop_row(&row),
            // It waits on, and is looked at again.
            InFlight::Said { .. } | InFlight::Noted => {}
            InFlight::Mint { document, minted, .. } => {
                // The change was made and then not kept. Its place under its actor is used up, and
                // nothing may build on it.
                self.spoil_minting(&document, minted.order);
                self.new_actor(rng);
                self.open_again(&document, out);
                if why == StoreError::Overtaken {
                    self.forget_saying(&minted.entry, minted.item.saying);
                    out.push(Effect::Tell(Notice::Changed));
                } else {
                    // Not at once again: a full disk stays full for a while.
                    self.rest_minting = true;
                }
            }
            InFlight::Cache { document, hashes } => self.unkept.push((document, hashes)),
            InFlight::Rearranged { .. } if why == StoreError::Overtaken => {
                self.no_letter_of(&requires, out);
            }
            // In memory they are right; the disk has to follow before anything builds on them.
            InFlight::Rearranged { .. } => self.unwritten.push((what, requires, writes)),
        }
    }

    /// It may have been sent or taken back in another tab, or the browser emptied the disk: what is in memory
    /// stays until somebody says what became of it.
    fn not_changed(
        &mut self,
        number: u32,
        entry: EntryId,
        row: &RowKey,
        why: StoreError,
        out: &mut Vec<Effect>,
    ) {
        let waiting = self.outbox.get(&entry).map(|item| RowKey::Outbox(entry, item.saying));
        if why != StoreError::Overtaken {
            self.not_kept(number, why, out);
        } else if waiting.is_some_and(|waiting| waiting != *row) {
            self.not_kept(number, StoreError::Unreachable, out);
        } else {
            let why = Refused::AlreadySent;
            out.push(Effect::Tell(Notice::Refused { number, why }));
            self.write_again(out);
        }
    }

    fn not_kept(&mut self, number: u32, why: StoreError, out: &mut Vec<Effect>) {
        out.push(Effect::Tell(Notice::NotSaved { number, why }));
        // What waited for the end of it.
        self.write_again(out);
    }

    /// What was called refused had been taken back or said otherwise in another tab.
    fn no_letter_of(&mut self, requires: &[RowKey], out: &mut Vec<Effect>) {
        for key in requires {
            if let RowKey::Outbox(entry, _) = key {
                self.dead_letters.remove(entry);
                out.push(Effect::Tell(Notice::Changed));
            }
        }
    }
}
