//! Sign-in names and what their passphrases are compared with, in SQLite.

use shared::id::AccountId;
use shared::time::Timestamp;

use super::columns::one;
use super::sealed::Db;
use super::{StoreError, passkeys};
use crate::sign_in::{NameHash, Verifier};
use crate::store::people::SignIn;

pub fn sign_in(db: Db<'_>, name: NameHash) -> Result<Option<(AccountId, Verifier)>, StoreError> {
    let mut find = db.prepare_cached("SELECT account, verifier FROM sign_ins WHERE name = ?1")?;
    one(&mut find, [name.bytes()], |row| Ok((row.account()?, Verifier::from_bytes(row.take()?))))
}

pub fn verifier(db: Db<'_>, account: AccountId) -> Result<Option<Verifier>, StoreError> {
    let mut find = db.prepare_cached("SELECT verifier FROM sign_ins WHERE account = ?1")?;
    one(&mut find, [account.to_bytes()], |row| Ok(Verifier::from_bytes(row.take()?)))
}

/// A new invitation of the clinic takes the place of what was forgotten.
pub fn set(db: Db<'_>, account: AccountId, new: &SignIn, at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO sign_ins (account, name, verifier, created_at, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?4)
         ON CONFLICT (account) DO UPDATE
         SET name = excluded.name, verifier = excluded.verifier, changed_at = excluded.changed_at",
    )?
    .execute((account.to_bytes(), new.name.bytes(), new.verifier.bytes(), at.millis()))?;
    Ok(())
}

pub fn change_verifier(
    db: Db<'_>,
    account: AccountId,
    verifier: Verifier,
    at: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE sign_ins SET verifier = ?2, changed_at = ?3 WHERE account = ?1")?
        .execute((account.to_bytes(), verifier.bytes(), at.millis()))?;
    passkeys::carry_nothing(db, account)
}
