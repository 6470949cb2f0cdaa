//! Links that share a record, in SQLite. What a device sealed lies here as it came: nothing here opens
//! it.

use shared::id::{EntryId, PatientId};
use shared::time::Timestamp;

use super::columns::{Columns, all, one};
use super::sealed::{Db, RECIPIENT, SHARE_PASSCODE};
use super::{SqliteStore, StoreError};
use crate::audit::Entry;
use crate::sealing::Owner;
use crate::secret::SecretHash;
use crate::store::Answer;
use crate::store::shares::{
    FETCH_MS, Knock, Made, NewShare, OPENINGS_SHOWN_MAX, Opened, Opening, SHARES_KEPT_MAX, Share,
    ShareStore, TRIES_MAX, Verdict, has_room,
};

impl ShareStore for SqliteStore {
    fn add_share(&self, new: NewShare) -> Answer<'_, Made> {
        self.write(move |db| add(db, &new))
    }
    fn shares_of(&self, patient: PatientId) -> Answer<'_, Vec<Share>> {
        self.read(move |db| of(db, patient))
    }
    fn open_share(&self, knock: Knock) -> Answer<'_, Opened> {
        self.write(move |db| open(db, &knock))
    }
    fn share_file(&self, share: SecretHash, now: Timestamp) -> Answer<'_, Option<Vec<u8>>> {
        self.read(move |db| {
            let known = find(db, &share)?.filter(|known| known.may_be_fetched(now));
            known.map_or(Ok(None), |_| file(db, &share))
        })
    }
    fn end_share(&self, patient: PatientId, share: SecretHash, noted: Entry) -> Answer<'_, bool> {
        self.write(move |db| stop(db, patient, &share, &noted))
    }
    fn empty_shares(&self, now: Timestamp) -> Answer<'_, u64> {
        self.write(move |db| empty(db, now))
    }
    fn share_opened_by(&self, patient: PatientId, opening: EntryId) -> Answer<'_, Option<String>> {
        self.read(move |db| opened_by(db, patient, opening))
    }
}

const ROW: &str = "share, patient, passcode, uses, uses_max, tries_left, at, until, opened_at,
                   ended_at";

pub fn add(db: Db<'_>, new: &NewShare) -> Result<Made, StoreError> {
    if find(db, &new.share)?.is_some() {
        return Ok(Made::Known);
    }
    let known = of(db, new.patient)?;
    if !has_room(&known, new.at) {
        return Ok(Made::TooMany);
    }
    let over = known.iter().filter(|share| !share.is_open(new.at));
    let kept = SHARES_KEPT_MAX - 1 - known.iter().filter(|one| one.is_open(new.at)).count();
    for old in over.skip(kept) {
        for table in ["share_openings", "shares"] {
            db.prepare_cached(&format!("DELETE FROM {table} WHERE share = ?1"))?
                .execute([old.share.bytes()])?;
        }
    }
    let (owner, id) = (Owner::Patient(new.patient), new.share.bytes());
    let seal = |code: &String| db.seal(&SHARE_PASSCODE, owner, &[id], code.as_bytes());
    db.prepare_cached(
        "INSERT INTO shares (share, patient, account, file, passcode, uses, uses_max, tries_left,
                             at, until)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9)",
    )?
    .execute((
        id,
        new.patient.to_bytes(),
        new.account.to_bytes(),
        &new.file,
        new.passcode.as_ref().map(seal).transpose()?,
        new.uses_max,
        TRIES_MAX,
        new.at.millis(),
        new.until.millis(),
    ))?;
    super::audit::append(db, std::slice::from_ref(&new.noted))?;
    Ok(Made::Done)
}

fn read(db: Db<'_>, row: &mut Columns<'_, '_>) -> Result<Share, StoreError> {
    let (share, patient) = (row.secret()?, row.patient()?);
    let (owner, id) = (Owner::Patient(patient), share.bytes());
    let passcode = row.take::<Option<Vec<u8>>>()?;
    let open = |sealed: Vec<u8>| db.open_text(&SHARE_PASSCODE, owner, &[id], &sealed);
    Ok(Share {
        share,
        patient,
        passcode: passcode.map(open).transpose()?,
        uses: row.take()?,
        uses_max: row.take()?,
        tries_left: row.take()?,
        at: row.time()?,
        until: row.time()?,
        opened_at: row.take::<Option<i64>>()?.map(Timestamp::from_millis),
        ended_at: row.take::<Option<i64>>()?.map(Timestamp::from_millis),
        openings: Vec::new(),
    })
}

fn find(db: Db<'_>, share: &SecretHash) -> Result<Option<Share>, StoreError> {
    let mut find = db.prepare_cached(&format!("SELECT {ROW} FROM shares WHERE share = ?1"))?;
    one(&mut find, [share.bytes()], |row| read(db, row))
}

fn of(db: Db<'_>, patient: PatientId) -> Result<Vec<Share>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM shares WHERE patient = ?1 ORDER BY at DESC, share DESC"
    ))?;
    let mut found = all(&mut find, [patient.to_bytes()], |row| read(db, row))?;
    for share in &mut found {
        share.openings = openings(db, share)?;
    }
    Ok(found)
}

fn openings(db: Db<'_>, of: &Share) -> Result<Vec<Opening>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT opening, recipient, at FROM share_openings WHERE share = ?1
         ORDER BY at DESC, opening DESC LIMIT ?2",
    )?;
    let shown = i64::try_from(OPENINGS_SHOWN_MAX).unwrap_or(i64::MAX);
    all(&mut find, (of.share.bytes(), shown), |row| {
        let (opening, recipient) = (row.entry()?, row.take::<Vec<u8>>()?);
        Ok(Opening {
            recipient: recipient_of(db, of.patient, opening, &recipient)?,
            at: row.time()?,
        })
    })
}

fn recipient_of(
    db: Db<'_>,
    patient: PatientId,
    opening: EntryId,
    sealed: &[u8],
) -> Result<String, StoreError> {
    db.open_text(&RECIPIENT, Owner::Patient(patient), &[&opening.to_bytes()], sealed)
}

fn file(db: Db<'_>, share: &SecretHash) -> Result<Option<Vec<u8>>, StoreError> {
    let mut find = db.prepare_cached("SELECT file FROM shares WHERE share = ?1")?;
    Ok(one(&mut find, [share.bytes()], |row| row.take::<Option<Vec<u8>>>())?.flatten())
}

pub fn open(db: Db<'_>, knock: &Knock) -> Result<Opened, StoreError> {
    let Some(share) = find(db, &knock.share)? else {
        return Ok(Opened::Not);
    };
    match share.judge(knock) {
        Verdict::Closed => Ok(Opened::Not),
        Verdict::Wrong { tries_left } => {
            db.prepare_cached("UPDATE shares SET tries_left = ?2 WHERE share = ?1")?
                .execute((share.share.bytes(), tries_left))?;
            if tries_left == 0 {
                close(db, &share.share, knock.at)?;
            }
            Ok(Opened::WrongPasscode { tries_left })
        }
        Verdict::Opens => {
            let Some(file) = file(db, &share.share)? else {
                return Ok(Opened::Not);
            };
            note(db, &share, knock)?;
            Ok(Opened::Yes(file))
        }
    }
}

fn note(db: Db<'_>, share: &Share, knock: &Knock) -> Result<(), StoreError> {
    let (id, owner) = (knock.opening.to_bytes(), Owner::Patient(share.patient));
    db.prepare_cached("UPDATE shares SET uses = uses + 1, opened_at = ?2 WHERE share = ?1")?
        .execute((share.share.bytes(), knock.at.millis()))?;
    db.prepare_cached(
        "INSERT INTO share_openings (opening, share, patient, recipient, at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((
        id,
        share.share.bytes(),
        share.patient.to_bytes(),
        db.seal(&RECIPIENT, owner, &[&id], knock.recipient.as_bytes())?,
        knock.at.millis(),
    ))?;
    let noted = Entry { patient: Some(share.patient), ..knock.noted.clone() };
    super::audit::append(db, std::slice::from_ref(&noted))
}

fn stop(
    db: Db<'_>,
    patient: PatientId,
    share: &SecretHash,
    noted: &Entry,
) -> Result<bool, StoreError> {
    let known = find(db, share)?.filter(|known| known.patient == patient);
    if !known.is_some_and(|known| known.may_be_fetched(noted.at)) {
        return Ok(false);
    }
    close(db, share, noted.at)?;
    super::audit::append(db, std::slice::from_ref(noted))?;
    Ok(true)
}

fn close(db: Db<'_>, share: &SecretHash, at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE shares SET ended_at = ?2, file = NULL WHERE share = ?1")?
        .execute((share.bytes(), at.millis()))?;
    Ok(())
}

fn empty(db: Db<'_>, now: Timestamp) -> Result<u64, StoreError> {
    let since = now.plus_millis(-FETCH_MS).millis();
    let emptied = db
        .prepare_cached(
            "UPDATE shares SET file = NULL WHERE file IS NOT NULL
             AND (until <= ?1 OR (uses >= uses_max AND opened_at <= ?2))",
        )?
        .execute((now.millis(), since))?;
    Ok(u64::try_from(emptied).unwrap_or(u64::MAX))
}

fn opened_by(
    db: Db<'_>,
    patient: PatientId,
    opening: EntryId,
) -> Result<Option<String>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT recipient FROM share_openings WHERE opening = ?1 AND patient = ?2",
    )?;
    one(&mut find, (opening.to_bytes(), patient.to_bytes()), |row| {
        recipient_of(db, patient, opening, &row.take::<Vec<u8>>()?)
    })
}
