//! Records that were opened for a reason, in memory.

use shared::id::{AccountId, EntryId, PatientId};
use shared::time::Timestamp;

use super::MemoryStore;
use crate::audit::Entry;
use crate::store::openings::{Opening, OpeningStore};
use crate::store::{Answer, StoreError};

impl OpeningStore for MemoryStore {
    fn open_record(&self, opening: Opening, noted: Entry) -> Answer<'_, ()> {
        self.run(move |state| {
            if !state.people.patients.contains_key(&opening.patient) {
                return Err(StoreError::Damaged("an opening of no record"));
            }
            state.openings.push(opening);
            state.audit.append(std::slice::from_ref(&noted));
            Ok(())
        })
    }

    fn open_for(
        &self,
        account: AccountId,
        patient: PatientId,
        now: Timestamp,
    ) -> Answer<'_, Option<Opening>> {
        self.run(move |state| {
            let is_open = |one: &&Opening| {
                (one.account, one.patient) == (account, patient) && one.until > now
            };
            let open = state.openings.iter().filter(is_open);
            Ok(open.max_by_key(|one| (one.at, one.opening)).cloned())
        })
    }

    fn opening(&self, patient: PatientId, opening: EntryId) -> Answer<'_, Option<Opening>> {
        self.run(move |state| {
            let is_it = |one: &&Opening| (one.patient, one.opening) == (patient, opening);
            Ok(state.openings.iter().find(is_it).cloned())
        })
    }
}
