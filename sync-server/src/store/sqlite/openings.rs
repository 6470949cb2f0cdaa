//! Records that were opened for a reason, in SQLite.

use shared::id::{AccountId, EntryId, PatientId};
use shared::time::Timestamp;

use super::columns::{Columns, one};
use super::sealed::{Db, OPENED_FOR};
use super::{SqliteStore, StoreError};
use crate::audit::Entry;
use crate::sealing::Owner;
use crate::store::Answer;
use crate::store::openings::{Opening, OpeningStore, Reason};

impl OpeningStore for SqliteStore {
    fn open_record(&self, opening: Opening, noted: Entry) -> Answer<'_, ()> {
        self.write(move |db| open(db, &opening, &noted))
    }
    fn open_for(
        &self,
        account: AccountId,
        patient: PatientId,
        now: Timestamp,
    ) -> Answer<'_, Option<Opening>> {
        self.read(move |db| open_for(db, account, patient, now))
    }
    fn opening(&self, patient: PatientId, opening: EntryId) -> Answer<'_, Option<Opening>> {
        self.read(move |db| find(db, patient, opening))
    }
}

const ROW: &str = "opening, account, patient, reason, words, at, until";

pub fn open(db: Db<'_>, new: &Opening, noted: &Entry) -> Result<(), StoreError> {
    let (owner, id) = (Owner::Patient(new.patient), new.opening.to_bytes());
    let words =
        new.words.as_ref().map(|words| db.seal(&OPENED_FOR, owner, &[&id], words.as_bytes()));
    db.prepare_cached(&format!(
        "INSERT INTO openings ({ROW}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    ))?
    .execute((
        id,
        new.account.to_bytes(),
        new.patient.to_bytes(),
        new.reason.word(),
        words.transpose()?,
        new.at.millis(),
        new.until.millis(),
    ))?;
    super::audit::append(db, std::slice::from_ref(noted))
}

fn read(db: Db<'_>, row: &mut Columns<'_, '_>) -> Result<Opening, StoreError> {
    let (opening, account, patient) = (row.entry()?, row.account()?, row.patient()?);
    let reason: String = row.take()?;
    let reason = Reason::stored(&reason).ok_or(StoreError::Damaged("an opening's reason"))?;
    let (owner, id) = (Owner::Patient(patient), opening.to_bytes());
    let words = row.take::<Option<Vec<u8>>>()?;
    let words = words.map(|words| db.open_text(&OPENED_FOR, owner, &[&id], &words)).transpose()?;
    Ok(Opening { opening, account, patient, reason, words, at: row.time()?, until: row.time()? })
}

fn open_for(
    db: Db<'_>,
    account: AccountId,
    patient: PatientId,
    now: Timestamp,
) -> Result<Option<Opening>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM openings WHERE patient = ?1 AND account = ?2 AND until > ?3
         ORDER BY at DESC, opening DESC LIMIT 1"
    ))?;
    one(&mut find, (patient.to_bytes(), account.to_bytes(), now.millis()), |row| read(db, row))
}

fn find(db: Db<'_>, patient: PatientId, opening: EntryId) -> Result<Option<Opening>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM openings WHERE patient = ?1 AND opening = ?2"
    ))?;
    one(&mut find, (patient.to_bytes(), opening.to_bytes()), |row| read(db, row))
}
