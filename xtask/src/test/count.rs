//! Runs a command, passes on what it says, and counts the tests it ran.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::say;
use crate::workspace;

/// What a step proved and what it did not.
#[derive(Debug, Default)]
pub struct Count {
    pub passed: usize,
    pub failed: usize,
    /// What could not be run here. Never a success.
    pub skipped: usize,
    /// What this user may not do, or nothing needs yet: listed as skipped too, and no error
    /// (docs/decisions/0158-what-may-be-left-out.md).
    pub left_out: usize,
    /// Why something failed or was skipped.
    pub notes: Vec<String>,
}

impl Count {
    /// A step that is one check and held.
    pub fn one() -> Self {
        Self { passed: 1, ..Self::default() }
    }

    pub fn failure(why: String) -> Self {
        Self { failed: 1, notes: vec![why], ..Self::default() }
    }

    pub fn add(&mut self, other: Self) {
        let Self { passed, failed, skipped, left_out, notes } = other;
        self.passed += passed;
        self.failed += failed;
        self.skipped += skipped;
        self.left_out += left_out;
        self.notes.extend(notes);
    }

    pub fn held(&self) -> bool {
        self.failed == 0 && self.skipped == 0
    }
}

/// A command that is one check: it ends well or it does not.
pub fn check(mut command: Command) -> anyhow::Result<Count> {
    let status = command.status().with_context(|| workspace::words(&command))?;
    if status.success() {
        return Ok(Count::one());
    }
    Ok(Count::failure(format!("`{}` failed", workspace::words(&command))))
}

/// A test runner, which has to prove something.
pub fn tests(command: Command) -> anyhow::Result<Count> {
    let words = workspace::words(&command);
    let mut count = tests_if_any(command)?;
    if count.failed == 0 && count.passed == 0 && count.left_out > 0 {
        // Where nothing at all was proven, that is no matter of what may be left out.
        count.skipped = std::mem::take(&mut count.left_out);
    } else if count.failed == 0 && count.passed == 0 {
        count.failed = 1;
        count.notes.push(format!("`{words}` ran no test"));
    }
    Ok(count)
}

/// A test runner: its `test result:` lines are added up. One that ends badly without a failed test
/// did not compile or crashed, which counts as one failure.
pub fn tests_if_any(mut command: Command) -> anyhow::Result<Count> {
    command.stdout(Stdio::piped());
    let mut child = command.spawn().with_context(|| workspace::words(&command))?;
    let output = child.stdout.take().expect("the output was piped a line above");
    let mut count = Count::default();
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some([passed, failed, ignored]) = result_line(&line) {
            count.passed += passed;
            count.failed += failed;
            count.left_out += ignored;
        }
        count.notes.extend(ignored_line(&line));
        say::line(&line);
    }
    let ended_well = child.wait()?.success();
    if !ended_well && count.failed == 0 {
        count.failed = 1;
        count.notes.push(format!("`{}` failed", workspace::words(&command)));
    }
    Ok(count)
}

/// `test NAME ... ignored, REASON` as a sentence.
fn ignored_line(line: &str) -> Option<String> {
    let (name, why) = line.trim_start().strip_prefix("test ")?.split_once(" ... ignored")?;
    let why = why.strip_prefix(", ").unwrap_or("it gives no reason");
    Some(format!("{name} skipped: {why}"))
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; …` as its three numbers.
fn result_line(line: &str) -> Option<[usize; 3]> {
    let counts = line.trim_start().strip_prefix("test result: ")?;
    let number = |word: &str| {
        let before = counts.split(word).next()?.trim_end();
        before.rsplit([' ', '.']).next()?.parse().ok()
    };
    Some([number("passed")?, number("failed")?, number("ignored").unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_s_own_words_are_counted() {
        let line =
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 1 filtered out";
        assert_eq!(result_line(line), Some([12, 3, 0]));
        let line = "test result: ok. 3 passed; 0 failed; 21 ignored; 0 measured; 0 filtered out";
        assert_eq!(result_line(line), Some([3, 0, 21]));
        assert_eq!(result_line("test a::b ... ok"), None);
    }

    fn shell(script: &str) -> Count {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        super::tests(command).unwrap()
    }

    #[test]
    fn what_a_runner_left_out_is_counted_and_named_and_is_no_error() {
        let count = shell(
            "echo 'test firefox::full_disk ... ignored, this user may not mount a disk';
             echo 'test result: ok. 1 passed; 0 failed; 1 ignored;'",
        );
        assert_eq!((count.passed, count.failed, count.skipped, count.left_out), (1, 0, 0, 1));
        assert_eq!(count.notes, ["firefox::full_disk skipped: this user may not mount a disk"]);
        assert!(count.held());
    }

    #[test]
    fn a_runner_that_proves_nothing_does_not_hold() {
        assert!(!shell("true").held());
        let skipped = shell("echo 'test result: ok. 0 passed; 0 failed; 1 ignored;'");
        assert_eq!((skipped.failed, skipped.skipped, skipped.held()), (0, 1, false));
        assert!(!shell("echo 'test result: ok. 1 passed; 0 failed;'; false").held());
        assert!(!shell("echo 'test result: FAILED. 1 passed; 1 failed;'; false").held());
        assert!(shell("echo 'test result: ok. 1 passed; 0 failed;'").held());
    }
}
