//! What the core costs on the record of twenty years, beside a loop that says how fast this machine
//! is. Times are printed and never gated; sizes and the ratio to a record ten times as large are.

#![expect(clippy::print_stdout, reason = "a measurement talks to whoever started it")]

use std::hint::black_box;

use shared::testing::record20::{self, Size};
use tests::numbers::{
    GROWTH_MAX, HOT_BYTES_GOAL, HOT_BYTES_MAX, SAVED_BYTES_MAX, SEED, Times, best, bytes, growth,
    hot_sent_bytes, times,
};

fn main() {
    println!("calibration {:.2} ms (10 million steps of a xorshift)", best(calibrate));
    let one = measured(Size::TWENTY_YEARS, "1x");
    let ten = measured(Size::TWENTY_YEARS.times(10), "10x");
    let mut slow = Vec::new();
    for (name, growth) in growth(&one, &ten) {
        println!("growth {name}: {growth:.1}");
        if growth > GROWTH_MAX {
            slow.push(name);
        }
    }
    assert!(slow.is_empty(), "grows faster than its size: {slow:?}");
}

fn measured(size: Size, label: &str) -> Times {
    let documents = record20::documents(SEED, size);
    let (saved, hot) = bytes(&documents);
    println!("{label}: saved {saved} B, hot set {hot} B (goal for 1x: {HOT_BYTES_GOAL} B)");
    if size == Size::TWENTY_YEARS {
        println!("{label}: hot set as it is sent {} B", hot_sent_bytes(&documents));
        assert!(saved <= SAVED_BYTES_MAX, "saved {saved} B");
        assert!(hot <= HOT_BYTES_MAX, "hot set {hot} B");
    }
    let times = times(&documents);
    for (name, ms) in &times {
        println!("{label}: {name} {ms:.2} ms");
    }
    times
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
