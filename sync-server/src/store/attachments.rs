//! What the store keeps of attachments: piece by piece, whole only when all are there and are what
//! their name says.

use shared::attachment::{AttachmentName, MediaType};
use shared::id::{AccountId, PatientId};
use shared::time::Timestamp;

use super::Answer;

/// Unfinished ones of one record at a time; the oldest make room.
pub const UNFINISHED_MAX: usize = 16;
/// How long an unfinished one waits for its next piece.
pub const UNFINISHED_MILLIS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Which one, in whose record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attached {
    pub patient: PatientId,
    pub name: AttachmentName,
}

/// Somebody wants to bring one.
#[derive(Debug, Clone, Copy)]
pub struct NewAttachment {
    pub at: Attached,
    pub account: AccountId,
    pub media: MediaType,
    pub size: u32,
    pub now: Timestamp,
}

/// What is there of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// So many pieces from the first on; the next one is awaited.
    Has(u32),
    /// All of it, durable.
    Whole,
    /// The record has no room for it.
    Full,
}

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Took {
    /// It is durable, and so many are there now.
    Has(u32),
    /// It was the last one, and the content is what its name says.
    Whole,
    /// Another one is awaited, or it has not the right length.
    NotNext,
    /// The content is not what its name or its type says. All of it was dropped.
    NotIt,
    /// Nobody began it.
    Unknown,
}

/// One that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    pub media: MediaType,
    pub size: u32,
}

/// The part of the store that keeps attachments.
pub trait AttachmentStore: Send + Sync {
    /// Begins one, or goes on with it.
    fn begin_attachment(&self, new: NewAttachment) -> Answer<'_, Begun>;
    /// Takes the next piece.
    fn put_piece(
        &self,
        of: Attached,
        piece: u32,
        bytes: Vec<u8>,
        now: Timestamp,
    ) -> Answer<'_, Took>;
    /// Only one that is whole.
    fn attachment(&self, of: Attached) -> Answer<'_, Option<Whole>>;
    fn piece(&self, of: Attached, piece: u32) -> Answer<'_, Option<Vec<u8>>>;
}
