//! One connection: greet, compare, pull, push, offer, and notice when it is dead.

use super::{
    DEAD_AFTER_MILLIS, DEAD_AFTER_WAKE_MILLIS, Device, Documents, Effect, Event,
    FRUITLESS_ROUNDS_MAX, InFlight, Line, Link, Notice, Open, PING_AFTER_MILLIS, RETRY_MILLIS_MAX,
    RETRY_MILLIS_MIN,
};
use crate::document::{Actor, ChangeHash, DocumentId, Unreadable};
use crate::id::Rng;
use crate::sync::stored::{RowKey, Standing, Stored, Write};
use crate::time::Timestamp;
use crate::wire::{
    Digest, FRAME_TO_SERVER_BYTES_MAX, HASHES_MAX, Outcome, PUSH_CHANGES_MAX, Row, Sidecar,
    Summary, ToDevice, ToServer, VERSION, VERSION_OLDEST, WhyRefused,
};

/// Bytes of changes in one push or offer: half a frame, because every row brings more than bytes.
const CHANGES_BYTES_MAX: usize = FRAME_TO_SERVER_BYTES_MAX / 2;

impl<D: Documents> Device<D> {
    pub(super) fn lead(&mut self, leading: bool, out: &mut Vec<Effect>) {
        self.leading = leading;
        match (leading, &self.link) {
            (true, Link::Closed) => self.connect(out),
            (false, Link::Opening | Link::Open(_)) => {
                self.link = Link::Closed;
                out.push(Effect::HangUp);
            }
            (true, Link::Opening | Link::Open(_)) | (false, Link::Closed) => {}
        }
    }

    pub(super) fn connected(&mut self, now: Timestamp, rng: &mut dyn Rng, out: &mut Vec<Effect>) {
        if !self.leading {
            out.push(Effect::HangUp);
            return;
        }
        self.link = Link::Open(Box::new(Open::new(Actor::fresh(rng), now)));
        let digest = self.digest();
        let hello = ToServer::Hello {
            version_min: VERSION_OLDEST,
            version_max: VERSION,
            digest,
        };
        out.push(Effect::Send(hello));
        out.push(Effect::WakeAt(now.plus_millis(DEAD_AFTER_MILLIS)));
    }

    pub(super) fn disconnected(
        &mut self,
        now: Timestamp,
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        self.link = Link::Closed;
        if !self.leading || self.line == Line::TooOld {
            return;
        }
        // Half of it is chance: devices that lost one server must not come back as one.
        let half = self.retry_millis / 2;
        let chance = rng.u64() % half.unsigned_abs().max(1);
        let wait = half.saturating_add_unsigned(chance);
        self.retry_millis = (self.retry_millis * 2).min(RETRY_MILLIS_MAX);
        out.push(Effect::WakeAt(now.plus_millis(wait)));
    }

    pub(super) fn timer(&mut self, now: Timestamp, rng: &mut dyn Rng, out: &mut Vec<Effect>) {
        let digest = self.digest();
        match &mut self.link {
            Link::Closed if self.leading && self.line != Line::TooOld => self.connect(out),
            Link::Closed | Link::Opening => {}
            Link::Open(open) => {
                // A clock that was set back must not make a dead line look alive.
                open.heard_at = open.heard_at.min(now);
                open.pinged_at = open.pinged_at.map(|at| at.min(now));
                let silent = now.millis_since(open.heard_at);
                match open.pinged_at {
                    Some(at) if now.millis_since(at) >= open.patience_millis => {
                        out.push(Effect::HangUp);
                        self.disconnected(now, rng, out);
                    }
                    Some(at) => {
                        out.push(Effect::WakeAt(at.plus_millis(open.patience_millis)));
                    }
                    None if silent >= PING_AFTER_MILLIS => {
                        open.rounds = 0;
                        open.ping(now, DEAD_AFTER_MILLIS, digest, out);
                    }
                    None => {
                        out.push(Effect::WakeAt(open.heard_at.plus_millis(PING_AFTER_MILLIS)));
                    }
                }
            }
        }
    }

    pub(super) fn woke(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        let digest = self.digest();
        match &mut self.link {
            Link::Closed if self.leading && self.line != Line::TooOld => {
                self.retry_millis = RETRY_MILLIS_MIN;
                self.connect(out);
            }
            Link::Closed | Link::Opening => {}
            Link::Open(open) => open.ping(now, DEAD_AFTER_WAKE_MILLIS, digest, out),
        }
    }

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
        open.heard_at = now;
        open.pinged_at = None;
        match message {
            ToDevice::Welcome { same, version: _ } => {
                open.welcomed = true;
                open.unequal = !same;
                self.retry_millis = RETRY_MILLIS_MIN;
            }
            ToDevice::TooOld { version_min: _ } => {
                self.line = Line::TooOld;
                self.link = Link::Closed;
                out.extend([Effect::HangUp, Effect::Tell(Notice::Line(Line::TooOld))]);
            }
            ToDevice::Summaries { documents } => self.compare(&documents, out),
            ToDevice::Taken { number, outcomes } => self.taken(number, &outcomes, rng, out),
            ToDevice::Rows {
                document,
                rows,
                more,
            } => self.rows(now, document, rows, more, out),
            ToDevice::Lacks { document, hashes } => self.lacks(now, document, &hashes, out),
            ToDevice::Pong { same } => open.unequal = !same,
        }
    }

    /// What each document needs until both sides hold the same of it.
    fn compare(&mut self, summaries: &[Summary], out: &mut Vec<Effect>) {
        let Link::Open(open) = &mut self.link else {
            return;
        };
        open.rounds += 1;
        if open.rounds > FRUITLESS_ROUNDS_MAX {
            return;
        }
        for summary in summaries {
            let (sum, seq_last) = self
                .held
                .get(&summary.document)
                .map_or_else(Default::default, |held| (held.sum, held.seq_last));
            if sum == summary.sum {
                continue;
            }
            open.busy.insert(summary.document);
            if summary.seq_last > seq_last {
                let pull = ToServer::Pull {
                    document: summary.document,
                    after: seq_last,
                };
                out.push(Effect::Send(pull));
            } else if let Some(held) = self.held.get(&summary.document) {
                out.push(holds(summary.document, held));
            }
        }
        // A server that went back in time does not even know that these exist.
        for (document, held) in &self.held {
            let known = summaries
                .iter()
                .any(|summary| summary.document == *document);
            if !known && !held.accepted.is_empty() {
                open.busy.insert(*document);
                out.push(holds(*document, held));
            }
        }
        if open.busy.is_empty() {
            open.unequal = false;
        }
    }

    fn rows(
        &mut self,
        now: Timestamp,
        document: DocumentId,
        rows: Vec<Row>,
        more: bool,
        out: &mut Vec<Effect>,
    ) {
        let last = rows.iter().map(|row| row.seq).max();
        let known = self.held.get(&document).map_or(0, |held| held.seq_last);
        let gap = rows
            .iter()
            .map(|row| row.seq)
            .min()
            .is_some_and(|first| first > known + 1);
        self.accept(document, rows, out);
        let digest = self.digest();
        let Link::Open(open) = &mut self.link else {
            return;
        };
        let was_busy = open.busy.contains(&document);
        match last {
            Some(after) if more => {
                open.busy.insert(document);
                out.push(Effect::Send(ToServer::Pull { document, after }));
            }
            Some(_) if gap && !was_busy => {
                open.busy.insert(document);
                out.push(Effect::Send(ToServer::Pull {
                    document,
                    after: known,
                }));
            }
            Some(_) | None => {
                open.busy.remove(&document);
                if was_busy && open.busy.is_empty() {
                    open.ping(now, DEAD_AFTER_MILLIS, digest, out);
                }
            }
        }
    }

    /// Takes rows that the server has for this device, onto the disk and into the document.
    fn accept(&mut self, document: DocumentId, rows: Vec<Row>, out: &mut Vec<Effect>) {
        let held = self.held.entry(document).or_default();
        let new: Vec<Row> = rows
            .into_iter()
            .filter(|row| !held.accepted.contains_key(&row.hash))
            .collect();
        if new.is_empty() {
            return;
        }
        let bytes: Vec<&[u8]> = new.iter().map(|row| &row.bytes[..]).collect();
        let applied = if document.is_marks() {
            Ok(())
        } else if self.documents.is_open(&document) {
            self.documents.apply(&document, &bytes)
        } else {
            let all: Vec<&[u8]> = held.changes().into_iter().chain(bytes).collect();
            self.documents.open(&document, &all)
        };
        if applied == Err(Unreadable::Damaged) {
            out.push(Effect::Tell(Notice::Damaged(document)));
            self.reopen(&document, out);
            return;
        }
        let mut writes = Vec::new();
        for row in new {
            held.accept(&row);
            let standing = Standing::Accepted {
                seq: row.seq,
                sidecar: row.sidecar,
            };
            let (hash, bytes) = (row.hash, row.bytes);
            writes.push(Write::Put(Stored::Change {
                document,
                hash,
                bytes,
                standing,
            }));
        }
        self.store(InFlight::Cache, Vec::new(), writes, out);
        out.push(Effect::Tell(Notice::Changed));
    }

    pub(super) fn push(&mut self, _rng: &mut dyn Rng, out: &mut Vec<Effect>) {
        let Link::Open(open) = &mut self.link else {
            return;
        };
        for (document, held) in &self.held {
            let (mut changes, mut hashes, mut size) = (Vec::new(), Vec::new(), 0);
            for minted in &held.minted {
                let full = size + minted.bytes.len() > CHANGES_BYTES_MAX && !changes.is_empty();
                if full || changes.len() == PUSH_CHANGES_MAX {
                    open.push(*document, std::mem::take(&mut changes), &mut hashes, out);
                    size = 0;
                }
                if open.pushed.insert(minted.hash) {
                    size += minted.bytes.len();
                    changes.push(minted.bytes.clone().into());
                    hashes.push(minted.hash);
                }
            }
            open.push(*document, changes, &mut hashes, out);
        }
    }

    fn taken(
        &mut self,
        number: u32,
        outcomes: &[Outcome],
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        let Link::Open(open) = &mut self.link else {
            return;
        };
        let Some((document, hashes)) = open.pushes.remove(&number) else {
            return;
        };
        let mut rows = Vec::new();
        let mut refused = None;
        for (hash, outcome) in hashes.into_iter().zip(outcomes) {
            match *outcome {
                Outcome::Stored {
                    seq,
                    received_at,
                    receipt,
                } => {
                    rows.push((hash, seq, received_at, receipt));
                }
                Outcome::Missing => {
                    open.pushed.remove(&hash);
                    let held = self.held.entry(document).or_default();
                    if open.rounds <= FRUITLESS_ROUNDS_MAX && open.busy.insert(document) {
                        open.rounds += 1;
                        out.push(holds(document, held));
                    } else {
                        open.pushed.insert(hash);
                    }
                }
                Outcome::Refused { why } => refused = refused.or(Some((hash, why))),
            }
        }
        self.acknowledged(document, &rows, out);
        if let Some((hash, why)) = refused {
            self.refused(document, hash, why, rng, out);
        }
    }

    fn acknowledged(
        &mut self,
        document: DocumentId,
        rows: &[(ChangeHash, u64, Timestamp, crate::wire::Receipt)],
        out: &mut Vec<Effect>,
    ) {
        let (account, device) = (Some(self.account), Some(self.device));
        let Some(held) = self.held.get_mut(&document) else {
            return;
        };
        let mut writes = Vec::new();
        for (hash, seq, received_at, receipt) in rows.iter().copied() {
            let bytes = held.bytes(&hash);
            let Some(bytes) = bytes else { continue };
            let sidecar = Sidecar {
                account,
                device,
                received_at,
                receipt,
            };
            held.forget(&hash);
            held.accept(&Row {
                seq,
                hash,
                sidecar,
                bytes: bytes.clone().into(),
            });
            let standing = Standing::Accepted { seq, sidecar };
            let bytes = bytes.into();
            writes.push(Write::Put(Stored::Change {
                document,
                hash,
                bytes,
                standing,
            }));
        }
        if !writes.is_empty() {
            self.store(InFlight::Cache, Vec::new(), writes, out);
            out.push(Effect::Tell(Notice::Changed));
        }
    }

    /// A refusal never blocks the rest: this one becomes a dead letter, and everything that may
    /// build on it goes back to be minted again under a new actor.
    fn refused(
        &mut self,
        document: DocumentId,
        hash: ChangeHash,
        why: WhyRefused,
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        let Some(held) = self.held.get_mut(&document) else {
            return;
        };
        let (mut writes, mut requires) = (Vec::new(), Vec::new());
        for minted in std::mem::take(&mut held.minted) {
            let key = RowKey::Change(document, minted.hash);
            requires.push(key);
            writes.push(Write::Remove(key));
            let (entry, item) = (minted.entry, minted.item);
            if minted.hash == hash {
                writes.push(Write::Put(Stored::DeadLetter {
                    entry,
                    item: item.clone(),
                    why,
                }));
                self.dead_letters.insert(entry, (item, why));
            } else {
                writes.push(Write::Put(Stored::Outbox {
                    entry,
                    item: item.clone(),
                }));
                self.outbox.insert(entry, item);
            }
        }
        if writes.is_empty() {
            return;
        }
        self.store(InFlight::Rearranged, requires, writes, out);
        self.new_actor(rng);
        self.reopen(&document, out);
        out.push(Effect::Tell(Notice::Changed));
    }

    /// The server lost rows that this device holds. First with their receipts; what it does not
    /// take back with one, its author pushes again, and what nobody vouches for is let go.
    fn lacks(
        &mut self,
        now: Timestamp,
        document: DocumentId,
        hashes: &[ChangeHash],
        out: &mut Vec<Effect>,
    ) {
        let mine = document.writer() == Some(self.account);
        let digest = self.digest();
        let Link::Open(open) = &mut self.link else {
            return;
        };
        open.busy.remove(&document);
        let Some(held) = self.held.get_mut(&document) else {
            return;
        };
        let (mut rows, mut again, mut unvouched) = (Vec::new(), Vec::new(), Vec::new());
        for hash in hashes {
            let Some((seq, sidecar, bytes)) = held.accepted.get(hash) else {
                continue;
            };
            let row = Row {
                seq: *seq,
                hash: *hash,
                sidecar: *sidecar,
                bytes: bytes.clone().into(),
            };
            if open.offered.insert(*hash) {
                rows.push(row);
            } else if mine {
                again.push(row);
            } else {
                unvouched.push(*hash);
            }
        }
        if rows.is_empty() && again.is_empty() && unvouched.is_empty() {
            if open.busy.is_empty() {
                open.ping(now, DEAD_AFTER_MILLIS, digest, out);
            }
            return;
        }
        // What was missing comes back with these, so what builds on it may be pushed again.
        held.minted.iter().for_each(|minted| {
            open.pushed.remove(&minted.hash);
        });
        rows.sort_by_key(|row| row.seq);
        for rows in in_frames(rows) {
            out.push(Effect::Send(ToServer::Offer { document, rows }));
        }
        again.sort_by_key(|row| row.seq);
        for rows in in_frames(again) {
            let mut hashes = rows.iter().map(|row| row.hash).collect();
            let changes = rows.into_iter().map(|row| row.bytes).collect();
            open.push(document, changes, &mut hashes, out);
        }
        self.let_go(document, &unvouched, out);
    }

    fn let_go(&mut self, document: DocumentId, hashes: &[ChangeHash], out: &mut Vec<Effect>) {
        if hashes.is_empty() {
            return;
        }
        let held = self.held.entry(document).or_default();
        hashes.iter().for_each(|hash| held.forget(hash));
        held.count_places();
        let remove = |hash: &ChangeHash| Write::Remove(RowKey::Change(document, *hash));
        let writes = hashes.iter().map(remove).collect();
        self.store(InFlight::Cache, Vec::new(), writes, out);
        self.reopen(&document, out);
        out.push(Effect::Tell(Notice::Changed));
    }

    pub(super) fn new_actor(&mut self, rng: &mut dyn Rng) {
        if let Link::Open(open) = &mut self.link {
            open.actor = Actor::fresh(rng);
        }
    }

    fn connect(&mut self, out: &mut Vec<Effect>) {
        self.link = Link::Opening;
        out.push(Effect::Connect);
    }

    fn digest(&self) -> Digest {
        crate::sync::digest(
            self.held
                .iter()
                .map(|(document, held)| (document, &held.sum)),
        )
    }
}

impl Open {
    fn new(actor: Actor, now: Timestamp) -> Self {
        Self {
            actor,
            welcomed: false,
            unequal: true,
            push_next: 1,
            pushes: Default::default(),
            pushed: Default::default(),
            busy: Default::default(),
            offered: Default::default(),
            rounds: 0,
            heard_at: now,
            // The hello is the first thing that waits for an answer.
            pinged_at: Some(now),
            patience_millis: DEAD_AFTER_MILLIS,
        }
    }

    fn ping(&mut self, now: Timestamp, patience: i64, digest: Digest, out: &mut Vec<Effect>) {
        self.pinged_at = Some(now);
        self.patience_millis = patience;
        out.push(Effect::Send(ToServer::Ping { digest }));
        out.push(Effect::WakeAt(now.plus_millis(patience)));
    }

    fn push(
        &mut self,
        document: DocumentId,
        changes: Vec<minicbor::bytes::ByteVec>,
        hashes: &mut Vec<ChangeHash>,
        out: &mut Vec<Effect>,
    ) {
        if changes.is_empty() {
            return;
        }
        let number = self.push_next;
        self.push_next += 1;
        self.pushes
            .insert(number, (document, std::mem::take(hashes)));
        out.push(Effect::Send(ToServer::Push {
            number,
            document,
            changes,
        }));
    }
}

fn holds(document: DocumentId, held: &super::Held) -> Effect {
    let hashes = held.accepted.keys().copied().take(HASHES_MAX).collect();
    Effect::Send(ToServer::Holds { document, hashes })
}

/// Cut so that each part fits into a frame.
fn in_frames(rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut frames: Vec<Vec<Row>> = Vec::new();
    let mut size = usize::MAX;
    for row in rows {
        let full = size.saturating_add(row.bytes.len()) > CHANGES_BYTES_MAX;
        if full
            || frames
                .last()
                .is_some_and(|frame| frame.len() == PUSH_CHANGES_MAX)
        {
            frames.push(Vec::new());
            size = 0;
        }
        size += row.bytes.len();
        frames
            .last_mut()
            .expect("the first row opens a frame")
            .push(row);
    }
    frames
}

/// So that a hub can hand frames over without naming the event.
impl From<ToDevice> for Event {
    fn from(message: ToDevice) -> Self {
        Self::Received(message)
    }
}
