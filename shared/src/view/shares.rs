//! Links that open a summary of the record for whoever has them (SMART Health Links): what the clinic's
//! server says of each, and what a person may choose.

use serde::{Deserialize, Serialize};

pub use crate::fhir::export::{Contents, Part, Topic};
use crate::time::{MILLIS_PER_DAY, Timestamp};

/// Characters of a passcode: long enough for a sentence, short enough to be said.
pub const PASSCODE_CHARS_MAX: usize = 40;
/// How long a link lives at most.
pub const SHARE_MS_MAX: i64 = 30 * MILLIS_PER_DAY;
/// How often a link opens at most.
pub const SHARE_USES_MAX: u32 = 100;
/// Links of one record that are open at once.
pub const SHARES_OPEN_MAX: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareLine {
    /// SHA-256 of the link's id, in hexadecimal.
    pub share: String,
    pub at: Timestamp,
    pub until: Timestamp,
    pub uses: u32,
    pub uses_max: u32,
    pub standing: ShareStanding,
    /// The newest first.
    pub openings: Vec<ShareOpening>,
    /// Only on the device that made it: the server never has it.
    #[serde(default)]
    pub kept: Option<KeptShare>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareStanding {
    Open,
    /// Somebody who may stopped it.
    Stopped,
    /// Too many wrong passcodes.
    Guessed,
    /// It was opened as often as it may be.
    UsedUp,
    /// Its time is over.
    Over,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareOpening {
    /// As they called themselves; nobody checked it.
    pub who: String,
    pub at: Timestamp,
}

/// What the link is, to be shown again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptShare {
    pub link: String,
    pub passcode: Option<String>,
}

impl std::fmt::Debug for KeptShare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeptShare(..)")
    }
}
