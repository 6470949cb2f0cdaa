//! What a device holds of one document, and the seam to what opens it.

use crate::document::{Actor, ChangeHash, DocumentId, Put, Unreadable};
use crate::id::EntryId;
use crate::ordered::{BTreeMap, BTreeSet};
use crate::sync::stored::{OutboxItem, Standing, Stored};
use crate::wire::{Row, Sidecar, Sum};

/// Opens documents and mints changes. The real one is `OpenDocuments`; a simulation may use a lighter one.
pub trait Documents {
    /// Opens it, anew if it is open, from all its changes in any order. If some are missing it is
    /// open as far as it goes, if it goes anywhere, and the answer says so.
    fn open(&mut self, document: &DocumentId, changes: &[&[u8]]) -> Result<(), Unreadable>;
    /// Adds changes to one that is open.
    fn apply(&mut self, document: &DocumentId, changes: &[&[u8]]) -> Result<(), Unreadable>;
    /// Whether bytes that came over the line may be handed to `open` and `apply` at all.
    fn passes(&self, document: &DocumentId, hash: &ChangeHash, bytes: &[u8]) -> bool;
    fn is_open(&self, document: &DocumentId) -> bool;
    fn close(&mut self, document: &DocumentId);
    /// Whether an open document says this already, so that there is nothing to mint.
    fn says(&self, document: &DocumentId, put: &Put) -> bool;
    /// Only of one that is open, and what it does not say yet.
    fn mint(&mut self, document: &DocumentId, actor: Actor, put: &Put) -> (ChangeHash, Vec<u8>);
}

/// The rows of one document, as they stand on the disk.
#[derive(Default)]
pub struct Held {
    pub(super) accepted: BTreeMap<ChangeHash, (u64, Sidecar, Vec<u8>)>,
    /// Ours, not acknowledged, in the order they were minted.
    pub(super) minted: Vec<Minted>,
    pub(super) sum: Sum,
    /// Everything up to this place was received. A cache: sums decide.
    pub(super) seq_last: u64,
    /// Places after a gap.
    beyond: BTreeSet<u64>,
    /// Accepted once, and built on something that neither this device nor the server has any more.
    /// Another device may still bring it.
    orphans: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minted {
    pub order: u64,
    pub hash: ChangeHash,
    pub bytes: Vec<u8>,
    pub entry: EntryId,
    pub item: OutboxItem,
}

impl Minted {
    pub(super) fn row(&self, document: DocumentId) -> Stored {
        let Self { order, hash, bytes, entry, item } = self.clone();
        let standing = Standing::Minted { entry, item, order };
        Stored::Change { document, hash, bytes: bytes.into(), standing }
    }
}

impl Held {
    /// Of an accepted change.
    pub fn sidecar(&self, hash: &ChangeHash) -> Option<&Sidecar> {
        self.accepted.get(hash).map(|(_, sidecar, _)| sidecar)
    }

    /// All accepted changes, for marks, which are read without a document.
    pub fn accepted(&self) -> impl Iterator<Item = (&ChangeHash, &Sidecar, &[u8])> {
        self.accepted.iter().map(|(hash, (_, sidecar, bytes))| (hash, sidecar, &bytes[..]))
    }

    pub fn minted(&self) -> &[Minted] {
        &self.minted
    }

    /// The sum that is compared with the server's.
    pub const fn sum(&self) -> Sum {
        self.sum
    }

    /// An accepted change as the server gave it.
    pub(super) fn row(&self, hash: &ChangeHash) -> Option<Row> {
        let (seq, sidecar, bytes) = self.accepted.get(hash)?;
        Some(Row { seq: *seq, hash: *hash, sidecar: *sidecar, bytes: bytes.clone().into() })
    }

    /// The same, of one too that is not talked about.
    pub(super) fn row_or_orphan(&self, hash: &ChangeHash) -> Option<Row> {
        let orphan = || self.orphans.iter().find(|row| row.hash == *hash).cloned();
        self.row(hash).or_else(orphan)
    }

    pub(super) fn all_hashes(&self) -> impl Iterator<Item = ChangeHash> + use<> {
        let minted = self.minted.iter().map(|minted| minted.hash);
        let all: Vec<_> = self.accepted_hashes().chain(minted).collect();
        all.into_iter()
    }

    pub(super) fn accepted_hashes(&self) -> impl Iterator<Item = ChangeHash> {
        self.accepted.keys().copied().chain(self.orphans.iter().map(|row| row.hash))
    }

    pub(super) fn accepted_changes(&self) -> impl Iterator<Item = &[u8]> {
        let accepted = self.accepted.values().map(|(_, _, bytes)| &bytes[..]);
        accepted.chain(self.orphans.iter().map(|row| &row.bytes[..]))
    }

    pub(super) fn changes(&self) -> Vec<&[u8]> {
        self.accepted_changes().chain(self.minted.iter().map(|minted| &minted.bytes[..])).collect()
    }

    /// Whether it is new to this device.
    pub(super) fn accept(&mut self, row: &Row) -> bool {
        self.minted.retain(|minted| minted.hash != row.hash);
        if self.accepted.contains_key(&row.hash) {
            return false;
        }
        self.sum.add(&row.hash);
        let kept = (row.seq, row.sidecar, row.bytes.to_vec());
        self.accepted.insert(row.hash, kept);
        if row.seq > self.seq_last {
            self.beyond.insert(row.seq);
        }
        while self.beyond.remove(&(self.seq_last + 1)) {
            self.seq_last += 1;
        }
        true
    }

    /// Kept, and not talked about.
    pub(super) fn set_aside(&mut self, hash: &ChangeHash) {
        if let Some(row) = self.row(hash) {
            self.forget(hash);
            self.orphans.push(row);
        }
    }

    /// Whether something here waits for what it builds on.
    pub(super) const fn has_orphans(&self) -> bool {
        !self.orphans.is_empty()
    }

    /// What is left of a document that was given up: what the clinic could not take back yet.
    pub(super) fn only_orphans(self) -> Self {
        Self { orphans: self.orphans, ..Self::default() }
    }

    pub(super) fn take_up_again(&mut self) {
        for row in std::mem::take(&mut self.orphans) {
            self.accept(&row);
        }
    }

    /// A server that went back gives old rows new places.
    pub(super) fn correct_places(&mut self, rows: &[Row]) {
        let mut moved = false;
        for row in rows {
            if let Some((seq, ..)) = self.accepted.find_mut(&row.hash) {
                moved |= *seq != row.seq;
                *seq = row.seq;
            }
        }
        if moved {
            self.count_places();
        }
    }

    pub(super) fn forget(&mut self, hash: &ChangeHash) {
        if self.accepted.remove(hash).is_some() {
            self.sum.remove(hash);
        }
    }

    /// After a start from the disk: the longest run of places without a gap.
    pub(super) fn count_places(&mut self) {
        self.beyond = self.accepted.values().map(|(seq, _, _)| *seq).collect();
        self.seq_last = 0;
        while self.beyond.remove(&(self.seq_last + 1)) {
            self.seq_last += 1;
        }
    }
}
