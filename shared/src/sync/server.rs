//! The server's half: one connection of one device. The hub performs its effects against the store
//! and the socket, and hands back what came of them.

use crate::document::{ChangeHash, Document, DocumentId, Kind};
use crate::sync::planted::{Planted, Soil};
use crate::sync::receipt::ReceiptKey;
use crate::sync::scope::Scope;
use crate::time::Timestamp;
use crate::wire::pack::Pack;
use crate::wire::{
    Digest, HASHES_MAX, NotBack, Outcome, PUSH_CHANGES_MAX, Receipt, Row, Summary, ToDevice,
    ToServer, VERSION, VERSION_OLDEST, WhyClosed, WhyNotBack, WhyRefused,
};

/// What happened, from the hub's point of view.
pub enum Event {
    Received(ToServer),
    /// Answer to `Effect::Summarize`.
    Summarized(Vec<Summary>),
    /// Answer to `Effect::ReadAfter`, also when there was nothing, and to `Effect::ReadThese`.
    Read {
        document: DocumentId,
        rows: Vec<Row>,
        more: bool,
    },
    /// The other answer to `Effect::ReadAfter`: what comes next lies ready.
    ReadPack {
        document: DocumentId,
        pack: Pack,
        more: bool,
    },
    /// Answer to `Effect::ReadHashes`.
    Hashes {
        document: DocumentId,
        hashes: Vec<ChangeHash>,
    },
    /// The other answer to `Effect::ReadHashes`: the document was rebuilt under a newer epoch.
    Superseded {
        document: DocumentId,
        epoch: u32,
        /// Of what the device holds: rows that were never carried over or erased. The clinic had
        /// lost them before it rebuilt the document.
        lacks: Vec<ChangeHash>,
    },
    /// Answer to `Effect::Append`, after the commit is durable. One outcome a change, in order.
    Appended {
        number: u32,
        outcomes: Vec<Outcome>,
    },
    /// Answer to `Effect::Restore`, after the commit is durable. One outcome a row, in order.
    Restored {
        document: DocumentId,
        outcomes: Vec<Outcome>,
    },
    /// Rows that somebody else committed to a document. What this connection brought it was told
    /// about already; told again, it would pay for the bytes twice.
    News {
        document: DocumentId,
        rows: Vec<Row>,
    },
    /// The account's grants changed.
    Rescoped(Scope),
    /// Somebody revoked this device. Before it has said anything, if it was revoked earlier.
    Revoked,
    /// The store failed; the device will come again.
    StoreFailed,
}

/// What the hub is to do: in this order, and the answer to one is handed back, with everything that
/// follows from it, before the next.
pub enum Effect {
    /// Last place and sum of each document that this scope may read.
    Summarize(Scope),
    ReadAfter {
        document: DocumentId,
        after: u64,
    },
    ReadHashes {
        document: DocumentId,
        /// What the device holds of it.
        hashes: Vec<ChangeHash>,
    },
    ReadThese {
        document: DocumentId,
        hashes: Vec<ChangeHash>,
    },
    /// Through the gate, then all in one transaction: a change that is there already answers its old
    /// row, one whose dependencies or document are not there answers `Missing`.
    Append {
        number: u32,
        document: DocumentId,
        changes: Vec<Vec<u8>>,
    },
    /// Rows whose receipts were found to be ours: through the gate, then with their old sidecars,
    /// each after those of them that it builds on. The document is created if it is not there; of
    /// one that was superseded, what the rows say is carried over into the newest epoch.
    Restore {
        document: DocumentId,
        rows: Vec<Row>,
    },
    Send(ToDevice),
    /// Rows too, as a frame that only needs its last word.
    SendPack {
        document: DocumentId,
        pack: Pack,
        more: bool,
    },
    Close(Why),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It spoke before it said hello, or said something too long.
    Unmannerly,
    TooOld,
    Revoked,
    StoreFailed,
}

/// One connection. Everything it remembers can be forgotten: the device asks again.
pub struct Connection {
    scope: Scope,
    receipts: ReceiptKey,
    soil: Soil,
    greeted: bool,
    /// The newest that both speak.
    version: u16,
    /// What the device said it holds, and waits to hear about.
    asked: Option<Asked>,
    /// A `Holds` whose document is being read.
    holds: Vec<(DocumentId, Vec<ChangeHash>)>,
    /// Rows that are being restored, and those of the same offer that nobody vouches for.
    restoring: (Vec<ChangeHash>, Vec<NotBack>),
}

#[derive(Clone, Copy)]
enum Asked {
    Hello(Digest),
    Ping(Digest),
}

impl Connection {
    pub fn new(scope: Scope, receipts: ReceiptKey) -> Self {
        Self {
            scope,
            receipts,
            soil: Soil::default(),
            greeted: false,
            version: VERSION,
            asked: None,
            holds: Vec::new(),
            restoring: Default::default(),
        }
    }

    #[cfg(feature = "planted")]
    pub const fn plant(&mut self, planted: Option<Planted>) {
        self.soil.plant(planted);
    }

    pub fn handle(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Received(message) => self.received(message),
            Event::Summarized(documents) => self.summarized(documents),
            Event::Read { document, .. } | Event::ReadPack { document, .. }
                if !self.may_leave(&document) =>
            {
                vec![nothing_of(document)]
            }
            Event::Read { document, rows, more } => vec![rows_of(document, rows, more)],
            Event::ReadPack { document, pack, more } => {
                vec![Effect::SendPack { document, pack, more }]
            }
            Event::Hashes { document, hashes } => self.compared(document, &hashes),
            Event::Appended { number, outcomes } => {
                vec![Effect::Send(ToDevice::Taken { number, outcomes })]
            }
            Event::Restored { document, outcomes } => self.restored(document, &outcomes),
            Event::News { document, rows } if self.greeted && self.may_leave(&document) => {
                vec![rows_of(document, rows, false)]
            }
            Event::News { .. } => Vec::new(),
            Event::Rescoped(scope) => {
                self.scope = scope;
                if self.greeted { vec![Effect::Summarize(self.scope.clone())] } else { Vec::new() }
            }
            Event::Superseded { document, epoch, lacks } => {
                self.holds.retain(|(held, _)| *held != document);
                vec![if lacks.is_empty() || self.soil.has(Planted::OldEpochNotCarriedOver) {
                    closed(
                        document,
                        match self.scope.may_read(&document) {
                            true => WhyClosed::Superseded { epoch },
                            false => WhyClosed::NotYours,
                        },
                    )
                } else {
                    Effect::Send(ToDevice::Lacks { document, hashes: lacks })
                }]
            }
            Event::Revoked => vec![Effect::Send(ToDevice::Revoked), Effect::Close(Why::Revoked)],
            Event::StoreFailed => vec![Effect::Close(Why::StoreFailed)],
        }
    }

    fn received(&mut self, message: ToServer) -> Vec<Effect> {
        match message {
            ToServer::Hello { version_min, version_max, digest } => {
                self.version = version_max.min(VERSION);
                if version_max < VERSION_OLDEST || version_min > VERSION {
                    let sorry = ToDevice::TooOld { version_min: VERSION_OLDEST };
                    return vec![Effect::Send(sorry), Effect::Close(Why::TooOld)];
                }
                self.greeted = true;
                self.asked = Some(Asked::Hello(digest));
                vec![Effect::Summarize(self.scope.clone())]
            }
            _ if !self.greeted => vec![Effect::Close(Why::Unmannerly)],
            ToServer::Push { number, document, changes } => self.push(number, document, changes),
            ToServer::Pull { document, after } if self.scope.may_read(&document) => {
                vec![Effect::ReadAfter { document, after }]
            }
            // Not the verdict: the device may have sent `Holds` meanwhile, would take it for the answer
            // to that, and drop what nobody else has.
            ToServer::Pull { document, .. } if !self.soil.has(Planted::ClosedWhenPulled) => {
                vec![nothing_of(document)]
            }
            // Whoever may not read it any more is asked what they hold of it all the same: a clinic
            // that went back in time may have nobody else who still has it.
            ToServer::Holds { document, hashes } if self.takes_from(&document) => {
                if hashes.len() > HASHES_MAX {
                    return vec![Effect::Close(Why::Unmannerly)];
                }
                self.holds.push((document, hashes.clone()));
                vec![Effect::ReadHashes { document, hashes }]
            }
            ToServer::Offer { document, rows } if self.takes_from(&document) => {
                self.offer(document, rows)
            }
            ToServer::Pull { document, .. }
            | ToServer::Holds { document, .. }
            | ToServer::Offer { document, .. } => vec![closed(document, WhyClosed::NotYours)],
            ToServer::Ping { digest } => {
                self.asked = Some(Asked::Ping(digest));
                vec![Effect::Summarize(self.scope.clone())]
            }
        }
    }

    /// Rows come with receipts, which say that they were here: it does not matter who brings them.
    fn takes_from(&self, document: &DocumentId) -> bool {
        self.scope.may_read(document) || !self.soil.has(Planted::StrangersRowsLeft)
    }

    fn push(
        &self,
        number: u32,
        document: DocumentId,
        changes: Vec<minicbor::bytes::ByteVec>,
    ) -> Vec<Effect> {
        if changes.len() > PUSH_CHANGES_MAX {
            return vec![Effect::Close(Why::Unmannerly)];
        }
        if !self.scope.may_write(&document) {
            let outcomes = vec![Outcome::Refused { why: WhyRefused::NotAllowed }; changes.len()];
            return vec![Effect::Send(ToDevice::Taken { number, outcomes })];
        }
        let changes: Vec<_> = changes.into_iter().map(Vec::from).collect();
        let mut effects = Vec::new();
        if self.soil.has(Planted::AckBeforeCommit) {
            let stored = Outcome::Stored {
                seq: 0,
                received_at: Timestamp::default(),
                receipt: Receipt([0; 16]),
            };
            let outcomes = vec![stored; changes.len()];
            effects.push(Effect::Send(ToDevice::Taken { number, outcomes }));
        }
        effects.push(Effect::Append { number, document, changes });
        effects
    }

    fn offer(&mut self, document: DocumentId, rows: Vec<Row>) -> Vec<Effect> {
        if rows.len() > PUSH_CHANGES_MAX {
            return vec![Effect::Close(Why::Unmannerly)];
        }
        let ours = |row: &Row| {
            self.receipts.is_ours(&document, &row.hash, &row.sidecar)
                || self.soil.has(Planted::ReceiptNotChecked)
        };
        let (rows, unvouched): (Vec<_>, Vec<_>) = rows.into_iter().partition(ours);
        let why = WhyNotBack::Unvouched;
        let unvouched = unvouched.iter().map(|row| NotBack { hash: row.hash, why });
        let hashes = rows.iter().map(|row| row.hash).collect();
        self.restoring = (hashes, unvouched.collect());
        if rows.is_empty() {
            return self.restored(document, &[]);
        }
        vec![Effect::Restore { document, rows }]
    }

    fn restored(&mut self, document: DocumentId, outcomes: &[Outcome]) -> Vec<Effect> {
        let (hashes, mut not_back) = std::mem::take(&mut self.restoring);
        for (hash, outcome) in hashes.into_iter().zip(outcomes) {
            let why = match *outcome {
                Outcome::Stored { .. } => continue,
                Outcome::Missing => WhyNotBack::Missing,
                Outcome::Refused { why } => WhyNotBack::Refused { why },
            };
            not_back.push(NotBack { hash, why });
        }
        let answer = ToDevice::Offered { document, not_back };
        vec![Effect::Send(answer), Effect::Summarize(self.scope.clone())]
    }

    fn summarized(&mut self, mut documents: Vec<Summary>) -> Vec<Effect> {
        documents.retain(|summary| self.scope.may_read(&summary.document));
        let is_told = |document: &DocumentId| {
            document.kind.year().is_none()
                || document.writer().is_none_or(|writer| writer == self.scope.account)
                || !self.soil.has(Planted::NewVolumeNotTold)
        };
        documents.retain(|summary| is_told(&summary.document));
        let counts = |one: &&Summary| {
            !matches!(one.document.kind, Kind::CareCircle(_))
                || !self.soil.has(Planted::DigestSkipsDocument)
        };
        let counted = documents.iter().filter(counts);
        let ours = crate::sync::digest(counted.map(|one| (&one.document, &one.sum)));
        let (same, answer) = match self.asked.take() {
            Some(Asked::Hello(theirs)) => {
                let same = theirs == ours;
                (same, Some(ToDevice::Welcome { version: self.version, same }))
            }
            Some(Asked::Ping(theirs)) => {
                let same = theirs == ours;
                (same, Some(ToDevice::Pong { same }))
            }
            None => (false, None),
        };
        let mut effects: Vec<_> = answer.into_iter().map(Effect::Send).collect();
        if !same {
            effects.push(Effect::Send(ToDevice::Summaries { documents }));
        }
        effects
    }

    /// The device said what it holds and the store said what it has: each gets what it lacks.
    fn compared(&mut self, document: DocumentId, ours: &[ChangeHash]) -> Vec<Effect> {
        let Some(place) = self.holds.iter().position(|(held, _)| *held == document) else {
            return Vec::new();
        };
        let (_, theirs) = self.holds.swap_remove(place);
        let without = |these: &[ChangeHash], those: &[ChangeHash]| -> Vec<ChangeHash> {
            let those: crate::ordered::BTreeSet<_> = those.iter().collect();
            these.iter().filter(|hash| !those.contains(hash)).copied().collect()
        };
        let mut effects = Vec::new();
        let hashes = without(&theirs, ours);
        if !self.scope.may_read(&document) {
            // Anybody can work out the first change of any document: what became of it says nothing
            // to them.
            let (first, _) = Document::genesis(&document);
            let hashes: Vec<_> = hashes.into_iter().filter(|hash| *hash != first).collect();
            return vec![if hashes.is_empty() {
                closed(document, WhyClosed::NotYours)
            } else {
                Effect::Send(ToDevice::Lacks { document, hashes })
            }];
        }
        let lacked_there = without(ours, &theirs);
        if !lacked_there.is_empty() {
            effects.push(Effect::ReadThese { document, hashes: lacked_there });
        }
        // After the rows, and also when nothing is lacked: it tells the device that this is all.
        effects.push(Effect::Send(ToDevice::Lacks { document, hashes }));
        effects
    }

    /// The scope may have changed since the rows were asked for.
    fn may_leave(&self, document: &DocumentId) -> bool {
        self.scope.may_read(document) || self.soil.has(Planted::NewsBeyondScope)
    }
}

fn rows_of(document: DocumentId, rows: Vec<Row>, more: bool) -> Effect {
    Effect::Send(ToDevice::Rows { document, rows, more })
}

/// Whoever asked gets an answer, and is not told more than that.
fn nothing_of(document: DocumentId) -> Effect {
    rows_of(document, Vec::new(), false)
}

fn closed(document: DocumentId, why: WhyClosed) -> Effect {
    Effect::Send(ToDevice::Closed { document, why })
}

#[cfg(test)]
mod tests;
