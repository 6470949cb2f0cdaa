//! The change log in SQLite.

use shared::document::gate::Layout;
use shared::document::{ChangeHash, DocumentId};
use shared::id::PatientId;
use shared::wire::{Receipt, Row, Sidecar, Sum, Summary, WhyRefused};

use super::StoreError;
use super::columns::{Columns, all, one, seq_column};
use super::packs::{self, Packs};
use super::sealed::{CHANGE, Db, REPLY_TOKEN, number};
use crate::audit::Entry;
use crate::sealing::Owner;
use crate::store::rows::{Appended, Batch, Fresh};

/// What is known of a document without its rows.
struct Head {
    seq_last: u64,
    sum: Sum,
}

/// Answers whether it had to be made.
pub fn create(
    db: Db<'_>,
    document: &DocumentId,
    genesis: Option<&Fresh>,
) -> Result<bool, StoreError> {
    let made = db
        .prepare_cached(
            "INSERT INTO documents (patient, document, seq_last, sum)
             VALUES (?1, ?2, 0, ?3) ON CONFLICT (patient, document) DO NOTHING",
        )?
        .execute((document.patient.to_bytes(), document.to_bytes(), Sum::default().0))?;
    if made == 1
        && let Some(genesis) = genesis
    {
        insert(db, document, Head { seq_last: 0, sum: Sum::default() }, genesis)?;
    }
    Ok(made == 1)
}

pub fn summaries(db: Db<'_>, patients: &[PatientId]) -> Result<Vec<Summary>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT document, seq_last, sum FROM documents WHERE patient = ?1")?;
    let mut found = Vec::new();
    for patient in patients {
        found.extend(all(&mut find, [patient.to_bytes()], |row| {
            Ok(Summary { document: row.document()?, seq_last: row.seq()?, sum: Sum(row.take()?) })
        })?);
    }
    Ok(found)
}

/// What is said of a row beside its bytes.
pub type Said = (u64, ChangeHash, Sidecar);

const SAID: &str = "seq, hash, account, device, received_at, receipt";
const ROW: &str = "seq, hash, account, device, received_at, receipt, bytes";

fn read_said(columns: &mut Columns<'_, '_>) -> Result<Said, StoreError> {
    let (seq, hash) = (columns.seq()?, columns.hash()?);
    let sidecar = Sidecar {
        account: columns.optional_account()?,
        device: columns.optional_device()?,
        received_at: columns.time()?,
        receipt: Receipt(columns.take()?),
    };
    Ok((seq, hash, sidecar))
}

fn read_row(
    db: Db<'_>,
    document: &DocumentId,
    packs: &mut Packs<'_>,
    columns: &mut Columns<'_, '_>,
) -> Result<Row, StoreError> {
    let (seq, hash, sidecar) = read_said(columns)?;
    let sealed = columns.take::<Vec<u8>>()?;
    let bytes = open_change(db, document, packs, (seq, &hash), &sealed)?.into();
    Ok(Row { seq, hash, sidecar, bytes })
}

/// The bytes of a row, from where they lie.
pub fn open_change(
    db: Db<'_>,
    document: &DocumentId,
    packs: &mut Packs<'_>,
    (seq, hash): (u64, &ChangeHash),
    sealed: &[u8],
) -> Result<Vec<u8>, StoreError> {
    if sealed.is_empty() {
        return packs.bytes(seq, hash);
    }
    let place: [&[u8]; 3] = [&document.to_bytes(), &number(seq_column(seq)), &hash.0];
    db.open(&CHANGE, Owner::Patient(document.patient), &place, sealed)
}

pub fn rows_after(
    db: Db<'_>,
    document: &DocumentId,
    mut after: u64,
    bytes_goal: usize,
) -> Result<(Vec<Row>, bool), StoreError> {
    let mut found = Vec::new();
    let mut bytes = 0;
    while let Some((rows, last)) = packs::rows_after(db, document, after)? {
        for row in rows {
            if bytes >= bytes_goal {
                return Ok((found, true));
            }
            bytes += row.bytes.len();
            found.push(row);
        }
        after = last;
    }
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM changes WHERE patient = ?1 AND document = ?2 AND seq > ?3 ORDER BY seq"
    ))?;
    let mut rows =
        find.query((document.patient.to_bytes(), document.to_bytes(), seq_column(after)))?;
    let mut packs = Packs::of(db, document);
    while let Some(row) = rows.next()? {
        if bytes >= bytes_goal {
            return Ok((found, true));
        }
        let row = read_row(db, document, &mut packs, &mut Columns::of(row))?;
        bytes += row.bytes.len();
        found.push(row);
    }
    Ok((found, false))
}

/// Rows of these places, each from where its bytes lie.
pub fn rows_between(
    db: Db<'_>,
    document: &DocumentId,
    first: u64,
    last: u64,
) -> Result<Vec<Row>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM changes WHERE patient = ?1 AND document = ?2 AND seq BETWEEN ?3 AND ?4
         ORDER BY seq"
    ))?;
    let (patient, key) = (document.patient.to_bytes(), document.to_bytes());
    let mut packs = Packs::of(db, document);
    all(&mut find, (patient, key, seq_column(first), seq_column(last)), |row| {
        read_row(db, document, &mut packs, row)
    })
}

/// The same without their bytes.
pub fn said_between(
    db: Db<'_>,
    document: &DocumentId,
    first: u64,
    last: u64,
) -> Result<Vec<Said>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {SAID} FROM changes WHERE patient = ?1 AND document = ?2 AND seq BETWEEN ?3 AND ?4
         ORDER BY seq"
    ))?;
    let (patient, key) = (document.patient.to_bytes(), document.to_bytes());
    all(&mut find, (patient, key, seq_column(first), seq_column(last)), read_said)
}

pub fn rows_with(
    db: Db<'_>,
    document: &DocumentId,
    hashes: &[ChangeHash],
    bytes_goal: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT seq FROM changes WHERE patient = ?1 AND document = ?2 AND hash = ?3",
    )?;
    let (patient, key) = (document.patient.to_bytes(), document.to_bytes());
    let mut places = Vec::new();
    for hash in hashes {
        places.extend(one(&mut find, (patient, &key, hash.0), |row| row.seq())?);
    }
    // Neighbours lie in the same pack, and what is built on comes first.
    places.sort_unstable();
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM changes WHERE patient = ?1 AND document = ?2 AND seq = ?3"
    ))?;
    let mut packs = Packs::of(db, document);
    let (mut found, mut bytes) = (Vec::<Row>::new(), 0);
    for seq in places {
        if bytes >= bytes_goal {
            break;
        }
        let row = one(&mut find, (patient, &key, seq_column(seq)), |row| {
            read_row(db, document, &mut packs, row)
        })?;
        bytes += row.as_ref().map_or(0, |row| row.bytes.len());
        found.extend(row);
    }
    Ok(found)
}

fn row_with(
    db: Db<'_>,
    document: &DocumentId,
    hash: &ChangeHash,
) -> Result<Option<Row>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM changes WHERE patient = ?1 AND document = ?2 AND hash = ?3"
    ))?;
    one(&mut find, (document.patient.to_bytes(), document.to_bytes(), hash.0), |row| {
        read_row(db, document, &mut Packs::of(db, document), row)
    })
}

pub fn hashes(db: Db<'_>, document: &DocumentId) -> Result<Vec<ChangeHash>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT hash FROM changes WHERE patient = ?1 AND document = ?2 ORDER BY seq",
    )?;
    all(&mut find, (document.patient.to_bytes(), document.to_bytes()), |row| row.hash())
}

pub fn append(db: Db<'_>, batch: &Batch) -> Result<Vec<Appended>, StoreError> {
    if let Some(reply) = &batch.reply {
        let kept = db
            .prepare_cached(
                "INSERT INTO replies (author, key, patient, entry) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (author, key) DO NOTHING",
            )?
            .execute((
                reply.author.to_bytes(),
                db.token(&REPLY_TOKEN, &[reply.key.as_bytes()]),
                batch.document.patient.to_bytes(),
                reply.entry.to_bytes(),
            ))?;
        if kept == 0 {
            let before = super::clinic::reply_with_key(db, reply.author, &reply.key)?;
            let before = before.ok_or(StoreError::Damaged("a reply"))?;
            return Ok(vec![Appended::RepliedBefore(before)]);
        }
    }
    let mut outcomes = Vec::new();
    for fresh in &batch.changes {
        outcomes.push(append_one(db, &batch.document, Some(batch.layout), fresh)?);
    }
    super::audit::append(db, Entry::of_batch(batch, &outcomes).as_slice())?;
    Ok(outcomes)
}

/// Gives one change the next place of its document, if it may have one.
pub fn append_one(
    db: Db<'_>,
    document: &DocumentId,
    layout: Option<Layout>,
    fresh: &Fresh,
) -> Result<Appended, StoreError> {
    if let Some(row) = row_with(db, document, &fresh.hash)? {
        return Ok(Appended::Already(row));
    }
    let Some(head) = head(db, document)? else {
        return Ok(Appended::without(document));
    };
    match (&fresh.change, layout) {
        (Some(change), Some(layout)) => {
            if let Some(outcome) = super::gate::unfit(db, document, layout, fresh, change)? {
                return Ok(outcome);
            }
        }
        (None, _) if document.is_marks() => {}
        (None | Some(_), _) => return Ok(Appended::Refused(WhyRefused::NotAccepted)),
    }
    insert(db, document, head, fresh).map(Appended::Stored)
}

/// Puts a row at the next place.
fn insert(
    db: Db<'_>,
    document: &DocumentId,
    mut head: Head,
    fresh: &Fresh,
) -> Result<Row, StoreError> {
    head.seq_last += 1;
    head.sum.add(&fresh.hash);
    let (patient, key) = (document.patient.to_bytes(), document.to_bytes());
    let place: [&[u8]; 3] = [&key, &number(seq_column(head.seq_last)), &fresh.hash.0];
    let sealed = db.seal(&CHANGE, Owner::Patient(document.patient), &place, &fresh.bytes)?;
    let tail_bytes = i64::try_from(sealed.len()).unwrap_or(i64::MAX);
    let op_max = fresh.change.as_ref().map(|change| seq_column(change.max_op()));
    db.prepare_cached(
        "INSERT INTO changes (patient, document, seq, hash, bytes, account, device, received_at,
         receipt, op_max) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute((
        patient,
        &key,
        seq_column(head.seq_last),
        fresh.hash.0,
        sealed,
        fresh.sidecar.account.map(|account| account.to_bytes()),
        fresh.sidecar.device.map(|device| device.to_bytes()),
        fresh.sidecar.received_at.millis(),
        fresh.sidecar.receipt.0,
        op_max,
    ))?;
    db.prepare_cached(
        "UPDATE documents SET seq_last = ?3, sum = ?4, tail_bytes = tail_bytes + ?5
         WHERE patient = ?1 AND document = ?2",
    )?
    .execute((patient, &key, seq_column(head.seq_last), head.sum.0, tail_bytes))?;
    if let Some(change) = &fresh.change {
        super::gate::note(db, document, fresh.sidecar.account, change)?;
    }
    Ok(Row {
        seq: head.seq_last,
        hash: fresh.hash,
        sidecar: fresh.sidecar,
        bytes: fresh.bytes.clone().into(),
    })
}

/// The place of its newest row.
pub fn last_place(db: Db<'_>, document: &DocumentId) -> Result<u64, StoreError> {
    Ok(head(db, document)?.map_or(0, |head| head.seq_last))
}

fn head(db: Db<'_>, document: &DocumentId) -> Result<Option<Head>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT seq_last, sum FROM documents WHERE patient = ?1 AND document = ?2",
    )?;
    one(&mut find, (document.patient.to_bytes(), document.to_bytes()), |row| {
        Ok(Head { seq_last: row.seq()?, sum: Sum(row.take()?) })
    })
}
