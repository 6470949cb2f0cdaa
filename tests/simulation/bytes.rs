//! What goes over the line, counted with real documents and real messages, framing included.

use shared::document::gate::{self, Checked, Limits};
use shared::document::{DocumentId, Kind};
use shared::edit::Audience;
use shared::sync::device::{Documents, Line};
use shared::testing::record20::{self, Size};
use shared::time::Timestamp;

use crate::cast::{self, PATIENT, ROSA};
use crate::store::{Author, Store};
use crate::tier::Stack;
use crate::world::World;

/// Of what a first sync costs at all.
const SENT_AGAIN_MAX: f64 = 0.05;
/// What a new line says besides rows: the sums of some ninety documents in answer to the greeting and to a
/// ping, and heads of frames.
const GREETED_AGAIN_BYTES_MAX: usize = 12 * 1024;

fn is_same(world: &World<Stack>, machine: usize) -> bool {
    let device = world.machines[machine].running.as_ref();
    device.is_some_and(|device| matches!(device.line(), Line::Same { .. }))
}

pub fn until_same(world: &mut World<Stack>, machine: usize) {
    for _ in 0..60_000 {
        if is_same(world, machine) {
            return;
        }
        world.run(10);
    }
    panic!("machine {machine} did not come to rest");
}

fn settled(seed: u64) -> World<Stack> {
    let mut world = World::<Stack>::new(seed);
    world.start_all();
    (0..4).for_each(|machine| until_same(&mut world, machine));
    world.run(100);
    world
}

#[test]
fn nothing_new_is_one_round_trip_of_sixty_bytes_for_any_number_of_documents() {
    let mut world = World::<Stack>::new(1);
    for year in 2000..2030 {
        for kind in [Kind::ChartResults(year), Kind::ChartVisits(year)] {
            let document = DocumentId::first(PATIENT, kind);
            let now = Timestamp::from_millis(world.now);
            world.clinic.store.create(document, now, &cast::receipt_key());
        }
    }
    world.know_all();
    world.start(0);
    until_same(&mut world, 0);
    world.cut(0);
    until_same(&mut world, 0);
    let (up, down) = world.bytes_of_line(0);
    assert!(up.bytes <= 60 && down.bytes <= 60, "{up:?} {down:?}");
    assert_eq!((up.frames, down.frames), (1, 1));
}

#[test]
fn one_short_message_costs_seven_hundred_bytes_up_and_a_hundred_and_twenty_down() {
    let mut world = settled(2);
    let journal = cast::audience_journal(ROSA, Audience::Circle);
    let (writer_before, reader_before) = (world.bytes_of_line(0), world.bytes_of_line(1));
    let text = r#"{"kind":"message","thread":"01mcc5s7zje6tyx3vbw24v8ne9","text":"My ankle is still swollen this morning, a little more than yesterday. Should I keep taking the tablets with breakfast, or wait until I have seen you on Thursday?","written":1800000000000}"#;
    world.write(0, journal, text);
    world.run(1_000);
    assert!(is_same(&world, 0));
    let (up, down) = world.bytes_of_line(0);
    let (up, down) = (up.since(writer_before.0), down.since(writer_before.1));
    assert!(up.bytes <= 700, "{up:?} up");
    // The acknowledgement alone: who brought something is not told of it as news.
    assert!(down.bytes <= 120 && down.frames == 1, "{down:?} down");
    let (_, news) = world.bytes_of_line(1);
    let news = news.since(reader_before.1);
    assert_eq!(news.frames, 1);
    assert!(news.bytes <= up.bytes + 120, "{news:?} to another device, {up:?} up");
}

/// A clinic that holds the record of twenty years.
pub fn clinic() -> Store<Stack> {
    let mut world = World::<Stack>::new(3);
    let (key, now) = (cast::receipt_key(), Timestamp::from_millis(world.now));
    for (document, changes) in record20::documents(20, Size::TWENTY_YEARS) {
        world.clinic.store.create(document, now, &key);
        let author = Author { account: None, device: None, now, receipts: &key };
        // As a server keeps them: inflated, so that a frame deflates them together.
        let kept = |change: &Vec<u8>| gate::check(change, &Limits::IMPORT).map(Checked::into_bytes);
        let changes: Result<Vec<_>, _> = changes.iter().map(kept).collect();
        let changes = changes.expect("the generator's changes are fit");
        let (_, rows) = world.clinic.store.append(&author, document, changes);
        assert!(!rows.is_empty(), "{document} was not taken");
    }
    world.clinic.store
}

pub fn first_sync(store: &Store<Stack>) -> World<Stack> {
    let mut world = World::<Stack>::new(4);
    world.clinic.store = store.clone();
    world.know_all();
    world.start(0);
    world
}

fn is_open(world: &World<Stack>, kind: Kind) -> bool {
    let device = world.machines[0].running.as_ref().expect("it runs");
    device.documents.is_open(&DocumentId::first(PATIENT, kind))
}

#[test]
#[expect(clippy::print_stdout, reason = "what a first sync weighs is worth reading")]
fn a_first_sync_that_is_cut_sends_little_again_and_is_readable_before_its_end() {
    let store = clinic();
    let mut whole = first_sync(&store);
    // Wherever it is cut, what is lost and sent again is what is under way just then.
    let mut under_way_most = 0;
    while !is_same(&whole, 0) {
        whole.run(1);
        under_way_most = under_way_most.max(whole.under_way(0));
    }
    let all = whole.bytes_of_all_lines(0);
    println!("first sync: {} B in {} frames", all.bytes, all.frames);
    println!("at most {under_way_most} B of it are under way at once");
    let begun_again = GREETED_AGAIN_BYTES_MAX + under_way_most;
    assert!(begun_again as f64 <= all.bytes as f64 * SENT_AGAIN_MAX, "{begun_again} B at once");
    for twelfth in 1..12 {
        let mut world = first_sync(&store);
        while world.bytes_of_all_lines(0).bytes < all.bytes * twelfth / 12 {
            world.run(1);
        }
        if twelfth == 6 {
            let last = record20::FIRST_YEAR + record20::YEARS - 1;
            assert!(is_open(&world, Kind::ChartCore));
            let kinds = |year| [Kind::ChartResults(year), Kind::CareCircle(Some(year))];
            let is_open = |kind: &Kind| is_open(&world, *kind);
            assert!(kinds(last).iter().all(is_open), "the newest comes first");
            assert!(!kinds(record20::FIRST_YEAR).iter().any(is_open));
        }
        let lost = world.under_way(0);
        world.cut(0);
        until_same(&mut world, 0);
        let sent = world.bytes_of_all_lines(0);
        let more = sent.bytes.saturating_sub(all.bytes);
        assert!(more <= lost + GREETED_AGAIN_BYTES_MAX, "{more} B again, {lost} B were under way");
        let again = sent.bytes as f64 / all.bytes as f64 - 1.0;
        println!("cut after {twelfth} of 12: {:.1} % again", again * 100.0);
        assert!(again <= SENT_AGAIN_MAX, "{sent:?} and not {all:?}");
    }
}
