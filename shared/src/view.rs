//! Ask and Answer: what a screen may want to know, as pure functions `&Record → plain data`.

pub mod threads;

use serde::{Deserialize, Serialize};

use crate::edit::Audience;
use crate::id::{AccountId, EntryId};
use crate::record::{Place, Record};
use crate::time::Timestamp;

/// A question of a screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    Threads,
    Thread { thread: EntryId },
    Waiting,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Threads(Vec<ThreadRow>),
    /// Nothing if there is no such thread on this device.
    Thread(Option<Thread>),
    Waiting(Waiting),
}

/// Where an item is. A state only moves forward, and is never ahead of the truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// On the disk of this device, and nowhere else.
    SavedHere {
        at: Timestamp,
    },
    /// Durable at the server.
    Sent {
        at: Timestamp,
    },
    /// In the clinic's worklist.
    AtTheClinic {
        at: Timestamp,
    },
    ReadBy {
        name: String,
        at: Timestamp,
    },
    Answered {
        at: Timestamp,
    },
    NotSent {
        why: NotSent,
    },
}

/// Why something was not sent and will not be without the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotSent {
    /// The server said that this account may not write here.
    NotAllowed,
    /// The server could not take it as it is.
    NotAccepted,
    /// The thread or record it belongs to was erased.
    Erased,
}

/// One line of the list of threads, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadRow {
    pub thread: EntryId,
    pub topic: String,
    pub audience: Audience,
    /// The beginning of the newest message.
    pub excerpt: String,
    /// Who wrote the newest message; nothing if it was the reader.
    pub newest_from: Option<String>,
    pub newest_at: Timestamp,
    pub newest_state: Option<ItemState>,
    pub unread: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    pub thread: EntryId,
    pub topic: String,
    pub audience: Audience,
    /// In the order the server received them, unsent last.
    pub messages: Vec<Message>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub entry: EntryId,
    pub text: String,
    /// Nothing if the reader wrote it.
    pub from: Option<String>,
    /// What the author's clock said.
    pub written_at: Timestamp,
    /// Known once the server has it.
    pub received_at: Option<Timestamp>,
    /// Only of what the reader wrote.
    pub state: Option<ItemState>,
}

/// What has not left this device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub unsent: u32,
    pub refused: u32,
    pub oldest_written_at: Option<Timestamp>,
}

/// Answers a question about one record for one reader.
pub fn answer(record: &Record, reader: AccountId, ask: &Ask) -> Answer {
    match ask {
        Ask::Threads => Answer::Threads(threads::threads(record, reader)),
        Ask::Thread { thread } => Answer::Thread(threads::thread(record, reader, *thread)),
        Ask::Waiting => Answer::Waiting(waiting(record, reader)),
    }
}

fn waiting(record: &Record, reader: AccountId) -> Waiting {
    let mut waiting = Waiting::default();
    for (_, entry) in record
        .entries()
        .filter(|(_, entry)| entry.author == Some(reader))
    {
        match entry.place {
            Place::Here => waiting.unsent += 1,
            Place::Refused(_) => waiting.refused += 1,
            Place::Received(_) => continue,
        }
        let written = entry.said.written();
        waiting.oldest_written_at = match (waiting.oldest_written_at, written) {
            (Some(oldest), Some(written)) => Some(oldest.min(written)),
            (oldest, written) => oldest.or(written),
        };
    }
    waiting
}
