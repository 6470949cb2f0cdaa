//! The clinic: a store, two nodes before it, and the hub loop that performs what the server's half
//! of sync says, effect by effect.

use std::collections::{BTreeMap, BTreeSet};

use shared::document::{Actor, ChangeHash, DocumentId, Put};
use shared::id::{AccountId, DeviceId, EntryId};
use shared::sync::device::Documents;
use shared::sync::planted::Planted;
use shared::sync::scope::{Level, Scope};
use shared::sync::server::{Connection, Effect, Event};
use shared::time::Timestamp;
use shared::wire::pack::Pack;
use shared::wire::{Receipt, Row, Sidecar, ToDevice, ToServer, rows_bytes_goal};

use crate::cast;
use crate::erasure::Rebuilt;
use crate::random::Random;
use crate::store::{Author, Store};
use crate::tier::Tier;
use crate::years::Made;

pub const NODES: usize = 2;

pub struct Clinic<T: Tier> {
    pub store: Store<T>,
    /// Kept in a second place, so that a restored database does not bring back what was ended.
    pub levels: BTreeMap<AccountId, Option<Level>>,
    pub revoked: BTreeSet<DeviceId>,
    pub nodes: [Node; NODES],
    pub failing_percent: u64,
    pub planted: Option<Planted>,
    lines: BTreeMap<usize, Line>,
    marker: std::marker::PhantomData<T>,
}

/// One process. Everything in it is gone when it ends.
pub struct Node {
    pub up: bool,
}

/// The server's end of one socket.
struct Line {
    node: usize,
    account: AccountId,
    device: DeviceId,
    connection: Connection,
}

/// What a frame led to.
#[derive(Default)]
pub struct Answer {
    pub down: Vec<(usize, ToDevice)>,
    pub closed: Vec<usize>,
    /// New rows, and the line that brought them.
    pub news: Vec<(Option<usize>, DocumentId, Vec<Row>)>,
    /// Rows that were carried over into a newer epoch.
    pub rebuilt: Vec<Rebuilt>,
    pub made: Made,
}

impl<T: Tier> Clinic<T> {
    pub fn new(now: Timestamp) -> Self {
        let mut store = Store::default();
        for document in cast::documents() {
            store.create(document, now, &cast::receipt_key());
        }
        let levels = [cast::ROSA, cast::ANA]
            .map(|account| (account, Some(cast::first_level(account))))
            .into();
        let nodes = std::array::from_fn(|_| Node { up: true });
        Self {
            store,
            levels,
            revoked: BTreeSet::new(),
            nodes,
            failing_percent: 0,
            planted: None,
            lines: BTreeMap::new(),
            marker: std::marker::PhantomData,
        }
    }

    pub fn scope_of(&self, account: AccountId) -> Scope {
        match self.levels[&account] {
            Some(level) => cast::scope(account, level),
            None => Scope { account, records: Vec::new() },
        }
    }

    pub fn open(&mut self, line: usize, node: usize, account: AccountId, device: DeviceId) {
        let mut connection = Connection::new(self.scope_of(account), cast::receipt_key());
        connection.plant(self.planted);
        let line_to = Line { node, account, device, connection };
        self.lines.insert(line, line_to);
    }

    pub fn close(&mut self, line: usize) {
        self.lines.remove(&line);
    }

    /// The process ends; its lines with it.
    pub fn stop(&mut self, node: usize) -> Vec<usize> {
        self.nodes[node].up = false;
        let closed = self.lines.iter().filter(|(_, line)| line.node == node);
        let closed: Vec<_> = closed.map(|(number, _)| *number).collect();
        closed.iter().for_each(|line| self.close(*line));
        closed
    }

    pub fn start(&mut self, node: usize) {
        self.nodes[node].up = true;
    }

    pub fn receive(
        &mut self,
        line: usize,
        message: ToServer,
        now: Timestamp,
        rng: &mut Random,
    ) -> Answer {
        self.handle(line, Event::Received(message), now, rng)
    }

    pub fn lines_of(&self, which: impl Fn(AccountId, DeviceId) -> bool) -> Vec<usize> {
        let lines = self.lines.iter().filter(|(_, line)| which(line.account, line.device));
        lines.map(|(number, _)| *number).collect()
    }

    pub fn account_of(&self, line: usize) -> Option<AccountId> {
        self.lines.get(&line).map(|line| line.account)
    }

    /// The lines that want to hear of rows that somebody else committed.
    pub fn listeners(&self, node: usize, but: Option<usize>) -> Vec<usize> {
        let lines = self.lines.iter();
        lines
            .filter(|(number, line)| line.node == node && Some(**number) != but)
            .map(|(number, _)| *number)
            .collect()
    }

    pub fn handle(
        &mut self,
        line: usize,
        event: Event,
        now: Timestamp,
        rng: &mut Random,
    ) -> Answer {
        let mut answer = Answer::default();
        if let Some(mut open) = self.lines.remove(&line) {
            if matches!(event, Event::Received(ToServer::Ping { .. })) {
                answer.made = self.ensure(open.account, now);
            }
            let effects = open.connection.handle(event);
            if self.perform(line, &mut open, effects, now, rng, &mut answer) {
                self.lines.insert(line, open);
            } else {
                answer.closed.push(line);
            }
        }
        answer
    }

    /// In this order; the answer to one is handed back, with everything that follows from it, before
    /// the next. False once the line is closed.
    fn perform(
        &mut self,
        number: usize,
        line: &mut Line,
        effects: Vec<Effect>,
        now: Timestamp,
        rng: &mut Random,
        answer: &mut Answer,
    ) -> bool {
        for effect in effects {
            let fails = self.failing_percent > 0 && rng.percent(self.failing_percent);
            let event = match effect {
                Effect::Send(message) => {
                    answer.down.push((number, message));
                    continue;
                }
                Effect::SendPack { document: _, pack, more } => {
                    answer.down.push((number, unpacked(&pack, more)));
                    continue;
                }
                Effect::Close(_) => return false,
                _ if fails => Event::StoreFailed,
                Effect::Summarize(scope) => Event::Summarized(self.store.summaries(&scope)),
                Effect::ReadAfter { document, after } => self.read_after(document, after),
                Effect::ReadHashes { document, hashes } => match self.store.newest(document) {
                    newest if newest == document => {
                        Event::Hashes { document, hashes: self.store.hashes(&document) }
                    }
                    newest => Event::Superseded {
                        document,
                        epoch: newest.epoch,
                        lacks: self.store.not_carried_over(document, &hashes),
                    },
                },
                Effect::ReadThese { document, hashes } => Event::Read {
                    document,
                    rows: self.store.these(&document, &hashes),
                    more: false,
                },
                Effect::Append { number: push, document, changes } => {
                    let key = cast::receipt_key();
                    let author = Author {
                        account: Some(line.account),
                        device: Some(line.device),
                        now,
                        receipts: &key,
                    };
                    let (outcomes, rows) = self.store.append(&author, document, changes);
                    answer.news.push((Some(number), document, rows));
                    Event::Appended { number: push, outcomes }
                }
                Effect::Restore { document, rows } if self.store.newest(document) != document => {
                    let key = cast::receipt_key();
                    let (outcomes, rebuilt) = self.store.restore_older(rng, document, rows, &key);
                    answer.rebuilt.extend(rebuilt);
                    Event::Restored { document, outcomes }
                }
                Effect::Restore { document, rows } => {
                    // Its rows have our receipts, so it was here.
                    answer.made.extend(self.make(document, now));
                    self.restore(number, document, rows, answer)
                }
            };
            let effects = line.connection.handle(event);
            if !self.perform(number, line, effects, now, rng, answer) {
                return false;
            }
        }
        true
    }

    fn restore(
        &mut self,
        line: usize,
        document: DocumentId,
        rows: Vec<Row>,
        answer: &mut Answer,
    ) -> Event {
        let (outcomes, rows) = self.store.restore(document, rows);
        answer.news.push((Some(line), document, rows));
        Event::Restored { document, outcomes }
    }

    /// Where messages are bytes, what comes next may lie ready.
    fn read_after(&self, document: DocumentId, after: u64) -> Event {
        let goal = rows_bytes_goal(&document);
        let packed = T::BYTES.then(|| self.store.packed_after(&document, after, goal));
        match packed.flatten() {
            Some((rows, more)) => {
                Event::ReadPack { document, pack: Pack::of(document, rows), more }
            }
            None => {
                let (rows, more) = self.store.after(&document, after, goal);
                Event::Read { document, rows, more }
            }
        }
    }

    /// A member of staff answers into a document that the server writes.
    ///
    /// Each change has an actor of its own: under a running process the store may go back to a time
    /// before its last change, and the same place under one actor would be used twice.
    pub fn write(
        &mut self,
        rng: &mut Random,
        document: DocumentId,
        entry: EntryId,
        text: String,
        now: Timestamp,
    ) -> Option<(ChangeHash, DocumentId, Vec<Row>)> {
        let document = self.store.newest(document);
        let log = self.store.log(&document)?;
        let bytes = log.rows.iter().map(|row| &row.bytes[..]);
        let changes: Vec<&[u8]> = bytes.filter(|bytes| !bytes.is_empty()).collect();
        let mut documents = T::Documents::default();
        documents.open(&document, &changes).ok()?;
        let put = Put::Entry { entry, text };
        let (hash, bytes) = documents.mint(&document, Actor::fresh(rng), &put);
        let key = cast::receipt_key();
        let author = Author { account: None, device: None, now, receipts: &key };
        let (_, rows) = self.store.append(&author, document, vec![bytes]);
        Some((hash, document, rows))
    }

    /// A row as only the clinic could make it, with a receipt that is not the clinic's.
    pub fn forged(
        &self,
        rng: &mut Random,
        document: DocumentId,
        entry: EntryId,
        text: String,
        now: Timestamp,
    ) -> Option<(DocumentId, Row)> {
        let document = self.store.newest(document);
        let log = self.store.log(&document)?;
        let changes: Vec<&[u8]> = log.rows.iter().map(|row| &row.bytes[..]).collect();
        let mut documents = T::Documents::default();
        documents.open(&document, &changes).ok()?;
        let put = Put::Entry { entry, text };
        let (hash, bytes) = documents.mint(&document, Actor::fresh(rng), &put);
        let sidecar = Sidecar {
            account: None,
            device: None,
            received_at: now,
            receipt: Receipt([rng.below(256) as u8; 16]),
        };
        let seq = log.rows.len() as u64 + 1;
        Some((document, Row { seq, hash, sidecar, bytes: bytes.into() }))
    }
}

/// A pack as its device reads it.
fn unpacked(pack: &Pack, more: bool) -> ToDevice {
    let (document, rows) = pack.rows().expect("a pack is rows");
    ToDevice::Rows { document, rows, more }
}
