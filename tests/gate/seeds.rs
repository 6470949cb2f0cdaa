//! The seeds of `fuzz/`: genuine and hostile inputs of each kind, kept as files. `WRITE_SEEDS=1`
//! writes them anew.

use std::path::PathBuf;

use automerge::Automerge;
use shared::document::gate::{Limits, Shape, SnapshotLimits, check, check_snapshot};
use shared::id::EntryId;
use shared::wire::{Digest, ToDevice, ToServer};

use crate::forge::{Forged, column, compressed, run};
use crate::world::{World, document_id};

/// Name of the target, name of the seed, bytes.
type Seed = (&'static str, &'static str, Vec<u8>);

fn seeds() -> Vec<Seed> {
    let mut world = World::new(1, 3);
    let genesis = check(&world.stored[0], &Limits::IMPORT).expect("genesis passes");
    let put = |text: &str| {
        let key = EntryId::from_u128(1).to_string();
        Forged::put(genesis.hash().0, genesis.actor().0, 2, &key, text)
    };
    let mut seeds: Vec<Seed> = vec![
        ("gate", "genesis", world.stored[0].clone()),
        ("gate", "entry", put("x").to_bytes()),
        ("gate", "compressed", compressed(&put(&"word ".repeat(99)).body())),
        ("gate", "register", {
            Forged::put(genesis.hash().0, genesis.actor().0, 3, "pref/language", "es").to_bytes()
        }),
        ("gate", "run-of-2-40", put("x").with_column(column::ACTION, run(1 << 40, 1)).to_bytes()),
        ("gate", "last-sequence-number", Forged { seq: u64::MAX, ..put("x") }.to_bytes()),
        ("gate", "author", Forged { extra: vec![1, 1, b'x'], ..put("x") }.to_bytes()),
    ];
    for _ in 0..12 {
        world.mint_and_store();
    }
    seeds.push(("gate", "several-puts", world.mint()));
    let mut document = Automerge::new();
    document.load_incremental(&world.stored.concat()).expect("stored changes load");
    seeds.push(("snapshot", "journal", document.save()));
    let mut document = Automerge::new();
    document.load_incremental(&world.stored[0]).expect("genesis loads");
    seeds.push(("snapshot", "genesis", document.save()));
    let hello = ToServer::Hello { version_min: 1, version_max: 1, digest: Digest([7; 16]) };
    let changes = vec![world.stored[1].clone().into()];
    let push = ToServer::Push { number: 1, document: document_id(), changes };
    let welcome = ToDevice::Welcome { version: 1, same: true };
    seeds.push(("wire", "hello", hello.to_bytes()));
    seeds.push(("wire", "push", push.to_bytes()));
    seeds.push(("wire", "welcome", welcome.to_bytes()));
    seeds
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds")
}

#[test]
fn the_genuine_seeds_pass_and_the_hostile_ones_do_not() {
    for (target, name, bytes) in seeds() {
        let path = folder().join(target).join(name);
        if std::env::var_os("WRITE_SEEDS").is_some() {
            std::fs::create_dir_all(path.parent().expect("it has a folder")).unwrap();
            std::fs::write(&path, &bytes).unwrap();
        }
        // The kept bytes: a change of a format that no longer reads them does not go unseen.
        let bytes = std::fs::read(&path).unwrap();
        let passes = match target {
            "gate" => check(&bytes, &Limits::PATIENT).is_ok(),
            "snapshot" => check_snapshot(&bytes, &SnapshotLimits::DEVICE, Shape::Journal).is_ok(),
            _ => ToServer::from_bytes(&bytes).is_ok() || ToDevice::from_bytes(&bytes).is_ok(),
        };
        let is_hostile = ["run-of-2-40", "last-sequence-number", "author"].contains(&name);
        assert_eq!(passes, !is_hostile, "{target}/{name}");
    }
}
