//! What the gate costs for one change, beside what automerge needs to read the same bytes.

use std::hint::black_box;
use std::time::{Duration, Instant};

use automerge::Change;
use shared::document::gate::{Limits, Shape, admit, check};

use crate::hostile::turn;
use crate::world::World;

/// Rounds of each kind of work, in turn, so that a busy moment of the machine meets all of them.
const ROUNDS: usize = 15;

/// Something that is done to the bytes of one change.
type Work<'a> = &'a dyn Fn(&[u8]);

/// The quickest round of each kind of work, for one change.
fn quickest<const N: usize>(changes: &[Vec<u8>], work: [Work<'_>; N]) -> [Duration; N] {
    let mut quickest = [Duration::MAX; N];
    for _ in 0..ROUNDS {
        for (best, work) in quickest.iter_mut().zip(work) {
            let start = Instant::now();
            changes.iter().for_each(|bytes| work(bytes));
            *best = (*best).min(start.elapsed() / changes.len() as u32);
        }
    }
    quickest
}

#[test]
#[expect(clippy::print_stdout, reason = "this is the benchmark")]
fn the_gate_costs_no_more_than_a_few_readings_by_automerge() {
    let _turn = turn();
    let mut world = World::new(3, 4);
    for _ in 0..100 {
        world.mint_and_store();
    }
    let changes: Vec<Vec<u8>> = (0..400).map(|_| world.mint()).collect();
    let bytes: usize = changes.iter().map(Vec::len).sum();
    let checked: Vec<_> =
        changes.iter().map(|bytes| check(bytes, &Limits::PATIENT).unwrap()).collect();
    let operations: usize = checked.iter().map(|change| change.operations().len()).sum();
    let [check_time, both_time, automerge_time] = quickest(
        &changes,
        [
            &|bytes| {
                black_box(check(bytes, &Limits::PATIENT).expect("a genuine change"));
            },
            &|bytes| {
                let change = check(bytes, &Limits::PATIENT).expect("a genuine change");
                drop(black_box(admit(change, &world.known, Shape::Journal)));
            },
            &|bytes| {
                black_box(Change::from_bytes(bytes.to_vec()).expect("a genuine change"));
            },
        ],
    );
    println!(
        "per change of {} bytes and {:.1} operations: check {check_time:?}, \
         check and admit {both_time:?}, automerge reads it in {automerge_time:?}",
        bytes / changes.len(),
        operations as f64 / changes.len() as f64,
    );
    assert!(both_time <= automerge_time * 10, "{both_time:?} beside {automerge_time:?}");
}
