//! What the core costs on the record of twenty years, beside a loop that says how fast this machine
//! is. Times are printed and never gated; sizes and the ratio to a record ten times as large are.

#![expect(clippy::print_stdout, reason = "a measurement talks to whoever started it")]

use std::hint::black_box;
use std::time::Instant;

use shared::document::Document;
use shared::edit::{self, Audience, Edit, Pen, Prepared};
use shared::id::EntryId;
use shared::record::Record;
use shared::testing::record20::{self, Documents, Size};
use shared::testing::{PATIENT, ROSA};
use shared::view::{Ask, Section, ShowResults, answer};

const SEED: u64 = 20;
const SAVED_BYTES_MAX: usize = 1_200_000;
const HOT_BYTES_MAX: usize = 250_000;
/// At ten times the size, time grows at most by this.
const GROWTH_MAX: f64 = 12.0;
/// The best of so many runs: the one that nothing else disturbed.
const RUNS: usize = 5;
/// Less than this is too short for a ratio to mean anything.
const MEASURABLE_MS: f64 = 0.05;

fn main() {
    println!("calibration {:.2} ms (10 million steps of a xorshift)", best(calibrate));
    let one = Measured::of(Size::TWENTY_YEARS, "1x");
    let ten = Measured::of(Size::TWENTY_YEARS.times(10), "10x");
    assert!(one.saved <= SAVED_BYTES_MAX, "saved {} B", one.saved);
    assert!(one.hot <= HOT_BYTES_MAX, "hot set {} B", one.hot);
    let mut slow = Vec::new();
    for ((name, small), (_, large)) in one.times.iter().zip(&ten.times) {
        let growth = large / small.max(MEASURABLE_MS);
        println!("growth {name}: {growth:.1}");
        if growth > GROWTH_MAX {
            slow.push(*name);
        }
    }
    assert!(slow.is_empty(), "grows faster than its size: {slow:?}");
}

struct Measured {
    saved: usize,
    hot: usize,
    times: Vec<(&'static str, f64)>,
}

impl Measured {
    fn of(size: Size, label: &str) -> Self {
        let documents = record20::documents(SEED, size);
        let bytes = |hot_only: bool| -> usize {
            let wanted = documents.iter().filter(|(key, _)| !hot_only || record20::is_hot(key));
            wanted.map(|(key, changes)| record20::saved(key, changes)).sum()
        };
        let (saved, hot) = (bytes(false), bytes(true));
        println!("{label}: saved {saved} B, hot set {hot} B");
        let times = times(&documents);
        for (name, ms) in &times {
            println!("{label}: {name} {ms:.2} ms");
        }
        Self { saved, hot, times }
    }
}

fn times(documents: &Documents) -> Vec<(&'static str, f64)> {
    let hot = || documents.iter().filter(|(key, _)| record20::is_hot(key));
    let home = || Ask::Home { now: record20::end() };
    let mut times = vec![
        ("load all, documents alone", best(|| load(documents))),
        (
            "open the hot set and answer home",
            best(|| {
                black_box(answer(&record20::record(hot()), ROSA, &home()));
            }),
        ),
        (
            "open everything and answer home",
            best(|| {
                black_box(answer(&record20::record(documents), ROSA, &home()));
            }),
        ),
    ];
    let record = record20::record(documents);
    let search = || Ask::Search { text: "lisinorpil".to_owned() };
    let start = Instant::now();
    black_box(answer(&record, ROSA, &search()));
    times.push(("first search", milliseconds(start)));
    let entry = record.chart().observations().last().map(|(resource, _)| resource.entry);
    let entry = entry.expect("the record has results");
    let section = Section::Visits;
    let show = ShowResults::OutOfRange;
    let asks = [
        ("home", home()),
        ("threads", Ask::Threads),
        ("results", Ask::Results { show: ShowResults::All, limit: 50 }),
        ("results out of range", Ask::Results { show, limit: 50 }),
        ("one result and its trend", Ask::Result { entry }),
        ("medicines", Ask::Medicines),
        ("visits", Ask::Section { section }),
        ("timeline", Ask::Timeline { limit: 50 }),
        ("search with a typo", search()),
        ("search for three words", Ask::Search { text: "glucose mass blood".to_owned() }),
    ];
    for (name, ask) in asks {
        times.push((
            name,
            best(|| {
                black_box(answer(&record, ROSA, &ask));
            }),
        ));
    }
    times.push(("apply one edit", edit_once(record)));
    times
}

/// A message is checked and stands in the record.
fn edit_once(mut record: Record) -> f64 {
    let mut number = 1;
    best(|| {
        number += 1;
        let pen = Pen {
            account: ROSA,
            patient: PATIENT,
            entry: EntryId::from_u128(number),
            now: record20::end(),
        };
        let edit = Edit::StartThread {
            topic: "Ankle".to_owned(),
            text: "It is swollen".to_owned(),
            audience: Audience::Circle,
            category: None,
            about: None,
            attachments: Vec::new(),
            red_flags: Vec::new(),
        };
        match edit::prepare(&record, pen, edit) {
            Ok(Prepared::New { entry, item }) => record.add_waiting(ROSA, entry, &item),
            other => panic!("a message is allowed: {other:?}"),
        }
    })
}

fn load(documents: &Documents) {
    for changes in documents.values() {
        let document = Document::load(changes.iter().map(Vec::as_slice));
        black_box(document.expect("the generator's changes are whole"));
    }
}

fn calibrate() {
    let mut state = 1_u64;
    for _ in 0..10_000_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        black_box(state);
    }
}

fn best(mut run: impl FnMut()) -> f64 {
    let runs = (0..RUNS).map(|_| {
        let start = Instant::now();
        run();
        milliseconds(start)
    });
    runs.fold(f64::INFINITY, f64::min)
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
