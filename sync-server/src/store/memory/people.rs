//! People, sessions and invitations in memory.

use std::collections::BTreeMap;

use shared::id::{AccountId, DeviceId, PatientId};
use shared::sync::scope::{Access, Level, Parts};
use shared::time::Timestamp;

use super::StoreError;
use super::passkeys::Passkeys;
use crate::secret::{SecretHash, Slot};
use crate::sign_in::{NameHash, Verifier};
use crate::store::desk::Colleague;
use crate::store::devices::Device;
use crate::store::grants::Consent;
use crate::store::people::{
    Activated, Activation, Claim, Claimed, Door, Grant, INVITATION_TRIES_MAX, Invitation,
    NewAccount, NewPatient, NewSession, NewStaff, RecordOf, Role, Session, SignIn, StaffMember,
};
use crate::store::staff::StaffChange;

#[derive(Default)]
pub struct People {
    pub patients: BTreeMap<PatientId, NewPatient>,
    names: BTreeMap<AccountId, String>,
    staff: BTreeMap<AccountId, Staff>,
    pub grants: BTreeMap<(PatientId, AccountId), Held>,
    sessions: BTreeMap<SecretHash, NewSession>,
    proven: BTreeMap<SecretHash, Timestamp>,
    /// Of each account and slot, the device of the newest session, also after it ended.
    devices: BTreeMap<(AccountId, String), DeviceId>,
    pub known: BTreeMap<DeviceId, Device>,
    /// Sessions that were open when their device was ended, or over by then.
    ended: BTreeMap<SecretHash, DeviceId>,
    tickets: BTreeMap<SecretHash, (SecretHash, Timestamp)>,
    invitations: BTreeMap<SecretHash, Invited>,
    sign_ins: BTreeMap<AccountId, SignIn>,
    pub passkeys: Passkeys,
}

/// What somebody may have of a record.
pub struct Held {
    pub level: Level,
    pub parts: Parts,
    pub until: Option<Timestamp>,
    pub given_at: Timestamp,
    pub consent: Option<Consent>,
    pub noted_by: Option<AccountId>,
}

struct Staff {
    role: Role,
    prescribes: bool,
    ended: bool,
}

struct Invited {
    invitation: Invitation,
    tries: u32,
    used: bool,
}

type Done = Result<(), StoreError>;

impl People {
    pub fn add_patient(&mut self, new: NewPatient) -> Done {
        self.patients.entry(new.patient).or_insert(new);
        Ok(())
    }

    pub fn add_account(&mut self, new: NewAccount) -> Done {
        self.names.entry(new.account).or_insert(new.name);
        Ok(())
    }

    pub fn add_staff(&mut self, new: NewStaff) -> Done {
        self.names.entry(new.account).or_insert(new.name);
        let (role, prescribes) = (new.role, new.prescribes);
        self.staff.entry(new.account).or_insert(Staff { role, prescribes, ended: false });
        Ok(())
    }

    /// Answers whether it was there.
    pub fn shred(&mut self, patient: PatientId) -> bool {
        let own = self.owner_of(patient);
        self.grants.retain(|(of, _), _| *of != patient);
        self.invitations.retain(|_, invited| invited.invitation.patient != patient);
        let reaches = |account| self.grants.keys().any(|(_, of)| *of == account);
        if let Some(account) = own.filter(|own| !reaches(*own) && !self.staff.contains_key(own)) {
            self.names.remove(&account);
            self.sign_ins.remove(&account);
            self.passkeys.forget(account, Door::Portal);
            self.sessions.retain(|_, session| session.account != account);
            self.known.retain(|_, device| device.account != account);
        }
        self.patients.remove(&patient).is_some()
    }

    pub fn colleagues(&self) -> Vec<Colleague> {
        let all = self.staff.iter().map(|(account, staff)| Colleague {
            account: *account,
            name: self.names.get(account).cloned().unwrap_or_default(),
            role: staff.role,
            prescribes: staff.prescribes,
            ended: staff.ended,
        });
        all.collect()
    }

    pub fn is_known(&self, account: AccountId) -> bool {
        self.names.contains_key(&account)
    }

    /// Who reaches a record, with their names.
    pub fn reaching(&self, patient: PatientId) -> Vec<(AccountId, String, Level)> {
        let own = self.grants.iter().filter(|((of, _), _)| *of == patient);
        let named = |account| self.names.get(account).cloned().unwrap_or_default();
        own.map(|((_, account), held)| (*account, named(account), held.level)).collect()
    }

    pub fn grant(&mut self, new: &Grant) -> Done {
        let known =
            self.patients.contains_key(&new.patient) && self.names.contains_key(&new.account);
        let owner = self.owner_of(new.patient);
        let second = new.level == Level::Own && owner.is_some_and(|owner| owner != new.account);
        if !known || second {
            return Err(StoreError::Unreachable("this grant cannot be".into()));
        }
        let place = (new.patient, new.account);
        if self.grants.get(&place).is_none_or(|held| held.level != new.level) {
            let held = Held {
                level: new.level,
                parts: Parts::ALL,
                until: None,
                given_at: new.at,
                consent: None,
                noted_by: None,
            };
            self.grants.insert(place, held);
        }
        Ok(())
    }

    pub fn invite(&mut self, invitation: Invitation) -> Done {
        let secret = invitation.secret;
        self.invitations.insert(secret, Invited { invitation, tries: 0, used: false });
        Ok(())
    }

    pub fn claim(&mut self, claim: &Claim) -> Result<Claimed, StoreError> {
        let Some(invited) = self.invitations.get_mut(&claim.secret) else {
            return Ok(Claimed::NotRecognized);
        };
        if invited.used || invited.invitation.until <= claim.now {
            return Ok(Claimed::Ended);
        }
        if invited.tries >= INVITATION_TRIES_MAX {
            return Ok(Claimed::TooManyTries);
        }
        let patient = invited.invitation.patient;
        let person = self.patients.get(&patient).ok_or(StoreError::Damaged("an invitation"))?;
        if person.birth_date != claim.birth_date {
            invited.tries += 1;
            return Ok(Claimed::NotRecognized);
        }
        Ok(Claimed::Holds { patient })
    }

    pub fn activate(&mut self, new: &Activation) -> Result<Activated, StoreError> {
        let claim = Claim { secret: new.secret, birth_date: new.birth_date.clone(), now: new.now };
        let patient = match self.claim(&claim)? {
            Claimed::Holds { patient } => patient,
            Claimed::NotRecognized => return Ok(Activated::NotRecognized),
            Claimed::Ended => return Ok(Activated::Ended),
            Claimed::TooManyTries => return Ok(Activated::TooManyTries),
        };
        let account = self.owner_of(patient).unwrap_or(new.account);
        if self.sign_in(new.sign_in.name).is_some_and(|(other, _)| other != account) {
            return Ok(Activated::NameTaken);
        }
        if let Some(invited) = self.invitations.get_mut(&new.secret) {
            invited.used = true;
        }
        let person = self.patients.get(&patient).ok_or(StoreError::Damaged("an invitation"))?;
        let name = person.name.clone();
        self.add_account(NewAccount { account, name, at: new.now })?;
        self.grant(&Grant { patient, account, level: Level::Own, at: new.now })?;
        self.sign_ins.insert(account, new.sign_in);
        self.passkeys.forget(account, Door::Portal);
        self.open_session(new.session.of(account, new.now))?;
        Ok(Activated::Open { patient, account })
    }

    pub fn sign_in(&self, name: NameHash) -> Option<(AccountId, Verifier)> {
        let found = self.sign_ins.iter().find(|(_, known)| known.name == name);
        found.map(|(account, known)| (*account, known.verifier))
    }

    pub fn verifier(&self, account: AccountId) -> Option<Verifier> {
        self.sign_ins.get(&account).map(|known| known.verifier)
    }

    pub fn change_verifier(&mut self, account: AccountId, verifier: Verifier) -> Done {
        if let Some(known) = self.sign_ins.get_mut(&account) {
            known.verifier = verifier;
        }
        self.passkeys.carry_nothing(account);
        Ok(())
    }

    pub fn owner_of(&self, patient: PatientId) -> Option<AccountId> {
        let owns = |((of, _), held): &(&(PatientId, AccountId), &Held)| {
            *of == patient && held.level == Level::Own
        };
        self.grants.iter().find(owns).map(|((_, account), _)| *account)
    }

    pub fn name_of(&self, account: AccountId) -> Option<String> {
        self.names.get(&account).cloned()
    }

    pub fn is_staff(&self, account: AccountId) -> bool {
        self.staff.contains_key(&account)
    }

    pub fn staff_member(&self, account: AccountId) -> Option<StaffMember> {
        let staff = self.staff.get(&account).filter(|staff| !staff.ended)?;
        let (role, prescribes) = (staff.role, staff.prescribes);
        Some(StaffMember { account, name: self.name_of(account)?, role, prescribes })
    }

    pub fn change_staff(&mut self, change: &StaffChange) -> Done {
        if let Some(staff) = self.staff.get_mut(&change.account) {
            let StaffChange { role, prescribes, ended, .. } = *change;
            *staff = Staff { role, prescribes, ended };
        }
        if change.ended {
            self.end_staff_sessions(change.account);
        }
        Ok(())
    }

    /// A new link took the place of what was there.
    pub fn set_up_anew(&mut self, account: AccountId) {
        self.passkeys.forget(account, Door::Clinic);
        self.end_staff_sessions(account);
    }

    fn end_staff_sessions(&mut self, account: AccountId) {
        self.sessions.retain(|_, open| open.account != account || open.door != Door::Clinic);
    }

    pub fn extend_session(
        &mut self,
        token: SecretHash,
        until: Timestamp,
        lasts_ms: i64,
        now: Timestamp,
    ) -> Done {
        if let Some(open) = self.sessions.get_mut(&token).filter(|open| open.until > now) {
            open.until = open.until.max(until).min(open.at.plus_millis(lasts_ms));
        }
        Ok(())
    }

    pub fn prove_session(&mut self, token: SecretHash, now: Timestamp) -> Done {
        self.proven.insert(token, now);
        Ok(())
    }

    pub fn records_of(&self, account: AccountId) -> Vec<RecordOf> {
        let mut records: Vec<_> = self
            .access_of(account)
            .into_iter()
            .filter_map(|Access { patient, level, .. }| {
                let name = self.patients.get(&patient)?.name.clone();
                Some(RecordOf { patient, name, own: level == Level::Own })
            })
            .collect();
        records.sort_by_key(|record| (!record.own, record.name.clone(), record.patient));
        records
    }

    pub fn access_of(&self, account: AccountId) -> Vec<Access> {
        let grants = self.grants.iter().filter(|((_, to), _)| *to == account);
        let access = |(place, held): (&(PatientId, AccountId), &Held)| Access {
            patient: place.0,
            level: held.level,
            parts: held.parts,
        };
        grants.map(access).collect()
    }

    pub fn open_session(&mut self, session: NewSession) -> Done {
        if session.door == Door::Portal && !session.demo {
            let place = (session.account, session.slot.text().to_owned());
            self.devices.insert(place, session.device);
        }
        if session.door == Door::Portal {
            let same =
                |open: &NewSession| (open.device, open.door) == (session.device, session.door);
            self.sessions.retain(|_, open| !same(open));
            self.seen(&session);
        }
        self.sessions.insert(session.token, session);
        Ok(())
    }

    fn seen(&mut self, new: &NewSession) {
        let known = self.known.entry(new.device).or_insert_with(|| Device {
            device: new.device,
            account: new.account,
            kind: String::new(),
            brief: new.brief,
            name: None,
            first_at: new.at,
            heard_at: new.at,
            ended_at: None,
            ended_for: None,
            told_at: None,
        });
        known.kind.clone_from(&new.kind);
        known.heard_at = known.heard_at.max(new.at);
    }

    pub fn end_sessions_of(&mut self, device: DeviceId) {
        let of = |open: &NewSession| open.device == device && open.door == Door::Portal;
        let tokens = self.sessions.iter().filter(|(_, open)| of(open)).map(|(token, _)| *token);
        self.ended.extend(tokens.map(|token| (token, device)));
        self.sessions.retain(|_, open| !of(open));
    }

    pub fn ended_device(&self, token: SecretHash) -> Option<DeviceId> {
        self.ended.get(&token).copied()
    }

    pub fn session(&self, token: SecretHash, now: Timestamp) -> Option<Session> {
        let found = self.sessions.get(&token).filter(|session| session.until > now)?;
        Some(Session {
            token,
            account: found.account,
            device: found.device,
            slot: found.slot.clone(),
            door: found.door,
            demo: found.demo,
            brief: found.brief,
            proven_at: self.proven.get(&token).copied(),
        })
    }

    pub fn device_in(&self, account: AccountId, slot: &Slot) -> Option<DeviceId> {
        self.devices.get(&(account, slot.text().to_owned())).copied()
    }

    pub fn end_session(&mut self, token: SecretHash) -> Done {
        let gone = self.sessions.remove(&token).filter(|session| session.door == Door::Portal);
        if let Some(session) = gone {
            self.known.remove(&session.device);
        }
        Ok(())
    }

    pub fn issue_ticket(
        &mut self,
        ticket: SecretHash,
        session: SecretHash,
        until: Timestamp,
    ) -> Done {
        self.tickets.insert(ticket, (session, until));
        Ok(())
    }

    pub fn take_ticket(&mut self, ticket: SecretHash, now: Timestamp) -> Option<Session> {
        let (session, until) = self.tickets.remove(&ticket)?;
        if until > now { self.session(session, now) } else { None }
    }
}
