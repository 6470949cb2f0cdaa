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

/// A test runner: its `test result:` lines are added up. One that ends badly without a failed test
/// did not compile or crashed, which counts as one failure.
pub fn tests(mut command: Command) -> anyhow::Result<Count> {
    command.stdout(Stdio::piped());
    let mut child = command.spawn().with_context(|| workspace::words(&command))?;
    let output = child.stdout.take().expect("the output was piped a line above");
    let mut count = Count::default();
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some((passed, failed)) = result_line(&line) {
            count.passed += passed;
            count.failed += failed;
        }
        say::line(&line);
    }
    let ended_well = child.wait()?.success();
    if !ended_well && count.failed == 0 {
        count.failed = 1;
        count.notes.push(format!("`{}` failed", workspace::words(&command)));
    }
    if ended_well && count.passed == 0 {
        count.failed = 1;
        count.notes.push(format!("`{}` ran no test", workspace::words(&command)));
    }
    Ok(count)
}

/// `test result: ok. 12 passed; 0 failed; …` as (12, 0).
fn result_line(line: &str) -> Option<(usize, usize)> {
    let counts = line.trim_start().strip_prefix("test result: ")?;
    let number = |word: &str| {
        let before = counts.split(word).next()?.trim_end();
        before.rsplit([' ', '.']).next()?.parse().ok()
    };
    Some((number("passed")?, number("failed")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_s_own_words_are_counted() {
        let line =
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 1 filtered out";
        assert_eq!(result_line(line), Some((12, 3)));
        assert_eq!(result_line("test a::b ... ok"), None);
    }

    fn shell(script: &str) -> Count {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        super::tests(command).unwrap()
    }

    #[test]
    fn a_runner_that_proves_nothing_does_not_hold() {
        assert!(!shell("true").held());
        assert!(!shell("echo 'test result: ok. 1 passed; 0 failed;'; false").held());
        assert!(!shell("echo 'test result: FAILED. 1 passed; 1 failed;'; false").held());
        assert!(shell("echo 'test result: ok. 1 passed; 0 failed;'").held());
    }
}
