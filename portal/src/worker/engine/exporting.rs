//! A copy of the record for the person to keep, made here with no network. The page gets an address
//! and never the bytes.

use shared::fhir::export::{Whose, everything, summary};
use shared::id::AccountId;
use wasm_bindgen_futures::spawn_local;

use super::account::Account;
use crate::bridge::{Denied, Export, Granted};
use crate::worker::browser::clock;
use crate::worker::browser::file::{self, FHIR};

/// A browser that has not begun to save by then has asked the person something; they can press again.
const KEPT_MS: i64 = 60_000;

impl Account {
    /// Whose record is open: as the clinic calls them, and their account if it is this one.
    pub(super) fn whose(&self) -> (String, Option<AccountId>) {
        let record = self.profile.records.iter().find(|one| one.patient == self.reading.patient);
        record.map_or((String::new(), None), |one| {
            (one.name.clone(), one.own.then_some(self.profile.account))
        })
    }

    pub fn export(&mut self, what: Export) -> Result<Granted, Denied> {
        let (name, account) = self.whose();
        let (whose, now) =
            (Whose { patient: self.reading.patient, name: &name, account }, clock::now());
        let text = match what {
            Export::Summary => summary(self.record(), &whose, now),
            // Long contents stay at the clinic until they are fetched; the copy names what it lacks.
            Export::Everything => everything(self.record(), &whose, now, &|_| None),
        };
        let url = file::address_of(&text, FHIR).ok_or(Denied::NotSaved)?;
        let address = url.clone();
        spawn_local(async move {
            clock::until(now.plus_millis(KEPT_MS)).await;
            file::forget(&address);
        });
        Ok(Granted::Exported { url })
    }
}
