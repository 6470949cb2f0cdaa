//! What the commands say to the terminal: what they do, how far they are, how long it took.

use std::time::{Duration, Instant};

#[expect(clippy::print_stdout, reason = "a command talks to the terminal, and only here")]
pub fn line(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "a command says here what went wrong, once")]
pub fn problem(text: &str) {
    eprintln!("xtask: {text}");
}

/// Runs one step of several and says its number before and its time after.
pub struct Steps {
    done: usize,
    all: usize,
    started: Instant,
}

impl Steps {
    pub fn new(all: usize) -> Self {
        Self { done: 0, all, started: Instant::now() }
    }

    pub fn step<T>(
        &mut self,
        what: &str,
        work: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        self.done += 1;
        line(&format!("[{}/{}] {what}", self.done, self.all));
        let started = Instant::now();
        let result = work()?;
        line(&format!("[{}/{}] took {}", self.done, self.all, seconds(started.elapsed())));
        Ok(result)
    }

    pub fn end(self, what: &str) {
        line(&format!("{what}, {} in all", seconds(self.started.elapsed())));
    }
}

pub fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// A size as people read it.
pub fn kilobytes(bytes: u64) -> String {
    format!("{}.{} KB", bytes / 1000, bytes % 1000 / 100)
}
