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
use crate::document::{DocumentId, Kind};
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

            /// As it reads in this document. What only others write there says nothing here: it is kept
            /// word for word, like what a newer version wrote.
            pub fn read_in(document: &DocumentId, text: &str) -> Self {
                let said = Self::from_text(text);
                if said.is_written_in(document) { said } else { Self::Unknown(text.to_owned()) }
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

impl Said {
    /// Who writes a document is all that says whose word this is: a decision in a journal is nobody's.
    fn is_written_in(&self, document: &DocumentId) -> bool {
        match self {
            Self::Message(_)
            | Self::Refill(_)
            | Self::VisitRequest(_)
            | Self::VisitWish(_)
            | Self::Call(_)
            | Self::BeforeVisit(_)
            | Self::Reading(_)
            | Self::Wrong(_)
            | Self::OwnMedicine(_)
            | Self::OwnAllergy(_)
            | Self::Same(_)
            | Self::Cancel(_)
            | Self::Retract(_) => document.writer().is_some(),
            Self::Reply(_)
            | Self::ThreadClosed(_)
            | Self::RefillDecision(_)
            | Self::RefillCollapsed(_)
            | Self::VisitAnswer(_)
            | Self::Taken(_)
            | Self::Routed(_) => {
                matches!(document.kind, Kind::CareCircle(_) | Kind::CarePrivate(..))
            }
            Self::Activity(_) => matches!(document.kind, Kind::Activity(_)),
            Self::MarkedWrong(_) => document.is_chart(),
            Self::Unknown(_) => true,
        }
    }
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
    use crate::edit::Audience;
    use crate::id::{AccountId, EntryId, PatientId};

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
    fn what_only_others_write_in_a_document_says_nothing_there() {
        let (patient, rosa) = (PatientId::from_u128(1), AccountId::from_u128(2));
        let journal = DocumentId::journal(patient, rosa, Audience::Circle).in_year(2026);
        let care = DocumentId::care(patient, rosa, Audience::Private);
        let chart = DocumentId::first(patient, Kind::ChartCore);
        let activity = DocumentId::first(patient, Kind::Activity(2026));
        let all = [&journal, &care, &chart, &activity];
        for (text, own) in [
            (r#"{"kind":"message","text":"It itches","written":5}"#, &journal),
            (
                r#"{"kind":"reply","thread":"00000000000000000000000001","text":"Rest","by":"Dr. Okafor","written":5}"#,
                &care,
            ),
            (
                r#"{"kind":"marked_wrong","entry":"00000000000000000000000001","why":"Not theirs","by":"Dr. Okafor","written":5}"#,
                &chart,
            ),
        ] {
            assert!(!matches!(Said::from_text(text), Said::Unknown(_)), "{text}");
            for document in all {
                let said = Said::read_in(document, text);
                assert_eq!(
                    matches!(said, Said::Unknown(_)),
                    document != own,
                    "{document:?}: {text}"
                );
                assert!(!matches!(&said, Said::Unknown(kept) if kept != text));
            }
        }
    }

    #[test]
    fn a_kind_that_is_not_known_is_kept_word_for_word() {
        let newer = r#"{"kind":"dream","text":"flying", "n":1.50}"#;
        assert_eq!(Said::from_text(newer).to_text(), newer);
    }
}
