//! What the clinic's page is told: its queue and one item of it. The server adds what is no part of
//! a record (who works on it, what is late), and both sides read these types.

use serde::{Deserialize, Serialize};

use super::{RedFlag, Work};
use crate::id::{AccountId, EntryId, PatientId};
use crate::record::message::Attachment;
use crate::time::Timestamp;
use crate::view::refills::RefillRow;
use crate::view::requests::RequestRow;
use crate::view::safety::Notices;

/// A page of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    pub lines: Vec<QueueLine>,
    pub counts: Counts,
    /// There are more than this page shows.
    pub more: bool,
}

/// How many open items each filter would show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub all: u32,
    pub mine: u32,
    pub unassigned: u32,
    pub late: u32,
    pub messages: u32,
    pub refills: u32,
    pub visits: u32,
    pub others: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueLine {
    pub patient: PatientId,
    pub patient_name: String,
    /// As it is written: `1961-04-09`.
    pub birth_date: String,
    /// Who wrote, if it was not the patient.
    pub by: Option<String>,
    pub work: Work,
    /// Past the clinic's own target.
    pub late: bool,
    /// Answered, and not read for so long that somebody should call.
    pub call: bool,
    /// Warning signs that nobody has looked at yet.
    pub red_flags: Vec<RedFlag>,
    pub owner: Option<Owner>,
    /// Notes of colleagues that this line takes into account. Who acts on it says how many.
    pub notes: u32,
}

/// Who works on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    Person {
        account: AccountId,
        name: String,
    },
    /// Anyone who has this role: `nurse`, `clinician` and so on.
    Role {
        role: String,
    },
}

/// What somebody did about a warning sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagSettled {
    Called,
    Seen,
    NotUrgent,
}

/// Why a conversation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    Answered,
    /// Settled on the phone.
    Called,
    /// A visit will do it.
    Visit,
    /// Nothing had to be done.
    NothingToDo,
}

/// One line of an item's own history at the clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteLine {
    pub by: String,
    pub at: Timestamp,
    pub what: Note,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Works on it from now on; nobody in particular if there is none.
    Owner(Option<Owner>),
    /// Looked at every warning sign up to this entry.
    Flag { how: FlagSettled, up_to: EntryId },
    /// Advice to whoever decides. It is no part of the record.
    Recommended { text: String },
    /// Ended the conversation, and why.
    Closed { why: CloseReason },
}

/// Everything about one item, for the middle of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskItem {
    pub line: QueueLine,
    pub messages: Vec<DeskMessage>,
    pub refill: Option<RefillRow>,
    pub request: Option<RequestRow>,
    /// From a short list; nothing in it means nothing.
    #[serde(default)]
    pub notices: Option<Notices>,
    pub notes: Vec<NoteLine>,
    /// Colleagues who have it open right now.
    pub also_here: Vec<String>,
    /// Whoever asks may approve and decline prescriptions.
    pub may_prescribe: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskMessage {
    pub entry: EntryId,
    pub from: String,
    /// Written by the clinic.
    pub clinic: bool,
    /// Written by the one who reads this.
    pub mine: bool,
    pub text: String,
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    pub written_at: Timestamp,
    pub received_at: Timestamp,
    /// Where an answer of the clinic is.
    #[serde(default)]
    pub state: Option<AnswerState>,
}

/// How far an answer has come, as far as the server knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerState {
    /// Safe at the server, and on no device of theirs that it knows of.
    Sent,
    /// On a device of somebody who wrote in this conversation.
    OnDevice,
    /// One of those it is for had it on the screen.
    Read { by: String },
}

/// A colleague to whom work can be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColleagueLine {
    pub account: AccountId,
    pub name: String,
    pub role: String,
    /// May decide about prescriptions.
    #[serde(default)]
    pub prescribes: bool,
}
