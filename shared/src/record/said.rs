//! What an entry says: JSON with a `kind`, written for good. A kind or a field that this version
//! does not know is kept as it is.

use serde::Serialize;

pub use super::activity::Activity;
pub use super::before_visit::BeforeVisit;
pub use super::message::{Message, Reply, ThreadClosed};
pub use super::own::{Cancel, OwnAllergy, OwnMedicine, Retract, Same, Wrong};
pub use super::reading::Reading;
pub use super::refill::{Refill, RefillCollapsed, RefillDecision};
pub use super::staff::{MarkedWrong, Routed, Taken};
pub use super::visit::{Call, VisitAnswer, VisitRequest, VisitWish};
use crate::json;
use crate::time::Timestamp;

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
                Self::known(text).unwrap_or_else(|| Self::Unknown(text.to_owned()))
            }

            fn known(text: &str) -> Option<Self> {
                let (mut kind, mut fields) = (None, Vec::new());
                json::read_fields(text, &mut |name, value| {
                    if name == "kind" {
                        kind = value.text();
                    }
                    fields.push((name, value));
                })?;
                match &*kind? {
                    $($kind => json::from_fields(fields).map(Self::$name),)+
                    _ => None,
                }
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
    let fields = json::to_text(said);
    let fields = fields.strip_prefix('{').expect("every kind is a struct with fields");
    [r#"{"kind":""#, kind, r#"","#, fields].concat()
}

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
