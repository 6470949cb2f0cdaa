//! Who there is, as the store keeps it: patients, accounts, staff, grants, sessions, invitations.

use std::fmt;

use serde::{Deserialize, Serialize};
use shared::id::{AccountId, DeviceId, PatientId};
use shared::sync::scope::Level;
use shared::time::Timestamp;

use crate::secret::{SecretHash, Slot};
use crate::sign_in::{NameHash, Verifier};

/// A day, compared only as text, without a zone or a clock: `2019-03-04`.
#[derive(Clone, PartialEq, Eq)]
pub struct BirthDate(String);

impl BirthDate {
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(place, byte)| match place {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return None;
        }
        let number = |range: std::ops::Range<usize>| text[range].parse::<u16>().unwrap_or(0);
        let (month, day) = (number(5..7), number(8..10));
        let days = match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            _ => return None,
        };
        (1..=days).contains(&day).then(|| Self(text.to_owned()))
    }

    /// What another system said; one that it does not know fits no answer.
    pub fn of_import(text: Option<String>) -> Self {
        Self(text.unwrap_or_default())
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(..)")
    }
}

#[derive(Clone)]
pub struct NewPatient {
    pub patient: PatientId,
    pub name: String,
    pub birth_date: BirthDate,
    pub at: Timestamp,
}

#[derive(Clone)]
pub struct NewAccount {
    pub account: AccountId,
    pub name: String,
    pub at: Timestamp,
}

#[derive(Clone)]
pub struct NewStaff {
    pub account: AccountId,
    pub name: String,
    pub role: Role,
    pub prescribes: bool,
    pub at: Timestamp,
}

/// What a member of staff does at the clinic. The right to prescribe is a separate one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    FrontDesk,
    Nurse,
    Clinician,
    Pharmacist,
    Admin,
}

impl Role {
    pub const ALL: [Self; 5] =
        [Self::FrontDesk, Self::Nurse, Self::Clinician, Self::Pharmacist, Self::Admin];

    /// As stored; never changes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FrontDesk => "front_desk",
            Self::Nurse => "nurse",
            Self::Clinician => "clinician",
            Self::Pharmacist => "pharmacist",
            Self::Admin => "admin",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    pub account: AccountId,
    pub name: String,
    pub role: Role,
    /// May decide about prescriptions.
    pub prescribes: bool,
}

/// An account may reach a record.
#[derive(Clone)]
pub struct Grant {
    pub patient: PatientId,
    pub account: AccountId,
    pub level: Level,
    pub at: Timestamp,
}

/// As stored; never changes.
pub const fn level_word(level: Level) -> &'static str {
    match level {
        Level::Own => "own",
        Level::Caregiver => "caregiver",
        Level::ChartOnly => "chart_only",
    }
}

pub const LEVELS: [Level; 3] = [Level::Own, Level::Caregiver, Level::ChartOnly];

/// One record that an account can open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordOf {
    pub patient: PatientId,
    pub name: String,
    pub own: bool,
}

/// Lets the person with this birth date open this record, once.
#[derive(Clone)]
pub struct Invitation {
    pub secret: SecretHash,
    pub patient: PatientId,
    pub until: Timestamp,
    pub at: Timestamp,
}

/// Wrong birth dates that one invitation survives.
pub const INVITATION_TRIES_MAX: u32 = 5;

/// Somebody claims an invitation. The ids are the ones to use if it holds.
#[derive(Clone)]
pub struct Activation {
    pub secret: SecretHash,
    pub birth_date: BirthDate,
    pub account: AccountId,
    pub sign_in: SignIn,
    pub session: FirstSession,
    pub now: Timestamp,
}

/// Somebody asks whether an invitation would hold. A wrong birth date counts as a try.
#[derive(Clone)]
pub struct Claim {
    pub secret: SecretHash,
    pub birth_date: BirthDate,
    pub now: Timestamp,
}

/// How an account signs in on another device.
#[derive(Debug, Clone, Copy)]
pub struct SignIn {
    pub name: NameHash,
    pub verifier: Verifier,
}

/// The session that an activation opens.
#[derive(Clone)]
pub struct FirstSession {
    pub token: SecretHash,
    pub device: DeviceId,
    pub slot: Slot,
    pub kind: String,
    pub brief: bool,
    pub until: Timestamp,
}

impl FirstSession {
    pub fn of(&self, account: AccountId, at: Timestamp) -> NewSession {
        let Self { token, device, slot, kind, brief, until } = self.clone();
        let (door, demo) = (Door::Portal, false);
        NewSession { token, account, device, slot, kind, brief, door, demo, at, until }
    }
}

/// What came of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activated {
    /// It held. The account may have been there before, with other devices.
    Open {
        patient: PatientId,
        account: AccountId,
    },
    /// No such secret, or another birth date; which one is not said.
    NotRecognized,
    /// Used already, or too old.
    Ended,
    TooManyTries,
    /// The invitation holds and was not used up, but somebody else has this sign-in name.
    NameTaken,
}

/// What came of asking about an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    Holds { patient: PatientId },
    NotRecognized,
    Ended,
    TooManyTries,
}

/// Whom a session speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The portal of patients and caregivers.
    Portal,
    /// The staff's page.
    Clinic,
}

impl Door {
    pub const ALL: [Self; 2] = [Self::Portal, Self::Clinic];

    /// As stored; never changes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Clinic => "clinic",
        }
    }
}

#[derive(Clone)]
pub struct NewSession {
    pub token: SecretHash,
    pub account: AccountId,
    pub device: DeviceId,
    pub slot: Slot,
    /// Browser and system as their makers call them; empty where nobody can tell.
    pub kind: String,
    /// Its device keeps nothing, and it is over soon after the device was last heard.
    pub brief: bool,
    pub door: Door,
    /// Opened by a link of the demo: its device may keep its keys without a passphrase.
    pub demo: bool,
    pub at: Timestamp,
    pub until: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub token: SecretHash,
    pub account: AccountId,
    pub device: DeviceId,
    pub slot: Slot,
    pub door: Door,
    pub demo: bool,
    /// Its device keeps nothing.
    pub brief: bool,
    /// When a code was last given in it.
    pub proven_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_date_is_a_day_and_nothing_else() {
        for text in ["1961-04-09", "2000-02-29", "1999-12-31"] {
            assert!(BirthDate::parse(text).is_some(), "{text}");
        }
        for text in
            ["", "1961-4-9", "1961-13-01", "1961-00-10", "1961-04-31", "04/09/1961", "1961-04-0é"]
        {
            assert!(BirthDate::parse(text).is_none(), "{text}");
        }
    }
}
