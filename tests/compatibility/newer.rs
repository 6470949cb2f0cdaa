//! What a newer version writes passes through this one: the gate, a device and back to a server.

use shared::document::gate::{Known, Limits, Shape, check};
use shared::document::{Actor, Document, DocumentId, Put};
use shared::edit::Audience;
use shared::id::{AccountId, DeviceId, EntryId, PatientId, Rng};
use shared::sync::device::{Device, Effect, Event, OpenDocuments};
use shared::sync::stored::Stored;
use shared::sync::stored::Write;
use shared::time::Timestamp;
use shared::wire::{Receipt, Row, Sidecar, ToDevice, ToServer};

use crate::fixtures::lines;

const ROSA: AccountId = AccountId::from_u128(2);

struct NoChance;

impl Rng for NoChance {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn row(seq: u64, bytes: &[u8]) -> Row {
    let hash = shared::document::hash_of(bytes).expect("a change of ours");
    let sidecar = Sidecar {
        account: Some(ROSA),
        device: None,
        received_at: Timestamp::from_millis(5),
        receipt: Receipt([1; 16]),
    };
    Row { seq, hash, sidecar, bytes: bytes.to_vec().into() }
}

#[test]
fn entries_of_a_newer_version_go_through_the_gate_and_a_device_and_back_unchanged() {
    let journal = DocumentId::journal(PatientId::from_u128(1), ROSA, Audience::Circle);
    let (_, genesis) = Document::genesis(&journal);
    let mut newer = Document::load([&genesis[..]]).unwrap();
    let checked = check(&genesis, &Limits::IMPORT).unwrap();
    let mut known = Known::with_genesis(&checked).unwrap();
    let mut rows = vec![row(1, &genesis)];
    for (number, text) in lines("newer.jsonl").into_iter().enumerate() {
        let entry = EntryId::from_u128(100 + number as u128);
        let (_, bytes) = newer.mint(Actor([1; 16]), &Put::Entry { entry, text });
        let taken = known.take(&bytes, Shape::Journal).expect("the gate does not read entries");
        rows.push(row(number as u64 + 2, taken.bytes()));
    }
    let mut device = Device::new(ROSA, DeviceId::from_u128(3), OpenDocuments::default());
    let now = Timestamp::from_millis(10);
    let mut happens = |events| device.handle(now, &mut NoChance, events);
    happens(vec![Event::Loaded(Vec::new()), Event::Leading(true), Event::Connected]);
    let welcome = ToDevice::Welcome { version: 1, same: false };
    let all = ToDevice::Rows { document: journal, rows: rows.clone(), more: false };
    let effects = happens(vec![Event::Received(welcome), Event::Received(all)]);
    let kept = effects.into_iter().flat_map(|effect| match effect {
        Effect::Store(batch) => batch.writes,
        _ => Vec::new(),
    });
    let kept: Vec<_> = kept
        .filter_map(|write| match write {
            Write::Put(Stored::Change { bytes, .. }) => Some(bytes),
            _ => None,
        })
        .collect();
    assert_eq!(kept, rows.iter().map(|row| row.bytes.clone()).collect::<Vec<_>>());
    // The server went back and knows nothing of it: the device brings everything.
    let summaries = ToDevice::Summaries { documents: Vec::new() };
    let hashes = rows.iter().map(|row| row.hash).collect();
    let lacks = ToDevice::Lacks { document: journal, hashes };
    let effects = happens(vec![Event::Received(summaries), Event::Received(lacks)]);
    let offered = effects.into_iter().find_map(|effect| match effect {
        Effect::Send(ToServer::Offer { rows, .. }) => Some(rows),
        _ => None,
    });
    assert_eq!(offered, Some(rows));
}
