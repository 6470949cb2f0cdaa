//! Promises about compaction: whatever ends it in between, the log says the same.

use super::promises;

promises! {
    a_log_says_the_same_after_every_step_of_being_packed;
    a_pack_that_begins_there_is_sent_as_it_lies;
    a_small_pack_is_made_anew_with_what_came_since;
    a_pack_that_says_something_else_is_not_taken;
    packs_follow_each_other_and_none_is_finished_twice;
    only_long_logs_and_begun_packs_are_named;
    what_is_pushed_again_answers_its_old_row_from_a_pack;
    a_record_that_ends_takes_its_packs_along;
}

mod promise {
    use shared::document::{ChangeHash, DocumentId};
    use shared::edit::Audience;
    use shared::record::{Mark, Step};
    use shared::wire::pack::Pack;
    use shared::wire::{Row, Summary};

    use super::super::{ANA, Author, LATER, NOW, RECEIPTS, RECORD, ROSA, journal};
    use crate::compaction::{AtOnce, compact};
    use crate::documents;
    use crate::store::Store;
    use crate::store::packs::{LongLog, NewPack, PackPlace, Sent, Tail};
    use crate::store::rows::{Appended, Batch};

    const ALL: usize = usize::MAX;
    /// Enough messages for more than one pack.
    const ROUNDS: u64 = 6;
    const ANY: Tail = Tail { rows: 1, bytes: u64::MAX };

    /// A journal of so many messages behind its first row.
    async fn written(store: &dyn Store, messages: u128) -> Author {
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let changes: Vec<_> = (1..=messages).map(|n| rosa.entry(1, n, "a message")).collect();
        rosa.append(store, changes).await;
        rosa
    }

    /// Everything that can be asked of a log.
    #[derive(Debug, PartialEq)]
    struct Asked {
        rows: Vec<Row>,
        hashes: Vec<ChangeHash>,
        these: Vec<Row>,
        summaries: Vec<Summary>,
        /// As a device pulls, from each place that it may have come to.
        pulled: Vec<Vec<Row>>,
        unprojected: Vec<(DocumentId, Vec<Row>)>,
    }

    async fn asked(store: &dyn Store, document: DocumentId) -> Asked {
        let (rows, more) = store.rows_after(document, 0, ALL).await.unwrap();
        assert!(!more && rows.iter().map(|row| row.seq).eq(1..=rows.len() as u64), "dense");
        let hashes = store.hashes(document).await.unwrap();
        let mut pulled = Vec::new();
        for after in 0..=rows.len() as u64 {
            pulled.push(pull(store, document, after).await);
        }
        Asked {
            these: store.rows_with(document, hashes.clone(), ALL).await.unwrap(),
            summaries: store.summaries(vec![RECORD]).await.unwrap(),
            unprojected: store.unprojected(ALL).await.unwrap(),
            hashes,
            pulled,
            rows,
        }
    }

    async fn pull(store: &dyn Store, document: DocumentId, mut after: u64) -> Vec<Row> {
        let mut all = Vec::new();
        loop {
            let (rows, more) = match store.sent_after(document, after, 300).await.unwrap() {
                Sent::Rows(rows, more) => (rows, more),
                Sent::Pack(pack, more) => (pack.rows().unwrap().1, more),
            };
            after = rows.last().map_or(after, |row| row.seq);
            all.extend(rows);
            if !more {
                return all;
            }
        }
    }

    async fn pack(store: &dyn Store, document: DocumentId, first: u64, last: u64) -> PackPlace {
        let (rows, _) = store.rows_after(document, first - 1, ALL).await.unwrap();
        let rows: Vec<_> = rows.into_iter().filter(|row| row.seq <= last).collect();
        let place = PackPlace { document, first, last };
        let weight = rows.iter().map(|row| row.bytes.len()).sum();
        let pack = Pack::of(document, rows);
        store.write_pack(NewPack { place, weight, pack }).await.unwrap();
        place
    }

    async fn finish(store: &dyn Store, place: PackPlace) -> bool {
        let verified = store.verify_pack(place).await.unwrap().expect("it says what they say");
        store.finish_pack(verified).await.unwrap()
    }

    async fn packed(store: &dyn Store, document: DocumentId, first: u64, last: u64) {
        let place = pack(store, document, first, last).await;
        assert!(finish(store, place).await, "{first} to {last}");
    }

    pub async fn a_log_says_the_same_after_every_step_of_being_packed(store: &dyn Store) {
        let rosa = written(store, 20).await;
        let before = asked(store, rosa.id).await;
        for (first, last) in [(1, 7), (8, 12), (8, 19), (20, 21)] {
            let place = pack(store, rosa.id, first, last).await;
            assert_eq!(asked(store, rosa.id).await, before, "{last}: written");
            let verified = store.verify_pack(place).await.unwrap().unwrap();
            assert_eq!(asked(store, rosa.id).await, before, "{last}: compared");
            assert!(store.finish_pack(verified).await.unwrap());
            assert_eq!(asked(store, rosa.id).await, before, "{last}: without their bytes");
            store.check().await.unwrap();
        }
    }

    pub async fn a_pack_that_begins_there_is_sent_as_it_lies(store: &dyn Store) {
        let rosa = written(store, 9).await;
        packed(store, rosa.id, 1, 4).await;
        packed(store, rosa.id, 5, 8).await;
        let (rows, _) = store.rows_after(rosa.id, 0, ALL).await.unwrap();
        let lies = |first: usize, last| Pack::of(rosa.id, rows[first..last].to_vec());
        let sent = |after| store.sent_after(rosa.id, after, ALL);
        assert_eq!(sent(0).await.unwrap(), Sent::Pack(lies(0, 4), true));
        // From within a pack to its end, and from there on as it lies.
        assert_eq!(sent(2).await.unwrap(), Sent::Rows(rows[2..4].to_vec(), true));
        assert_eq!(sent(4).await.unwrap(), Sent::Pack(lies(4, 8), true));
        assert_eq!(sent(8).await.unwrap(), Sent::Rows(rows[8..].to_vec(), false));
        assert_eq!(sent(10).await.unwrap(), Sent::Rows(Vec::new(), false));
        packed(store, rosa.id, 9, 10).await;
        assert_eq!(sent(8).await.unwrap(), Sent::Pack(lies(8, 10), false));
        assert_eq!(sent(10).await.unwrap(), Sent::Rows(Vec::new(), false));
        let nobodys = journal(ANA, Audience::Circle);
        let nothing = store.sent_after(nobodys, 0, ALL).await.unwrap();
        assert_eq!(nothing, Sent::Rows(Vec::new(), false));
    }

    pub async fn a_small_pack_is_made_anew_with_what_came_since(store: &dyn Store) {
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let mut entries = 0;
        for _ in 0..ROUNDS {
            let changes: Vec<_> = (1..=70).map(|n| rosa.entry(1, entries + n, "again")).collect();
            entries += 70;
            rosa.append(store, changes).await;
            let before = pull(store, rosa.id, 0).await;
            assert!(compact(store, &AtOnce).await.unwrap() >= 1);
            assert_eq!(compact(store, &AtOnce).await.unwrap(), 0, "once is enough");
            assert_eq!(pull(store, rosa.id, 0).await, before);
        }
        let (mut after, mut packs) = (0, Vec::new());
        while let Sent::Pack(pack, _) = store.sent_after(rosa.id, after, ALL).await.unwrap() {
            let rows = pack.rows().unwrap().1;
            packs.push(rows.iter().map(|row| row.bytes.len()).sum::<usize>());
            after = rows.last().unwrap().seq;
        }
        assert_eq!(after, 1 + ROUNDS * 70, "all of it is packed");
        let goal = shared::wire::rows_bytes_goal(&rosa.id);
        let (_, whole) = packs.split_last().unwrap();
        assert!(packs.len() > 1 && whole.iter().all(|bytes| *bytes >= goal / 2), "{packs:?}");
    }

    pub async fn a_pack_that_says_something_else_is_not_taken(store: &dyn Store) {
        let rosa = written(store, 5).await;
        let before = asked(store, rosa.id).await;
        let (rows, _) = store.rows_after(rosa.id, 0, ALL).await.unwrap();
        let place = PackPlace { document: rosa.id, first: 1, last: 6 };
        let mut other_words = rows.clone();
        other_words[3].bytes = b"something else".to_vec().into();
        let mut other_author = rows.clone();
        other_author[3].sidecar.account = Some(ANA);
        let other_document = journal(ANA, Audience::Circle);
        for pack in [
            Pack::of(rosa.id, other_words),
            Pack::of(rosa.id, other_author),
            Pack::of(rosa.id, rows[1..].to_vec()),
            Pack::of(other_document, rows.clone()),
            Pack::from_bytes(b"no rows at all".to_vec()),
        ] {
            store.write_pack(NewPack { place, weight: 1, pack }).await.unwrap();
            assert_eq!(store.verify_pack(place).await.unwrap(), None);
            store.discard_pack(place).await.unwrap();
        }
        assert_eq!(store.verify_pack(place).await.unwrap(), None, "there is none");
        let beyond = pack(store, rosa.id, 3, 9).await;
        assert_eq!(store.verify_pack(beyond).await.unwrap(), None, "nobody wrote these rows");
        store.discard_pack(beyond).await.unwrap();
        assert_eq!(asked(store, rosa.id).await, before);
        packed(store, rosa.id, 1, 6).await;
    }

    pub async fn packs_follow_each_other_and_none_is_finished_twice(store: &dyn Store) {
        let rosa = written(store, 19).await;
        packed(store, rosa.id, 1, 8).await;
        let before = asked(store, rosa.id).await;
        let first = PackPlace { document: rosa.id, first: 1, last: 8 };
        assert!(!finish(store, first).await, "it is finished");
        for (first, last) in [(10, 12), (5, 12), (2, 8), (1, 7)] {
            let place = pack(store, rosa.id, first, last).await;
            assert!(!finish(store, place).await, "{first} to {last}");
            store.discard_pack(place).await.unwrap();
        }
        // One that is finished is nobody's to discard.
        store.discard_pack(first).await.unwrap();
        assert_eq!(asked(store, rosa.id).await, before);
    }

    pub async fn only_long_logs_and_begun_packs_are_named(store: &dyn Store) {
        let named = |tail| store.long_logs(tail, None, ALL);
        assert_eq!(named(ANY).await.unwrap(), []);
        let mut rosa = written(store, 5).await;
        let ana = Author::of(store, journal(ANA, Audience::Circle)).await;
        let (few, many) = (Tail { rows: 6, bytes: u64::MAX }, Tail { rows: 7, bytes: 10_000 });
        let log = LongLog { document: rosa.id, packed: 0, last: None, begun: None };
        assert_eq!(named(few).await.unwrap(), std::slice::from_ref(&log));
        assert_eq!(named(many).await.unwrap(), []);
        let place = pack(store, rosa.id, 1, 4).await;
        assert_eq!(named(many).await.unwrap(), [LongLog { begun: Some(place), ..log }]);
        assert!(finish(store, place).await);
        assert_eq!(named(many).await.unwrap(), []);
        let found = named(Tail { rows: 2, ..few }).await.unwrap();
        let [LongLog { packed: 4, last: Some((1, weight)), begun: None, .. }] = found[..] else {
            panic!("{found:?}")
        };
        let (rows, _) = store.rows_after(rosa.id, 0, ALL).await.unwrap();
        assert_eq!(weight, rows[..4].iter().map(|row| row.bytes.len()).sum::<usize>());
        // Bytes alone make a log long, too.
        let long = rosa.entry(1, 99, &"long ".repeat(2_500));
        rosa.append(store, vec![long]).await;
        assert_eq!(named(many).await.unwrap().len(), 1);
        packed(store, rosa.id, 5, 7).await;
        assert_eq!(named(many).await.unwrap(), []);
        // Page by page, each log once.
        let mut both = [ana.id, rosa.id];
        both.sort();
        let any = Tail { rows: 0, ..ANY };
        let first = store.long_logs(any, None, 1).await.unwrap();
        let second = store.long_logs(any, Some(first[0].document), 1).await.unwrap();
        let third = store.long_logs(any, Some(second[0].document), 1).await.unwrap();
        let mut found = [first[0].document, second[0].document];
        found.sort();
        assert_eq!((found, third), (both, Vec::new()));
    }

    pub async fn what_is_pushed_again_answers_its_old_row_from_a_pack(store: &dyn Store) {
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let one = rosa.entry(1, 1, "one");
        let stored = rosa.append(store, vec![one.clone()]).await;
        let Appended::Stored(row) = &stored[0] else { panic!("{stored:?}") };
        // Somebody else's branch from here, when the rest is packed.
        let here = rosa.document.clone();
        let two = rosa.entry(1, 2, "two");
        rosa.append(store, vec![two]).await;
        packed(store, rosa.id, 1, 3).await;
        let mut again = one;
        again.sidecar.received_at = LATER;
        assert_eq!(rosa.append(store, vec![again]).await, [Appended::Already(row.clone())]);
        rosa.document = here;
        let three = rosa.entry(2, 3, "three");
        let appended = rosa.append(store, vec![three]).await;
        assert!(matches!(&appended[..], [Appended::Stored(row)] if row.seq == 4), "{appended:?}");
    }

    pub async fn a_record_that_ends_takes_its_packs_along(store: &dyn Store) {
        let rosa = written(store, 5).await;
        let marks = DocumentId::marks(RECORD, ROSA, Audience::Circle);
        store.create_document(marks, None).await.unwrap();
        for entry in [1, 2] {
            let entry = shared::id::EntryId::from_u128(entry);
            let mark = Mark { entry, step: Step::AtTheClinic, at: NOW };
            let changes = vec![documents::mark(&RECEIPTS, marks, &mark).row];
            let layout = documents::layout(&marks);
            store.append(Batch { document: marks, layout, changes, reply: None }).await.unwrap();
        }
        packed(store, marks, 1, 2).await;
        packed(store, rosa.id, 1, 4).await;
        pack(store, rosa.id, 5, 6).await;
        assert!(store.shred(RECORD, LATER).await.unwrap());
        assert_eq!(store.long_logs(ANY, None, ALL).await.unwrap(), []);
        assert_eq!(pull(store, rosa.id, 0).await, []);
        store.check().await.unwrap();
    }
}
