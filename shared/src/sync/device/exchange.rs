//! What do they lack, what do I lack: comparing, pulling and offering, until both hold the same.

use super::line::Link;
use super::{Device, Documents, Effect, Event, FRUITLESS_ROUNDS_MAX, InFlight, Line, Notice};
use crate::arrange::Arrange;
use crate::document::{DocumentId, Kind, Unreadable};
use crate::id::Rng;
use crate::record::Mark;
use crate::sync::planted::Planted;
use crate::sync::stored::{RowKey, Standing, Stored, Write};
use crate::time::Timestamp;
use crate::wire::{FRAME_TO_SERVER_BYTES_MAX, HASHES_MAX, Row, Summary, ToDevice, ToServer};

use super::RETRY_MILLIS_MIN;

/// Bytes of changes in one push or offer: half a frame, because every row brings more than bytes.
pub(super) const CHANGES_BYTES_MAX: usize = FRAME_TO_SERVER_BYTES_MAX / 2;

/// Pulls that are under way at once. What a cut line loses is at most their answers, and with two
/// the line is not idle between them.
const PULLS_MAX: usize = 2;

/// What a document waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Busy {
    /// Its turn to be pulled.
    Queued,
    /// Rows after this place.
    Pulling { after: u64 },
    /// What the server lacks of what is held here.
    Comparing,
    /// What became of rows that were offered back.
    Offering,
}

impl<D: Documents> Device<D> {
    pub(super) fn received(
        &mut self,
        now: Timestamp,
        rng: &mut dyn Rng,
        message: ToDevice,
        out: &mut Vec<Effect>,
    ) {
        let Link::Open(open) = &mut self.link else {
            return;
        };
        open.heard();
        match message {
            ToDevice::Welcome { same, version: _ } => {
                open.welcomed = true;
                open.unequal = !same;
                self.retry_millis = RETRY_MILLIS_MIN;
                self.all_is_here(same, out);
            }
            ToDevice::TooOld { version_min: _ } => {
                self.line = Line::TooOld;
                self.link = Link::Closed;
                out.extend([Effect::HangUp, Effect::Tell(Notice::Line(Line::TooOld))]);
            }
            ToDevice::Summaries { documents } => self.compare(&documents, out),
            ToDevice::Taken { number, outcomes } => self.taken(number, &outcomes, rng, out),
            ToDevice::Rows { document, rows, more } => {
                self.rows(now, document, rows, more, rng, out)
            }
            ToDevice::Lacks { document, hashes } => self.lacks(now, document, &hashes, rng, out),
            ToDevice::Pong { same } => {
                open.unequal = !same;
                self.all_is_here(same, out);
            }
            ToDevice::Offered { document, not_back } => {
                self.offered(document, &not_back, rng, out);
            }
            ToDevice::Closed { document, why } => self.closed(now, document, why, rng, out),
            ToDevice::Revoked => self.revoked(out),
        }
    }

    /// What each document needs until both sides hold the same of it.
    fn compare(&mut self, summaries: &[Summary], out: &mut Vec<Effect>) {
        let Link::Open(open) = &mut self.link else {
            return;
        };
        open.whole.clear();
        open.rounds += 1;
        if open.rounds > FRUITLESS_ROUNDS_MAX {
            return;
        }
        for summary in summaries {
            let held = self.held.get(&summary.document);
            let sum = held.map_or_else(Default::default, |held| held.sum);
            if sum == summary.sum {
                open.whole.insert(summary.document);
            }
            if sum == summary.sum || open.busy.contains_key(&summary.document) {
                continue;
            }
            let document = summary.document;
            let after = held.map_or(0, |held| held.seq_last);
            if summary.seq_last > after && !open.in_vain.contains(&document) {
                open.busy.insert(document, Busy::Queued);
            } else if !self.soil.has(Planted::PlaceTrusted) {
                open.busy.insert(document, Busy::Comparing);
                out.push(holds(document, held));
            }
        }
        // A server that went back in time does not even know that these exist.
        for (document, held) in &self.held {
            let known = summaries.iter().any(|summary| summary.document == *document);
            if !known && !held.accepted.is_empty() && !open.busy.contains_key(document) {
                open.busy.insert(*document, Busy::Comparing);
                out.push(holds(*document, Some(held)));
            }
        }
        open.unequal = !open.busy.is_empty();
        let queued = open.busy.iter().filter(|(_, busy)| **busy == Busy::Queued);
        let queued = queued.map(|(document, _)| *document).collect();
        self.more_is_there(queued, out);
    }

    /// Said on the disk before the rows come: a first sync may end in the middle.
    fn more_is_there(&mut self, documents: Vec<DocumentId>, out: &mut Vec<Effect>) {
        let new = documents.into_iter().filter(|document| self.incomplete.insert(*document));
        let put = new.map(|document| Write::Put(Stored::Incomplete { document }));
        let writes: Vec<_> = put.collect();
        self.note(writes, out);
    }

    fn all_is_here(&mut self, same: bool, out: &mut Vec<Effect>) {
        if same {
            let whole = std::mem::take(&mut self.incomplete).into_iter();
            let remove = whole.map(|document| Write::Remove(RowKey::Incomplete(document)));
            let writes: Vec<_> = remove.collect();
            self.note(writes, out);
        }
    }

    /// Nothing of it is still to come.
    pub(super) fn is_complete(&mut self, document: &DocumentId, out: &mut Vec<Effect>) {
        if self.incomplete.remove(document) {
            self.note(vec![Write::Remove(RowKey::Incomplete(*document))], out);
        }
    }

    fn note(&mut self, writes: Vec<Write>, out: &mut Vec<Effect>) {
        if !writes.is_empty() {
            self.store(InFlight::Noted, Vec::new(), writes, out);
            out.push(Effect::Tell(Notice::Changed));
        }
    }

    /// What is read first is pulled first: who this is about, the last two years, what people wrote,
    /// then year by year into the past.
    pub(super) fn pull_next(&mut self, out: &mut Vec<Effect>) {
        let Link::Open(open) = &mut self.link else {
            return;
        };
        let pulling =
            open.busy.values().filter(|busy| matches!(busy, Busy::Pulling { .. })).count();
        let queued = open.busy.iter().filter(|(_, busy)| **busy == Busy::Queued);
        let mut queued: Vec<_> = queued.map(|(document, _)| *document).collect();
        let years = self.held.keys().chain(&queued).filter_map(|document| document.kind.year());
        let newest = years.max().unwrap_or_default();
        queued.arrange_by_key(|document| match document.kind.year() {
            None if document.kind == Kind::ChartCore => (0, 0, *document),
            Some(year) if year.saturating_add(1) >= newest => (1, newest - year, *document),
            None => (2, 0, *document),
            Some(year) => (3, newest - year, *document),
        });
        for document in queued.into_iter().take(PULLS_MAX.saturating_sub(pulling)) {
            let after = self.held.get(&document).map_or(0, |held| held.seq_last);
            open.busy.insert(document, Busy::Pulling { after });
            out.push(Effect::Send(ToServer::Pull { document, after }));
        }
    }

    fn rows(
        &mut self,
        now: Timestamp,
        document: DocumentId,
        rows: Vec<Row>,
        more: bool,
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        let places = rows.iter().map(|row| row.seq);
        let (first, last) = (places.clone().min(), places.max());
        let known = self.held.get(&document).map_or(0, |held| held.seq_last);
        let gap = first.is_some_and(|first| first > known + 1);
        let is_news = self.accept(document, rows, rng, out);
        let Link::Open(open) = &mut self.link else {
            return;
        };
        if is_news {
            open.in_vain.remove(&document);
        }
        let after = match (open.busy.get(&document), last) {
            // The end of a comparison says what is to be done next.
            // Or its turn comes.
            (Some(Busy::Queued | Busy::Comparing | Busy::Offering), _) => return,
            // News, while the answer is still to come: places are dense, and an answer begins behind what was asked.
            (Some(Busy::Pulling { after }), _) if first.is_some_and(|first| first > after + 1) => {
                return;
            }
            (_, Some(last)) if more => last,
            (None, Some(_)) if gap => known,
            (None, _) => return,
            (Some(Busy::Pulling { .. }), _) => {
                open.busy.remove(&document);
                if !is_news {
                    open.in_vain.insert(document);
                }
                let is_last = open.busy.is_empty();
                self.is_complete(&document, out);
                if is_last {
                    self.ping(now, out);
                }
                return;
            }
        };
        open.busy.insert(document, Busy::Pulling { after });
        out.push(Effect::Send(ToServer::Pull { document, after }));
    }

    /// Takes rows that the server has for this device, onto the disk and into the document. Whether
    /// there were any.
    fn accept(
        &mut self,
        document: DocumentId,
        rows: Vec<Row>,
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) -> bool {
        if rows.is_empty() {
            return false;
        }
        let held = self.held.entry(document).or_default();
        held.take_up_again();
        held.correct_places(&rows);
        let is_new = |row: &Row| !held.accepted.contains_key(&row.hash);
        let mut new: Vec<Row> = rows.into_iter().filter(is_new).collect();
        if !self.soil.has(Planted::NothingLookedAt) {
            let before = new.len();
            new.retain(|row| match document.is_marks() {
                true => Mark::hash(&row.bytes) == row.hash,
                false => self.documents.passes(&document, &row.hash, &row.bytes),
            });
            if new.len() < before {
                out.push(Effect::Tell(Notice::Damaged(document)));
            }
        }
        if new.is_empty() {
            return false;
        }
        if !document.is_marks() && self.read_into(&document, &new) == Err(Unreadable::Damaged) {
            // Perhaps it is what was minted here that does not fit: it can be made anew.
            let accepted = self.held[&document].accepted_changes();
            let theirs: Vec<&[u8]> = accepted.chain(new.iter().map(|row| &row.bytes[..])).collect();
            if self.documents.open(&document, &theirs) == Err(Unreadable::Damaged) {
                out.push(Effect::Tell(Notice::Damaged(document)));
                self.open_again(&document, out);
                return false;
            }
            self.take_accepted(document, new, out);
            self.mint_again(document, &[], rng, out);
            return true;
        }
        self.take_accepted(document, new, out);
        true
    }

    fn read_into(&mut self, document: &DocumentId, new: &[Row]) -> Result<(), Unreadable> {
        let bytes = new.iter().map(|row| &row.bytes[..]);
        if self.documents.is_open(document) {
            let bytes: Vec<_> = bytes.collect();
            return self.documents.apply(document, &bytes);
        }
        let held = self.held[document].changes();
        let minting = InFlight::minting(&self.batches, document);
        let all: Vec<_> = held.into_iter().chain(minting).chain(bytes).collect();
        self.documents.open(document, &all)
    }

    pub(super) fn take_accepted(
        &mut self,
        document: DocumentId,
        rows: Vec<Row>,
        out: &mut Vec<Effect>,
    ) {
        let held = self.held.entry(document).or_default();
        let (mut writes, mut hashes) = (Vec::new(), Vec::new());
        for row in rows {
            held.accept(&row);
            hashes.push(row.hash);
            writes.push(put(document, row));
        }
        if writes.is_empty() {
            return;
        }
        if let Link::Open(open) = &mut self.link {
            open.rounds = 0;
        }
        self.store(InFlight::Cache { document, hashes }, Vec::new(), writes, out);
        out.push(Effect::Tell(Notice::Changed));
    }

    /// The server does not have what these build on. Perhaps it lost it and this device can offer
    /// it; if not even that helps, they are minted anew.
    pub(super) fn missing(&mut self, document: DocumentId, out: &mut Vec<Effect>) {
        let Link::Open(open) = &mut self.link else {
            return;
        };
        let stuck = open.stuck.entry(document).or_default();
        if !stuck.waits {
            stuck.times += 1;
            stuck.waits = true;
        }
        open.rounds += 1;
        if open.rounds > FRUITLESS_ROUNDS_MAX {
            return;
        }
        // Rows that are being pulled are of no help to the server.
        if matches!(open.busy.get(&document), None | Some(Busy::Queued | Busy::Pulling { .. })) {
            open.busy.insert(document, Busy::Comparing);
            out.push(holds(document, self.held.get(&document)));
        }
    }
}

/// An accepted change for the disk.
pub(super) fn put(document: DocumentId, row: Row) -> Write {
    let standing = Standing::Accepted { seq: row.seq, sidecar: row.sidecar };
    let (hash, bytes) = (row.hash, row.bytes);
    Write::Put(Stored::Change { document, hash, bytes, standing })
}

pub(super) fn holds(document: DocumentId, held: Option<&super::Held>) -> Effect {
    let hashes = held.into_iter().flat_map(|held| held.accepted.keys());
    let hashes = hashes.copied().take(HASHES_MAX).collect();
    Effect::Send(ToServer::Holds { document, hashes })
}

/// So that a hub can hand frames over without naming the event.
impl From<ToDevice> for Event {
    fn from(message: ToDevice) -> Self {
        Self::Received(message)
    }
}
