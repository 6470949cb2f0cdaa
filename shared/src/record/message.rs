//! Messages of both sides.

use serde::{Deserialize, Serialize};

use crate::id::EntryId;
use crate::time::Timestamp;

/// A message of a patient or caregiver.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Nothing if it starts a thread, which then has the id of this entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<EntryId>,
    /// Only of the first message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Only of the first message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// An entry of the record that it is about: a result, a medicine, a declined refill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<EntryId>,
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Names of the warning signs that the device found in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub red_flags: Vec<String>,
    /// What the author's clock said.
    pub written: Timestamp,
}

/// What a thread is about, so that it reaches the right people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Symptom,
    Medicine,
    Result,
    Visit,
    Bill,
    #[serde(other)]
    Other,
}

/// A photo or a document that lies in a blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its content's keyed hash.
    pub blob: String,
    pub content_type: String,
    pub bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// An answer of the clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub thread: EntryId,
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The name and role of the person who answered, as the patient should read them.
    pub by: String,
    pub written: Timestamp,
}

/// The clinic ended a thread, or took it up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadClosed {
    pub thread: EntryId,
    pub closed: bool,
    pub by: String,
    pub written: Timestamp,
}
