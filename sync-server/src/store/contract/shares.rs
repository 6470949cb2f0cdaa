//! Promises about links that share a record.

use super::promises;

promises! {
    a_link_opens_as_often_as_it_may_and_tells_who_it_was;
    a_passcode_is_asked_for_and_guessed_only_so_often;
    what_is_over_opens_for_nobody_and_is_deleted;
    whoever_may_stops_it_at_once;
    a_record_has_so_many_links_and_no_more;
    a_shredded_record_shares_nothing;
}

mod promise {
    use shared::id::{EntryId, PatientId};
    use shared::time::Timestamp;
    use shared::view::shares::{SHARES_OPEN_MAX, ShareStanding};

    use super::super::{LATER, NOW, OTHER_RECORD, RECORD, ROSA};
    use crate::audit::{Did, Entry, What, Who, Why};
    use crate::secret::SecretHash;
    use crate::store::Store;
    use crate::store::shares::{
        FETCH_MS, Knock, Made, NewShare, Opened, SHARES_KEPT_MAX, Share, TRIES_MAX,
    };

    const FILE: &[u8] = b"sealed elsewhere";

    fn name(number: usize) -> SecretHash {
        SecretHash::of(&format!("link {number}"))
    }

    fn noted(did: Did, at: Timestamp, patient: Option<PatientId>) -> Entry {
        Entry {
            at,
            who: Who::Anyone,
            did,
            action: "Test".into(),
            what: What::Record,
            patient,
            item: None,
            from: None,
            why: Why::Operations,
            access_of: None,
            device: None,
        }
    }

    fn new(number: usize) -> NewShare {
        NewShare {
            share: name(number),
            patient: RECORD,
            account: ROSA,
            file: FILE.into(),
            passcode: None,
            uses_max: 2,
            at: NOW,
            until: LATER.plus_millis(2 * FETCH_MS),
            noted: noted(Did::Shared, NOW, Some(RECORD)),
        }
    }

    fn knock(number: usize, at: Timestamp) -> Knock {
        Knock {
            share: name(number),
            passcode: None,
            recipient: format!("Eastside at {}", at.millis()),
            opening: EntryId::from_u128(u128::from(at.millis().unsigned_abs())),
            at,
            noted: noted(Did::OpenedShare, at, None),
        }
    }

    fn with_passcode(passcode: &str) -> Knock {
        Knock { passcode: Some(passcode.into()), ..knock(1, NOW) }
    }

    async fn only(store: &dyn Store) -> Share {
        let mut all = store.shares_of(RECORD).await.unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    async fn dids(store: &dyn Store) -> Vec<(Did, Option<PatientId>)> {
        let rows = store.audit_after(0, 100).await.unwrap();
        let entries = rows.iter().map(|row| row.entry().unwrap());
        entries.map(|entry| (entry.did, entry.patient)).collect()
    }

    pub async fn a_link_opens_as_often_as_it_may_and_tells_who_it_was(store: &dyn Store) {
        assert_eq!(store.add_share(new(1)).await.unwrap(), Made::Done);
        assert_eq!(store.add_share(new(1)).await.unwrap(), Made::Known);
        assert_eq!(store.open_share(knock(2, NOW)).await.unwrap(), Opened::Not, "another");
        for at in [NOW, LATER] {
            assert_eq!(store.open_share(knock(1, at)).await.unwrap(), Opened::Yes(FILE.into()));
        }
        assert_eq!(store.open_share(knock(1, LATER)).await.unwrap(), Opened::Not);
        let share = only(store).await;
        assert_eq!((share.uses, share.standing(LATER)), (2, ShareStanding::UsedUp));
        let who: Vec<_> = share.openings.iter().map(|one| one.recipient.clone()).collect();
        let called = [LATER, NOW].map(|at| format!("Eastside at {}", at.millis()));
        assert_eq!(who, called, "the newest first");
        let opening = knock(1, NOW).opening;
        let who = store.share_opened_by(RECORD, opening).await.unwrap();
        assert_eq!(who.as_ref(), Some(&called[1]));
        assert_eq!(store.share_opened_by(OTHER_RECORD, opening).await.unwrap(), None);
        let record = Some(RECORD);
        let opened = (Did::OpenedShare, record);
        assert_eq!(dids(store).await, [(Did::Shared, record), opened, opened]);
    }

    pub async fn a_passcode_is_asked_for_and_guessed_only_so_often(store: &dyn Store) {
        let share = NewShare { passcode: Some("river".into()), ..new(1) };
        store.add_share(share).await.unwrap();
        let unasked = store.open_share(knock(1, NOW)).await.unwrap();
        assert_eq!(unasked, Opened::WrongPasscode { tries_left: TRIES_MAX });
        for left in (1..TRIES_MAX).rev() {
            let wrong = store.open_share(with_passcode("sea")).await.unwrap();
            assert_eq!(wrong, Opened::WrongPasscode { tries_left: left });
        }
        assert!(matches!(store.open_share(with_passcode("river")).await.unwrap(), Opened::Yes(_)));
        let last = store.open_share(with_passcode("lake")).await.unwrap();
        assert_eq!(last, Opened::WrongPasscode { tries_left: 0 });
        assert_eq!(store.open_share(with_passcode("river")).await.unwrap(), Opened::Not);
        assert_eq!(only(store).await.standing(NOW), ShareStanding::Guessed);
        assert_eq!(store.share_file(name(1), NOW).await.unwrap(), None);
    }

    pub async fn what_is_over_opens_for_nobody_and_is_deleted(store: &dyn Store) {
        store.add_share(NewShare { until: LATER, ..new(1) }).await.unwrap();
        store.add_share(NewShare { uses_max: 1, ..new(2) }).await.unwrap();
        store.add_share(new(3)).await.unwrap();
        assert_eq!(store.open_share(knock(1, LATER)).await.unwrap(), Opened::Not);
        assert!(matches!(store.open_share(knock(2, NOW)).await.unwrap(), Opened::Yes(_)));
        let fetch = async |number, at| store.share_file(name(number), at).await.unwrap();
        assert_eq!(fetch(2, LATER).await.as_deref(), Some(FILE), "whoever opened it fetches it");
        assert_eq!(store.empty_shares(LATER).await.unwrap(), 1);
        let later = NOW.plus_millis(FETCH_MS);
        assert_eq!(fetch(2, later).await, None);
        assert_eq!(store.empty_shares(later).await.unwrap(), 1);
        assert_eq!(store.empty_shares(later).await.unwrap(), 0, "once");
        assert_eq!(fetch(3, later).await.as_deref(), Some(FILE));
        let standing = |share: &Share| share.standing(later);
        let all = store.shares_of(RECORD).await.unwrap();
        let mut all: Vec<_> = all.iter().map(|one| (one.share, standing(one))).collect();
        all.sort_by_key(|(share, _)| (1..4).position(|number| name(number) == *share));
        let standings: Vec<_> = all.into_iter().map(|(_, standing)| standing).collect();
        assert_eq!(standings, [ShareStanding::Over, ShareStanding::UsedUp, ShareStanding::Open]);
    }

    pub async fn whoever_may_stops_it_at_once(store: &dyn Store) {
        store.add_share(new(1)).await.unwrap();
        store.open_share(knock(1, NOW)).await.unwrap();
        let stop =
            |patient| store.end_share(patient, name(1), noted(Did::EndedShare, NOW, Some(patient)));
        assert!(!stop(OTHER_RECORD).await.unwrap(), "somebody else's");
        assert!(stop(RECORD).await.unwrap());
        assert!(!stop(RECORD).await.unwrap(), "once");
        assert_eq!(store.open_share(knock(1, NOW)).await.unwrap(), Opened::Not);
        assert_eq!(store.share_file(name(1), NOW).await.unwrap(), None, "also after it was opened");
        assert_eq!(only(store).await.standing(NOW), ShareStanding::Stopped);
        assert_eq!(dids(store).await.last(), Some(&(Did::EndedShare, Some(RECORD))));
    }

    pub async fn a_record_has_so_many_links_and_no_more(store: &dyn Store) {
        for number in 0..SHARES_OPEN_MAX {
            assert_eq!(store.add_share(new(number)).await.unwrap(), Made::Done);
        }
        assert_eq!(store.add_share(new(99)).await.unwrap(), Made::TooMany);
        let others = NewShare { patient: OTHER_RECORD, ..new(98) };
        assert_eq!(store.add_share(others).await.unwrap(), Made::Done);
        // Those that are over make room, and the oldest of them are forgotten.
        let mut at = NOW;
        for number in 100..100 + 2 * SHARES_KEPT_MAX {
            at = at.plus_millis(4 * FETCH_MS);
            let until = at.plus_millis(1);
            let next = NewShare { at, until, ..new(number) };
            assert_eq!(store.add_share(next).await.unwrap(), Made::Done, "{number}");
        }
        let all = store.shares_of(RECORD).await.unwrap();
        assert_eq!(all.len(), SHARES_KEPT_MAX);
        assert_eq!(all[0].share, name(99 + 2 * SHARES_KEPT_MAX));
    }

    pub async fn a_shredded_record_shares_nothing(store: &dyn Store) {
        let passcode = Some("river".to_owned());
        store.add_share(NewShare { passcode: passcode.clone(), ..new(1) }).await.unwrap();
        store.open_share(Knock { passcode, ..knock(1, NOW) }).await.unwrap();
        assert!(store.shred(RECORD, LATER).await.unwrap());
        assert_eq!(store.open_share(knock(1, NOW)).await.unwrap(), Opened::Not);
        assert_eq!(store.share_file(name(1), NOW).await.unwrap(), None);
        assert!(store.shares_of(RECORD).await.unwrap().is_empty());
    }
}
