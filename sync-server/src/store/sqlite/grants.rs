//! Caregivers' access in SQLite.

use shared::id::{AccountId, PatientId};
use shared::sync::scope::{Level, Parts};
use shared::time::Timestamp;

use super::columns::{Columns, all, one};
use super::people::open_account_name;
use super::sealed::{BIRTH_DATE, Db};
use super::{SqliteStore, StoreError};
use crate::audit::Entry;
use crate::sealing::Owner;
use crate::store::Answer;
use crate::store::grants::{
    About, Consent, Ended, Given, GrantRow, GrantStore, Narrowed, NoAccess, Terms, ends_at,
};
use crate::store::people::{BirthDate, level_word};

impl GrantStore for SqliteStore {
    fn give_access(&self, given: Given) -> Answer<'_, Result<(), NoAccess>> {
        self.write(move |db| give(db, &given))
    }
    fn narrow_access(&self, narrowed: Narrowed) -> Answer<'_, Result<(), NoAccess>> {
        self.write(move |db| narrow(db, &narrowed))
    }
    fn end_access(&self, ended: Ended) -> Answer<'_, Result<(), NoAccess>> {
        self.write(move |db| end(db, &ended))
    }
    fn end_what_is_over(&self, now: Timestamp) -> Answer<'_, Vec<(PatientId, AccountId)>> {
        self.write(move |db| end_what_is_over(db, now))
    }
    fn grants_of(&self, patient: PatientId) -> Answer<'_, Vec<GrantRow>> {
        self.read(move |db| of(db, patient))
    }
}

const TERMS: &str = "level, results, visits, until";

fn read_terms(row: &mut Columns<'_, '_>) -> Result<(Level, Terms), StoreError> {
    let level = row.level()?;
    let parts = Parts { results: row.take()?, visits: row.take()? };
    let messages = level != Level::ChartOnly;
    Ok((level, Terms { messages, parts, until: time(row.take()?) }))
}

fn time(millis: Option<i64>) -> Option<Timestamp> {
    millis.map(Timestamp::from_millis)
}

fn about(db: Db<'_>, patient: PatientId, account: AccountId) -> Result<About, StoreError> {
    let ids = (patient.to_bytes(), account.to_bytes());
    let mut find = db.prepare_cached(&format!(
        "SELECT {TERMS} FROM grants WHERE patient = ?1 AND account = ?2 AND ended_at IS NULL"
    ))?;
    let now = one(&mut find, ids, read_terms)?;
    let mut find = db.prepare_cached(
        "SELECT 1 FROM accounts WHERE account = ?1
         AND NOT EXISTS (SELECT 1 FROM staff WHERE account = ?1)",
    )?;
    let is_person = find.exists([account.to_bytes()])?;
    let born = born(db, patient)?;
    let is_known = is_person && born.is_some();
    Ok(About { is_known, now, born: born.unwrap_or_else(|| BirthDate::of_import(None)) })
}

/// Nothing if there is no such record.
fn born(db: Db<'_>, patient: PatientId) -> Result<Option<BirthDate>, StoreError> {
    let mut find = db.prepare_cached("SELECT birth_date FROM patients WHERE patient = ?1")?;
    one(&mut find, [patient.to_bytes()], |row| {
        let sealed = row.take::<Vec<u8>>()?;
        let text = db.open_text(&BIRTH_DATE, Owner::Patient(patient), &[], &sealed)?;
        Ok(BirthDate::of_import(Some(text)))
    })
}

fn give(db: Db<'_>, new: &Given) -> Result<Result<(), NoAccess>, StoreError> {
    if let Err(why) = new.check(&about(db, new.patient, new.account)?) {
        return Ok(Err(why));
    }
    let Given { terms, consent, noted, .. } = new;
    let (patient, account) = (new.patient.to_bytes(), new.account.to_bytes());
    let (level, until) = (level_word(terms.level()), terms.until.map(Timestamp::millis));
    db.prepare_cached(
        "INSERT INTO grants (patient, account, level, given_at, results, visits, until, until_age)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (patient, account) DO UPDATE
         SET level = excluded.level, given_at = excluded.given_at, results = excluded.results,
             visits = excluded.visits, until = excluded.until, until_age = excluded.until_age,
             ended_at = NULL",
    )?
    .execute((
        patient,
        account,
        level,
        noted.at.millis(),
        terms.parts.results,
        terms.parts.visits,
        until,
        consent.until_age(),
    ))?;
    db.prepare_cached(
        "INSERT INTO consents (patient, account, number, consent, noted_by, at, level, results,
                               visits, until, until_age)
         SELECT ?1, ?2, 1 + coalesce(max(number), 0), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
         FROM consents WHERE patient = ?1 AND account = ?2",
    )?
    .execute((
        patient,
        account,
        consent.word(),
        noted.who.account().map(|by| by.to_bytes()),
        noted.at.millis(),
        level,
        terms.parts.results,
        terms.parts.visits,
        until,
        consent.until_age(),
    ))?;
    super::audit::append(db, std::slice::from_ref(noted))?;
    Ok(Ok(()))
}

fn narrow(db: Db<'_>, new: &Narrowed) -> Result<Result<(), NoAccess>, StoreError> {
    if let Err(why) = new.check(&about(db, new.patient, new.account)?) {
        return Ok(Err(why));
    }
    let terms = &new.terms;
    db.prepare_cached(
        "UPDATE grants SET level = ?3, results = ?4, visits = ?5, until = ?6
         WHERE patient = ?1 AND account = ?2 AND ended_at IS NULL",
    )?
    .execute((
        new.patient.to_bytes(),
        new.account.to_bytes(),
        level_word(terms.level()),
        terms.parts.results,
        terms.parts.visits,
        terms.until.map(Timestamp::millis),
    ))?;
    super::audit::append(db, std::slice::from_ref(&new.noted))?;
    Ok(Ok(()))
}

fn end(db: Db<'_>, ended: &Ended) -> Result<Result<(), NoAccess>, StoreError> {
    let Ended { patient, account, noted } = ended;
    match about(db, *patient, *account)?.now {
        None => return Ok(Err(NoAccess::NotGiven)),
        Some((Level::Own, _)) => return Ok(Err(NoAccess::OwnRecord)),
        Some((Level::Caregiver | Level::ChartOnly, _)) => {}
    }
    db.prepare_cached(
        "UPDATE grants SET ended_at = ?3
         WHERE patient = ?1 AND account = ?2 AND ended_at IS NULL",
    )?
    .execute((patient.to_bytes(), account.to_bytes(), noted.at.millis()))?;
    super::audit::append(db, std::slice::from_ref(noted))?;
    Ok(Ok(()))
}

fn end_what_is_over(db: Db<'_>, now: Timestamp) -> Result<Vec<(PatientId, AccountId)>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT patient, account FROM grants WHERE until <= ?1 AND ended_at IS NULL",
    )?;
    let mut over = all(&mut find, [now.millis()], |row| Ok((row.patient()?, row.account()?)))?;
    let mut find = db.prepare_cached(
        "SELECT patient, account, until_age FROM grants
         WHERE until_age IS NOT NULL AND ended_at IS NULL",
    )?;
    let children = all(&mut find, [], |row| Ok((row.patient()?, row.account()?, row.take()?)))?;
    for (patient, account, age) in children {
        let born = born(db, patient)?.ok_or(StoreError::Damaged("a grant"))?;
        let grown_up = ends_at(None, Some(age), &born).is_some_and(|at| at <= now);
        if grown_up && !over.contains(&(patient, account)) {
            over.push((patient, account));
        }
    }
    let mut ended = Vec::new();
    for (patient, account) in over {
        let noted = Entry::of_rule(patient, account, now);
        if end(db, &Ended { patient, account, noted })?.is_ok() {
            ended.push((patient, account));
        }
    }
    Ok(ended)
}

fn of(db: Db<'_>, patient: PatientId) -> Result<Vec<GrantRow>, StoreError> {
    let Some(born) = born(db, patient)? else {
        return Ok(Vec::new());
    };
    let mut find_consent = db.prepare_cached(
        "SELECT consent, until_age, noted_by FROM consents WHERE patient = ?1 AND account = ?2
         ORDER BY number DESC LIMIT 1",
    )?;
    let mut find = db.prepare_cached(&format!(
        "SELECT {TERMS}, account, name, given_at, until_age FROM grants JOIN accounts USING (account)
         WHERE patient = ?1 AND level <> 'own' AND ended_at IS NULL"
    ))?;
    let mut rows = all(&mut find, [patient.to_bytes()], |row| {
        let (_, terms) = read_terms(row)?;
        let (account, name) = (row.account()?, row.take::<Vec<u8>>()?);
        let (given_at, until_age) = (row.time()?, row.take()?);
        let of = (patient.to_bytes(), account.to_bytes());
        let consent = one(&mut find_consent, of, |row| {
            let word: String = row.take()?;
            let consent = Consent::stored(&word, row.take()?);
            Ok((consent.ok_or(StoreError::Damaged("a consent"))?, row.optional_account()?))
        })?;
        Ok(GrantRow {
            account,
            name: open_account_name(db, account, &name)?,
            terms,
            given_at,
            consent: consent.map(|(consent, _)| consent),
            noted_by: consent.and_then(|(_, by)| by),
            ends_at: ends_at(terms.until, until_age, &born),
        })
    })?;
    rows.sort_by(|a, b| (&a.name, a.account).cmp(&(&b.name, b.account)));
    Ok(rows)
}
