//! Structured mutations of genuine changes, three in four with a checksum that fits again. What the
//! gate lets pass goes on to automerge: it may say no, but it may not panic, and what it takes has
//! to come back out of a saved document.
//!
//! `GATE_MUTATIONS=1000000` sets the number, `SEED=…` replays one run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use automerge::{Automerge, Change, ReadDoc};
use shared::document::gate::{Checked, Known, Limits, Rejected, Shape, admit, check};
use shared::document::{Document, Opened};

use crate::MEMORY;
use crate::forge::{chunk, compressed, raw_chunk, signed, unsigned};
use crate::hostile::turn;
use crate::random::Seeded;
use crate::world::World;

const MUTATIONS: u64 = 100_000;
const CHECK_MS_MAX: u64 = 50;
/// Long enough to be looked at again: it may have been the machine.
const SUSPICIOUS: Duration = Duration::from_millis(2);
const GROWTH_BYTES_MAX: usize = 64 * 1024 * 1024;
/// A world with a new history after so many mutations.
const MUTATIONS_PER_WORLD: u64 = 2_500;

#[derive(Default, Debug)]
struct Counts {
    read: u64,
    admitted: u64,
    changed_and_admitted: u64,
    slowest: Duration,
}

pub fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn no_mutation_makes_the_gate_panic_hang_or_grow_and_none_that_passes_hurts_automerge() {
    let _turn = turn();
    let (mutations, seed) = (setting("GATE_MUTATIONS", MUTATIONS), setting("SEED", 1));
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let mut counts = Counts::default();
    for round in 0..mutations.div_ceil(MUTATIONS_PER_WORLD) {
        let seed = seed.wrapping_add(round << 32);
        let outcome = catch_unwind(AssertUnwindSafe(|| one_world(seed, &mut counts)));
        assert!(outcome.is_ok(), "replay with SEED={seed} GATE_MUTATIONS={MUTATIONS_PER_WORLD}");
    }
    let growth = MEMORY.peak_usage().saturating_sub(before);
    assert!(growth <= GROWTH_BYTES_MAX, "grew by {growth} bytes");
    // The mutations are worth something only if they come past the first look.
    assert!(counts.read > mutations / 50 && counts.changed_and_admitted > mutations / 1_000);
    report(mutations, growth, &counts);
}

#[expect(clippy::print_stdout, reason = "a run says what it did")]
fn report(mutations: u64, growth: usize, counts: &Counts) {
    println!("{mutations} mutations, {} KiB at most: {counts:?}", growth / 1024);
}

fn one_world(seed: u64, counts: &mut Counts) {
    let mut world = World::new(seed, 4);
    for _ in 0..20 + seed as usize % 20 {
        world.mint_and_store();
    }
    let mut document = Automerge::new();
    document.load_incremental(&world.stored.concat()).expect("stored changes load");
    let both = (
        Document::load(world.stored.iter().map(Vec::as_slice)).expect("stored changes load"),
        Opened::load(world.stored.iter().map(Vec::as_slice)).expect("stored changes load"),
    );
    let genuine: Vec<Vec<u8>> = (0..8).map(|_| world.mint()).collect();
    for _ in 0..MUTATIONS_PER_WORLD {
        let from = world.random.pick(&genuine).clone();
        let bytes = mutate(&mut world.random, &from, &world.stored);
        if let Some(change) = pass(&bytes, &world.known, counts) {
            counts.admitted += 1;
            if !genuine.contains(&bytes) {
                counts.changed_and_admitted += 1;
                survive(&document, &change);
                read_alike(both.clone(), &change);
            }
        }
    }
}

/// Through the gate, with an eye on the clock: slow once may be the machine, slow three times is us.
fn pass(bytes: &[u8], known: &Known, counts: &mut Counts) -> Option<Checked> {
    let attempt = || {
        let start = Instant::now();
        let checked = check(bytes, &Limits::PATIENT);
        let is_read = checked.is_ok();
        let admitted = checked.and_then(|change| admit(change, known, Shape::Journal));
        (start.elapsed(), is_read, admitted)
    };
    let (mut took, is_read, admitted) = attempt();
    for _ in 0..3 {
        if took > SUSPICIOUS {
            took = took.min(attempt().0);
        }
    }
    assert!(took <= Duration::from_millis(CHECK_MS_MAX), "{took:?}");
    counts.slowest = counts.slowest.max(took);
    counts.read += u64::from(is_read);
    match admitted {
        Ok(admitted) => Some(admitted.into_change()),
        Err(Rejected::Panicked) => panic!("the gate calls nothing that may panic"),
        Err(_) => None,
    }
}

/// What passed is applied, read, written over, saved and loaded, all without a net.
fn survive(document: &Automerge, change: &Checked) {
    let parsed = Change::from_bytes(change.bytes().to_vec()).expect("automerge reads it too");
    assert_eq!(parsed.hash().0, change.hash().0);
    let again = Change::from(parsed.decode());
    assert!(again.raw_bytes() == change.bytes(), "automerge writes it differently");
    let mut document = document.clone();
    document.apply_changes([parsed]).expect("automerge takes it");
    assert!(document.get_missing_deps(&[]).is_empty());
    for map in ["entries", "registers"] {
        let (_, id) =
            document.get(automerge::ROOT, map).expect("a root reads").expect("a map of genesis");
        for item in
            document.map_range(&id, ..).map(|item| item.key.into_owned()).collect::<Vec<_>>()
        {
            assert!(!document.get_all(&id, item).expect("a name reads").is_empty());
        }
    }
    let saved = Automerge::load(&document.save()).expect("the saved document loads");
    assert_eq!(saved.get_heads(), document.get_heads());
    assert!(saved.get_change_by_hash(&automerge::ChangeHash(change.hash().0)).is_some());
}

/// Devices read without automerge: whatever passes, they have to read, and as it does.
fn read_alike((mut ours, mut theirs): (Document, Opened), change: &Checked) {
    ours.apply([change.bytes()]).expect("what passed is read");
    theirs.apply([change.bytes()]).expect("automerge takes it");
    assert_eq!(ours.entries(), theirs.entries());
    assert_eq!(ours.registers(), theirs.registers());
}

fn mutate(random: &mut Seeded, from: &[u8], stored: &[Vec<u8>]) -> Vec<u8> {
    if random.one_in(50) {
        return from.to_vec();
    }
    let change = check(from, &Limits::PATIENT).expect("a genuine change");
    let mut body = change.bytes()[header(change.bytes())..].to_vec();
    for _ in 0..1 + random.below(3) {
        mutate_body(random, &mut body, stored);
    }
    match random.below(8) {
        0 | 1 => {
            // The checksum of the genuine change.
            let kind = if random.one_in(8) { random.below(5) as u8 } else { 1 };
            raw_chunk(kind, &change.bytes()[4..8], &body)
        }
        2 => compressed(&body),
        3 => {
            let mut bytes = chunk(1, &body);
            let place = random.below(bytes.len());
            bytes[place] ^= 1 << random.below(8);
            bytes
        }
        _ => chunk(1, &body),
    }
}

/// Where the body of a chunk begins.
fn header(bytes: &[u8]) -> usize {
    9 + bytes[9..].iter().position(|byte| byte & 0x80 == 0).expect("a length ends") + 1
}

fn mutate_body(random: &mut Seeded, body: &mut Vec<u8>, stored: &[Vec<u8>]) {
    if body.is_empty() {
        body.push(0);
    }
    let place = random.below(body.len());
    let interesting = [0, 1, 2, 3, 4, 16, 32, 63, 64, 127, 128, 255];
    match random.below(12) {
        0 => body[place] ^= 1 << random.below(8),
        1 => body[place] = *random.pick(&interesting),
        2 => body[place] = body[place].wrapping_add(1),
        3 => body[place] = body[place].wrapping_sub(1),
        4 => {
            let number = unsigned(random.next() >> random.below(64));
            body.splice(place..place + 1, number);
        }
        5 => {
            let number = signed((random.next() >> random.below(64)).cast_signed());
            body.splice(place..place + 1, number);
        }
        6 => drop(body.splice(place..(place + 1 + random.below(8)).min(body.len()), [])),
        7 => {
            let end = (place + 1 + random.below(16)).min(body.len());
            let piece = body[place..end].to_vec();
            let target = random.below(body.len());
            body.splice(target..target, piece);
        }
        8 => {
            // A piece of another change: its dependencies, actors or columns.
            let other = random.pick(stored);
            let start = random.below(other.len());
            let end = (start + 1 + random.below(40)).min(other.len());
            let replaced = (place + end - start).min(body.len());
            body.splice(place..replaced, other[start..end].iter().copied());
        }
        9 => body.truncate(place),
        10 => body.extend((0..1 + random.below(8)).map(|_| 0)),
        _ => mutate_number_at_the_head(random, body),
    }
}

/// Sequence, first counter and time stand right behind the actor: the numbers that poison.
fn mutate_number_at_the_head(random: &mut Seeded, body: &mut [u8]) {
    let numbers = 1 + 32 * usize::from(body[0] & 0x0f) + 17;
    if numbers + 3 < body.len() {
        let place = numbers + random.below(3);
        let step = random.below(3) as u8;
        body[place] = body[place].wrapping_add(step);
    }
}
