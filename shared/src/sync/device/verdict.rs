//! What the server may tell a device to give up: a document that is not its own any more, one that
//! was rebuilt without something erased, or everything.

use super::exchange::{Busy, holds};
use super::line::Link;
use super::{Device, Documents, Effect, InFlight, Line, Minted, Notice};
use crate::arrange::mapped;
use crate::document::{ChangeHash, DocumentId};
use crate::id::{EntryId, Rng};
use crate::ordered::BTreeMap;
use crate::sync::planted::Planted;
use crate::sync::stored::{OutboxItem, RowKey, Stored, Write};
use crate::time::Timestamp;
use crate::wire::{WhyClosed, WhyRefused};

impl<D: Documents> Device<D> {
    pub(super) fn closed(
        &mut self,
        now: Timestamp,
        document: DocumentId,
        why: WhyClosed,
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        if self.keeps_what_was_closed(why) {
            return;
        }
        let (mut writes, mut unsent) = if self.is_needed_still(document, why) {
            self.take_unsent(document, rng, out)
        } else {
            self.drop_document(document, rng)
        };
        if self.loses_what_was_closed(why) {
            unsent.clear();
        }
        // Those too that are only now being written: beside the verdict they would be read as unsent.
        writes.extend(self.minting_in_vain(document));
        let mut entries = Vec::new();
        for (entry, item) in unsent {
            // The person is saying it otherwise or taking it back. After that it is asked about again.
            if self.outbox.contains_key(&entry) && self.is_being_changed(&entry) {
                continue;
            }
            let Some(mut item) = self.took_while_it_waits(entry, item, why, out) else { continue };
            entries.push(entry);
            match why {
                WhyClosed::NotYours => {
                    let why = WhyRefused::NotAllowed;
                    writes.extend(item.rows(entry).map(Write::Remove));
                    writes.push(Write::Put(Stored::DeadLetter { entry, item: item.clone(), why }));
                    self.outbox.remove(&entry);
                    self.dead_letters.insert(entry, (item, why));
                }
                WhyClosed::Superseded { epoch } => {
                    item.document.epoch = item.document.epoch.max(epoch);
                    writes.push(Write::Put(Stored::Outbox { entry, item: item.clone() }));
                    self.outbox.insert(entry, item);
                }
            }
        }
        if !writes.is_empty() {
            self.store(InFlight::Rearranged { entries }, Vec::new(), writes, out);
            out.push(Effect::Tell(Notice::Changed));
        }
        self.is_complete(&document, out);
        let Link::Open(open) = &mut self.link else {
            return;
        };
        open.busy.remove(&document);
        open.stuck.remove(&document);
        // What is written into it from now on is asked about again.
        if !self.soil.has(Planted::ClosedIsAskedOnce) {
            open.asked_for.remove(&document);
        }
        if open.busy.is_empty() {
            self.ping(now, out);
        }
    }

    /// Of what only waits the row may be another by now, or gone: a verdict brings nothing back. Where it goes
    /// is chosen when it is minted. What was part of a change comes back.
    fn took_while_it_waits(
        &mut self,
        entry: EntryId,
        mut item: OutboxItem,
        why: WhyClosed,
        out: &mut Vec<Effect>,
    ) -> Option<OutboxItem> {
        let waits = self.outbox.contains_key(&entry) && !self.is_being_rearranged(&entry);
        match why {
            WhyClosed::NotYours if waits => {
                self.lay_aside(entry, item, WhyRefused::NotAllowed, out);
                None
            }
            WhyClosed::Superseded { epoch } if waits && item.may_change() => {
                item.document.epoch = item.document.epoch.max(epoch);
                self.outbox.insert(entry, item);
                None
            }
            WhyClosed::NotYours | WhyClosed::Superseded { .. } => Some(item),
        }
    }

    /// An older epoch stays until all of the newer one is here: until then its rows may be the only
    /// ones, should the clinic go back in time. The next comparison asks about it again.
    fn is_needed_still(&self, document: DocumentId, why: WhyClosed) -> bool {
        let (WhyClosed::Superseded { epoch }, Link::Open(open)) = (why, &self.link) else {
            return false;
        };
        let newer = DocumentId { epoch, ..document };
        !open.whole.contains(&newer) && !self.soil.has(Planted::OldEpochDroppedAtOnce)
    }

    /// A fault to plant.
    fn keeps_what_was_closed(&self, why: WhyClosed) -> bool {
        self.soil.has(match why {
            WhyClosed::NotYours => Planted::NarrowedKept,
            WhyClosed::Superseded { .. } => Planted::OldEpochKept,
        })
    }

    /// A fault to plant.
    fn loses_what_was_closed(&self, why: WhyClosed) -> bool {
        self.soil.has(match why {
            WhyClosed::NotYours => Planted::NarrowedLosesUnsent,
            WhyClosed::Superseded { .. } => Planted::EpochLosesUnsent,
        })
    }

    /// Its rows go, from memory too. What of it was never acknowledged, and how to remove the rest.
    ///
    /// What was set aside stays, out of sight, until the clinic can take it: the verdict is about the
    /// other rows, and nobody else may have it.
    fn drop_document(
        &mut self,
        document: DocumentId,
        rng: &mut dyn Rng,
    ) -> (Vec<Write>, BTreeMap<EntryId, OutboxItem>) {
        self.spoil_minting(&document, 0);
        self.new_actor(rng);
        self.documents.close(&document);
        let mut held = self.held.remove(&document).unwrap_or_default();
        let minted = std::mem::take(&mut held.minted);
        let all = held.accepted.keys().chain(minted.iter().map(|minted| &minted.hash));
        let remove = |hash: &ChangeHash| Write::Remove(RowKey::Change(document, *hash));
        let mut writes: Vec<_> = all.map(remove).collect();
        let set_aside = held.only_orphans();
        if self.soil.has(Planted::OrphansDropped) {
            writes.extend(set_aside.all_hashes().map(|hash| remove(&hash)));
        } else if set_aside.has_orphans() {
            self.held.insert(document, set_aside);
        }
        (writes, self.unsent_of(document, minted))
    }

    /// Its accepted rows stay. What of it was never acknowledged, and how to remove that.
    fn take_unsent(
        &mut self,
        document: DocumentId,
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) -> (Vec<Write>, BTreeMap<EntryId, OutboxItem>) {
        self.spoil_minting(&document, 0);
        self.new_actor(rng);
        let held = self.held.find_mut(&document);
        let minted = held.map(|held| std::mem::take(&mut held.minted)).unwrap_or_default();
        let remove = |minted: &Minted| Write::Remove(RowKey::Change(document, minted.hash));
        let writes = minted.iter().map(remove).collect();
        self.open_again(&document, out);
        let unsent = self.unsent_of(document, minted);
        (writes, unsent)
    }

    fn minting_in_vain(&self, document: DocumentId) -> impl Iterator<Item = Write> {
        self.batches.values().filter_map(move |what| match what {
            InFlight::Mint { document: into, minted, .. } if *into == document => {
                Some(Write::Remove(RowKey::Change(document, minted.hash)))
            }
            InFlight::Mint { .. }
            | InFlight::Save { .. }
            | InFlight::Withdraw { .. }
            | InFlight::Dismiss { .. }
            | InFlight::Said { .. }
            | InFlight::Noted
            | InFlight::Cache { .. }
            | InFlight::Rearranged { .. } => None,
        })
    }

    fn unsent_of(
        &self,
        document: DocumentId,
        minted: Vec<Minted>,
    ) -> BTreeMap<EntryId, OutboxItem> {
        let back = |minted: Minted| (minted.entry, minted.item.back_from_a_change());
        // Where it goes is chosen when it is minted, so that what waits may be named after another volume.
        let into = |entry: &EntryId| {
            self.batches.values().any(|what| {
                matches!(what, InFlight::Mint { document: into, minted, .. }
                    if *into == document && minted.entry == *entry)
            })
        };
        let outbox = self.outbox.iter();
        let waiting = outbox
            .filter(|(entry, item)| item.document == document || into(entry))
            .map(|(entry, item)| (*entry, OutboxItem { document, ..item.clone() }));
        mapped(minted.into_iter().map(back).chain(waiting))
    }

    /// Whatever was unsent here is lost; whoever revokes a device is told so.
    pub(super) fn revoked(&mut self, out: &mut Vec<Effect>) {
        if self.soil.has(Planted::RevokedKept) {
            return;
        }
        for document in std::mem::take(&mut self.held).into_keys() {
            self.documents.close(&document);
        }
        self.outbox.clear();
        self.dead_letters.clear();
        self.incomplete.clear();
        self.batches.clear();
        self.rearranging.clear();
        self.unwritten.clear();
        self.unkept.clear();
        self.link = Link::Closed;
        self.line = Line::Revoked;
        out.extend([
            Effect::Wipe,
            Effect::HangUp,
            Effect::Tell(Notice::Line(Line::Revoked)),
            Effect::Tell(Notice::Changed),
        ]);
    }

    /// Something waits for a document that is not here: is it to be had at all?
    pub(super) fn ask_for_missing_documents(&mut self, out: &mut Vec<Effect>) {
        let places: Vec<_> = self.outbox.values().map(|item| self.place_of(item)).collect();
        let Link::Open(open) = &mut self.link else {
            return;
        };
        for document in places {
            let here = self.documents.is_open(&document) || open.busy.contains_key(&document);
            if !here && open.asked_for.insert(document) {
                open.busy.insert(document, Busy::Comparing);
                out.push(holds(document, self.held.get(&document)));
            }
        }
    }
}
