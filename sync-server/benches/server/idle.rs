//! Sessions that are open and quiet: what each holds of the server's memory.

use std::time::{Duration, Instant};

use futures_util::StreamExt;

use crate::clinic::{Clinic, SignedIn};
use crate::line::Line;
use crate::process::Process;

/// Sockets of one account; the server takes at most 24.
const OF_ACCOUNT: usize = 20;
/// Sockets that are opened at once.
const AT_ONCE: usize = 32;
/// The server drops who is silent for 45 s: whatever is open by then is what is measured.
const WITHIN: Duration = Duration::from_secs(35);
/// Files of the program itself, beside one for each socket.
const OTHER_FILES: usize = 256;

pub async fn sessions(wanted: usize) {
    let count = wanted.min(files_max().saturating_sub(OTHER_FILES));
    let clinic = Clinic::new(count.div_ceil(OF_ACCOUNT), OF_ACCOUNT).await;
    let server = Process::served(&clinic);
    let devices: Vec<SignedIn> = clinic.devices.iter().flatten().take(count).cloned().collect();
    // What is made once, whoever comes.
    let (first, rest) = devices.split_at(OF_ACCOUNT);
    let mut open = opened(first, server.port, Instant::now()).await;
    let (before, start) = (server.memory_kib(), Instant::now());
    let others = opened(rest, server.port, start).await;
    let (memory, seconds) = (server.memory_kib() - before, start.elapsed().as_secs_f64());
    let came = others.len();
    println!(
        "idle: {came} sessions more, opened in {seconds:.1} s: {:.1} KiB each (goal 20)",
        memory / came as f64
    );
    if came < rest.len() {
        println!("  {} were not opened in time on this machine", rest.len() - came);
    }
    if count < wanted {
        println!("  {wanted} are the goal; this process may open {} files", files_max());
    }
    let gib = memory / came as f64 * 100_000.0 / 1024.0 / 1024.0;
    println!("  100,000 would take {gib:.1} GiB, and as many open files");
    open.extend(others);
    server.stop();
}

/// One document each, and then silence.
async fn opened(devices: &[SignedIn], port: u16, start: Instant) -> Vec<Line> {
    let open = |device: SignedIn| async move {
        if start.elapsed() > WITHIN {
            return None;
        }
        let mut line = Line::open(&device.place(port)).await;
        line.pull(device.journal()).await;
        Some(line)
    };
    let opening = futures_util::stream::iter(devices.iter().cloned().map(open));
    let opened: Vec<Option<Line>> = opening.buffer_unordered(AT_ONCE).collect().await;
    opened.into_iter().flatten().collect()
}

fn files_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap_or(usize::MAX)
}
