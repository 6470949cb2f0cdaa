//! Named scenarios: the everyday ones, and every schedule that ever failed.

use shared::document::DocumentId;
use shared::edit::Audience;
use shared::sync::device::Line;

use crate::cast::{self, PATIENT, ROSA};
use crate::tier::{Stack, Tier};
use crate::world::World;

fn journal() -> DocumentId {
    cast::audience_journal(ROSA, Audience::Circle)
}

fn shown<T: Tier>(world: &World<T>, machine: usize, document: &DocumentId) -> Vec<String> {
    world.shown(machine, document).into_values().flatten().collect()
}

fn same<T: Tier>(world: &World<T>, machine: usize) -> bool {
    let device = world.machines[machine].running.as_ref();
    device.is_some_and(|device| matches!(device.line(), Line::Same { .. }))
}

#[test]
fn a_message_written_offline_reaches_everyone_once_there_is_a_line() {
    let mut world = World::<Stack>::new(1);
    world.log = Some(Vec::new());
    world.start_all();
    world.run(2_000);
    assert!(same(&world, 0) && same(&world, 3), "{:#?}", world.log);
    world.machines[0].offline = true;
    world.cut(0);
    let entry = world.write(0, journal(), "Is the swelling normal?").unwrap();
    world.run(5_000);
    assert!(world.ledger.facts[&entry].saved);
    assert_eq!(shown(&world, 0, &journal()), ["Is the swelling normal?"]);
    assert!(shown(&world, 1, &journal()).is_empty());

    world.machines[0].offline = false;
    world.wake(0);
    world.run(2_000);
    for machine in 0..4 {
        assert_eq!(shown(&world, machine, &journal()), ["Is the swelling normal?"]);
        assert!(same(&world, machine));
    }
    assert!(world.ledger.facts[&entry].acknowledged);

    let care = DocumentId::care(PATIENT, ROSA, Audience::Circle);
    world.reply(0, care, "Yes. Rest it.");
    world.run(1_000);
    for machine in 0..4 {
        assert_eq!(shown(&world, machine, &care), ["Yes. Rest it."]);
    }
    world.shut(1);
    world.start(1);
    assert_eq!(shown(&world, 1, &journal()), ["Is the swelling normal?"]);
    world.run(2_000);
    assert_eq!(shown(&world, 1, &care), ["Yes. Rest it."]);
    assert!(world.ledger.problems.is_empty(), "{:?}", world.ledger.problems);
}

#[test]
fn ten_messages_in_a_row_are_sent_in_their_order() {
    let mut world = World::<Stack>::new(2);
    world.start_all();
    world.run(2_000);
    for number in 0..10 {
        world.write(0, journal(), &format!("Message {number}"));
        world.run(7);
    }
    world.run(2_000);
    let all: Vec<_> = (0..10).map(|number| format!("Message {number}")).collect();
    assert_eq!(shown(&world, 3, &journal()), all);
    assert!(same(&world, 0) && same(&world, 3));
    assert!(world.ledger.problems.is_empty(), "{:?}", world.ledger.problems);
}

#[test]
fn a_restart_before_sending_loses_nothing() {
    let mut world = World::<Stack>::new(3);
    world.start(0);
    world.run(2_000);
    world.machines[0].offline = true;
    world.cut(0);
    let entry = world.write(0, journal(), "Before the power went").unwrap();
    world.run(100);
    assert!(world.ledger.facts[&entry].saved);
    world.crash(0);
    world.start(0);
    world.run(100);
    assert_eq!(shown(&world, 0, &journal()), ["Before the power went"]);
    world.machines[0].offline = false;
    world.run(60_000);
    world.start(3);
    world.run(2_000);
    assert_eq!(shown(&world, 3, &journal()), ["Before the power went"]);
    assert!(same(&world, 0), "{:?}", world.machines[0].running.as_ref().unwrap().line());
}
