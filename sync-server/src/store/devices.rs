//! What the store keeps of people's devices: what they are called, when they were here, and whether they
//! may still open anything. What is changed here notes itself in the audit log, in the same transaction.

use shared::id::{AccountId, DeviceId};
use shared::time::Timestamp;
use shared::view::devices::Standing;

use super::Answer;
use crate::audit::Entry;
use crate::secret::SecretHash;
use crate::state::BRIEF_SESSION_MS;

/// Devices of one answer. More than a family has; the last ones that were here, and before those that
/// keep nothing all others: somebody goes to the library every week.
pub const DEVICES_MAX: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub device: DeviceId,
    pub account: AccountId,
    /// Browser and system, as told at the last sign-in.
    pub kind: String,
    /// It keeps nothing: it is there as long as its session is.
    pub brief: bool,
    /// What its person calls it.
    pub name: Option<String>,
    pub first_at: Timestamp,
    pub heard_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Why the clinic ended it.
    pub ended_for: Option<String>,
    pub told_at: Option<Timestamp>,
}

impl Device {
    /// Whether there is anything to say of it: one that keeps nothing is gone with its session.
    pub fn is_there(&self, now: Timestamp) -> bool {
        !self.brief || now.millis_since(self.heard_at) < BRIEF_SESSION_MS
    }

    pub const fn standing(&self) -> Standing {
        match (self.ended_at, self.told_at) {
            (None, _) => Standing::Open,
            (Some(_), None) => Standing::Ended,
            (Some(_), Some(at)) => Standing::Told { at },
        }
    }
}

/// A device gets another name, or none.
#[derive(Debug, Clone)]
pub struct NewName {
    pub device: DeviceId,
    pub name: Option<String>,
    pub noted: Entry,
}

/// A device may open nothing any more.
#[derive(Debug, Clone)]
pub struct EndedDevice {
    pub device: DeviceId,
    /// In the clinic's words, if the clinic does it.
    pub why: Option<String>,
    pub noted: Entry,
}

pub trait DeviceStore {
    /// The last ones that were here first.
    fn devices_of(&self, account: AccountId) -> Answer<'_, Vec<Device>>;
    fn device(&self, device: DeviceId) -> Answer<'_, Option<Device>>;
    fn name_device(&self, new: NewName) -> Answer<'_, ()>;
    /// Ends its sessions too. False, and nothing is noted, if it was ended before.
    fn end_device(&self, ended: EndedDevice) -> Answer<'_, bool>;
    /// The device whose access was ended while it had this session.
    fn ended_device(&self, token: SecretHash) -> Answer<'_, Option<DeviceId>>;
    /// It was told to give up what it holds. Only the first time counts.
    fn tell_device(&self, device: DeviceId, at: Timestamp) -> Answer<'_, ()>;
}
