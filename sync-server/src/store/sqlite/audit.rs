//! The audit log in SQLite. Its one writer is the store's, so no two entries are the next one.

use super::StoreError;
use super::columns::{Columns, all, one, seq_column};
use super::sealed::Db;
use crate::audit::{Entry, Head, Linked, Search};

pub fn append(db: Db<'_>, entries: &[Entry]) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut head = head(db)?;
    let mut insert = db.prepare_cached(
        "INSERT INTO audit (number, at, patient, account, body, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for entry in entries {
        let row = Linked::after(&head, entry);
        insert.execute((
            seq_column(row.number),
            row.at.millis(),
            row.patient.map(|patient| patient.to_bytes()),
            row.account.map(|account| account.to_bytes()),
            &row.body,
            row.hash,
        ))?;
        head = row.head();
    }
    Ok(())
}

pub fn head(db: Db<'_>) -> Result<Head, StoreError> {
    let mut find =
        db.prepare_cached("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")?;
    let head = one(&mut find, [], |row| Ok(Head { number: row.seq()?, hash: row.take()? }))?;
    Ok(head.unwrap_or_default())
}

const ROW: &str = "number, at, patient, account, body, hash";

fn read_row(row: &mut Columns<'_, '_>) -> Result<Linked, StoreError> {
    Ok(Linked {
        number: row.seq()?,
        at: row.time()?,
        patient: row.optional_patient()?,
        account: row.optional_account()?,
        body: row.take()?,
        hash: row.take()?,
    })
}

pub fn after(db: Db<'_>, number: u64, entries_max: usize) -> Result<Vec<Linked>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM audit WHERE number > ?1 ORDER BY number LIMIT ?2"
    ))?;
    let limit = i64::try_from(entries_max).unwrap_or(i64::MAX);
    all(&mut find, (seq_column(number), limit), read_row)
}

pub fn search(db: Db<'_>, search: Search, entries_max: usize) -> Result<Vec<Linked>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM audit
         WHERE (?1 IS NULL OR patient = ?1) AND (?2 IS NULL OR account = ?2) AND number < ?3
         ORDER BY number DESC LIMIT ?4"
    ))?;
    let wanted = (
        search.patient.map(|patient| patient.to_bytes()),
        search.account.map(|account| account.to_bytes()),
        search.before.map_or(i64::MAX, seq_column),
        i64::try_from(entries_max).unwrap_or(i64::MAX),
    );
    all(&mut find, wanted, read_row)
}

pub fn told(db: Db<'_>) -> Result<u64, StoreError> {
    let mut find = db.prepare_cached("SELECT number FROM audit_told")?;
    Ok(one(&mut find, [], |row| row.seq())?.unwrap_or(0))
}

pub fn set_told(db: Db<'_>, number: u64) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO audit_told (one, number) VALUES (1, ?1)
         ON CONFLICT (one) DO UPDATE SET number = excluded.number",
    )?
    .execute([seq_column(number)])?;
    Ok(())
}
