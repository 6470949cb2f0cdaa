//! Who is signed in, as the server said last and as the disk keeps it for the next start offline.

use serde::{Deserialize, Serialize};
use shared::id::{AccountId, DeviceId, PatientId};

use crate::bridge::{Clinic, RecordOf, Session};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub account: AccountId,
    pub device: DeviceId,
    pub name: String,
    pub records: Vec<RecordProfile>,
    pub clinic: Clinic,
    /// The session was opened by a link of the demo.
    #[serde(default)]
    pub demo: bool,
    /// The passkeys that sign in as this account; nothing if an older server did not say.
    #[serde(default)]
    pub passkeys: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordProfile {
    pub patient: PatientId,
    pub name: String,
    pub own: bool,
    /// Everybody who writes in this record.
    #[serde(default)]
    pub people: Vec<Person>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub account: AccountId,
    pub name: String,
}

impl Profile {
    /// Nothing if this account reaches no record.
    pub fn session(&self, open: Option<PatientId>) -> Option<Session> {
        let is_there = |patient: &PatientId| self.records.iter().any(|one| one.patient == *patient);
        let open = open.filter(is_there).or_else(|| Some(self.records.first()?.patient))?;
        let records = self.records.iter().map(|one| RecordOf {
            patient: one.patient,
            name: one.name.clone(),
            own: one.own,
        });
        Some(Session {
            account: self.account,
            name: self.name.clone(),
            records: records.collect(),
            open,
            clinic: self.clinic.clone(),
            unasked: self.demo,
        })
    }

    pub fn people(&self, patient: PatientId) -> &[Person] {
        let record = self.records.iter().find(|one| one.patient == patient);
        record.map_or(&[], |one| &one.people)
    }
}
