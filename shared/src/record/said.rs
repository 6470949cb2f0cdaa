//! What an entry says: JSON with a `kind`, written for good. A kind or a field that this version
//! does not know is kept as it is.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use super::activity::Activity;
pub use super::before_visit::BeforeVisit;
pub use super::message::{Message, Reply, ThreadClosed};
pub use super::own::{Cancel, OwnAllergy, OwnMedicine, Retract, Same, Wrong};
pub use super::reading::Reading;
pub use super::refill::{Refill, RefillCollapsed, RefillDecision};
pub use super::staff::{MarkedWrong, Routed, Taken};
pub use super::visit::{Call, VisitAnswer, VisitRequest, VisitWish};
use crate::time::Timestamp;

/// Only what an entry is; each kind then reads itself from the same text.
#[derive(Deserialize)]
struct OfKind<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $kind:literal),+ $(,)?) => {
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Said {
            $($(#[$doc])* $name($name),)+
            /// Written by a newer version. Its text is the whole entry.
            Unknown(String),
        }

        impl Said {
            pub fn from_text(text: &str) -> Self {
                let of_kind = serde_json::from_str(text);
                let known = of_kind.ok().and_then(|OfKind { kind }| match &*kind {
                    $($kind => serde_json::from_str(text).ok().map(Self::$name),)+
                    _ => None,
                });
                known.unwrap_or_else(|| Self::Unknown(text.to_owned()))
            }

            pub fn to_text(&self) -> String {
                match self {
                    $(Self::$name(said) => text_of($kind, said),)+
                    Self::Unknown(text) => text.clone(),
                }
            }

            /// What the author's clock said.
            pub fn written(&self) -> Option<Timestamp> {
                match self {
                    $(Self::$name(said) => Some(said.written),)+
                    Self::Unknown(_) => None,
                }
            }
        }
    };
}

kinds! {
    // Of patients and caregivers, in journals.
    Message = "message",
    Refill = "refill",
    VisitRequest = "visit_request",
    VisitWish = "visit_wish",
    Call = "call",
    BeforeVisit = "before_visit",
    Reading = "reading",
    Wrong = "wrong",
    OwnMedicine = "own_medicine",
    OwnAllergy = "own_allergy",
    Same = "same",
    Cancel = "cancel",
    Retract = "retract",
    // Of the clinic, in care documents.
    Reply = "reply",
    ThreadClosed = "thread_closed",
    RefillDecision = "refill_decision",
    RefillCollapsed = "refill_collapsed",
    VisitAnswer = "visit_answer",
    Taken = "taken",
    Routed = "routed",
    /// In an activity document.
    Activity = "activity",
    /// In a chart document, beside the entry that it is about.
    MarkedWrong = "marked_wrong",
}

/// The kind stands first among the fields.
fn text_of(kind: &str, said: &impl Serialize) -> String {
    let fields = serde_json::to_string(said).expect("strings and numbers become JSON");
    let fields = fields.strip_prefix('{').expect("every kind is a struct with fields");
    [r#"{"kind":""#, kind, r#"","#, fields].concat()
}

/// For an enum that newer versions add to: what this one cannot read becomes `Other`, whatever
/// comes with it. The enum derives its own reading and writing with `remote = "Self"`.
macro_rules! others_are_other {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, to)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                if !from.is_human_readable() {
                    return Self::deserialize(from);
                }
                let raw = <Box<serde_json::value::RawValue>>::deserialize(from)?;
                let mut from = serde_json::Deserializer::from_str(raw.get());
                Ok(Self::deserialize(&mut from).unwrap_or(Self::Other))
            }
        }
    };
}
pub(super) use others_are_other;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::EntryId;

    #[test]
    fn what_was_said_reads_back_as_it_was_written() {
        let message = Message {
            thread: Some(EntryId::from_u128(1)),
            text: "¿Puedo tomar \"dos\"?".into(),
            written: Timestamp::from_millis(5),
            ..Message::default()
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
