//! Faults that a million schedules hardly meet: each is played as it once happened, without the
//! fault, where everything has to hold, and with it, where it has to be found.

use shared::document::DocumentId;
use shared::edit::Audience;
use shared::sync::device::Event;
use shared::sync::planted::Planted;
use shared::sync::stored::Stored;

use crate::cast::{self, ANA, ROSA};
use crate::light::Light;
use crate::oracle;
use crate::world::{REFUSED_MARK, World};

const ROSAS: usize = 0;
const ANAS: usize = 3;

fn journal() -> DocumentId {
    cast::audience_journal(ROSA, Audience::Circle)
}

/// Plays it both ways.
fn holds_but_for(planted: Planted, play: impl Fn(&mut World<Light>)) {
    let problems = |planted| {
        let mut world = World::new(1);
        world.clinic.planted = planted;
        world.log = Some(Vec::new());
        play(&mut world);
        for machine in 0..world.machines.len() {
            if world.machines[machine].running.is_none() {
                world.start(machine);
            }
        }
        world.run(60_000);
        oracle::check(&mut world);
        (std::mem::take(&mut world.ledger.problems), world.log.unwrap_or_default().join("\n"))
    };
    let (without, log) = problems(None);
    assert!(without.is_empty(), "{without:?}\n{log}");
    let (with, log) = problems(Some(planted));
    assert!(!with.is_empty(), "{planted:?} was not found\n{log}");
}

fn care() -> DocumentId {
    DocumentId::care(cast::PATIENT, ROSA, Audience::Circle)
}

fn until(world: &mut World<Light>, what: &str) {
    let begin = world.log.iter().flatten().count();
    for _ in 0..60_000 {
        if world.log.iter().flatten().skip(begin).any(|line| line.contains(what)) {
            return;
        }
        world.run(1);
    }
    panic!("{what:?} did not happen");
}

#[test]
fn an_older_epoch_stays_until_all_of_the_newer_is_here() {
    holds_but_for(Planted::OldEpochDroppedAtOnce, |world| {
        world.start(ROSAS);
        world.run(2_000);
        let wrong = world.write(ROSAS, journal(), "Meant for somebody else").unwrap();
        world.run(1_000);
        let backup = world.clinic.store.clone();
        world.write(ROSAS, journal(), "Acknowledged after the backup").unwrap();
        world.run(1_000);
        world.erase(wrong);
        until(world, "machine 0 is sent Closed");
        until(world, "machine 0 says Changed");
        // What it asked for is still under way when the clinic goes back.
        world.go_back(backup, false);
    });
}

#[test]
fn rows_of_somebody_who_may_not_read_any_more_are_taken_back() {
    holds_but_for(Planted::StrangersRowsLeft, |world| {
        world.start(ANAS);
        world.run(2_000);
        let backup = world.clinic.store.clone();
        let theirs = cast::audience_journal(ANA, Audience::Circle);
        world.write(ANAS, theirs, "She took the first dose").unwrap();
        world.run(1_000);
        world.machines[ANAS].offline = true;
        world.cut(ANAS);
        world.go_back(backup, false);
        world.rescope(ANA, None);
        world.machines[ANAS].offline = false;
        world.wake(ANAS);
    });
}

/// She has the answer before the document's first row, because it was news. Once found as seed
/// 6236221642159107486 of the commit 446807a.
#[test]
fn who_asks_for_more_of_what_is_closed_is_asked_first() {
    holds_but_for(Planted::ClosedWhenPulled, |world| {
        only_she_has_the_answer(world);
        until(world, "machine 3 is sent summaries");
        world.rescope(ANA, None);
    });
}

/// Another answer is news while she asks, and her access ends before she is answered. Once found as seed
/// 939889249360841868 of the commit 3aebcf8, when news were taken for the answer: she named her rows
/// at once, and the verdict about the question before was taken for that of her rows.
#[test]
fn a_verdict_that_answers_an_older_question_drops_nothing() {
    holds_but_for(Planted::ClosedWhenPulled, |world| {
        only_she_has_the_answer(world);
        until(world, "machine 3 is sent summaries");
        world.trouble.delay_millis_max = 1_000;
        until(world, "machine 3 sends pull 00000000000000000000000001/care/circle/0");
        world.trouble.delay_millis_max = 1;
        world.reply(0, care(), "And come back on Monday");
        until(world, "machine 3 is sent rows");
        world.rescope(ANA, None);
    });
}

/// The clinic went back to a time before it, and she comes back.
fn only_she_has_the_answer(world: &mut World<Light>) {
    world.start(ANAS);
    until(world, "machine 3 is sent summaries");
    let backup = world.clinic.store.clone();
    world.reply(0, care(), "Half a tablet");
    until(world, "care/circle/0, more: false");
    until(world, "machine 3 says Changed");
    world.run(20);
    world.machines[ANAS].offline = true;
    world.cut(ANAS);
    // What is written takes along to the disk what came before.
    let theirs = cast::audience_journal(ANA, Audience::Circle);
    world.write(ANAS, theirs, "She took the first dose").expect("her program runs");
    world.run(2_000);
    world.go_back(backup, false);
    world.machines[ANAS].offline = false;
    world.wake(ANAS);
}

#[test]
fn what_is_on_its_way_is_not_said_otherwise() {
    holds_but_for(Planted::RewordedOnTheWay, |world| {
        world.start(ROSAS);
        world.start(ANAS);
        world.run(2_000);
        let wrong = world.write(ROSAS, journal(), "Meant for somebody else").unwrap();
        world.run(1_000);
        let entry = world.write(ROSAS, journal(), "Half a tablet?").unwrap();
        // It is durable, and the answer does not arrive.
        until(world, "machine 0 is sent Taken");
        world.crash(ROSAS);
        world.erase(wrong);
        world.start(ROSAS);
        until(world, "machine 0 is sent Closed");
        until(world, "machine 0 says Changed");
        world.reword(ROSAS, entry, "A whole tablet?");
    });
}

#[test]
fn what_was_taken_back_is_not_written_again_late() {
    holds_but_for(Planted::WrittenAsItWas, |world| {
        world.start(ROSAS);
        world.run(2_000);
        world.machines[ROSAS].offline = true;
        world.cut(ROSAS);
        let entry = world.write(ROSAS, journal(), "Never mind").unwrap();
        world.run(100);
        // While it is being taken back everything is to be written again, and this waits for the end of that.
        world.withdraw(ROSAS, entry);
        world.feed(ROSAS, vec![Event::Emptied]);
        world.run(100);
        world.wake(ROSAS);
        world.run(100);
        world.crash(ROSAS);
        world.machines[ROSAS].offline = false;
    });
}

#[test]
fn words_that_became_a_change_for_nothing_stay_beside_the_verdict() {
    holds_but_for(Planted::UnmintedWithoutLetter, |world| {
        world.start(ANAS);
        world.run(2_000);
        (world.trouble.delay_millis_max, world.trouble.slow_disk_millis) = (1, 30);
        let theirs = cast::audience_journal(ANA, Audience::Circle);
        world.write(ANAS, theirs, "She has a fever").unwrap();
        until(world, "machine 3 says Saved");
        // A change is being made of it when access ends.
        world.rescope(ANA, None);
        until(world, "machine 3 is sent Closed");
        until(world, "machine 3 says Changed");
        // Once that change is on the disk, nothing else fits.
        until(world, "machine 3 says Changed");
        world.machines[ANAS].disk.full = true;
        world.run(200);
        world.crash(ANAS);
        world.machines[ANAS].disk.full = false;
    });
}

/// Once found as seed 17517989493514580952 of the commit 33d8514.
#[test]
fn words_that_met_two_verdicts_are_written_in_one_with_their_removal() {
    holds_but_for(Planted::WrittenLateInParts, |world| {
        world.start(ANAS);
        world.run(2_000);
        let theirs = cast::audience_journal(ANA, Audience::Circle);
        world.write(ANAS, theirs, &format!("{REFUSED_MARK}first")).unwrap();
        world.write(ANAS, theirs, "She has a fever").unwrap();
        // The first is refused and the second waits again; then access ends, and the disk takes neither.
        until(world, "machine 3 is sent Taken");
        world.machines[ANAS].disk.full = true;
        world.rescope(ANA, None);
        until(world, "machine 3 is sent Closed");
        world.run(200);
        // There is room again, for one transaction.
        world.machines[ANAS].disk.full = false;
        world.wake(ANAS);
        let changes = |world: &World<Light>| {
            let rows = world.machines[ANAS].disk.rows();
            rows.iter().filter(|row| matches!(row, Stored::Change { .. })).count()
        };
        let before = changes(world);
        while changes(world) == before {
            world.run(1);
        }
        world.machines[ANAS].disk.full = true;
        world.run(100);
        world.crash(ANAS);
        world.machines[ANAS].disk.full = false;
    });
}

/// A row that only a caregiver has, built on one that only the patient has. Her access ends, the
/// clinic loses both, and she is asked first.
fn she_brings_what_builds_on_the_patients(world: &mut World<Light>) {
    world.start(ROSAS);
    world.start(ANAS);
    world.run(2_000);
    let backup = world.clinic.store.clone();
    world.trouble.news_lost = 100;
    world.reply(0, care(), "Half a tablet");
    world.wake(ROSAS);
    until(world, "machine 0 is sent rows");
    world.run(1_000);
    world.shut(ROSAS);
    world.trouble.news_lost = 0;
    world.reply(0, care(), "And come back on Monday");
    until(world, "machine 3 sends pull");
    // What lies between does not arrive.
    world.machines[ANAS].offline = true;
    world.cut(ANAS);
    world.run(100);
    world.shut(ANAS);
    world.go_back(backup, false);
    world.rescope(ANA, None);
    world.machines[ANAS].offline = false;
    world.start(ANAS);
    world.run(5_000);
    world.start(ROSAS);
}

/// Once found as seed 2643535830734848522 of the commit 7ee2d48.
#[test]
fn what_builds_on_something_lost_is_offered_again_when_that_is_back() {
    holds_but_for(Planted::OrphansOfferedOnce, she_brings_what_builds_on_the_patients);
}

#[test]
fn what_builds_on_something_lost_outlives_the_access() {
    holds_but_for(Planted::OrphansDropped, she_brings_what_builds_on_the_patients);
}
