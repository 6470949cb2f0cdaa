//! What goes into and comes out of the change log and the clinic's tables.

use shared::document::{Actor, ChangeHash, DocumentId};
use shared::edit::Audience;
use shared::id::{AccountId, EntryId, PatientId};
use shared::time::Timestamp;
use shared::wire::{Row, Sidecar, WhyRefused};

/// A change that went through the gate, on its way into the log. Its sidecar is final.
#[derive(Clone)]
pub struct Fresh {
    pub hash: ChangeHash,
    pub bytes: Vec<u8>,
    pub sidecar: Sidecar,
    /// What the gate read in it; nothing for rows that are not automerge changes.
    pub change: Option<ChangeFacts>,
}

/// What the log has to know of a change to keep a document whole.
#[derive(Clone, PartialEq, Eq)]
pub struct ChangeFacts {
    pub actor: Actor,
    pub actor_seq: u64,
    pub start_op: u64,
    /// The last operation of the change.
    pub max_op: u64,
    pub dependencies: Vec<ChangeHash>,
}

/// Changes of one document that go in together.
#[derive(Clone)]
pub struct Batch {
    pub document: DocumentId,
    pub changes: Vec<Fresh>,
    /// A reply of the clinic and the key that makes asking for it twice harmless.
    pub reply: Option<ReplyKey>,
}

#[derive(Clone)]
pub struct ReplyKey {
    pub author: AccountId,
    pub key: String,
    pub entry: EntryId,
}

/// What became of one change of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It is in the log now.
    Stored(Row),
    /// It was in the log before; this is its row.
    Already(Row),
    /// It builds on changes that are not in the log.
    Missing,
    /// The document does not exist, or the actor belongs to somebody else or is out of its order.
    Refused(WhyRefused),
    /// Nothing of the batch was kept: the reply was written before, as this entry.
    RepliedBefore(EntryId),
}

/// What the projector found in rows of one document.
#[derive(Clone)]
pub struct Projection {
    pub document: DocumentId,
    /// All rows up to this place were looked at.
    pub up_to: u64,
    pub threads: Vec<Thread>,
    pub messages: Vec<Found>,
}

/// A message, and the mark that tells its author where it is. The mark goes in with the message,
/// and not at all if the message was there before.
#[derive(Clone)]
pub struct Found {
    pub message: MessageRow,
    pub mark: Option<NewMark>,
}

/// A row for a document of marks.
#[derive(Clone)]
pub struct NewMark {
    pub document: DocumentId,
    pub row: Fresh,
}

/// Rows that went into a log, for everyone who listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    pub document: DocumentId,
    pub rows: Vec<Row>,
}

/// A conversation, as its first message founded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    pub patient: PatientId,
    pub thread: EntryId,
    pub topic: String,
    pub audience: Audience,
    /// Who founded it; nothing if the clinic did.
    pub founder: Option<AccountId>,
}

/// One message of a thread. The first one to say something about an entry stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    pub patient: PatientId,
    pub thread: EntryId,
    pub entry: EntryId,
    pub author: Author,
    pub text: String,
    pub written_at: Timestamp,
    pub received_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    Person(AccountId),
    /// Staff; the name is the one the reply was signed with.
    Clinic { account: Option<AccountId>, name: String },
}

/// A message and the name to show with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownMessage {
    pub message: MessageRow,
    pub author_name: String,
    /// A member of staff has opened it.
    pub seen: bool,
}

/// One line of the staff's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadRow {
    pub patient: PatientId,
    pub patient_name: String,
    pub thread: EntryId,
    pub topic: String,
    pub newest: ShownMessage,
}
