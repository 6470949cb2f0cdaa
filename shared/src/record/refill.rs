//! Refills: what a person asked for, and what the clinic decided, step by step.

use serde::{Deserialize, Serialize};

use crate::id::EntryId;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refill {
    /// The medicine's entry in the chart.
    pub medicine: EntryId,
    /// Its name as it was on the screen, for whoever does not have the chart open.
    pub name: String,
    /// Where to pick it up, in the person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pharmacy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub written: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefillDecision {
    pub refill: EntryId,
    pub decision: Decision,
    /// The name and role of the person who decided.
    pub by: String,
    pub written: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approved {
        /// As it was approved: "30 tablets", in the clinic's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quantity: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        out: Option<WentOut>,
    },
    /// Approved as something else: another dose, another medicine.
    Changed {
        to: String,
        why: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        out: Option<WentOut>,
    },
    Declined {
        reason: DeclineReason,
        why: String,
        /// What the person can do now.
        next: String,
    },
    /// An approved prescription left the clinic later than it was approved.
    SentOut {
        out: WentOut,
    },
    Ready {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    PickedUp,
    /// Decided in a way that this version does not know: the request is decided all the same.
    #[serde(other)]
    Other,
}

/// How a prescription left the clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WentOut {
    pub way: Way,
    pub by: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Ehr,
    Printed,
    Phoned,
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    TooSoon,
    NeedsVisit,
    NeedsLab,
    Stopped,
    OtherPrescriber,
    Controlled,
    NotSafe,
    #[serde(other)]
    Other,
}

/// Two people or two devices asked for the same medicine; the server kept one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefillCollapsed {
    pub refill: EntryId,
    /// The request that stands for both.
    pub into: EntryId,
    pub written: Timestamp,
}
