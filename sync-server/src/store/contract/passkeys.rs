//! Promises about passkeys.

use super::promises;

promises! {
    a_passkey_belongs_to_one_account_and_one_door;
    an_account_has_so_many_and_no_more;
    a_counter_only_grows_or_stays_at_nought;
    another_passphrase_is_carried_by_none;
    only_its_owner_renames_or_removes_one;
    another_way_in_takes_their_place;
}

mod promise {
    use shared::id::{AccountId, DeviceId};

    use super::super::{ANA, LATER, NOW, RECORD, ROSA};
    use crate::passkey::{Backup, CredentialId};
    use crate::secret::{Secret, Slot};
    use crate::sign_in::{NameHash, Verifier};
    use crate::store::Store;
    use crate::store::passkeys::{Added, OwnPasskey, PASSKEYS_MAX, Passkey, PasskeyUse};
    use crate::store::people::{
        Activated, Activation, BirthDate, Door, FirstSession, Invitation, NewStaff, Role, SignIn,
    };
    use crate::store::staff::{SetUp, StaffLink, StaffSetUp};
    use crate::totp::TotpSeed;
    use crate::world::OsRng;

    fn id(number: u8) -> CredentialId {
        CredentialId::from_bytes(&[number; 16]).unwrap()
    }

    fn passkey(account: AccountId, door: Door, number: u8) -> Passkey {
        Passkey {
            credential: id(number),
            account,
            door,
            key: vec![number; 3],
            counter: 0,
            backup: Backup { is_eligible: true, is_backed_up: false },
            name: format!("Key {number}"),
            carried: Some(vec![number; 4]),
            added_at: NOW.plus_millis(number.into()),
            used_at: None,
        }
    }

    async fn add(store: &dyn Store, account: AccountId, door: Door, number: u8) -> Added {
        store.add_passkey(passkey(account, door, number)).await.unwrap()
    }

    async fn names(store: &dyn Store, account: AccountId, door: Door) -> Vec<String> {
        let all = store.passkeys_of(account, door).await.unwrap();
        all.into_iter().map(|one| one.name).collect()
    }

    pub async fn a_passkey_belongs_to_one_account_and_one_door(store: &dyn Store) {
        assert_eq!(add(store, ROSA, Door::Portal, 1).await, Added::Done);
        assert_eq!(add(store, ROSA, Door::Portal, 1).await, Added::Known);
        assert_eq!(add(store, ANA, Door::Clinic, 1).await, Added::Known, "whoever brings it");
        assert_eq!(add(store, ROSA, Door::Clinic, 2).await, Added::Done);
        let found = store.passkey(id(1), Door::Portal).await.unwrap();
        assert_eq!(found, Some(passkey(ROSA, Door::Portal, 1)));
        assert_eq!(store.passkey(id(1), Door::Clinic).await.unwrap(), None);
        assert_eq!(store.passkey(id(9), Door::Portal).await.unwrap(), None);
        assert_eq!(names(store, ROSA, Door::Portal).await, ["Key 1"]);
        assert_eq!(names(store, ROSA, Door::Clinic).await, ["Key 2"]);
        assert_eq!(names(store, ANA, Door::Portal).await, [""; 0]);
    }

    pub async fn an_account_has_so_many_and_no_more(store: &dyn Store) {
        let max = u8::try_from(PASSKEYS_MAX).unwrap();
        for number in 0..max {
            assert_eq!(add(store, ROSA, Door::Portal, number).await, Added::Done);
        }
        assert_eq!(add(store, ROSA, Door::Portal, 99).await, Added::TooMany);
        assert_eq!(add(store, ANA, Door::Portal, 99).await, Added::Done);
        assert_eq!(names(store, ROSA, Door::Portal).await.len(), PASSKEYS_MAX);
    }

    pub async fn a_counter_only_grows_or_stays_at_nought(store: &dyn Store) {
        add(store, ROSA, Door::Portal, 1).await;
        let use_it = async |counter, is_backed_up| {
            let used = PasskeyUse { credential: id(1), counter, is_backed_up, at: LATER };
            store.use_passkey(used).await.unwrap()
        };
        assert!(use_it(0, false).await && use_it(0, true).await);
        let known = store.passkey(id(1), Door::Portal).await.unwrap().unwrap();
        assert_eq!((known.used_at, known.backup.is_backed_up), (Some(LATER), true));
        assert!(use_it(7, false).await);
        assert!(!use_it(7, true).await && !use_it(6, true).await && !use_it(0, true).await);
        let known = store.passkey(id(1), Door::Portal).await.unwrap().unwrap();
        assert_eq!((known.counter, known.backup.is_backed_up), (7, false), "nothing changed");
        assert!(use_it(u32::MAX, false).await);
        let nobody = PasskeyUse { credential: id(2), counter: 1, is_backed_up: false, at: NOW };
        assert!(!store.use_passkey(nobody).await.unwrap());
    }

    pub async fn only_its_owner_renames_or_removes_one(store: &dyn Store) {
        add(store, ROSA, Door::Portal, 1).await;
        let which = |account, door, number| OwnPasskey { account, door, credential: id(number) };
        for other in [
            which(ANA, Door::Portal, 1),
            which(ROSA, Door::Clinic, 1),
            which(ROSA, Door::Portal, 2),
        ] {
            assert!(!store.rename_passkey(other.clone(), "Mine".into()).await.unwrap());
            assert!(!store.remove_passkey(other).await.unwrap());
        }
        assert_eq!(names(store, ROSA, Door::Portal).await, ["Key 1"]);
        let own = which(ROSA, Door::Portal, 1);
        assert!(store.rename_passkey(own.clone(), "My phone".into()).await.unwrap());
        assert_eq!(names(store, ROSA, Door::Portal).await, ["My phone"]);
        assert!(store.remove_passkey(own.clone()).await.unwrap());
        assert!(!store.remove_passkey(own).await.unwrap(), "once");
        assert_eq!(store.passkey(id(1), Door::Portal).await.unwrap(), None);
    }

    pub async fn another_passphrase_is_carried_by_none(store: &dyn Store) {
        let account = activate(store, ROSA).await;
        add(store, account, Door::Portal, 1).await;
        add(store, ANA, Door::Portal, 2).await;
        store.change_verifier(account, Verifier::from_bytes([2; 32]), LATER).await.unwrap();
        let carried =
            async |number| store.passkey(id(number), Door::Portal).await.unwrap().unwrap().carried;
        assert_eq!(carried(1).await, None);
        assert_eq!(carried(2).await, Some(vec![2; 4]), "somebody else's");
    }

    /// An invitation of the clinic, or a new link for staff, is for who lost what they had.
    pub async fn another_way_in_takes_their_place(store: &dyn Store) {
        let first = activate(store, ROSA).await;
        add(store, first, Door::Portal, 1).await;
        add(store, first, Door::Clinic, 2).await;
        add(store, ANA, Door::Portal, 3).await;
        assert_eq!(activate(store, ANA).await, first);
        assert_eq!(names(store, first, Door::Portal).await, [""; 0]);
        assert_eq!(names(store, first, Door::Clinic).await, ["Key 2"]);
        assert_eq!(names(store, ANA, Door::Portal).await, ["Key 3"], "somebody else's");
        set_up(store, ANA).await;
        add(store, ANA, Door::Clinic, 4).await;
        set_up(store, ANA).await;
        assert_eq!(names(store, ANA, Door::Clinic).await, [""; 0]);
        assert_eq!(names(store, ANA, Door::Portal).await, ["Key 3"]);
    }

    async fn activate(store: &dyn Store, account: AccountId) -> AccountId {
        let secret = Secret::fresh(&mut OsRng).hash();
        let invitation = Invitation { secret, patient: RECORD, until: LATER, at: NOW };
        store.invite(invitation).await.unwrap();
        let sign_in =
            SignIn { name: NameHash::from_bytes([1; 32]), verifier: Verifier::from_bytes([1; 32]) };
        let session = FirstSession {
            token: Secret::fresh(&mut OsRng).hash(),
            device: DeviceId::from_u128(1),
            slot: Slot::fresh(&mut OsRng),
            kind: String::new(),
            brief: false,
            until: LATER,
        };
        let birth_date = BirthDate::parse("1961-04-09").unwrap();
        let new = Activation { secret, birth_date, account, sign_in, session, now: NOW };
        match store.activate(new).await.unwrap() {
            Activated::Open { account, .. } => account,
            other => panic!("{other:?}"),
        }
    }

    async fn set_up(store: &dyn Store, account: AccountId) {
        let (name, role) = ("Ana".into(), Role::Nurse);
        let staff = NewStaff { account, name, role, prescribes: false, at: NOW };
        store.add_staff(staff).await.unwrap();
        let secret = Secret::fresh(&mut OsRng).hash();
        let link = StaffLink { secret, account, totp: TotpSeed([4; 16]), until: LATER };
        store.add_staff_link(link).await.unwrap();
        let (name, verifier) = (NameHash::from_bytes([1; 32]), Verifier::from_bytes([1; 32]));
        let new = StaffSetUp { secret, name, verifier, step: 1, recovery: Vec::new(), now: NOW };
        assert_eq!(store.set_up_staff(new).await.unwrap(), SetUp::Done(account));
    }
}
