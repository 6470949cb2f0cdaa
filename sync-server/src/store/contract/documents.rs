//! Promises about the change log.

use super::promises;

promises! {
    places_are_dense_and_in_commit_order;
    pushing_again_answers_the_same_row;
    what_builds_on_nothing_known_is_missing_and_fits_later;
    an_actor_belongs_to_the_account_of_its_first_change;
    one_refused_change_does_not_take_the_others_with_it;
    what_no_device_writes_is_refused;
    a_journal_that_a_backup_does_not_know_is_missing;
    sums_are_those_of_the_rows;
    rows_come_in_pieces_that_lack_nothing;
    a_register_is_written_again_over_what_was_there;
    one_reply_for_one_key;
    marks_need_no_genesis_and_are_kept_once;
}

mod promise {
    use shared::document::{ChangeHash, DocumentId, Kind, Put};
    use shared::edit::Audience;
    use shared::id::EntryId;
    use shared::record::{Mark, Step};
    use shared::wire::{Sum, WhyRefused};

    use super::super::{ANA, Author, LATER, NOW, RECEIPTS, RECORD, ROSA, journal};
    use crate::documents;
    use crate::store::Store;
    use crate::store::rows::{Appended, Batch, ReplyKey};

    fn seqs(appended: &[Appended]) -> Vec<Option<u64>> {
        appended
            .iter()
            .map(|one| match one {
                Appended::Stored(row) | Appended::Already(row) => Some(row.seq),
                Appended::Missing | Appended::Refused(_) | Appended::RepliedBefore(_) => None,
            })
            .collect()
    }

    pub async fn places_are_dense_and_in_commit_order(store: &dyn Store) {
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let (one, two) = (rosa.entry(1, 1, "one"), rosa.entry(1, 2, "two"));
        assert_eq!(seqs(&rosa.append(store, vec![one, two]).await), [Some(2), Some(3)]);
        let three = rosa.entry(2, 3, "three");
        assert_eq!(seqs(&rosa.append(store, vec![three]).await), [Some(4)]);
        let (rows, more) = store.rows_after(rosa.id, 0, usize::MAX).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!(!more);
        // Making it again leaves it as it is.
        Author::of(store, rosa.id).await;
        assert_eq!(store.rows_after(rosa.id, 0, usize::MAX).await.unwrap().0, rows);
    }

    pub async fn pushing_again_answers_the_same_row(store: &dyn Store) {
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let first = rosa.entry(1, 1, "one");
        let mut later = first.clone();
        later.sidecar.received_at = LATER;
        let stored = rosa.append(store, vec![first]).await;
        let Appended::Stored(row) = &stored[0] else { panic!("{stored:?}") };
        assert_eq!(row.sidecar.received_at, NOW);
        assert_eq!(rosa.append(store, vec![later]).await, [Appended::Already(row.clone())]);
        assert_eq!(store.hashes(rosa.id).await.unwrap().len(), 2);
    }

    pub async fn what_builds_on_nothing_known_is_missing_and_fits_later(store: &dyn Store) {
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let (one, two) = (rosa.entry(1, 1, "one"), rosa.entry(1, 2, "two"));
        assert_eq!(rosa.append(store, vec![two.clone()]).await, [Appended::Missing]);
        assert_eq!(seqs(&rosa.append(store, vec![one]).await), [Some(2)]);
        assert_eq!(seqs(&rosa.append(store, vec![two]).await), [Some(3)]);
    }

    pub async fn an_actor_belongs_to_the_account_of_its_first_change(store: &dyn Store) {
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let (one, mut two) = (rosa.entry(1, 1, "one"), rosa.entry(1, 2, "two"));
        rosa.append(store, vec![one]).await;
        two.sidecar.account = Some(ANA);
        let refused = Appended::Refused(WhyRefused::NotAllowed);
        assert_eq!(rosa.append(store, vec![two]).await, [refused]);
    }

    pub async fn one_refused_change_does_not_take_the_others_with_it(store: &dyn Store) {
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let base = rosa.document.clone();
        let good = rosa.entry(1, 1, "good");
        // Another branch, so that nothing builds on the refused one.
        rosa.document = base;
        let text = "x".repeat(5_000);
        let bad = rosa.put(2, Put::Register { name: "pref/language".into(), text });
        let appended = rosa.append(store, vec![bad, good]).await;
        assert_eq!(appended[0], Appended::Refused(WhyRefused::NotAccepted));
        assert_eq!(seqs(&appended)[1], Some(2));
    }

    pub async fn what_no_device_writes_is_refused(store: &dyn Store) {
        let mut unmade = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let change = unmade.entry(1, 1, "one");
        unmade.id = DocumentId::care(RECORD, ROSA, Audience::Circle);
        let appended = unmade.append(store, vec![change]).await;
        assert_eq!(appended, [Appended::Refused(WhyRefused::NotAllowed)]);
    }

    pub async fn a_journal_that_a_backup_does_not_know_is_missing(store: &dyn Store) {
        let mut unmade = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let change = unmade.entry(1, 1, "one");
        // Its author brings its first change back, and then this one.
        unmade.id = journal(ANA, Audience::Circle);
        assert_eq!(unmade.append(store, vec![change]).await, [Appended::Missing]);
    }

    pub async fn sums_are_those_of_the_rows(store: &dyn Store) {
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let changes = vec![rosa.entry(1, 1, "one"), rosa.entry(1, 2, "two")];
        rosa.append(store, changes).await;
        let mut sum = Sum::default();
        for hash in store.hashes(rosa.id).await.unwrap() {
            sum.add(&hash);
        }
        let summaries = store.summaries(vec![RECORD]).await.unwrap();
        assert_eq!(summaries.len(), 1);
        assert_eq!((summaries[0].seq_last, summaries[0].sum), (3, sum));
        assert!(store.summaries(Vec::new()).await.unwrap().is_empty());
    }

    pub async fn rows_come_in_pieces_that_lack_nothing(store: &dyn Store) {
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let changes: Vec<_> = (1..=20).map(|n| rosa.entry(1, n, "a message")).collect();
        rosa.append(store, changes).await;
        let (mut after, mut hashes) = (0, Vec::new());
        loop {
            let (rows, more) = store.rows_after(rosa.id, after, 300).await.unwrap();
            assert!(rows.len() < 10, "a piece is small");
            after = rows.last().unwrap().seq;
            hashes.extend(rows.into_iter().map(|row| row.hash));
            if !more {
                break;
            }
        }
        assert_eq!(hashes, store.hashes(rosa.id).await.unwrap());
        let wanted = vec![hashes[7], ChangeHash([9; 32]), hashes[3]];
        let rows = store.rows_with(rosa.id, wanted, usize::MAX).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [4, 8]);
    }

    pub async fn a_register_is_written_again_over_what_was_there(store: &dyn Store) {
        let mut rosa = Author::of(store, journal(ROSA, Audience::Circle)).await;
        let register =
            |text: &str| Put::Register { name: "pref/language".into(), text: text.into() };
        let (one, two) = (rosa.put(1, register("en")), rosa.put(2, register("es")));
        assert_eq!(seqs(&rosa.append(store, vec![one]).await), [Some(2)]);
        assert_eq!(seqs(&rosa.append(store, vec![two]).await), [Some(3)]);
        let (one, again) = (rosa.entry(3, 1, "once"), rosa.entry(3, 1, "twice"));
        let appended = rosa.append(store, vec![one, again]).await;
        assert_eq!(appended[1], Appended::Refused(WhyRefused::NotAccepted));
    }

    pub async fn one_reply_for_one_key(store: &dyn Store) {
        let care = DocumentId::first(RECORD, Kind::CareCircle(None));
        let mut clinic = Author::of(store, care).await;
        let mut written = Vec::new();
        for number in [1, 2] {
            let entry = EntryId::from_u128(number);
            let batch = Batch {
                document: care,
                layout: documents::layout(&care),
                changes: vec![clinic.entry(number as u8, number, "the same reply")],
                reply: Some(ReplyKey { author: ANA, key: "key".into(), entry }),
            };
            written.push(store.append(batch).await.unwrap());
        }
        assert_eq!(seqs(&written[0]), [Some(2)]);
        assert_eq!(written[1], [Appended::RepliedBefore(EntryId::from_u128(1))]);
        assert_eq!(store.hashes(care).await.unwrap().len(), 2);
        let found = store.reply_with_key(ANA, "key".into()).await.unwrap();
        assert_eq!(found, Some(EntryId::from_u128(1)));
        assert_eq!(store.reply_with_key(ROSA, "key".into()).await.unwrap(), None);
    }

    pub async fn marks_need_no_genesis_and_are_kept_once(store: &dyn Store) {
        let marks = DocumentId::marks(RECORD, ROSA, Audience::Circle);
        store.create_document(marks, None).await.unwrap();
        let entry = EntryId::from_u128(1);
        let mark = Mark { entry, step: Step::AtTheClinic, at: NOW };
        for _ in 0..2 {
            let changes = vec![documents::mark(&RECEIPTS, marks, &mark).row];
            let layout = documents::layout(&marks);
            store.append(Batch { document: marks, layout, changes, reply: None }).await.unwrap();
        }
        let (rows, _) = store.rows_after(marks, 0, usize::MAX).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(Mark::from_bytes(&rows[0].bytes), Some(mark));
    }
}
