//! Steps that people at the clinic took and that the patient may see.

use serde::{Deserialize, Serialize};

use crate::id::EntryId;
use crate::time::Timestamp;

/// Somebody is at work on a thread or request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub of: EntryId,
    /// Who works on it now.
    pub to: String,
    /// Who said so: the same person, or who assigned it.
    pub by: String,
    pub written: Timestamp,
}

/// Passed on to whoever may decide. What one colleague recommends to another is not part of the
/// record: it lives in the worklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    pub of: EntryId,
    pub to: String,
    pub by: String,
    pub written: Timestamp,
}

/// An entry of the chart is wrong. It leaves the lists and stays in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkedWrong {
    pub entry: EntryId,
    pub why: String,
    pub by: String,
    pub written: Timestamp,
}
