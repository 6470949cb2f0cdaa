//! Promises about how staff sign in.

use super::promises;

promises! {
    a_link_is_used_once_and_its_sign_in_is_found_by_name;
    a_name_belongs_to_one;
    a_code_works_once_and_no_older_one_after_it;
    whoever_ended_has_no_sign_in_and_no_session;
    a_session_is_extended_only_while_it_is_open_and_never_beyond_its_day;
}

mod promise {
    use shared::id::AccountId;

    use super::super::{ANA, LATER, NOW, ROSA, session};
    use crate::secret::{Secret, SecretHash};
    use crate::sign_in::{NameHash, Verifier};
    use crate::store::Store;
    use crate::store::people::{Door, NewStaff, Role};
    use crate::store::staff::{OneTime, SetUp, StaffChange, StaffLink, StaffSetUp};
    use crate::totp::TotpSeed;
    use crate::world::OsRng;

    async fn linked(store: &dyn Store, account: AccountId) -> SecretHash {
        let role = Role::Nurse;
        let staff = NewStaff { account, name: "Ana".into(), role, prescribes: false, at: NOW };
        store.add_staff(staff).await.unwrap();
        let secret = Secret::fresh(&mut OsRng).hash();
        let link = StaffLink { secret, account, totp: TotpSeed([4; 16]), until: LATER };
        store.add_staff_link(link).await.unwrap();
        secret
    }

    fn chosen(secret: SecretHash, name: u8) -> StaffSetUp {
        StaffSetUp {
            secret,
            name: NameHash::from_bytes([name; 32]),
            verifier: Verifier::from_bytes([name; 32]),
            step: 10,
            recovery: vec![[1; 32], [2; 32]],
            now: NOW,
        }
    }

    pub async fn a_link_is_used_once_and_its_sign_in_is_found_by_name(store: &dyn Store) {
        let secret = linked(store, ANA).await;
        assert_eq!(store.staff_link(secret, LATER).await.unwrap(), None, "too late");
        assert_eq!(store.staff_link(secret, NOW).await.unwrap().unwrap().account, ANA);
        let late = StaffSetUp { now: LATER, ..chosen(secret, 1) };
        assert_eq!(store.set_up_staff(late).await.unwrap(), SetUp::Ended);
        assert_eq!(store.set_up_staff(chosen(secret, 1)).await.unwrap(), SetUp::Done(ANA));
        assert_eq!(store.set_up_staff(chosen(secret, 2)).await.unwrap(), SetUp::Ended);
        assert_eq!(store.staff_link(secret, NOW).await.unwrap(), None);
        let found = store.staff_sign_in(NameHash::from_bytes([1; 32])).await.unwrap().unwrap();
        assert_eq!((found.account, found.totp), (ANA, TotpSeed([4; 16])));
        assert_eq!(found.verifier.bytes(), &[1; 32]);
        assert!(store.staff_sign_in(NameHash::from_bytes([2; 32])).await.unwrap().is_none());

        let old = linked(store, ANA).await;
        let new = linked(store, ANA).await;
        assert_eq!(store.staff_link(old, NOW).await.unwrap(), None, "only the newest");
        assert_eq!(store.set_up_staff(chosen(new, 3)).await.unwrap(), SetUp::Done(ANA));
        assert!(store.staff_sign_in(NameHash::from_bytes([1; 32])).await.unwrap().is_none());
    }

    pub async fn a_name_belongs_to_one(store: &dyn Store) {
        let (ana, rosa) = (linked(store, ANA).await, linked(store, ROSA).await);
        assert_eq!(store.set_up_staff(chosen(ana, 1)).await.unwrap(), SetUp::Done(ANA));
        assert_eq!(store.set_up_staff(chosen(rosa, 1)).await.unwrap(), SetUp::NameTaken);
        assert_eq!(store.set_up_staff(chosen(rosa, 2)).await.unwrap(), SetUp::Done(ROSA));
    }

    pub async fn a_code_works_once_and_no_older_one_after_it(store: &dyn Store) {
        let secret = linked(store, ANA).await;
        store.set_up_staff(chosen(secret, 1)).await.unwrap();
        let give = async |code| store.use_staff_code(ANA, code, NOW).await.unwrap();
        assert!(!give(OneTime::Step(10)).await, "the one that set it up");
        assert!(give(OneTime::Step(12)).await);
        assert!(!give(OneTime::Step(12)).await && !give(OneTime::Step(11)).await);
        assert!(give(OneTime::Recovery([2; 32])).await);
        assert!(!give(OneTime::Recovery([2; 32])).await && !give(OneTime::Recovery([9; 32])).await);
        let nobody = store.use_staff_code(ROSA, OneTime::Step(99), NOW).await.unwrap();
        assert!(!nobody);
    }

    pub async fn whoever_ended_has_no_sign_in_and_no_session(store: &dyn Store) {
        let secret = linked(store, ANA).await;
        store.set_up_staff(chosen(secret, 1)).await.unwrap();
        let (token, new) = session(ANA, Door::Clinic);
        store.open_session(new).await.unwrap();
        let change = StaffChange {
            account: ANA,
            role: Role::Clinician,
            prescribes: true,
            ended: false,
            at: NOW,
        };
        store.change_staff(change).await.unwrap();
        let member = store.staff_member(ANA).await.unwrap().unwrap();
        assert_eq!((member.role, member.prescribes), (Role::Clinician, true));
        assert!(store.session(token.hash(), NOW).await.unwrap().is_some());

        store.change_staff(StaffChange { ended: true, ..change }).await.unwrap();
        assert!(store.staff_member(ANA).await.unwrap().is_none());
        assert!(store.staff_sign_in_of(ANA).await.unwrap().is_none());
        assert!(store.staff_sign_in(NameHash::from_bytes([1; 32])).await.unwrap().is_none());
        assert!(store.session(token.hash(), NOW).await.unwrap().is_none());
        assert!(store.colleagues().await.unwrap()[0].ended);
    }

    pub async fn a_session_is_extended_only_while_it_is_open_and_never_beyond_its_day(
        store: &dyn Store,
    ) {
        linked(store, ANA).await;
        let (token, new) = session(ANA, Door::Clinic);
        store.open_session(new).await.unwrap();
        let is_open = async |at| store.session(token.hash(), at).await.unwrap().is_some();
        let day = 5_000;
        let extend = async |until: i64, now| {
            let until = NOW.plus_millis(until);
            store.extend_session(token.hash(), until, day, now).await.unwrap();
        };
        assert!(!is_open(LATER).await);
        extend(3_000, NOW).await;
        assert!(is_open(LATER).await && !is_open(NOW.plus_millis(3_000)).await);
        extend(1_000, NOW).await;
        assert!(is_open(LATER).await, "never shorter");
        extend(9_000, LATER).await;
        assert!(is_open(NOW.plus_millis(4_999)).await && !is_open(NOW.plus_millis(5_000)).await);
        extend(9_000, NOW.plus_millis(6_000)).await;
        assert!(!is_open(NOW.plus_millis(6_000)).await, "what is over stays over");
        assert_eq!(store.session(token.hash(), NOW).await.unwrap().unwrap().proven_at, None);
        store.prove_session(token.hash(), NOW).await.unwrap();
        assert_eq!(store.session(token.hash(), NOW).await.unwrap().unwrap().proven_at, Some(NOW));
    }
}
