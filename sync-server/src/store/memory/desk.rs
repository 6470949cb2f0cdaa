//! The queue's notes and people in memory.

use shared::id::PatientId;

use super::State;
use crate::store::desk::{Colleague, DeskNote, Noted, Patient};

pub fn patients(state: &State) -> Vec<Patient> {
    let all = state.people.patients.values().map(|known| Patient {
        patient: known.patient,
        name: known.name.clone(),
        birth_date: known.birth_date.clone(),
    });
    all.collect()
}

pub fn colleagues(state: &State) -> Vec<Colleague> {
    let mut all = state.people.colleagues();
    all.sort_by(|one, other| (&one.name, one.account).cmp(&(&other.name, other.account)));
    all
}

pub fn notes(state: &State, patient: PatientId) -> Vec<DeskNote> {
    let own = state.desk_notes.iter().filter(|((of, _, _), _)| *of == patient);
    own.map(|(_, note)| note.clone()).collect()
}

pub fn add_note(state: &mut State, note: DeskNote) -> Noted {
    let item = (note.patient, note.item);
    let same = state.desk_notes.keys().filter(|(patient, entry, _)| (*patient, *entry) == item);
    if u32::try_from(same.count() + 1) != Ok(note.number) {
        return Noted::Behind;
    }
    state.desk_notes.insert((item.0, item.1, note.number), note);
    Noted::Added
}
