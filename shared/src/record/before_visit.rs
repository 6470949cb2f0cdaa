//! The answers to the questions before a visit, as one item.

use serde::{Deserialize, Serialize};

use crate::id::EntryId;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeforeVisit {
    pub visit: EntryId,
    pub medicines: Confirmation,
    pub allergies: Confirmation,
    pub phone: Confirmation,
    pub reason: String,
    /// What the person wants to ask, up to three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
    pub written: Timestamp,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    #[default]
    NotAnswered,
    Right,
    Corrected {
        text: String,
    },
}
