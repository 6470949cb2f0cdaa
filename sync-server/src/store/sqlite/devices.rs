//! People's devices in SQLite.

use shared::id::{AccountId, DeviceId};
use shared::time::Timestamp;

use super::columns::{Columns, all, one};
use super::sealed::{DEVICE_ENDED_FOR, DEVICE_NAME, Db, Sealed};
use super::{SqliteStore, StoreError};
use crate::sealing::Owner;
use crate::secret::SecretHash;
use crate::store::Answer;
use crate::store::devices::{DEVICES_MAX, Device, DeviceStore, EndedDevice, NewName};
use crate::store::people::NewSession;

impl DeviceStore for SqliteStore {
    fn devices_of(&self, account: AccountId) -> Answer<'_, Vec<Device>> {
        self.read(move |db| of(db, account))
    }
    fn device(&self, device: DeviceId) -> Answer<'_, Option<Device>> {
        self.read(move |db| find(db, device))
    }
    fn name_device(&self, new: NewName) -> Answer<'_, ()> {
        self.write(move |db| name(db, &new))
    }
    fn end_device(&self, ended: EndedDevice) -> Answer<'_, bool> {
        self.write(move |db| end(db, &ended))
    }
    fn ended_device(&self, token: SecretHash) -> Answer<'_, Option<DeviceId>> {
        self.read(move |db| ended(db, token))
    }
    fn tell_device(&self, device: DeviceId, at: Timestamp) -> Answer<'_, ()> {
        self.write(move |db| tell(db, device, at))
    }
}

const COLUMNS: &str =
    "device, account, kind, brief, name, first_at, heard_at, ended_at, ended_for, told_at";

fn read(db: Db<'_>, row: &mut Columns<'_, '_>) -> Result<Device, StoreError> {
    let (device, account) = (row.device()?, row.account()?);
    let (kind, brief) = (row.take()?, row.take()?);
    let open = |column: &Sealed, sealed: Option<Vec<u8>>| {
        let id = device.to_bytes();
        let text = |sealed: Vec<u8>| db.open_text(column, Owner::Account(account), &[&id], &sealed);
        sealed.map(text).transpose()
    };
    let time = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    Ok(Device {
        device,
        account,
        kind,
        brief,
        name: open(&DEVICE_NAME, row.take()?)?,
        first_at: row.time()?,
        heard_at: row.time()?,
        ended_at: time(row.take()?),
        ended_for: open(&DEVICE_ENDED_FOR, row.take()?)?,
        told_at: time(row.take()?),
    })
}

fn of(db: Db<'_>, account: AccountId) -> Result<Vec<Device>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM devices WHERE account = ?1
         ORDER BY brief, heard_at DESC, device LIMIT {DEVICES_MAX}"
    ))?;
    all(&mut find, [account.to_bytes()], |row| read(db, row))
}

fn find(db: Db<'_>, device: DeviceId) -> Result<Option<Device>, StoreError> {
    let mut find =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM devices WHERE device = ?1"))?;
    one(&mut find, [device.to_bytes()], |row| read(db, row))
}

/// Somebody signed in on it.
pub fn seen(db: Db<'_>, new: &NewSession) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO devices (device, account, kind, first_at, heard_at, brief)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5)
         ON CONFLICT (device) DO UPDATE
         SET kind = excluded.kind, heard_at = max(heard_at, excluded.heard_at)",
    )?
    .execute((
        new.device.to_bytes(),
        new.account.to_bytes(),
        &new.kind,
        new.at.millis(),
        new.brief,
    ))?;
    Ok(())
}

/// It was here.
pub fn heard(db: Db<'_>, device: DeviceId, at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE devices SET heard_at = max(heard_at, ?2) WHERE device = ?1")?
        .execute((device.to_bytes(), at.millis()))?;
    Ok(())
}

pub fn name(db: Db<'_>, new: &NewName) -> Result<(), StoreError> {
    let Some(known) = find(db, new.device)? else {
        return Ok(());
    };
    let sealed = sealed(db, &DEVICE_NAME, &known, new.name.as_deref())?;
    db.prepare_cached("UPDATE devices SET name = ?2 WHERE device = ?1")?
        .execute((new.device.to_bytes(), sealed))?;
    super::audit::append(db, std::slice::from_ref(&new.noted))
}

fn sealed(
    db: Db<'_>,
    column: &Sealed,
    of: &Device,
    text: Option<&str>,
) -> Result<Option<Vec<u8>>, StoreError> {
    let (owner, id) = (Owner::Account(of.account), of.device.to_bytes());
    text.map(|text| db.seal(column, owner, &[&id], text.as_bytes())).transpose()
}

pub fn end(db: Db<'_>, ended: &EndedDevice) -> Result<bool, StoreError> {
    let Some(known) = find(db, ended.device)?.filter(|known| known.ended_at.is_none()) else {
        return Ok(false);
    };
    let (device, at) = (ended.device.to_bytes(), ended.noted.at.millis());
    let why = sealed(db, &DEVICE_ENDED_FOR, &known, ended.why.as_deref())?;
    db.prepare_cached("UPDATE devices SET ended_at = ?2, ended_for = ?3 WHERE device = ?1")?
        .execute((device, at, why))?;
    end_sessions(db, ended.device, ended.noted.at)?;
    super::audit::append(db, std::slice::from_ref(&ended.noted))?;
    Ok(true)
}

/// Those at the portal's door.
pub fn end_sessions(db: Db<'_>, device: DeviceId, at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE sessions SET ended_at = ?2
         WHERE device = ?1 AND door = 'portal' AND ended_at IS NULL",
    )?
    .execute((device.to_bytes(), at.millis()))?;
    Ok(())
}

fn ended(db: Db<'_>, token: SecretHash) -> Result<Option<DeviceId>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT device FROM sessions s JOIN devices d USING (device)
         WHERE s.token = ?1 AND s.door = 'portal' AND d.ended_at IS NOT NULL",
    )?;
    one(&mut find, [token.bytes()], |row| row.device())
}

fn tell(db: Db<'_>, device: DeviceId, at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE devices SET told_at = ?2
         WHERE device = ?1 AND ended_at IS NOT NULL AND told_at IS NULL",
    )?
    .execute((device.to_bytes(), at.millis()))?;
    Ok(())
}
