//! One change of anybody. The gate may refuse it; what it lets pass may not hurt automerge.
#![no_main]

use std::sync::LazyLock;

use automerge::{Automerge, Change};
use libfuzzer_sys::fuzz_target;
use shared::document::gate::{Checked, Known, Limits, Shape, check};
use shared::document::{Document, DocumentId};
use shared::edit::Audience;
use shared::id::{AccountId, PatientId};

static GENESIS: LazyLock<Checked> = LazyLock::new(|| {
    let patient = PatientId::from_u128(1);
    let document = DocumentId::journal(patient, AccountId::from_u128(2), Audience::Circle);
    check(&Document::genesis(&document).1, &Limits::IMPORT).expect("genesis passes")
});

fuzz_target!(|bytes: &[u8]| {
    for shape in [Shape::Journal, Shape::Server] {
        let mut known = Known::with_genesis(&GENESIS).expect("genesis is one");
        // The checksum is no obstacle for an attacker, so it is none here.
        let fixed = with_fitting_checksum(bytes);
        for bytes in [bytes, &fixed] {
            if let Ok(change) = known.take(bytes, shape) {
                survive(&change);
            }
        }
    }
});

fn survive(change: &Checked) {
    let parsed = Change::from_bytes(change.bytes().to_vec()).expect("automerge reads it");
    assert_eq!(Change::from(parsed.decode()).raw_bytes(), change.bytes());
    let mut document = Automerge::new();
    document
        .load_incremental(GENESIS.bytes())
        .expect("genesis loads");
    document
        .apply_changes([parsed])
        .expect("automerge takes it");
    let saved = Automerge::load(&document.save()).expect("the saved document loads");
    assert_eq!(saved.get_heads(), document.get_heads());
}

fn with_fitting_checksum(bytes: &[u8]) -> Vec<u8> {
    let mut fixed = bytes.to_vec();
    if bytes.len() > 9 && bytes[8] == 1 {
        let head = 9 + bytes[9..]
            .iter()
            .position(|byte| byte & 0x80 == 0)
            .map_or(0, |at| at + 1);
        if let Some(body) = bytes.get(head..) {
            let hash = shared::document::gate::hash_of_change(body);
            fixed[4..8].copy_from_slice(&hash.0[..4]);
        }
    }
    fixed
}
