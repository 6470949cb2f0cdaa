//! Everything known about one person as plain data: chart, journals and care merged. Nothing that
//! anyone wrote is dropped; two values under one id are both kept.

pub mod activity;
pub mod before_visit;
pub mod chart;
pub mod conversations;
pub mod devices;
pub mod groups;
mod loaded;
pub mod mark;
pub mod medicines;
pub mod message;
pub mod own;
pub mod preference;
pub mod reading;
mod reads;
pub mod refill;
pub mod refills;
pub mod said;
pub mod staff;
pub mod visit;
mod written;

pub use self::chart::{Chart, Loaded, Part, Resource, Shelf};
use self::conversations::Conversations;
use self::loaded::Arrival;
pub use self::mark::{Mark, Step};
pub use self::preference::Preference;
pub use self::reads::ReadMark;
use self::reads::Reads;
pub use self::said::{MarkedWrong, Message, Reply, Said};
use self::written::Written;
use crate::arrange::mapped;
use crate::document::{ChangeHash, Document, DocumentId};
use crate::edit::Audience;
use crate::fhir::entry::is_chart_entry;
use crate::id::{AccountId, EntryId};
use crate::ordered::{BTreeMap, BTreeSet};
use crate::sync::stored::{OutboxItem, PutInto};
use crate::time::{Timestamp, WorkingDays, Zone};
use crate::wire::{Sidecar, WhyRefused};

/// Prefix of the register that says how far an account has read a thread.
pub const READ_REGISTER: &str = "read/";

#[derive(Debug, Clone, Default)]
pub struct Record {
    entries: BTreeMap<EntryId, Vec<Entry>>,
    /// Those of them that say something of the chart is wrong: every row of the chart asks for them.
    remarks: BTreeSet<EntryId>,
    /// Those that are no part of a conversation and no note of who looked, of which a long life has
    /// thousands; and those that the server did not have when they came here.
    besides: BTreeSet<EntryId>,
    unreceived: BTreeSet<EntryId>,
    reads: Reads,
    arrival: Arrival,
    marks: BTreeMap<EntryId, Vec<Mark>>,
    /// Of what waits here: when the person is asked whether it is still meant.
    asks: BTreeMap<EntryId, Timestamp>,
    names: BTreeMap<AccountId, String>,
    /// By writer and name. Two values that were written at once are both there.
    registers: BTreeMap<(AccountId, String), Vec<Kept>>,
    chart: Chart,
    clinic_days: WorkingDays,
    written: Written,
    conversations: Conversations,
}

/// A value of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub text: String,
    pub place: Place,
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
    /// Part of a change that was handed over: the clinic may have it, and its words stand.
    Leaving,
    Refused(WhyRefused),
    Received(Timestamp),
}

impl Entry {
    /// Received order, then what has not left this device: of that the ids say what was written first, and
    /// no clock does.
    pub fn order(&self) -> (bool, Timestamp) {
        match self.place {
            Place::Received(at) => (false, at),
            Place::Here | Place::Leaving | Place::Refused(_) => (true, Timestamp::default()),
        }
    }
}

impl Place {
    pub fn received_at(self) -> Option<Timestamp> {
        match self {
            Self::Received(at) => Some(at),
            Self::Here | Self::Leaving | Self::Refused(_) => None,
        }
    }
}

impl Record {
    /// Names of the accounts that write in this record.
    pub fn name(&mut self, account: AccountId, name: String) {
        self.names.insert(account, name);
    }

    pub fn name_of(&self, account: AccountId) -> Option<&str> {
        self.names.get(&account).map(String::as_str)
    }

    /// Adds a document, or reads a chart document anew. A change without a sidecar was minted here
    /// and not acknowledged.
    pub fn add_document<'a>(
        &mut self,
        key: &DocumentId,
        document: &Document,
        sidecar: impl Fn(&ChangeHash) -> Option<&'a Sidecar>,
    ) {
        let place_of = |change: &ChangeHash| match sidecar(change) {
            Some(sidecar) => Place::Received(sidecar.received_at),
            None => Place::Leaving,
        };
        let (mut resources, mut unreadable) = (Vec::new(), 0);
        for (entry, value) in document.each_entry() {
            let place = place_of(&value.change);
            if key.is_chart() && is_chart_entry(&value.text) {
                match Resource::read(entry, value.text.clone(), place.received_at()) {
                    Some(resource) => resources.push(resource),
                    None => unreadable += 1,
                }
                continue;
            }
            let said = Said::read_in(key, &value.text);
            let (audience, author) = (key.audience(), key.writer());
            self.insert(entry, Entry { said, audience, author, place });
        }
        if key.is_chart() {
            self.chart.add(Part::new(*key, resources, unreadable));
        }
        let Some(writer) = key.writer() else { return };
        for (name, value) in document.each_register() {
            let place = place_of(&value.change);
            self.register(writer, &name, value.text.to_string(), place);
        }
    }

    /// Forgets what people wrote and keeps the chart, which is costly to read: the start of
    /// building the rest anew.
    pub fn restart_writing(&mut self) {
        let chart = std::mem::take(&mut self.chart);
        let clinic_days = std::mem::take(&mut self.clinic_days);
        *self = Self { chart, clinic_days, ..Self::default() };
    }

    pub fn chart(&self) -> &Chart {
        &self.chart
    }

    pub fn chart_mut(&mut self) -> &mut Chart {
        &mut self.chart
    }

    /// When the clinic works, and where: days are counted there.
    pub fn set_clinic_days(&mut self, days: WorkingDays) {
        self.clinic_days = days;
    }

    pub fn clinic_days(&self) -> &WorkingDays {
        &self.clinic_days
    }

    pub fn zone(&self) -> &Zone {
        &self.clinic_days.zone
    }

    /// Adds what waits on this device, as it will stand in its document.
    pub fn add_waiting(&mut self, account: AccountId, entry: EntryId, item: &OutboxItem) {
        let place = if item.may_change() { Place::Here } else { Place::Leaving };
        if let Some(at) = item.ask_again_at.filter(|_| item.may_change()) {
            self.asks.insert(entry, at);
        }
        self.add_item(account, entry, item, place);
    }

    /// The same of what a change was made of already, though its document may not be open.
    pub fn add_leaving(&mut self, account: AccountId, entry: EntryId, item: &OutboxItem) {
        self.add_item(account, entry, item, Place::Leaving);
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
        self.entries.iter().flat_map(|(id, all)| all.iter().map(|entry| (*id, entry)))
    }

    /// What people asked and decided: all entries but messages, replies and notes of who looked.
    pub fn entries_besides_messages(&self) -> impl Iterator<Item = (EntryId, &Entry)> {
        self.each_of(&self.besides)
    }

    /// All that did not come from the server, and perhaps some that it has by now.
    pub fn entries_from_here(&self) -> impl Iterator<Item = (EntryId, &Entry)> {
        self.each_of(&self.unreceived)
    }

    fn each_of<'a>(
        &'a self,
        entries: &'a BTreeSet<EntryId>,
    ) -> impl Iterator<Item = (EntryId, &'a Entry)> {
        entries.iter().flat_map(|id| self.values_of(*id).iter().map(|entry| (*id, entry)))
    }

    pub fn values_of(&self, entry: EntryId) -> &[Entry] {
        self.entries.get(&entry).map_or(&[], Vec::as_slice)
    }

    /// Entries of the chart that the clinic took back, also if their source sent the same once more.
    pub fn marked_wrong(&self) -> BTreeMap<EntryId, &MarkedWrong> {
        let marks = self.remarks().filter_map(|entry| match &entry.said {
            Said::MarkedWrong(mark) => Some((mark.entry, mark, true)),
            _ => None,
        });
        let mut marks: Vec<_> = marks.collect();
        let mut place = 0;
        // One of the same words is marked like the one before it, and so on. What lies inside a report
        // follows the report: when that was put right, so is all in it.
        while let Some(&(entry, mark, goes_on)) = marks.get(place) {
            place += 1;
            let next = self.chart.version_after(entry).filter(|_| goes_on);
            let same = next.filter(|next| {
                self.chart.find(entry).is_some_and(|entry| entry.says_the_same(next))
            });
            // What a damaged chart calls newer than itself is followed once.
            let is_new =
                |next: &Resource| !marks.iter().any(|(it, _, own)| *own && *it == next.entry);
            let new = same.filter(|next| is_new(next));
            marks.extend(new.map(|next| (next.entry, mark, true)));
            marks.extend(self.chart.inside(entry).map(|inner| (inner.entry, mark, false)));
        }
        mapped(marks.into_iter().map(|(entry, mark, _)| (entry, mark)))
    }

    /// What anybody said is wrong in the chart.
    pub fn remarks(&self) -> impl Iterator<Item = &Entry> {
        self.remarks.iter().flat_map(|entry| self.values_of(*entry))
    }

    /// From then on it does not leave before the person said that it is still meant.
    pub fn ask_again_at(&self, entry: EntryId) -> Option<Timestamp> {
        self.asks.get(&entry).copied()
    }

    pub fn marks_of(&self, entry: EntryId) -> &[Mark] {
        self.marks.get(&entry).map_or(&[], Vec::as_slice)
    }

    /// All values of a register that stand: more than one is a conflict for a person to settle.
    pub fn values_of_register(&self, writer: AccountId, name: &str) -> &[Kept] {
        let kept = self.registers.get(&(writer, name.to_owned()));
        kept.map_or(&[], Vec::as_slice)
    }

    fn add_item(&mut self, account: AccountId, entry: EntryId, item: &OutboxItem, place: Place) {
        match &item.put {
            PutInto::Entry { text } => {
                let said = Said::read_in(&item.document, text);
                let audience = item.document.audience();
                self.insert(entry, Entry { said, audience, author: Some(account), place });
            }
            // A choice that the clinic did not take is none; its words stand among what was not sent.
            PutInto::Register { .. } if matches!(place, Place::Refused(_)) => {}
            PutInto::Register { name, text } => {
                // What waits here was written after everything in the document.
                let waiting = matches!(place, Place::Here | Place::Leaving);
                if waiting {
                    self.registers.remove(&(account, name.clone()));
                }
                self.register(account, name, text.clone(), place);
            }
        }
    }

    /// Equal words under one id are one entry: an edit that was minted twice, or that is in a
    /// document and still in the outbox. The one that got further stands.
    pub(crate) fn insert(&mut self, id: EntryId, new: Entry) {
        if matches!(new.said, Said::Wrong(_) | Said::MarkedWrong(_)) {
            self.remarks.insert(id);
        }
        if !matches!(new.said, Said::Message(_) | Said::Reply(_) | Said::Activity(_)) {
            self.besides.insert(id);
        }
        if !matches!(new.place, Place::Received(_)) {
            self.unreceived.insert(id);
        }
        self.written = Written::default();
        // Nearly always there is one: a list's usual room for four would be most of what is kept.
        let all = self.entries.entry(id).or_insert_with(|| Vec::with_capacity(1));
        let same = all.iter_mut().enumerate().find(|(_, old)| {
            old.said == new.said && old.author == new.author && old.audience == new.audience
        });
        let Some((value, old)) = same else {
            self.conversations.note(id, all.len(), &new, None);
            return all.push(new);
        };
        let before = old.order();
        match (old.place, new.place) {
            (Place::Received(first), Place::Received(again)) => {
                old.place = Place::Received(first.min(again));
            }
            (Place::Here | Place::Leaving | Place::Refused(_), place @ Place::Received(_)) => {
                old.place = place;
            }
            (Place::Here, place @ Place::Leaving) => old.place = place,
            (Place::Received(_) | Place::Here | Place::Leaving | Place::Refused(_), _) => {}
        }
        if old.order() != before {
            self.conversations.note(id, value, old, Some(before));
        }
    }

    /// As if it had never been written: only of what has not left this device.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn forget(&mut self, entry: EntryId) {
        self.entries.remove(&entry);
        self.conversations.forget(entry);
        self.written = Written::default();
    }

    fn register(&mut self, writer: AccountId, name: &str, text: String, place: Place) {
        if name.starts_with(READ_REGISTER) {
            return self.note_read(writer, name, &text, place);
        }
        let all = self.registers.entry((writer, name.to_owned())).or_default();
        if !all.iter().any(|kept| kept.text == text) {
            all.push(Kept { text, place });
        }
    }

    fn note_read(&mut self, reader: AccountId, register: &str, text: &str, place: Place) {
        let thread = register.strip_prefix(READ_REGISTER).and_then(|id| id.parse().ok());
        if let (Some(thread), Ok(up_to)) = (thread, text.parse()) {
            self.reads.note(reader, thread, ReadMark { up_to, place });
        }
    }
}

#[cfg(test)]
mod tests;
