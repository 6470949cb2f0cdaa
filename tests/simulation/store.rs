//! The server's store: one log per document, dense places in commit order, each method one
//! transaction.

use std::collections::{BTreeMap, BTreeSet};

use shared::document::{Actor, ChangeHash, DocumentId};
use shared::id::{AccountId, DeviceId};
use shared::sync::receipt::ReceiptKey;
use shared::sync::scope::Scope;
use shared::time::Timestamp;
use shared::wire::{Outcome, Receipt, Row, Sidecar, Sum, Summary, WhyRefused};

use crate::erasure::Erasures;
use crate::tier::{NotTaken, Tier};
use crate::world::REFUSED_MARK;

/// Rows of a log that is packed in short packs, and of such a pack.
const SHORT_LOG_ROWS: usize = 64;
const SHORT_PACK_ROWS: usize = 4;

/// What a backup holds.
#[derive(Clone)]
pub struct Store<T: Tier> {
    pub(super) logs: BTreeMap<DocumentId, Log<T>>,
    /// An actor belongs to the account that used it first.
    actors: BTreeMap<Actor, Option<AccountId>>,
    /// Changes of older epochs that were carried over or erased.
    pub(super) carried_over: BTreeSet<(DocumentId, ChangeHash)>,
    /// Kept in a second place: a backup that comes back does not bring back what was erased.
    pub erasures: Erasures,
}

#[derive(Clone)]
pub struct Log<T: Tier> {
    pub rows: Vec<Row>,
    places: BTreeMap<ChangeHash, usize>,
    sum: Sum,
    gate: T::Gate,
}

impl<T: Tier> Default for Store<T> {
    fn default() -> Self {
        let (logs, actors, carried_over, erasures) = Default::default();
        Self { logs, actors, carried_over, erasures }
    }
}

impl<T: Tier> Default for Log<T> {
    fn default() -> Self {
        let (rows, places, sum) = Default::default();
        Self { rows, places, sum, gate: T::Gate::default() }
    }
}

/// Who pushes, and when the server says that is.
pub struct Author<'a> {
    pub account: Option<AccountId>,
    pub device: Option<DeviceId>,
    pub now: Timestamp,
    pub receipts: &'a ReceiptKey,
}

impl<T: Tier> Store<T> {
    pub fn create(&mut self, document: DocumentId, now: Timestamp, key: &ReceiptKey) {
        self.logs.entry(document).or_default();
        if document.is_marks() {
            return;
        }
        let (_, bytes) = T::genesis(&document);
        let author = Author { account: None, device: None, now, receipts: key };
        self.append(&author, document, vec![bytes]);
    }

    pub fn log(&self, document: &DocumentId) -> Option<&Log<T>> {
        self.logs.get(document)
    }

    pub fn logs(&self) -> impl Iterator<Item = (&DocumentId, &Log<T>)> {
        self.logs.iter()
    }

    pub fn summaries(&self, scope: &Scope) -> Vec<Summary> {
        let readable = self.logs.iter().filter(|(key, _)| scope.may_read(key));
        readable
            .map(|(document, log)| Summary {
                document: *document,
                seq_last: log.rows.len() as u64,
                sum: log.sum,
            })
            .collect()
    }

    /// Rows after a place, as many as fit, and whether there are more.
    pub fn after(&self, document: &DocumentId, after: u64, goal: usize) -> (Vec<Row>, bool) {
        let Some(log) = self.logs.get(document) else {
            return (Vec::new(), false);
        };
        let start = usize::try_from(after).unwrap_or(usize::MAX);
        let rest = log.rows.get(start..).unwrap_or_default();
        let (mut rows, mut size) = (Vec::new(), 0);
        for row in rest.iter().filter(|row| !row.bytes.is_empty()) {
            if size > 0 && size + row.bytes.len() > goal {
                return (rows, true);
            }
            size += row.bytes.len();
            rows.push(row.clone());
        }
        (rows, false)
    }

    /// What a store that packs its logs has ready after a place. Packs of a short log are short, so that
    /// every schedule meets them; as it grows they are made anew.
    pub fn packed_after(
        &self,
        document: &DocumentId,
        after: u64,
        goal: usize,
    ) -> Option<(Vec<Row>, bool)> {
        let rows = &self.logs.get(document)?.rows;
        let is_short = rows.len() < SHORT_LOG_ROWS;
        let (mut first, mut size) = (0, 0);
        for (place, row) in rows.iter().enumerate() {
            size += row.bytes.len();
            let is_full = size >= goal || is_short && place + 1 - first >= SHORT_PACK_ROWS;
            if is_full && first as u64 == after {
                return Some((rows[first..=place].to_vec(), place + 1 < rows.len()));
            }
            if is_full {
                (first, size) = (place + 1, 0);
            }
        }
        None
    }

    pub fn hashes(&self, document: &DocumentId) -> Vec<ChangeHash> {
        let log = self.logs.get(document);
        log.map(|log| log.places.keys().copied().collect()).unwrap_or_default()
    }

    pub fn these(&self, document: &DocumentId, hashes: &[ChangeHash]) -> Vec<Row> {
        let Some(log) = self.logs.get(document) else {
            return Vec::new();
        };
        let wanted: BTreeSet<_> = hashes.iter().collect();
        let rows = log.rows.iter().filter(|row| !row.bytes.is_empty());
        rows.filter(|row| wanted.contains(&row.hash)).cloned().collect()
    }

    /// A fault to plant: what came last has its place and its hash, and no bytes any more.
    pub fn compact_too_early(&mut self) {
        for log in self.logs.values_mut() {
            if let Some(row) = log.rows.last_mut() {
                row.bytes = Vec::new().into();
            }
        }
    }

    /// One outcome a change, and the rows that are new.
    pub fn append(
        &mut self,
        author: &Author,
        document: DocumentId,
        changes: Vec<Vec<u8>>,
    ) -> (Vec<Outcome>, Vec<Row>) {
        let (mut outcomes, mut new) = (Vec::new(), Vec::new());
        for bytes in changes {
            let unsigned = Sidecar {
                account: author.account,
                device: author.device,
                received_at: author.now,
                receipt: Receipt([0; 16]),
            };
            let outcome =
                self.take(document, bytes, |hash| author.receipts.sign(&document, hash, unsigned));
            outcomes.push(match outcome {
                Ok((row, is_new)) => {
                    let outcome = stored(&row);
                    if is_new {
                        new.push(row);
                    }
                    outcome
                }
                Err(outcome) => outcome,
            });
        }
        (outcomes, new)
    }

    /// Rows whose receipts are ours, with their old sidecars. One outcome a row, and the rows that
    /// are new here. A document that a backup did not know is there again with its first row.
    pub fn restore(&mut self, document: DocumentId, rows: Vec<Row>) -> (Vec<Outcome>, Vec<Row>) {
        self.logs.entry(document).or_default();
        let mut outcomes = vec![Outcome::Missing; rows.len()];
        let mut new = Vec::new();
        // What builds on a row may have been offered before it: places are only a cache.
        loop {
            let before = new.len();
            for (row, outcome) in rows.iter().zip(&mut outcomes) {
                if *outcome != Outcome::Missing {
                    continue;
                }
                let sidecar = row.sidecar;
                let taken = self.take(document, row.bytes.to_vec(), |_| sidecar);
                *outcome = taken.as_ref().map_or_else(|no| *no, |(row, _)| stored(row));
                new.extend(taken.ok().filter(|(_, is_new)| *is_new).map(|(row, _)| row));
            }
            if new.len() == before {
                return (outcomes, new);
            }
        }
    }

    /// A row of marks, which the server alone writes.
    pub(super) fn take(
        &mut self,
        document: DocumentId,
        bytes: Vec<u8>,
        sidecar: impl FnOnce(&ChangeHash) -> Sidecar,
    ) -> Result<(Row, bool), Outcome> {
        let refused = |why| Err(Outcome::Refused { why });
        // A backup from before there was this document: whoever has it offers it.
        let Some(log) = self.logs.get_mut(&document) else {
            return Err(Outcome::Missing);
        };
        if document.is_marks() {
            let hash = shared::record::Mark::hash(&bytes);
            let place = log.places.get(&hash).copied();
            return match place {
                Some(place) => Ok((log.rows[place].clone(), false)),
                None => Ok((log.push(hash, bytes, sidecar(&hash)), true)),
            };
        }
        let Some(facts) = T::facts(&bytes).filter(|_| !is_marked(&bytes)) else {
            return refused(WhyRefused::NotAccepted);
        };
        if let Some(place) = log.places.get(&facts.hash) {
            return Ok((log.rows[*place].clone(), false));
        }
        if facts.entries.iter().any(|entry| self.erasures.holds(&document, entry)) {
            return refused(WhyRefused::Erased);
        }
        let sidecar = sidecar(&facts.hash);
        let owner = self.actors.entry(facts.actor).or_insert(sidecar.account);
        if *owner != sidecar.account {
            return refused(WhyRefused::NotAccepted);
        }
        let missing = |hash: &ChangeHash| !log.places.contains_key(hash);
        if facts.builds_on.iter().any(missing) {
            return Err(Outcome::Missing);
        }
        match T::admit(&mut log.gate, &document, &bytes) {
            Ok(()) => {}
            Err(NotTaken::Missing) => return Err(Outcome::Missing),
            Err(NotTaken::Refused) => return refused(WhyRefused::NotAccepted),
        }
        Ok((log.push(facts.hash, bytes, sidecar), true))
    }
}

pub fn stored(row: &Row) -> Outcome {
    Outcome::Stored {
        seq: row.seq,
        received_at: row.sidecar.received_at,
        receipt: row.sidecar.receipt,
    }
}

/// Stands for everything that the gate refuses.
fn is_marked(bytes: &[u8]) -> bool {
    let mark = REFUSED_MARK.as_bytes();
    bytes.windows(mark.len()).any(|part| part == mark)
}

impl<T: Tier> Log<T> {
    pub const fn sum(&self) -> Sum {
        self.sum
    }

    fn push(&mut self, hash: ChangeHash, bytes: Vec<u8>, sidecar: Sidecar) -> Row {
        let row = Row { seq: self.rows.len() as u64 + 1, hash, sidecar, bytes: bytes.into() };
        self.places.insert(hash, self.rows.len());
        self.sum.add(&hash);
        self.rows.push(row.clone());
        row
    }
}
