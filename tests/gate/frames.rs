//! Frames of the wire from anybody: mutated ones and ones that claim sizes they do not have.

use shared::document::ChangeHash;
use shared::id::{AccountId, DeviceId};
use shared::time::Timestamp;
use shared::wire::{
    Digest, FRAME_TO_SERVER_BYTES_MAX, NotAMessage, Row, Sidecar, Summary, ToDevice, ToServer,
};
use shared::wire::{Outcome, Receipt, Sum, WhyRefused};

use crate::forge::unsigned;
use crate::hostile::{bounded, turn};
use crate::random::Seeded;
use crate::world::document_id;

const MUTATIONS: u64 = 100_000;

fn row() -> Row {
    let sidecar = Sidecar {
        account: Some(AccountId::from_u128(3)),
        device: Some(DeviceId::from_u128(4)),
        received_at: Timestamp::from_millis(1),
        receipt: Receipt([5; 16]),
    };
    Row { seq: 9, hash: ChangeHash([6; 32]), sidecar, bytes: vec![7; 40].into() }
}

fn frames() -> Vec<Vec<u8>> {
    let (document, digest) = (document_id(), Digest([1; 16]));
    let to_server = [
        ToServer::Hello { version_min: 1, version_max: 1, digest },
        ToServer::Push { number: 1, document, changes: vec![vec![1; 30].into(), vec![2].into()] },
        ToServer::Pull { document, after: 7 },
        ToServer::Holds { document, hashes: vec![ChangeHash([2; 32]); 3] },
        ToServer::Offer { document, rows: vec![row()] },
        ToServer::Ping { digest },
    ];
    let summary = Summary { document, seq_last: 3, sum: Sum([4; 16]) };
    let stored = Outcome::Stored {
        seq: 1,
        received_at: Timestamp::from_millis(2),
        receipt: Receipt([3; 16]),
    };
    let refused = Outcome::Refused { why: WhyRefused::NotAccepted };
    let to_device = [
        ToDevice::Welcome { version: 1, same: false },
        ToDevice::TooOld { version_min: 2 },
        ToDevice::Summaries { documents: vec![summary; 2] },
        ToDevice::Taken { number: 1, outcomes: vec![stored, Outcome::Missing, refused] },
        ToDevice::Rows { document, rows: vec![row(), row()], more: true },
        ToDevice::Lacks { document, hashes: vec![ChangeHash([8; 32])] },
        ToDevice::Pong { same: true },
    ];
    let to_server = to_server.iter().map(ToServer::to_bytes);
    to_server.chain(to_device.iter().map(ToDevice::to_bytes)).collect()
}

/// Reads it both ways; what is read is written and read again the same.
fn read(bytes: &[u8]) -> bool {
    let to_server = ToServer::from_bytes(bytes);
    if let Ok(message) = &to_server {
        assert_eq!(&ToServer::from_bytes(&message.to_bytes()).expect("our own"), message);
    }
    let to_device = ToDevice::from_bytes(bytes);
    if let Ok(message) = &to_device {
        assert_eq!(&ToDevice::from_bytes(&message.to_bytes()).expect("our own"), message);
    }
    to_server.is_ok() || to_device.is_ok()
}

#[test]
fn no_mutated_frame_makes_the_reader_panic_or_say_another_thing_twice() {
    let _turn = turn();
    let frames = frames();
    assert!(frames.iter().all(|frame| read(frame)));
    let mut random = Seeded::new(11);
    let mut count = 0;
    for _ in 0..MUTATIONS {
        let mut bytes = random.pick(&frames).clone();
        for _ in 0..1 + random.below(3) {
            let place = random.below(bytes.len());
            match random.below(6) {
                0 => bytes[place] ^= 1 << random.below(8),
                1 => bytes[place] = random.next() as u8,
                2 => bytes.insert(place, random.next() as u8),
                3 if bytes.len() > 1 => drop(bytes.remove(place)),
                4 => bytes.truncate(place + 1),
                _ => bytes.extend(unsigned(random.next())),
            }
        }
        count += u64::from(read(&bytes));
    }
    assert!(count > MUTATIONS / 100, "{count}");
}

#[test]
fn a_length_that_a_frame_only_claims_is_not_allocated() {
    for frame in frames() {
        for place in 0..frame.len() {
            for head in [0x5b, 0x7b, 0x9b, 0xbb] {
                for length in [[0xff; 8], [0, 0, 0, 0, 0x3f, 0xff, 0xff, 0xff]] {
                    let claim = [&frame[..place], &[head], &length[..]].concat();
                    let claims = [claim.clone(), [&claim, &frame[place + 1..]].concat()];
                    for bytes in claims {
                        let _ = read(&bytes);
                    }
                }
            }
        }
    }
    let claim =
        [&[0x83, 0x01, 0x01, 0x80][..], &[0x9b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]].concat();
    assert_eq!(bounded(|| ToServer::from_bytes(&claim)), Err(NotAMessage));
}

#[test]
fn lists_inside_each_other_to_any_depth_are_refused() {
    for byte in [0x81, 0x9f, 0xa1, 0xbf, 0xc1, 0xd8] {
        let nested = vec![byte; FRAME_TO_SERVER_BYTES_MAX];
        assert!(!bounded(|| read(&nested)));
        // As a field that this version does not know and skips.
        let skipped = [&[0x85, 0, 1, 1, 0x50][..], &[7; 16], &nested[..200_000]].concat();
        assert!(!bounded(|| read(&skipped)));
    }
}
