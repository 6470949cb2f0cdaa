//! What the clinic says about itself. Each change is kept; the last one counts.

use shared::clinic::ClinicSettings;
use shared::id::AccountId;
use shared::time::Timestamp;

use super::Answer;

/// The settings, and how often they were changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub number: u32,
    pub settings: ClinicSettings,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSettings {
    /// One more than its author had seen.
    pub number: u32,
    pub settings: ClinicSettings,
    pub account: AccountId,
    pub at: Timestamp,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    Done,
    /// Somebody changed something that the author had not seen.
    Behind,
}

pub trait SettingsStore {
    /// Nothing as long as nobody changed what the server was started with.
    fn settings(&self) -> Answer<'_, Option<Settings>>;
    /// Only as the very next one.
    fn change_settings(&self, new: NewSettings) -> Answer<'_, Changed>;
}
