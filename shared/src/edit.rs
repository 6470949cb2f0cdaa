//! Edit: the closed list of what a person can do, and why one may be refused.

use serde::{Deserialize, Serialize};

use crate::id::EntryId;

/// Longest text of one message in characters: several pages, and far below the gate's limits.
pub const MESSAGE_CHARS_MAX: usize = 8_000;
/// Longest subject line of a thread in characters: it has to fit a phone's list.
pub const TOPIC_CHARS_MAX: usize = 120;

/// Who may read a thread. Its author chooses once; it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The patient, caregivers with messaging, and the clinic.
    Circle,
    /// The author and the clinic, nobody else.
    Private,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// Starts a thread; the thread takes the id of this entry.
    StartThread {
        topic: String,
        text: String,
        audience: Audience,
    },
    /// Adds to a thread that the author can see.
    Reply { thread: EntryId, text: String },
    /// Everything in the thread up to this entry was on the author's screen.
    MarkRead { thread: EntryId, up_to: EntryId },
    /// Takes back an entry that has not left this device.
    Withdraw { entry: EntryId },
    /// Other words for a message that has not left this device.
    Reword { entry: EntryId, text: String },
}

/// Why an edit was refused. The portal turns each into a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    #[error("the text is empty")]
    EmptyText,
    #[error("the text is too long")]
    TextTooLong,
    #[error("the subject is empty")]
    EmptyTopic,
    #[error("the subject is too long")]
    TopicTooLong,
    #[error("there is no such thread")]
    NoSuchThread,
    #[error("there is no such entry")]
    NoSuchEntry,
    #[error("it has left this device already")]
    AlreadySent,
}
