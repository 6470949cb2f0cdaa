//! Passkeys, in memory.

use std::collections::BTreeMap;

use shared::id::AccountId;

use super::MemoryStore;
use crate::passkey::CredentialId;
use crate::store::Answer;
use crate::store::passkeys::{Added, OwnPasskey, PASSKEYS_MAX, Passkey, PasskeyStore, PasskeyUse};
use crate::store::people::Door;

#[derive(Default)]
pub struct Passkeys(BTreeMap<CredentialId, Passkey>);

impl Passkeys {
    fn of(&self, account: AccountId, door: Door) -> impl Iterator<Item = &Passkey> {
        self.0.values().filter(move |one| (one.account, one.door) == (account, door))
    }

    fn own(&mut self, which: &OwnPasskey) -> Option<&mut Passkey> {
        let found = self.0.get_mut(&which.credential)?;
        Some(found).filter(|one| (one.account, one.door) == (which.account, which.door))
    }

    /// The passphrase that they carry is not the one of now.
    pub fn carry_nothing(&mut self, account: AccountId) {
        self.0.values_mut().filter(|one| one.account == account).for_each(|one| one.carried = None);
    }

    /// Another way in took their place.
    pub fn forget(&mut self, account: AccountId, door: Door) {
        self.0.retain(|_, one| (one.account, one.door) != (account, door));
    }
}

impl PasskeyStore for MemoryStore {
    fn add_passkey(&self, new: Passkey) -> Answer<'_, Added> {
        self.run(move |state| {
            if state.people.passkeys.0.contains_key(&new.credential) {
                return Ok(Added::Known);
            }
            if state.people.passkeys.of(new.account, new.door).count() >= PASSKEYS_MAX {
                return Ok(Added::TooMany);
            }
            state.people.passkeys.0.insert(new.credential.clone(), new);
            Ok(Added::Done)
        })
    }

    fn passkey(&self, credential: CredentialId, door: Door) -> Answer<'_, Option<Passkey>> {
        self.run(move |state| {
            let found = state.people.passkeys.0.get(&credential);
            Ok(found.filter(|one| one.door == door).cloned())
        })
    }

    fn passkeys_of(&self, account: AccountId, door: Door) -> Answer<'_, Vec<Passkey>> {
        self.run(move |state| {
            let mut all: Vec<_> = state.people.passkeys.of(account, door).cloned().collect();
            all.sort_by_key(|one| (one.added_at, one.credential.clone()));
            Ok(all)
        })
    }

    fn use_passkey(&self, used: PasskeyUse) -> Answer<'_, bool> {
        self.run(move |state| {
            let Some(known) = state.people.passkeys.0.get_mut(&used.credential) else {
                return Ok(false);
            };
            let grows = used.counter > known.counter || (used.counter, known.counter) == (0, 0);
            if grows {
                known.counter = used.counter;
                known.backup.is_backed_up = used.is_backed_up;
                known.used_at = Some(used.at);
            }
            Ok(grows)
        })
    }

    fn rename_passkey(&self, which: OwnPasskey, name: String) -> Answer<'_, bool> {
        self.run(move |state| {
            let found = state.people.passkeys.own(&which);
            Ok(found.map(|one| one.name = name).is_some())
        })
    }

    fn remove_passkey(&self, which: OwnPasskey) -> Answer<'_, bool> {
        self.run(move |state| {
            let is_there = state.people.passkeys.own(&which).is_some();
            if is_there {
                state.people.passkeys.0.remove(&which.credential);
            }
            Ok(is_there)
        })
    }
}
