//! The queue's notes and people in SQLite.

use rusqlite::Transaction;
use shared::id::PatientId;

use super::StoreError;
use super::columns::all;
use crate::store::desk::{Colleague, DeskNote, Noted, Patient};

type Db<'a> = &'a Transaction<'a>;

pub fn patients(db: &Transaction<'_>) -> Result<Vec<Patient>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT patient, name, birth_date FROM patients ORDER BY patient")?;
    all(&mut find, [], |row| {
        Ok(Patient { patient: row.patient()?, name: row.take()?, birth_date: row.birth_date()? })
    })
}

pub fn colleagues(db: &Transaction<'_>) -> Result<Vec<Colleague>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT account, a.name, s.role, s.prescribes, s.ended_at IS NOT NULL FROM staff s JOIN accounts a USING (account)
         ORDER BY a.name, account",
    )?;
    all(&mut find, [], |row| {
        Ok(Colleague {
            account: row.account()?,
            name: row.take()?,
            role: row.role()?,
            prescribes: row.take()?,
            ended: row.take()?,
        })
    })
}

pub fn notes(db: Db<'_>, patient: PatientId) -> Result<Vec<DeskNote>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT item, number, account, name, at, what FROM desk_notes
         WHERE patient = ?1 ORDER BY item, number",
    )?;
    all(&mut find, [patient.to_bytes()], |row| {
        Ok(DeskNote {
            patient,
            item: row.entry()?,
            number: row.take()?,
            account: row.account()?,
            name: row.take()?,
            at: row.time()?,
            what: row.take()?,
        })
    })
}

/// Goes in only as the very next one.
pub fn add_note(db: Db<'_>, note: &DeskNote) -> Result<Noted, StoreError> {
    let added = db
        .prepare_cached(
            "INSERT INTO desk_notes (patient, item, number, account, name, at, what)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
             WHERE ?3 = 1 + (SELECT coalesce(max(number), 0) FROM desk_notes
                             WHERE patient = ?1 AND item = ?2)",
        )?
        .execute((
            note.patient.to_bytes(),
            note.item.to_bytes(),
            note.number,
            note.account.to_bytes(),
            &note.name,
            note.at.millis(),
            &note.what,
        ))?;
    Ok(if added == 1 { Noted::Added } else { Noted::Behind })
}
