//! Promises about the clinic's queue.

use super::promises;

promises! {
    a_note_goes_in_only_as_the_next_one;
    notes_of_one_record_come_in_their_order;
    everybody_the_queue_may_name_is_listed;
    who_reaches_a_record_is_named_with_their_last_contact;
    somebody_whose_birth_date_nobody_knows_is_listed_too;
}

mod promise {
    use shared::id::{DeviceId, EntryId, PatientId};

    use shared::sync::scope::Level;

    use super::super::{ANA, LATER, NOW, OTHER_RECORD, RECORD, ROSA, end, grant};
    use crate::store::Store;
    use crate::store::desk::{Contact, DeskNote, Noted};
    use crate::store::people::{BirthDate, NewPatient, NewStaff, Role};

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

    pub async fn who_reaches_a_record_is_named_with_their_last_contact(store: &dyn Store) {
        for (account, level) in [(ANA, Level::Caregiver), (ROSA, Level::Own)] {
            store.grant(grant(RECORD, account, level)).await.unwrap();
        }
        let (account, device) = (ROSA, DeviceId::from_u128(1));
        let keep = |heard_at, level_at| {
            store.keep_contact(Contact { account, device, heard_at, level_at })
        };
        keep(NOW, None).await.unwrap();
        keep(LATER, Some(NOW)).await.unwrap();
        // What comes late changes nothing.
        keep(NOW, None).await.unwrap();
        let circle = store.circle(RECORD).await.unwrap();
        let named: Vec<_> = circle.iter().map(|reach| (&reach.name[..], reach.level)).collect();
        assert_eq!(named, [("Rosa", Level::Own), ("Ana", Level::Caregiver)]);
        assert_eq!((circle[0].heard_at, circle[0].level_at), (Some(LATER), Some(NOW)));
        assert_eq!((circle[1].heard_at, circle[1].level_at), (None, None));
        end(store, RECORD, ANA).await;
        assert_eq!(store.circle(RECORD).await.unwrap().len(), 1);
        assert!(store.circle(OTHER_RECORD).await.unwrap().is_empty());
    }

    pub async fn somebody_whose_birth_date_nobody_knows_is_listed_too(store: &dyn Store) {
        let patient = PatientId::from_u128(99);
        let birth_date = BirthDate::of_import(None);
        let new = NewPatient { patient, name: "Found".into(), birth_date, at: NOW };
        store.add_patient(new).await.unwrap();
        let born: Vec<_> = store.patients().await.unwrap();
        assert_eq!(born.last().map(|it| (it.patient, it.birth_date.text())), Some((patient, "")));
    }
}
