//! Everything known about one person as plain data: chart, journals and care merged. Nothing that
//! anyone wrote is dropped; two values under one id are both kept.

pub mod mark;
pub mod said;

use std::collections::BTreeMap;

pub use self::mark::{Mark, Step};
pub use self::said::{Message, Reply, Said};
use crate::document::{ChangeHash, Document, DocumentId};
use crate::edit::Audience;
use crate::id::{AccountId, EntryId};
use crate::sync::stored::{OutboxItem, PutInto};
use crate::time::Timestamp;
use crate::wire::{Sidecar, WhyRefused};

/// Prefix of the register that says how far an account has read a thread.
pub const READ_REGISTER: &str = "read/";

#[derive(Debug, Clone, Default)]
pub struct Record {
    entries: BTreeMap<EntryId, Vec<Entry>>,
    /// By reader and thread: the newest entry that was on their screen.
    reads: BTreeMap<(AccountId, EntryId), EntryId>,
    marks: BTreeMap<EntryId, Vec<Mark>>,
    names: BTreeMap<AccountId, String>,
}

/// One thing somebody wrote, with everything that may be relied on about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub said: Said,
    pub audience: Option<Audience>,
    /// Nothing if the clinic wrote it; the entry then names the person.
    pub author: Option<AccountId>,
    pub place: Place,
}

/// Where an entry is, as this side knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On this device alone.
    Here,
    Refused(WhyRefused),
    Received(Timestamp),
}

impl Record {
    /// Names of the accounts that write in this record.
    pub fn name(&mut self, account: AccountId, name: String) {
        self.names.insert(account, name);
    }

    pub fn name_of(&self, account: AccountId) -> Option<&str> {
        self.names.get(&account).map(String::as_str)
    }

    /// Adds a document. A change without a sidecar was minted here and not acknowledged.
    pub fn add_document<'a>(
        &mut self,
        key: &DocumentId,
        document: &Document,
        sidecar: impl Fn(&ChangeHash) -> Option<&'a Sidecar>,
    ) {
        for (entry, values) in document.entries() {
            for value in values {
                let place = match sidecar(&value.change) {
                    Some(sidecar) => Place::Received(sidecar.received_at),
                    None => Place::Here,
                };
                let said = Said::from_text(&value.text);
                let (audience, author) = (key.audience(), key.writer());
                self.insert(
                    entry,
                    Entry {
                        said,
                        audience,
                        author,
                        place,
                    },
                );
            }
        }
        let Some(reader) = key.writer() else { return };
        for (name, values) in document.registers() {
            for value in values {
                self.read_mark(reader, &name, &value.text);
            }
        }
    }

    /// Adds what waits on this device, as it will stand in its document.
    pub fn add_waiting(&mut self, account: AccountId, entry: EntryId, item: &OutboxItem) {
        self.add_item(account, entry, item, Place::Here);
    }

    pub fn add_refused(
        &mut self,
        account: AccountId,
        entry: EntryId,
        item: &OutboxItem,
        why: WhyRefused,
    ) {
        self.add_item(account, entry, item, Place::Refused(why));
    }

    pub fn add_mark(&mut self, mark: Mark) {
        self.marks.entry(mark.entry).or_default().push(mark);
    }

    pub fn entries(&self) -> impl Iterator<Item = (EntryId, &Entry)> {
        self.entries
            .iter()
            .flat_map(|(id, all)| all.iter().map(|entry| (*id, entry)))
    }

    pub fn values_of(&self, entry: EntryId) -> &[Entry] {
        self.entries.get(&entry).map_or(&[], Vec::as_slice)
    }

    pub fn marks_of(&self, entry: EntryId) -> &[Mark] {
        self.marks.get(&entry).map_or(&[], Vec::as_slice)
    }

    pub fn read_up_to(&self, reader: AccountId, thread: EntryId) -> Option<EntryId> {
        self.reads.get(&(reader, thread)).copied()
    }

    fn add_item(&mut self, account: AccountId, entry: EntryId, item: &OutboxItem, place: Place) {
        match &item.put {
            PutInto::Entry { text } => {
                let (said, audience) = (Said::from_text(text), item.document.audience());
                self.insert(
                    entry,
                    Entry {
                        said,
                        audience,
                        author: Some(account),
                        place,
                    },
                );
            }
            PutInto::Register { name, text } => self.read_mark(account, name, text),
        }
    }

    /// Equal words under one id are one entry: an edit that was minted twice, or that is in a
    /// document and still in the outbox. The one that got further stands.
    pub(crate) fn insert(&mut self, id: EntryId, new: Entry) {
        let all = self.entries.entry(id).or_default();
        let same = all.iter_mut().find(|old| {
            old.said == new.said && old.author == new.author && old.audience == new.audience
        });
        match same {
            None => all.push(new),
            Some(old) => match (old.place, new.place) {
                (Place::Received(first), Place::Received(again)) => {
                    old.place = Place::Received(first.min(again));
                }
                (Place::Here | Place::Refused(_), place @ Place::Received(_)) => old.place = place,
                (Place::Received(_), _) | (Place::Here | Place::Refused(_), _) => {}
            },
        }
    }

    fn read_mark(&mut self, reader: AccountId, register: &str, text: &str) {
        let thread = register
            .strip_prefix(READ_REGISTER)
            .and_then(|id| id.parse().ok());
        let (Some(thread), Ok(up_to)) = (thread, text.parse()) else {
            return;
        };
        let newest = self.reads.entry((reader, thread)).or_insert(up_to);
        *newest = (*newest).max(up_to);
    }
}
