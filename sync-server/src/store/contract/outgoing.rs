//! Promises about what goes out, and about the programs that fetch it.

use super::promises;

promises! {
    the_same_again_is_no_new_version;
    each_change_has_a_time_of_its_own;
    an_answer_counts_only_for_the_version_it_answers;
    an_answer_stands_until_the_record_says_otherwise;
    a_proof_is_used_once;
    a_token_ends_and_so_does_its_program;
    what_was_fetched_last_is_known_of_each_program;
}

mod promise {
    use shared::time::Timestamp;

    use super::super::{LATER, NOW, OTHER_RECORD, RECORD};
    use crate::secret::SecretHash;
    use crate::store::Store;
    use crate::store::outgoing::{
        Answered, ClientToken, Fetched, KeyedClient, Made, OutgoingAsk, OutgoingRow,
    };
    use crate::store::resources::Client;

    fn made(id: &str, body: &str) -> Made {
        let mut hash = [0; 32];
        hash[..body.len()].copy_from_slice(body.as_bytes());
        Made { kind: "Task".into(), id: id.into(), hash, body: body.into() }
    }

    async fn all(store: &dyn Store, after: Option<Timestamp>) -> Vec<OutgoingRow> {
        let ask = OutgoingAsk { kind: "Task".into(), patient: None, after, rows_max: 10 };
        store.outgoing(ask).await.unwrap()
    }

    pub async fn the_same_again_is_no_new_version(store: &dyn Store) {
        let put = |body: &str| store.put_outgoing(RECORD, vec![made("1", body)], NOW);
        assert_eq!(put("a").await.unwrap(), 1);
        assert_eq!(put("a").await.unwrap(), 0);
        assert_eq!(put("b").await.unwrap(), 1);
        let versions = store.outgoing_versions("Task".into(), "1".into()).await.unwrap();
        let said: Vec<_> = versions.iter().map(|row| (row.version, row.body.as_str())).collect();
        assert_eq!(said, [(2, "b"), (1, "a")]);
    }

    pub async fn each_change_has_a_time_of_its_own(store: &dyn Store) {
        let both = vec![made("1", "a"), made("2", "a")];
        store.put_outgoing(RECORD, both, NOW).await.unwrap();
        store.put_outgoing(OTHER_RECORD, vec![made("3", "a")], NOW).await.unwrap();
        let first = all(store, None).await;
        assert_eq!(first.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
        let rest = all(store, Some(first[0].changed_at)).await;
        assert_eq!(rest, first[1..]);
        let ask = OutgoingAsk {
            kind: "Task".into(),
            patient: Some(OTHER_RECORD),
            after: None,
            rows_max: 10,
        };
        assert_eq!(store.outgoing(ask).await.unwrap(), first[2..]);
    }

    fn answered(version: u64, body: &str) -> Answered {
        Answered {
            kind: "Task".into(),
            id: "1".into(),
            version,
            made: made("1", "a").hash,
            body: body.into(),
            at: LATER,
        }
    }

    pub async fn an_answer_counts_only_for_the_version_it_answers(store: &dyn Store) {
        store.put_outgoing(RECORD, vec![made("1", "a")], NOW).await.unwrap();
        assert_eq!(store.answer_outgoing(answered(2, "early")).await.unwrap(), None);
        assert_eq!(store.answer_outgoing(answered(1, "yes")).await.unwrap(), Some(2));
        assert_eq!(store.answer_outgoing(answered(1, "late")).await.unwrap(), None);
        assert_eq!(all(store, None).await[0].body, "yes");
    }

    pub async fn an_answer_stands_until_the_record_says_otherwise(store: &dyn Store) {
        store.put_outgoing(RECORD, vec![made("1", "a")], NOW).await.unwrap();
        store.answer_outgoing(answered(1, "yes")).await.unwrap();
        assert_eq!(store.put_outgoing(RECORD, vec![made("1", "a")], LATER).await.unwrap(), 0);
        assert_eq!(all(store, None).await[0].body, "yes");
        assert_eq!(store.put_outgoing(RECORD, vec![made("1", "c")], LATER).await.unwrap(), 1);
        assert_eq!(all(store, None).await[0].body, "c");
    }

    fn keyed() -> KeyedClient {
        KeyedClient {
            name: "ehr".into(),
            source: "Lakeside".into(),
            scopes: "system/Task.rs".into(),
            jwks: "{}".into(),
            at: NOW,
        }
    }

    fn token(number: u8) -> ClientToken {
        ClientToken {
            token: SecretHash::from_bytes([number; 32]),
            name: "ehr".into(),
            scopes: "system/Task.r".into(),
            until: LATER,
        }
    }

    pub async fn a_proof_is_used_once(store: &dyn Store) {
        store.add_keyed_client(keyed()).await.unwrap();
        assert_eq!(store.keyed_client("ehr".into()).await.unwrap(), Some(keyed()));
        let exchange = |number| store.exchange_proof("proof".into(), LATER, token(number), NOW);
        assert!(exchange(1).await.unwrap());
        assert!(!exchange(2).await.unwrap());
        let (client, scopes) = store.client_by_token(token(1).token, NOW).await.unwrap().unwrap();
        assert_eq!((client.source.as_str(), scopes.as_str()), ("Lakeside", "system/Task.r"));
        assert_eq!(store.client_by_token(token(2).token, NOW).await.unwrap(), None);
    }

    pub async fn a_token_ends_and_so_does_its_program(store: &dyn Store) {
        store.add_keyed_client(keyed()).await.unwrap();
        store.exchange_proof("one".into(), LATER, token(1), NOW).await.unwrap();
        assert_eq!(store.client_by_token(token(1).token, LATER).await.unwrap(), None);
        assert_eq!(store.end_keyed_client("ehr".into(), NOW).await.unwrap(), 1);
        assert_eq!(store.client_by_token(token(1).token, NOW).await.unwrap(), None);
        assert_eq!(store.keyed_client("ehr".into()).await.unwrap(), None);
        assert_eq!(store.end_keyed_client("ehr".into(), NOW).await.unwrap(), 0);
    }

    pub async fn what_was_fetched_last_is_known_of_each_program(store: &dyn Store) {
        store.add_keyed_client(keyed()).await.unwrap();
        let plain = Client {
            token: SecretHash::from_bytes([9; 32]),
            name: "old".into(),
            source: "Lakeside".into(),
            at: NOW,
        };
        store.add_client(plain).await.unwrap();
        store.note_fetch("ehr".into(), LATER).await.unwrap();
        store.note_fetch("ehr".into(), NOW).await.unwrap();
        store.note_fetch("gone".into(), NOW).await.unwrap();
        let of = |name: &str, at| Fetched { name: name.into(), at };
        assert_eq!(store.fetches().await.unwrap(), [of("ehr", LATER), of("old", NOW)]);
    }
}
