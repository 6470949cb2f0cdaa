//! Promises about caregivers' access.

use super::promises;

promises! {
    access_is_given_as_it_was_said_and_noted_with_it;
    access_is_narrowed_and_never_widened_without_consent;
    access_ends_by_hand_once_and_is_noted;
    access_ends_by_its_time;
    a_parents_access_ends_when_the_child_grows_up;
    nobody_becomes_a_caregiver_of_their_own_record_or_without_an_account;
    access_that_ended_is_given_again_as_if_it_were_new;
}

mod promise {
    use shared::id::{AccountId, PatientId};
    use shared::sync::scope::{Access, Level, Parts};
    use shared::time::Timestamp;

    use super::super::{ANA, LATER, NOW, OTHER_RECORD, RECORD, ROSA, grant};
    use crate::audit::{Did, Entry, What, Who, Why};
    use crate::store::Store;
    use crate::store::grants::{Consent, Ended, Given, Narrowed, NoAccess, Terms, reaches_age};
    use crate::store::people::{BirthDate, NewStaff, Role};

    const LINH: AccountId = AccountId::from_u128(5);
    const WHOLE: Terms = Terms { messages: true, parts: Parts::ALL, until: None };
    const CHART: Terms = Terms { messages: false, ..WHOLE };

    fn noted(did: Did, account: AccountId, at: Timestamp) -> Entry {
        Entry {
            at,
            who: Who::Staff { account: LINH },
            did,
            action: "GiveAccess".into(),
            what: What::Access,
            patient: Some(RECORD),
            item: None,
            from: None,
            why: Why::Treatment,
            access_of: Some(account),
            device: None,
        }
    }

    async fn give(
        store: &dyn Store,
        account: AccountId,
        terms: Terms,
        consent: Consent,
    ) -> Result<(), NoAccess> {
        let noted = noted(Did::GaveAccess, account, NOW);
        store.give_access(Given { patient: RECORD, account, terms, consent, noted }).await.unwrap()
    }

    async fn narrow(store: &dyn Store, account: AccountId, terms: Terms) -> Result<(), NoAccess> {
        let noted = noted(Did::Wrote, account, LATER);
        store.narrow_access(Narrowed { patient: RECORD, account, terms, noted }).await.unwrap()
    }

    async fn end(store: &dyn Store, account: AccountId) -> Result<(), NoAccess> {
        let noted = noted(Did::EndedAccess, account, LATER);
        store.end_access(Ended { patient: RECORD, account, noted }).await.unwrap()
    }

    /// What of it was noted, with whose access it was.
    async fn log(store: &dyn Store) -> Vec<(Did, Option<AccountId>)> {
        let rows = store.audit_after(0, 100).await.unwrap();
        let entries = rows.iter().map(|row| row.entry().unwrap());
        entries.map(|entry| (entry.did, entry.access_of)).collect()
    }

    pub async fn access_is_given_as_it_was_said_and_noted_with_it(store: &dyn Store) {
        let parts = Parts { results: false, visits: true };
        let terms = Terms { parts, until: Some(NOW.plus_millis(86_400_000)), ..CHART };
        give(store, ANA, terms, Consent::Patient).await.unwrap();
        let access = Access { patient: RECORD, level: Level::ChartOnly, parts };
        assert_eq!(store.access_of(ANA).await.unwrap(), [access]);
        let rows = store.grants_of(RECORD).await.unwrap();
        let [row] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((row.account, row.name.as_str(), row.terms), (ANA, "Ana", terms));
        assert_eq!((row.consent, row.noted_by), (Some(Consent::Patient), Some(LINH)));
        assert_eq!((row.given_at, row.ends_at), (NOW, terms.until));
        assert_eq!(log(store).await, [(Did::GaveAccess, Some(ANA))]);
        assert_eq!(store.grants_of(OTHER_RECORD).await.unwrap(), []);
        assert_eq!(store.grants_of(PatientId::from_u128(404)).await.unwrap(), []);

        // With consent it becomes more again; the newest consent is the one that counts.
        give(store, ANA, WHOLE, Consent::Legal).await.unwrap();
        assert_eq!(store.access_of(ANA).await.unwrap(), [Access::whole(RECORD, Level::Caregiver)]);
        let rows = store.grants_of(RECORD).await.unwrap();
        assert_eq!((rows[0].consent, rows[0].ends_at), (Some(Consent::Legal), None));
    }

    pub async fn access_is_narrowed_and_never_widened_without_consent(store: &dyn Store) {
        assert_eq!(narrow(store, ANA, CHART).await, Err(NoAccess::NotGiven));
        give(store, ANA, WHOLE, Consent::Parent { until_age: 18 }).await.unwrap_err();
        give(store, ANA, WHOLE, Consent::Patient).await.unwrap();
        narrow(store, ANA, CHART).await.unwrap();
        let only = Access::whole(RECORD, Level::ChartOnly);
        assert_eq!(store.access_of(ANA).await.unwrap(), [only]);
        assert_eq!(narrow(store, ANA, WHOLE).await, Err(NoAccess::NotNarrower));
        let over = Terms { until: Some(NOW), ..CHART };
        assert_eq!(narrow(store, ANA, over).await, Err(NoAccess::Over));
        assert_eq!(store.access_of(ANA).await.unwrap(), [only]);
        assert_eq!(store.grants_of(RECORD).await.unwrap()[0].consent, Some(Consent::Patient));
        let done = [(Did::GaveAccess, Some(ANA)), (Did::Wrote, Some(ANA))];
        assert_eq!(log(store).await, done, "what was refused is not noted as done");
    }

    pub async fn access_ends_by_hand_once_and_is_noted(store: &dyn Store) {
        give(store, ANA, WHOLE, Consent::Patient).await.unwrap();
        end(store, ANA).await.unwrap();
        assert_eq!(store.access_of(ANA).await.unwrap(), []);
        assert_eq!(store.grants_of(RECORD).await.unwrap(), []);
        assert_eq!(end(store, ANA).await, Err(NoAccess::NotGiven));
        assert_eq!(narrow(store, ANA, CHART).await, Err(NoAccess::NotGiven));
        let done = [(Did::GaveAccess, Some(ANA)), (Did::EndedAccess, Some(ANA))];
        assert_eq!(log(store).await, done);
        store.grant(grant(RECORD, ROSA, Level::Own)).await.unwrap();
        assert_eq!(end(store, ROSA).await, Err(NoAccess::OwnRecord));
    }

    pub async fn access_ends_by_its_time(store: &dyn Store) {
        let until = NOW.plus_millis(86_400_000);
        assert_eq!(
            give(store, ANA, Terms { until: Some(NOW), ..WHOLE }, Consent::Patient).await,
            Err(NoAccess::Over)
        );
        give(store, ANA, Terms { until: Some(until), ..WHOLE }, Consent::Patient).await.unwrap();
        assert_eq!(store.end_what_is_over(until.plus_millis(-1)).await.unwrap(), []);
        assert_eq!(store.access_of(ANA).await.unwrap().len(), 1);
        assert_eq!(store.end_what_is_over(until).await.unwrap(), [(RECORD, ANA)]);
        assert_eq!(store.access_of(ANA).await.unwrap(), []);
        assert_eq!(store.end_what_is_over(until).await.unwrap(), [], "once");
        let rows = store.audit_after(1, 10).await.unwrap();
        let entry = rows[0].entry().unwrap();
        assert_eq!((entry.who, entry.did, entry.at), (Who::Rule, Did::EndedAccess, until));
        assert_eq!((entry.patient, entry.access_of), (Some(RECORD), Some(ANA)));
    }

    pub async fn a_parents_access_ends_when_the_child_grows_up(store: &dyn Store) {
        // Who was born in 1961 is no child in any year of this test.
        let refused = give(store, ANA, WHOLE, Consent::Parent { until_age: 21 }).await;
        assert_eq!(refused, Err(NoAccess::OfAge));
        let (child, consent) = (PatientId::from_u128(13), Consent::Parent { until_age: 14 });
        let born = |text: &str| BirthDate::of_import(Some(text.to_owned()));
        let new = |patient, born| crate::store::people::NewPatient {
            patient,
            name: "Mateo".into(),
            birth_date: born,
            at: NOW,
        };
        store.add_patient(new(child, born("2017-05-26"))).await.unwrap();
        let unknown = PatientId::from_u128(14);
        store.add_patient(new(unknown, born(""))).await.unwrap();
        let noted = noted(Did::GaveAccess, ANA, NOW);
        let given =
            |patient| Given { patient, account: ANA, terms: WHOLE, consent, noted: noted.clone() };
        let refused = store.give_access(given(unknown)).await.unwrap();
        assert_eq!(refused, Err(NoAccess::NoBirthDate));
        store.give_access(given(child)).await.unwrap().unwrap();
        let of_age = reaches_age(&born("2017-05-26"), 14).unwrap();
        let rows = store.grants_of(child).await.unwrap();
        assert_eq!((rows[0].consent, rows[0].ends_at), (Some(consent), Some(of_age)));

        // Less than before, and still only until then.
        let narrowed =
            Narrowed { patient: child, account: ANA, terms: CHART, noted: noted.clone() };
        store.narrow_access(narrowed).await.unwrap().unwrap();
        assert_eq!(store.grants_of(child).await.unwrap()[0].ends_at, Some(of_age));
        assert_eq!(store.end_what_is_over(of_age.plus_millis(-1)).await.unwrap(), []);
        assert_eq!(store.end_what_is_over(of_age).await.unwrap(), [(child, ANA)]);
        assert_eq!(store.access_of(ANA).await.unwrap(), []);
    }

    pub async fn nobody_becomes_a_caregiver_of_their_own_record_or_without_an_account(
        store: &dyn Store,
    ) {
        store.grant(grant(RECORD, ROSA, Level::Own)).await.unwrap();
        assert_eq!(give(store, ROSA, CHART, Consent::Patient).await, Err(NoAccess::OwnRecord));
        assert_eq!(narrow(store, ROSA, CHART).await, Err(NoAccess::OwnRecord));
        assert_eq!(store.access_of(ROSA).await.unwrap(), [Access::whole(RECORD, Level::Own)]);
        let (account, name, role) = (LINH, "Linh".into(), Role::Nurse);
        store
            .add_staff(NewStaff { account, name, role, prescribes: false, at: NOW })
            .await
            .unwrap();
        for nobody in [LINH, AccountId::from_u128(404)] {
            let refused = give(store, nobody, CHART, Consent::Patient).await;
            assert_eq!(refused, Err(NoAccess::UnknownPerson));
        }
        assert_eq!(store.grants_of(RECORD).await.unwrap(), []);
        assert_eq!(log(store).await, []);
    }

    pub async fn access_that_ended_is_given_again_as_if_it_were_new(store: &dyn Store) {
        let terms = Terms { until: Some(LATER), ..CHART };
        give(store, ANA, terms, Consent::Patient).await.unwrap();
        store.end_what_is_over(LATER).await.unwrap();
        // An invitation of the clinic may make it their own record; nothing of before is left.
        store.grant(grant(RECORD, ANA, Level::Own)).await.unwrap();
        assert_eq!(store.access_of(ANA).await.unwrap(), [Access::whole(RECORD, Level::Own)]);
        assert_eq!(store.end_what_is_over(LATER).await.unwrap(), []);
        assert_eq!(store.grants_of(RECORD).await.unwrap(), []);
    }
}
