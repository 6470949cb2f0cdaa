//! The queue's notes and people in SQLite.

use rusqlite::Transaction;
use shared::id::PatientId;
use shared::time::Timestamp;

use super::StoreError;
use super::columns::all;
use crate::store::desk::{Colleague, Contact, DeskNote, Noted, Patient, Reach};

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

pub fn circle(db: Db<'_>, patient: PatientId) -> Result<Vec<Reach>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT account, a.name, g.level, c.heard_at, c.level_at
         FROM grants g JOIN accounts a USING (account) LEFT JOIN contacts c USING (account)
         WHERE g.patient = ?1 AND g.ended_at IS NULL
         ORDER BY g.level <> 'own', a.name, account",
    )?;
    let time = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    all(&mut find, [patient.to_bytes()], |row| {
        Ok(Reach {
            account: row.account()?,
            name: row.take()?,
            level: row.level()?,
            heard_at: time(row.take()?),
            level_at: time(row.take()?),
        })
    })
}

pub fn keep_contact(db: Db<'_>, contact: Contact) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO contacts (account, heard_at, level_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (account) DO UPDATE SET
             heard_at = max(heard_at, excluded.heard_at),
             level_at = max(coalesce(level_at, excluded.level_at),
                            coalesce(excluded.level_at, level_at))",
    )?
    .execute((
        contact.account.to_bytes(),
        contact.heard_at.millis(),
        contact.level_at.map(Timestamp::millis),
    ))?;
    Ok(())
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
