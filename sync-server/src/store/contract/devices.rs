//! Promises about people's devices.

use super::promises;

promises! {
    a_device_is_known_from_its_first_sign_in_on_and_when_it_was_here;
    a_device_is_called_what_its_person_calls_it_and_that_is_noted;
    an_ended_device_opens_nothing_and_whoever_has_its_session_hears_why;
    a_device_that_signs_out_is_no_device_any_more;
    devices_that_keep_nothing_push_no_other_one_out;
    a_device_has_one_session_and_what_it_had_before_opens_nothing;
}

mod promise {
    use shared::id::{AccountId, DeviceId};
    use shared::time::Timestamp;
    use shared::view::devices::Standing;

    use super::super::{ANA, LATER, NOW, ROSA, session};
    use crate::audit::{Did, Entry};
    use crate::secret::SecretHash;
    use crate::store::Store;
    use crate::store::desk::Contact;
    use crate::store::devices::{DEVICES_MAX, EndedDevice, NewName};
    use crate::store::people::{Door, NewSession};

    const PHONE: DeviceId = DeviceId::from_u128(21);
    const LAPTOP: DeviceId = DeviceId::from_u128(22);

    async fn sign_in(store: &dyn Store, account: AccountId, device: DeviceId) -> SecretHash {
        let (secret, session) = session(account, Door::Portal);
        let kind = "Firefox, Android".to_owned();
        store.open_session(NewSession { device, kind, ..session }).await.unwrap();
        secret.hash()
    }

    fn noted(did: Did, device: DeviceId) -> Entry {
        Entry { did, device: Some(device), ..Entry::of_session(&session(ROSA, Door::Portal).1) }
    }

    async fn known(store: &dyn Store, account: AccountId) -> Vec<DeviceId> {
        let known = store.devices_of(account).await.unwrap();
        known.iter().map(|one| one.device).collect()
    }

    async fn last_noted(store: &dyn Store) -> (Did, Option<DeviceId>) {
        let all = store.audit_after(0, 100).await.unwrap();
        let last = all.last().unwrap().entry().unwrap();
        (last.did, last.device)
    }

    pub async fn a_device_is_known_from_its_first_sign_in_on_and_when_it_was_here(
        store: &dyn Store,
    ) {
        for (account, device) in [(ROSA, PHONE), (ROSA, LAPTOP), (ANA, DeviceId::from_u128(23))] {
            sign_in(store, account, device).await;
        }
        let staff = session(ROSA, Door::Clinic).1;
        store.open_session(NewSession { device: DeviceId::from_u128(24), ..staff }).await.unwrap();
        let heard = |heard_at| {
            store.keep_contact(Contact { account: ROSA, device: LAPTOP, heard_at, level_at: None })
        };
        heard(LATER).await.unwrap();
        // What comes late changes nothing.
        heard(NOW).await.unwrap();
        let devices = store.devices_of(ROSA).await.unwrap();
        let times = |at: usize| (devices[at].device, devices[at].first_at, devices[at].heard_at);
        assert_eq!(devices.len(), 2, "the clinic's page is no device of the patient");
        assert_eq!((times(0), times(1)), ((LAPTOP, NOW, LATER), (PHONE, NOW, NOW)));
        assert_eq!(devices[0].kind, "Firefox, Android");
        assert_eq!(devices[0].standing(), Standing::Open);
    }

    pub async fn a_device_has_one_session_and_what_it_had_before_opens_nothing(store: &dyn Store) {
        let (before, other) =
            (sign_in(store, ROSA, PHONE).await, sign_in(store, ROSA, LAPTOP).await);
        let now = sign_in(store, ROSA, PHONE).await;
        let mut open = Vec::new();
        for token in [before, now, other] {
            open.push(store.session(token, NOW).await.unwrap().is_some());
        }
        assert_eq!(open, [false, true, true]);
        // Nor does signing out with it take the device off the list.
        store.end_session(before, NOW).await.unwrap();
        assert_eq!(known(store, ROSA).await.len(), 2);
        assert_eq!(store.ended_device(before).await.unwrap(), None, "nobody ended the device");
    }

    pub async fn devices_that_keep_nothing_push_no_other_one_out(store: &dyn Store) {
        sign_in(store, ROSA, PHONE).await;
        for number in 0..=DEVICES_MAX as u128 {
            let (_, session) = session(ROSA, Door::Portal);
            let device = DeviceId::from_u128(100 + number);
            let at = LATER;
            store.open_session(NewSession { device, brief: true, at, ..session }).await.unwrap();
        }
        let devices = store.devices_of(ROSA).await.unwrap();
        assert_eq!((devices.len(), devices[0].device), (DEVICES_MAX, PHONE));
        assert_eq!((devices[0].brief, devices[1].brief), (false, true));
    }

    pub async fn a_device_is_called_what_its_person_calls_it_and_that_is_noted(store: &dyn Store) {
        sign_in(store, ROSA, PHONE).await;
        let call = |name: Option<&str>| {
            let (name, noted) = (name.map(str::to_owned), noted(Did::Wrote, PHONE));
            store.name_device(NewName { device: PHONE, name, noted })
        };
        call(Some("The old phone")).await.unwrap();
        assert_eq!(last_noted(store).await, (Did::Wrote, Some(PHONE)));
        let name = store.device(PHONE).await.unwrap().unwrap().name;
        assert_eq!(name.as_deref(), Some("The old phone"));
        store.check().await.unwrap();
        call(None).await.unwrap();
        assert_eq!(store.device(PHONE).await.unwrap().unwrap().name, None);
        assert_eq!(store.device(LAPTOP).await.unwrap(), None);
    }

    pub async fn an_ended_device_opens_nothing_and_whoever_has_its_session_hears_why(
        store: &dyn Store,
    ) {
        let (phone, other) =
            (sign_in(store, ROSA, PHONE).await, sign_in(store, ROSA, LAPTOP).await);
        let end = || {
            let (why, noted) = (Some("it was lost".to_owned()), noted(Did::EndedDevice, PHONE));
            store.end_device(EndedDevice { device: PHONE, why, noted })
        };
        assert_eq!(store.ended_device(phone).await.unwrap(), None);
        assert!(end().await.unwrap());
        assert_eq!(last_noted(store).await, (Did::EndedDevice, Some(PHONE)));
        let noted_then = store.audit_head().await.unwrap().number;
        assert!(!end().await.unwrap(), "once");
        assert_eq!(store.audit_head().await.unwrap().number, noted_then);

        assert_eq!(store.session(phone, NOW).await.unwrap(), None);
        assert!(store.session(other, NOW).await.unwrap().is_some());
        assert_eq!(store.ended_device(phone).await.unwrap(), Some(PHONE));
        assert_eq!(store.ended_device(other).await.unwrap(), None);
        let standing = async || store.device(PHONE).await.unwrap().unwrap().standing();
        assert_eq!(standing().await, Standing::Ended);
        for at in [NOW, LATER] {
            store.tell_device(PHONE, at).await.unwrap();
        }
        assert_eq!(standing().await, Standing::Told { at: NOW });
        let why = store.device(PHONE).await.unwrap().unwrap().ended_for;
        assert_eq!(why.as_deref(), Some("it was lost"));
        // The other one was not ended, so there is nothing to tell it.
        store.tell_device(LAPTOP, NOW).await.unwrap();
        assert_eq!(store.device(LAPTOP).await.unwrap().unwrap().standing(), Standing::Open);
        store.check().await.unwrap();
    }

    pub async fn a_device_that_signs_out_is_no_device_any_more(store: &dyn Store) {
        let (phone, _) = (sign_in(store, ROSA, PHONE).await, sign_in(store, ROSA, LAPTOP).await);
        store.end_session(phone, NOW).await.unwrap();
        assert_eq!(known(store, ROSA).await, [LAPTOP]);
        assert_eq!(store.ended_device(phone).await.unwrap(), None);
        // Told once more, of a session that is over: the other one stays.
        store.end_session(phone, Timestamp::from_millis(1)).await.unwrap();
        assert_eq!(known(store, ROSA).await, [LAPTOP]);
    }
}
