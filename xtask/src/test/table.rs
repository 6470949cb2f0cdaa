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
        let skipped = count.skipped + count.left_out;
        say::line(&format!(
            "{:<12} {took:>8} {:>8} {:>7} {skipped:>8}",
            step.name, count.passed, count.failed
        ));
    }
    say::line("\npart             took   minutes it may take");
    for part in Part::ALL {
        let took = all.iter().filter(|done| done.step.part == part).map(|done| done.took);
        say::line(&share(part.name(), took.sum(), part.minutes_max()));
    }
    let took = all.iter().map(|done| done.took).sum();
    say::line(&share("all", took, Part::ALL.map(Part::minutes_max).iter().sum()));
    for done in all {
        for note in &done.count.notes {
            say::line(&format!("{}: {note}", done.step.name));
        }
    }
}

/// What was taken of a share.
fn share(name: &str, took: Duration, minutes_max: u64) -> String {
    let over = if took > Duration::from_secs(minutes_max * 60) { "  overdrawn" } else { "" };
    let minutes = took.as_secs_f64() / 60.0;
    format!("{name:<15} {minutes:>5.1} {minutes_max:>9}{over}")
}

/// The last line. What was skipped is never left out of it.
pub fn in_all(all: &[Done]) -> String {
    let sum = |number: fn(&Done) -> usize| all.iter().map(number).sum::<usize>();
    let (passed, failed) = (sum(|done| done.count.passed), sum(|done| done.count.failed));
    let left_out = sum(|done| done.count.left_out);
    let skipped = match (sum(|done| done.count.skipped), left_out) {
        (0, 0) => String::new(),
        (some, 0) => format!(", {some} skipped"),
        (0, _) => format!(", {left_out} skipped, which is no error"),
        (some, _) => format!(", {} skipped, of which {left_out} are no error", some + left_out),
    };
    format!("{passed} passed, {failed} failed{skipped}")
}

#[cfg(test)]
mod tests {
    use super::super::count::Count;
    use super::super::steps::STEPS;
    use super::*;

    fn done(count: Count) -> Done {
        Done { step: &STEPS[0], took: Duration::from_secs(60), count }
    }

    #[test]
    fn whatever_was_skipped_stands_in_the_last_line() {
        let left_out = || done(Count { left_out: 2, ..Count::default() });
        let skipped = || done(Count { skipped: 1, ..Count::default() });
        assert_eq!(in_all(&[done(Count::one())]), "1 passed, 0 failed");
        assert_eq!(in_all(&[skipped()]), "0 passed, 0 failed, 1 skipped");
        assert_eq!(in_all(&[left_out()]), "0 passed, 0 failed, 2 skipped, which is no error");
        assert_eq!(
            in_all(&[left_out(), skipped()]),
            "0 passed, 0 failed, 3 skipped, of which 2 are no error"
        );
    }

    #[test]
    fn a_share_that_is_overdrawn_says_so() {
        assert_eq!(share("clinic", Duration::from_secs(90), 3), "clinic            1.5         3");
        assert!(share("all", Duration::from_secs(3_601), 60).ends_with("overdrawn"));
    }
}
