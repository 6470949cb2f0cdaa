//! Promises about the clinic's threads.

use super::promises;

promises! {
    what_was_projected_does_not_come_again;
    a_message_and_its_mark_go_in_once;
    the_thread_with_the_newest_message_comes_first;
    a_thread_whose_beginning_comes_late_gets_its_topic_then;
    a_message_does_not_slip_into_a_thread_it_was_not_meant_for;
    two_values_of_one_entry_are_two_messages;
    a_message_is_seen_once;
}

mod promise {
    use shared::document::DocumentId;
    use shared::edit::Audience;
    use shared::id::{AccountId, EntryId};
    use shared::record::{Mark, Step};
    use shared::time::Timestamp;

    use super::super::{ANA, Author as Writer, NOW, RECEIPTS, RECORD, ROSA, journal};
    use crate::documents;
    use crate::store::Store;
    use crate::store::rows::{
        Author, Found, MessageRow, NewMark, Projection, ShownMessage, Thread,
    };

    fn id(number: u128) -> EntryId {
        EntryId::from_u128(number)
    }

    fn at(seconds: i64) -> Timestamp {
        NOW.plus_millis(1_000 * seconds)
    }

    fn message(thread: u128, entry: u128, text: &str) -> MessageRow {
        MessageRow {
            patient: RECORD,
            thread: id(thread),
            entry: id(entry),
            audience: Audience::Circle,
            author: Author::Person(ROSA),
            text: text.into(),
            attachments: Some(format!("[{text}]")),
            written_at: at(0),
            received_at: at(i64::try_from(entry).unwrap()),
        }
    }

    fn mark(entry: u128, step: Step) -> NewMark {
        let document = DocumentId::marks(RECORD, ROSA, Audience::Circle);
        documents::mark(&RECEIPTS, document, &Mark { entry: id(entry), step, at: NOW })
    }

    fn thread(number: u128, audience: Audience, founder: AccountId) -> Thread {
        let (topic, founder) = (format!("topic {number}"), Some(founder));
        Thread { patient: RECORD, thread: id(number), topic, audience, founder }
    }

    async fn project(store: &dyn Store, threads: Vec<Thread>, messages: Vec<MessageRow>) -> usize {
        let marks = DocumentId::marks(RECORD, ROSA, Audience::Circle);
        store.create_document(marks, None).await.unwrap();
        let found = messages.into_iter().map(|message| {
            let entry = message.entry.to_u128();
            Found { message, mark: Some(mark(entry, Step::AtTheClinic)) }
        });
        let projection = Projection {
            marks: Vec::new(),
            document: journal(ROSA, Audience::Circle),
            up_to: 1,
            threads,
            messages: found.collect(),
        };
        store.project(projection).await.unwrap().len()
    }

    async fn texts(store: &dyn Store, thread: u128) -> Vec<String> {
        let messages = store.messages(RECORD, id(thread)).await.unwrap();
        messages.into_iter().map(|shown: ShownMessage| shown.message.text).collect()
    }

    pub async fn what_was_projected_does_not_come_again(store: &dyn Store) {
        let mut rosa = Writer::of(store, journal(ROSA, Audience::Circle)).await;
        let change = rosa.entry(1, 1, "one");
        rosa.append(store, vec![change]).await;
        let waiting = store.unprojected(10).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0].1.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2]);
        for (up_to, left) in [(1, 1), (2, 0), (1, 0)] {
            let (threads, messages) = (Vec::new(), Vec::new());
            let document = rosa.id;
            store
                .project(Projection { document, up_to, threads, messages, marks: Vec::new() })
                .await
                .unwrap();
            let waiting = store.unprojected(10).await.unwrap();
            assert_eq!(waiting.iter().map(|(_, rows)| rows.len()).sum::<usize>(), left);
        }
    }

    pub async fn a_message_and_its_mark_go_in_once(store: &dyn Store) {
        for marks in [1, 0] {
            let threads = vec![thread(1, Audience::Circle, ROSA)];
            assert_eq!(project(store, threads, vec![message(1, 1, "one")]).await, marks);
        }
        assert_eq!(texts(store, 1).await, ["one"]);
        let shown = store.thread(RECORD, id(1)).await.unwrap().unwrap();
        assert_eq!((shown.thread.topic.as_str(), shown.patient_name.as_str()), ("topic 1", "Rosa"));
        assert_eq!(store.thread(RECORD, id(9)).await.unwrap(), None);
    }

    pub async fn the_thread_with_the_newest_message_comes_first(store: &dyn Store) {
        let threads = [1, 2, 3].map(|n| thread(n, Audience::Circle, ROSA)).to_vec();
        let messages =
            vec![message(1, 1, "a"), message(2, 2, "b"), message(3, 3, "c"), message(1, 4, "d")];
        project(store, threads, messages).await;
        let rows = store.threads(2).await.unwrap();
        let rows: Vec<_> =
            rows.iter().map(|r| (r.thread, r.newest.message.text.as_str())).collect();
        assert_eq!(rows, [(id(1), "d"), (id(3), "c")]);
    }

    pub async fn a_thread_whose_beginning_comes_late_gets_its_topic_then(store: &dyn Store) {
        project(store, Vec::new(), vec![message(1, 2, "the second")]).await;
        assert_eq!(store.threads(10).await.unwrap()[0].topic, "");
        let threads = vec![thread(1, Audience::Circle, ROSA)];
        project(store, threads, vec![message(1, 1, "the first")]).await;
        assert_eq!(store.threads(10).await.unwrap()[0].topic, "topic 1");
        assert_eq!(texts(store, 1).await, ["the first", "the second"]);
    }

    pub async fn a_message_does_not_slip_into_a_thread_it_was_not_meant_for(store: &dyn Store) {
        let threads = vec![thread(1, Audience::Private, ROSA), thread(2, Audience::Circle, ROSA)];
        let private = |thread, entry, account, text: &str| MessageRow {
            audience: Audience::Private,
            author: Author::Person(account),
            ..message(thread, entry, text)
        };
        let messages = vec![
            private(1, 1, ROSA, "between us"),
            message(2, 2, "for all"),
            private(1, 3, ANA, "not her thread"),
            private(2, 4, ANA, "not for all"),
        ];
        project(store, threads, messages).await;
        assert_eq!(texts(store, 1).await, ["between us"]);
        assert_eq!(texts(store, 2).await, ["for all"]);
        assert_eq!(texts(store, 3).await, ["not her thread"]);
        assert_eq!(texts(store, 4).await, ["not for all"]);
    }

    pub async fn two_values_of_one_entry_are_two_messages(store: &dyn Store) {
        let messages = vec![message(1, 1, "one"), message(1, 1, "other"), message(1, 1, "one")];
        project(store, vec![thread(1, Audience::Circle, ROSA)], messages).await;
        let mut texts = texts(store, 1).await;
        texts.sort();
        assert_eq!(texts, ["one", "other"]);
    }

    pub async fn a_message_is_seen_once(store: &dyn Store) {
        project(store, vec![thread(1, Audience::Circle, ROSA)], vec![message(1, 1, "one")]).await;
        let by = |name: &str| vec![(id(1), mark(1, Step::ReadBy { name: name.into() }))];
        assert!(!store.messages(RECORD, id(1)).await.unwrap()[0].seen);
        assert_eq!(store.seen(RECORD, by("Linh")).await.unwrap().len(), 1);
        assert!(store.seen(RECORD, by("Okafor")).await.unwrap().is_empty());
        assert!(store.messages(RECORD, id(1)).await.unwrap()[0].seen);
    }
}
