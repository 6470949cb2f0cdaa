//! Promises about what came from other systems.

use super::promises;

promises! {
    an_import_is_kept_with_its_charts_and_found_by_its_keys;
    an_import_that_does_not_fit_leaves_nothing;
    people_are_found_by_what_was_said_of_them;
    what_waits_is_kept_once_and_taken_once;
    a_client_is_known_until_it_is_ended;
}

mod promise {
    use shared::document::{DocumentId, Kind};
    use shared::fhir::import::{Claim, FactKind};
    use shared::id::EntryId;

    use super::super::{Author, LATER, NOW, OTHER_RECORD, RECEIPTS, RECORD};
    use crate::documents::{Origin, layout, own};
    use crate::secret::Secret;
    use crate::store::Store;
    use crate::store::resources::{
        Aside, Blob, ChartChange, Client, NewPerson, PersonAsk, PersonFact, PlacedResource,
        ResourceCommit, StoredResource,
    };
    use crate::store::rows::Batch;
    use crate::world::OsRng;

    const CORE: DocumentId = DocumentId::first(RECORD, Kind::ChartCore);
    const ONE: EntryId = EntryId::from_u128(1);

    fn empty() -> ResourceCommit {
        ResourceCommit {
            import: EntryId::from_u128(7),
            source: "lake".into(),
            at: NOW,
            people: Vec::new(),
            facts: Vec::new(),
            resources: Vec::new(),
            places: Vec::new(),
            wanted: Vec::new(),
            aside: Vec::new(),
            taken: Vec::new(),
            blobs: Vec::new(),
            charts: Vec::new(),
        }
    }

    fn resource(body: &str) -> StoredResource {
        StoredResource {
            resource: ONE,
            owner: Some(RECORD),
            kind: "Observation".into(),
            id: Some("o1".into()),
            url: None,
            hash: [body.len() as u8; 32],
            updated: Some(NOW),
            thing: "glucose".into(),
            keys: vec!["Observation\nid\no1".into()],
            body: body.into(),
        }
    }

    /// A commit that writes one entry into a chart which another store already made.
    async fn whole(body: &str) -> ResourceCommit {
        let beside = crate::store::memory::MemoryStore::default();
        let mut author = Author::of(&beside, CORE).await;
        let change = author.entry(1, 1, body);
        let origin = Origin { account: None, device: None, at: NOW };
        let (_, genesis) = shared::document::Document::genesis(&CORE);
        let genesis = own(&RECEIPTS, &CORE, &genesis, origin).unwrap();
        let (document, changes) = (CORE, vec![change]);
        let batch = Batch { document, layout: layout(&CORE), changes, reply: None };
        ResourceCommit {
            resources: vec![resource(body)],
            places: vec![PlacedResource { patient: RECORD, resource: ONE, document, entry: ONE }],
            blobs: vec![Blob { patient: RECORD, blob: "b".into(), bytes: vec![1, 2] }],
            wanted: vec![("Practitioner\nid\np".into(), RECORD)],
            charts: vec![ChartChange { genesis, batch }],
            ..empty()
        }
    }

    pub async fn an_import_is_kept_with_its_charts_and_found_by_its_keys(store: &dyn Store) {
        let news = store.import(whole("{\"v\":7.00}").await).await.unwrap();
        // Genesis and one change.
        assert_eq!(news.iter().map(|news| news.rows[0].seq).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(store.hashes(CORE).await.unwrap().len(), 2);
        let key = "Observation\nid\no1".to_owned();
        let known = store.known("lake".into(), vec![key.clone()]).await.unwrap();
        assert_eq!(known.len(), 1);
        assert_eq!((known[0].1.resource, known[0].1.owner), (ONE, Some(RECORD)));
        assert_eq!(store.known("river".into(), vec![key]).await.unwrap(), []);
        let rows = store.resources(vec![ONE]).await.unwrap();
        assert_eq!((rows[0].body.as_str(), rows[0].version), ("{\"v\":7.00}", 1));
        assert_eq!(store.resources_in(RECORD, None, 1).await.unwrap(), (rows, false));
        assert_eq!(store.resources_in(OTHER_RECORD, None, 1).await.unwrap().0, []);
        assert_eq!(store.places(vec![ONE]).await.unwrap()[0].document, CORE);
        assert_eq!(store.blob(RECORD, "b".into()).await.unwrap(), Some(vec![1, 2]));
        assert_eq!(store.blob(OTHER_RECORD, "b".into()).await.unwrap(), None);
        let wanted = vec!["Practitioner\nid\np".to_owned()];
        assert_eq!(store.wanted("lake".into(), wanted).await.unwrap()[0].1, RECORD);
        assert_eq!(store.unprojected(9).await.unwrap().len(), 0);

        let newer = ResourceCommit { resources: vec![resource("{}")], at: LATER, ..empty() };
        assert_eq!(store.import(newer).await.unwrap(), []);
        let rows = store.resources(vec![ONE]).await.unwrap();
        assert_eq!((rows[0].body.as_str(), rows[0].version), ("{}", 2));
    }

    pub async fn an_import_that_does_not_fit_leaves_nothing(store: &dyn Store) {
        let mut commit = whole("{}").await;
        // It builds on a change that is nowhere.
        let beside = crate::store::memory::MemoryStore::default();
        let mut author = Author::of(&beside, CORE).await;
        author.entry(2, 2, "lost");
        commit.charts[0].batch.changes = vec![author.entry(2, 3, "after it")];
        assert!(store.import(commit).await.is_err());
        assert_eq!(store.resources(vec![ONE]).await.unwrap(), []);
        assert_eq!(store.hashes(CORE).await.unwrap(), []);
        assert_eq!(store.blob(RECORD, "b".into()).await.unwrap(), None);
    }

    pub async fn people_are_found_by_what_was_said_of_them(store: &dyn Store) {
        let fact = |kind, value: &str| PersonFact { patient: RECORD, kind, value: value.into() };
        store.add_facts(vec![fact(FactKind::Identifier, "mrn|1")]).await.unwrap();
        let person = NewPerson { patient: ONE_MORE, name: "Bo Li".into(), birth_date: None };
        let facts =
            vec![fact(FactKind::Link, "lake\nPatient\nid\nr"), fact(FactKind::Sex, "female")];
        let people = vec![person];
        store.import(ResourceCommit { people, facts, ..empty() }).await.unwrap();
        let found = store.people_with(FactKind::Identifier, vec!["mrn|1".into()]).await.unwrap();
        assert_eq!(found, [("mrn|1".to_owned(), RECORD)]);
        let links = vec!["lake\nPatient\nid\nr".to_owned()];
        let claim = Claim { birth_date: Some("1961-04-09".into()), ..Claim::default() };
        let near = store.people_near(PersonAsk { links, claim }).await.unwrap();
        let near: Vec<_> = near.into_iter().map(|one| (one.patient, one.is_linked)).collect();
        assert_eq!(near, [(RECORD, true), (OTHER_RECORD, false)]);
        let numbered = vec![("mrn".to_owned(), "1".to_owned())];
        let claim = Claim { identifiers: numbered, ..Claim::default() };
        let near = store.people_near(PersonAsk { links: Vec::new(), claim }).await.unwrap();
        assert_eq!(near.len(), 1);
        assert_eq!(near[0].claim.sex.as_deref(), Some("female"));
        assert_eq!(near[0].claim.birth_date.as_deref(), Some("1961-04-09"));
    }

    const ONE_MORE: shared::id::PatientId = shared::id::PatientId::from_u128(99);

    pub async fn what_waits_is_kept_once_and_taken_once(store: &dyn Store) {
        let one = Aside {
            why: "unknown_patient",
            waits_for: Some("Patient\nid\nr".into()),
            hash: [1; 32],
            url: None,
            body: "{}".into(),
        };
        for _ in 0..2 {
            store.import(ResourceCommit { aside: vec![one.clone()], ..empty() }).await.unwrap();
        }
        let keys = vec!["Patient\nid\nr".to_owned()];
        let waiting = store.waiting("lake".into(), keys.clone()).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!(store.waiting("river".into(), keys.clone()).await.unwrap(), []);
        let taken = vec![waiting[0].aside];
        store.import(ResourceCommit { taken, ..empty() }).await.unwrap();
        assert_eq!(store.waiting("lake".into(), keys).await.unwrap(), []);
    }

    pub async fn a_client_is_known_until_it_is_ended(store: &dyn Store) {
        let token = Secret::fresh(&mut OsRng).hash();
        let (name, source) = ("ehr".to_owned(), "lake".to_owned());
        let client = Client { token, name, source, at: NOW };
        store.add_client(client.clone()).await.unwrap();
        assert_eq!(store.client(token).await.unwrap(), Some(client));
        assert_eq!(store.client(Secret::fresh(&mut OsRng).hash()).await.unwrap(), None);
        assert_eq!(store.end_clients("ehr".into(), LATER).await.unwrap(), 1);
        assert_eq!(store.client(token).await.unwrap(), None);
        assert_eq!(store.end_clients("ehr".into(), LATER).await.unwrap(), 0);
    }
}
