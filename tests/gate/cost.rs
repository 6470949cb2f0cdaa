//! What the gate costs for one change, beside what automerge needs to read the same bytes.

use std::hint::black_box;
use std::time::{Duration, Instant};

use automerge::Change;
use shared::document::gate::{Limits, Shape, admit, check};

use crate::world::World;

/// The quickest of several rounds, for each change.
fn quickest(changes: &[Vec<u8>], work: impl Fn(&[u8])) -> Duration {
    let round = || {
        let start = Instant::now();
        changes.iter().for_each(|bytes| work(bytes));
        start.elapsed() / changes.len() as u32
    };
    (0..7).map(|_| round()).min().expect("some rounds")
}

#[test]
#[expect(clippy::print_stdout, reason = "this is the benchmark")]
fn the_gate_costs_no_more_than_a_few_readings_by_automerge() {
    let mut world = World::new(3, 4);
    for _ in 0..100 {
        world.mint_and_store();
    }
    let changes: Vec<Vec<u8>> = (0..400).map(|_| world.mint()).collect();
    let bytes: usize = changes.iter().map(Vec::len).sum();
    let checked: Vec<_> = changes
        .iter()
        .map(|bytes| check(bytes, &Limits::PATIENT).unwrap())
        .collect();
    let operations: usize = checked.iter().map(|change| change.operations().len()).sum();
    let check_time = quickest(&changes, |bytes| {
        black_box(check(bytes, &Limits::PATIENT).unwrap());
    });
    let both_time = quickest(&changes, |bytes| {
        let change = check(bytes, &Limits::PATIENT).unwrap();
        drop(black_box(admit(change, &world.known, Shape::Journal)));
    });
    let automerge_time = quickest(&changes, |bytes| {
        black_box(Change::from_bytes(bytes.to_vec()).unwrap());
    });
    println!(
        "per change of {} bytes and {:.1} operations: check {check_time:?}, \
         check and admit {both_time:?}, automerge reads it in {automerge_time:?}",
        bytes / changes.len(),
        operations as f64 / changes.len() as f64,
    );
    assert!(
        both_time <= automerge_time * 5,
        "{both_time:?} beside {automerge_time:?}"
    );
}
