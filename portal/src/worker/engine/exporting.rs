//! A copy of the record for the person to keep, made here with no network. The page gets an address
//! and never the bytes.

use shared::fhir::export::{Whose, everything, summary};
use wasm_bindgen_futures::spawn_local;

use super::account::Account;
use crate::bridge::{Denied, Export, Granted};
use crate::worker::browser::clock;
use crate::worker::browser::file::{self, FHIR};

/// A browser that has not begun to save by then has asked the person something; they can press again.
const KEPT_MS: i64 = 60_000;

impl Account {
    pub fn export(&mut self, what: Export) -> Result<Granted, Denied> {
        let (patient, account, now) = (self.reading.patient, self.profile.account, clock::now());
        let record = self.profile.records.iter().find(|one| one.patient == patient);
        let (name, is_own) =
            record.map_or((String::new(), false), |one| (one.name.clone(), one.own));
        let account = is_own.then_some(account);
        let whose = Whose { patient, name: &name, account };
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
