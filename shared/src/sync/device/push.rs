//! From what waits to what is acknowledged: minting, pushing, and what to do when the answer is no.

use super::exchange::CHANGES_BYTES_MAX;
use super::line::{Link, Open};
use super::{Device, Documents, Effect, InFlight, Minted, Notice};
use crate::arrange::mapped;
use crate::document::{Actor, ChangeHash, DocumentId, Put};
use crate::id::{EntryId, Rng};
use crate::ordered::BTreeSet;
use crate::sync::planted::Planted;
use crate::sync::stored::{OutboxItem, PutInto, RowKey, Standing, Stored, Write};
use crate::time::Timestamp;
use crate::wire::{Outcome, PUSH_CHANGES_MAX, Receipt, Row, Sidecar, ToServer, WhyRefused};

impl<D: Documents> Device<D> {
    /// Makes a change of each item that waits, once there is somebody to send it to.
    pub(super) fn mint_and_push(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        let actor = match &self.link {
            Link::Open(open) if open.welcomed && self.leading => open.actor,
            Link::Open(_) | Link::Closed | Link::Opening { .. } => return,
        };
        if !self.outbox.is_empty() && !self.rest_minting {
            self.ask_for_missing_documents(out);
            self.mint_all(now, actor, out);
        }
        self.push(out);
    }

    fn mint_all(&mut self, now: Timestamp, actor: Actor, out: &mut Vec<Effect>) {
        let ready = self.ready(now).into_iter().filter(|(_, item)| self.is_brought(item));
        let ready: Vec<_> = ready.map(|(entry, item)| (*entry, item.clone())).collect();
        for (entry, item) in ready {
            self.mint(actor, entry, item, out);
        }
    }

    /// What waits for nothing but the clinic. What the disk still has to hear of is not passed by what was
    /// written later.
    pub(super) fn ready(&self, now: Timestamp) -> Vec<(&EntryId, &OutboxItem)> {
        let unwritten = self.unwritten.iter().map(|(what, _, _)| what);
        let is_mint = |what: &&InFlight| matches!(what, InFlight::Mint { stale: false, .. });
        let (minting, others): (Vec<_>, Vec<_>) =
            self.batches.values().chain(unwritten).partition(is_mint);
        let entries = |all: Vec<&InFlight>| -> BTreeSet<EntryId> {
            all.into_iter().flat_map(InFlight::entries).collect()
        };
        let (minting, held_up) = (entries(minting), entries(others));
        let mut behind = Vec::new();
        let mut waits_its_turn = move |entry: &EntryId, item: &OutboxItem| {
            if held_up.contains(entry) {
                behind.push(item.document);
                return false;
            }
            if self.soil.has(Planted::PassesWhatFailed) {
                behind.clear();
            }
            !minting.contains(entry)
                && !behind.iter().any(|other| item.document.is_volume_of(other))
        };
        self.outbox
            .iter()
            .filter(|(entry, item)| waits_its_turn(entry, item))
            .filter(|(_, item)| item.written_at <= now || !self.soil.has(Planted::ClockDecides))
            .filter(|(_, item)| !item.asks_again(now))
            .filter(|(_, item)| self.documents.is_open(&self.place_of(item)))
            .collect()
    }

    /// The last that was written here of what the server does not have for certain. What is written
    /// next gets an id behind it.
    pub fn newest_unsent(&self) -> Option<EntryId> {
        let minted = self.held.values().flat_map(|held| &held.minted).map(|minted| minted.entry);
        let in_flight = self.batches.values().flat_map(InFlight::entries);
        self.outbox.keys().copied().chain(minted).chain(in_flight).max()
    }

    fn mint(&mut self, actor: Actor, entry: EntryId, item: OutboxItem, out: &mut Vec<Effect>) {
        // On its way nothing is asked any more.
        let document = self.place_of(&item);
        let item = OutboxItem { document, ask_again_at: None, ..item };
        let put = match item.put.clone() {
            PutInto::Entry { text } => Put::Entry { entry, text },
            PutInto::Register { name, text } => Put::Register { name, text },
        };
        if self.documents.says(&document, &put) {
            let row = RowKey::Outbox(entry, item.saying);
            let writes = item.rows(entry).map(Write::Remove).collect();
            self.store(InFlight::Said { entry, row }, vec![row], writes, out);
            return;
        }
        let (hash, bytes) = self.documents.mint(&document, actor, &put);
        let order = self.minted_next;
        self.minted_next += 1;
        let standing = Standing::Minted { entry, item: item.clone(), order };
        let row = Stored::Change { document, hash, bytes: bytes.clone().into(), standing };
        let outbox: Vec<_> = item.rows(entry).collect();
        let requires = outbox.first().copied().into_iter().collect();
        let minted = Minted { order, hash, bytes, entry, item };
        let what = InFlight::Mint { document, minted, stale: false };
        let mut writes = vec![Write::Put(row)];
        if !self.soil.has(Planted::OutboxRowStays) {
            writes.extend(outbox.into_iter().map(Write::Remove));
        }
        self.store(what, requires, writes, out);
    }

    fn push(&mut self, out: &mut Vec<Effect>) {
        let Link::Open(open) = &mut self.link else {
            return;
        };
        for (document, held) in &self.held {
            if held.minted.is_empty() || open.is_stuck(document) {
                continue;
            }
            let (mut changes, mut hashes, mut size) = (Vec::new(), Vec::new(), 0);
            for minted in &held.minted {
                let full = size + minted.bytes.len() > CHANGES_BYTES_MAX && !changes.is_empty();
                if full || changes.len() == PUSH_CHANGES_MAX {
                    let (changes, hashes) =
                        (std::mem::take(&mut changes), std::mem::take(&mut hashes));
                    open.push(*document, changes, hashes, out);
                    size = 0;
                }
                if open.pushed.insert(minted.hash) {
                    size += minted.bytes.len();
                    changes.push(minted.bytes.clone().into());
                    hashes.push(minted.hash);
                }
            }
            open.push(*document, changes, hashes, out);
        }
        if self.soil.has(Planted::SentWhenPushed) {
            self.call_all_sent(out);
        }
    }

    /// A fault to plant.
    fn call_all_sent(&mut self, out: &mut Vec<Effect>) {
        let documents: Vec<_> = self.held.keys().copied().collect();
        for document in documents {
            let minted = self.held[&document].minted.iter();
            let sidecar = Sidecar {
                account: Some(self.account),
                device: Some(self.device),
                received_at: Timestamp::default(),
                receipt: Receipt([0; 16]),
            };
            let all: Vec<_> = minted.map(|minted| (minted.hash, 0, sidecar)).collect();
            self.acknowledged(document, &all, out);
        }
    }

    pub(super) fn taken(
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
        let (mut stored, mut refused, mut missing) = (Vec::new(), Vec::new(), false);
        for (hash, outcome) in hashes.into_iter().zip(outcomes) {
            match *outcome {
                Outcome::Stored { seq, received_at, receipt } => {
                    let sidecar = Sidecar {
                        account: Some(self.account),
                        device: Some(self.device),
                        received_at,
                        receipt,
                    };
                    stored.push((hash, seq, sidecar));
                }
                Outcome::Missing => {
                    open.pushed.remove(&hash);
                    missing = true;
                }
                Outcome::Refused { why } => refused.push((hash, why)),
            }
        }
        self.acknowledged(document, &stored, out);
        if !refused.is_empty() {
            self.refused(document, &refused, rng, out);
        } else if missing {
            self.missing(document, out);
        }
    }

    fn acknowledged(
        &mut self,
        document: DocumentId,
        stored: &[(ChangeHash, u64, Sidecar)],
        out: &mut Vec<Effect>,
    ) {
        let Some(held) = self.held.find_mut(&document) else {
            return;
        };
        let mut rows = Vec::new();
        for (hash, seq, sidecar) in stored {
            // One that was pushed again after the server lost it has a new receipt.
            let old = held.accepted.get(hash);
            let again = old.filter(|(_, old, _)| old.receipt != sidecar.receipt);
            let minted = held.minted.iter().find(|minted| minted.hash == *hash);
            let again = again.map(|(_, _, bytes)| bytes);
            if let Some(bytes) = minted.map(|minted| &minted.bytes).or(again).cloned() {
                held.forget(hash);
                rows.push(Row { seq: *seq, hash: *hash, sidecar: *sidecar, bytes: bytes.into() });
            }
        }
        self.take_accepted(document, rows, out);
    }

    fn refused(
        &mut self,
        document: DocumentId,
        refused: &[(ChangeHash, WhyRefused)],
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        if self.soil.has(Planted::RefusalBlocks) {
            return;
        }
        let Some(held) = self.held.get(&document) else {
            return;
        };
        // Pushed again after the server lost it, and now refused: nobody will ever have it.
        let accepted = refused.iter().map(|(hash, _)| *hash);
        let accepted: Vec<_> = accepted.filter(|hash| held.accepted.contains_key(hash)).collect();
        // What was minted again since is nobody's, and nothing here builds on it. Several were on their way
        // when the first was refused: each answer would make all of them anew, and push them once more.
        let is_of = |hash: &ChangeHash| held.minted.iter().any(|minted| minted.hash == *hash);
        let is_current = refused.iter().any(|(hash, _)| is_of(hash));
        if !accepted.is_empty() {
            self.let_go(document, &accepted, rng, out);
        } else if is_current {
            self.mint_again(document, refused, rng, out);
        }
    }

    /// A refusal never blocks the rest: the refused become dead letters, and everything that may
    /// build on them goes back to be minted again under a new actor, with the same entry ids.
    pub(super) fn mint_again(
        &mut self,
        document: DocumentId,
        refused: &[(ChangeHash, WhyRefused)],
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        self.spoil_minting(&document, 0);
        let Some(held) = self.held.find_mut(&document) else {
            return;
        };
        let refused = mapped(refused.iter().copied());
        let (mut writes, mut requires, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        for minted in std::mem::take(&mut held.minted) {
            let key = RowKey::Change(document, minted.hash);
            requires.push(key);
            writes.push(Write::Remove(key));
            let (entry, item) = (minted.entry, minted.item);
            entries.push(entry);
            match refused.get(&minted.hash) {
                Some(_) if self.soil.has(Planted::LostDeadLetter) => {}
                Some(why) => {
                    writes.push(Write::Put(Stored::DeadLetter {
                        entry,
                        item: item.clone(),
                        why: *why,
                    }));
                    self.dead_letters.insert(entry, (item, *why));
                }
                None => {
                    let item = item.back_from_a_change();
                    writes.push(Write::Put(Stored::Outbox { entry, item: item.clone() }));
                    self.outbox.insert(entry, item);
                }
            }
        }
        if !self.soil.has(Planted::ActorKeptAfterRefusal) {
            self.new_actor(rng);
        }
        self.open_again(&document, out);
        if writes.is_empty() {
            return;
        }
        self.store(InFlight::Rearranged { entries }, requires, writes, out);
        out.push(Effect::Tell(Notice::Changed));
    }

    /// Changes that are being written and were minted at this place or later build on something
    /// that will not be: once written, they go back.
    pub(super) fn spoil_minting(&mut self, document: &DocumentId, from_order: u64) {
        for what in self.batches.values_mut() {
            if let InFlight::Mint { document: into, minted, stale } = what
                && into == document
                && minted.order >= from_order
            {
                *stale = true;
            }
        }
    }

    /// A change that was minted for nothing is on the disk: back to what it was made of.
    pub(super) fn unmint(&mut self, document: DocumentId, minted: Minted, out: &mut Vec<Effect>) {
        let key = RowKey::Change(document, minted.hash);
        let entry = minted.entry;
        let mut writes = vec![Write::Remove(key)];
        // A verdict about its document may have taken it meanwhile, and the disk may not have heard of
        // that: what became of the words is written in one with their removal, or not at all.
        let now = self.row_of(entry).filter(|row| match row {
            Stored::DeadLetter { .. } => !self.soil.has(Planted::UnmintedWithoutLetter),
            Stored::Outbox { .. } | Stored::Change { .. } | Stored::Incomplete { .. } => true,
        });
        writes.extend(now.map(Write::Put));
        let entries = vec![entry];
        self.store(InFlight::Rearranged { entries }, vec![key], writes, out);
    }
}

impl Open {
    pub(super) fn push(
        &mut self,
        document: DocumentId,
        changes: Vec<minicbor::bytes::ByteVec>,
        hashes: Vec<ChangeHash>,
        out: &mut Vec<Effect>,
    ) {
        if changes.is_empty() {
            return;
        }
        let number = self.push_next;
        self.push_next += 1;
        self.pushes.insert(number, (document, hashes));
        out.push(Effect::Send(ToServer::Push { number, document, changes }));
    }
}
