//! Many schedules on all cores, within a count and a time. A schedule that fails prints its seed,
//! and `SEED=…` replays it exactly.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use shared::sync::planted::Planted;

use crate::random::mix;
use crate::schedule::{self, Failure};
use crate::tier::Tier;

/// How many schedules, and how long.
#[derive(Clone, Copy)]
pub struct Budget {
    pub least: u64,
    pub most: u64,
    /// Once the least are done.
    pub time: Duration,
}

/// Runs until the budget is spent or one fails. The count, and the failure.
pub fn many<T: Tier>(
    first_seed: u64,
    planted: Option<Planted>,
    budget: Budget,
) -> (u64, Option<Failure>) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    let failure = Mutex::new(None::<Failure>);
    let begun = Instant::now();
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let late = number >= budget.least && begun.elapsed() >= budget.time;
            if late || number >= budget.most || failure.lock().expect("no panic").is_some() {
                return;
            }
            let result = schedule::run::<T>(mix(first_seed.wrapping_add(number)), planted, false);
            done.fetch_add(1, Ordering::Relaxed);
            if let Err(failed) = result {
                failure.lock().expect("no panic").get_or_insert(failed);
            }
        }
    };
    std::thread::scope(|scope| {
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    let failure = failure.into_inner().expect("no panic");
    (done.into_inner(), failure)
}

/// Replays a schedule. Where it fails, with a log of everything that happened.
pub fn replay<T: Tier>(seed: u64, planted: Option<Planted>) -> Result<(), String> {
    schedule::run::<T>(seed, planted, true).map_err(|failure| {
        let (log, problems) = (failure.log.join("\n"), failure.problems.join("\n"));
        format!("{log}\nseed {seed} fails:\n{problems}")
    })
}
