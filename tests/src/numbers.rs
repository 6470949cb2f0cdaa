//! What the core costs on a generated record: for `cargo xtask bench core`, which prints it, and for
//! the test that holds sizes and growth.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Instant;

use shared::document::Document;
use shared::edit::{self, Audience, Edit, Pen, Prepared};
use shared::id::EntryId;
use shared::record::Record;
use shared::testing::record20::{self, Documents};
use shared::testing::{PATIENT, ROSA};
use shared::view::{Ask, Section, ShowResults, answer};

pub const SEED: u64 = 20;
pub const SAVED_BYTES_MAX: usize = 1_200_000;
/// The goal; see `docs/decisions/0161-what-people-write-is-kept-by-year.md`.
pub const HOT_BYTES_GOAL: usize = 250_000;
/// What is reached, with little room: it only goes down.
pub const HOT_BYTES_MAX: usize = 120_000;
/// What the same weighs on its way to a new device once it is packed: each change with its hash and its
/// receipt, which are chance. With little room: it only goes down.
pub const HOT_SENT_BYTES_MAX: usize = 126_000;
/// At ten times the size, time grows at most by this.
pub const GROWTH_MAX: f64 = 12.0;
/// Less than this is too short for a ratio to mean anything.
const MEASURABLE_MS: f64 = 0.005;
/// The best of so many measurements: the one that nothing else disturbed.
const RUNS: usize = 3;
/// One measurement repeats what is short for so long, because the system counts in steps.
const ENOUGH_MS: f64 = 40.0;
const REPEATS_MAX: u32 = 20_000;

/// Happens once, so that it is measured roughly.
pub const FIRST_SEARCH: &str = "first search";

/// What is measured, with its milliseconds.
pub type Times = Vec<(&'static str, f64)>;

/// Bytes of all documents, and of those that the first screen needs.
pub fn bytes(documents: &Documents) -> (usize, usize) {
    let saved = |hot_only: bool| {
        let wanted = documents.iter().filter(|(key, _)| !hot_only || record20::is_hot(key));
        wanted.map(|(key, changes)| record20::saved(key, changes)).sum()
    };
    (saved(false), saved(true))
}

/// Bytes of the frames in which a server that has packed its logs sends what the first screen needs.
pub fn hot_sent_bytes(documents: &Documents) -> usize {
    let hot = documents.iter().filter(|(key, _)| record20::is_hot(key));
    let packs = hot.flat_map(|(key, changes)| record20::packs(key, changes));
    packs.map(|pack| pack.frame(true).len()).sum()
}

pub fn times(documents: &Documents) -> Times {
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
    let start = busy();
    black_box(answer(&record, ROSA, &search()));
    times.push((FIRST_SEARCH, busy() - start));
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
        ("visits", Ask::Section { section, limit: 60 }),
        ("timeline", Ask::Timeline { from: 0, limit: 50 }),
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

/// How much longer each takes in the larger record.
pub fn growth(small: &Times, large: &Times) -> Times {
    let both = small.iter().zip(large);
    both.map(|((name, small), (_, large))| (*name, large / small.max(MEASURABLE_MS))).collect()
}

/// Milliseconds of one run on the processor: what waits for others costs nothing.
pub fn best(mut run: impl FnMut()) -> f64 {
    let runs = (0..RUNS).map(|_| {
        let start = busy();
        let mut count = 0;
        loop {
            run();
            count += 1;
            let spent = busy() - start;
            if spent >= ENOUGH_MS || count == REPEATS_MAX {
                break spent / f64::from(count);
            }
        }
    });
    runs.fold(f64::INFINITY, f64::min)
}

/// Of a record that was opened just now: its first search, and to describe each thing in its chart once.
pub fn first_search_and_reading(documents: &Documents) -> (f64, f64) {
    let record = record20::record(documents);
    let start = busy();
    black_box(answer(&record, ROSA, &Ask::Search { text: "lisinorpil".to_owned() }));
    let searched = busy();
    record.chart().resources().for_each(|resource| drop(black_box(resource.describe())));
    (searched - start, busy() - searched)
}

/// Home that was asked before, and the list of results.
pub fn home_and_results(documents: &Documents) -> (f64, f64) {
    let record = record20::record(documents);
    let of = |ask: Ask| {
        best(|| {
            black_box(answer(&record, ROSA, &ask));
        })
    };
    let home = of(Ask::Home { now: record20::end() });
    (home, of(Ask::Results { show: ShowResults::All, limit: 50 }))
}

/// Milliseconds that this thread has been on a processor, known to a few; where the system does not
/// say so, those of the clock on the wall.
fn busy() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = said.and_then(|said| said.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.elapsed().as_secs_f64() * 1000.0, |spent| spent / 1e6)
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
