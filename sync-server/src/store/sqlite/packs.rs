//! Packs in SQLite, and the bytes of rows that are in them.

use shared::document::{ChangeHash, DocumentId};
use shared::wire::Row;
use shared::wire::pack::Pack;

use super::columns::{all, one, seq_column};
use super::documents;
use super::sealed::{Db, PACK, number};
use super::{SqliteStore, StoreError};
use crate::sealing::Owner;
use crate::store::Answer;
use crate::store::packs::{DAMAGED, LongLog, NewPack, PackPlace, PackStore, Sent, Tail, Verified};

/// What is in `frame`: deflated rows of the first version of the wire. Bound to each pack, and read
/// for good.
const FORMAT: i64 = 1;

impl PackStore for SqliteStore {
    fn sent_after(&self, document: DocumentId, after: u64, bytes_goal: usize) -> Answer<'_, Sent> {
        self.read(move |db| sent_after(db, &document, after, bytes_goal))
    }
    fn long_logs(
        &self,
        tail: Tail,
        after: Option<DocumentId>,
        logs_max: usize,
    ) -> Answer<'_, Vec<LongLog>> {
        self.read(move |db| long_logs(db, tail, after.as_ref(), logs_max))
    }
    fn write_pack(&self, new: NewPack) -> Answer<'_, ()> {
        self.write(move |db| write(db, &new))
    }
    fn verify_pack(&self, place: PackPlace) -> Answer<'_, Option<Verified>> {
        // A reader: it sees what was committed, not what the writer still holds in its hands.
        self.read(move |db| verify(db, place))
    }
    fn finish_pack(&self, verified: Verified) -> Answer<'_, bool> {
        self.write(move |db| finish(db, verified.place()))
    }
    fn discard_pack(&self, place: PackPlace) -> Answer<'_, ()> {
        self.write(move |db| discard(db, place))
    }
}

/// A pack as it lies.
struct Lying {
    place: PackPlace,
    format: i64,
    frame: Vec<u8>,
}

const LYING: &str = "seq_first, seq_last, format, frame";

impl Lying {
    fn open(&self, db: Db<'_>) -> Result<Pack, StoreError> {
        let PackPlace { document, first, last } = &self.place;
        let (first, last) = (number(seq_column(*first)), number(seq_column(*last)));
        let row: [&[u8]; 4] = [&document.to_bytes(), &first, &last, &number(self.format)];
        let owner = Owner::Patient(document.patient);
        db.open(&PACK, owner, &row, &self.frame).map(Pack::from_bytes)
    }

    fn rows(&self, db: Db<'_>) -> Result<Vec<Row>, StoreError> {
        let (_, rows) = self.open(db)?.rows().map_err(|_| DAMAGED)?;
        Ok(rows)
    }
}

/// The finished pack that holds this row.
fn holding(db: Db<'_>, document: &DocumentId, seq: u64) -> Result<Option<Lying>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {LYING} FROM packs
         WHERE patient = ?1 AND document = ?2 AND seq_last >= ?3 AND finished = 1
         ORDER BY seq_last LIMIT 1"
    ))?;
    let key = (document.patient.to_bytes(), document.to_bytes(), seq_column(seq));
    let found = one(&mut find, key, |row| {
        let place = PackPlace { document: *document, first: row.seq()?, last: row.seq()? };
        Ok(Lying { place, format: row.take()?, frame: row.take()? })
    })?;
    Ok(found.filter(|lying| lying.place.first <= seq))
}

/// Opens packs of one document while rows of it are read. The last one stays open: neighbours are asked
/// for together.
pub struct Packs<'a> {
    db: Db<'a>,
    document: &'a DocumentId,
    open: Vec<Row>,
}

impl<'a> Packs<'a> {
    pub const fn of(db: Db<'a>, document: &'a DocumentId) -> Self {
        Self { db, document, open: Vec::new() }
    }

    /// The bytes of a row that has none of its own.
    pub fn bytes(&mut self, seq: u64, hash: &ChangeHash) -> Result<Vec<u8>, StoreError> {
        if self.find(seq).is_none() {
            let lying = holding(self.db, self.document, seq)?.ok_or(DAMAGED)?;
            self.open = lying.rows(self.db)?;
        }
        let found = self.find(seq).filter(|row| row.hash == *hash);
        found.map(|row| row.bytes.to_vec()).ok_or(DAMAGED)
    }

    fn find(&self, seq: u64) -> Option<&Row> {
        self.open.binary_search_by_key(&seq, |row| row.seq).ok().map(|at| &self.open[at])
    }
}

/// The rows after a place that are in the pack which holds the next one, and where that pack ends.
pub fn rows_after(
    db: Db<'_>,
    document: &DocumentId,
    after: u64,
) -> Result<Option<(Vec<Row>, u64)>, StoreError> {
    let Some(lying) = holding(db, document, after.saturating_add(1))? else {
        return Ok(None);
    };
    let mut rows = lying.rows(db)?;
    rows.retain(|row| row.seq > after);
    Ok(Some((rows, lying.place.last)))
}

fn sent_after(
    db: Db<'_>,
    document: &DocumentId,
    after: u64,
    bytes_goal: usize,
) -> Result<Sent, StoreError> {
    let Some(lying) = holding(db, document, after.saturating_add(1))? else {
        let (rows, more) = documents::rows_after(db, document, after, bytes_goal)?;
        return Ok(Sent::Rows(rows, more));
    };
    let more = lying.place.last < documents::last_place(db, document)?;
    if lying.place.first == after + 1 {
        return Ok(Sent::Pack(lying.open(db)?, more));
    }
    // From within a pack only to its end: what comes then is sent as it lies.
    let mut rows = lying.rows(db)?;
    rows.retain(|row| row.seq > after);
    Ok(Sent::Rows(rows, more))
}

fn long_logs(
    db: Db<'_>,
    tail: Tail,
    after: Option<&DocumentId>,
    logs_max: usize,
) -> Result<Vec<LongLog>, StoreError> {
    // All documents are looked at, a moment for a clinic's; an index would cost each message.
    let mut find = db.prepare_cached(
        "SELECT d.document, d.packed,
             (SELECT seq_first FROM packs p WHERE p.patient = d.patient AND p.document = d.document
              AND p.seq_last = d.packed AND finished = 1),
             (SELECT weight FROM packs p WHERE p.patient = d.patient AND p.document = d.document
              AND p.seq_last = d.packed AND finished = 1),
             b.seq_first, b.seq_last
         FROM documents d
         LEFT JOIN packs b ON b.patient = d.patient AND b.document = d.document AND b.finished = 0
         WHERE (d.patient, d.document) > (?1, ?2)
             AND (d.seq_last - packed >= ?3 OR tail_bytes >= ?4 OR b.seq_first IS NOT NULL)
         GROUP BY d.patient, d.document ORDER BY d.patient, d.document LIMIT ?5",
    )?;
    let (patient, key) = after.map_or_else(Default::default, |after| {
        (after.patient.to_bytes().to_vec(), after.to_bytes())
    });
    let logs_max = i64::try_from(logs_max).unwrap_or(i64::MAX);
    let bounds = (patient, key, seq_column(tail.rows), seq_column(tail.bytes), logs_max);
    all(&mut find, bounds, |row| {
        let (document, packed) = (row.document()?, row.seq()?);
        let last: (Option<i64>, Option<i64>) = (row.take()?, row.take()?);
        let begun: (Option<i64>, Option<i64>) = (row.take()?, row.take()?);
        let place = |number: i64| u64::try_from(number).map_err(|_| DAMAGED);
        let last = last.0.zip(last.1).map(|(first, weight)| {
            let weight = usize::try_from(weight).map_err(|_| DAMAGED)?;
            Ok::<_, StoreError>((place(first)?, weight))
        });
        let begun = begun.0.zip(begun.1).map(|(first, last)| {
            Ok::<_, StoreError>(PackPlace { document, first: place(first)?, last: place(last)? })
        });
        Ok(LongLog { document, packed, last: last.transpose()?, begun: begun.transpose()? })
    })
}

pub fn write(db: Db<'_>, new: &NewPack) -> Result<(), StoreError> {
    let NewPack { place: PackPlace { document, first, last }, weight, pack } = new;
    let (first, last, key) = (seq_column(*first), seq_column(*last), document.to_bytes());
    let row: [&[u8]; 4] = [&key, &number(first), &number(last), &number(FORMAT)];
    let frame = db.seal(&PACK, Owner::Patient(document.patient), &row, pack.bytes())?;
    let weight = i64::try_from(*weight).unwrap_or(i64::MAX);
    db.prepare_cached(
        "INSERT INTO packs (patient, document, seq_first, seq_last, format, weight, frame)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
    )?
    .execute((document.patient.to_bytes(), key, first, last, FORMAT, weight, frame))?;
    Ok(())
}

fn verify(db: Db<'_>, place: PackPlace) -> Result<Option<Verified>, StoreError> {
    let PackPlace { document, first, last } = place;
    let mut find = db.prepare_cached(&format!(
        "SELECT {LYING} FROM packs
         WHERE patient = ?1 AND document = ?2 AND seq_first = ?3 AND seq_last = ?4"
    ))?;
    let bounds = (seq_column(first), seq_column(last));
    let key = (document.patient.to_bytes(), document.to_bytes(), bounds.0, bounds.1);
    let lying = one(&mut find, key, |row| {
        let place = PackPlace { document, first: row.seq()?, last: row.seq()? };
        Ok(Lying { place, format: row.take()?, frame: row.take()? })
    })?;
    // What does not even open is no reason to stop: its rows have their bytes, and it is made anew.
    let Some(packed) = lying.and_then(|lying| lying.open(db).ok()?.rows().ok()) else {
        return Ok(None);
    };
    let rows = documents::rows_between(db, &document, first, last)?;
    Ok(Verified::compared(place, &packed, &rows))
}

pub fn finish(db: Db<'_>, place: PackPlace) -> Result<bool, StoreError> {
    let PackPlace { document, first, last } = place;
    let (patient, key) = (document.patient.to_bytes(), document.to_bytes());
    let (first, last) = (seq_column(first), seq_column(last));
    let rows = (patient, &key, first, last);
    // Packs follow each other: this one on the one before it, or in the place of the last ones.
    let follows = db
        .prepare_cached(
            "SELECT 1 FROM documents WHERE patient = ?1 AND document = ?2
             AND packed >= ?3 - 1 AND packed < ?4 AND NOT EXISTS (
                 SELECT 1 FROM packs WHERE patient = ?1 AND document = ?2
                 AND finished = 1 AND seq_first < ?3 AND seq_last >= ?3)",
        )?
        .exists(rows)?;
    if !follows {
        return Ok(false);
    }
    let finished = db
        .prepare_cached(
            "UPDATE packs SET finished = 1 WHERE patient = ?1 AND document = ?2
             AND seq_first = ?3 AND seq_last = ?4 AND finished = 0",
        )?
        .execute(rows)?;
    if finished == 0 {
        return Ok(false);
    }
    db.prepare_cached(
        "DELETE FROM packs WHERE patient = ?1 AND document = ?2 AND seq_first >= ?3
         AND seq_last <= ?4 AND NOT (seq_first = ?3 AND seq_last = ?4)",
    )?
    .execute(rows)?;
    db.prepare_cached(
        "UPDATE changes SET bytes = x'' WHERE patient = ?1 AND document = ?2
         AND seq BETWEEN ?3 AND ?4",
    )?
    .execute(rows)?;
    db.prepare_cached(
        "UPDATE documents SET packed = ?3, tail_bytes = (
             SELECT coalesce(sum(length(bytes)), 0) FROM changes c
             WHERE c.patient = ?1 AND c.document = ?2 AND c.seq > ?3)
         WHERE patient = ?1 AND document = ?2",
    )?
    .execute((patient, &key, last))?;
    Ok(true)
}

fn discard(db: Db<'_>, place: PackPlace) -> Result<(), StoreError> {
    let PackPlace { document, first, last } = place;
    let bounds = (seq_column(first), seq_column(last));
    db.prepare_cached(
        "DELETE FROM packs WHERE patient = ?1 AND document = ?2 AND seq_first = ?3
         AND seq_last = ?4 AND finished = 0",
    )?
    .execute((document.patient.to_bytes(), document.to_bytes(), bounds.0, bounds.1))?;
    Ok(())
}

/// Beside opening each: that every pack says what its rows say of themselves, and that every row
/// without bytes is in one.
pub fn check(db: Db<'_>) -> Result<(), StoreError> {
    let mut bare = db.prepare(
        "SELECT 1 FROM changes c WHERE length(bytes) = 0 AND NOT EXISTS (
             SELECT 1 FROM packs p WHERE p.patient = c.patient AND p.document = c.document
             AND finished = 1 AND p.seq_first <= c.seq AND p.seq_last >= c.seq)",
    )?;
    if bare.exists([])? {
        return Err(StoreError::Damaged("changes"));
    }
    let mut find = db.prepare(&format!("SELECT document, {LYING} FROM packs"))?;
    let mut packs = find.query([])?;
    while let Some(row) = packs.next()? {
        let mut columns = super::columns::Columns::of(row);
        let document = columns.document()?;
        let place = PackPlace { document, first: columns.seq()?, last: columns.seq()? };
        let lying = Lying { place, format: columns.take()?, frame: columns.take()? };
        let said = documents::said_between(db, &document, place.first, place.last)?;
        let of_pack = lying.rows(db)?;
        let is_same = of_pack.iter().map(|row| (row.seq, row.hash, row.sidecar)).eq(said);
        if !is_same || !of_pack.iter().map(|row| row.seq).eq(place.first..=place.last) {
            return Err(DAMAGED);
        }
    }
    Ok(())
}
