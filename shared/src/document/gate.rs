//! The gate: what stands between foreign bytes and automerge. Sixty-eight bytes can claim 2^40
//! operations, and one accepted change can end every reader of a document for good, so nothing
//! reaches automerge before it was read here, in bounded time and memory and without a panic.
//!
//! Three steps, each of which can only refuse:
//! 1. [`check`] reads the bytes of one change and asks nothing: form, size, run lengths, and that
//!    writing down what was read gives the same bytes again. Whatever the reader did not look at
//!    would be missing from the second writing, so there is no hidden column, field or operation.
//! 2. [`admit`] compares with what the store knows: sequence, counters, what it builds on, and the
//!    shape of our documents: strings under known kinds of names in two known maps. It never asks
//!    what a string means, so newer kinds of entries pass through older servers and devices.
//! 3. [`guarded`] wraps the automerge calls that follow, in case both were wrong.
//!
//! On a device [`is_fit`] stands for the second step: the server compared with its store before it
//! sent a change, and a device looks once more at everything that one change says by itself.
//!
//! Why each rule is needed is measured in the tests beside it and in `docs/fuzzing.md`.

mod admit;
mod body;
mod chunk;
mod columns;
mod document_writer;
mod encoding;
mod guard;
mod limits;
mod operation;
mod reader;
mod replay;
mod snapshot;
mod writer;

pub use self::admit::{
    Admitted, CHANGES_BETWEEN_MAX, Known, Last, Layout, REGISTER_BYTES_MAX, Shape, admit, is_fit,
};
pub use self::chunk::{Inflater, check, hash_of_change, read_stored, sealed};
pub use self::guard::{Panicked, guarded};
pub use self::limits::{Limit, Limits, SnapshotLimits};
pub use self::operation::{Map, Object, OpId, Operation, Scalar, Slot};
pub use self::snapshot::{Snapshot, check_snapshot};
use super::{Actor, ChangeHash};

/// One change that has the form of a change, as far as its own bytes can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub(crate) hash: ChangeHash,
    pub(crate) actor: Actor,
    pub(crate) seq: u64,
    /// The counter of the first operation; the following ones count up by one.
    pub(crate) start_op: u64,
    pub(crate) dependencies: Vec<ChangeHash>,
    /// Actors that the operations name, without the author.
    pub(crate) other_actors: Vec<Actor>,
    /// What the author's clock said. Recorded; nothing is decided by it.
    pub(crate) time: i64,
    pub(crate) message: String,
    pub(crate) operations: Vec<Operation>,
    /// The change as an uncompressed chunk: the bytes to store and to hand to automerge.
    pub(crate) bytes: Vec<u8>,
}

impl Checked {
    pub fn hash(&self) -> ChangeHash {
        self.hash
    }

    pub fn actor(&self) -> Actor {
        self.actor
    }

    pub fn seq(&self) -> u64 {
        self.seq
    }

    pub fn start_op(&self) -> u64 {
        self.start_op
    }

    /// The counter of the last operation.
    pub fn max_op(&self) -> u64 {
        // Cannot be empty or near overflow: `check` refused both.
        self.start_op + self.operations.len() as u64 - 1
    }

    pub fn dependencies(&self) -> &[ChangeHash] {
        &self.dependencies
    }

    pub fn other_actors(&self) -> &[Actor] {
        &self.other_actors
    }

    pub fn time(&self) -> i64 {
        self.time
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation that has this id, if this change made it.
    pub fn operation(&self, id: OpId) -> Option<&Operation> {
        let place = id.counter.checked_sub(self.start_op)?;
        if id.actor == self.actor {
            self.operations.get(usize::try_from(place).ok()?)
        } else {
            None
        }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Why bytes do not pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("not one change: {0}")]
    Malformed(&'static str),
    #[error("the checksum does not fit")]
    Checksum,
    #[error("more than the limit: {0:?}")]
    TooMuch(Limit),
    #[error("says who wrote it, which only the server may say")]
    Author,
    #[error("has no operations")]
    Empty,
    #[error("written differently from how it reads")]
    NotCanonical,
    #[error("builds on changes that are not here")]
    Missing(Vec<ChangeHash>),
    /// The actor's next change has another number. One with a number that was used is a second
    /// writer with the same actor, or a repetition that the store should have known by its hash.
    #[error("sequence number {found} where {expected} comes next")]
    Sequence { expected: u64, found: u64 },
    #[error("counts its operations from {found} instead of {expected}")]
    Counter { expected: u64, found: u64 },
    #[error("does not build on the last change of its own actor")]
    Beside,
    #[error("names an actor nobody knows")]
    UnknownActor,
    #[error("does something that this document does not take: {0}")]
    Shape(&'static str),
    /// Both checks let it pass and automerge still panicked. The bytes are worth keeping as a test.
    #[error("automerge panicked")]
    Panicked,
}
