//! The queue's notes and people in SQLite.

use shared::id::PatientId;
use shared::sync::scope::Level;
use shared::time::Timestamp;

use super::StoreError;
use super::columns::all;
use super::people::{open_account_name, open_patient_name};
use super::sealed::{BIRTH_DATE, Db, NOTED, NOTED_BY, number};
use crate::sealing::Owner;
use crate::store::desk::{Colleague, Contact, DeskNote, Noted, Patient, Reach};
use crate::store::people::BirthDate;

pub fn patients(db: Db<'_>) -> Result<Vec<Patient>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT patient, name, birth_date FROM patients ORDER BY patient")?;
    all(&mut find, [], |row| {
        let patient = row.patient()?;
        let name = open_patient_name(db, patient, &row.take::<Vec<u8>>()?)?;
        let born = row.take::<Vec<u8>>()?;
        let born = db.open_text(&BIRTH_DATE, Owner::Patient(patient), &[], &born)?;
        Ok(Patient { patient, name, birth_date: BirthDate::of_import(Some(born)) })
    })
}

pub fn colleagues(db: Db<'_>) -> Result<Vec<Colleague>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT account, a.name, s.role, s.prescribes, s.ended_at IS NOT NULL
         FROM staff s JOIN accounts a USING (account)",
    )?;
    let mut colleagues = all(&mut find, [], |row| {
        let (account, name) = (row.account()?, row.take::<Vec<u8>>()?);
        Ok(Colleague {
            account,
            name: open_account_name(db, account, &name)?,
            role: row.role()?,
            prescribes: row.take()?,
            ended: row.take()?,
        })
    })?;
    colleagues.sort_by(|a, b| (&a.name, a.account).cmp(&(&b.name, b.account)));
    Ok(colleagues)
}

pub fn circle(db: Db<'_>, patient: PatientId) -> Result<Vec<Reach>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT account, a.name, g.level, c.heard_at, c.level_at
         FROM grants g JOIN accounts a USING (account) LEFT JOIN contacts c USING (account)
         WHERE g.patient = ?1 AND g.ended_at IS NULL",
    )?;
    let time = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    let mut circle = all(&mut find, [patient.to_bytes()], |row| {
        let (account, name) = (row.account()?, row.take::<Vec<u8>>()?);
        Ok(Reach {
            account,
            name: open_account_name(db, account, &name)?,
            level: row.level()?,
            heard_at: time(row.take()?),
            level_at: time(row.take()?),
        })
    })?;
    let place = |reach: &Reach| (reach.level != Level::Own, reach.name.clone(), reach.account);
    circle.sort_by_cached_key(place);
    Ok(circle)
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
    super::devices::heard(db, contact.device, contact.heard_at)
}

pub fn notes(db: Db<'_>, patient: PatientId) -> Result<Vec<DeskNote>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT item, number, account, name, at, what FROM desk_notes
         WHERE patient = ?1 ORDER BY item, number",
    )?;
    let owner = Owner::Patient(patient);
    all(&mut find, [patient.to_bytes()], |row| {
        let (item, note) = (row.entry()?, row.take::<u32>()?);
        let place: [&[u8]; 2] = [&item.to_bytes(), &number(note.into())];
        Ok(DeskNote {
            patient,
            item,
            number: note,
            account: row.account()?,
            name: db.open_text(&NOTED_BY, owner, &place, &row.take::<Vec<u8>>()?)?,
            at: row.time()?,
            what: db.open_text(&NOTED, owner, &place, &row.take::<Vec<u8>>()?)?,
        })
    })
}

/// Goes in only as the very next one.
pub fn add_note(db: Db<'_>, note: &DeskNote) -> Result<Noted, StoreError> {
    let owner = Owner::Patient(note.patient);
    let place: [&[u8]; 2] = [&note.item.to_bytes(), &number(note.number.into())];
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
            db.seal(&NOTED_BY, owner, &place, note.name.as_bytes())?,
            note.at.millis(),
            db.seal(&NOTED, owner, &place, note.what.as_bytes())?,
        ))?;
    Ok(if added == 1 { Noted::Added } else { Noted::Behind })
}
