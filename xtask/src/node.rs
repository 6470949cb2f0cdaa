//! What of the tests runs in Node: its packages are pinned by a lock file in the repository and fetched
//! once into the target folder; after that no network is needed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::system;
use crate::workspace::{self, in_path};

/// Where the lock file is.
const PACKAGES: &str = "tests/fhir/node";
const LOCK: &str = "package-lock.json";
const SYSTEM_PACKAGES: [&str; 2] = ["nodejs", "npm"];

/// Node, and the folder in which scripts find their packages.
pub struct Node {
    pub program: PathBuf,
    pub place: PathBuf,
}

/// Looks, installs what it may, and looks again. Otherwise a sentence that says what is missing.
pub fn set_up() -> anyhow::Result<Result<Node, &'static str>> {
    if in_path("node").is_none() || in_path("npm").is_none() {
        system::install("Node", &SYSTEM_PACKAGES)?;
    }
    let (Some(program), Some(npm)) = (in_path("node"), in_path("npm")) else {
        return Ok(Err("node or npm is not installed"));
    };
    let place = workspace::target().join("tools/node");
    std::fs::create_dir_all(&place).with_context(|| place.display().to_string())?;
    if !is_installed(&place)? {
        copy(PACKAGES, "package.json", &place)?;
        copy(PACKAGES, LOCK, &place)?;
        let mut install = Command::new(npm);
        install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&place);
        if workspace::run(install).is_err() {
            return Ok(Err("its packages cannot be fetched"));
        }
        // Written last: a fetch that broke is begun again.
        std::fs::copy(place.join(LOCK), installed(&place))?;
    }
    Ok(Ok(Node { program, place }))
}

/// Whether the packages of just this lock file are here.
fn is_installed(place: &Path) -> anyhow::Result<bool> {
    let wanted = std::fs::read(workspace::root().join(PACKAGES).join(LOCK))?;
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
