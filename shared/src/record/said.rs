//! What an entry says: JSON with a `kind`, written for good. A kind or a field that this version
//! does not know is kept as it is.

use serde::{Deserialize, Serialize};

use crate::id::EntryId;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Message(Message),
    Reply(Reply),
    /// Written by a newer version. Its text is the whole entry.
    Unknown(String),
}

/// A message of a patient or caregiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Nothing if it starts a thread, which then has the id of this entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<EntryId>,
    /// Only of the first message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    pub text: String,
    /// What the author's clock said.
    pub written: Timestamp,
}

/// An answer of the clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub thread: EntryId,
    pub text: String,
    /// The name and role of the person who answered, as the patient should read them.
    pub by: String,
    pub written: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Known {
    Message(Message),
    Reply(Reply),
}

impl Said {
    pub fn from_text(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(Known::Message(message)) => Self::Message(message),
            Ok(Known::Reply(reply)) => Self::Reply(reply),
            Err(_) => Self::Unknown(text.to_owned()),
        }
    }

    pub fn to_text(&self) -> String {
        let known = match self {
            Self::Message(message) => Known::Message(message.clone()),
            Self::Reply(reply) => Known::Reply(reply.clone()),
            Self::Unknown(text) => return text.clone(),
        };
        serde_json::to_string(&known).expect("strings and numbers become JSON")
    }

    pub fn written(&self) -> Option<Timestamp> {
        match self {
            Self::Message(message) => Some(message.written),
            Self::Reply(reply) => Some(reply.written),
            Self::Unknown(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_reads_back_as_it_was_written() {
        let message = Message {
            thread: Some(EntryId::from_u128(1)),
            topic: None,
            text: "¿Puedo tomar \"dos\"?".into(),
            written: Timestamp::from_millis(5),
        };
        let said = Said::Message(message);
        assert_eq!(Said::from_text(&said.to_text()), said);
    }

    #[test]
    fn a_kind_that_is_not_known_is_kept_word_for_word() {
        let newer = r#"{"kind":"dream","text":"flying", "n":1.50}"#;
        assert_eq!(Said::from_text(newer).to_text(), newer);
    }
}
