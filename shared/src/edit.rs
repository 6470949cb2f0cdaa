//! Edit: the closed list of what a person can do, and why one may be refused.

use serde::{Deserialize, Serialize};

use crate::document::DocumentId;
use crate::id::{AccountId, EntryId, PatientId};
use crate::record::{Message, Place, READ_REGISTER, Record, Said};
use crate::sync::stored::{OutboxItem, PutInto};
use crate::time::Timestamp;

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

/// What an allowed edit comes to. The sync half does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prepared {
    New { entry: EntryId, item: OutboxItem },
    Reword { entry: EntryId, put: PutInto },
    Withdraw { entry: EntryId },
}

/// Who edits which record, under which fresh id, and what their clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pen {
    pub account: AccountId,
    pub patient: PatientId,
    pub entry: EntryId,
    pub now: Timestamp,
}

/// Checks an edit against the record and says what is to be written where.
pub fn prepare(record: &Record, pen: Pen, edit: Edit) -> Result<Prepared, Refused> {
    match edit {
        Edit::StartThread {
            topic,
            text,
            audience,
        } => {
            let topic = topic.trim().to_owned();
            within(
                &topic,
                TOPIC_CHARS_MAX,
                Refused::EmptyTopic,
                Refused::TopicTooLong,
            )?;
            let message = Message {
                thread: None,
                topic: Some(topic),
                text: body(&text)?,
                written: pen.now,
            };
            Ok(pen.new_entry(audience, &Said::Message(message)))
        }
        Edit::Reply { thread, text } => {
            let audience = thread_audience(record, thread).ok_or(Refused::NoSuchThread)?;
            let message = Message {
                thread: Some(thread),
                topic: None,
                text: body(&text)?,
                written: pen.now,
            };
            Ok(pen.new_entry(audience, &Said::Message(message)))
        }
        Edit::MarkRead { thread, up_to } => {
            let audience = thread_audience(record, thread).ok_or(Refused::NoSuchThread)?;
            let name = format!("{READ_REGISTER}{thread}");
            let put = PutInto::Register {
                name,
                text: up_to.to_string(),
            };
            Ok(pen.new_item(audience, put))
        }
        Edit::Withdraw { entry } => {
            own_and_here(record, pen.account, entry)?;
            Ok(Prepared::Withdraw { entry })
        }
        Edit::Reword { entry, text } => {
            let Said::Message(old) = own_and_here(record, pen.account, entry)? else {
                return Err(Refused::NoSuchEntry);
            };
            let said = Said::Message(Message {
                text: body(&text)?,
                written: pen.now,
                ..old
            });
            Ok(Prepared::Reword {
                entry,
                put: PutInto::Entry {
                    text: said.to_text(),
                },
            })
        }
    }
}

/// Who may read a thread, from its first message.
pub fn thread_audience(record: &Record, thread: EntryId) -> Option<Audience> {
    record
        .values_of(thread)
        .iter()
        .find_map(|entry| entry.audience)
}

impl Pen {
    fn new_entry(&self, audience: Audience, said: &Said) -> Prepared {
        self.new_item(
            audience,
            PutInto::Entry {
                text: said.to_text(),
            },
        )
    }

    fn new_item(&self, audience: Audience, put: PutInto) -> Prepared {
        let item = OutboxItem {
            patient: self.patient,
            document: DocumentId::journal(self.patient, self.account, audience),
            written_at: self.now,
            put,
            sealed_to_clinic: None,
        };
        Prepared::New {
            entry: self.entry,
            item,
        }
    }
}

fn own_and_here(record: &Record, account: AccountId, entry: EntryId) -> Result<Said, Refused> {
    let values = record.values_of(entry);
    let own = values.iter().find(|value| value.author == Some(account));
    let own = own.ok_or(Refused::NoSuchEntry)?;
    match own.place {
        Place::Here => Ok(own.said.clone()),
        Place::Received(_) | Place::Refused(_) => Err(Refused::AlreadySent),
    }
}

fn body(text: &str) -> Result<String, Refused> {
    let text = text.trim();
    within(
        text,
        MESSAGE_CHARS_MAX,
        Refused::EmptyText,
        Refused::TextTooLong,
    )?;
    Ok(text.to_owned())
}

fn within(text: &str, max: usize, empty: Refused, long: Refused) -> Result<(), Refused> {
    match text.chars().take(max + 1).count() {
        0 => Err(empty),
        count if count > max => Err(long),
        _ => Ok(()),
    }
}
