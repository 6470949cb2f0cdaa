//! Links that share a record, in memory.

use std::collections::BTreeMap;

use shared::id::{EntryId, PatientId};
use shared::time::Timestamp;

use super::MemoryStore;
use crate::audit::Entry;
use crate::secret::SecretHash;
use crate::store::shares::{
    Knock, Made, NewShare, OPENINGS_SHOWN_MAX, Opened, Opening, SHARES_KEPT_MAX, Share, ShareStore,
    TRIES_MAX, Verdict, has_room,
};
use crate::store::{Answer, StoreError};

#[derive(Default)]
pub struct Shares(BTreeMap<SecretHash, Kept>);

struct Kept {
    share: Share,
    file: Option<Vec<u8>>,
    openings: Vec<(EntryId, Opening)>,
}

impl Kept {
    fn shown(&self) -> Share {
        let newest = self.openings.iter().rev().take(OPENINGS_SHOWN_MAX);
        let openings = newest.map(|(_, opening)| opening.clone()).collect();
        Share { openings, ..self.share.clone() }
    }
}

impl Shares {
    pub fn shred(&mut self, patient: PatientId) {
        self.0.retain(|_, kept| kept.share.patient != patient);
    }

    fn of(&self, patient: PatientId) -> Vec<Share> {
        let all = self.0.values().filter(|kept| kept.share.patient == patient);
        let mut all: Vec<_> = all.map(Kept::shown).collect();
        all.sort_by_key(|share| std::cmp::Reverse((share.at, share.share)));
        all
    }

    fn add(&mut self, new: &NewShare) -> Made {
        if self.0.contains_key(&new.share) {
            return Made::Known;
        }
        let known = self.of(new.patient);
        if !has_room(&known, new.at) {
            return Made::TooMany;
        }
        let over = known.iter().filter(|share| !share.is_open(new.at));
        let kept = SHARES_KEPT_MAX - 1 - known.iter().filter(|one| one.is_open(new.at)).count();
        for old in over.skip(kept) {
            self.0.remove(&old.share);
        }
        let share = Share {
            share: new.share,
            patient: new.patient,
            passcode: new.passcode.clone(),
            uses: 0,
            uses_max: new.uses_max,
            tries_left: TRIES_MAX,
            at: new.at,
            until: new.until,
            opened_at: None,
            ended_at: None,
            openings: Vec::new(),
        };
        let kept = Kept { share, file: Some(new.file.clone()), openings: Vec::new() };
        self.0.insert(new.share, kept);
        Made::Done
    }

    fn open(&mut self, knock: &Knock) -> (Opened, Option<PatientId>) {
        let Some(kept) = self.0.get_mut(&knock.share) else {
            return (Opened::Not, None);
        };
        match (kept.share.judge(knock), &kept.file) {
            (Verdict::Opens, Some(file)) => {
                kept.share.uses += 1;
                kept.share.opened_at = Some(knock.at);
                let opening = Opening { recipient: knock.recipient.clone(), at: knock.at };
                kept.openings.push((knock.opening, opening));
                (Opened::Yes(file.clone()), Some(kept.share.patient))
            }
            (Verdict::Wrong { tries_left }, _) => {
                kept.share.tries_left = tries_left;
                if tries_left == 0 {
                    kept.share.ended_at = Some(knock.at);
                    kept.file = None;
                }
                (Opened::WrongPasscode { tries_left }, None)
            }
            (Verdict::Closed, _) | (Verdict::Opens, None) => (Opened::Not, None),
        }
    }
}

impl ShareStore for MemoryStore {
    fn add_share(&self, new: NewShare) -> Answer<'_, Made> {
        self.run(move |state| {
            if !state.people.patients.contains_key(&new.patient) {
                return Err(StoreError::Damaged("a share of no record"));
            }
            let made = state.shares.add(&new);
            if made == Made::Done {
                state.audit.append(std::slice::from_ref(&new.noted));
            }
            Ok(made)
        })
    }

    fn shares_of(&self, patient: PatientId) -> Answer<'_, Vec<Share>> {
        self.run(move |state| Ok(state.shares.of(patient)))
    }

    fn open_share(&self, knock: Knock) -> Answer<'_, Opened> {
        self.run(move |state| {
            let (opened, patient) = state.shares.open(&knock);
            if patient.is_some() {
                state.audit.append(&[Entry { patient, ..knock.noted }]);
            }
            Ok(opened)
        })
    }

    fn share_file(&self, share: SecretHash, now: Timestamp) -> Answer<'_, Option<Vec<u8>>> {
        self.run(move |state| {
            let kept = state.shares.0.get(&share).filter(|kept| kept.share.may_be_fetched(now));
            Ok(kept.and_then(|kept| kept.file.clone()))
        })
    }

    fn end_share(&self, patient: PatientId, share: SecretHash, noted: Entry) -> Answer<'_, bool> {
        self.run(move |state| {
            let kept = state.shares.0.get_mut(&share);
            let kept = kept.filter(|kept| kept.share.patient == patient);
            let Some(kept) = kept.filter(|kept| kept.share.may_be_fetched(noted.at)) else {
                return Ok(false);
            };
            kept.share.ended_at = Some(noted.at);
            kept.file = None;
            state.audit.append(&[noted]);
            Ok(true)
        })
    }

    fn empty_shares(&self, now: Timestamp) -> Answer<'_, u64> {
        self.run(move |state| {
            let mut count = 0;
            for kept in state.shares.0.values_mut() {
                if !kept.share.may_be_fetched(now) && kept.file.take().is_some() {
                    count += 1;
                }
            }
            Ok(count)
        })
    }

    fn share_opened_by(&self, patient: PatientId, opening: EntryId) -> Answer<'_, Option<String>> {
        self.run(move |state| {
            let of_patient = state.shares.0.values().filter(|kept| kept.share.patient == patient);
            let mut openings = of_patient.flat_map(|kept| &kept.openings);
            let found = openings.find(|(known, _)| *known == opening);
            Ok(found.map(|(_, opening)| opening.recipient.clone()))
        })
    }
}
