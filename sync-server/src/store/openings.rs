//! Records that somebody opened without a relation to the patient: for a reason that they stated, and
//! for a while. Each notes itself in the audit log, in the same transaction.

use serde::Deserialize;
use shared::id::{AccountId, EntryId, PatientId};
use shared::time::Timestamp;

use super::Answer;
use crate::audit::{Entry, Why};

/// Why somebody may look where they have no work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Care cannot wait.
    Emergency,
    /// The patient is here or on the phone, and asks for something.
    PatientAsks,
    /// For a colleague who is away.
    StandsIn,
    /// Something in the record has to be put right.
    PutsRight,
    /// In words of their own.
    Other,
}

impl Reason {
    const ALL: [Self; 5] =
        [Self::Emergency, Self::PatientAsks, Self::StandsIn, Self::PutsRight, Self::Other];

    /// As stored, in the audit log and in what patients read; never changes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::PatientAsks => "patient_asks",
            Self::StandsIn => "stands_in",
            Self::PutsRight => "puts_right",
            Self::Other => "other",
        }
    }

    /// As it was stored.
    pub fn stored(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }

    pub fn why(self) -> Why {
        Why::Emergency { reason: self.word().to_owned() }
    }
}

/// One record, opened for one member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub opening: EntryId,
    pub account: AccountId,
    pub patient: PatientId,
    pub reason: Reason,
    /// What they said besides, which may say something of the patient.
    pub words: Option<String>,
    pub at: Timestamp,
    /// Closed again from then on.
    pub until: Timestamp,
}

pub trait OpeningStore {
    fn open_record(&self, opening: Opening, noted: Entry) -> Answer<'_, ()>;
    /// The newest that is still open for this member of staff.
    fn open_for(
        &self,
        account: AccountId,
        patient: PatientId,
        now: Timestamp,
    ) -> Answer<'_, Option<Opening>>;
    fn opening(&self, patient: PatientId, opening: EntryId) -> Answer<'_, Option<Opening>>;
}
