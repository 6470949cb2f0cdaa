//! From the person's thumb to the disk: saving, rewording, withdrawing, and minting what waits.
//! Nothing is shown as saved before the disk said so.

use super::{Device, Documents, Effect, InFlight, Link, Minted, Notice};
use crate::document::{Actor, DocumentId, Put};
use crate::edit::Refused;
use crate::id::{EntryId, Rng};
use crate::sync::stored::{OutboxItem, PutInto, RowKey, Standing, StoreError, Stored, Write};

impl<D: Documents> Device<D> {
    pub(super) fn loaded(&mut self, rows: Vec<Stored>, out: &mut Vec<Effect>) {
        for row in rows {
            self.take_row(row);
        }
        let documents: Vec<_> = self.held.keys().copied().collect();
        for document in documents {
            self.tidy_held(&document);
            self.reopen(&document, out);
        }
        out.push(Effect::Tell(Notice::Changed));
    }

    pub(super) fn elsewhere(
        &mut self,
        put: Vec<Stored>,
        removed: &[RowKey],
        out: &mut Vec<Effect>,
    ) {
        let mut touched = std::collections::BTreeSet::new();
        for row in put {
            touched.extend(document_of(&row.key()));
            self.take_row(row);
        }
        for key in removed {
            touched.extend(document_of(key));
            self.drop_row(key);
        }
        for document in touched {
            self.tidy_held(&document);
            self.reopen(&document, out);
        }
        out.push(Effect::Tell(Notice::Changed));
    }

    pub(super) fn save(
        &mut self,
        number: u32,
        entry: EntryId,
        item: OutboxItem,
        replaces: bool,
        out: &mut Vec<Effect>,
    ) {
        let row = Stored::Outbox {
            entry,
            item: item.clone(),
        };
        // A rewording must not bring back what another tab has sent meanwhile.
        let requires = if replaces {
            vec![row.key()]
        } else {
            Vec::new()
        };
        self.store(
            InFlight::Save {
                number,
                entry,
                item,
            },
            requires,
            vec![Write::Put(row)],
            out,
        );
    }

    pub(super) fn reword(
        &mut self,
        number: u32,
        entry: EntryId,
        put: PutInto,
        out: &mut Vec<Effect>,
    ) {
        match self.outbox.get(&entry) {
            Some(item) => {
                let item = OutboxItem {
                    put,
                    ..item.clone()
                };
                self.save(number, entry, item, true, out);
            }
            None => out.push(Effect::Tell(Notice::Refused {
                number,
                why: Refused::AlreadySent,
            })),
        }
    }

    pub(super) fn withdraw(&mut self, number: u32, entry: EntryId, out: &mut Vec<Effect>) {
        if !self.outbox.contains_key(&entry) {
            out.push(Effect::Tell(Notice::Refused {
                number,
                why: Refused::AlreadySent,
            }));
            return;
        }
        let key = RowKey::Outbox(entry);
        let what = InFlight::Withdraw { number, entry };
        self.store(what, vec![key], vec![Write::Remove(key)], out);
    }

    pub(super) fn dismiss(&mut self, number: u32, entry: EntryId, out: &mut Vec<Effect>) {
        if !self.dead_letters.contains_key(&entry) {
            out.push(Effect::Tell(Notice::Refused {
                number,
                why: Refused::NoSuchEntry,
            }));
            return;
        }
        let key = RowKey::DeadLetter(entry);
        self.store(
            InFlight::Dismiss { number, entry },
            vec![key],
            vec![Write::Remove(key)],
            out,
        );
    }

    pub(super) fn stored(&mut self, number: u64, out: &mut Vec<Effect>) {
        let Some(what) = self.batches.remove(&number) else {
            return;
        };
        match what {
            InFlight::Save {
                number,
                entry,
                item,
            } => {
                self.outbox.insert(entry, item);
                out.push(Effect::Tell(Notice::Saved { number, entry }));
            }
            InFlight::Withdraw { number, entry } => {
                self.outbox.remove(&entry);
                out.push(Effect::Tell(Notice::Saved { number, entry }));
            }
            InFlight::Dismiss { number, entry } => {
                self.dead_letters.remove(&entry);
                out.push(Effect::Tell(Notice::Saved { number, entry }));
            }
            InFlight::Mint { document, minted } => {
                self.outbox.remove(&minted.entry);
                let held = self.held.entry(document).or_default();
                if !held.accepted.contains_key(&minted.hash) {
                    held.minted.push(minted);
                }
            }
            InFlight::Cache | InFlight::Rearranged => return,
        }
        out.push(Effect::Tell(Notice::Changed));
    }

    pub(super) fn not_stored(
        &mut self,
        number: u64,
        why: StoreError,
        rng: &mut dyn Rng,
        out: &mut Vec<Effect>,
    ) {
        let Some(what) = self.batches.remove(&number) else {
            return;
        };
        match what {
            InFlight::Save { number, .. }
            | InFlight::Withdraw { number, .. }
            | InFlight::Dismiss { number, .. } => out.push(Effect::Tell(match why {
                StoreError::Overtaken => Notice::Refused {
                    number,
                    why: Refused::AlreadySent,
                },
                StoreError::Full | StoreError::Unreachable => Notice::NotSaved { number, why },
            })),
            InFlight::Mint { document, minted } => {
                // The change was made and then not kept. Its place under its actor is used up.
                self.new_actor(rng);
                self.reopen(&document, out);
                if why == StoreError::Overtaken {
                    self.outbox.remove(&minted.entry);
                    out.push(Effect::Tell(Notice::Changed));
                }
            }
            // The server has these; without them on the disk the next start asks again.
            InFlight::Cache => {}
            // In memory they are right; the next start finds the old rows and the server refuses
            // again.
            InFlight::Rearranged => {}
        }
    }

    /// Makes a change of each item that waits, once there is somebody to send it to.
    pub(super) fn mint_and_push(&mut self, rng: &mut dyn Rng, out: &mut Vec<Effect>) {
        let actor = match &self.link {
            Link::Open(open) if open.welcomed && self.leading => open.actor,
            Link::Open(_) | Link::Closed | Link::Opening => return,
        };
        let busy: Vec<EntryId> = self.batches.values().filter_map(InFlight::entry).collect();
        let waiting: Vec<_> = self
            .outbox
            .iter()
            .filter(|(entry, _)| !busy.contains(entry))
            .filter(|(_, item)| self.documents.is_open(&item.document))
            .map(|(entry, item)| (*entry, item.clone()))
            .collect();
        for (entry, item) in waiting {
            self.mint(actor, entry, item, out);
        }
        self.push(rng, out);
    }

    fn mint(&mut self, actor: Actor, entry: EntryId, item: OutboxItem, out: &mut Vec<Effect>) {
        let document = item.document;
        let put = match item.put.clone() {
            PutInto::Entry { text } => Put::Entry { entry, text },
            PutInto::Register { name, text } => Put::Register { name, text },
        };
        let (hash, bytes) = self.documents.mint(&document, actor, &put);
        let order = self.minted_next;
        self.minted_next += 1;
        let standing = Standing::Minted {
            entry,
            item: item.clone(),
            order,
        };
        let row = Stored::Change {
            document,
            hash,
            bytes: bytes.clone().into(),
            standing,
        };
        let outbox = RowKey::Outbox(entry);
        let minted = Minted {
            order,
            hash,
            bytes,
            entry,
            item,
        };
        self.store(
            InFlight::Mint { document, minted },
            vec![outbox],
            vec![Write::Put(row), Write::Remove(outbox)],
            out,
        );
    }

    /// Opens a document from the rows that are held.
    pub(super) fn reopen(&mut self, document: &DocumentId, out: &mut Vec<Effect>) {
        let Some(held) = self.held.get(document) else {
            self.documents.close(document);
            return;
        };
        if document.is_marks() {
            return;
        }
        if self.documents.open(document, &held.changes()).is_err() {
            self.documents.close(document);
            out.push(Effect::Tell(Notice::Damaged(*document)));
        }
    }

    fn take_row(&mut self, row: Stored) {
        match row {
            Stored::Outbox { entry, item } => {
                self.outbox.insert(entry, item);
            }
            Stored::DeadLetter { entry, item, why } => {
                self.dead_letters.insert(entry, (item, why));
            }
            Stored::Change {
                document,
                hash,
                bytes,
                standing,
            } => {
                let held = self.held.entry(document).or_default();
                held.minted.retain(|minted| minted.hash != hash);
                match standing {
                    Standing::Accepted { seq, sidecar } => {
                        held.forget(&hash);
                        held.sum.add(&hash);
                        held.accepted.insert(hash, (seq, sidecar, bytes.into()));
                    }
                    Standing::Minted { entry, item, order } => {
                        self.minted_next = self.minted_next.max(order + 1);
                        self.outbox.remove(&entry);
                        held.minted.push(Minted {
                            order,
                            hash,
                            bytes: bytes.into(),
                            entry,
                            item,
                        });
                    }
                }
            }
        }
    }

    fn drop_row(&mut self, key: &RowKey) {
        match key {
            RowKey::Outbox(entry) => {
                self.outbox.remove(entry);
            }
            RowKey::DeadLetter(entry) => {
                self.dead_letters.remove(entry);
            }
            RowKey::Change(document, hash) => {
                if let Some(held) = self.held.get_mut(document) {
                    held.forget(hash);
                    held.minted.retain(|minted| minted.hash != *hash);
                }
            }
        }
    }

    fn tidy_held(&mut self, document: &DocumentId) {
        if let Some(held) = self.held.get_mut(document) {
            held.count_places();
            held.minted.sort_by_key(|minted| minted.order);
        }
    }
}

impl InFlight {
    fn entry(&self) -> Option<EntryId> {
        match self {
            Self::Save { entry, .. } | Self::Withdraw { entry, .. } => Some(*entry),
            Self::Mint { minted, .. } => Some(minted.entry),
            Self::Dismiss { .. } | Self::Cache | Self::Rearranged => None,
        }
    }
}

fn document_of(key: &RowKey) -> Option<DocumentId> {
    match key {
        RowKey::Change(document, _) => Some(*document),
        RowKey::Outbox(_) | RowKey::DeadLetter(_) => None,
    }
}
