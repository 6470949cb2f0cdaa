//! Who is signed in, as the page is told.

use serde::{Deserialize, Serialize};
use shared::id::{AccountId, PatientId};
use shared::view::desk::settings::InBoth;

/// Who is signed in here and whose records they can open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub account: AccountId,
    pub name: String,
    /// The account's own record first.
    pub records: Vec<RecordOf>,
    /// The one that is open.
    pub open: PatientId,
    /// This device keeps its keys by itself, and no passphrase is asked for: people of the demo.
    pub unasked: bool,
    pub clinic: Clinic,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordOf {
    pub patient: PatientId,
    pub name: String,
    /// The account's own record, or one they care for.
    pub own: bool,
}

/// What every screen may need of the clinic, offline too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clinic {
    pub name: String,
    pub phone: String,
    pub emergency_number: String,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub after_hours: String,
    #[serde(default)]
    pub hours: InBoth,
    #[serde(default)]
    pub away: InBoth,
}
