//! Every message of the wire, and the handshake between versions.

use shared::document::{ChangeHash, DocumentId, Kind};
use shared::id::{AccountId, DeviceId, PatientId};
use shared::sync::receipt::ReceiptKey;
use shared::sync::scope::Scope;
use shared::sync::server::{Connection, Effect, Event};
use shared::time::Timestamp;
use shared::wire::{
    Digest, NotBack, Outcome, Receipt, Row, Sidecar, Sum, Summary, ToDevice, ToServer, VERSION,
    VERSION_OLDEST, WhyClosed, WhyNotBack, WhyRefused,
};

use crate::fixtures::{Fixture, bytes};

fn document() -> DocumentId {
    let kind = Kind::JournalCircle(AccountId::from_u128(2), None);
    DocumentId { epoch: 3, ..DocumentId::first(PatientId::from_u128(1), kind) }
}

/// Version 2 knows these.
fn volume() -> DocumentId {
    let kind = Kind::JournalCircle(AccountId::from_u128(2), Some(2026));
    DocumentId::first(PatientId::from_u128(1), kind)
}

fn care_volume() -> DocumentId {
    DocumentId::first(PatientId::from_u128(1), Kind::CareCircle(Some(2026)))
}

fn row(account: Option<AccountId>) -> Row {
    let sidecar = Sidecar {
        account,
        device: account.map(|_| DeviceId::from_u128(4)),
        received_at: Timestamp::from_millis(1_800_000_000_000),
        receipt: Receipt([5; 16]),
    };
    Row { seq: 9, hash: ChangeHash([6; 32]), sidecar, bytes: vec![7; 40].into() }
}

fn to_server() -> Vec<(&'static str, Vec<u8>)> {
    let (document, digest) = (document(), Digest([1; 16]));
    let rows = vec![row(Some(AccountId::from_u128(2))), row(None)];
    let changes = vec![vec![1; 30].into(), vec![2].into()];
    let long = vec![b"the same words again and again ".repeat(60).into()];
    let all = [
        ("hello", ToServer::Hello { version_min: 1, version_max: 1, digest }),
        ("push", ToServer::Push { number: 1, document, changes }),
        ("pull", ToServer::Pull { document, after: 7 }),
        ("holds", ToServer::Holds { document, hashes: vec![ChangeHash([2; 32]); 2] }),
        ("offer", ToServer::Offer { document, rows }),
        ("ping", ToServer::Ping { digest }),
        ("packed-push", ToServer::Push { number: 2, document, changes: long }),
        ("hello-2", ToServer::Hello { version_min: 2, version_max: 2, digest }),
        (
            "push-volume",
            ToServer::Push { number: 3, document: volume(), changes: vec![vec![3; 5].into()] },
        ),
        ("pull-care-volume", ToServer::Pull { document: care_volume(), after: 300 }),
    ];
    all.into_iter().map(|(name, message)| (name, message.to_bytes())).collect()
}

fn to_device() -> Vec<(&'static str, Vec<u8>)> {
    let (document, hash) = (document(), ChangeHash([8; 32]));
    let received_at = Timestamp::from_millis(1_800_000_000_000);
    let outcomes = vec![
        Outcome::Stored { seq: 1, received_at, receipt: Receipt([3; 16]) },
        Outcome::Missing,
        Outcome::Refused { why: WhyRefused::NotAllowed },
        Outcome::Refused { why: WhyRefused::NotAccepted },
        Outcome::Refused { why: WhyRefused::Erased },
    ];
    let not_back = [
        WhyNotBack::Unvouched,
        WhyNotBack::Refused { why: WhyRefused::Erased },
        WhyNotBack::Missing,
    ];
    let not_back = not_back.map(|why| NotBack { hash, why }).into();
    let summary = Summary { document, seq_last: 3, sum: Sum([4; 16]) };
    let of_volume = |document| Summary { document, seq_last: 70_000, sum: Sum([5; 16]) };
    let volumes = vec![of_volume(volume()), of_volume(care_volume())];
    let rows = vec![row(Some(AccountId::from_u128(2))), row(None)];
    let superseded = WhyClosed::Superseded { epoch: 4 };
    let all = [
        ("welcome", ToDevice::Welcome { version: 1, same: false }),
        ("too-old", ToDevice::TooOld { version_min: 2 }),
        ("summaries", ToDevice::Summaries { documents: vec![summary; 2] }),
        ("taken", ToDevice::Taken { number: 1, outcomes }),
        ("rows", ToDevice::Rows { document, rows, more: true }),
        ("lacks", ToDevice::Lacks { document, hashes: vec![hash] }),
        ("pong", ToDevice::Pong { same: true }),
        ("offered", ToDevice::Offered { document, not_back }),
        ("closed", ToDevice::Closed { document, why: WhyClosed::NotYours }),
        ("superseded", ToDevice::Closed { document, why: superseded }),
        ("revoked", ToDevice::Revoked),
        ("packed-rows", ToDevice::Rows { document, rows: vec![row(None); 20], more: false }),
        ("welcome-2", ToDevice::Welcome { version: 2, same: true }),
        ("summaries-volumes", ToDevice::Summaries { documents: volumes }),
        ("rows-volume", ToDevice::Rows { document: volume(), rows: vec![row(None)], more: false }),
    ];
    all.into_iter().map(|(name, message)| (name, message.to_bytes())).collect()
}

#[test]
fn every_message_of_versions_1_and_2_is_read_and_means_the_same() {
    let from_device = bytes("to-server.hex", to_server);
    for (Fixture { name, bytes }, (_, now)) in from_device.iter().zip(to_server()) {
        let message = ToServer::from_bytes(bytes);
        assert_eq!(message, ToServer::from_bytes(&now), "{name}");
        assert!(message.is_ok(), "{name}");
    }
    let from_server = bytes("to-device.hex", to_device);
    for (Fixture { name, bytes }, (_, now)) in from_server.iter().zip(to_device()) {
        let message = ToDevice::from_bytes(bytes);
        assert_eq!(message, ToDevice::from_bytes(&now), "{name}");
        assert!(message.is_ok(), "{name}");
    }
    assert_eq!((from_device.len(), from_server.len()), (to_server().len(), to_device().len()));
}

/// With one more field at the end, as a newer version would write it.
fn with_a_newer_field(bytes: &[u8]) -> Option<Vec<u8>> {
    let (head, rest) = bytes.split_first()?;
    // A CBOR array of a known, short length. A message without fields never gets any: it is its
    // number alone, and what would say more is a new message.
    let is_short_array = (0x82..0x97).contains(head);
    is_short_array.then(|| [&[head + 1], rest, &[0x63], b"new"].concat())
}

#[test]
fn a_field_that_a_newer_version_added_is_skipped() {
    for Fixture { name, bytes } in bytes("to-server.hex", to_server) {
        if let Some(newer) = with_a_newer_field(&bytes) {
            assert_eq!(ToServer::from_bytes(&newer), ToServer::from_bytes(&bytes), "{name}");
        }
    }
    for Fixture { name, bytes } in bytes("to-device.hex", to_device) {
        if let Some(newer) = with_a_newer_field(&bytes) {
            assert_eq!(ToDevice::from_bytes(&newer), ToDevice::from_bytes(&bytes), "{name}");
        }
    }
}

/// What a server answers to a device that speaks these versions.
fn greeted(version_min: u16, version_max: u16) -> ToDevice {
    let scope = Scope { account: AccountId::from_u128(2), records: Vec::new() };
    let mut connection = Connection::new(scope, ReceiptKey::from_bytes([1; 32]));
    let digest = shared::sync::digest([]);
    let hello = ToServer::Hello { version_min, version_max, digest };
    let mut effects = connection.handle(Event::Received(hello));
    if matches!(effects[..], [Effect::Summarize(_)]) {
        effects = connection.handle(Event::Summarized(Vec::new()));
    }
    match effects.into_iter().next() {
        Some(Effect::Send(message)) => message,
        _ => panic!("a greeting is answered"),
    }
}

#[test]
fn both_sides_speak_the_newest_version_that_both_know() {
    assert_eq!(greeted(VERSION, VERSION), ToDevice::Welcome { version: VERSION, same: true });
    // A device of the next release still speaks this version.
    let newer = greeted(VERSION, VERSION + 1);
    assert_eq!(newer, ToDevice::Welcome { version: VERSION, same: true });
    let oldest = greeted(VERSION_OLDEST, VERSION_OLDEST);
    assert_eq!(oldest, ToDevice::Welcome { version: VERSION_OLDEST, same: true });
    let sorry = ToDevice::TooOld { version_min: VERSION_OLDEST };
    assert_eq!(greeted(0, VERSION_OLDEST - 1), sorry);
}
