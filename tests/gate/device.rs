//! What a device looks at before it hands to automerge what its server sent.

use shared::document::gate::{Limits, check, hash_of_change, is_fit};
use shared::document::{ChangeHash, Document};
use shared::id::EntryId;

use crate::forge::{Forged, column, one, run};
use crate::hostile::bounded;
use crate::world::{World, document_id};

/// Operation of genesis that makes the map of entries.
const ENTRIES: u64 = 2;

fn put(map: u64, key: &str) -> Forged {
    let genesis =
        check(&Document::genesis(&document_id()).1, &Limits::IMPORT).expect("genesis passes");
    Forged::put(genesis.hash().0, genesis.actor().0, map, key, "x")
}

fn name() -> String {
    EntryId::from_u128(1).to_string()
}

/// Whether a device takes it under its right name.
fn takes(forged: &Forged) -> bool {
    let hash = hash_of_change(&forged.body());
    bounded(|| is_fit(&document_id(), &hash, &forged.to_bytes()))
}

#[test]
fn a_device_takes_everything_that_devices_write() {
    let mut world = World::new(7, 3);
    (0..300).for_each(|_| drop(world.mint_and_store()));
    for bytes in &world.stored {
        let hash = check(bytes, &Limits::IMPORT).unwrap().hash();
        assert!(is_fit(&document_id(), &hash, bytes));
    }
    assert!(takes(&put(ENTRIES, &name())));
}

#[test]
fn a_change_under_the_name_of_another_is_not_taken() {
    let (hash, bytes) = Document::genesis(&document_id());
    assert!(is_fit(&document_id(), &hash, &bytes));
    assert!(!is_fit(&document_id(), &ChangeHash([7; 32]), &bytes));
}

#[test]
fn a_genesis_of_another_document_is_not_taken() {
    let other = shared::document::DocumentId { epoch: 1, ..document_id() };
    let (hash, bytes) = Document::genesis(&other);
    assert!(!is_fit(&document_id(), &hash, &bytes));
}

#[test]
fn a_run_of_operations_is_not_taken() {
    let bomb = put(ENTRIES, &name()).with_column(column::ACTION, run(1 << 40, 1));
    assert!(!takes(&bomb));
}

#[test]
fn a_map_inside_a_map_is_not_taken() {
    let nested = put(ENTRIES, &name())
        .with_column(column::ACTION, one(0))
        .with_column(column::VALUE_LENGTH, one(0))
        .with_column(column::VALUE, Vec::new());
    assert!(check(&nested.to_bytes(), &Limits::IMPORT).is_ok(), "it has the form of a change");
    assert!(!takes(&nested));
}

#[test]
fn what_writes_outside_the_two_maps_is_not_taken() {
    assert!(!takes(&put(7, &name())));
    assert!(!takes(&put(ENTRIES, "not an id")));
}
