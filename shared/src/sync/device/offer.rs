//! Giving back what the server lost, and letting go of what it will never have.

use super::exchange::{Busy, CHANGES_BYTES_MAX};
use super::line::{Link, Stuck};
use super::{Device, Documents, Effect, InFlight, Notice};
use crate::arrange::Arrange;
use crate::document::{ChangeHash, DocumentId};
use crate::id::Rng;
use crate::sync::planted::Planted;
use crate::sync::stored::{RowKey, Write};
use crate::time::Timestamp;
use crate::wire::{NotBack, PUSH_CHANGES_MAX, Row, ToServer, WhyNotBack};

impl<D: Documents> Device<D> {
    /// The server lost rows that this device holds: they are offered with their receipts.
    pub(super) fn lacks(
        &mut self,
        now: Timestamp,
        document: DocumentId,
        hashes: &[ChangeHash],
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        let Link::Open(open) = &mut self.link else {
            return;
        };
        if open.busy.get(&document) != Some(&Busy::Comparing) {
            return;
        }
        let mut rows = Vec::new();
        if let Some(held) = self.held.get(&document) {
            let lacked = hashes.iter();
            rows.extend(lacked.filter_map(|hash| held.row(hash)));
        }
        if self.soil.has(Planted::LetGoTooEarly) {
            let lacked: Vec<_> = rows.drain(..).map(|row| row.hash).collect();
            self.let_go(document, &lacked, rng, out);
        }
        let Link::Open(open) = &mut self.link else {
            return;
        };
        if self.soil.has(Planted::OffersNothing) {
            rows.clear();
        }
        if !rows.is_empty() {
            open.busy.insert(document, Busy::Offering);
            rows.arrange_by_key(|row| row.seq);
            for rows in in_frames(rows) {
                out.push(Effect::Send(ToServer::Offer { document, rows }));
            }
            return;
        }
        open.busy.remove(&document);
        let done = open.busy.is_empty();
        self.unstick(document, rng, out);
        if done {
            self.ping(now, out);
        }
    }

    /// What was lacked is there again, or never was: what builds on it may be pushed once more, and
    /// if it was said to be missing before, it is minted anew.
    pub(super) fn unstick(
        &mut self,
        document: DocumentId,
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        let Link::Open(open) = &mut self.link else {
            return;
        };
        let Some(stuck) = open.stuck.find_mut(&document).filter(|stuck| stuck.waits) else {
            return;
        };
        stuck.waits = false;
        if stuck.times > 1 {
            *stuck = Stuck::default();
            self.mint_again(document, &[], rng, out);
        } else if let Some(held) = self.held.get(&document) {
            held.minted.iter().for_each(|minted| {
                open.pushed.remove(&minted.hash);
            });
        }
    }

    /// What became of rows that were offered. What the server does not take back with its receipt,
    /// its author pushes again, and what nobody vouches for is let go. What builds on something that
    /// neither side has is kept, and not talked about until there is news of its document.
    pub(super) fn offered(
        &mut self,
        document: DocumentId,
        not_back: &[NotBack],
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        let mine = document.writer() == Some(self.account);
        let Link::Open(open) = &mut self.link else {
            return;
        };
        // A second part of the same offer has its own answer; the comparison that follows knows.
        open.busy.remove(&document);
        let (mut again, mut let_go, mut orphans) = (Vec::new(), Vec::new(), Vec::new());
        for NotBack { hash, why } in not_back {
            let Some(row) = self.held.get(&document).and_then(|held| held.row(hash)) else {
                continue;
            };
            match why {
                WhyNotBack::Missing if open.missed.insert(*hash) => {}
                WhyNotBack::Missing => orphans.push(*hash),
                WhyNotBack::Unvouched if mine && open.pushed.insert(*hash) => again.push(row),
                WhyNotBack::Unvouched | WhyNotBack::Refused { .. } => let_go.push(*hash),
            }
        }
        if let Some(held) = self.held.find_mut(&document) {
            orphans.iter().for_each(|hash| held.set_aside(hash));
            if !orphans.is_empty() {
                open.whole.remove(&document);
            }
        }
        again.arrange_by_key(|row| row.seq);
        for rows in in_frames(again) {
            let hashes = rows.iter().map(|row| row.hash).collect();
            let changes = rows.into_iter().map(|row| row.bytes).collect();
            open.push(document, changes, hashes, out);
        }
        self.unstick(document, rng, out);
        self.let_go(document, &let_go, rng, out);
    }

    /// Rows that the server will never have: nothing may build on them.
    pub(super) fn let_go(
        &mut self,
        document: DocumentId,
        hashes: &[ChangeHash],
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        let Some(held) = self.held.find_mut(&document).filter(|_| !hashes.is_empty()) else {
            return;
        };
        hashes.iter().for_each(|hash| held.forget(hash));
        held.count_places();
        if let Link::Open(open) = &mut self.link {
            open.whole.remove(&document);
        }
        let remove = |hash: &ChangeHash| Write::Remove(RowKey::Change(document, *hash));
        let writes = hashes.iter().map(remove).collect();
        let what = InFlight::Cache { document, hashes: hashes.to_vec() };
        self.store(what, Vec::new(), writes, out);
        self.mint_again(document, &[], rng, out);
        out.push(Effect::Tell(Notice::Changed));
    }
}

/// Cut so that each part fits into a frame.
fn in_frames(rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut frames: Vec<Vec<Row>> = Vec::new();
    let mut size = usize::MAX;
    for row in rows {
        let full = size.saturating_add(row.bytes.len()) > CHANGES_BYTES_MAX;
        if full || frames.last().is_some_and(|frame| frame.len() == PUSH_CHANGES_MAX) {
            frames.push(Vec::new());
            size = 0;
        }
        size += row.bytes.len();
        frames.last_mut().expect("the first row opens a frame").push(row);
    }
    frames
}
