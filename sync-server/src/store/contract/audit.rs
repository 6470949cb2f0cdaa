//! Promises about the audit log.

use super::promises;

promises! {
    entries_are_numbered_and_linked_in_their_order;
    a_change_is_noted_with_the_commit_that_stores_it;
    what_stores_nothing_is_not_noted;
    an_import_is_noted_for_each_record;
    the_log_is_searched_by_patient_and_account_from_the_newest_on;
}

mod promise {
    use shared::edit::Audience;
    use shared::id::{AccountId, EntryId, PatientId};
    use shared::time::Timestamp;

    use super::super::{
        ANA, Author, LATER, NOW, OTHER_RECORD, RECORD, ROSA, grant, journal, session,
    };
    use crate::audit::verify::Reading;
    use crate::audit::{Did, Entry, Head, Search, What, Who, Why};
    use crate::store::Store;
    use crate::store::people::Door;
    use crate::store::resources::{NewPerson, ResourceCommit};
    use shared::sync::scope::Level;

    fn entry(patient: PatientId, account: AccountId, at: Timestamp) -> Entry {
        Entry {
            at,
            who: Who::Staff { account },
            did: Did::Read,
            action: "ReadItem".into(),
            what: What::Messages,
            patient: Some(patient),
            item: Some(EntryId::from_u128(5)),
            from: Some([192, 0, 2, 1].into()),
            why: Why::Treatment,
            access_of: None,
            device: None,
        }
    }

    pub async fn entries_are_numbered_and_linked_in_their_order(store: &dyn Store) {
        assert_eq!(store.audit_head().await.unwrap(), Head::default());
        store.audit(Vec::new()).await.unwrap();
        let wanted = [entry(RECORD, ANA, NOW), entry(OTHER_RECORD, ANA, LATER)];
        store.audit(wanted.to_vec()).await.unwrap();
        store.audit(vec![entry(RECORD, ROSA, NOW)]).await.unwrap();
        let rows = store.audit_after(0, 10).await.unwrap();
        let numbers: Vec<_> = rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert_eq!(rows[1].entry().unwrap(), wanted[1]);
        assert_eq!(store.audit_head().await.unwrap(), rows[2].head());
        let mut reading = Reading::new(&[]);
        rows.iter().for_each(|row| reading.take(row));
        assert_eq!(reading.end().findings, []);
        assert_eq!(store.audit_after(1, 1).await.unwrap(), rows[1..2]);

        assert_eq!(store.audit_told().await.unwrap(), 0);
        store.set_audit_told(2).await.unwrap();
        assert_eq!(store.audit_told().await.unwrap(), 2);
    }

    async fn noted(store: &dyn Store) -> Vec<Entry> {
        let rows = store.audit_after(0, 100).await.unwrap();
        rows.iter().map(|row| row.entry().unwrap()).collect()
    }

    pub async fn a_change_is_noted_with_the_commit_that_stores_it(store: &dyn Store) {
        store.grant(grant(RECORD, ROSA, Level::Own)).await.unwrap();
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let mut fresh = rosa.entry(1, 1, "When I stand up.");
        fresh.sidecar.device = Some(shared::id::DeviceId::from_u128(7));
        rosa.append(store, vec![fresh]).await;
        let all = noted(store).await;
        let device = shared::id::DeviceId::from_u128(7);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].who, Who::Person { account: ROSA, device });
        assert_eq!(
            (all[0].did, all[0].what, all[0].patient),
            (Did::Wrote, What::Messages, Some(RECORD))
        );
        let (_, new) = session(ROSA, Door::Portal);
        store.open_session(new).await.unwrap();
        assert_eq!(noted(store).await[1].did, Did::SignedIn);
    }

    pub async fn what_stores_nothing_is_not_noted(store: &dyn Store) {
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let fresh = rosa.entry(1, 1, "When I stand up.");
        rosa.append(store, vec![fresh.clone()]).await;
        assert_eq!(noted(store).await.len(), 1);
        rosa.append(store, vec![fresh]).await;
        assert_eq!(noted(store).await.len(), 1, "it was there already");
    }

    pub async fn an_import_is_noted_for_each_record(store: &dyn Store) {
        let person = |number: u128| NewPerson {
            patient: PatientId::from_u128(number),
            name: "Somebody".into(),
            birth_date: None,
        };
        let commit = ResourceCommit {
            import: EntryId::from_u128(50),
            source: "lake".into(),
            at: NOW,
            people: vec![person(51), person(52)],
            facts: Vec::new(),
            resources: Vec::new(),
            places: Vec::new(),
            wanted: Vec::new(),
            aside: Vec::new(),
            taken: Vec::new(),
            blobs: Vec::new(),
            charts: Vec::new(),
        };
        store.import(commit).await.unwrap();
        let all = noted(store).await;
        let patients: Vec<_> = all.iter().filter_map(|entry| entry.patient).collect();
        assert_eq!(patients, [51, 52].map(PatientId::from_u128));
        assert!(all.iter().all(|entry| entry.who == Who::Source { name: "lake".into() }));
    }

    pub async fn the_log_is_searched_by_patient_and_account_from_the_newest_on(store: &dyn Store) {
        let (one, two) = (entry(RECORD, ANA, NOW), entry(OTHER_RECORD, ROSA, NOW));
        let three = entry(RECORD, ROSA, NOW);
        store.audit(vec![one, two, three]).await.unwrap();
        let numbers = async |search, max| -> Vec<u64> {
            let rows = store.audit_search(search, max).await.unwrap();
            rows.iter().map(|row| row.number).collect()
        };
        let all = Search::default();
        assert_eq!(numbers(all, 10).await, [3, 2, 1]);
        assert_eq!(numbers(all, 2).await, [3, 2]);
        assert_eq!(numbers(Search { patient: Some(RECORD), ..all }, 10).await, [3, 1]);
        assert_eq!(numbers(Search { account: Some(ROSA), ..all }, 10).await, [3, 2]);
        assert_eq!(numbers(Search { before: Some(3), ..all }, 10).await, [2, 1]);
    }
}
