//! What an entry says: JSON with a `kind`, written for good. A kind or a field that this version
//! does not know is kept as it is.

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

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Said {
            $($(#[$doc])* $name($name),)+
            /// Written by a newer version. Its text is the whole entry.
            Unknown(String),
        }

        #[derive(Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        enum Known { $($name($name),)+ }

        #[derive(Serialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        enum KnownRef<'a> { $($name(&'a $name),)+ }

        impl Said {
            pub fn from_text(text: &str) -> Self {
                match serde_json::from_str(text) {
                    $(Ok(Known::$name(said)) => Self::$name(said),)+
                    Err(_) => Self::Unknown(text.to_owned()),
                }
            }

            pub fn to_text(&self) -> String {
                let known = match self {
                    $(Self::$name(said) => KnownRef::$name(said),)+
                    Self::Unknown(text) => return text.clone(),
                };
                serde_json::to_string(&known).expect("strings and numbers become JSON")
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
    Message, Refill, VisitRequest, VisitWish, Call, BeforeVisit, Reading, Wrong, OwnMedicine,
    OwnAllergy, Same, Cancel, Retract,
    // Of the clinic, in care documents.
    Reply, ThreadClosed, RefillDecision, RefillCollapsed, VisitAnswer, Taken, Routed,
    /// In an activity document.
    Activity,
    /// In a chart document, beside the entry that it is about.
    MarkedWrong,
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
