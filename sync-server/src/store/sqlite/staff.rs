//! How staff sign in, in SQLite.

use shared::id::AccountId;
use shared::time::Timestamp;

use super::columns::{Columns, one, seq_column};
use super::sealed::Db;
use super::{StoreError, passkeys};
use crate::secret::SecretHash;
use crate::sign_in::{NameHash, Verifier};
use crate::store::people::Door;
use crate::store::staff::{OneTime, SetUp, StaffChange, StaffLink, StaffSetUp, StaffSignIn};
use crate::totp::TotpSeed;

fn read(row: &mut Columns<'_, '_>) -> Result<StaffSignIn, StoreError> {
    let (account, verifier) = (row.account()?, Verifier::from_bytes(row.take()?));
    Ok(StaffSignIn { account, verifier, totp: TotpSeed(row.take()?) })
}

const SIGN_IN: &str =
    "SELECT account, verifier, totp FROM staff_sign_ins JOIN staff USING (account)
                       WHERE ended_at IS NULL AND";

pub fn sign_in(db: Db<'_>, name: NameHash) -> Result<Option<StaffSignIn>, StoreError> {
    let mut find = db.prepare_cached(&format!("{SIGN_IN} name = ?1"))?;
    one(&mut find, [name.bytes()], read)
}

pub fn sign_in_of(db: Db<'_>, account: AccountId) -> Result<Option<StaffSignIn>, StoreError> {
    let mut find = db.prepare_cached(&format!("{SIGN_IN} account = ?1"))?;
    one(&mut find, [account.to_bytes()], read)
}

pub fn add_link(db: Db<'_>, link: &StaffLink) -> Result<(), StoreError> {
    let account = link.account.to_bytes();
    // Only the newest link of somebody works.
    db.prepare_cached("DELETE FROM staff_links WHERE account = ?1")?.execute([account])?;
    db.prepare_cached(
        "INSERT INTO staff_links (secret, account, totp, until) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute((link.secret.bytes(), account, link.totp.0, link.until.millis()))?;
    Ok(())
}

pub fn link(
    db: Db<'_>,
    secret: SecretHash,
    now: Timestamp,
) -> Result<Option<StaffLink>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT account, totp, until FROM staff_links
         WHERE secret = ?1 AND used_at IS NULL AND until > ?2",
    )?;
    one(&mut find, (secret.bytes(), now.millis()), |row| {
        Ok(StaffLink {
            secret,
            account: row.account()?,
            totp: TotpSeed(row.take()?),
            until: row.time()?,
        })
    })
}

pub fn set_up(db: Db<'_>, new: &StaffSetUp) -> Result<SetUp, StoreError> {
    let Some(link) = link(db, new.secret, new.now)? else {
        return Ok(SetUp::Ended);
    };
    let account = link.account;
    let mut find = db.prepare_cached("SELECT account FROM staff_sign_ins WHERE name = ?1")?;
    let other = one(&mut find, [new.name.bytes()], |row| row.account())?;
    if other.is_some_and(|other| other != account) {
        return Ok(SetUp::NameTaken);
    }
    let (now, id) = (new.now.millis(), account.to_bytes());
    db.prepare_cached("UPDATE staff_links SET used_at = ?2 WHERE secret = ?1")?
        .execute((new.secret.bytes(), now))?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO staff_sign_ins
         (account, name, verifier, totp, totp_step, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((
        id,
        new.name.bytes(),
        new.verifier.bytes(),
        link.totp.0,
        seq_column(new.step),
        now,
    ))?;
    db.prepare_cached("DELETE FROM staff_recovery_codes WHERE account = ?1")?.execute([id])?;
    for code in &new.recovery {
        db.prepare_cached("INSERT INTO staff_recovery_codes (account, code) VALUES (?1, ?2)")?
            .execute((id, code))?;
    }
    passkeys::forget(db, account, Door::Clinic)?;
    end_sessions(db, account, new.now)?;
    Ok(SetUp::Done(account))
}

/// False if it was used before, or an older one is tried after a newer one.
pub fn use_code(
    db: Db<'_>,
    account: AccountId,
    code: OneTime,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let id = account.to_bytes();
    let used = match code {
        OneTime::Step(step) => db
            .prepare_cached(
                "UPDATE staff_sign_ins SET totp_step = ?2 WHERE account = ?1 AND totp_step < ?2",
            )?
            .execute((id, seq_column(step)))?,
        OneTime::Recovery(code) => db
            .prepare_cached(
                "UPDATE staff_recovery_codes SET used_at = ?3
                 WHERE account = ?1 AND code = ?2 AND used_at IS NULL",
            )?
            .execute((id, code, now.millis()))?,
    };
    Ok(used == 1)
}

pub fn change(db: Db<'_>, change: &StaffChange) -> Result<(), StoreError> {
    let ended = change.ended.then_some(change.at.millis());
    db.prepare_cached(
        "UPDATE staff SET role = ?2, prescribes = ?3, ended_at = ?4 WHERE account = ?1",
    )?
    .execute((change.account.to_bytes(), change.role.word(), change.prescribes, ended))?;
    if change.ended {
        end_sessions(db, change.account, change.at)?;
    }
    Ok(())
}

fn end_sessions(db: Db<'_>, account: AccountId, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE sessions SET ended_at = ?3
         WHERE account = ?1 AND door = ?2 AND ended_at IS NULL",
    )?
    .execute((account.to_bytes(), Door::Clinic.word(), now.millis()))?;
    Ok(())
}

/// A session that is over stays over.
pub fn extend_session(
    db: Db<'_>,
    token: SecretHash,
    until: Timestamp,
    lasts_ms: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE sessions SET until = min(created_at + ?4, max(until, ?2))
         WHERE token = ?1 AND ended_at IS NULL AND until > ?3",
    )?
    .execute((token.bytes(), until.millis(), now.millis(), lasts_ms))?;
    Ok(())
}

pub fn prove_session(db: Db<'_>, token: SecretHash, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE sessions SET proven_at = ?2 WHERE token = ?1 AND ended_at IS NULL")?
        .execute((token.bytes(), now.millis()))?;
    Ok(())
}
