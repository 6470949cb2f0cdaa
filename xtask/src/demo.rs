//! `cargo xtask demo`: builds everything quickly and starts a made-up clinic to click through.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, bail};

use crate::arguments::{Flag, WrongUse, parse};
use crate::portal::{self, Kind};
use crate::say;
use crate::workspace::{self, cargo};

const PORT: &str = "8080";

pub fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    let given = parse(
        "demo",
        words,
        &[
            Flag::Value("--port"),
            Flag::Switch("--reset"),
            Flag::Value("--dir"),
            Flag::Switch("--lan"),
        ],
    )?;
    let port = port(given.value("--port").unwrap_or(PORT))?;
    let folder = match given.value("--dir") {
        Some(folder) => PathBuf::from(folder),
        None => workspace::root().join("demo-data"),
    };
    // Said before the build, which takes minutes the first time.
    check_port(port)?;
    check_folder(&folder)?;
    let portal = portal::build(Kind::Fast)?;
    let mut command = server(&portal, &folder, port)?;
    for switch in ["--reset", "--lan"] {
        if given.has(switch) {
            command.arg(switch);
        }
    }
    become_process(command)
}

/// The server with the demo clinic, built and ready to be started.
pub fn server(portal: &Path, folder: &Path, port: u16) -> anyhow::Result<Command> {
    say::line("build the server with the demo clinic");
    let started = std::time::Instant::now();
    workspace::run(cargo(&["build", "--package", "sync-server", "--features", "demo"]))?;
    say::line(&format!("took {}", say::seconds(started.elapsed())));
    let mut command = Command::new(workspace::target().join("debug/sync-server"));
    command.arg("demo").arg("--dir").arg(folder).args(["--port", &port.to_string()]);
    command.arg("--portal").arg(portal);
    Ok(command)
}

pub fn port(text: &str) -> Result<u16, WrongUse> {
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| WrongUse(format!("`--port` is a number from 1 to 65535, not `{text}`")))
}

pub fn check_port(port: u16) -> anyhow::Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "port {port} is taken by another program; end that one or choose another with --port"
        ),
        Err(error) => Err(error).with_context(|| format!("port {port} cannot be listened on")),
    }
}

/// Finds out now whether the clinic's folder can be written, without leaving anything in it.
fn check_folder(folder: &Path) -> anyhow::Result<()> {
    let existing = folder.ancestors().find(|place| place.exists()).unwrap_or(Path::new("."));
    let probe = existing.join(format!(".satchel-{}", std::process::id()));
    std::fs::write(&probe, "").and_then(|()| std::fs::remove_file(&probe)).with_context(|| {
        format!("{} cannot be written; choose another folder with --dir", folder.display())
    })
}

/// The server takes this process's place, so that Ctrl-C and its exit code are its own.
#[cfg(unix)]
fn become_process(mut command: Command) -> anyhow::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("the server could not be started")
}

#[cfg(not(unix))]
fn become_process(mut command: Command) -> anyhow::Result<ExitCode> {
    let status = command.status().context("the server could not be started")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
