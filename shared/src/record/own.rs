//! What a person adds to or says about the record: corrections, medicines and allergies that the
//! clinic does not know, and taking back what was said.

use serde::{Deserialize, Serialize};

use crate::id::EntryId;
use crate::time::{PartialDate, Timestamp};

/// "This is wrong in my chart." The clinic's entry stays as it is; this stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    pub about: EntryId,
    /// What it was called, for whoever reads this without the chart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub text: String,
    pub written: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnMedicine {
    pub name: String,
    /// How it is taken, in the person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directions: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<PartialDate>,
    pub written: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAllergy {
    pub substance: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaction: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<PartialDate>,
    pub written: Timestamp,
}

/// Whether two entries of the chart are one thing. The newest word of the person counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Same {
    pub one: EntryId,
    pub other: EntryId,
    pub same: bool,
    pub written: Timestamp,
}

/// Ends a request that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancel {
    pub request: EntryId,
    pub written: Timestamp,
}

/// Takes back an own entry that was sent. It stays in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retract {
    pub entry: EntryId,
    pub written: Timestamp,
}
