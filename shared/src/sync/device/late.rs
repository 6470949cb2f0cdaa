//! What the disk did not take, written again later, as it is by then: memory was right, and the disk
//! has to follow.

use super::exchange::put;
use super::{Device, Documents, Effect, InFlight};
use crate::document::ChangeHash;
use crate::id::EntryId;
use crate::sync::planted::Planted;
use crate::sync::stored::{RowKey, Stored, Write};

impl<D: Documents> Device<D> {
    /// The person is saying it otherwise or taking it back, and the disk has not answered.
    pub(super) fn is_being_changed(&self, entry: &EntryId) -> bool {
        self.batches.values().any(|what| match what {
            InFlight::Save { entry: other, .. }
            | InFlight::Withdraw { entry: other, .. }
            | InFlight::Dismiss { entry: other, .. } => other == entry,
            InFlight::Said { .. }
            | InFlight::Mint { .. }
            | InFlight::Noted
            | InFlight::Cache { .. }
            | InFlight::Rearranged { .. } => false,
        })
    }

    /// The disk does not know yet what became of it.
    pub(super) fn is_being_rearranged(&self, entry: &EntryId) -> bool {
        let in_flight = self.batches.values();
        let all = in_flight.chain(self.unwritten.iter().map(|(what, _, _)| what));
        let mut written = all.filter(|what| match what {
            InFlight::Rearranged { .. } | InFlight::Mint { .. } => true,
            InFlight::Save { .. }
            | InFlight::Withdraw { .. }
            | InFlight::Dismiss { .. }
            | InFlight::Said { .. }
            | InFlight::Noted
            | InFlight::Cache { .. } => false,
        });
        written.any(|what| what.entries().contains(entry))
    }

    /// The row of words that are part of no change, as they stand now. Nothing if they were withdrawn
    /// or put away.
    pub(super) fn row_of(&self, entry: EntryId) -> Option<Stored> {
        let waiting = self.outbox.get(&entry).cloned();
        let waiting = waiting.map(|item| Stored::Outbox { entry, item });
        let letter = self.dead_letters.get(&entry).cloned();
        waiting.or_else(|| letter.map(|(item, why)| Stored::DeadLetter { entry, item, why }))
    }

    /// What a late write should say: the words may have met another verdict by now. Their row is
    /// written in one with the removal of what they were, whichever row that is.
    fn as_it_is_now(&self, write: Write) -> Option<Write> {
        if self.soil.has(Planted::WrittenAsItWas) {
            return Some(write);
        }
        match write {
            Write::Put(Stored::Outbox { entry, .. })
                if self.soil.has(Planted::WrittenLateInParts) =>
            {
                let item = self.outbox.get(&entry).cloned()?;
                Some(Write::Put(Stored::Outbox { entry, item }))
            }
            Write::Put(Stored::Outbox { entry, .. } | Stored::DeadLetter { entry, .. }) => {
                self.row_of(entry).map(Write::Put)
            }
            // The clinic may have turned out to have it after all.
            Write::Remove(RowKey::Change(document, hash)) => {
                let held = self.held.get(&document);
                let is_back = held.is_some_and(|held| held.row_or_orphan(&hash).is_some());
                (!is_back).then_some(write)
            }
            // Or it was said otherwise, or waits again.
            Write::Remove(RowKey::Outbox(entry, saying)) => {
                let waits = self.outbox.get(&entry);
                waits.is_none_or(|item| item.saying != saying).then_some(write)
            }
            Write::Put(Stored::Change { .. } | Stored::Incomplete { .. })
            | Write::Remove(RowKey::DeadLetter(_) | RowKey::Incomplete(_)) => Some(write),
        }
    }

    /// The disk lost everything that memory has: all of it goes there again.
    pub(super) fn emptied(&mut self, out: &mut Vec<Effect>) {
        let said = self.outbox.keys().chain(self.dead_letters.keys());
        let mut rows: Vec<_> =
            said.filter_map(|entry| Some((*entry, self.row_of(*entry)?))).collect();
        for (document, held) in &self.held {
            let accepted = held.accepted_hashes().collect();
            self.unkept.push((*document, accepted));
            let minted = held.minted.iter();
            rows.extend(minted.map(|minted| (minted.entry, minted.row(*document))));
        }
        // What the person is changing in this moment does not hold up the rest.
        let (later, now): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|(entry, _)| self.is_being_changed(entry));
        for rows in [now, later] {
            let (entries, rows): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
            let writes: Vec<_> = rows.into_iter().map(Write::Put).collect();
            if !writes.is_empty() {
                let what = InFlight::Rearranged { entries };
                self.unwritten.push((what, Vec::new(), writes));
            }
        }
        let incomplete = self.incomplete.iter();
        let noted = incomplete.map(|document| Stored::Incomplete { document: *document });
        let noted: Vec<_> = noted.map(Write::Put).collect();
        if !noted.is_empty() {
            self.store(InFlight::Noted, Vec::new(), noted, out);
        }
        self.write_again(out);
    }

    /// Tries again to write what the disk did not take.
    pub(super) fn write_again(&mut self, out: &mut Vec<Effect>) {
        for (what, requires, writes) in std::mem::take(&mut self.unwritten) {
            if what.entries().iter().any(|entry| self.is_being_changed(entry)) {
                self.unwritten.push((what, requires, writes));
                continue;
            }
            let writes = writes.into_iter().filter_map(|write| self.as_it_is_now(write));
            let writes: Vec<_> = writes.collect();
            if !writes.is_empty() {
                self.store(what, requires, writes, out);
            }
        }
        for (document, hashes) in std::mem::take(&mut self.unkept) {
            let held = self.held.get(&document);
            let write = |hash: &ChangeHash| match held.and_then(|held| held.row_or_orphan(hash)) {
                Some(row) => Some(put(document, row)),
                None if self.has(&document, hash) => None,
                None => Some(Write::Remove(RowKey::Change(document, *hash))),
            };
            let writes: Vec<_> = hashes.iter().filter_map(write).collect();
            if !writes.is_empty() {
                self.store(InFlight::Cache { document, hashes }, Vec::new(), writes, out);
            }
        }
    }
}

impl InFlight {
    /// What is being written about these must not be minted meanwhile.
    pub(super) fn entries(&self) -> Vec<EntryId> {
        match self {
            Self::Save { entry, .. } | Self::Withdraw { entry, .. } => vec![*entry],
            Self::Said { entry, .. } => vec![*entry],
            Self::Mint { minted, .. } => vec![minted.entry],
            Self::Rearranged { entries } => entries.clone(),
            Self::Dismiss { .. } | Self::Cache { .. } | Self::Noted => Vec::new(),
        }
    }
}
