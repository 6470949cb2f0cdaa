//! What happened around the record: who looked, changed, shared. Written by the server alone.

use serde::{Deserialize, Serialize};

use crate::id::EntryId;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// As the patient should read it: a name and role, or a system.
    pub who: String,
    pub did: Did,
    /// Parts of the record, in the order in which they were touched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub what: Vec<Touched>,
    /// The entry itself, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryId>,
    /// With whom it was shared, or which device it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The address, if it was a device of somebody who may open the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// The server's time.
    pub written: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Did {
    Read,
    Wrote,
    Changed,
    Shared,
    Downloaded,
    SignedIn,
    AddedDevice,
    RemovedDevice,
    GaveAccess,
    EndedAccess,
    /// Without a relation to the patient; the detail is what was said, or which reason it was.
    OpenedRecord,
    /// Opened a link that shares the record; who it was is what they called themselves.
    OpenedShare,
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is their own record.
    Own,
    /// The record was opened to them.
    Granted,
    Treatment,
    /// What keeps the clinic running.
    Operations,
    /// Without a relation to the patient; the detail is the reason that was stated.
    Emergency,
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touched {
    Results,
    Medicines,
    Messages,
    Visits,
    Documents,
    Requests,
    Whole,
    #[serde(other)]
    Other,
}
