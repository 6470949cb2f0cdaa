//! Promises about photos and documents that messages name.

use super::promises;

promises! {
    an_attachment_is_there_when_all_its_pieces_are_and_not_before;
    a_line_that_breaks_costs_one_piece;
    what_is_not_what_its_name_or_type_says_is_dropped;
    a_record_has_room_for_so_much_and_unfinished_ones_make_room;
}

mod promise {
    use shared::attachment::{AttachmentName, MediaType, PIECE_BYTES, RECORD_BYTES_MAX};
    use shared::id::PatientId;

    use super::super::{LATER, NOW, OTHER_RECORD, RECORD, ROSA};
    use crate::store::Store;
    use crate::store::attachments::{
        Attached, Begun, NewAttachment, Took, UNFINISHED_MAX, UNFINISHED_MILLIS, Whole,
    };

    fn photo(mark: u8) -> Vec<u8> {
        let mut bytes = vec![mark; PIECE_BYTES + 100];
        bytes[..3].copy_from_slice(&[0xff, 0xd8, 0xff]);
        bytes
    }

    fn named(patient: PatientId, content: &[u8]) -> Attached {
        Attached { patient, name: AttachmentName::of(patient, content) }
    }

    fn new(at: Attached, size: usize) -> NewAttachment {
        let (account, media, size) = (ROSA, MediaType::Jpeg, u32::try_from(size).unwrap());
        NewAttachment { at, account, media, size, now: NOW }
    }

    async fn begin(store: &dyn Store, at: Attached, size: usize) -> Begun {
        store.begin_attachment(new(at, size)).await.unwrap()
    }

    async fn put(store: &dyn Store, at: Attached, number: u32, content: &[u8]) -> Took {
        let piece = content.chunks(PIECE_BYTES).nth(number as usize).unwrap().to_vec();
        store.put_piece(at, number, piece, NOW).await.unwrap()
    }

    pub async fn an_attachment_is_there_when_all_its_pieces_are_and_not_before(store: &dyn Store) {
        let content = photo(1);
        let at = named(RECORD, &content);
        assert_eq!(put(store, at, 0, &content).await, Took::Unknown);
        assert_eq!(begin(store, at, content.len()).await, Begun::Has(0));
        assert_eq!(put(store, at, 0, &content).await, Took::Has(1));
        assert_eq!(store.attachment(at).await.unwrap(), None);
        assert_eq!(store.piece(at, 0).await.unwrap(), None);
        assert_eq!(put(store, at, 1, &content).await, Took::Whole);
        let whole = Whole { media: MediaType::Jpeg, size: content.len() as u32 };
        assert_eq!(store.attachment(at).await.unwrap(), Some(whole));
        let pieces = [store.piece(at, 0).await.unwrap(), store.piece(at, 1).await.unwrap()];
        assert_eq!(pieces.map(Option::unwrap).concat(), content);
        assert_eq!(store.piece(at, 2).await.unwrap(), None);
        // Who brings it again hears that it is there; another record has it not.
        assert_eq!(begin(store, at, content.len()).await, Begun::Whole);
        assert_eq!(put(store, at, 0, &content).await, Took::Whole);
        let elsewhere = Attached { patient: OTHER_RECORD, ..at };
        assert_eq!(store.attachment(elsewhere).await.unwrap(), None);
    }

    pub async fn a_line_that_breaks_costs_one_piece(store: &dyn Store) {
        let content = photo(2);
        let at = named(RECORD, &content);
        begin(store, at, content.len()).await;
        assert_eq!(put(store, at, 1, &content).await, Took::NotNext);
        assert_eq!(put(store, at, 0, &content).await, Took::Has(1));
        // The answer was lost, so it comes again; and then the whole is begun anew.
        assert_eq!(put(store, at, 0, &content).await, Took::Has(1));
        assert_eq!(begin(store, at, content.len()).await, Begun::Has(1));
        let short = store.put_piece(at, 1, vec![2; 99], NOW).await.unwrap();
        assert_eq!(short, Took::NotNext);
        assert_eq!(put(store, at, 1, &content).await, Took::Whole);
    }

    pub async fn what_is_not_what_its_name_or_type_says_is_dropped(store: &dyn Store) {
        let content = photo(3);
        let at = named(RECORD, &photo(4));
        begin(store, at, content.len()).await;
        put(store, at, 0, &content).await;
        assert_eq!(put(store, at, 1, &content).await, Took::NotIt);
        assert_eq!(store.attachment(at).await.unwrap(), None);
        assert_eq!(begin(store, at, content.len()).await, Begun::Has(0), "nothing of it is left");
        let page = b"<html><script>".to_vec();
        let at = named(RECORD, &page);
        begin(store, at, page.len()).await;
        assert_eq!(put(store, at, 0, &page).await, Took::NotIt);
    }

    pub async fn a_record_has_room_for_so_much_and_unfinished_ones_make_room(store: &dyn Store) {
        let name = |number: u8| Attached {
            patient: RECORD,
            name: AttachmentName::from_bytes([number; 32]),
        };
        let half = RECORD_BYTES_MAX / 2;
        assert_eq!(begin(store, name(0), half).await, Begun::Has(0));
        assert_eq!(begin(store, name(1), half).await, Begun::Has(0));
        assert_eq!(begin(store, name(2), 1).await, Begun::Full);
        let elsewhere = Attached { patient: OTHER_RECORD, ..name(2) };
        assert_eq!(begin(store, elsewhere, 1).await, Begun::Has(0));
        let late =
            NewAttachment { now: LATER.plus_millis(UNFINISHED_MILLIS), ..new(name(3), 70_000) };
        assert_eq!(store.begin_attachment(late).await.unwrap(), Begun::Has(0));
        assert_eq!(store.put_piece(name(0), 0, vec![0xff; 3], NOW).await.unwrap(), Took::Unknown);
        for number in 0..UNFINISHED_MAX as u8 {
            let at = name(100 + number);
            let now = late.now.plus_millis(1 + i64::from(number));
            let more = NewAttachment { at, now, ..late };
            assert_eq!(store.begin_attachment(more).await.unwrap(), Begun::Has(0));
        }
        let put = |number| store.put_piece(name(number), 0, Vec::new(), NOW);
        assert_eq!(put(3).await.unwrap(), Took::Unknown, "the oldest made room");
        assert_eq!(put(100).await.unwrap(), Took::NotNext);
    }
}
