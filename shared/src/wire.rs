//! What a device and a server say to each other: CBOR, versioned, every size with a named limit.
//! Fields are numbered and new ones are added at the end as options, so that a reader of version N
//! skips what N+1 added.

pub mod pack;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::document::{ChangeHash, DocumentId};
use crate::id::{AccountId, DeviceId};
use crate::packed;
use crate::time::Timestamp;

/// The newest version spoken here. A server speaks this one and the one before; not the first one, whose
/// readers skip the year in the name of a journal and would take its volumes for one document.
pub const VERSION: u16 = 2;
pub const VERSION_OLDEST: u16 = 2;

/// Largest frame a device may send, in bytes: the gate's limits times the changes of one push.
pub const FRAME_TO_SERVER_BYTES_MAX: usize = 256 * 1024;
/// Largest frame a server sends, in bytes: a piece that a slow line finishes in a few seconds.
pub const FRAME_TO_DEVICE_BYTES_MAX: usize = 1024 * 1024;
/// A reply to a pull stops after so many bytes of changes and says that there is more: a cut line
/// loses at most this, and half of it once the frame is packed.
pub const ROWS_BYTES_GOAL: usize = 32 * 1024;
/// The same for documents of the chart, which pack to a tenth.
pub const CHART_ROWS_BYTES_GOAL: usize = 256 * 1024;
/// Changes of one push.
pub const PUSH_CHANGES_MAX: usize = 64;
/// Hashes of one message. Compaction keeps the hash of every row, so this many changes of a document
/// are compared. So many fit into a frame.
pub const HASHES_MAX: usize = 7_500;

/// Where a reply to a pull of this document stops.
pub const fn rows_bytes_goal(document: &DocumentId) -> usize {
    if document.is_chart() { CHART_ROWS_BYTES_GOAL } else { ROWS_BYTES_GOAL }
}

/// A digest over everything one side holds of the other's concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Digest(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 16],
);

/// Proof that this server, or another of the same clinic, once took this change from this account
/// at this time: a MAC by a key that is not in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Receipt(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 16],
);

/// A change as the server has it. `seq` is a cache of its place, never a truth.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Row {
    #[n(0)]
    pub seq: u64,
    #[n(1)]
    pub hash: ChangeHash,
    #[n(2)]
    pub sidecar: Sidecar,
    #[n(3)]
    pub bytes: ByteVec,
}

/// Who and when, as far as anyone may rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Sidecar {
    /// The author's account; nothing if the server itself wrote it.
    #[n(0)]
    pub account: Option<AccountId>,
    #[n(1)]
    pub device: Option<DeviceId>,
    #[n(2)]
    pub received_at: Timestamp,
    #[n(3)]
    pub receipt: Receipt,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum ToServer {
    #[n(0)]
    Hello {
        #[n(0)]
        version_min: u16,
        #[n(1)]
        version_max: u16,
        #[n(2)]
        digest: Digest,
    },
    /// Changes that this device minted, in the order it minted them.
    #[n(1)]
    Push {
        #[n(0)]
        number: u32,
        #[n(1)]
        document: DocumentId,
        #[n(2)]
        changes: Vec<ByteVec>,
    },
    /// Everything of a document after a place.
    #[n(2)]
    Pull {
        #[n(0)]
        document: DocumentId,
        #[n(1)]
        after: u64,
    },
    /// All that this device holds of a document: the answer to sums that differ though nothing is
    /// left to pull.
    #[n(3)]
    Holds {
        #[n(0)]
        document: DocumentId,
        #[n(1)]
        hashes: Vec<ChangeHash>,
    },
    /// Rows that the server said it lacks, whoever wrote them, with their receipts.
    #[n(4)]
    Offer {
        #[n(0)]
        document: DocumentId,
        #[n(1)]
        rows: Vec<Row>,
    },
    #[n(5)]
    Ping {
        #[n(0)]
        digest: Digest,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum ToDevice {
    #[n(0)]
    Welcome {
        #[n(0)]
        version: u16,
        /// Both hold the same; nothing follows.
        #[n(1)]
        same: bool,
    },
    /// This server no longer speaks the device's version: upgrade first.
    #[n(1)]
    TooOld {
        #[n(0)]
        version_min: u16,
    },
    #[n(2)]
    Summaries {
        #[n(0)]
        documents: Vec<Summary>,
    },
    #[n(3)]
    Taken {
        #[n(0)]
        number: u32,
        /// One for each change of the push, in its order.
        #[n(1)]
        outcomes: Vec<Outcome>,
    },
    #[n(4)]
    Rows {
        #[n(0)]
        document: DocumentId,
        #[n(1)]
        rows: Vec<Row>,
        /// Ask again after the last of these.
        #[n(2)]
        more: bool,
    },
    /// Rows of this document that only the device has.
    #[n(5)]
    Lacks {
        #[n(0)]
        document: DocumentId,
        #[n(1)]
        hashes: Vec<ChangeHash>,
    },
    #[n(6)]
    Pong {
        #[n(0)]
        same: bool,
    },
    /// What did not come of an offer. A row that is not named here was taken back.
    #[n(7)]
    Offered {
        #[n(0)]
        document: DocumentId,
        #[n(1)]
        not_back: Vec<NotBack>,
    },
    /// A document that this device is not to have: unasked, or in answer to what it holds of it or brings,
    /// and never to a pull. It drops the document; what it wrote into it and has not sent is kept for the
    /// person to see.
    #[n(8)]
    Closed {
        #[n(0)]
        document: DocumentId,
        #[n(1)]
        why: WhyClosed,
    },
    /// This device was revoked: it wipes everything at once.
    #[n(9)]
    Revoked,
}

/// Why a device is to drop a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum WhyClosed {
    /// This account may not read it, or no longer.
    #[n(0)]
    NotYours,
    /// It was rebuilt without something that was erased, as this epoch.
    #[n(1)]
    Superseded {
        #[n(0)]
        epoch: u32,
    },
}

/// A row that a server does not take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct NotBack {
    #[n(0)]
    pub hash: ChangeHash,
    #[n(1)]
    pub why: WhyNotBack,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum WhyNotBack {
    /// Its receipt is not one of this clinic's.
    #[n(0)]
    Unvouched,
    #[n(1)]
    Refused {
        #[n(0)]
        why: WhyRefused,
    },
    /// Something it builds on is not there, and was not offered before it.
    #[n(2)]
    Missing,
}

/// What a server has of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Summary {
    #[n(0)]
    pub document: DocumentId,
    #[n(1)]
    pub seq_last: u64,
    #[n(2)]
    pub sum: Sum,
}

/// The sum of the hashes of a set of changes, whatever their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Sum(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 16],
);

impl Sum {
    pub fn add(&mut self, hash: &ChangeHash) {
        self.0 = self.number().wrapping_add(half(hash)).to_le_bytes();
    }

    pub fn remove(&mut self, hash: &ChangeHash) {
        self.0 = self.number().wrapping_sub(half(hash)).to_le_bytes();
    }

    fn number(self) -> u128 {
        u128::from_le_bytes(self.0)
    }
}

fn half(hash: &ChangeHash) -> u128 {
    let (half, _) = hash.0.split_at(16);
    u128::from_le_bytes(half.try_into().expect("half of 32 bytes is 16"))
}

/// What became of one pushed change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Outcome {
    /// It is durable.
    #[n(0)]
    Stored {
        #[n(0)]
        seq: u64,
        #[n(1)]
        received_at: Timestamp,
        #[n(2)]
        receipt: Receipt,
    },
    /// It builds on changes that this server does not have: offer them first.
    #[n(1)]
    Missing,
    #[n(2)]
    Refused {
        #[n(0)]
        why: WhyRefused,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum WhyRefused {
    /// This account does not write this document.
    #[n(0)]
    NotAllowed,
    /// The gate: not a change that a document of ours takes.
    #[n(1)]
    NotAccepted,
    /// What it says was erased.
    #[n(2)]
    Erased,
    /// A device's own word: the clinic has no room for what it names. On no wire; here and below.
    #[n(3)]
    NoRoom,
    /// The clinic did not take what it names, or this device lost it.
    #[n(4)]
    NotAttached,
}

/// The bytes are not a message of a version spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a message")]
pub struct NotAMessage;

macro_rules! frames {
    ($($message:ty: $limit:ident),+) => {$(
        impl $message {
            pub fn to_bytes(&self) -> Vec<u8> {
                packed::pack(minicbor::to_vec(self).expect("writing into memory does not fail"))
            }

            pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAMessage> {
                if bytes.len() > $limit {
                    return Err(NotAMessage);
                }
                let unpacked = packed::unpack(bytes, $limit);
                let bytes = unpacked.as_deref().unwrap_or(bytes);
                let mut decoder = minicbor::Decoder::new(bytes);
                let message = decoder.decode().map_err(|_| NotAMessage)?;
                if decoder.position() == bytes.len() { Ok(message) } else { Err(NotAMessage) }
            }
        }
    )+};
}

frames!(ToServer: FRAME_TO_SERVER_BYTES_MAX, ToDevice: FRAME_TO_DEVICE_BYTES_MAX);

#[cfg(test)]
mod tests;
