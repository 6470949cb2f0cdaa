//! The end of one record: first its key, then its rows. Whoever restores an older copy of the
//! database finds rows without a key, and the next start deletes them again.

use shared::id::{AccountId, PatientId};
use shared::time::Timestamp;

use super::StoreError;
use super::columns::{all, one};
use super::key_store::{KeyError, Keys};
use super::open::OpenError;
use super::sealed::Db;
use crate::sealing::Owner;

/// Every table that names a patient, from the leaves to the root, with what leads to it.
const TABLES: [(&str, &str); 27] = [
    ("packs", "patient = ?1"),
    ("changes", "patient = ?1"),
    ("actors", "patient = ?1"),
    ("written", "patient = ?1"),
    ("documents", "patient = ?1"),
    ("message_attachments", "patient = ?1"),
    ("messages", "patient = ?1"),
    ("threads", "patient = ?1"),
    ("replies", "patient = ?1"),
    ("desk_notes", "patient = ?1"),
    ("openings", "patient = ?1"),
    ("share_openings", "patient = ?1"),
    ("shares", "patient = ?1"),
    ("blobs", "patient = ?1"),
    ("attachment_pieces", "patient = ?1"),
    ("attachments", "patient = ?1"),
    ("outgoing_versions", "patient = ?1"),
    ("outgoing", "patient = ?1"),
    ("person_facts", "patient = ?1"),
    ("resource_keys", "resource IN (SELECT resource FROM resources WHERE owner = ?1)"),
    ("resource_versions", "resource IN (SELECT resource FROM resources WHERE owner = ?1)"),
    ("resource_places", "patient = ?1"),
    ("resources_wanted", "patient = ?1"),
    ("resources", "owner = ?1"),
    ("invitations", "patient = ?1"),
    ("consents", "patient = ?1"),
    ("grants", "patient = ?1"),
];

/// Answers whether there was such a record.
pub fn shred(db: Db<'_>, patient: PatientId, at: Timestamp) -> Result<bool, StoreError> {
    let mut find = db.prepare_cached("SELECT 1 FROM patients WHERE patient = ?1")?;
    if !find.exists([patient.to_bytes()])? {
        return Ok(false);
    }
    let own = sole_account(db, patient)?;
    for owner in own.map(Owner::Account).into_iter().chain([Owner::Patient(patient)]) {
        db.keys().shred(owner, at)?;
    }
    forget(db, patient)?;
    if let Some(account) = own {
        forget_account(db, account)?;
    }
    Ok(true)
}

/// The account that was made for this record and reaches nothing else.
fn sole_account(db: Db<'_>, patient: PatientId) -> Result<Option<AccountId>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT account FROM grants g WHERE patient = ?1 AND level = 'own' AND ended_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM grants o WHERE o.account = g.account AND o.patient <> ?1)
         AND account NOT IN (SELECT account FROM staff)",
    )?;
    one(&mut find, [patient.to_bytes()], |row| row.account())
}

fn forget(db: Db<'_>, patient: PatientId) -> Result<(), StoreError> {
    for (table, which) in TABLES {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE {which}"))?
            .execute([patient.to_bytes()])?;
    }
    db.prepare_cached("DELETE FROM patients WHERE patient = ?1")?.execute([patient.to_bytes()])?;
    Ok(())
}

fn forget_account(db: Db<'_>, account: AccountId) -> Result<(), StoreError> {
    for table in ["sign_ins", "passkeys", "sessions", "devices", "contacts", "accounts"] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE account = ?1"))?
            .execute([account.to_bytes()])?;
    }
    Ok(())
}

/// Deletes again what a restored copy brought back of shredded records. A key that is missing
/// without having been shredded stops the start: its file is older than the database.
pub fn sweep(db: Db<'_>, keys: &Keys) -> Result<(), OpenError> {
    let patients =
        all(&mut db.prepare_cached("SELECT patient FROM patients")?, [], |row| row.patient());
    let accounts =
        all(&mut db.prepare_cached("SELECT account FROM accounts")?, [], |row| row.account());
    let mut missing = 0;
    for patient in patients? {
        match gone(keys, Owner::Patient(patient))? {
            Gone::No => {}
            Gone::Shredded => forget(db, patient)?,
            Gone::Missing => missing += 1,
        }
    }
    for account in accounts? {
        match gone(keys, Owner::Account(account))? {
            Gone::No => {}
            Gone::Shredded => forget_account(db, account)?,
            Gone::Missing => missing += 1,
        }
    }
    if missing > 0 { Err(KeyError::Missing(missing).into()) } else { Ok(()) }
}

enum Gone {
    No,
    Shredded,
    Missing,
}

fn gone(keys: &Keys, owner: Owner) -> Result<Gone, KeyError> {
    Ok(match (keys.has(owner)?, keys.is_shredded(owner)?) {
        (true, _) => Gone::No,
        (false, true) => Gone::Shredded,
        (false, false) => Gone::Missing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::open::schema;

    /// Stays on purpose: the audit log is append-only, and holds nothing of what a record says.
    const STAYS: [&str; 1] = ["audit"];

    #[test]
    fn every_table_that_names_a_patient_is_cleared_or_stays_for_a_reason() {
        let database = schema();
        let mut find = database
            .prepare(
                "SELECT DISTINCT m.name FROM sqlite_schema m, pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND c.name IN ('patient', 'owner') AND m.name <> 'patients'",
            )
            .unwrap();
        let tables = find.query_map([], |row| row.get::<_, String>(0)).unwrap();
        for table in tables {
            let table = table.unwrap();
            let cleared = TABLES.iter().any(|(known, _)| *known == table);
            assert!(cleared || STAYS.contains(&table.as_str()), "{table}: not in shred.rs");
        }
    }
}
