//! Promises about people, sessions and invitations.

use super::promises;

promises! {
    grants_open_records_and_ended_ones_close_them;
    a_record_is_the_own_one_of_one_account;
    adding_again_changes_nothing;
    a_session_ends_by_time_and_by_hand;
    a_slot_keeps_its_device_for_its_own_account;
    a_ticket_answers_once_and_only_for_an_open_session;
    an_invitation_opens_one_account_for_one_birth_date;
    an_invitation_survives_four_wrong_tries_and_no_more;
    an_invitation_for_an_open_record_leads_to_the_same_account;
    asking_about_an_invitation_uses_nothing_up_but_counts_wrong_tries;
    a_shredded_record_is_gone_with_its_account_and_others_stay;
    a_sign_in_name_is_one_account_and_changes_with_a_new_invitation;
}

mod promise {
    use shared::id::{AccountId, DeviceId, PatientId};
    use shared::sync::scope::{Access, Level};
    use shared::time::Timestamp;

    use super::super::{ANA, LATER, NOW, OTHER_RECORD, RECORD, ROSA, end, grant, session};
    use crate::secret::{Secret, Slot};
    use crate::sign_in::{NameHash, Verifier};
    use crate::store::Store;
    use crate::store::people::{
        Activated, Activation, BirthDate, Claim, Claimed, Door, FirstSession, Invitation,
        NewAccount, NewStaff, Role, SignIn,
    };
    use crate::world::OsRng;

    pub async fn grants_open_records_and_ended_ones_close_them(store: &dyn Store) {
        store.grant(grant(RECORD, ANA, Level::Caregiver)).await.unwrap();
        store.grant(grant(OTHER_RECORD, ANA, Level::Own)).await.unwrap();
        let names = |records: Vec<crate::store::people::RecordOf>| {
            records.into_iter().map(|record| (record.name, record.own)).collect::<Vec<_>>()
        };
        let own_first = [("Mateo".to_owned(), true), ("Rosa".to_owned(), false)];
        assert_eq!(names(store.records_of(ANA).await.unwrap()), own_first);
        end(store, RECORD, ANA).await;
        let own = Access::whole(OTHER_RECORD, Level::Own);
        assert_eq!(store.access_of(ANA).await.unwrap(), [own]);
        store.grant(grant(RECORD, ANA, Level::ChartOnly)).await.unwrap();
        let again = Access::whole(RECORD, Level::ChartOnly);
        assert_eq!(store.access_of(ANA).await.unwrap(), [again, own]);
        assert!(store.access_of(ROSA).await.unwrap().is_empty());
    }

    pub async fn a_record_is_the_own_one_of_one_account(store: &dyn Store) {
        store.grant(grant(RECORD, ROSA, Level::Own)).await.unwrap();
        assert!(store.grant(grant(RECORD, ANA, Level::Own)).await.is_err());
        assert!(store.access_of(ANA).await.unwrap().is_empty());
        assert!(store.is_activated(RECORD).await.unwrap());
        assert!(!store.is_activated(OTHER_RECORD).await.unwrap());
    }

    pub async fn a_shredded_record_is_gone_with_its_account_and_others_stay(store: &dyn Store) {
        store.grant(grant(RECORD, ROSA, Level::Own)).await.unwrap();
        store.grant(grant(OTHER_RECORD, ANA, Level::Own)).await.unwrap();
        store.grant(grant(RECORD, ANA, Level::Caregiver)).await.unwrap();
        let (secret, new) = session(ROSA, Door::Portal);
        store.open_session(new).await.unwrap();
        let invitation = invited(store).await;
        assert!(!store.shred(PatientId::from_u128(404), NOW).await.unwrap());
        assert!(store.shred(RECORD, NOW).await.unwrap());
        assert!(!store.shred(RECORD, NOW).await.unwrap(), "once");
        assert_eq!(store.account_name(ROSA).await.unwrap(), None);
        assert_eq!(store.session(secret.hash(), NOW).await.unwrap(), None);
        assert_eq!(claim(store, &invitation, BORN, 20, NOW).await, Activated::NotRecognized);
        let own = Access::whole(OTHER_RECORD, Level::Own);
        assert_eq!(store.access_of(ANA).await.unwrap(), [own]);
        assert_eq!(store.account_name(ANA).await.unwrap().as_deref(), Some("Ana"));
        let left: Vec<_> = store.patients().await.unwrap();
        assert_eq!(left.iter().map(|one| one.patient).collect::<Vec<_>>(), [OTHER_RECORD]);
        // Somebody with the same id is somebody else.
        store.grant(grant(RECORD, ANA, Level::Caregiver)).await.unwrap_err();
    }

    pub async fn adding_again_changes_nothing(store: &dyn Store) {
        let again = NewAccount { account: ROSA, name: "Somebody else".into(), at: LATER };
        store.add_account(again).await.unwrap();
        assert_eq!(store.account_name(ROSA).await.unwrap().as_deref(), Some("Rosa"));
        for role in [Role::Nurse, Role::Admin] {
            let name = "Linh".to_owned();
            let account = AccountId::from_u128(5);
            let staff = NewStaff { account, name, role, prescribes: false, at: NOW };
            store.add_staff(staff).await.unwrap();
        }
        let member = store.staff_member(AccountId::from_u128(5)).await.unwrap().unwrap();
        assert_eq!(member.role, Role::Nurse);
        assert_eq!(store.staff_member(ROSA).await.unwrap(), None);
    }

    pub async fn a_session_ends_by_time_and_by_hand(store: &dyn Store) {
        let (secret, new) = session(ROSA, Door::Portal);
        let slot = new.slot.clone();
        store.open_session(new).await.unwrap();
        let found = store.session(secret.hash(), NOW).await.unwrap().unwrap();
        assert_eq!((found.account, found.slot, found.door), (ROSA, slot, Door::Portal));
        assert_eq!(store.session(secret.hash(), LATER).await.unwrap(), None);
        assert_eq!(store.session(Secret::fresh(&mut OsRng).hash(), NOW).await.unwrap(), None);
        store.end_session(secret.hash(), NOW).await.unwrap();
        assert_eq!(store.session(secret.hash(), NOW).await.unwrap(), None);
    }

    pub async fn a_slot_keeps_its_device_for_its_own_account(store: &dyn Store) {
        let (secret, new) = session(ROSA, Door::Portal);
        let (slot, device) = (new.slot.clone(), new.device);
        store.open_session(new).await.unwrap();
        assert_eq!(store.device_in(ROSA, slot.clone()).await.unwrap(), Some(device));
        assert_eq!(store.device_in(ANA, slot.clone()).await.unwrap(), None);
        assert_eq!(store.device_in(ROSA, Slot::fresh(&mut OsRng)).await.unwrap(), None);
        store.end_session(secret.hash(), NOW).await.unwrap();
        assert_eq!(store.device_in(ROSA, slot).await.unwrap(), Some(device), "after its end");
        let (_, staff) = session(ANA, Door::Clinic);
        let slot = staff.slot.clone();
        store.open_session(staff).await.unwrap();
        assert_eq!(store.device_in(ANA, slot).await.unwrap(), None, "the clinic's door is another");
    }

    pub async fn a_ticket_answers_once_and_only_for_an_open_session(store: &dyn Store) {
        let (secret, new) = session(ROSA, Door::Portal);
        store.open_session(new).await.unwrap();
        let ticket = |until: Timestamp| {
            let ticket = Secret::fresh(&mut OsRng).hash();
            let issued = store.issue_ticket(ticket, secret.hash(), until);
            async move { issued.await.map(|()| ticket).unwrap() }
        };
        let good = ticket(LATER).await;
        assert!(store.take_ticket(good, NOW).await.unwrap().is_some());
        assert!(store.take_ticket(good, NOW).await.unwrap().is_none(), "once");
        let late = ticket(NOW).await;
        assert!(store.take_ticket(late, NOW).await.unwrap().is_none(), "in time");
        let left = ticket(LATER).await;
        store.end_session(secret.hash(), NOW).await.unwrap();
        assert!(store.take_ticket(left, NOW).await.unwrap().is_none(), "while it is open");
    }

    /// An invitation to Rosa's record, and how to claim it.
    async fn invited(store: &dyn Store) -> Secret {
        invited_to(store, RECORD).await
    }

    async fn invited_to(store: &dyn Store, patient: PatientId) -> Secret {
        let secret = Secret::fresh_short(&mut OsRng);
        let invitation = Invitation { secret: secret.hash(), patient, until: LATER, at: NOW };
        store.invite(invitation).await.unwrap();
        secret
    }

    async fn claim(
        store: &dyn Store,
        secret: &Secret,
        born: &str,
        account: u128,
        now: Timestamp,
    ) -> Activated {
        // Each account has a name of its own.
        claim_as(store, secret, born, account, now, sign_in(account as u8, 1)).await
    }

    fn sign_in(name: u8, verifier: u8) -> SignIn {
        let verifier = Verifier::from_bytes([verifier; 32]);
        SignIn { name: NameHash::from_bytes([name; 32]), verifier }
    }

    async fn claim_as(
        store: &dyn Store,
        secret: &Secret,
        born: &str,
        account: u128,
        now: Timestamp,
        sign_in: SignIn,
    ) -> Activated {
        let session = FirstSession {
            token: Secret::fresh(&mut OsRng).hash(),
            device: DeviceId::from_u128(9),
            slot: Slot::fresh(&mut OsRng),
            kind: String::new(),
            brief: false,
            until: LATER,
        };
        let token = session.token;
        let activation = Activation {
            secret: secret.hash(),
            birth_date: BirthDate::parse(born).unwrap(),
            account: AccountId::from_u128(account),
            sign_in,
            session,
            now,
        };
        let came = store.activate(activation).await.unwrap();
        let is_signed_in = store.session(token, NOW).await.unwrap().is_some();
        assert_eq!(is_signed_in, matches!(came, Activated::Open { .. }));
        came
    }

    const BORN: &str = "1961-04-09";

    pub async fn an_invitation_opens_one_account_for_one_birth_date(store: &dyn Store) {
        let secret = invited(store).await;
        let unknown = Secret::fresh_short(&mut OsRng);
        assert_eq!(claim(store, &unknown, BORN, 20, NOW).await, Activated::NotRecognized);
        assert_eq!(claim(store, &secret, BORN, 20, LATER).await, Activated::Ended);
        assert_eq!(claim(store, &secret, "1961-04-10", 20, NOW).await, Activated::NotRecognized);
        let account = AccountId::from_u128(20);
        let open = Activated::Open { patient: RECORD, account };
        assert_eq!(claim(store, &secret, BORN, 20, NOW).await, open);
        assert_eq!(store.account_name(account).await.unwrap().as_deref(), Some("Rosa"));
        let own = Access::whole(RECORD, Level::Own);
        assert_eq!(store.access_of(account).await.unwrap(), [own]);
        assert_eq!(claim(store, &secret, BORN, 21, NOW).await, Activated::Ended);
    }

    pub async fn an_invitation_survives_four_wrong_tries_and_no_more(store: &dyn Store) {
        let (lucky, unlucky) = (invited(store).await, invited(store).await);
        for (secret, wrong_tries) in [(&lucky, 4), (&unlucky, 5)] {
            for _ in 0..wrong_tries {
                claim(store, secret, "1999-01-01", 20, NOW).await;
            }
        }
        assert_eq!(claim(store, &unlucky, BORN, 20, NOW).await, Activated::TooManyTries);
        assert!(matches!(claim(store, &lucky, BORN, 20, NOW).await, Activated::Open { .. }));
    }

    pub async fn an_invitation_for_an_open_record_leads_to_the_same_account(store: &dyn Store) {
        store.grant(grant(RECORD, ROSA, Level::Own)).await.unwrap();
        let secret = invited(store).await;
        let open = Activated::Open { patient: RECORD, account: ROSA };
        assert_eq!(claim(store, &secret, BORN, 20, NOW).await, open);
    }

    pub async fn asking_about_an_invitation_uses_nothing_up_but_counts_wrong_tries(
        store: &dyn Store,
    ) {
        let secret = invited(store).await;
        let ask = |born: &str, now| {
            let birth_date = BirthDate::parse(born).unwrap();
            store.claim(Claim { secret: secret.hash(), birth_date, now })
        };
        for _ in 0..9 {
            assert_eq!(ask(BORN, NOW).await.unwrap(), Claimed::Holds { patient: RECORD });
        }
        assert_eq!(ask(BORN, LATER).await.unwrap(), Claimed::Ended);
        for _ in 0..5 {
            assert_eq!(ask("1999-01-01", NOW).await.unwrap(), Claimed::NotRecognized);
        }
        assert_eq!(ask(BORN, NOW).await.unwrap(), Claimed::TooManyTries);
        assert_eq!(claim(store, &secret, BORN, 20, NOW).await, Activated::TooManyTries);
    }

    pub async fn a_sign_in_name_is_one_account_and_changes_with_a_new_invitation(
        store: &dyn Store,
    ) {
        let known = async |name: u8| {
            let found = store.sign_in(NameHash::from_bytes([name; 32])).await.unwrap();
            found.map(|(account, verifier)| (account.to_u128(), verifier.bytes()[0]))
        };
        let (first, other) = (invited(store).await, invited_to(store, OTHER_RECORD).await);
        let came = claim_as(store, &first, BORN, 20, NOW, sign_in(1, 5)).await;
        assert!(matches!(came, Activated::Open { .. }));
        assert_eq!(known(1).await, Some((20, 5)));
        assert_eq!(known(2).await, None);

        // Taken by somebody else: the invitation stays good.
        let came = claim_as(store, &other, BORN, 21, NOW, sign_in(1, 6)).await;
        assert_eq!(came, Activated::NameTaken);
        let came = claim_as(store, &other, BORN, 21, NOW, sign_in(2, 6)).await;
        assert!(matches!(came, Activated::Open { .. }));
        assert_eq!((known(1).await, known(2).await), (Some((20, 5)), Some((21, 6))));

        let account = AccountId::from_u128(20);
        store.change_verifier(account, Verifier::from_bytes([7; 32]), NOW).await.unwrap();
        assert_eq!(store.verifier(account).await.unwrap().unwrap().bytes(), &[7; 32]);
        assert!(store.verifier(ROSA).await.unwrap().is_none());

        // The clinic invites again: the same account, and what it signed in with before is over.
        let again = invited(store).await;
        claim_as(store, &again, BORN, 22, NOW, sign_in(3, 8)).await;
        assert_eq!((known(1).await, known(3).await), (None, Some((20, 8))));
    }
}
