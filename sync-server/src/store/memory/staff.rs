//! How staff sign in, in memory.

use std::collections::{BTreeMap, BTreeSet};

use shared::id::AccountId;
use shared::time::Timestamp;

use super::State;
use crate::secret::SecretHash;
use crate::sign_in::{NameHash, Verifier};
use crate::store::StoreError;
use crate::store::staff::{OneTime, SetUp, StaffLink, StaffSetUp, StaffSignIn};
use crate::totp::TotpSeed;

#[derive(Default)]
pub struct StaffSignIns {
    known: BTreeMap<AccountId, Known>,
    links: Vec<StaffLink>,
}

struct Known {
    name: NameHash,
    verifier: Verifier,
    totp: TotpSeed,
    step: u64,
    recovery: BTreeSet<[u8; 32]>,
}

pub fn sign_in(state: &State, name: NameHash) -> Option<StaffSignIn> {
    let found = state.staff.known.iter().find(|(_, known)| known.name == name)?;
    sign_in_of(state, *found.0)
}

pub fn set_up(state: &mut State, new: StaffSetUp) -> SetUp {
    let done = state.staff.set_up(new);
    if let SetUp::Done(account) = done {
        state.people.set_up_anew(account);
    }
    done
}

pub fn add_link(state: &mut State, link: StaffLink) -> Result<(), StoreError> {
    state.staff.add_link(link);
    Ok(())
}

pub fn sign_in_of(state: &State, account: AccountId) -> Option<StaffSignIn> {
    let known = state.staff.known.get(&account)?;
    state.people.staff_member(account)?;
    Some(StaffSignIn { account, verifier: known.verifier, totp: known.totp })
}

impl StaffSignIns {
    pub fn add_link(&mut self, link: StaffLink) {
        self.links.retain(|other| other.account != link.account);
        self.links.push(link);
    }

    pub fn link(&self, secret: SecretHash, now: Timestamp) -> Option<StaffLink> {
        self.links.iter().find(|link| link.secret == secret && link.until > now).cloned()
    }

    fn set_up(&mut self, new: StaffSetUp) -> SetUp {
        let Some(link) = self.link(new.secret, new.now) else {
            return SetUp::Ended;
        };
        let account = link.account;
        let other = self.known.iter().find(|(_, known)| known.name == new.name);
        if other.is_some_and(|(other, _)| *other != account) {
            return SetUp::NameTaken;
        }
        self.links.retain(|other| other.account != account);
        let StaffSetUp { name, verifier, step, recovery, .. } = new;
        let recovery = recovery.into_iter().collect();
        self.known.insert(account, Known { name, verifier, totp: link.totp, step, recovery });
        SetUp::Done(account)
    }

    pub fn use_code(&mut self, account: AccountId, code: OneTime) -> bool {
        let Some(known) = self.known.get_mut(&account) else {
            return false;
        };
        match code {
            OneTime::Step(step) if step > known.step => {
                known.step = step;
                true
            }
            OneTime::Step(_) => false,
            OneTime::Recovery(code) => known.recovery.remove(&code),
        }
    }
}
