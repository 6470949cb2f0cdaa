//! Several devices that write one journal, sometimes apart, and a server that gates what they send.

use std::collections::BTreeSet;

use shared::document::gate::{Checked, Known, Limits, Rejected, Shape, admit, check};
use shared::document::{Actor, ChangeHash, Document, DocumentId, Opened, Put};
use shared::edit::Audience;
use shared::id::{AccountId, EntryId, PatientId};
use shared::time::Timestamp;

use crate::random::Seeded;

pub struct World {
    pub random: Seeded,
    /// Everything the server stored, in its order.
    pub stored: Vec<Vec<u8>>,
    pub known: Known,
    devices: Vec<Device>,
    registers: Vec<String>,
}

struct Device {
    document: Opened,
    actor: Actor,
    has: BTreeSet<ChangeHash>,
}

pub fn document_id() -> DocumentId {
    DocumentId::journal(PatientId::from_u128(1), AccountId::from_u128(2), Audience::Circle)
}

pub fn admit_one(known: &Known, bytes: &[u8]) -> Result<Checked, Rejected> {
    let checked = check(bytes, &Limits::PATIENT)?;
    Ok(admit(checked, known, Shape::Journal)?.into_change())
}

impl World {
    pub fn new(seed: u64, devices: usize) -> Self {
        let mut random = Seeded::new(seed);
        let genesis = Document::genesis(&document_id()).1;
        let checked = check(&genesis, &Limits::IMPORT).expect("genesis has the form of a change");
        let known = Known::with_genesis(&checked).expect("genesis is one");
        let document = Opened::load([&genesis[..]]).expect("genesis loads");
        let devices = (0..devices)
            .map(|_| Device {
                document: document.clone(),
                actor: Actor::fresh(&mut random),
                has: BTreeSet::from([checked.hash()]),
            })
            .collect();
        let thread = |random: &mut Seeded| EntryId::fresh(Timestamp::from_millis(1), random);
        let mut registers: Vec<String> =
            (0..4).map(|_| format!("read/{}", thread(&mut random))).collect();
        registers.extend(["pref/language".to_owned(), "pref/reading.text-size".to_owned()]);
        Self { random, stored: vec![genesis], known, devices, registers }
    }

    /// One device may reconnect, may catch up, and mints one change.
    pub fn mint(&mut self) -> Vec<u8> {
        let random = &mut self.random;
        let place = random.below(self.devices.len());
        let device = &mut self.devices[place];
        if random.one_in(8) {
            device.actor = Actor::fresh(random);
        }
        if random.one_in(3) {
            catch_up(device, &self.stored);
        }
        let puts = random_puts(random, &self.registers);
        device.document.mint(device.actor, &puts).1
    }

    /// What the gate took is stored and known.
    pub fn store(&mut self, change: &Checked) {
        self.known.note(change);
        self.stored.push(change.bytes().to_vec());
    }

    pub fn mint_and_store(&mut self) -> Vec<u8> {
        let bytes = self.mint();
        let change = self.known.take(&bytes, Shape::Journal).expect("a genuine change");
        self.stored.push(change.into_bytes());
        bytes
    }
}

fn catch_up(device: &mut Device, stored: &[Vec<u8>]) {
    let mut fresh = Vec::new();
    for bytes in stored {
        let hash = check(bytes, &Limits::IMPORT).expect("it was stored").hash();
        if device.has.insert(hash) {
            fresh.push(&bytes[..]);
        }
    }
    device.document.apply(fresh).expect("stored changes apply");
}

fn random_puts(random: &mut Seeded, registers: &[String]) -> Vec<Put> {
    let count = if random.one_in(20) { 1 + random.below(30) } else { 1 + random.below(3) };
    let put = |random: &mut Seeded| {
        let length = if random.one_in(30) { random.below(9_000) } else { random.below(300) };
        // No two alike: a register that does not change is not written.
        let number = random.next();
        let words = "ñandú blood pressure 120/80 \u{1f600} ".chars().cycle();
        let text = format!("{number}{}", words.take(length).collect::<String>());
        if random.one_in(3) {
            Put::Register { name: random.pick(registers).clone(), text: text[..12].to_owned() }
        } else {
            let now = Timestamp::from_millis((random.next() >> 24) as i64);
            Put::Entry { entry: EntryId::fresh(now, random), text }
        }
    };
    (0..count).map(|_| put(random)).collect()
}
