//! Whatever our devices and our server write passes.

use automerge::{Automerge, Change, ExpandedChange};
use shared::document::gate::{Known, Limits, Shape, admit, check};
use shared::document::{Actor, Document, Opened, Put};
use shared::id::EntryId;

use crate::hostile::turn;
use crate::world::{World, admit_one};

#[test]
fn every_genuine_change_of_devices_that_write_apart_passes() {
    let _turn = turn();
    let mut count = 0;
    for seed in 0..8 {
        let mut world = World::new(seed, 2 + seed as usize % 7);
        for _ in 0..500 {
            let bytes = world.mint();
            let change = admit_one(&world.known, &bytes);
            let change = change.unwrap_or_else(|why| panic!("seed {seed}, change {count}: {why}"));
            let genuine = Change::from_bytes(bytes).unwrap();
            assert_eq!(change.hash().0, genuine.hash().0);
            assert_eq!((change.seq(), change.max_op()), (genuine.seq(), genuine.max_op()));
            assert_eq!(change.bytes(), genuine.raw_bytes());
            world.store(&change);
            count += 1;
        }
        let all = Document::load(world.stored.iter().map(Vec::as_slice)).unwrap();
        assert!(all.entries().len() > 500);
    }
    assert_eq!(count, 4_000);
}

#[test]
fn both_writings_agree_with_those_of_automerge() {
    let _turn = turn();
    let mut world = World::new(77, 5);
    for _ in 0..300 {
        world.mint_and_store();
    }
    let mut automerge = Automerge::new();
    automerge.load_incremental(&world.stored.concat()).unwrap();
    // Out of a saved document every change comes back as the gate let it in.
    let saved = Automerge::load(&automerge.save()).unwrap();
    let mut from_saved: Vec<_> =
        saved.get_changes(&[]).iter().map(|change| change.raw_bytes().to_vec()).collect();
    let mut from_log: Vec<_> = world
        .stored
        .iter()
        .map(|bytes| check(bytes, &Limits::IMPORT).unwrap().into_bytes())
        .collect();
    from_saved.sort();
    from_log.sort();
    assert!(from_saved == from_log);
    for bytes in from_log {
        let expanded: ExpandedChange = Change::from_bytes(bytes.clone()).unwrap().decode();
        assert!(Change::from(expanded).raw_bytes() == bytes);
    }
}

#[test]
fn an_import_of_ten_thousand_resources_and_their_next_versions_passes() {
    let _turn = turn();
    let genesis = Document::genesis(&crate::world::document_id()).1;
    let mut chart = Opened::load([&genesis[..]]).unwrap();
    let mut known = Known::with_genesis(&check(&genesis, &Limits::IMPORT).unwrap()).unwrap();
    let resources = |from: u128, count: u128, version: &str| -> Vec<Put> {
        let put = |number| Put::Entry {
            entry: EntryId::from_u128(number),
            text: format!("{{\"version\":\"{version}\",\"n\":{number}}}"),
        };
        (from..from + count).map(put).collect()
    };
    let imports = [
        (Actor([1; 16]), resources(0, 10_000, "1")),
        (Actor([1; 16]), resources(500, 100, "2")),
        (Actor([2; 16]), resources(550, 100, "3")),
    ];
    for (actor, puts) in imports {
        let bytes = chart.mint(actor, &puts).1;
        let checked = check(&bytes, &Limits::IMPORT).unwrap();
        assert_eq!(checked.operations().len(), puts.len());
        known.note(admit(checked, &known, Shape::Server).unwrap().change());
    }
}
