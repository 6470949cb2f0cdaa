//! Named scenarios: the everyday ones, and every schedule that ever failed.

use shared::document::DocumentId;
use shared::edit::Audience;
use shared::id::EntryId;
use shared::sync::device::{Event, Line};
use shared::sync::scope::Level;
use shared::sync::stored::RowKey;
use shared::wire::Row;

use crate::cast::{self, ANA, PATIENT, ROSA};
use crate::tier::{Stack, Tier};
use crate::world::World;

fn journal() -> DocumentId {
    cast::audience_journal(ROSA, Audience::Circle)
}

fn shown<T: Tier>(world: &World<T>, machine: usize, document: &DocumentId) -> Vec<String> {
    let newest = world.clinic.store.newest(*document);
    world.shown(machine, &newest).into_values().flatten().collect()
}

pub fn has(change: &[u8], words: &str) -> bool {
    change.windows(words.len()).any(|part| part == words.as_bytes())
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
fn what_waited_too_long_is_sent_after_the_person_said_so_again() {
    let mut world = World::<Stack>::new(1);
    world.start_all();
    world.run(2_000);
    world.machines[0].offline = true;
    world.cut(0);
    let soon = world.machines[0].clock(world.now).plus_millis(1_000);
    world.beside.ask_again_at = Some(soon);
    let old = world.write(0, journal(), "My cough").unwrap();
    world.beside.ask_again_at = None;
    world.write(0, journal(), "My knee").unwrap();
    world.run(5_000);
    world.machines[0].offline = false;
    world.wake(0);
    world.run(2_000);
    assert_eq!(shown(&world, 1, &journal()), ["My knee"], "the rest is not held up by it");
    assert!(same(&world, 0), "nothing waits for the line");
    world.shut(0);
    world.start(0);
    world.run(2_000);
    assert_eq!(shown(&world, 1, &journal()), ["My knee"], "the disk remembers that it asks");
    world.reword(0, old, "My cough");
    world.run(500);
    assert_eq!(shown(&world, 1, &journal()).len(), 2);
    assert!(world.ledger.problems.is_empty(), "{:?}", world.ledger.problems);
}

#[test]
fn a_disk_that_was_emptied_while_it_was_open_gets_everything_again() {
    let mut world = World::<Stack>::new(1);
    world.start_all();
    world.run(2_000);
    world.machines[0].offline = true;
    world.cut(0);
    let entry = world.write(0, journal(), "Is the swelling normal?").unwrap();
    world.run(2_000);
    assert!(world.ledger.facts[&entry].saved);
    let mut before = world.machines[0].disk.rows();
    // The browser forgets the site while it is open.
    world.machines[0].disk.evict();
    world.feed(0, vec![Event::Emptied]);
    world.run(2_000);
    let mut after = world.machines[0].disk.rows();
    before.sort_by_key(|row| row.key());
    after.sort_by_key(|row| row.key());
    assert_eq!(before, after);
    world.shut(0);
    world.start(0);
    assert_eq!(shown(&world, 0, &journal()), ["Is the swelling normal?"]);
    world.machines[0].offline = false;
    world.wake(0);
    world.run(2_000);
    assert_eq!(shown(&world, 1, &journal()), ["Is the swelling normal?"]);
    assert!(world.ledger.problems.is_empty(), "{:?}", world.ledger.problems);
}

#[test]
fn up_to_date_is_said_once_what_was_received_is_on_the_disk() {
    for seed in 1..20 {
        let mut world = World::<Stack>::new(seed);
        world.start(0);
        while !same(&world, 0) {
            world.run(1);
        }
        let rows = world.machines[0].disk.rows();
        let device = world.machines[0].running.as_ref().unwrap();
        let mut received = 0;
        for (document, held) in device.held() {
            for (hash, ..) in held.accepted() {
                let key = RowKey::Change(*document, *hash);
                assert!(rows.iter().any(|row| row.key() == key), "seed {seed}: {key:?}");
                received += 1;
            }
        }
        assert!(received > 0);
    }
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

/// Ids begin with a time, and what waits is sent in their order.
#[test]
fn what_was_written_while_the_clock_was_ahead_stands_in_front_of_what_came_after() {
    let mut world = World::<Stack>::new(2);
    world.start_all();
    world.run(2_000);
    world.machines[0].offline = true;
    world.cut(0);
    let hours = [10, -3, 0, 2, -10];
    let all: Vec<_> =
        hours.iter().enumerate().map(|(place, hour)| format!("{place}: {hour}")).collect();
    for (hour, words) in hours.into_iter().zip(&all) {
        world.machines[0].clock_error = hour * 3_600_000;
        world.write(0, journal(), words);
        world.run(100);
    }
    // The rest of the order is known from the disk.
    world.crash(0);
    world.start(0);
    world.machines[0].offline = false;
    world.wake(0);
    world.run(5_000);
    let rows = &world.clinic.store.log(&journal()).expect("it is made").rows;
    let words_of = |row: &Row| all.iter().find(|words| has(&row.bytes, words)).cloned();
    assert_eq!(rows.iter().filter_map(words_of).collect::<Vec<_>>(), all);
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

fn letters<T: Tier>(world: &World<T>, machine: usize) -> Vec<EntryId> {
    let device = world.machines[machine].running.as_ref();
    device.map(|device| device.dead_letters().keys().copied().collect()).unwrap_or_default()
}

#[test]
fn whatever_is_written_after_a_grant_ended_is_said_to_be_not_sent() {
    let mut world = World::<Stack>::new(4);
    world.start(3);
    world.run(2_000);
    world.rescope(ANA, None);
    world.run(1_000);
    let theirs = cast::audience_journal(ANA, Audience::Circle);
    let first = world.write(3, theirs, "Can I still write?").unwrap();
    world.run(1_000);
    assert_eq!(letters(&world, 3), [first]);
    // The answer to the first was once taken for an answer to the second as well.
    let second = world.write(3, theirs, "And now?").unwrap();
    world.run(1_000);
    assert_eq!(letters(&world, 3), [first, second]);
    assert!(same(&world, 3));
}

/// Seed 10891298725179099575: both stood there, as waiting and as not sent, and came back after one was put away.
#[test]
fn words_that_are_being_said_otherwise_are_refused_once_that_is_done() {
    let mut world = World::<Stack>::new(4);
    world.start(3);
    world.run(2_000);
    world.rescope(ANA, None);
    world.run(1_000);
    let theirs = cast::audience_journal(ANA, Audience::Circle);
    world.trouble.slow_disk_millis = 500;
    let entry = world.write(3, theirs, "Can I still write?").unwrap();
    while !world.ledger.facts[&entry].saved {
        world.run(1);
    }
    // The verdict about the first words comes while the disk is taking these.
    world.reword(3, entry, "May I still write?");
    while world.ledger.facts[&entry].text != "May I still write?" {
        world.run(1);
    }
    assert!(letters(&world, 3).is_empty(), "the first words are not refused beside the others");
    world.run(5_000);
    assert_eq!(letters(&world, 3), [entry]);
    world.dismiss(3, entry);
    world.run(5_000);
    assert!(letters(&world, 3).is_empty());
    let device = world.machines[3].running.as_ref().unwrap();
    assert!(device.outbox().is_empty() && world.ledger.problems.is_empty());
}

/// A verdict that came meanwhile took the change off the disk and put back nothing, because the words were being
/// changed; and the other words were overtaken by a change that never left.
#[test]
fn words_that_are_being_sent_are_not_changed_meanwhile() {
    for delay in 0..40 {
        let mut world = World::<Stack>::new(4);
        world.start_all();
        world.run(2_000);
        let wrong = world.write(1, journal(), "Meant for somebody else").unwrap();
        world.run(1_000);
        world.trouble.slow_disk_millis = 400;
        let entry = world.write(0, journal(), "Take two").unwrap();
        while !world.ledger.facts[&entry].saved {
            world.run(1);
        }
        world.run(10 * delay);
        world.reword(0, entry, "Take one");
        world.erase(wrong);
        world.run(3_000);
        world.trouble.slow_disk_millis = 0;
        world.run(20_000);
        assert!(world.ledger.problems.is_empty(), "{delay}: {:?}", world.ledger.problems);
        assert!(world.ledger.facts[&entry].acknowledged, "{delay}: it never came");
    }
}

#[test]
fn what_was_written_for_an_older_epoch_reaches_the_newest() {
    let mut world = World::<Stack>::new(5);
    world.start(0);
    world.run(2_000);
    let wrong = world.write(0, journal(), "Meant for somebody else").unwrap();
    world.run(1_000);
    // A new device is asking for the old epoch at the moment in which it is rebuilt.
    world.start(1);
    world.log = Some(Vec::new());
    let pulls = |line: &String| line.contains(&format!("machine 1 sends pull {}", journal()));
    while !world.log.iter().flatten().any(pulls) {
        world.run(1);
    }
    world.erase(wrong);
    let kept = world.write(1, journal(), "Written meanwhile").unwrap();
    world.run(15_000);
    for machine in 0..2 {
        assert_eq!(shown(&world, machine, &journal()), ["Written meanwhile"]);
        assert!(same(&world, machine));
    }
    assert!(world.ledger.facts[&kept].acknowledged);
    assert!(world.ledger.problems.is_empty(), "{:?}", world.ledger.problems);
}

#[test]
fn what_a_restored_clinic_lost_survives_an_erasure() {
    let mut world = World::<Stack>::new(6);
    world.start(0);
    world.run(2_000);
    let wrong = world.write(0, journal(), "Meant for somebody else").unwrap();
    world.run(1_000);
    let backup = world.clinic.store.clone();
    world.write(0, journal(), "Acknowledged after the backup");
    world.run(1_000);
    world.machines[0].offline = true;
    world.cut(0);
    world.go_back(backup, false);
    world.erase(wrong);
    world.machines[0].offline = false;
    world.wake(0);
    world.start(1);
    world.run(15_000);
    for machine in 0..2 {
        assert_eq!(shown(&world, machine, &journal()), ["Acknowledged after the backup"]);
        assert!(same(&world, machine));
    }
    assert!(world.ledger.problems.is_empty(), "{:?}", world.ledger.problems);
}

#[test]
fn what_was_on_its_way_when_access_ended_is_refused_and_not_sent_on_and_on() {
    for seed in 1..40 {
        let mut world = World::<Stack>::new(seed);
        world.log = Some(Vec::new());
        world.start_all();
        world.run(4_000);
        world.rescope(ANA, Some(Level::ChartOnly));
        let journal = cast::audience_journal(ANA, Audience::Circle);
        for number in 0..3 {
            world.write(3, journal, &format!("Words {number}"));
            world.run(20);
        }
        world.run(20_000);
        let log = world.log.take().unwrap();
        let pushes = log.iter().filter(|line| line.contains("machine 3 sends push")).count();
        // Each once, and those behind the first refusal once more, and so on.
        assert!((1..=6).contains(&pushes), "seed {seed}: {pushes} pushes: {log:#?}");
        assert!(world.ledger.problems.is_empty(), "{:?}", world.ledger.problems);
    }
}
