//! Visits: asked for, wished otherwise, answered; and being called instead.

use serde::{Deserialize, Serialize};

use crate::id::EntryId;
use crate::time::{PartialDate, Timestamp};

/// Asks for a visit. It is not a booked visit until the clinic answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRequest {
    pub reason: String,
    /// Whom the person would like to see; nothing if anyone who is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    pub times: Vec<PreferredTime>,
    /// Call me if someone cancels.
    #[serde(default)]
    pub earlier_welcome: bool,
    /// A ride, an interpreter, a wheelchair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    pub written: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreferredTime {
    Weekly { days: Days, part: PartOfDay },
    On { day: PartialDate, part: PartOfDay },
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    Weekdays,
    Saturday,
    Sunday,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartOfDay {
    Morning,
    Afternoon,
    Evening,
    Any,
}

/// Something about a visit that is booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitWish {
    pub visit: EntryId,
    pub wish: Wish,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub written: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    CannotCome,
    Move { times: Vec<PreferredTime> },
    EarlierWelcome,
}

/// Asks the clinic to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The language to speak, as BCP 47 names it.
    pub language: String,
    pub times: Vec<PreferredTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub written: Timestamp,
}

/// The clinic's answer to a request or a wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitAnswer {
    pub request: EntryId,
    pub answer: AnswerToVisit,
    pub by: String,
    pub written: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerToVisit {
    Offered {
        times: Vec<PartialDate>,
    },
    Booked {
        at: PartialDate,
        with: Option<String>,
        place: Option<String>,
    },
    Declined {
        why: String,
        next: String,
    },
    /// Called back, or settled in another way, in the clinic's words.
    Done {
        note: String,
    },
    #[serde(other)]
    Other,
}

impl AnswerToVisit {
    /// Offered times still wait for the person.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Offered { .. } => false,
            Self::Booked { .. } | Self::Declined { .. } | Self::Done { .. } | Self::Other => true,
        }
    }
}
