//! What a process needs, as Linux tells it while it runs.

use std::path::Path;
use std::process::Child;
use std::time::Duration;

use anyhow::{Result, ensure};

const LOOK_EVERY: Duration = Duration::from_millis(2);
/// Of the processor's clock in `/proc` (`man 5 proc`).
const TICKS_PER_SECOND: f64 = 100.0;
const KIB_OF_MIB: f64 = 1024.0;

#[derive(Debug, Clone, Copy, Default)]
pub struct Needed {
    pub busy_seconds: f64,
    /// At most at one moment.
    pub memory_mib: f64,
}

/// Whether this system tells what a process needs.
pub fn is_told() -> bool {
    Path::new("/proc/self/status").exists()
}

/// Waits for its end; answers what was last seen before it.
pub fn watched(child: &mut Child) -> Result<Needed> {
    ensure!(is_told(), "this system does not tell what a process needs");
    let about = format!("/proc/{}", child.id());
    let about = Path::new(&about);
    let mut needed = Needed::default();
    while child.try_wait()?.is_none() {
        let status = std::fs::read_to_string(about.join("status")).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|peak| peak.split_whitespace().next()?.parse::<f64>().ok());
        needed.memory_mib = needed.memory_mib.max(kib.unwrap_or_default() / KIB_OF_MIB);
        let stat = std::fs::read_to_string(about.join("stat")).unwrap_or_default();
        // After the name in brackets: user and system time are the 12th and 13th.
        let numbers = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks = numbers.skip(11).take(2).filter_map(|part| part.parse::<f64>().ok());
        needed.busy_seconds = needed.busy_seconds.max(ticks.sum::<f64>() / TICKS_PER_SECOND);
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(needed)
}
