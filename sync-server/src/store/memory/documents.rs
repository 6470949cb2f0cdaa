//! The change log in memory.

use std::collections::BTreeMap;

use shared::document::gate::{Checked, Known, Rejected, Shape, admit};
use shared::document::{Actor, ChangeHash, DocumentId};
use shared::id::{AccountId, PatientId};
use shared::wire::{Row, Sum, Summary, WhyRefused};

use super::packs::Lain;
use super::{State, StoreError};
use crate::audit::Entry;
use crate::store::rows::{Appended, Batch, Fresh};

/// One document.
#[derive(Default, Clone)]
pub struct Log {
    pub rows: Vec<Row>,
    pub projected: u64,
    /// Their rows above have no bytes, once they are finished.
    pub packs: Vec<Lain>,
    /// What the gate knows of it; nothing for marks.
    known: Option<Known>,
    actors: BTreeMap<Actor, Option<AccountId>>,
}

impl Log {
    fn find(&self, hash: &ChangeHash) -> Option<Row> {
        self.rows.iter().find(|row| row.hash == *hash).map(|row| self.whole(row))
    }

    /// A row with its bytes, from where they lie.
    pub fn whole(&self, row: &Row) -> Row {
        if row.bytes.is_empty() { self.in_pack(row.seq) } else { row.clone() }
    }

    fn insert(&mut self, fresh: Fresh) -> Row {
        let seq = self.rows.len() as u64 + 1;
        let Fresh { hash, bytes, sidecar, change } = fresh;
        if let Some(change) = &change {
            self.actors.insert(change.actor(), sidecar.account);
            if let Some(known) = &mut self.known {
                known.note(change);
            }
        }
        let row = Row { seq, hash, sidecar, bytes: bytes.into() };
        self.rows.push(row.clone());
        row
    }

    fn unfit(
        &self,
        document: &DocumentId,
        change: &Checked,
        author: Option<AccountId>,
    ) -> Option<Appended> {
        if self.actors.get(&change.actor()).is_some_and(|owner| *owner != author) {
            return Some(Appended::Refused(WhyRefused::NotAllowed));
        }
        let shape = if document.writer().is_some() { Shape::Journal } else { Shape::Server };
        let Some(known) = &self.known else {
            return Some(Appended::Refused(WhyRefused::NotAccepted));
        };
        match admit(change.clone(), known, shape) {
            Ok(_) => None,
            Err(Rejected::Missing(_)) => Some(Appended::Missing),
            Err(_) => Some(Appended::Refused(WhyRefused::NotAccepted)),
        }
    }
}

pub fn create(
    state: &mut State,
    document: DocumentId,
    genesis: Option<Fresh>,
) -> Result<(), StoreError> {
    if state.documents.contains_key(&document) {
        return Ok(());
    }
    let mut log = Log::default();
    if let Some(genesis) = genesis {
        let change = genesis.change.as_ref().ok_or(StoreError::Damaged("a genesis"))?;
        let known = Known::with_genesis(change).map_err(|_| StoreError::Damaged("a genesis"))?;
        log.known = Some(known);
        log.insert(genesis);
    }
    state.documents.insert(document, log);
    Ok(())
}

pub fn summaries(state: &State, patients: &[PatientId]) -> Vec<Summary> {
    let mine = state.documents.iter().filter(|(document, _)| patients.contains(&document.patient));
    mine.map(|(document, log)| {
        let mut sum = Sum::default();
        log.rows.iter().for_each(|row| sum.add(&row.hash));
        Summary { document: *document, seq_last: log.rows.len() as u64, sum }
    })
    .collect()
}

pub fn rows_after(
    state: &State,
    document: &DocumentId,
    after: u64,
    bytes_goal: usize,
) -> (Vec<Row>, bool) {
    let Some(log) = state.documents.get(document) else {
        return (Vec::new(), false);
    };
    let (mut found, mut bytes) = (Vec::new(), 0);
    for row in log.rows.iter().filter(|row| row.seq > after) {
        if bytes >= bytes_goal {
            return (found, true);
        }
        let row = log.whole(row);
        bytes += row.bytes.len();
        found.push(row);
    }
    (found, false)
}

pub fn rows_with(
    state: &State,
    document: &DocumentId,
    hashes: &[ChangeHash],
    bytes_goal: usize,
) -> Vec<Row> {
    let Some(log) = state.documents.get(document) else {
        return Vec::new();
    };
    let (mut found, mut bytes) = (Vec::<Row>::new(), 0);
    for row in hashes.iter().filter_map(|hash| log.find(hash)) {
        if bytes >= bytes_goal {
            break;
        }
        bytes += row.bytes.len();
        found.push(row);
    }
    found.sort_by_key(|row| row.seq);
    found
}

pub fn hashes(state: &State, document: &DocumentId) -> Vec<ChangeHash> {
    let rows = state.documents.get(document).map_or(&[][..], |log| &log.rows);
    rows.iter().map(|row| row.hash).collect()
}

pub fn append(state: &mut State, batch: Batch) -> Result<Vec<Appended>, StoreError> {
    if let Some(reply) = &batch.reply {
        let key = (reply.author, reply.key.clone());
        if let Some(before) = state.worklist.replies.get(&key) {
            return Ok(vec![Appended::RepliedBefore(*before)]);
        }
        state.worklist.replies.insert(key, reply.entry);
    }
    let mut outcomes = Vec::new();
    for fresh in &batch.changes {
        outcomes.push(append_one(state, &batch.document, fresh.clone()));
    }
    state.audit.append(Entry::of_batch(&batch, &outcomes).as_slice());
    Ok(outcomes)
}

pub fn append_one(state: &mut State, document: &DocumentId, fresh: Fresh) -> Appended {
    let Some(log) = state.documents.get_mut(document) else {
        return Appended::without(document);
    };
    if let Some(row) = log.find(&fresh.hash) {
        return Appended::Already(row);
    }
    let unfit = match &fresh.change {
        Some(change) => log.unfit(document, change, fresh.sidecar.account),
        None if document.is_marks() => None,
        None => Some(Appended::Refused(WhyRefused::NotAccepted)),
    };
    unfit.unwrap_or_else(|| Appended::Stored(log.insert(fresh)))
}
