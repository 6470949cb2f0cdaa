//! Attachments in SQLite: each piece sealed by itself and bound to its place.

use sha2::{Digest, Sha256};
use shared::attachment::{AttachmentName, MediaType, PIECE_BYTES, RECORD_BYTES_MAX, pieces};
use shared::time::Timestamp;

use super::columns::{Columns, one};
use super::sealed::{ATTACHMENT_TOKEN, Db, PIECE, number};
use super::{SqliteStore, StoreError};
use crate::sealing::{Owner, Token};
use crate::store::Answer;
use crate::store::attachments::{
    Attached, AttachmentStore, Begun, NewAttachment, Took, UNFINISHED_MAX, UNFINISHED_MILLIS, Whole,
};

impl AttachmentStore for SqliteStore {
    fn begin_attachment(&self, new: NewAttachment) -> Answer<'_, Begun> {
        self.write(move |db| begin(db, &new))
    }
    fn put_piece(
        &self,
        of: Attached,
        piece: u32,
        bytes: Vec<u8>,
        now: Timestamp,
    ) -> Answer<'_, Took> {
        self.write(move |db| put(db, &of, piece, &bytes, now))
    }
    fn attachment(&self, of: Attached) -> Answer<'_, Option<Whole>> {
        self.read(move |db| whole(db, &of))
    }
    fn piece(&self, of: Attached, piece: u32) -> Answer<'_, Option<Vec<u8>>> {
        self.read(move |db| bytes_of(db, &of, piece))
    }
}

/// What is known of one without its pieces.
struct Head {
    media: MediaType,
    size: u32,
    has: u32,
    is_whole: bool,
}

fn token(db: Db<'_>, at: &Attached) -> Token {
    db.token(&ATTACHMENT_TOKEN, &[&at.patient.to_bytes(), at.name.bytes()])
}

fn read_head(row: &mut Columns<'_, '_>) -> Result<Head, StoreError> {
    let media = MediaType::parse(&row.take::<String>()?);
    Ok(Head {
        media: media.ok_or(StoreError::Damaged("attachments"))?,
        size: row.take()?,
        has: row.take()?,
        is_whole: row.take()?,
    })
}

fn head(db: Db<'_>, at: &Attached) -> Result<Option<Head>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT media, size, has, is_whole FROM attachments WHERE patient = ?1 AND attachment = ?2",
    )?;
    one(&mut find, (at.patient.to_bytes(), token(db, at)), read_head)
}

pub fn begin(db: Db<'_>, new: &NewAttachment) -> Result<Begun, StoreError> {
    let (patient, token) = (new.at.patient.to_bytes(), token(db, &new.at));
    if let Some(known) = head(db, &new.at)? {
        if known.is_whole {
            return Ok(Begun::Whole);
        }
        if (known.size, known.media) == (new.size, new.media) {
            return Ok(Begun::Has(known.has));
        }
        // Its name says what it is; whoever began it differently was wrong, or it is this one.
        drop_one(db, &new.at)?;
    }
    make_room(db, new)?;
    let used: i64 = db
        .prepare_cached("SELECT coalesce(sum(size), 0) FROM attachments WHERE patient = ?1")?
        .query_row([patient], |row| row.get(0))?;
    if used + i64::from(new.size) > i64::try_from(RECORD_BYTES_MAX).unwrap_or(i64::MAX) {
        return Ok(Begun::Full);
    }
    db.prepare_cached(
        "INSERT INTO attachments (patient, attachment, account, media, size, has, is_whole, at)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, ?6)",
    )?
    .execute((
        patient,
        token,
        new.account.to_bytes(),
        new.media.text(),
        new.size,
        new.now.millis(),
    ))?;
    Ok(Begun::Has(0))
}

/// Drops what nobody finished, of this record.
fn make_room(db: Db<'_>, new: &NewAttachment) -> Result<(), StoreError> {
    let which = "patient = ?1 AND attachment IN (
        SELECT attachment FROM attachments WHERE patient = ?1 AND is_whole = 0 AND (at < ?2 OR
        attachment NOT IN (SELECT attachment FROM attachments WHERE patient = ?1 AND is_whole = 0
                           ORDER BY at DESC LIMIT ?3)))";
    let kept = i64::try_from(UNFINISHED_MAX - 1).unwrap_or(i64::MAX);
    let since = new.now.plus_millis(-UNFINISHED_MILLIS).millis();
    for table in ["attachment_pieces", "attachments"] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE {which}"))?.execute((
            new.at.patient.to_bytes(),
            since,
            kept,
        ))?;
    }
    Ok(())
}

fn drop_one(db: Db<'_>, at: &Attached) -> Result<(), StoreError> {
    let token = token(db, at);
    for table in ["attachment_pieces", "attachments"] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE patient = ?1 AND attachment = ?2"))?
            .execute((at.patient.to_bytes(), token))?;
    }
    Ok(())
}

pub fn put(
    db: Db<'_>,
    at: &Attached,
    piece: u32,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Took, StoreError> {
    let Some(known) = head(db, at)? else {
        return Ok(Took::Unknown);
    };
    if known.is_whole {
        return Ok(Took::Whole);
    }
    // Brought again, because its answer was lost.
    if piece < known.has {
        return Ok(Took::Has(known.has));
    }
    let left = known.size as usize - known.has as usize * PIECE_BYTES;
    if piece != known.has || bytes.len() != left.min(PIECE_BYTES) {
        return Ok(Took::NotNext);
    }
    if piece == 0 && !known.media.begins(bytes) {
        drop_one(db, at)?;
        return Ok(Took::NotIt);
    }
    let (patient, token) = (at.patient.to_bytes(), token(db, at));
    let place: [&[u8]; 2] = [&token, &number(piece.into())];
    let sealed = db.seal(&PIECE, Owner::Patient(at.patient), &place, bytes)?;
    db.prepare_cached(
        "INSERT INTO attachment_pieces (patient, attachment, piece, bytes) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute((patient, token, piece, sealed))?;
    let is_last = piece as usize + 1 == pieces(known.size as usize);
    if is_last && !is_what_it_says(db, at, piece)? {
        drop_one(db, at)?;
        return Ok(Took::NotIt);
    }
    db.prepare_cached(
        "UPDATE attachments SET has = ?3, is_whole = ?4, at = ?5
         WHERE patient = ?1 AND attachment = ?2",
    )?
    .execute((patient, token, piece + 1, is_last, now.millis()))?;
    Ok(if is_last { Took::Whole } else { Took::Has(piece + 1) })
}

fn is_what_it_says(db: Db<'_>, at: &Attached, last: u32) -> Result<bool, StoreError> {
    let mut hasher = Sha256::new();
    for piece in 0..=last {
        let bytes = open_piece(db, at, piece)?.ok_or(StoreError::Damaged("attachment_pieces"))?;
        hasher.update(bytes);
    }
    Ok(AttachmentName::of_hash(at.patient, hasher.finalize().into()) == at.name)
}

fn open_piece(db: Db<'_>, at: &Attached, piece: u32) -> Result<Option<Vec<u8>>, StoreError> {
    let token = token(db, at);
    let mut find = db.prepare_cached(
        "SELECT bytes FROM attachment_pieces WHERE patient = ?1 AND attachment = ?2 AND piece = ?3",
    )?;
    one(&mut find, (at.patient.to_bytes(), token, piece), |row| {
        let place: [&[u8]; 2] = [&token, &number(piece.into())];
        db.open(&PIECE, Owner::Patient(at.patient), &place, &row.take::<Vec<u8>>()?)
    })
}

pub fn whole(db: Db<'_>, at: &Attached) -> Result<Option<Whole>, StoreError> {
    let found = head(db, at)?.filter(|head| head.is_whole);
    Ok(found.map(|Head { media, size, .. }| Whole { media, size }))
}

/// Only of one that is whole.
pub fn bytes_of(db: Db<'_>, at: &Attached, piece: u32) -> Result<Option<Vec<u8>>, StoreError> {
    if whole(db, at)?.is_none() {
        return Ok(None);
    }
    open_piece(db, at, piece)
}
