//! The table at the end: what each step took, what it counted, and who overdraws the time budget.

use std::time::Duration;

use super::Done;
use super::steps::Part;
use crate::say;

pub fn print(all: &[Done]) {
    say::line("\nstep           took     passed  failed  skipped");
    for done in all {
        let (step, count) = (done.step, &done.count);
        let took = say::seconds(done.took);
        say::line(&format!(
            "{:<12} {took:>8} {:>8} {:>7} {:>8}",
            step.name, count.passed, count.failed, count.skipped
        ));
    }
    say::line("\npart             took   minutes it may take");
    for part in Part::ALL {
        let took: Duration =
            all.iter().filter(|done| done.step.part == part).map(|done| done.took).sum();
        let budget = Duration::from_secs(part.minutes_max() * 60);
        let over = if took > budget { "  overdrawn" } else { "" };
        let minutes = took.as_secs_f64() / 60.0;
        let max = part.minutes_max();
        say::line(&format!("{:<15} {minutes:>5.1} {max:>9}{over}", part.name()));
    }
    for done in all {
        for note in &done.count.notes {
            say::line(&format!("{}: {note}", done.step.name));
        }
    }
    let sum = |number: fn(&Done) -> usize| all.iter().map(number).sum::<usize>();
    let (passed, failed) = (sum(|done| done.count.passed), sum(|done| done.count.failed));
    let skipped = match sum(|done| done.count.skipped) {
        0 => String::new(),
        some => format!(", {some} skipped"),
    };
    say::line(&format!("\n{passed} passed, {failed} failed{skipped}"));
}
