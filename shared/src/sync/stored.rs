//! What a device keeps on its disk, row by row. The formats are read for good: new fields are
//! added at the end as options, and a new kind of row gets a new number.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::attachment::AttachmentName;
use crate::document::{ChangeHash, DocumentId};
use crate::id::{EntryId, PatientId};
use crate::packed;
use crate::time::Timestamp;
use crate::wire::{Sidecar, WhyRefused};

/// A row when it is unpacked: the largest change, with what it was made of.
const ROW_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Rows of former words that are looked for when an item leaves the outbox.
const SAYINGS_MAX: usize = 16;

/// One row. It says itself what it is, because its key on the disk does not.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Stored {
    /// Written by the person and not yet part of any history.
    #[n(0)]
    Outbox {
        #[n(0)]
        entry: EntryId,
        #[n(1)]
        item: OutboxItem,
    },
    /// A change of a document.
    #[n(1)]
    Change {
        #[n(0)]
        document: DocumentId,
        #[n(1)]
        hash: ChangeHash,
        #[n(2)]
        bytes: ByteVec,
        #[n(3)]
        standing: Standing,
    },
    /// Refused by the server: kept with its text until the person has dealt with it.
    #[n(2)]
    DeadLetter {
        #[n(0)]
        entry: EntryId,
        #[n(1)]
        item: OutboxItem,
        #[n(2)]
        why: WhyRefused,
    },
    /// The server has more of this document than is here: what is here must not be taken for all of
    /// it, also after a start without a line. It orders nothing and decides nothing.
    #[n(3)]
    Incomplete {
        #[n(0)]
        document: DocumentId,
    },
}

/// An edit that waits, with what is needed to make it part of a document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct OutboxItem {
    #[n(0)]
    pub patient: PatientId,
    #[n(1)]
    pub document: DocumentId,
    /// What the author's clock said.
    #[n(2)]
    pub written_at: Timestamp,
    /// The entry or register as it will stand in the document.
    #[n(3)]
    pub put: PutInto,
    /// The place of a copy sealed to the clinic, which can leave while the device is locked.
    #[n(4)]
    pub sealed_to_clinic: Option<ByteVec>,
    /// It was part of a change that may have reached the clinic: its words stand as they are.
    #[n(5)]
    pub may_be_sent: Option<bool>,
    /// From then on it is not sent before the person was asked: what was true when it was written may
    /// not be any more. Only ever this device's clock against itself.
    #[n(6)]
    pub ask_again_at: Option<Timestamp>,
    /// What it names has to be at the clinic before it is sent.
    #[n(7)]
    pub attachments: Option<Vec<AttachmentName>>,
    /// How often the person has said it otherwise; nothing if never.
    #[n(8)]
    pub saying: Option<u32>,
}

impl OutboxItem {
    /// Whether the person may still take it back or say it otherwise.
    pub fn may_change(&self) -> bool {
        self.may_be_sent.is_none()
    }

    /// Waits for the person, not for a line. What may be at the clinic already is not asked about.
    pub fn asks_again(&self, now: Timestamp) -> bool {
        self.may_change() && self.ask_again_at.is_some_and(|at| at <= now)
    }

    /// Said again by the person: the wait begins anew, in a row of its own, so that whoever still has
    /// the words of before finds nothing to send.
    pub fn said_again(self, put: PutInto, now: Timestamp) -> Self {
        let waits = |at: Timestamp| now.plus_millis(at.millis_since(self.written_at).max(0));
        let ask_again_at = self.ask_again_at.map(waits);
        let saying = Some(self.saying.unwrap_or_default().saturating_add(1));
        Self { ask_again_at, put, written_at: now, saying, ..self }
    }

    /// Its row and those of what it said before, the newest first. A verdict that met a rewording of
    /// another tab may have written one of those once more.
    pub fn rows(&self, entry: EntryId) -> impl Iterator<Item = RowKey> + use<> {
        let sayings = (0..=self.saying.unwrap_or_default()).rev().take(SAYINGS_MAX);
        sayings.map(move |saying| RowKey::Outbox(entry, (saying > 0).then_some(saying)))
    }

    /// A change was made of it and handed over, and now it waits again.
    pub fn back_from_a_change(self) -> Self {
        Self { may_be_sent: Some(true), ..self }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum PutInto {
    #[n(0)]
    Entry {
        #[n(0)]
        text: String,
    },
    #[n(1)]
    Register {
        #[n(0)]
        name: String,
        #[n(1)]
        text: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Standing {
    /// Minted here and not acknowledged. Holds what it was made from, so that it can be made anew.
    #[n(0)]
    Minted {
        #[n(0)]
        entry: EntryId,
        #[n(1)]
        item: OutboxItem,
        /// Its place among the unacknowledged changes of this device.
        #[n(2)]
        order: u64,
    },
    #[n(1)]
    Accepted {
        #[n(0)]
        seq: u64,
        #[n(1)]
        sidecar: Sidecar,
    },
}

/// Where a row lives. The disk sees only a keyed hash of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(flat)]
pub enum RowKey {
    /// Which saying of it: the words of before lie elsewhere.
    #[n(0)]
    Outbox(#[n(0)] EntryId, #[n(1)] Option<u32>),
    #[n(1)]
    Change(#[n(0)] DocumentId, #[n(1)] ChangeHash),
    #[n(2)]
    DeadLetter(#[n(0)] EntryId),
    #[n(3)]
    Incomplete(#[n(0)] DocumentId),
}

impl Stored {
    pub const fn key(&self) -> RowKey {
        match self {
            Self::Outbox { entry, item } => RowKey::Outbox(*entry, item.saying),
            Self::Change { document, hash, .. } => RowKey::Change(*document, *hash),
            Self::DeadLetter { entry, .. } => RowKey::DeadLetter(*entry),
            Self::Incomplete { document } => RowKey::Incomplete(*document),
        }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        packed::pack(minicbor::to_vec(self).expect("writing into memory does not fail"))
    }

    /// Nothing if these bytes are not a row that this version knows.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let unpacked = packed::unpack(bytes, ROW_BYTES_MAX);
        minicbor::decode(unpacked.as_deref().unwrap_or(bytes)).ok()
    }
}

/// One transaction of the device's disk: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub number: u64,
    /// Only if all of these rows are still there. Another tab may have been faster.
    pub requires: Vec<RowKey>,
    pub writes: Vec<Write>,
    /// The person will be told that it is saved: on the disk itself, not only handed to it.
    pub strict: bool,
}

#[expect(
    clippy::large_enum_variant,
    reason = "a batch is made, stored and gone; a box would cost more"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    Put(Stored),
    Remove(RowKey),
}

/// Why a batch was not stored. Nothing of it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreError {
    /// A required row is gone.
    Overtaken,
    Full,
    Unreachable,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Kind;

    /// The cipher finds a change first; what is behind it does not rely on that.
    #[test]
    fn a_hundred_thousand_changed_rows_end_no_program() {
        let patient = PatientId::from_u128(1);
        let document = DocumentId::first(patient, Kind::ChartCore);
        let item = OutboxItem {
            patient,
            document,
            written_at: Timestamp::from_millis(2),
            put: PutInto::Entry { text: "Is the swelling normal? ".repeat(20) },
            sealed_to_clinic: None,
            may_be_sent: Some(true),
            ask_again_at: Some(Timestamp::from_millis(3)),
            attachments: None,
            saying: None,
        };
        let entry = EntryId::from_u128(4);
        let standing = Standing::Minted { entry, item: item.clone(), order: 5 };
        let (hash, bytes) = (ChangeHash([6; 32]), vec![7; 100].into());
        let rows = [
            Stored::Outbox { entry, item },
            Stored::Change { document, hash, bytes, standing },
            Stored::Incomplete { document },
        ];
        let mut seed: u64 = 1;
        let mut below = |end: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
            usize::try_from(seed >> 33).unwrap() % end.max(1)
        };
        for row in &rows {
            let whole = row.to_bytes();
            assert_eq!(Stored::from_bytes(&whole).as_ref(), Some(row));
            for _ in 0..100_000 / rows.len() {
                let mut bytes = whole.clone();
                for _ in 0..=below(3) {
                    let place = below(bytes.len());
                    match below(4) {
                        0 => bytes.truncate(place),
                        1 => bytes.insert(place, below(256).to_le_bytes()[0]),
                        _ if bytes.is_empty() => {}
                        _ => bytes[place] ^= 1 << below(8),
                    }
                }
                if let Some(read) = Stored::from_bytes(&bytes) {
                    // What can be read can be written again.
                    assert_eq!(Stored::from_bytes(&read.to_bytes()), Some(read));
                }
            }
        }
    }
}
