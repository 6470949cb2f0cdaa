//! The queue's notes and people in memory.

use shared::id::PatientId;
use shared::sync::scope::Level;

use super::State;
use crate::store::StoreError;
use crate::store::desk::{Colleague, Contact, DeskNote, Noted, Patient, Reach};

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

pub fn circle(state: &State, patient: PatientId) -> Vec<Reach> {
    let mut all: Vec<_> = state
        .people
        .reaching(patient)
        .into_iter()
        .map(|(account, name, level)| {
            let known = state.contacts.get(&account);
            let heard_at = known.map(|contact| contact.heard_at);
            let level_at = known.and_then(|contact| contact.level_at);
            Reach { account, name, level, heard_at, level_at }
        })
        .collect();
    all.sort_by_key(|reach| (reach.level != Level::Own, reach.name.clone(), reach.account));
    all
}

pub fn keep_contact(state: &mut State, contact: Contact) -> Result<(), StoreError> {
    if !state.people.is_known(contact.account) {
        return Err(StoreError::Damaged("a contact of nobody"));
    }
    let known = state.contacts.entry(contact.account).or_insert(contact);
    known.heard_at = known.heard_at.max(contact.heard_at);
    known.level_at = known.level_at.max(contact.level_at);
    if let Some(device) = state.people.known.get_mut(&contact.device) {
        device.heard_at = device.heard_at.max(contact.heard_at);
    }
    Ok(())
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
