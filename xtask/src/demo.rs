//! `cargo xtask demo`: builds everything quickly and starts a made-up clinic to click through.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
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
    say::line("first the portal, in four steps, then the server");
    let portal = portal::build(Kind::Fast)?;
    let mut command = server(&portal, &folder, port)?;
    for switch in ["--reset", "--lan"] {
        if given.has(switch) {
            command.arg(switch);
        }
    }
    command.arg("--quiet");
    become_process(command)
}

/// The server with the demo clinic, built and ready to be started.
pub fn server(portal: &Path, folder: &Path, port: u16) -> anyhow::Result<Command> {
    say::line("now the server with the demo clinic");
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

/// Both addresses of `localhost`: browsers try `::1` first, and a program that listens only there
/// would be given our links, secrets included.
pub fn check_port(port: u16) -> anyhow::Result<()> {
    for address in [IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)] {
        match TcpListener::bind((address, port)) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
                "port {port} is taken by another program; end that one or choose another with \
                 --port"
            ),
            // Not every machine has the newer protocol; then nobody listens there either.
            Err(_) if address.is_ipv6() => {}
            Err(error) => {
                return Err(error).with_context(|| {
                    format!("port {port} cannot be listened on; choose another with --port")
                });
            }
        }
    }
    Ok(())
}

/// Finds out now whether the clinic's folder can be written, without leaving anything in it.
pub fn check_folder(folder: &Path) -> anyhow::Result<()> {
    if let Some(name) = somebody_elses(folder) {
        bail!(
            "the folder {} holds {name}, which is not a demo's; give --dir a new folder",
            folder.display()
        );
    }
    let existing = folder.ancestors().find(|place| place.exists()).unwrap_or(Path::new("."));
    let probe = existing.join(format!(".satchel-{}", std::process::id()));
    std::fs::write(&probe, "").and_then(|()| std::fs::remove_file(&probe)).with_context(|| {
        format!("{} cannot be written; choose another folder with --dir", folder.display())
    })
}

/// What lies in this folder, if it is not a demo's. The server, which knows better what a demo leaves,
/// looks again before it writes anything.
fn somebody_elses(folder: &Path) -> Option<String> {
    const LEFT_EARLY: [&str; 3] = ["keys", "lock", "demo.new"];
    let names = std::fs::read_dir(folder).ok()?.flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    let is_demo = names.iter().any(|name| name == "demo");
    names.into_iter().find(|name| !is_demo && !LEFT_EARLY.contains(&name.as_str()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_taken_by_whoever_has_either_address_of_localhost() {
        let mut tried = 0;
        for address in [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
            // A machine without the newer protocol has only one to try.
            let Ok(other) = TcpListener::bind((address, 0)) else { continue };
            let port = other.local_addr().unwrap().port();
            let said = check_port(port).unwrap_err().to_string();
            assert!(said.starts_with(&format!("port {port} is taken")), "{said}");
            tried += 1;
        }
        assert!(tried > 0, "no address of localhost could be listened on");
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused_before_anything_is_built() {
        let folder = workspace::target().join(format!("folder-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        check_folder(&folder).unwrap();
        std::fs::write(folder.join("letter.txt"), "").unwrap();
        let said = check_folder(&folder).unwrap_err().to_string();
        std::fs::write(folder.join("demo"), "").unwrap();
        let of_demo = check_folder(&folder);
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(said.contains("holds letter.txt") && said.contains("--dir"), "{said}");
        of_demo.unwrap();
    }
}
