//! People's devices in memory.

use std::cmp::Reverse;

use shared::id::{AccountId, DeviceId};
use shared::time::Timestamp;

use super::MemoryStore;
use crate::secret::SecretHash;
use crate::store::Answer;
use crate::store::devices::{DEVICES_MAX, Device, DeviceStore, EndedDevice, NewName};

impl DeviceStore for MemoryStore {
    fn devices_of(&self, account: AccountId) -> Answer<'_, Vec<Device>> {
        self.run(|state| {
            let known = state.people.known.values();
            let mut all: Vec<_> = known.filter(|one| one.account == account).cloned().collect();
            all.sort_by_key(|one| (one.brief, Reverse(one.heard_at), one.device));
            all.truncate(DEVICES_MAX);
            Ok(all)
        })
    }

    fn device(&self, device: DeviceId) -> Answer<'_, Option<Device>> {
        self.run(|state| Ok(state.people.known.get(&device).cloned()))
    }

    fn name_device(&self, new: NewName) -> Answer<'_, ()> {
        self.run(|state| {
            let Some(known) = state.people.known.get_mut(&new.device) else {
                return Ok(());
            };
            known.name = new.name;
            state.audit.append(&[new.noted]);
            Ok(())
        })
    }

    fn end_device(&self, ended: EndedDevice) -> Answer<'_, bool> {
        self.run(|state| {
            let known = state.people.known.get_mut(&ended.device);
            let Some(known) = known.filter(|known| known.ended_at.is_none()) else {
                return Ok(false);
            };
            known.ended_at = Some(ended.noted.at);
            known.ended_for = ended.why;
            state.people.end_sessions_of(ended.device);
            state.audit.append(&[ended.noted]);
            Ok(true)
        })
    }

    fn ended_device(&self, token: SecretHash) -> Answer<'_, Option<DeviceId>> {
        self.run(|state| Ok(state.people.ended_device(token)))
    }

    fn tell_device(&self, device: DeviceId, at: Timestamp) -> Answer<'_, ()> {
        self.run(|state| {
            let known = state.people.known.get_mut(&device);
            if let Some(known) = known.filter(|known| known.ended_at.is_some()) {
                known.told_at = known.told_at.or(Some(at));
            }
            Ok(())
        })
    }
}
