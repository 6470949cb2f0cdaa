//! Caregivers' access in memory.

use shared::id::{AccountId, PatientId};
use shared::sync::scope::Level;
use shared::time::Timestamp;

use super::people::Held;
use super::{MemoryStore, State};
use crate::audit::Entry;
use crate::store::Answer;
use crate::store::grants::{
    About, Consent, Ended, Given, GrantRow, GrantStore, Narrowed, NoAccess, Terms, ends_at,
};
use crate::store::people::BirthDate;

impl GrantStore for MemoryStore {
    fn give_access(&self, given: Given) -> Answer<'_, Result<(), NoAccess>> {
        self.run(move |state| Ok(state.give(&given)))
    }
    fn narrow_access(&self, narrowed: Narrowed) -> Answer<'_, Result<(), NoAccess>> {
        self.run(move |state| Ok(state.narrow(&narrowed)))
    }
    fn end_access(&self, ended: Ended) -> Answer<'_, Result<(), NoAccess>> {
        self.run(move |state| Ok(state.end(&ended)))
    }
    fn end_what_is_over(&self, now: Timestamp) -> Answer<'_, Vec<(PatientId, AccountId)>> {
        self.run(move |state| Ok(state.end_what_is_over(now)))
    }
    fn grants_of(&self, patient: PatientId) -> Answer<'_, Vec<GrantRow>> {
        self.run(move |state| Ok(state.grants_of(patient)))
    }
}

fn terms(held: &Held) -> Terms {
    let messages = held.level != Level::ChartOnly;
    Terms { messages, parts: held.parts, until: held.until }
}

impl State {
    fn born(&self, patient: PatientId) -> Option<&BirthDate> {
        self.people.patients.get(&patient).map(|known| &known.birth_date)
    }

    fn about(&self, patient: PatientId, account: AccountId) -> About {
        let born = self.born(patient);
        let is_person = self.people.is_known(account) && !self.people.is_staff(account);
        let held = self.people.grants.get(&(patient, account));
        About {
            is_known: is_person && born.is_some(),
            now: held.map(|held| (held.level, terms(held))),
            born: born.cloned().unwrap_or_else(|| BirthDate::of_import(None)),
        }
    }

    fn give(&mut self, new: &Given) -> Result<(), NoAccess> {
        new.check(&self.about(new.patient, new.account))?;
        let held = Held {
            level: new.terms.level(),
            parts: new.terms.parts,
            until: new.terms.until,
            given_at: new.noted.at,
            consent: Some(new.consent),
            noted_by: new.noted.who.account(),
        };
        self.people.grants.insert((new.patient, new.account), held);
        self.audit.append(std::slice::from_ref(&new.noted));
        Ok(())
    }

    fn narrow(&mut self, new: &Narrowed) -> Result<(), NoAccess> {
        new.check(&self.about(new.patient, new.account))?;
        let held = self.people.grants.get_mut(&(new.patient, new.account));
        let held = held.ok_or(NoAccess::NotGiven)?;
        held.level = new.terms.level();
        (held.parts, held.until) = (new.terms.parts, new.terms.until);
        self.audit.append(std::slice::from_ref(&new.noted));
        Ok(())
    }

    fn end(&mut self, ended: &Ended) -> Result<(), NoAccess> {
        let place = (ended.patient, ended.account);
        match self.people.grants.get(&place).map(|held| held.level) {
            None => return Err(NoAccess::NotGiven),
            Some(Level::Own) => return Err(NoAccess::OwnRecord),
            Some(Level::Caregiver | Level::ChartOnly) => {}
        }
        self.people.grants.remove(&place);
        self.audit.append(std::slice::from_ref(&ended.noted));
        Ok(())
    }

    fn end_what_is_over(&mut self, now: Timestamp) -> Vec<(PatientId, AccountId)> {
        let end = |patient, held: &Held| {
            let until_age = held.consent.and_then(Consent::until_age);
            ends_at(held.until, until_age, self.born(patient)?)
        };
        let over = self
            .people
            .grants
            .iter()
            .filter(|((patient, _), held)| end(*patient, held).is_some_and(|at| at <= now));
        let over: Vec<_> = over.map(|(place, _)| *place).collect();
        for (patient, account) in &over {
            let (patient, account) = (*patient, *account);
            let noted = Entry::of_rule(patient, account, now);
            // It was found just now, and is nobody's own: that has no end.
            let _ended = self.end(&Ended { patient, account, noted });
        }
        over
    }

    fn grants_of(&self, patient: PatientId) -> Vec<GrantRow> {
        let Some(born) = self.born(patient) else {
            return Vec::new();
        };
        let all = self.people.grants.iter().filter(|((of, _), _)| *of == patient);
        let caregivers = all.filter(|(_, held)| held.level != Level::Own);
        let mut rows: Vec<_> = caregivers
            .map(|((_, account), held)| GrantRow {
                account: *account,
                name: self.people.name_of(*account).unwrap_or_default(),
                terms: terms(held),
                given_at: held.given_at,
                consent: held.consent,
                noted_by: held.noted_by,
                ends_at: ends_at(held.until, held.consent.and_then(Consent::until_age), born),
            })
            .collect();
        rows.sort_by(|a, b| (&a.name, a.account).cmp(&(&b.name, b.account)));
        rows
    }
}
