//! Promises about records that are opened for a reason.

use super::promises;

promises! {
    a_record_is_open_for_whoever_said_why_and_for_a_while;
    an_opening_notes_itself_and_ends_with_the_record;
}

mod promise {
    use shared::id::{AccountId, EntryId};

    use super::super::{ANA, LATER, NOW, OTHER_RECORD, RECORD, ROSA};
    use crate::audit::{Did, Entry, What, Who};
    use crate::store::Store;
    use crate::store::openings::{Opening, Reason};

    fn opening(number: u128, account: AccountId, words: Option<&str>) -> (Opening, Entry) {
        let opening = Opening {
            opening: EntryId::from_u128(number),
            account,
            patient: RECORD,
            reason: Reason::StandsIn,
            words: words.map(str::to_owned),
            at: NOW.plus_millis(i64::try_from(number).unwrap()),
            until: LATER,
        };
        let noted = Entry {
            at: opening.at,
            who: Who::Staff { account },
            did: Did::OpenedRecord,
            action: "OpenRecord".into(),
            what: What::Record,
            patient: Some(RECORD),
            item: Some(opening.opening),
            from: None,
            why: Reason::StandsIn.why(),
            access_of: None,
            device: None,
        };
        (opening, noted)
    }

    pub async fn a_record_is_open_for_whoever_said_why_and_for_a_while(store: &dyn Store) {
        assert_eq!(store.open_for(ROSA, RECORD, NOW).await.unwrap(), None);
        let (first, noted) = opening(1, ROSA, Some("For Dr. Okafor, who is away."));
        store.open_record(first.clone(), noted).await.unwrap();
        assert_eq!(store.open_for(ROSA, RECORD, NOW).await.unwrap(), Some(first.clone()));
        let (second, noted) = opening(2, ROSA, None);
        store.open_record(second.clone(), noted).await.unwrap();
        let before = LATER.plus_millis(-1);
        assert_eq!(store.open_for(ROSA, RECORD, before).await.unwrap(), Some(second));
        assert_eq!(store.open_for(ROSA, RECORD, LATER).await.unwrap(), None, "it is over");
        assert_eq!(store.open_for(ANA, RECORD, NOW).await.unwrap(), None, "somebody else");
        assert_eq!(store.open_for(ROSA, OTHER_RECORD, NOW).await.unwrap(), None);
        assert_eq!(store.opening(RECORD, first.opening).await.unwrap(), Some(first.clone()));
        assert_eq!(store.opening(OTHER_RECORD, first.opening).await.unwrap(), None);
    }

    pub async fn an_opening_notes_itself_and_ends_with_the_record(store: &dyn Store) {
        let (first, noted) = opening(1, ROSA, Some("She called."));
        store.open_record(first.clone(), noted.clone()).await.unwrap();
        let rows = store.audit_after(0, 10).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.entry().unwrap()).collect::<Vec<_>>(), [noted]);
        assert!(!rows[0].body.contains("She called"), "words are sealed, and the log is not");
        assert!(store.shred(RECORD, LATER).await.unwrap());
        assert_eq!(store.opening(RECORD, first.opening).await.unwrap(), None);
        assert_eq!(store.open_for(ROSA, RECORD, NOW).await.unwrap(), None);
    }
}
