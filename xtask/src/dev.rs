//! `cargo xtask dev`: the demo that rebuilds itself when a file changes and reloads the browser.
//!
//! The development portal has one script more than the others: it asks for the service worker every
//! half second, and when that is another one, forgets what was stored and loads the page again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitCode};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, bail};

use crate::arguments::{Flag, parse};
use crate::demo;
use crate::portal::{self, Kind};
use crate::say;
use crate::workspace;

const LOOK_EVERY: Duration = Duration::from_millis(300);
const PORT: &str = "8081";
/// What the server is made of; everything else that is watched is the portal's.
const SERVER: [&str; 2] = ["sync-server", "shared"];
const PORTAL: [&str; 2] = ["portal", "shared"];

pub fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    let given = parse("dev", words, &[Flag::Value("--port"), Flag::Value("--dir")])?;
    let port = demo::port(given.value("--port").unwrap_or(PORT))?;
    let folder = match given.value("--dir") {
        Some(folder) => PathBuf::from(folder),
        None => workspace::root().join("demo-data"),
    };
    demo::check_port(port)?;
    demo::check_folder(&folder)?;
    let mut seen = [times(&PORTAL)?, times(&SERVER)?];
    let portal = portal::build(Kind::Development)?;
    let start = || -> anyhow::Result<Child> {
        let mut command = demo::server(&portal, &folder, port)?;
        command.spawn().context("the server could not be started")
    };
    let mut server = start()?;
    loop {
        thread::sleep(LOOK_EVERY);
        if let Some(status) = server.try_wait()? {
            bail!("the server ended ({status}); its reason stands above, mend it and start again");
        }
        let now = [times(&PORTAL)?, times(&SERVER)?];
        let [portal_changed, server_changed] = [now[0] != seen[0], now[1] != seen[1]];
        seen = now;
        if portal_changed && let Err(error) = rebuild() {
            say::problem(&format!("{error:#}; waiting for the next change"));
        }
        if server_changed {
            // Compiled first, so that a mistake leaves the old server running.
            match demo::server(&portal, &folder, port) {
                Ok(mut command) => {
                    stop(&mut server)?;
                    server = command.spawn().context("the server could not be started")?;
                }
                Err(error) => say::problem(&format!("{error:#}; waiting for the next change")),
            }
        }
    }
}

fn rebuild() -> anyhow::Result<()> {
    let started = Instant::now();
    portal::build(Kind::Development)?;
    say::line(&format!("the browser loads it now, {} after", say::seconds(started.elapsed())));
    Ok(())
}

/// The database commits before it answers, so ending the process loses nothing.
fn stop(server: &mut Child) -> anyhow::Result<()> {
    server.kill()?;
    server.wait()?;
    Ok(())
}

type Times = BTreeMap<PathBuf, SystemTime>;

/// When each file of these packages was changed last.
fn times(packages: &[&str]) -> anyhow::Result<Times> {
    let mut found = Times::new();
    for package in packages {
        collect(&workspace::root().join(package), &mut found)?;
    }
    Ok(found)
}

fn collect(folder: &Path, found: &mut Times) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A file may be gone again, as editors' temporary files are.
        let Ok(about) = entry.metadata() else {
            continue;
        };
        if about.is_dir() {
            collect(&entry.path(), found)?;
        } else {
            found.insert(entry.path(), about.modified()?);
        }
    }
    Ok(())
}
