//! What the clinic has to do in one record: one item for each thread and each request, with what
//! waits, since when, and what was found in its words. Who works on it is the clinic's own affair
//! and stands elsewhere.

pub mod context;
mod items;
pub mod queue;
mod readings;

use serde::{Deserialize, Serialize};

pub use self::items::{signs_in, work, work_with};
use super::safety::{self, Notices};
pub use crate::clinic as settings;
use crate::edit::Audience;
use crate::id::{AccountId, EntryId};
use crate::record::Record;
use crate::time::Timestamp;

/// One item of the clinic's queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The thread, or the request.
    pub item: EntryId,
    pub kind: WorkKind,
    pub audience: Audience,
    /// In the person's words or the chart's: the topic, the medicine, the reason.
    pub title: String,
    /// The beginning of what was said last.
    pub excerpt: String,
    /// Who asked; nothing if the request itself is not here.
    pub author: Option<AccountId>,
    /// Of the oldest thing that waits; of the newest if nothing does.
    pub written_at: Timestamp,
    pub received_at: Timestamp,
    pub stage: Stage,
    /// Warning signs in what waits: those that its device found, and what is found here.
    pub red_flags: Vec<RedFlag>,
    /// The newest thing a person wrote here: whoever settled something before it has not seen it.
    pub newest: EntryId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedFlag {
    /// `chest_pain` and so on, see `shared::warning`. A newer device may know others.
    pub code: String,
    /// The person's own words that show it. Nothing where only the device found it.
    pub words: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    Message,
    Refill,
    /// A visit is asked for.
    Visit,
    /// A booked visit should be another one.
    VisitWish,
    Call,
    /// Answers to the questions before a visit.
    BeforeVisit,
    /// Something in the chart is said to be wrong.
    Correction,
    /// A medicine that the chart does not know.
    Medicine,
    /// An allergy that the chart does not know.
    Allergy,
    /// A home reading that somebody should look at.
    Reading,
}

/// How far the clinic has come with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The clinic has to answer.
    Waiting,
    /// Approved, and nobody has said yet how it left the clinic.
    ToSendOut {
        by: String,
    },
    /// Times were offered; the person has to choose.
    Offered {
        by: String,
    },
    /// Answered, and the person has not opened the answer.
    NotRead {
        by: String,
        since: Timestamp,
    },
    Done {
        by: Option<String>,
        at: Option<Timestamp>,
    },
}

impl Stage {
    /// Somebody at the clinic has to do something.
    pub fn waits_for_the_clinic(&self) -> bool {
        match self {
            Self::Waiting | Self::ToSendOut { .. } => true,
            Self::Offered { .. } | Self::NotRead { .. } | Self::Done { .. } => false,
        }
    }
}

/// What is worth a look before this is approved or taken over. Nothing for what is no medicine.
pub fn notices(record: &Record, work: &Work) -> Option<Notices> {
    /// Nobody's account: what people added is looked through whoever reads.
    const NOBODY: AccountId = AccountId::from_u128(0);
    match work.kind {
        WorkKind::Refill | WorkKind::Medicine => {
            Some(safety::notices(record, NOBODY, Some(&work.title)))
        }
        WorkKind::Allergy => {
            let mut notices = safety::notices(record, NOBODY, None);
            notices.found.retain(|notice| notice.other == work.title);
            Some(notices)
        }
        WorkKind::Message
        | WorkKind::Visit
        | WorkKind::VisitWish
        | WorkKind::Call
        | WorkKind::BeforeVisit
        | WorkKind::Correction
        | WorkKind::Reading => None,
    }
}

#[cfg(test)]
mod tests;
