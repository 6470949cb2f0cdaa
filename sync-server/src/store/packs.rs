//! Compaction as the store sees it. Rows of a log that lie together in a pack have no bytes of their own
//! any more; place, hash, author, time and receipt of every row stay for good. It takes three steps, each
//! durable before the next begins: a pack is written, read back and compared, and only then do its rows
//! give up their bytes. Whatever ends the process in between, every row can be read.

use shared::document::DocumentId;
use shared::wire::Row;
use shared::wire::pack::Pack;

use super::{Answer, StoreError};

/// The rows of one document that a pack holds, without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackPlace {
    pub document: DocumentId,
    pub first: u64,
    pub last: u64,
}

/// A pack on its way into the store.
pub struct NewPack {
    pub place: PackPlace,
    /// Bytes of its changes as they were written.
    pub weight: usize,
    pub pack: Pack,
}

/// What comes after a place, as it is sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Sent {
    Rows(Vec<Row>, bool),
    /// A finished pack begins exactly there, and whether there are more rows behind it.
    Pack(Pack, bool),
}

/// How much stands behind the last pack of a log before it is worth packing.
#[derive(Debug, Clone, Copy)]
pub struct Tail {
    pub rows: u64,
    pub bytes: u64,
}

/// A log with something to pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongLog {
    pub document: DocumentId,
    /// Rows up to this place are in finished packs.
    pub packed: u64,
    /// The first row and the weight of the last finished pack.
    pub last: Option<(u64, usize)>,
    /// A pack that was written, and whose rows still have their bytes.
    pub begun: Option<PackPlace>,
}

/// A pack that was read back from where it lies, and says what its rows say. Only the store makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified(PackPlace);

impl Verified {
    pub const fn place(self) -> PackPlace {
        self.0
    }

    /// Whether a pack says what its rows say, to the last byte.
    pub(super) fn compared(
        place: PackPlace,
        packed: &(DocumentId, Vec<Row>),
        rows: &[Row],
    ) -> Option<Self> {
        let (document, of_pack) = packed;
        let is_whole = rows.iter().map(|row| row.seq).eq(place.first..=place.last);
        let is_same = *document == place.document && of_pack == rows;
        (is_whole && is_same).then_some(Self(place))
    }
}

/// The part of the store that packs logs.
pub trait PackStore: Send + Sync {
    /// A pack if one begins there, else rows as `rows_after` and at most to where the next one begins.
    fn sent_after(&self, document: DocumentId, after: u64, bytes_goal: usize) -> Answer<'_, Sent>;
    /// Logs with so much behind their last pack, or with a pack that was begun, in the order of their
    /// documents and after one of them.
    fn long_logs(
        &self,
        tail: Tail,
        after: Option<DocumentId>,
        logs_max: usize,
    ) -> Answer<'_, Vec<LongLog>>;
    /// The first step. One that is there already stays as it is.
    fn write_pack(&self, new: NewPack) -> Answer<'_, ()>;
    /// The second. Nothing if it does not say what its rows say.
    fn verify_pack(&self, place: PackPlace) -> Answer<'_, Option<Verified>>;
    /// The third: its rows give up their bytes, and packs that it holds whole are deleted. False if that
    /// was done before, or does not follow on what is packed.
    fn finish_pack(&self, verified: Verified) -> Answer<'_, bool>;
    /// Deletes one that was begun and does not say what its rows say.
    fn discard_pack(&self, place: PackPlace) -> Answer<'_, ()>;
}

/// A pack that cannot be read.
pub(super) const DAMAGED: StoreError = StoreError::Damaged("packs");
