//! What goes into and comes out of the change log and the clinic's tables.

use shared::document::gate::{Checked, Layout};
use shared::document::{ChangeHash, DocumentId};
use shared::edit::Audience;
use shared::id::{AccountId, EntryId, PatientId};
use shared::time::Timestamp;
use shared::wire::{Row, Sidecar, WhyRefused};

/// A row on its way into the log. Its sidecar is final.
#[derive(Clone)]
pub struct Fresh {
    pub hash: ChangeHash,
    pub bytes: Vec<u8>,
    pub sidecar: Sidecar,
    /// What the gate read in it; nothing for a mark, which is not a change of automerge.
    pub change: Option<Checked>,
}

/// Changes of one document that go in together.
#[derive(Clone)]
pub struct Batch {
    pub document: DocumentId,
    /// Where the document's maps are, for the second half of the gate.
    pub layout: Layout,
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
    /// It builds on changes that are not in the log, or the log itself is not there yet.
    Missing,
    /// The document does not exist or does not take it, or its actor is somebody else's.
    Refused(WhyRefused),
    /// Nothing of the batch was kept: the reply was written before, as this entry.
    RepliedBefore(EntryId),
}

impl Appended {
    /// A change for a document that does not exist. A backup may know less than devices do, and what an
    /// account writes is made again from what its devices hold; the server's own documents it makes itself.
    pub fn without(document: &DocumentId) -> Self {
        match document.writer() {
            Some(_) => Self::Missing,
            None => Self::Refused(WhyRefused::NotAllowed),
        }
    }
}

/// What the projector found in rows of one document.
#[derive(Clone)]
pub struct Projection {
    pub document: DocumentId,
    /// All rows up to this place were looked at.
    pub up_to: u64,
    pub threads: Vec<Thread>,
    pub messages: Vec<Found>,
    /// For what people asked besides messages: the marks that say it is at the clinic.
    pub marks: Vec<NewMark>,
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

impl News {
    /// One for each document, however many a transaction made: a connection's queue is short.
    pub fn together(all: Vec<Self>) -> Vec<Self> {
        let mut together: Vec<Self> = Vec::new();
        for news in all {
            match together.iter_mut().find(|held| held.document == news.document) {
                Some(held) => held.rows.extend(news.rows),
                None => together.push(news),
            }
        }
        together
    }

    /// What is new in the log after a commit, if anything is.
    pub fn of(document: DocumentId, appended: &[Appended]) -> Option<Self> {
        let rows = appended.iter().filter_map(|one| match one {
            Appended::Stored(row) => Some(row.clone()),
            Appended::Already(_)
            | Appended::Missing
            | Appended::Refused(_)
            | Appended::RepliedBefore(_) => None,
        });
        let rows: Vec<_> = rows.collect();
        (!rows.is_empty()).then_some(Self { document, rows })
    }
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

/// One message of a thread. Equal words of one document under one entry are one message; different
/// ones are both kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    pub patient: PatientId,
    pub thread: EntryId,
    pub entry: EntryId,
    /// Who reads the document it came in.
    pub audience: Audience,
    pub author: Author,
    pub text: String,
    /// The list of what it names besides words, as the entry has it; the store reads nothing of it.
    pub attachments: Option<String>,
    pub written_at: Timestamp,
    pub received_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    Person(AccountId),
    /// Staff; the name is the one the reply was signed with.
    Clinic {
        account: Option<AccountId>,
        name: String,
    },
}

/// A message and the name to show with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownMessage {
    pub message: MessageRow,
    pub author_name: String,
    /// A member of staff has opened it.
    pub seen: bool,
}

/// A thread and whose record it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownThread {
    pub thread: Thread,
    pub patient_name: String,
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
