//! The sizes of a record of twenty years, and that nothing grows faster than the record. Times
//! depend on the machine and are printed by `cargo xtask bench core`; ratios and counts do not.

use shared::testing::record20::{self, Size};
use tests::numbers::{
    FIRST_SEARCH, GROWTH_MAX, HOT_BYTES_MAX, HOT_SENT_BYTES_MAX, SAVED_BYTES_MAX, SEED, bytes,
    first_search_and_reading, growth, home_and_results, hot_sent_bytes, times,
};

/// A tenth of the record of twenty years.
const TENTH: Size = Size { observations: 1_000, prescriptions: 50, visits: 30, messages: 200 };
/// Home asked again takes less than this part of a list that puts all results in order.
const HOME_IN_RESULTS: f64 = 15.0;
/// A busy machine can make one measurement slow. What grows too fast does so every time.
const TRIES: usize = 5;

#[test]
fn twenty_years_are_as_small_as_they_were() {
    let (saved, hot) = bytes(&record20::documents(SEED, Size::TWENTY_YEARS));
    assert!(saved <= SAVED_BYTES_MAX, "saved {saved} B");
    assert!(hot <= HOT_BYTES_MAX, "hot set {hot} B");
}

#[test]
fn what_the_first_screen_needs_arrives_in_as_few_bytes_as_before() {
    let sent = hot_sent_bytes(&record20::documents(SEED, Size::TWENTY_YEARS));
    assert!(sent <= HOT_SENT_BYTES_MAX, "{sent} B");
}

#[test]
fn ten_times_the_record_takes_at_most_twelve_times_as_long() {
    let small = record20::documents(SEED, TENTH);
    let large = record20::documents(SEED, TENTH.times(10));
    let mut slow = Vec::new();
    for _ in 0..TRIES {
        let all = growth(&times(&small), &times(&large));
        let judged = all.into_iter().filter(|(name, _)| *name != FIRST_SEARCH);
        let now: Vec<_> = judged.filter(|(_, growth)| *growth > GROWTH_MAX).collect();
        // Only what was too slow each time.
        slow = match slow.is_empty() {
            true => now,
            false => now.into_iter().filter(|(name, _)| named(&slow, name)).collect(),
        };
        if slow.is_empty() {
            return;
        }
    }
    panic!("grows faster than its size: {slow:?}");
}

/// What results say alike is not read again for each of them.
#[test]
fn the_first_search_takes_less_than_reading_everything_once() {
    let documents = record20::documents(SEED, Size::TWENTY_YEARS);
    let tries = || (0..TRIES).map(|_| first_search_and_reading(&documents));
    let is_less = tries().any(|(search, reading)| search < reading);
    assert!(is_less, "first search and reading: {:?}", tries().collect::<Vec<_>>());
}

/// It looks neither at results of other years nor at each message, and at no order twice.
#[test]
fn home_asked_again_takes_a_small_part_of_the_list_of_results() {
    let documents = record20::documents(SEED, Size::TWENTY_YEARS);
    let tries = || (0..TRIES).map(|_| home_and_results(&documents));
    let is_small = tries().any(|(home, results)| home * HOME_IN_RESULTS < results);
    assert!(is_small, "home and results: {:?}", tries().collect::<Vec<_>>());
}

fn named(slow: &[(&str, f64)], name: &str) -> bool {
    slow.iter().any(|(slow, _)| *slow == name)
}
