//! People, sessions and invitations in SQLite.

use shared::id::{AccountId, DeviceId, PatientId};
use shared::sync::scope::{Access, Level, Parts};
use shared::time::Timestamp;

use super::columns::{all, one};
use super::sealed::{ACCOUNT_NAME, BIRTH_DATE, BIRTH_TOKEN, Db, PATIENT_NAME};
use super::{StoreError, passkeys, sign_ins};
use crate::audit::Entry;
use crate::sealing::Owner;
use crate::secret::{SecretHash, Slot};
use crate::store::people::{
    Activated, Activation, Claim, Claimed, Door, Grant, INVITATION_TRIES_MAX, Invitation,
    NewAccount, NewPatient, NewSession, NewStaff, RecordOf, Session, StaffMember, level_word,
};

pub fn add_patient(db: Db<'_>, new: &NewPatient) -> Result<(), StoreError> {
    insert_patient(db, new.patient, &new.name, new.birth_date.text(), new.at)
}

/// Somebody new gets a key of their own, before anything is sealed with it.
pub fn insert_patient(
    db: Db<'_>,
    patient: PatientId,
    name: &str,
    born: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut find = db.prepare_cached("SELECT 1 FROM patients WHERE patient = ?1")?;
    if find.exists([patient.to_bytes()])? {
        return Ok(());
    }
    let owner = Owner::Patient(patient);
    db.keys().make(owner)?;
    db.prepare_cached(
        "INSERT INTO patients (patient, name, birth_date, birth_token, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((
        patient.to_bytes(),
        db.seal(&PATIENT_NAME, owner, &[], name.as_bytes())?,
        db.seal(&BIRTH_DATE, owner, &[], born.as_bytes())?,
        db.token(&BIRTH_TOKEN, &[born.as_bytes()]),
        at.millis(),
    ))?;
    Ok(())
}

pub fn add_account(db: Db<'_>, new: &NewAccount) -> Result<(), StoreError> {
    let mut find = db.prepare_cached("SELECT 1 FROM accounts WHERE account = ?1")?;
    if find.exists([new.account.to_bytes()])? {
        return Ok(());
    }
    let owner = Owner::Account(new.account);
    db.keys().make(owner)?;
    let name = db.seal(&ACCOUNT_NAME, owner, &[], new.name.as_bytes())?;
    db.prepare_cached("INSERT INTO accounts (account, name, created_at) VALUES (?1, ?2, ?3)")?
        .execute((new.account.to_bytes(), name, new.at.millis()))?;
    Ok(())
}

pub fn add_staff(db: Db<'_>, new: &NewStaff) -> Result<(), StoreError> {
    let account = NewAccount { account: new.account, name: new.name.clone(), at: new.at };
    add_account(db, &account)?;
    db.prepare_cached(
        "INSERT INTO staff (account, role, prescribes) VALUES (?1, ?2, ?3)
         ON CONFLICT (account) DO NOTHING",
    )?
    .execute((new.account.to_bytes(), new.role.word(), new.prescribes))?;
    Ok(())
}

pub fn grant(db: Db<'_>, new: &Grant) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO grants (patient, account, level, given_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (patient, account) DO UPDATE
         SET level = excluded.level, given_at = excluded.given_at, ended_at = NULL,
             results = 1, visits = 1, until = NULL, until_age = NULL
         WHERE ended_at IS NOT NULL OR level <> excluded.level",
    )?
    .execute((
        new.patient.to_bytes(),
        new.account.to_bytes(),
        level_word(new.level),
        new.at.millis(),
    ))?;
    Ok(())
}

pub fn invite(db: Db<'_>, new: &Invitation) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO invitations (secret, patient, created_at, until) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute((
        new.secret.bytes(),
        new.patient.to_bytes(),
        new.at.millis(),
        new.until.millis(),
    ))?;
    Ok(())
}

/// Whether an invitation holds; a wrong birth date is a try.
pub fn claim(db: Db<'_>, claim: &Claim) -> Result<Claimed, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT patient, birth_date, used_at IS NOT NULL OR until <= ?2, tries >= ?3
         FROM invitations JOIN patients USING (patient) WHERE secret = ?1",
    )?;
    let wanted = (claim.secret.bytes(), claim.now.millis(), INVITATION_TRIES_MAX);
    let found = one(&mut find, wanted, |row| {
        let (patient, birth_date) = (row.patient()?, row.take::<Vec<u8>>()?);
        Ok((patient, birth_date, row.take::<bool>()?, row.take::<bool>()?))
    })?;
    let Some((patient, birth_date, ended, tried_out)) = found else {
        return Ok(Claimed::NotRecognized);
    };
    if ended {
        return Ok(Claimed::Ended);
    }
    if tried_out {
        return Ok(Claimed::TooManyTries);
    }
    let birth_date = db.open(&BIRTH_DATE, Owner::Patient(patient), &[], &birth_date)?;
    if birth_date != claim.birth_date.text().as_bytes() {
        db.prepare_cached("UPDATE invitations SET tries = tries + 1 WHERE secret = ?1")?
            .execute([claim.secret.bytes()])?;
        return Ok(Claimed::NotRecognized);
    }
    Ok(Claimed::Holds { patient })
}

pub fn activate(db: Db<'_>, new: &Activation) -> Result<Activated, StoreError> {
    let asked = Claim { secret: new.secret, birth_date: new.birth_date.clone(), now: new.now };
    let patient = match claim(db, &asked)? {
        Claimed::Holds { patient } => patient,
        Claimed::NotRecognized => return Ok(Activated::NotRecognized),
        Claimed::Ended => return Ok(Activated::Ended),
        Claimed::TooManyTries => return Ok(Activated::TooManyTries),
    };
    let account = owner_of(db, patient)?.unwrap_or(new.account);
    if sign_ins::sign_in(db, new.sign_in.name)?.is_some_and(|(other, _)| other != account) {
        return Ok(Activated::NameTaken);
    }
    db.prepare_cached("UPDATE invitations SET used_at = ?2 WHERE secret = ?1")?
        .execute((new.secret.bytes(), new.now.millis()))?;
    let name = patient_name(db, patient)?;
    add_account(db, &NewAccount { account, name, at: new.now })?;
    grant(db, &Grant { patient, account, level: Level::Own, at: new.now })?;
    sign_ins::set(db, account, &new.sign_in, new.now)?;
    passkeys::forget(db, account, Door::Portal)?;
    open_session(db, &new.session.of(account, new.now))?;
    Ok(Activated::Open { patient, account })
}

fn patient_name(db: Db<'_>, patient: PatientId) -> Result<String, StoreError> {
    let mut find = db.prepare_cached("SELECT name FROM patients WHERE patient = ?1")?;
    let name = one(&mut find, [patient.to_bytes()], |row| row.take::<Vec<u8>>())?;
    open_patient_name(db, patient, &name.ok_or(StoreError::Damaged("an invitation"))?)
}

pub fn open_patient_name(
    db: Db<'_>,
    patient: PatientId,
    sealed: &[u8],
) -> Result<String, StoreError> {
    db.open_text(&PATIENT_NAME, Owner::Patient(patient), &[], sealed)
}

pub fn open_account_name(
    db: Db<'_>,
    account: AccountId,
    sealed: &[u8],
) -> Result<String, StoreError> {
    db.open_text(&ACCOUNT_NAME, Owner::Account(account), &[], sealed)
}

fn owner_of(db: Db<'_>, patient: PatientId) -> Result<Option<AccountId>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT account FROM grants WHERE patient = ?1 AND level = 'own' AND ended_at IS NULL",
    )?;
    one(&mut find, [patient.to_bytes()], |row| row.account())
}

pub fn is_activated(db: Db<'_>, patient: PatientId) -> Result<bool, StoreError> {
    Ok(owner_of(db, patient)?.is_some())
}

pub fn account_name(db: Db<'_>, account: AccountId) -> Result<Option<String>, StoreError> {
    let mut find = db.prepare_cached("SELECT name FROM accounts WHERE account = ?1")?;
    one(&mut find, [account.to_bytes()], |row| {
        open_account_name(db, account, &row.take::<Vec<u8>>()?)
    })
}

pub fn staff_member(db: Db<'_>, account: AccountId) -> Result<Option<StaffMember>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT name, role, prescribes FROM staff JOIN accounts USING (account)
         WHERE account = ?1 AND ended_at IS NULL",
    )?;
    one(&mut find, [account.to_bytes()], |row| {
        let name = open_account_name(db, account, &row.take::<Vec<u8>>()?)?;
        let (role, prescribes) = (row.role()?, row.take()?);
        Ok(StaffMember { account, name, role, prescribes })
    })
}

pub fn records_of(db: Db<'_>, account: AccountId) -> Result<Vec<RecordOf>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT patient, name, level = 'own' FROM grants JOIN patients USING (patient)
         WHERE account = ?1 AND ended_at IS NULL",
    )?;
    let mut records = all(&mut find, [account.to_bytes()], |row| {
        let (patient, name) = (row.patient()?, row.take::<Vec<u8>>()?);
        Ok(RecordOf { patient, name: open_patient_name(db, patient, &name)?, own: row.take()? })
    })?;
    records.sort_by(|a, b| (!a.own, &a.name, a.patient).cmp(&(!b.own, &b.name, b.patient)));
    Ok(records)
}

pub fn access_of(db: Db<'_>, account: AccountId) -> Result<Vec<Access>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT patient, level, results, visits FROM grants
         WHERE account = ?1 AND ended_at IS NULL ORDER BY patient",
    )?;
    all(&mut find, [account.to_bytes()], |row| {
        let (patient, level) = (row.patient()?, row.level()?);
        let parts = Parts { results: row.take()?, visits: row.take()? };
        Ok(Access { patient, level, parts })
    })
}

/// A device has one session: whoever holds the one before, as a copy of its cookie, is out.
pub fn open_session(db: Db<'_>, new: &NewSession) -> Result<(), StoreError> {
    if new.door == Door::Portal {
        super::devices::end_sessions(db, new.device, new.at)?;
    }
    db.prepare_cached(
        "INSERT INTO sessions (token, account, device, slot, door, created_at, until, demo,
                               brief)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute((
        new.token.bytes(),
        new.account.to_bytes(),
        new.device.to_bytes(),
        new.slot.text(),
        new.door.word(),
        new.at.millis(),
        new.until.millis(),
        new.demo,
        new.brief,
    ))?;
    if new.door == Door::Portal {
        super::devices::seen(db, new)?;
    }
    super::audit::append(db, &[Entry::of_session(new)])
}

pub fn session(
    db: Db<'_>,
    token: SecretHash,
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT account, device, slot, door, demo, brief, proven_at FROM sessions
         WHERE token = ?1 AND ended_at IS NULL AND until > ?2",
    )?;
    one(&mut find, (token.bytes(), now.millis()), |row| {
        Ok(Session {
            token,
            account: row.account()?,
            device: row.device()?,
            slot: row.slot()?,
            door: row.door()?,
            demo: row.take()?,
            brief: row.take()?,
            proven_at: row.take::<Option<i64>>()?.map(Timestamp::from_millis),
        })
    })
}

/// The newest session speaks for its slot, also one that is over.
pub fn device_in(
    db: Db<'_>,
    account: AccountId,
    slot: &Slot,
) -> Result<Option<DeviceId>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT device FROM sessions WHERE account = ?1 AND slot = ?2 AND door = ?3 AND demo = 0
         ORDER BY created_at DESC LIMIT 1",
    )?;
    one(&mut find, (account.to_bytes(), slot.text(), Door::Portal.word()), |row| row.device())
}

/// Whoever signs out gives up the device by themselves: it is no device of theirs any more.
pub fn end_session(db: Db<'_>, token: SecretHash, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM devices WHERE ended_at IS NULL AND device IN
             (SELECT device FROM sessions WHERE token = ?1 AND door = 'portal' AND ended_at IS NULL)",
    )?
    .execute([token.bytes()])?;
    db.prepare_cached("UPDATE sessions SET ended_at = ?2 WHERE token = ?1 AND ended_at IS NULL")?
        .execute((token.bytes(), now.millis()))?;
    Ok(())
}

pub fn issue_ticket(
    db: Db<'_>,
    ticket: SecretHash,
    session: SecretHash,
    until: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO tickets (ticket, session, until) VALUES (?1, ?2, ?3)")?
        .execute((ticket.bytes(), session.bytes(), until.millis()))?;
    Ok(())
}

pub fn take_ticket(
    db: Db<'_>,
    ticket: SecretHash,
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let mut take =
        db.prepare_cached("DELETE FROM tickets WHERE ticket = ?1 RETURNING session, until")?;
    let taken = one(&mut take, [ticket.bytes()], |row| Ok((row.secret()?, row.time()?)))?;
    // Tickets that nobody came for.
    db.prepare_cached("DELETE FROM tickets WHERE until <= ?1")?.execute([now.millis()])?;
    match taken {
        Some((token, until)) if until > now => session(db, token, now),
        Some(_) | None => Ok(None),
    }
}
