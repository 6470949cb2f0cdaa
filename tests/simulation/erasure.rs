//! What the clinic was made to forget: entries that stay erased, and documents that were rebuilt
//! without them as a newer epoch.

use std::collections::{BTreeMap, BTreeSet};

use shared::document::{Actor, ChangeHash, DocumentId, Put};
use shared::id::EntryId;
use shared::sync::device::Documents;
use shared::sync::receipt::ReceiptKey;
use shared::time::Timestamp;
use shared::wire::{Outcome, Row};

use crate::random::Random;
use crate::store::{Store, stored};
use crate::tier::{Shown, Tier};
use crate::years::work;

/// A document whatever its epoch.
pub fn base(document: DocumentId) -> DocumentId {
    DocumentId { epoch: 0, ..document }
}

#[derive(Clone, Default)]
pub struct Erasures {
    epochs: BTreeMap<DocumentId, u32>,
    entries: BTreeSet<(DocumentId, EntryId)>,
    /// A fault to plant: what was erased is taken again.
    pub forgotten: bool,
}

impl Erasures {
    pub fn holds(&self, document: &DocumentId, entry: &EntryId) -> bool {
        !self.forgotten && self.entries.contains(&(work(*document), *entry))
    }
}

/// A row that was made for an entry while a document was rebuilt.
pub struct Rebuilt {
    pub document: DocumentId,
    pub entry: EntryId,
    pub row: Row,
}

impl<T: Tier> Store<T> {
    pub fn newest(&self, document: DocumentId) -> DocumentId {
        let epoch = self.erasures.epochs.get(&base(document)).copied().unwrap_or_default();
        DocumentId { epoch, ..document }
    }

    /// Of an older epoch: what nobody carried over, because the clinic never had it or lost it.
    pub fn not_carried_over(&self, old: DocumentId, theirs: &[ChangeHash]) -> Vec<ChangeHash> {
        let known = |hash: &&ChangeHash| !self.carried_over.contains(&(old, **hash));
        theirs.iter().filter(known).copied().collect()
    }

    /// The document is there again without the entry, as the next epoch.
    pub fn erase(
        &mut self,
        rng: &mut Random,
        document: DocumentId,
        entry: EntryId,
        by: (&ReceiptKey, Timestamp),
    ) -> Vec<Rebuilt> {
        let old = self.newest(document);
        self.erasures.entries.insert((work(old), entry));
        self.erasures.epochs.insert(base(old), old.epoch + 1);
        self.rebuild(rng, old, by)
    }

    /// A backup came back from before some erasures: they are done again.
    pub fn erase_again(&mut self, rng: &mut Random, by: (&ReceiptKey, Timestamp)) -> Vec<Rebuilt> {
        let outdated = self.logs.keys().filter(|document| self.newest(**document) != **document);
        let outdated: Vec<_> = outdated.copied().collect();
        outdated.into_iter().flat_map(|old| self.rebuild(rng, old, by)).collect()
    }

    fn rebuild(
        &mut self,
        rng: &mut Random,
        old: DocumentId,
        by: (&ReceiptKey, Timestamp),
    ) -> Vec<Rebuilt> {
        let Some(log) = self.logs.remove(&old) else {
            return Vec::new();
        };
        let (key, now) = by;
        let new = self.newest(old);
        self.create(new, now, key);
        let changes: Vec<&[u8]> = log.rows.iter().map(|row| &row.bytes[..]).collect();
        let mut documents = T::Documents::default();
        documents.open(&old, &changes).expect("what the clinic holds can be opened");
        let values = T::values(&documents, &old);
        let mut rebuilt = Vec::new();
        for row in &log.rows {
            self.carried_over.insert((old, row.hash));
            for value in values.iter().filter(|value| value.change == row.hash) {
                rebuilt.extend(self.carry_over(rng, new, value, row, key));
            }
        }
        rebuilt
    }

    /// The same words with the same author and time, as a change of the new epoch.
    fn carry_over(
        &mut self,
        rng: &mut Random,
        new: DocumentId,
        value: &Shown,
        row: &Row,
        key: &ReceiptKey,
    ) -> Option<Rebuilt> {
        let log = self.logs.get(&new)?;
        let all: Vec<&[u8]> = log.rows.iter().map(|row| &row.bytes[..]).collect();
        let mut documents = T::Documents::default();
        documents.open(&new, &all).ok()?;
        let entry = value.entry;
        let here: Vec<_> = T::values(&documents, &new);
        let mut here = here.iter().filter(|there| there.entry == entry).peekable();
        if here.peek().is_some() {
            if here.any(|there| there.text == value.text) {
                return None;
            }
            // Two values of one entry stand beside each other.
            documents.open(&new, &all[..1]).ok()?;
        }
        let put = Put::Entry { entry, text: value.text.clone() };
        let (hash, bytes) = documents.mint(&new, Actor::fresh(rng), &put);
        let sidecar = key.sign(&new, &hash, row.sidecar);
        let taken = self.take(new, bytes, |_| sidecar).ok();
        taken.map(|(row, _)| Rebuilt { document: new, entry, row })
    }

    /// Rows of an older epoch that the clinic had lost before it was rebuilt.
    pub fn restore_older(
        &mut self,
        rng: &mut Random,
        old: DocumentId,
        rows: Vec<Row>,
        key: &ReceiptKey,
    ) -> (Vec<Outcome>, Vec<Rebuilt>) {
        let (new, mut rebuilt) = (self.newest(old), Vec::new());
        // A backup from before there was a document of this name at all.
        if let (None, Some(row)) = (self.log(&new), rows.first()) {
            self.create(new, row.sidecar.received_at, key);
        }
        let outcomes = rows.iter().map(|row| {
            self.carried_over.insert((old, row.hash));
            for (entry, text) in T::says(&row.bytes) {
                if !self.erasures.holds(&old, &entry) {
                    let value = Shown { entry, text, change: row.hash };
                    rebuilt.extend(self.carry_over(rng, new, &value, row, key));
                }
            }
            stored(row)
        });
        (outcomes.collect(), rebuilt)
    }
}
