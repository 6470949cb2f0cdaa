//! Each input that hurts automerge, by name: what it does there is said with it; here it is
//! refused at once and in little memory.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use shared::document::Document;
use shared::document::gate::{Checked, Known, Limit, Limits, Rejected, Shape, admit, check};
use shared::id::EntryId;

use crate::MEMORY;
use crate::forge::{
    COMPRESSED, DOCUMENT, Forged, chunk, column, compressed, deflate, deflated_zeros, one,
    raw_chunk, run, signed, unsigned,
};
use crate::world::{World, admit_one, document_id};

/// No single check may take longer, on any machine that runs the tests.
const CHECK_MS_MAX: u64 = 50;
/// What one refusal may allocate, other tests beside it included; the smallest bomb here is 256 MiB
/// and the gate's promise is 64.
const GROWTH_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Operation of genesis that makes the map of entries, and the one of registers.
const ENTRIES: u64 = 2;
const REGISTERS: u64 = 3;

/// Memory is counted for the whole process, so tests that look at it take turns.
static MEASURING: Mutex<()> = Mutex::new(());

fn genesis() -> Checked {
    check(&Document::genesis(&document_id()).1, &Limits::IMPORT).expect("genesis passes")
}

fn known() -> Known {
    Known::with_genesis(&genesis()).expect("genesis is one")
}

fn name(number: u128) -> String {
    EntryId::from_u128(number).to_string()
}

fn forged() -> Forged {
    put(ENTRIES, &name(1), "x")
}

fn put(map: u64, key: &str, text: &str) -> Forged {
    Forged::put(genesis().hash().0, genesis().actor().0, map, key, text)
}

/// Heavy tests wait for their turn as well.
pub fn turn() -> MutexGuard<'static, ()> {
    MEASURING.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Answers what the work answers, after it was quick at least once in three and small every time.
pub fn bounded<T>(work: impl Fn() -> T) -> T {
    let _turn = turn();
    let mut quickest = Duration::MAX;
    let mut answer = None;
    for _ in 0..3 {
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let start = Instant::now();
        answer = Some(work());
        quickest = quickest.min(start.elapsed());
        let growth = MEMORY.peak_usage().saturating_sub(before);
        assert!(growth <= GROWTH_BYTES_MAX, "grew by {growth} bytes");
    }
    assert!(quickest <= Duration::from_millis(CHECK_MS_MAX), "took {quickest:?}");
    answer.expect("it ran three times")
}

fn refusal(bytes: &[u8], limits: &Limits) -> Rejected {
    bounded(|| check(bytes, limits)).expect_err("hostile bytes have not the form of a change")
}

#[track_caller]
fn refused(forged: &Forged, why: Rejected) {
    assert_eq!(refusal(&forged.to_bytes(), &Limits::PATIENT), why);
}

/// Has the form of a change and is refused by what the store knows.
#[track_caller]
fn not_admitted(forged: &Forged, why: Rejected) {
    assert_eq!(admit_one(&known(), &forged.to_bytes()), Err(why));
}

#[test]
fn what_the_forge_writes_without_malice_passes() {
    let change = admit_one(&known(), &forged().to_bytes()).unwrap();
    let genesis = genesis();
    let mut document = Document::load([genesis.bytes(), change.bytes()]).unwrap();
    assert_eq!(document.entry(EntryId::from_u128(1)).as_deref(), Some("x"));
    assert_eq!(document.apply([change.bytes()]), Ok(()));
}

/// 68 bytes; automerge needs seconds for 2^20, gigabytes for 2^24, and never returns from 2^30.
#[test]
fn a_run_of_a_million_to_a_million_million_operations_is_refused_in_any_column() {
    let columns = [
        column::OBJECT_ACTOR,
        column::OBJECT_COUNTER,
        column::KEY,
        column::INSERT,
        column::ACTION,
        column::VALUE_LENGTH,
        column::OVERWRITTEN,
    ];
    for length in [20, 24, 30, 40, 62].map(|power| 1_i64 << power) {
        for number in columns {
            let bytes = match number {
                column::KEY => [signed(length), vec![1, b'x']].concat(),
                column::INSERT => unsigned(length.unsigned_abs()),
                _ => run(length, 0),
            };
            refused(&forged().with_column(number, bytes), Rejected::TooMuch(Limit::Operations));
        }
        for number in [column::OVERWRITTEN_ACTOR, column::OVERWRITTEN_COUNTER] {
            let overwrites = forged()
                .with_column(column::OVERWRITTEN_ACTOR, one(0))
                .with_column(column::OVERWRITTEN_COUNTER, one(0))
                .with_column(number, run(length, 0));
            refused(&overwrites, Rejected::TooMuch(Limit::Overwritten));
        }
        let all = columns.iter().fold(forged(), |forged, number| match *number {
            column::INSERT => forged.with_column(*number, unsigned(length.unsigned_abs())),
            column::KEY => forged.with_column(*number, [signed(length), vec![1, b'x']].concat()),
            _ => forged.with_column(*number, run(length, 0)),
        });
        let why = refusal(&all.to_bytes(), &Limits::IMPORT);
        assert_eq!(why, Rejected::TooMuch(Limit::Operations));
    }
}

#[test]
fn a_run_of_nothings_and_a_run_of_different_values_are_counted_too() {
    let nothings = [signed(0), unsigned(u64::MAX)].concat();
    refused(
        &forged().with_column(column::OBJECT_ACTOR, nothings),
        Rejected::TooMuch(Limit::Operations),
    );
    for length in [-(1 << 40), i64::MIN] {
        refused(
            &forged().with_column(column::ACTION, run(length, 1)),
            Rejected::TooMuch(Limit::Operations),
        );
    }
}

#[test]
fn the_longest_change_that_is_allowed_is_one_operation_shorter_than_what_is_refused() {
    let many = |count: usize| {
        let keys: Vec<u8> = (0..count as u128)
            .flat_map(|number| crate::forge::prefixed(name(number).as_bytes()))
            .collect();
        let rows = count as i64;
        forged()
            .with_column(column::OBJECT_ACTOR, run(rows, 1))
            .with_column(column::OBJECT_COUNTER, run(rows, ENTRIES))
            .with_column(column::KEY, [signed(-rows), keys].concat())
            .with_column(column::INSERT, unsigned(count as u64))
            .with_column(column::ACTION, run(rows, 1))
            .with_column(column::VALUE_LENGTH, run(rows, 6))
            .with_column(column::VALUE, Vec::new())
            .with_column(column::OVERWRITTEN, run(rows, 0))
    };
    assert!(admit_one(&known(), &many(200).to_bytes()).is_ok());
    refused(&many(201), Rejected::TooMuch(Limit::Operations));
}

/// 261 KB and 1 MB; automerge inflates all of it, 0.8 and 3.1 GiB, before it looks at the checksum.
#[test]
fn a_deflate_bomb_of_256_mib_and_of_one_gib_is_not_inflated() {
    let no_chunk_limit = Limits { chunk_bytes_max: usize::MAX, ..Limits::IMPORT };
    for bytes in [256 << 20, 1 << 30] {
        let bomb = raw_chunk(COMPRESSED, &[0; 4], &deflated_zeros(bytes));
        let why = refusal(&bomb, &no_chunk_limit);
        assert_eq!(why, Rejected::TooMuch(Limit::InflatedBytes));
        assert_eq!(refusal(&bomb, &Limits::PATIENT), Rejected::TooMuch(Limit::Bytes));
    }
}

#[test]
fn a_compressed_change_passes_and_one_with_something_behind_it_does_not() {
    let body = forged().body();
    let change = admit_one(&known(), &compressed(&body)).unwrap();
    assert_eq!(change.bytes(), forged().to_bytes());
    let checksum = &forged().to_bytes()[4..8];
    let trailing = raw_chunk(COMPRESSED, checksum, &[deflate(&body), vec![0]].concat());
    assert!(matches!(refusal(&trailing, &Limits::PATIENT), Rejected::Malformed(_)));
    let cut = raw_chunk(COMPRESSED, checksum, &deflate(&body)[..20]);
    assert!(check(&cut, &Limits::PATIENT).is_err());
}

#[test]
fn lengths_and_counts_of_two_to_the_sixty_four_are_only_numbers() {
    let malformed = |forged: &Forged| {
        matches!(refusal(&forged.to_bytes(), &Limits::PATIENT), Rejected::Malformed(_))
    };
    let max = u64::MAX;
    refused(
        &Forged { dependencies_claimed: Some(max), ..forged() },
        Rejected::TooMuch(Limit::Dependencies),
    );
    refused(&Forged { columns_claimed: Some(max), ..forged() }, Rejected::TooMuch(Limit::Columns));
    assert!(malformed(&forged().with_column(column::VALUE_LENGTH, one(max))));
    let key = [signed(-1), unsigned(max), vec![b'x']].concat();
    assert!(malformed(&forged().with_column(column::KEY, key)));
    let head = [&[0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1][..], &unsigned(max)].concat();
    assert!(matches!(refusal(&head, &Limits::PATIENT), Rejected::Malformed(_)));
    let body = forged().body();
    for place in 0..body.len() {
        let claimed = [&body[..place], &unsigned(max), &body[place + 1..]].concat();
        assert!(admit_one(&known(), &chunk(1, &claimed)).is_err(), "place {place}");
    }
}

/// Automerge takes the change and panics when it is applied.
#[test]
fn a_first_change_with_the_last_sequence_number_is_refused() {
    refused(&Forged { seq: u64::MAX, ..forged() }, Rejected::TooMuch(Limit::Counter));
    not_admitted(&Forged { seq: 2, ..forged() }, Rejected::Sequence { expected: 1, found: 2 });
    refused(&Forged { seq: 0, ..forged() }, Rejected::Malformed("counting starts at one"));
}

/// Automerge takes it; from then on the next change of every other writer panics.
#[test]
fn a_counter_near_the_end_of_its_range_does_not_poison_the_document() {
    for start_op in [u64::from(u32::MAX) - 1, u64::from(u32::MAX), u64::MAX] {
        refused(&Forged { start_op, ..forged() }, Rejected::TooMuch(Limit::Counter));
    }
    for start_op in [1, 3, 5, 1_000_000] {
        let why = Rejected::Counter { expected: 4, found: start_op };
        not_admitted(&Forged { start_op, ..forged() }, why);
    }
}

/// Automerge keeps each for ever and looks at all of them with every good change.
#[test]
fn ten_thousand_orphans_are_named_and_none_is_kept() {
    let known = known();
    let before = format!("{known:?}").len();
    for number in 0..10_000_u32 {
        let mut missing = [0; 32];
        missing[..4].copy_from_slice(&number.to_be_bytes());
        let orphan = Forged { dependencies: vec![missing], ..forged() };
        let why = admit_one(&known, &orphan.to_bytes()).unwrap_err();
        let Rejected::Missing(hashes) = why else { panic!("{why}") };
        assert_eq!(hashes[0].0, missing);
    }
    assert_eq!(format!("{known:?}").len(), before);
}

/// `hydrate` follows the maps down and overflows the stack, which ends the process.
#[test]
fn ten_thousand_maps_inside_each_other_are_refused() {
    let rows = 9_999;
    let counters: Vec<u8> = (4..4 + rows as u64 - 1).flat_map(unsigned).collect();
    let nested = put(ENTRIES, &name(1), "")
        .with_column(column::OBJECT_ACTOR, [signed(-1), unsigned(1), run(rows - 1, 0)].concat())
        .with_column(column::OBJECT_COUNTER, [signed(-rows), unsigned(ENTRIES), counters].concat())
        .with_column(
            column::KEY,
            [signed(rows), crate::forge::prefixed(name(1).as_bytes())].concat(),
        )
        .with_column(column::INSERT, unsigned(rows as u64))
        .with_column(column::ACTION, run(rows, 0))
        .with_column(column::VALUE_LENGTH, run(rows, 0))
        .with_column(column::VALUE, Vec::new())
        .with_column(column::OVERWRITTEN, run(rows, 0));
    refused(&nested, Rejected::TooMuch(Limit::Operations));
    let checked = bounded(|| check(&nested.to_bytes(), &Limits::IMPORT)).unwrap();
    let why = bounded(|| admit(checked.clone(), &known(), Shape::Server)).unwrap_err();
    assert_eq!(why, Rejected::Shape("a map inside a map"));
}

#[test]
fn an_actor_of_one_mib_or_of_none_is_refused() {
    let no_byte_limits =
        Limits { chunk_bytes_max: usize::MAX, body_bytes_max: usize::MAX, ..Limits::PATIENT };
    for length in [0, 1, 15, 17, 1 << 20] {
        let bytes = Forged { actor: vec![7; length], ..forged() }.to_bytes();
        let why = refusal(&bytes, &no_byte_limits);
        assert_eq!(why, Rejected::TooMuch(Limit::ActorBytes));
        let others = Forged { other_actors: vec![vec![7; length.min(999)]], ..forged() };
        refused(&others, Rejected::TooMuch(Limit::ActorBytes));
    }
}

#[test]
fn the_same_sequence_number_with_other_content_is_refused() {
    let mut known = known();
    let first = admit_one(&known, &forged().to_bytes()).unwrap();
    known.note(&first);
    let second = admit_one(&known, &put(ENTRIES, &name(2), "y").to_bytes());
    assert_eq!(second, Err(Rejected::Sequence { expected: 2, found: 1 }));
}

/// The saved document then has one id twice and does not load.
#[test]
fn an_actor_that_builds_beside_its_own_last_change_is_refused() {
    let mut known = known();
    known.note(&admit_one(&known, &forged().to_bytes()).unwrap());
    let beside = Forged { seq: 2, ..put(ENTRIES, &name(2), "y") };
    assert_eq!(admit_one(&known, &beside.to_bytes()), Err(Rejected::Beside));
}

/// Looking back at an earlier state then panics.
#[test]
fn an_actor_that_builds_on_others_beside_its_own_last_change_is_refused() {
    let mut known = known();
    let own = known.take(&forged().to_bytes(), Shape::Journal).unwrap();
    let mut other = Forged { actor: vec![8; 16], ..put(ENTRIES, &name(2), "y") };
    for seq in 1..4 {
        other.seq = seq;
        other.start_op = 3 + seq;
        let change = known.take(&other.to_bytes(), Shape::Journal).unwrap();
        other.dependencies = vec![change.hash().0];
    }
    let mut next = put(ENTRIES, &name(3), "z");
    (next.seq, next.start_op, next.dependencies) = (2, 7, other.dependencies.clone());
    assert_eq!(admit_one(&known, &next.to_bytes()), Err(Rejected::Beside));
    // Over others that saw it, however far, is what a genuine writer does.
    other.dependencies.push(own.hash().0);
    other.dependencies.sort_unstable();
    (other.seq, other.start_op) = (4, 7);
    for _ in 0..3 {
        let change = known.take(&other.to_bytes(), Shape::Journal).unwrap();
        other.dependencies = vec![change.hash().0];
        (other.seq, other.start_op) = (other.seq + 1, other.start_op + 1);
    }
    (next.start_op, next.dependencies) = (10, other.dependencies);
    assert!(admit_one(&known, &next.to_bytes()).is_ok());
}

/// Automerge takes it. It passes here too: what a clock said is kept as it is, and nobody asks it.
#[test]
fn a_change_of_the_year_one_passes_and_its_time_decides_nothing() {
    let time = -62_135_596_800;
    let change = admit_one(&known(), &Forged { time, ..forged() }.to_bytes()).unwrap();
    assert_eq!(change.time(), time);
    for time in [i64::MIN, i64::MAX, 1 << 53] {
        refused(&Forged { time, ..forged() }, Rejected::TooMuch(Limit::Time));
    }
}

#[test]
fn a_change_that_names_its_author_is_refused() {
    let extra = [&[1][..], &crate::forge::prefixed(b"the clinic")].concat();
    refused(&Forged { extra, ..forged() }, Rejected::Author);
    refused(&Forged { extra: vec![0], ..forged() }, Rejected::Author);
}

#[test]
fn a_change_without_operations_is_refused() {
    refused(&Forged { columns: Vec::new(), ..forged() }, Rejected::Empty);
}

#[test]
fn every_count_has_a_limit() {
    let hashes = |count: u8| (0..count).map(|number| [number; 32]).collect();
    let many = Forged { dependencies: hashes(17), ..forged() };
    refused(&many, Rejected::TooMuch(Limit::Dependencies));
    let actors = |count: u8| (0..count).map(|number| vec![number; 16]).collect();
    let many = Forged { other_actors: actors(65), ..forged() };
    refused(&many, Rejected::TooMuch(Limit::Actors));
    let many = (1000..1033).fold(forged(), |forged, number| forged.with_column(number, vec![1]));
    refused(&many, Rejected::TooMuch(Limit::Columns));
    let message = Forged { message: vec![b'x'; 257], ..forged() };
    refused(&message, Rejected::TooMuch(Limit::MessageBytes));
    let long = put(ENTRIES, &name(1), &"x".repeat(64 * 1024));
    refused(&long, Rejected::TooMuch(Limit::Bytes));
    let long = compressed(&put(ENTRIES, &name(1), &"x".repeat(64 * 1024)).body());
    assert_eq!(refusal(&long, &Limits::PATIENT), Rejected::TooMuch(Limit::InflatedBytes));
    not_admitted(
        &put(ENTRIES, &name(1), &"x".repeat(49 * 1024)),
        Rejected::TooMuch(Limit::TextBytes),
    );
    not_admitted(
        &put(REGISTERS, "pref/language", &"x".repeat(5_000)),
        Rejected::TooMuch(Limit::TextBytes),
    );
}

#[test]
fn what_is_not_one_change_is_refused() {
    let good = forged().to_bytes();
    let body = forged().body();
    let mut other_magic = good.clone();
    other_magic[0] ^= 1;
    // A sync message; its bloom filter can ask automerge for 16 GiB or for a division by zero.
    let sync = [&[0x42, 0, 0, 1, 0][..], &[10, 1, 0, 0, 0, 0], &[0]].concat();
    let wrong = [
        Vec::new(),
        other_magic,
        sync,
        [&good[..], &[0]].concat(),
        [&good[..], &good].concat(),
        chunk(DOCUMENT, &body),
        chunk(3, &body),
        chunk(4, &body),
    ];
    for bytes in wrong {
        assert!(matches!(refusal(&bytes, &Limits::PATIENT), Rejected::Malformed(_)));
    }
    for length in 0..good.len() {
        assert!(check(&good[..length], &Limits::PATIENT).is_err());
    }
    let mut other_checksum = good.clone();
    other_checksum[4] ^= 1;
    assert_eq!(refusal(&other_checksum, &Limits::PATIENT), Rejected::Checksum);
}

#[test]
fn a_compressed_column_in_a_change_is_refused() {
    let mut bomb = forged();
    bomb.columns.retain(|(number, _)| *number != column::VALUE);
    bomb.columns.push((column::VALUE | 8, deflated_zeros(4 << 20)));
    bomb.columns.sort();
    assert!(matches!(refusal(&bomb.to_bytes(), &Limits::PATIENT), Rejected::Malformed(_)));
}

#[test]
fn bytes_that_read_the_same_in_another_writing_are_refused() {
    let genesis_actor = genesis().actor().0.to_vec();
    let doubled = Forged { dependencies: vec![genesis().hash().0; 2], ..forged() };
    let unused = Forged { other_actors: vec![genesis_actor, vec![255; 16]], ..forged() };
    let split_run = forged().with_column(column::ACTION, [run(-1, 1), Vec::new()].concat());
    let run_of_one = forged().with_column(column::ACTION, run(1, 1));
    let nothing_first = forged().with_column(column::ACTION, [vec![0, 0], one(1)].concat());
    let overlong =
        forged().with_column(column::OBJECT_COUNTER, vec![0x7f, 0x80 | ENTRIES as u8, 0]);
    let insert_twice = forged().with_column(column::INSERT, vec![1, 0]);
    assert!(check(&split_run.to_bytes(), &Limits::PATIENT).is_ok());
    for written in [doubled, unused, run_of_one, nothing_first, overlong, insert_twice] {
        refused(&written, Rejected::NotCanonical);
    }
    // A length of the chunk with one byte more than it needs.
    let mut long = forged().to_bytes();
    let first = long[9];
    long.splice(9..11, [first, long[10] | 0x80, 0]);
    assert_eq!(refusal(&long, &Limits::PATIENT), Rejected::NotCanonical);
}

#[test]
fn only_puts_of_text_and_whole_numbers_are_read() {
    let shape = |forged: Forged| {
        let why = refusal(&forged.to_bytes(), &Limits::PATIENT);
        assert!(matches!(why, Rejected::Shape(_)), "{why}");
    };
    // Make a list, delete, make a text, increment, mark, and what comes after them.
    for action in 2..10 {
        shape(forged().with_column(column::ACTION, one(action)));
    }
    shape(forged().with_column(column::ACTION, one(0)));
    // Null, booleans, a float, bytes, a counter, a time, and types nobody knows yet.
    for kind in [0, 1, 2, 5, 7, 8, 9, 10, 15] {
        shape(forged().with_column(column::VALUE_LENGTH, one(1 << 4 | kind)));
    }
    shape(forged().with_column(column::INSERT, vec![0, 1]));
    // Elements of lists, expansion and name of marks, and columns nobody knows yet.
    for number in [17, 19, 148, 165, 1009] {
        shape(forged().with_column(number, one(1)));
    }
    let not_text = forged().with_column(column::VALUE, vec![0xff]);
    refused(&not_text, Rejected::Malformed("not UTF-8"));
}

#[test]
fn writing_outside_the_two_maps_is_refused() {
    let outside = Rejected::Shape("writes outside the two maps");
    let mut root = put(ENTRIES, "schema", "2");
    root.columns.retain(|(number, _)| ![1, 2].contains(number));
    root.other_actors.clear();
    not_admitted(&root, outside.clone());
    for map in [1, 4, 1_000] {
        not_admitted(&put(map, &name(1), "x"), outside.clone());
    }
    let own = Forged { other_actors: Vec::new(), ..put(ENTRIES, &name(1), "x") }
        .with_column(column::OBJECT_ACTOR, one(0));
    not_admitted(&own, outside);
    not_admitted(&Forged { other_actors: vec![vec![8; 16]], ..forged() }, Rejected::UnknownActor);
    refused(&forged().with_column(column::OBJECT_ACTOR, one(2)), Rejected::UnknownActor);
}

#[test]
fn names_have_the_form_their_map_asks_for() {
    let long = format!("pref/{}", "x".repeat(65));
    let wrong = Rejected::Shape("a name of another form");
    for key in ["", "x", "0000000000000000000000000U", "../../etc/passwd", &long] {
        not_admitted(&put(ENTRIES, key, "x"), wrong.clone());
        not_admitted(&put(REGISTERS, key, "x"), wrong.clone());
    }
    for key in [name(1), "pref/".into(), "pref/Ü".into(), format!("read/{}x", name(1))] {
        not_admitted(&put(REGISTERS, &key, "x"), wrong.clone());
    }
    for key in ["pref/language".to_owned(), format!("read/{}", name(1))] {
        assert!(admit_one(&known(), &put(REGISTERS, &key, "x").to_bytes()).is_ok());
    }
    let number =
        put(REGISTERS, "pref/size", "\x07").with_column(column::VALUE_LENGTH, one(1 << 4 | 4));
    assert!(admit_one(&known(), &number.to_bytes()).is_ok());
    let number = put(ENTRIES, &name(1), "\x07").with_column(column::VALUE_LENGTH, one(1 << 4 | 3));
    not_admitted(&number, Rejected::Shape("an entry is text"));
}

/// Automerge forgets what it does not find, and the saved document no longer loads: its changes
/// have other hashes than its heads.
#[test]
fn only_values_that_are_there_are_replaced() {
    let over = |forged: Forged, actor: u64, counter: u64| {
        forged
            .with_column(column::OVERWRITTEN, one(1))
            .with_column(column::OVERWRITTEN_ACTOR, one(actor))
            .with_column(column::OVERWRITTEN_COUNTER, one(counter))
    };
    let mut known = known();
    let language = admit_one(&known, &put(REGISTERS, "pref/language", "en").to_bytes()).unwrap();
    known.note(&language);
    known.note(&{
        let mut entry = put(ENTRIES, &name(1), "x");
        entry.actor = vec![7; 16];
        admit_one(&known, &entry.to_bytes()).unwrap()
    });
    let next = |key: &str, counter: u64| {
        let put = put(REGISTERS, key, "es");
        let put = Forged { seq: 2, start_op: 5, dependencies: vec![language.hash().0], ..put };
        over(put, 0, counter).to_bytes()
    };
    assert!(admit_one(&known, &next("pref/language", 4)).is_ok());
    let not_there = Err(Rejected::Shape("replaces a value that is not there"));
    assert_eq!(admit_one(&known, &next("pref/other", 4)), not_there);
    for counter in [1, 3, 5, 6, 1_000] {
        assert_eq!(admit_one(&known, &next("pref/language", counter)), not_there);
    }
    let replaced = over(Forged { actor: vec![7; 16], ..put(ENTRIES, &name(1), "y") }, 0, 4);
    let replaced = Forged { seq: 2, ..replaced };
    let why = admit(check(&replaced.to_bytes(), &Limits::PATIENT).unwrap(), &known, Shape::Journal);
    assert!(why.is_err());
}

#[test]
fn one_change_does_not_write_one_name_twice() {
    let twice = |overwritten: Option<u64>| {
        let key = [signed(2), crate::forge::prefixed(b"pref/language")].concat();
        let put = put(REGISTERS, "pref/language", "xy")
            .with_column(column::OBJECT_ACTOR, run(2, 1))
            .with_column(column::OBJECT_COUNTER, run(2, REGISTERS))
            .with_column(column::KEY, key)
            .with_column(column::INSERT, unsigned(2))
            .with_column(column::ACTION, run(2, 1))
            .with_column(column::VALUE_LENGTH, run(2, 1 << 4 | 6));
        match overwritten {
            None => put.with_column(column::OVERWRITTEN, run(2, 0)),
            Some(counter) => put
                .with_column(column::OVERWRITTEN, [signed(-2), vec![0, 1]].concat())
                .with_column(column::OVERWRITTEN_ACTOR, one(0))
                .with_column(column::OVERWRITTEN_COUNTER, one(counter)),
        }
    };
    assert!(admit_one(&known(), &twice(Some(4)).to_bytes()).is_ok());
    not_admitted(&twice(None), Rejected::Shape("two values under one name"));
    not_admitted(&twice(Some(5)), Rejected::Shape("two values under one name"));
}

#[test]
fn a_second_genesis_is_refused() {
    let mut other = document_id();
    other.epoch = 1;
    let second = Document::genesis(&other).1;
    let second = check(&second, &Limits::PATIENT).unwrap();
    for shape in [Shape::Genesis, Shape::Journal, Shape::Server] {
        assert!(admit(second.clone(), &known(), shape).is_err());
    }
    let not_genesis = check(&forged().to_bytes(), &Limits::PATIENT).unwrap();
    assert!(Known::with_genesis(&not_genesis).is_err());
}

#[test]
fn a_refused_change_leaves_no_trace_in_what_is_known() {
    let mut world = World::new(5, 3);
    let good = world.mint();
    let before = format!("{:?}", world.known);
    let bad = Forged { start_op: 99, ..forged() };
    assert!(admit_one(&world.known, &bad.to_bytes()).is_err());
    assert_eq!(format!("{:?}", world.known), before);
    assert!(admit_one(&world.known, &good).is_ok());
}
