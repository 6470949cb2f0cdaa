//! What a device can answer while a first sync is under way, and after it was cut.

use shared::document::{DocumentId, Kind};
use shared::reading::Reading;
use shared::record::{Loaded, Record, Shelf};
use shared::testing::record20;
use shared::view::{Ask, Section, ShowResults, answer};
use shared::wire::Row;

use crate::bytes::{clinic, first_sync, until_same};
use crate::cast::{PATIENT, ROSA};
use crate::tier::Stack;
use crate::world::World;

fn read<'a>(world: &World<Stack>, reading: &'a mut Reading) -> &'a Record {
    let device = world.machines[0].running.as_ref().expect("it runs");
    reading.outdate();
    reading.record(device, ROSA, [(ROSA, "Rosa Delgado")])
}

fn answers(record: &Record) -> Vec<String> {
    let asks = [
        Ask::Home { now: record20::end() },
        Ask::Results { show: ShowResults::All, limit: 20 },
        Ask::Medicines,
        Ask::Section { section: Section::Visits, limit: u32::MAX },
        Ask::Timeline { from: 0, limit: 20 },
        Ask::Threads,
    ];
    asks.iter().map(|ask| format!("{:?}", answer(record, ROSA, ask))).collect()
}

#[test]
fn what_is_still_to_come_is_not_taken_for_nothing_also_without_a_line() {
    let store = clinic();
    let mut world = first_sync(&store);
    let mut reading = Reading::of(PATIENT);
    let is_half_here = |world: &World<Stack>| world.bytes_of_all_lines(0).bytes > 300_000;
    while !is_half_here(&world) {
        world.run(1);
        // The chart is read again only where its rows changed: it says the same as if it was read anew.
        let kept = answers(read(&world, &mut reading));
        assert_eq!(kept, answers(read(&world, &mut Reading::of(PATIENT))));
        world.run(49);
    }
    let loaded = |record: &Record| record.chart().loaded(Shelf::Everything);
    assert_eq!(loaded(read(&world, &mut reading)), Loaded::NotYet);
    world.machines[0].offline = true;
    world.shut(0);
    world.start(0);
    world.run(1_000);
    let mut after = Reading::of(PATIENT);
    assert_eq!(loaded(read(&world, &mut after)), Loaded::NotYet);
    assert_eq!(read(&world, &mut after).chart().loaded(Shelf::Core), Loaded::All);

    world.machines[0].offline = false;
    world.wake(0);
    until_same(&mut world, 0);
    assert_eq!(loaded(read(&world, &mut reading)), Loaded::All);
    assert_eq!(loaded(read(&world, &mut after)), Loaded::All);
    assert_eq!(answers(read(&world, &mut reading)), answers(read(&world, &mut after)));
}

/// News of a document ended the pull of it, as if all of it had come: what was missing then read as nothing.
#[test]
fn news_in_the_middle_of_a_pull_do_not_say_that_all_is_here() {
    let store = clinic();
    let document = DocumentId::first(PATIENT, Kind::ChartCore);
    let mut seen = 0;
    for moment in (20..600).step_by(20) {
        let mut world = first_sync(&store);
        world.run(moment);
        let chart = "Northside\n{\"resourceType\":\"AllergyIntolerance\",\"id\":\"new\"}";
        world.reply(0, document, chart);
        world.run(60);
        let device = world.machines[0].running.as_ref().expect("it runs");
        let rows = &world.clinic.store.log(&document).expect("it is made").rows;
        let is_here = |row: &Row| device.has(&document, &row.hash);
        if rows.last().is_some_and(is_here) && !rows.iter().all(is_here) {
            seen += 1;
            let is_to_come = device.incomplete().any(|one| *one == document);
            assert!(is_to_come, "what came is taken for all, {moment} ms after the start");
        }
    }
    assert!(seen > 0, "the news never came in the middle");
}
