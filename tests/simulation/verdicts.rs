//! What the clinic decides about accounts, devices and entries, and what a device does then.

use std::collections::{BTreeMap, BTreeSet};

use shared::document::DocumentId;
use shared::id::{AccountId, DeviceId, EntryId};
use shared::sync::device;
use shared::sync::scope::Level;
use shared::sync::server;
use shared::sync::stored::PutInto;
use shared::time::Timestamp;
use shared::wire::{ToDevice, WhyClosed};

use crate::cast;
use crate::erasure::Rebuilt;
use crate::machine::Asked;
use crate::oracle;
use crate::tier::Tier;
use crate::weight::Weight;
use crate::world::World;
use crate::years::work;

impl<T: Tier> World<T> {
    /// The grants of an account are others from now on; its lines are told at once.
    pub fn rescope(&mut self, account: AccountId, level: Option<Level>) {
        self.note(|| format!("the level of {account} is {level:?}"));
        self.was_narrowed = true;
        self.clinic.levels.insert(account, level);
        self.look_again(|owner, _| owner == account);
    }

    fn look_again(&mut self, which: impl Fn(AccountId, DeviceId) -> bool) {
        for line in self.clinic.lines_of(which) {
            if let Some(account) = self.clinic.account_of(line) {
                let event = server::Event::Rescoped(self.clinic.scope_of(account));
                self.tell_line(line, event);
            }
        }
    }

    fn tell_line(&mut self, line: usize, event: server::Event) {
        let now = Timestamp::from_millis(self.now);
        let answer = self.clinic.handle(line, event, now, &mut self.rng);
        self.answered(answer);
    }

    /// The device may not come back: it destroys what it holds once it hears of it.
    pub fn revoke(&mut self, machine: usize) {
        let id = self.machines[machine].id;
        self.note(|| format!("machine {machine} is revoked as {id}"));
        self.clinic.revoked.insert(id);
        for line in self.clinic.lines_of(|_, device| device == id) {
            self.tell_line(line, server::Event::Revoked);
        }
    }

    pub fn is_revoked(&self, machine: usize) -> bool {
        self.clinic.revoked.contains(&self.machines[machine].id)
    }

    pub(super) fn tell_if_revoked(&mut self, line: usize, id: DeviceId) {
        if self.clinic.revoked.contains(&id) {
            self.tell_line(line, server::Event::Revoked);
        }
    }

    pub(super) fn wiped(&mut self, machine: usize) {
        if !self.is_revoked(machine) {
            let problem = format!("machine {machine} wipes itself, and nobody revoked it");
            self.ledger.problem(problem);
        }
        self.machines[machine].disk.evict();
        oracle::destroyed(self);
    }

    /// The person signs in again where they were revoked, as a new device.
    pub fn enroll(&mut self, machine: usize) {
        self.shut(machine);
        self.machines[machine].disk.evict();
        oracle::destroyed(self);
        let all = self.clinic.revoked.len() * self.machines.len() + machine;
        self.machines[machine].id = cast::device_id(1_000 + all);
        self.start(machine);
    }

    /// What the clinic holds of an entry is erased for good.
    pub fn erase(&mut self, entry: EntryId) {
        let mut volumes = self.clinic.store.volumes(self.ledger.facts[&entry].document);
        let is_there = |hash| self.ledger.entries.get(hash) == Some(&entry);
        volumes.retain(|volume| {
            let rows = self.clinic.store.log(volume).map(|log| &log.rows[..]).unwrap_or_default();
            rows.iter().any(|row| is_there(&row.hash))
        });
        // Whoever has the disk of another may have sent it into a second one.
        for volume in volumes {
            self.note(|| format!("{entry} is erased from {volume}"));
            self.ledger.erased(entry);
            let now = Timestamp::from_millis(self.now);
            let key = cast::receipt_key();
            let rebuilt = self.clinic.store.erase(&mut self.rng, volume, entry, (&key, now));
            self.rebuilt(rebuilt);
            self.look_again(|_, _| true);
        }
    }

    pub(super) fn erase_again(&mut self) {
        let now = Timestamp::from_millis(self.now);
        let key = cast::receipt_key();
        let rebuilt = self.clinic.store.erase_again(&mut self.rng, (&key, now));
        self.rebuilt(rebuilt);
    }

    pub(super) fn rebuilt(&mut self, rebuilt: Vec<Rebuilt>) {
        for Rebuilt { document, entry, row } in rebuilt {
            self.ledger.entries.insert(row.hash, entry);
            self.ledger.committed(document, &[row]);
        }
        // Genesis of the new epochs.
        for (document, log) in self.clinic.store.logs().filter(|(document, _)| document.epoch > 0) {
            self.ledger.committed(*document, &log.rows);
        }
    }

    /// What an account may not read at this moment is not sent to it.
    pub(super) fn check_scope(&mut self, machine: usize, message: &ToDevice) {
        let ToDevice::Rows { document, rows, .. } = message else {
            return;
        };
        if rows.is_empty() {
            return;
        }
        let scope = self.clinic.scope_of(self.machines[machine].account);
        if !scope.may_read(document) {
            self.ledger.problem(format!("machine {machine} was sent rows of {document}"));
        }
    }

    /// A server that is broken sends something else than it has.
    pub(super) fn garbled(&mut self, message: ToDevice) -> ToDevice {
        let ToDevice::Rows { document, mut rows, more } = message else {
            return message;
        };
        if self.rng.percent(self.trouble.garbled) && !rows.is_empty() {
            let row = self.rng.place(rows.len());
            let row = &mut rows[row];
            let mut bytes = row.bytes.to_vec();
            if let Some(last) = bytes.last_mut() {
                *last ^= 1;
            }
            row.bytes = bytes.into();
        }
        ToDevice::Rows { document, rows, more }
    }

    /// The clinic had all of a document when it told somebody to drop it. If it went back in time
    /// before they read that, what only they had is gone with it, and no protocol could have known.
    pub(super) fn will_drop(&mut self, machine: usize, message: &ToDevice, went_back: bool) {
        let ToDevice::Closed { document, why: WhyClosed::NotYours } = message else {
            return;
        };
        self.machines[machine].told_to_drop.insert(*document);
        if !went_back {
            return;
        }
        let device = self.machines[machine].running.as_ref();
        let Some(held) = device.and_then(|device| device.held().get(document)) else {
            return;
        };
        let newest = self.clinic.store.newest(*document);
        let there = self.clinic.store.hashes(&newest);
        let lacked = held.accepted().map(|(hash, _, _)| *hash).filter(|it| !there.contains(it));
        let entries: Vec<_> =
            lacked.filter_map(|hash| self.ledger.entries.get(&hash)).copied().collect();
        entries.iter().for_each(|entry| self.ledger.gone(entry));
    }

    /// What a machine's line has carried: up, down.
    pub fn bytes_of_line(&self, machine: usize) -> (Weight, Weight) {
        let line = self.machines[machine].line.expect("there is a line");
        self.weight_of(line)
    }

    /// What all lines of a machine have carried down.
    pub fn bytes_of_all_lines(&self, machine: usize) -> Weight {
        let mut all = Weight::default();
        for line in self.lines_of(machine) {
            let (_, down) = self.weight_of(line);
            all = Weight { bytes: all.bytes + down.bytes, frames: all.frames + down.frames };
        }
        all
    }

    /// The store was filled before the schedule began.
    pub fn know_all(&mut self) {
        for (document, log) in self.clinic.store.logs() {
            self.ledger.committed(*document, &log.rows);
        }
    }

    /// What a machine shows of each document.
    pub fn shown(&self, machine: usize, document: &DocumentId) -> BTreeMap<EntryId, Vec<String>> {
        let mut shown = BTreeMap::<EntryId, Vec<String>>::new();
        if let Some(device) = &self.machines[machine].running {
            let volumes = self.clinic.store.volumes(*document).into_iter();
            for value in volumes.flat_map(|volume| T::values(&device.documents, &volume)) {
                shown.entry(value.entry).or_default().push(value.text);
            }
            for (entry, item) in device.waiting() {
                if let PutInto::Entry { text } = &item.put
                    && work(item.document) == work(*document)
                {
                    shown.entry(entry).or_default().push(text.clone());
                }
            }
        }
        for texts in shown.values_mut() {
            texts.sort();
            texts.dedup();
        }
        shown
    }

    /// Each document that an account may read, its volumes taken together.
    pub fn readable(&self, account: AccountId) -> BTreeSet<DocumentId> {
        let scope = self.clinic.scope_of(account);
        let documents = self.clinic.store.logs().map(|(document, _)| *document);
        documents.filter(|document| scope.may_read(document)).map(work).collect()
    }

    /// The person has read what became of something that was refused.
    pub fn dismiss(&mut self, machine: usize, entry: EntryId) {
        self.note(|| format!("machine {machine} puts {entry} away"));
        self.ledger.dismissing(entry);
        let number = self.ask(machine, Asked::Dismiss { entry });
        self.feed(machine, vec![device::Event::Dismissed { number, entry }]);
    }

    /// Whether a device still holds an epoch that was superseded.
    pub fn holds_old_epoch(&self, machine: usize) -> Option<DocumentId> {
        let device = self.machines[machine].running.as_ref()?;
        let all = device.held().iter().filter(|(_, held)| held.accepted().next().is_some());
        let mut documents = all.map(|(document, _)| *document);
        documents.find(|document| self.clinic.store.newest(*document) != *document)
    }

    pub fn same_document(one: &DocumentId, other: &DocumentId) -> bool {
        work(*one) == work(*other)
    }
}
