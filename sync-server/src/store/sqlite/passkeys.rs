//! Passkeys, in SQLite.

use shared::id::AccountId;
use shared::time::Timestamp;

use super::columns::{Columns, all, one};
use super::sealed::{Db, PASSKEY_NAME};
use super::{SqliteStore, StoreError};
use crate::passkey::{Backup, CredentialId};
use crate::sealing::Owner;
use crate::store::Answer;
use crate::store::passkeys::{Added, OwnPasskey, PASSKEYS_MAX, Passkey, PasskeyStore, PasskeyUse};
use crate::store::people::Door;

impl PasskeyStore for SqliteStore {
    fn add_passkey(&self, new: Passkey) -> Answer<'_, Added> {
        self.write(move |db| add(db, &new))
    }
    fn passkey(&self, credential: CredentialId, door: Door) -> Answer<'_, Option<Passkey>> {
        self.read(move |db| find(db, &credential, door))
    }
    fn passkeys_of(&self, account: AccountId, door: Door) -> Answer<'_, Vec<Passkey>> {
        self.read(move |db| of(db, account, door))
    }
    fn use_passkey(&self, used: PasskeyUse) -> Answer<'_, bool> {
        self.write(move |db| was_used(db, &used))
    }
    fn rename_passkey(&self, which: OwnPasskey, name: String) -> Answer<'_, bool> {
        self.write(move |db| rename(db, &which, &name))
    }
    fn remove_passkey(&self, which: OwnPasskey) -> Answer<'_, bool> {
        self.write(move |db| remove(db, &which))
    }
}

const ROW: &str = "credential, account, door, key, counter, backup_eligible, backed_up, name,
                   carried, added_at, used_at";

pub fn add(db: Db<'_>, new: &Passkey) -> Result<Added, StoreError> {
    let (credential, account) = (new.credential.bytes(), new.account.to_bytes());
    let mut find = db.prepare_cached("SELECT 1 FROM passkeys WHERE credential = ?1")?;
    if find.exists([credential])? {
        return Ok(Added::Known);
    }
    let mut count =
        db.prepare_cached("SELECT count(*) FROM passkeys WHERE account = ?1 AND door = ?2")?;
    let there = one(&mut count, (account, new.door.word()), |row| row.take::<i64>())?;
    if there.and_then(|there| usize::try_from(there).ok()).unwrap_or(0) >= PASSKEYS_MAX {
        return Ok(Added::TooMany);
    }
    let owner = Owner::Account(new.account);
    db.prepare_cached(&format!(
        "INSERT INTO passkeys ({ROW}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
    ))?
    .execute((
        credential,
        account,
        new.door.word(),
        &new.key,
        new.counter,
        new.backup.is_eligible,
        new.backup.is_backed_up,
        db.seal(&PASSKEY_NAME, owner, &[credential], new.name.as_bytes())?,
        &new.carried,
        new.added_at.millis(),
        new.used_at.map(Timestamp::millis),
    ))?;
    Ok(Added::Done)
}

fn read(db: Db<'_>, row: &mut Columns<'_, '_>) -> Result<Passkey, StoreError> {
    let credential = CredentialId::from_bytes(&row.take::<Vec<u8>>()?);
    let credential = credential.ok_or(StoreError::Damaged("a passkey"))?;
    let (account, door, key) = (row.account()?, row.door()?, row.take()?);
    let counter = row.take()?;
    let backup = Backup { is_eligible: row.take()?, is_backed_up: row.take()? };
    let (owner, name) = (Owner::Account(account), row.take::<Vec<u8>>()?);
    let name = db.open_text(&PASSKEY_NAME, owner, &[credential.bytes()], &name)?;
    let (carried, added_at) = (row.take()?, row.time()?);
    let used_at = row.take::<Option<i64>>()?.map(Timestamp::from_millis);
    Ok(Passkey {
        credential,
        account,
        door,
        key,
        counter,
        backup,
        name,
        carried,
        added_at,
        used_at,
    })
}

fn find(db: Db<'_>, credential: &CredentialId, door: Door) -> Result<Option<Passkey>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM passkeys WHERE credential = ?1 AND door = ?2"
    ))?;
    one(&mut find, (credential.bytes(), door.word()), |row| read(db, row))
}

fn of(db: Db<'_>, account: AccountId, door: Door) -> Result<Vec<Passkey>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM passkeys WHERE account = ?1 AND door = ?2
         ORDER BY added_at, credential"
    ))?;
    all(&mut find, (account.to_bytes(), door.word()), |row| read(db, row))
}

fn was_used(db: Db<'_>, used: &PasskeyUse) -> Result<bool, StoreError> {
    let changed = db
        .prepare_cached(
            "UPDATE passkeys SET counter = ?2, backed_up = ?3, used_at = ?4
             WHERE credential = ?1 AND (counter < ?2 OR (counter = 0 AND ?2 = 0))",
        )?
        .execute((used.credential.bytes(), used.counter, used.is_backed_up, used.at.millis()))?;
    Ok(changed == 1)
}

fn rename(db: Db<'_>, which: &OwnPasskey, name: &str) -> Result<bool, StoreError> {
    let (credential, owner) = (which.credential.bytes(), Owner::Account(which.account));
    let name = db.seal(&PASSKEY_NAME, owner, &[credential], name.as_bytes())?;
    let changed = db
        .prepare_cached(
            "UPDATE passkeys SET name = ?4 WHERE credential = ?1 AND account = ?2 AND door = ?3",
        )?
        .execute((credential, which.account.to_bytes(), which.door.word(), name))?;
    Ok(changed == 1)
}

fn remove(db: Db<'_>, which: &OwnPasskey) -> Result<bool, StoreError> {
    let removed = db
        .prepare_cached(
            "DELETE FROM passkeys WHERE credential = ?1 AND account = ?2 AND door = ?3",
        )?
        .execute((which.credential.bytes(), which.account.to_bytes(), which.door.word()))?;
    Ok(removed == 1)
}

/// The passphrase that they carry is not the one of now.
pub fn carry_nothing(db: Db<'_>, account: AccountId) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE passkeys SET carried = NULL WHERE account = ?1")?
        .execute([account.to_bytes()])?;
    Ok(())
}

/// Another way in took their place.
pub fn forget(db: Db<'_>, account: AccountId, door: Door) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM passkeys WHERE account = ?1 AND door = ?2")?
        .execute((account.to_bytes(), door.word()))?;
    Ok(())
}
