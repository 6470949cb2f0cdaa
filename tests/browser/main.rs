//! Journeys through the whole product in real browsers, over WebDriver.
//!
//! `cargo test -p tests --test browser [-- [--list] [words of a journey's name …]]`
//!
//! - `SATCHEL_ENGINES=chromium,firefox,webkit` chooses the engines (all of them by default).
//! - `SATCHEL_SERVER`, `SATCHEL_PORTAL`: another server program, another built portal.
//! - `SATCHEL_PART=screens`, `device` or `clinic`: the journeys of that part.
//! - `SATCHEL_UPDATE=1` writes snapshots and screenshots instead of comparing them.
//!
//! A failure keeps pictures, trees and logs in `target/browser-failures/`.

mod axe;
mod bidi;
mod driver;
mod ehr;
mod engine;
mod first_visit;
mod front;
mod journeys;
mod page;
mod process;
mod release;
mod runner;
mod screens;
mod server;
mod small_disk;
mod stage;
mod tongue;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, pid] = arguments.as_slice()
        && first == process::WATCH_ARGUMENT
    {
        return if process::watch(pid).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    runner::run(arguments)
}
