//! Whole documents: genuine ones pass, bombs are refused at once, and no mutation that passes makes
//! automerge panic.

use automerge::{Automerge, LoadOptions, ReadDoc, SaveOptions, VerificationMode};
use shared::document::gate::{
    Limit, Limits, Rejected, Shape, SnapshotLimits, admit, check, check_snapshot,
};
use shared::document::{Actor, ChangeHash, Document, Opened, Put};
use shared::id::EntryId;

use crate::forge::{DOCUMENT, chunk, deflate, deflated_zeros, prefixed, run, signed, unsigned};
use crate::hostile::{bounded, turn};
use crate::random::Seeded;
use crate::world::{World, document_id};

const MUTATIONS: u64 = 30_000;
const OTHER_HEADS: &str = "other heads than its changes have";

fn open(changes: &[Vec<u8>]) -> Automerge {
    let mut automerge = Automerge::new();
    automerge.load_incremental(&changes.concat()).expect("stored changes load");
    automerge
}

fn plain(automerge: &Automerge) -> Vec<u8> {
    automerge.save_with_options(SaveOptions { deflate: false, retain_orphans: false })
}

#[test]
fn every_genuine_document_passes_and_the_next_change_builds_on_it() {
    let _turn = turn();
    for seed in 0..12 {
        let mut world = World::new(seed, 2 + seed as usize % 6);
        for _ in 0..seed * 30 {
            world.mint_and_store();
        }
        let automerge = open(&world.stored);
        let next = world.mint();
        for bytes in [automerge.save(), plain(&automerge)] {
            let snapshot = check_snapshot(&bytes, &SnapshotLimits::DEVICE, Shape::Journal).unwrap();
            let mut heads: Vec<_> = automerge.get_heads().iter().map(|h| ChangeHash(h.0)).collect();
            heads.sort();
            assert_eq!(snapshot.heads, heads);
            assert_eq!(snapshot.changes.len(), world.stored.len());
            let next = check(&next, &Limits::PATIENT).unwrap();
            assert!(admit(next, &snapshot.known, Shape::Journal).is_ok());
        }
    }
}

#[test]
fn a_chart_of_ten_thousand_resources_passes() {
    let _turn = turn();
    let genesis = Document::genesis(&document_id()).1;
    let mut chart = Opened::load([&genesis[..]]).unwrap();
    let mut changes = vec![genesis];
    for round in 0..100_u128 {
        let put = |number| Put::Entry {
            entry: EntryId::from_u128(round * 97 + number),
            text: format!("{{\"resourceType\":\"Observation\",\"n\":{round}}}").repeat(20),
        };
        let puts: Vec<Put> = (0..100).map(put).collect();
        changes.push(chart.mint(Actor([round as u8; 16]), &puts).1);
    }
    let bytes = open(&changes).save();
    let snapshot = check_snapshot(&bytes, &SnapshotLimits::DEVICE, Shape::Server).unwrap();
    assert_eq!(snapshot.changes.len(), 101);
    // A journal does not replace entries, whoever sends it.
    assert!(check_snapshot(&bytes, &SnapshotLimits::DEVICE, Shape::Journal).is_err());
}

/// Parts of a document that can be exchanged.
struct Forged {
    actors: Vec<Vec<u8>>,
    heads: Vec<[u8; 32]>,
    change_columns: Vec<(u32, Vec<u8>)>,
    operation_columns: Vec<(u32, Vec<u8>)>,
    places: Vec<u8>,
}

impl Forged {
    /// Genesis alone.
    fn genesis() -> Self {
        let genesis =
            check(&Document::genesis(&document_id()).1, &Limits::IMPORT).expect("it passes");
        let keys: Vec<u8> = ["entries", "registers", "schema"]
            .iter()
            .flat_map(|key| prefixed(key.as_bytes()))
            .collect();
        let meta = |kinds: [u64; 3]| [signed(-3), kinds.map(|kind| kind as u8).to_vec()].concat();
        Self {
            actors: vec![genesis.actor().0.to_vec()],
            heads: vec![genesis.hash().0],
            change_columns: vec![
                (1, run(-1, 0)),
                (3, run(-1, 1)),
                (19, run(-1, 3)),
                (35, run(-1, 0)),
                (64, run(-1, 0)),
                (86, run(-1, 7)),
            ],
            operation_columns: vec![
                (21, [signed(-3), keys].concat()),
                (33, run(3, 0)),
                // Counters 2, 3 and 1 as differences.
                (35, [signed(-3), signed(2), signed(1), signed(-2)].concat()),
                (52, unsigned(3)),
                (66, [run(2, 0), run(-1, 1)].concat()),
                (86, [run(2, 0), run(-1, 1 << 4 | 4)].concat()),
                (87, vec![1]),
                (128, run(3, 0)),
            ],
            places: vec![0],
        }
        .with_meta(meta([0, 0, 0x14]))
    }

    /// Kept apart so that the columns above stay readable.
    fn with_meta(self, meta: Vec<u8>) -> Self {
        assert_eq!(meta.len(), 4);
        self
    }

    fn with_operations(mut self, number: u32, bytes: Vec<u8>) -> Self {
        self.operation_columns.retain(|(column, _)| column & !8 != number & !8);
        self.operation_columns.push((number, bytes));
        self.operation_columns.sort_by_key(|(column, _)| column & !8);
        self
    }

    fn with_changes(mut self, number: u32, bytes: Vec<u8>) -> Self {
        self.change_columns.retain(|(column, _)| column & !8 != number & !8);
        self.change_columns.push((number, bytes));
        self.change_columns.sort_by_key(|(column, _)| column & !8);
        self
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut to = unsigned(self.actors.len() as u64);
        to.extend(self.actors.iter().flat_map(|actor| prefixed(actor)));
        to.extend(unsigned(self.heads.len() as u64));
        to.extend(self.heads.concat());
        for list in [&self.change_columns, &self.operation_columns] {
            to.extend(unsigned(list.len() as u64));
            for (number, bytes) in list {
                to.extend(unsigned(u64::from(*number)));
                to.extend(unsigned(bytes.len() as u64));
            }
        }
        for (_, bytes) in self.change_columns.iter().chain(&self.operation_columns) {
            to.extend(bytes);
        }
        to.extend(&self.places);
        chunk(DOCUMENT, &to)
    }
}

fn look(bytes: &[u8]) -> Result<(), Rejected> {
    bounded(|| check_snapshot(bytes, &SnapshotLimits::DEVICE, Shape::Server).map(drop))
}

#[test]
fn the_forged_genesis_is_the_genuine_one() {
    let genesis = Document::genesis(&document_id()).1;
    assert_eq!(Forged::genesis().to_bytes(), open(&[genesis]).save());
    assert_eq!(look(&Forged::genesis().to_bytes()), Ok(()));
}

/// Automerge asks for the gigabyte at once and the process ends.
#[test]
fn a_deflate_bomb_in_a_column_of_a_document_is_not_inflated() {
    let limits = SnapshotLimits {
        inflated_bytes_max: 2 << 20,
        chunk_bytes_max: usize::MAX,
        ..SnapshotLimits::DEVICE
    };
    for size in [256 << 20, 1 << 30] {
        let bomb = deflated_zeros(size);
        for document in [
            Forged::genesis().with_operations(87 | 8, bomb.clone()),
            Forged::genesis().with_operations(21 | 8, bomb.clone()),
            Forged::genesis().with_changes(53 | 8, bomb.clone()),
        ] {
            let bytes = document.to_bytes();
            let why = bounded(|| check_snapshot(&bytes, &limits, Shape::Server).map(drop));
            assert_eq!(why, Err(Rejected::TooMuch(Limit::InflatedBytes)));
        }
    }
    // Small ones share one allowance.
    let small = deflated_zeros(1 << 20);
    let several = Forged::genesis()
        .with_operations(87 | 8, small.clone())
        .with_operations(21 | 8, small.clone())
        .with_changes(53 | 8, small);
    let why = bounded(|| check_snapshot(&several.to_bytes(), &limits, Shape::Server).map(drop));
    assert_eq!(why, Err(Rejected::TooMuch(Limit::InflatedBytes)));
}

#[test]
fn runs_of_a_million_million_in_any_column_of_a_document_are_refused() {
    for length in [20, 24, 30, 40, 62].map(|power| 1_i64 << power) {
        for number in [1, 2, 21, 33, 35, 52, 66, 86, 128, 129, 131] {
            let bytes = match number {
                21 => [signed(length), prefixed(b"x")].concat(),
                52 => unsigned(length.unsigned_abs()),
                _ => run(length, 0),
            };
            let plain = Forged::genesis().with_operations(number, bytes.clone());
            let deflated = Forged::genesis().with_operations(number | 8, deflate(&bytes));
            for document in [plain, deflated] {
                let why = look(&document.to_bytes());
                assert!(matches!(why, Err(Rejected::TooMuch(_))), "column {number}: {why:?}");
            }
        }
        for number in [1, 3, 19, 35, 53, 64, 67, 86] {
            let bytes = match number {
                53 => [signed(length), prefixed(b"x")].concat(),
                _ => run(length, 0),
            };
            let why = look(&Forged::genesis().with_changes(number, bytes).to_bytes());
            assert!(matches!(why, Err(Rejected::TooMuch(_))), "column {number}: {why:?}");
        }
    }
}

#[test]
fn a_document_that_contradicts_itself_is_refused() {
    let genesis = Forged::genesis;
    let other_head = Forged { heads: vec![[7; 32]], ..genesis() };
    let no_head = Forged { heads: Vec::new(), places: Vec::new(), ..genesis() };
    let other_place = Forged { places: vec![1], ..genesis() };
    let huge_place = Forged { places: unsigned(u64::MAX), ..genesis() };
    let two_places = Forged { places: vec![0, 0], ..genesis() };
    let short_actor = Forged { actors: vec![vec![1; 15]], ..genesis() };
    let same_actor = Forged { actors: vec![genesis().actors[0].clone(); 2], ..genesis() };
    let contradictions = [
        other_head,
        no_head,
        other_place,
        huge_place,
        two_places,
        short_actor,
        same_actor,
        genesis().with_changes(1, run(-1, 1)),
        genesis().with_changes(3, run(-1, 2)),
        genesis().with_changes(3, run(-1, u64::MAX)),
        genesis().with_changes(19, run(-1, 4)),
        genesis().with_changes(19, run(-1, 2)),
        genesis().with_changes(19, [signed(-1), signed(i64::MAX)].concat()),
        genesis().with_changes(64, run(-1, 1)),
        genesis().with_changes(64, run(-1, 1)).with_changes(67, run(-1, 0)),
        genesis().with_changes(67, run(-1, 0)),
        genesis().with_changes(86, run(-1, 1 << 4 | 7)).with_changes(87, vec![1]),
        genesis().with_operations(33, run(3, 1)),
        genesis().with_operations(35, [signed(-3), signed(2), signed(2), signed(-3)].concat()),
        genesis().with_operations(66, run(3, 0)),
        genesis().with_operations(66, [run(2, 2), run(-1, 1)].concat()),
        genesis().with_operations(52, [unsigned(0), unsigned(3)].concat()),
        genesis().with_operations(87, vec![2]),
        genesis().with_operations(87, vec![1, 1]),
        genesis().with_operations(128, [run(2, 0), run(-1, 1)].concat()),
    ];
    for (place, document) in contradictions.iter().enumerate() {
        assert!(look(&document.to_bytes()).is_err(), "contradiction {place}");
    }
    let mut other_checksum = genesis().to_bytes();
    other_checksum[5] ^= 1;
    assert_eq!(look(&other_checksum), Err(Rejected::Checksum));
    let change = Document::genesis(&document_id()).1;
    assert_eq!(look(&change), Err(Rejected::Malformed("not a document")));
}

#[test]
fn no_mutated_document_that_passes_makes_automerge_panic() {
    let _turn = turn();
    let rounds = std::env::var("GATE_MUTATIONS")
        .map_or(MUTATIONS, |text| text.parse::<u64>().expect("a number") * MUTATIONS / 100_000);
    let seed = std::env::var("SEED").map_or(1, |text| text.parse().expect("a number"));
    let (mut passed, mut looked, mut reheaded) = (0, 0, 0);
    let mut random = Seeded::new(seed);
    for world in 0..rounds.div_ceil(1_000) {
        let mut world = World::new(seed.wrapping_add(world << 32), 3);
        for _ in 0..8 {
            world.mint_and_store();
        }
        let genuine = plain(&open(&world.stored));
        for _ in 0..1_000 {
            let mut bytes = mutate(&mut random, &genuine);
            let look = |bytes: &[u8]| {
                check_snapshot(bytes, &SnapshotLimits::DEVICE, Shape::Journal).map(drop)
            };
            if look(&bytes) == Err(Rejected::Malformed(OTHER_HEADS)) {
                bytes = with_fitting_heads(&bytes);
                reheaded += 1;
            }
            looked += 1;
            if bytes != genuine && look(&bytes).is_ok() {
                passed += 1;
                let document = Automerge::load(&bytes).expect("automerge loads it");
                assert_eq!(
                    Automerge::load(&document.save()).unwrap().get_heads(),
                    document.get_heads()
                );
                assert!(document.get(automerge::ROOT, "entries").unwrap().is_some());
            }
        }
    }
    assert!(passed > rounds / 100);
    say(looked, reheaded, passed);
}

#[expect(clippy::print_stdout, reason = "a run says what it did")]
fn say(looked: u64, reheaded: u64, passed: u64) {
    println!("{looked} mutated documents, {reheaded} with new heads, {passed} passed");
}

/// As an attacker would: the heads that the changed content has.
fn with_fitting_heads(bytes: &[u8]) -> Vec<u8> {
    let options = LoadOptions::new().verification_mode(VerificationMode::DontCheck);
    let document = Automerge::load_with_options(bytes, options).expect("all but the heads fits");
    let mut again = Automerge::new();
    again.apply_changes(document.get_changes(&[])).expect("its changes apply");
    plain(&again)
}

fn mutate(random: &mut Seeded, genuine: &[u8]) -> Vec<u8> {
    let start = 9 + genuine[9..].iter().position(|byte| byte & 0x80 == 0).expect("a length") + 1;
    let mut body = genuine[start..].to_vec();
    for _ in 0..1 + random.below(3) {
        let place = random.below(body.len());
        match random.below(7) {
            0 => body[place] ^= 1 << random.below(8),
            1 => body[place] = random.below(256) as u8,
            2 => body[place] = body[place].wrapping_add(1),
            3 => body[place] = body[place].wrapping_sub(1),
            4 => drop(body.splice(place..place + 1, unsigned(random.next() >> random.below(64)))),
            5 => drop(body.remove(place)),
            _ => body.insert(place, random.below(4) as u8),
        }
        if body.is_empty() {
            body.push(0);
        }
    }
    chunk(DOCUMENT, &body)
}
