//! One connection, seen as a line that lives or is dead: opening it, greeting, pings, and giving up.

use super::bring::Bringing;
use super::exchange::Busy;
use super::{
    DEAD_AFTER_MILLIS, DEAD_AFTER_WAKE_MILLIS, Device, Documents, Effect, Held, InFlight, Line,
    Notice, OPEN_WITHIN_MILLIS, PING_AFTER_MILLIS, RETRY_MILLIS_MAX, RETRY_MILLIS_MIN,
};
use crate::document::{Actor, ChangeHash, DocumentId, Kind};
use crate::id::Rng;
use crate::ordered::{BTreeMap, BTreeSet};
use crate::sync::planted::Planted;
use crate::time::Timestamp;
use crate::wire::{Digest, ToServer, VERSION, VERSION_OLDEST};

pub(super) enum Link {
    Closed,
    Opening { since: Timestamp },
    Open(Box<Open>),
}

/// What is known about one connection, and forgotten with it.
pub(super) struct Open {
    pub actor: Actor,
    pub welcomed: bool,
    /// The digests differed when they were last compared.
    pub unequal: bool,
    pub push_next: u32,
    pub pushes: BTreeMap<u32, (DocumentId, Vec<ChangeHash>)>,
    /// Pushed on this connection, and not to be pushed again on it.
    pub pushed: BTreeSet<ChangeHash>,
    /// What is being asked about these documents; nothing else is asked meanwhile.
    pub busy: BTreeMap<DocumentId, Busy>,
    /// Documents of which both held the same when they were last compared.
    pub whole: BTreeSet<DocumentId>,
    /// Documents of which the last pull brought nothing: places are of no use for them any more.
    pub in_vain: BTreeSet<DocumentId>,
    /// Documents that are not held and were asked about, because something waits for them.
    pub asked_for: BTreeSet<DocumentId>,
    /// Offered, and missing something that was not there.
    pub missed: BTreeSet<ChangeHash>,
    /// Documents whose minted changes build on something that the server does not have, and how
    /// often it said so. Nothing of them is pushed until that is cleared up.
    pub stuck: BTreeMap<DocumentId, Stuck>,
    /// Comparisons since something last changed.
    pub rounds: u32,
    pub bringing: Bringing,
    /// When the server was last asked whether both hold the same.
    asked_at: Timestamp,
    /// It was asked and has said nothing since.
    waits: bool,
    patience_millis: i64,
}

#[derive(Default, Clone, Copy)]
pub(super) struct Stuck {
    pub times: u32,
    pub waits: bool,
}

impl<D: Documents> Device<D> {
    pub(super) fn say_where_the_line_is(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        let settled = |open: &Open| {
            open.welcomed
                && !open.unequal
                && open.busy.is_empty()
                && self.unsent() == self.asking(now)
                && !self.batches.values().any(InFlight::is_received)
                && self.unkept.is_empty()
                && self.to_read == 0
                && self.unwritten.is_empty()
        };
        let line = match (&self.link, self.line) {
            (_, over @ (Line::TooOld | Line::Revoked)) => over,
            (Link::Closed | Link::Opening { .. }, _) => Line::Offline,
            (Link::Open(open), Line::Same { at }) if settled(open) => Line::Same { at },
            (Link::Open(open), Line::Offline | Line::Exchanging) if settled(open) => {
                Line::Same { at: now }
            }
            (Link::Open(_), Line::Offline | Line::Exchanging | Line::Same { .. }) => {
                Line::Exchanging
            }
        };
        if line != self.line {
            self.line = line;
            out.push(Effect::Tell(Notice::Line(line)));
        }
    }

    pub(super) fn lead(&mut self, now: Timestamp, leading: bool, out: &mut Vec<Effect>) {
        self.leading = leading;
        match (leading, &self.link) {
            (true, Link::Closed) if self.is_over() => {}
            (true, Link::Closed) => self.connect(now, out),
            (false, Link::Opening { .. } | Link::Open(_)) => {
                self.link = Link::Closed;
                out.push(Effect::HangUp);
            }
            (true, Link::Opening { .. } | Link::Open(_)) | (false, Link::Closed) => {}
        }
    }

    pub(super) fn connected(&mut self, now: Timestamp, rng: &mut dyn Rng, out: &mut Vec<Effect>) {
        if !self.leading {
            out.push(Effect::HangUp);
            return;
        }
        self.rest_minting = false;
        self.held.values_mut().for_each(Held::take_up_again);
        let mut open = Open::new(Actor::fresh(rng), now);
        if self.soil.has(Planted::ActorReused) {
            open.actor = Actor(self.device.to_bytes());
        }
        self.link = Link::Open(Box::new(open));
        let digest = self.digest();
        let hello = ToServer::Hello { version_min: VERSION_OLDEST, version_max: VERSION, digest };
        out.push(Effect::Send(hello));
        out.push(Effect::WakeAt(now.plus_millis(DEAD_AFTER_MILLIS)));
    }

    pub(super) fn disconnected(
        &mut self,
        now: Timestamp,
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        // Somebody who hung up may still be told so.
        if matches!(self.link, Link::Closed) {
            return;
        }
        self.link = Link::Closed;
        if !self.leading || self.is_over() {
            return;
        }
        // Half of it is chance: devices that lost one server must not come back as one.
        let half = self.retry_millis / 2;
        let chance = rng.u64() % half.unsigned_abs().max(1);
        let wait = half.saturating_add_unsigned(chance);
        self.retry_millis = (self.retry_millis * 2).min(RETRY_MILLIS_MAX);
        if self.soil.has(Planted::WakeUpLost) {
            return;
        }
        out.push(Effect::WakeAt(now.plus_millis(wait)));
    }

    pub(super) fn timer(&mut self, now: Timestamp, rng: &mut dyn Rng, out: &mut Vec<Effect>) {
        self.write_again(out);
        self.rest_minting = false;
        self.offer_orphans_again(now);
        let (digest, over) = (self.digest(), self.is_over());
        match &mut self.link {
            Link::Closed if self.leading && !over => self.connect(now, out),
            Link::Closed => {}
            Link::Opening { since } => {
                // A clock that was set back must not make an attempt last for years.
                *since = (*since).min(now);
                let since = *since;
                if now.millis_since(since) >= OPEN_WITHIN_MILLIS {
                    out.push(Effect::HangUp);
                    self.disconnected(now, rng, out);
                } else {
                    out.push(Effect::WakeAt(since.plus_millis(OPEN_WITHIN_MILLIS)));
                }
            }
            Link::Open(open) => {
                open.bringing.rests = false;
                open.asked_at = open.asked_at.min(now);
                let since = now.millis_since(open.asked_at);
                if open.waits && since >= open.patience_millis {
                    out.push(Effect::HangUp);
                    self.disconnected(now, rng, out);
                } else if open.is_quiet(now) {
                    open.rounds = 0;
                    open.try_stuck_again();
                    if !self.soil.has(Planted::ClosedIsAskedOnce) {
                        open.asked_for.clear();
                    }
                    open.ping(now, DEAD_AFTER_MILLIS, digest, out);
                } else {
                    let wait = if open.waits { open.patience_millis } else { PING_AFTER_MILLIS };
                    out.push(Effect::WakeAt(open.asked_at.plus_millis(wait)));
                }
            }
        }
    }

    pub(super) fn woke(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        self.write_again(out);
        self.rest_minting = false;
        let (digest, over) = (self.digest(), self.is_over());
        match &mut self.link {
            Link::Closed if self.leading && !over => {
                self.retry_millis = RETRY_MILLIS_MIN;
                self.connect(now, out);
            }
            Link::Closed | Link::Opening { .. } => {}
            Link::Open(open) => open.ping(now, DEAD_AFTER_WAKE_MILLIS, digest, out),
        }
    }

    /// What orphans wait for may be there by now, and of a document that is not this device's any
    /// more it hears no news. The ping that comes next finds them.
    fn offer_orphans_again(&mut self, now: Timestamp) {
        let Link::Open(open) = &self.link else {
            return;
        };
        if !open.is_quiet(now) || self.soil.has(Planted::OrphansOfferedOnce) {
            return;
        }
        let is_told = |document: &DocumentId| open.whole.contains(document);
        let held = self.held.iter_mut();
        held.filter(|(document, held)| held.has_orphans() && !is_told(document))
            .for_each(|(_, held)| held.take_up_again());
    }

    fn is_over(&self) -> bool {
        matches!(self.line, Line::TooOld | Line::Revoked)
    }

    /// Asks whether both hold the same now.
    pub(super) fn ping(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        let digest = self.digest();
        if let Link::Open(open) = &mut self.link {
            open.ping(now, DEAD_AFTER_MILLIS, digest, out);
        }
    }

    pub(super) fn new_actor(&mut self, rng: &mut dyn Rng) {
        if let Link::Open(open) = &mut self.link {
            open.actor = Actor::fresh(rng);
        }
    }

    fn connect(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        self.link = Link::Opening { since: now };
        out.push(Effect::Connect);
        out.push(Effect::WakeAt(now.plus_millis(OPEN_WITHIN_MILLIS)));
    }

    fn digest(&self) -> Digest {
        crate::sync::digest(
            self.held
                .iter()
                .filter(|(document, _)| {
                    !matches!(document.kind, Kind::CareCircle(_))
                        || !self.soil.has(Planted::DigestSkipsDocument)
                })
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
            pushes: BTreeMap::new(),
            pushed: BTreeSet::new(),
            busy: BTreeMap::new(),
            whole: BTreeSet::new(),
            in_vain: BTreeSet::new(),
            asked_for: BTreeSet::new(),
            missed: BTreeSet::new(),
            stuck: BTreeMap::new(),
            rounds: 0,
            bringing: Bringing::default(),
            asked_at: now,
            // The hello is the first thing that waits for an answer.
            waits: true,
            patience_millis: DEAD_AFTER_MILLIS,
        }
    }

    /// Something came: the line lives.
    pub fn heard(&mut self) {
        self.waits = false;
    }

    pub fn is_stuck(&self, document: &DocumentId) -> bool {
        self.stuck.get(document).is_some_and(|stuck| stuck.waits)
    }

    /// Long enough for the next ping.
    fn is_quiet(&self, now: Timestamp) -> bool {
        !self.waits && now.millis_since(self.asked_at.min(now)) >= PING_AFTER_MILLIS
    }

    /// What was left alone after too many rounds gets another chance.
    fn try_stuck_again(&mut self) {
        for (document, stuck) in &mut self.stuck {
            stuck.waits &= self.busy.contains_key(document);
        }
    }

    fn ping(&mut self, now: Timestamp, patience: i64, digest: Digest, out: &mut Vec<Effect>) {
        self.asked_at = now;
        self.waits = true;
        self.patience_millis = patience;
        out.push(Effect::Send(ToServer::Ping { digest }));
        out.push(Effect::WakeAt(now.plus_millis(patience)));
    }
}
