//! Promises about the clinic's queue.

use super::promises;

promises! {
    a_note_goes_in_only_as_the_next_one;
    notes_of_one_record_come_in_their_order;
    everybody_the_queue_may_name_is_listed;
}

mod promise {
    use shared::id::{EntryId, PatientId};

    use super::super::{ANA, NOW, OTHER_RECORD, RECORD, ROSA};
    use crate::store::Store;
    use crate::store::desk::{DeskNote, Noted};
    use crate::store::people::{NewStaff, Role};

    fn note(patient: PatientId, item: u128, number: u32, what: &str) -> DeskNote {
        DeskNote {
            patient,
            item: EntryId::from_u128(item),
            number,
            account: ANA,
            name: "Ana".into(),
            at: NOW,
            what: what.into(),
        }
    }

    pub async fn a_note_goes_in_only_as_the_next_one(store: &dyn Store) {
        let add = |number, what| store.add_desk_note(note(RECORD, 1, number, what));
        assert_eq!(add(2, "early").await.unwrap(), Noted::Behind);
        assert_eq!(add(1, "first").await.unwrap(), Noted::Added);
        assert_eq!(add(1, "late").await.unwrap(), Noted::Behind);
        assert_eq!(add(2, "second").await.unwrap(), Noted::Added);
        let kept = store.desk_notes(RECORD).await.unwrap();
        assert_eq!(kept, [note(RECORD, 1, 1, "first"), note(RECORD, 1, 2, "second")]);
    }

    pub async fn notes_of_one_record_come_in_their_order(store: &dyn Store) {
        for new in [
            note(RECORD, 2, 1, "b"),
            note(RECORD, 1, 1, "a"),
            note(OTHER_RECORD, 1, 1, "other"),
            note(RECORD, 2, 2, "c"),
        ] {
            assert_eq!(store.add_desk_note(new).await.unwrap(), Noted::Added);
        }
        let kept = store.desk_notes(RECORD).await.unwrap();
        let words: Vec<_> = kept.iter().map(|note| note.what.as_str()).collect();
        assert_eq!(words, ["a", "b", "c"]);
    }

    pub async fn everybody_the_queue_may_name_is_listed(store: &dyn Store) {
        let (name, role) = ("Rosa".into(), Role::Nurse);
        let staff = NewStaff { account: ROSA, name, role, prescribes: true, at: NOW };
        store.add_staff(staff).await.unwrap();
        let colleagues = store.colleagues().await.unwrap();
        assert_eq!(colleagues.len(), 1);
        assert_eq!((colleagues[0].account, colleagues[0].role), (ROSA, Role::Nurse));
        let patients = store.patients().await.unwrap();
        let named: Vec<_> = patients.iter().map(|it| (it.patient, it.name.as_str())).collect();
        assert_eq!(named, [(RECORD, "Rosa"), (OTHER_RECORD, "Mateo")]);
    }
}
