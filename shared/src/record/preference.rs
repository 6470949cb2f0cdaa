//! What a person chose for themselves: registers, one value each, the newest of which counts.

use serde::{Deserialize, Serialize};

use crate::id::EntryId;
use crate::json;

/// Prefix of the registers that hold a choice.
pub const PREFERENCE_REGISTER: &str = "pref/";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preference {
    /// As BCP 47 names it.
    Language(String),
    TextSize(TextSize),
    Theme(Theme),
    LockAfterMinutes(u8),
    ResultNotice(ResultNotice),
    QuietHours {
        from_minute: u16,
        to_minute: u16,
    },
    EmergencyCard(EmergencyCard),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextSize {
    Large,
    Largest,
    #[default]
    #[serde(other)]
    Normal,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    Light,
    Dark,
    #[default]
    #[serde(other)]
    AsDevice,
}

/// How a person wants to hear of new results.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultNotice {
    /// Not before somebody at the clinic has written about it.
    WithNote,
    Never,
    #[default]
    #[serde(other)]
    AtOnce,
}

/// What the emergency card shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyCard {
    pub shows: Vec<CardField>,
    /// Entries of a shown field that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<EntryId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<CardContact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether it opens while the device is locked.
    #[serde(default)]
    pub while_locked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardField {
    Name,
    BirthDate,
    Allergies,
    Medicines,
    Conditions,
    BloodType,
    Devices,
    Language,
    Contacts,
    #[serde(other)]
    Note,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardContact {
    pub name: String,
    pub phone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
}

impl Preference {
    /// The register that holds it.
    pub fn register(&self) -> String {
        let name = match self {
            Self::Language(_) => "language",
            Self::TextSize(_) => "text_size",
            Self::Theme(_) => "theme",
            Self::LockAfterMinutes(_) => "lock_after_minutes",
            Self::ResultNotice(_) => "result_notice",
            Self::QuietHours { .. } => "quiet_hours",
            Self::EmergencyCard(_) => "emergency_card",
        };
        format!("{PREFERENCE_REGISTER}{name}")
    }

    pub fn to_text(&self) -> String {
        json::to_text(self)
    }

    /// Nothing if a newer version chose something that is not known here.
    pub fn from_text(text: &str) -> Option<Self> {
        json::from_text(text)
    }
}

/// All registers that hold a choice of this version.
pub const REGISTERS: [&str; 7] = [
    "pref/language",
    "pref/text_size",
    "pref/theme",
    "pref/lock_after_minutes",
    "pref/result_notice",
    "pref/quiet_hours",
    "pref/emergency_card",
];
