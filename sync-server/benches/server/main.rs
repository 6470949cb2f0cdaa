//! What the server costs, beside a bare loop that writes the same rows and beside the disk itself:
//! both sides of each ratio in one run, under the same load program. Times of a busy machine are
//! printed and never gated.
#![expect(clippy::print_stdout, reason = "a measurement talks to whoever started it")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on panics")]

mod bare;
mod clinic;
mod disk;
mod first;
mod idle;
mod line;
mod load;
mod parts;
mod process;

use std::path::Path;

use self::clinic::Clinic;
use self::load::{Load, Measured};
use self::parts::Written;
use self::process::Process;

/// Pairs of devices of one account each: what one writes the other hears.
const PAIRS: usize = 64;
/// Messages of each device in one round.
const MESSAGES: usize = 60;
/// Rounds of each side; the middle one counts.
const ROUNDS: usize = 3;
/// Messages of one record that is long.
const ONE_LONG: usize = 1_000;
/// Messages of the one connection that is alone.
const ALONE: usize = 200;
const SESSIONS: usize = 10_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|word| word == bare::WORD) {
        return bare::serve(Path::new(&arguments[at + 1]));
    }
    let wanted = |name: &str| {
        let named: Vec<_> = arguments[1..].iter().filter(|word| !word.starts_with('-')).collect();
        named.is_empty() || named.iter().any(|word| *word == name)
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if wanted("messages") {
        runtime.block_on(messages());
    }
    if wanted("alone") {
        runtime.block_on(alone());
    }
    if wanted("idle") {
        runtime.block_on(idle::sessions(SESSIONS));
    }
    if wanted("first") {
        runtime.block_on(first::sync());
    }
}

/// 128 connections that write as fast as they are answered.
async fn messages() {
    let (mut ours, mut bares) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bares.push(bare::measure(PAIRS, MESSAGES).await);
        ours.push(served(PAIRS, MESSAGES, true).await);
    }
    let (ours, bare) = (middle(ours), middle(bares));
    println!("messages, {} connections, {MESSAGES} each, middle of {ROUNDS}:", 2 * PAIRS);
    println!("  bare loop   {bare}");
    println!("  sync-server {ours}");
    println!(
        "  of the bare loop: {:.0} % of the messages (goal 60), p99 {:.1} times (goal 4)",
        100.0 * ours.per_second / bare.per_second,
        ours.p99_ms / bare.p99_ms,
    );
    let per_second = ours.per_second;
    let load = Written { people: PAIRS, each: MESSAGES, per_second };
    parts::shown(&parts::measure(load).await, ours.cpu_us);
    println!("  and if one person wrote {ONE_LONG} at that pace, which all wait:");
    let one = Written { people: 1, each: ONE_LONG, per_second };
    parts::shown(&parts::measure(one).await, ours.cpu_us);
}

/// One device that waits for each answer, beside the disk.
async fn alone() {
    let before = disk::flushes(ALONE);
    let measured = served(1, ALONE, false).await;
    let flush = disk::middle(&[before, disk::flushes(ALONE)].concat());
    println!("one connection, {ALONE} messages: stored after p50 {:.2} ms", measured.ack_p50_ms);
    println!(
        "  one fdatasync of 4 KiB: p50 {flush:.2} ms, so {:.1} times (goal 2.5)",
        measured.ack_p50_ms / flush
    );
}

/// A round against the real program.
async fn served(pairs: usize, messages: usize, both_write: bool) -> Measured {
    let clinic = Clinic::new(pairs, 2).await;
    let server = Process::served(&clinic);
    let load = Load::of(&clinic.pairs(server.port), messages, both_write).await;
    let measured = load.run(&server).await;
    server.stop();
    measured
}

/// The round in the middle, by its messages a second.
fn middle(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    rounds.swap_remove(rounds.len() / 2)
}
