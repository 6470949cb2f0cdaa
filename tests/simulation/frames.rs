//! What a bad line does to frames: it brings one twice, or one of the server before another. A WebSocket does
//! neither, and a proxy that tries again, or a client that polls, may. What a device sends is in its order
//! also by plain requests, each of which waits for the one before.

use std::collections::VecDeque;

use shared::edit::Audience;
use shared::wire::{ToDevice, ToServer};

use crate::cast::{self, ROSA};
use crate::random::Random;
use crate::scenarios::has;
use crate::tier::{Stack, Tier};
use crate::weight::Weight;
use crate::world::{Happening, Trouble, World};

/// What was put in last comes once more, or changes its place with what was put in before. How many
/// are to arrive for it.
fn mixed_up<M: Clone>(queue: &mut VecDeque<M>, rng: &mut Random, trouble: &Trouble) -> usize {
    let repeated = queue.back().filter(|_| rng.percent(trouble.repeated)).cloned();
    let newest = queue.len() - 1;
    if newest > 0 && rng.percent(trouble.shuffled) {
        queue.swap(newest - 1, newest);
    }
    let count = 1 + usize::from(repeated.is_some());
    queue.extend(repeated);
    count
}

impl<T: Tier> World<T> {
    pub(super) fn goes_up(&mut self, line: usize, message: ToServer) {
        self.lines[line].up.push_back(message);
        let Self { lines, rng, trouble, .. } = self;
        let repeated = Trouble { repeated: trouble.repeated, ..Trouble::default() };
        for _ in 0..mixed_up(&mut lines[line].up, rng, &repeated) {
            let delay = self.delay();
            self.later(delay, Happening::Up { line });
        }
    }

    pub(super) fn goes_down(&mut self, line: usize, message: ToDevice, weight: usize) {
        self.lines[line].down.push_back(Some((message, self.restores, weight)));
        let Self { lines, rng, trouble, .. } = self;
        for _ in 0..mixed_up(&mut lines[line].down, rng, trouble) {
            let delay = self.delay();
            self.later(delay, Happening::Down { line });
        }
    }

    pub(super) fn weight_of(&self, line: usize) -> (Weight, Weight) {
        (self.lines[line].up_so_far, self.lines[line].down_so_far)
    }

    /// What a cut would lose now: sent to a machine, and not arrived.
    pub(super) fn under_way(&self, machine: usize) -> usize {
        let line = self.machines[machine].line.map(|line| &self.lines[line]);
        let under_way = line.into_iter().flat_map(|line| &line.down).flatten();
        under_way.map(|(_, _, weight)| weight).sum()
    }

    pub(super) fn lines_of(&self, machine: usize) -> impl Iterator<Item = usize> {
        let lines = self.lines.iter().enumerate();
        lines.filter(move |(_, line)| line.machine == machine).map(|(number, _)| number)
    }
}

#[test]
fn a_push_that_comes_twice_is_answered_twice_and_stored_once() {
    let mut world = World::<Stack>::new(1);
    world.start_all();
    world.run(2_000);
    world.log = Some(Vec::new());
    world.trouble.repeated = 100;
    let journal = cast::audience_journal(ROSA, Audience::Circle);
    world.write(0, journal, "It is swollen").expect("it runs");
    world.run(2_000);
    let log = world.log.iter().flatten();
    let answers = log.filter(|line| line.contains("machine 0 is sent Taken")).count();
    assert!(answers >= 2, "{answers}");
    let rows = &world.clinic.store.log(&journal).expect("it is made").rows;
    assert_eq!(rows.iter().filter(|row| has(&row.bytes, "It is swollen")).count(), 1);
    assert!(world.ledger.problems.is_empty(), "{:?}", world.ledger.problems);
}

#[test]
fn whatever_the_order_of_frames_what_was_written_arrives() {
    let mut world = World::<Stack>::new(2);
    world.trouble.shuffled = 100;
    world.start_all();
    let journal = cast::audience_journal(ROSA, Audience::Circle);
    for number in 0..10 {
        world.write(0, journal, &format!("Message {number}")).expect("it runs");
        world.run(300);
    }
    world.trouble.shuffled = 0;
    world.run(60_000);
    let rows = &world.clinic.store.log(&journal).expect("it is made").rows;
    assert_eq!(rows.iter().filter(|row| has(&row.bytes, "Message ")).count(), 10);
    assert!(world.ledger.problems.is_empty(), "{:?}", world.ledger.problems);
}
