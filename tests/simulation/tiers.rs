//! The two tiers, as continuous integration runs them and as long as anyone has patience for.

use std::time::Duration;

use crate::light::Light;
use crate::random::mix;
use crate::run::{self, Budget};
use crate::tier::{Stack, Tier};

/// A number of the environment; nothing if it is not there.
fn wanted(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Each commit tries other schedules, so that runs add up; the same commit tries the same ones.
fn first_seed() -> u64 {
    if let Some(seed) = wanted("FROM") {
        return seed;
    }
    let commit = std::process::Command::new("git").args(["rev-parse", "HEAD"]).output();
    let name = commit.map(|output| output.stdout).unwrap_or_default();
    name.iter().fold(0, |seed, byte| mix(seed ^ u64::from(*byte)))
}

#[expect(clippy::print_stdout, reason = "the count and the seed are what a run is for")]
fn check<T: Tier>(name: &str, budget: Budget) {
    if let Some(seed) = wanted("SEED") {
        if let Err(what) = run::replay::<T>(seed, None) {
            panic!("{name}: {what}");
        }
        println!("{name}: seed {seed} holds");
        return;
    }
    let most = wanted("SCHEDULES");
    let budget =
        Budget { least: most.unwrap_or(budget.least), most: most.unwrap_or(budget.most), ..budget };
    let begun = std::time::Instant::now();
    let (count, failure) = run::many::<T>(first_seed(), None, budget);
    println!("{name}: {count} schedules in {:.1} s", begun.elapsed().as_secs_f64());
    if let Some(failure) = failure {
        let problems = failure.problems.join("\n");
        panic!("{name}: SEED={} fails:\n{problems}", failure.seed);
    }
}

#[test]
fn the_model_tier_holds() {
    check::<Light>(
        "model tier",
        Budget { least: 300_000, most: 1_000_000, time: Duration::from_secs(150) },
    );
}

#[test]
fn the_stack_tier_holds() {
    check::<Stack>(
        "stack tier",
        Budget { least: 1_000, most: 3_000, time: Duration::from_secs(30) },
    );
}
