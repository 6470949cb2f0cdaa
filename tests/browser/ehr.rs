//! A clinic's EHR that nobody here wrote, as a process of its own; what carries between it and the portal;
//! and somebody at its screen. All of them run in Node: `cargo xtask test --only ehr` says where.

use crate::process::Tree;
use crate::server::Server;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Under this name the bridge is known to the portal, and the EHR's record is kept under this source.
const CLIENT: &str = "bridge";
pub const SOURCE: &str = "stand-in";
const SCOPES: &str = "system/Task.rus system/MedicationRequest.rs";

pub struct Ehr {
    _process: Tree,
    /// Where its API is.
    url: String,
    folder: PathBuf,
}

impl Ehr {
    /// Starts with the resources of a transaction; what it keeps is gone with it.
    pub fn start(folder: &Path, transaction: &Value) -> Result<Ehr> {
        let file = folder.join("clinic.json");
        std::fs::write(&file, transaction.to_string())?;
        let mut process = Tree::start(script("stand-in.mjs")?.arg(file).stdout(Stdio::piped()))?;
        let said = BufReader::new(process.output().context("it has no output")?).lines().next();
        let said = said.context("the EHR ended before it listened")??;
        let url = said.strip_prefix("listening on ").context("the EHR says where it listens")?;
        Ok(Ehr { url: url.to_owned(), folder: folder.to_owned(), _process: process })
    }

    /// Somebody at its screen does something; the answer of `clinician.mjs`.
    pub fn clinician(&self, verb: &str) -> Result<Value> {
        said_by(script("clinician.mjs")?.args([&self.url, verb, "Dr. Stein"]))
    }

    /// A file with everything that it has of these types, as its API tells it.
    pub fn record(&self, kinds: &[&str]) -> Result<PathBuf> {
        let mut lines = String::new();
        for kind in kinds {
            let found = said_by(script("clinician.mjs")?.args([&self.url, "all", kind]))?;
            for one in found.as_array().into_iter().flatten() {
                lines.push_str(&format!("{one}\n"));
            }
        }
        let file = self.folder.join("record.ndjson");
        std::fs::write(&file, lines)?;
        Ok(file)
    }

    /// Makes the bridge's keys, and registers it with the portal.
    pub fn bridge(&self, server: &Server, portal: &str) -> Result<Bridge> {
        let file = |name: &str| self.folder.join(name);
        let keys = said_by(script("bridge.mjs")?.arg("keys").arg(file("bridge.key")))?;
        std::fs::write(file("bridge.jwks"), keys.to_string())?;
        let path = file("bridge.jwks").display().to_string();
        let add =
            ["client", "add", CLIENT, "--source", SOURCE, "--keys", &path, "--scopes", SCOPES];
        server.command(&add)?;
        let state = file("bridge.state");
        let about = json!({
            "portal": portal, "ehr": self.url, "client": CLIENT, "key": file("bridge.key"), "state": state,
        });
        std::fs::write(file("bridge.json"), about.to_string())?;
        Ok(Bridge { about: file("bridge.json"), state })
    }
}

/// What a clinic's interface engine does; nothing of it is ours.
pub struct Bridge {
    about: PathBuf,
    state: PathBuf,
}

impl Bridge {
    /// One pass in both directions has to do just this.
    pub fn passes(&self, does: &Value) -> Result<()> {
        let did = said_by(script("bridge.mjs")?.arg("pass").arg(&self.about))?;
        ensure!(did == *does, "the bridge did {did}, not {does}");
        Ok(())
    }

    /// Its disk is lost.
    pub fn forgets(&self) -> Result<()> {
        Ok(std::fs::remove_file(&self.state)?)
    }
}

pub fn script(name: &str) -> Result<Command> {
    let set = |name: &str| {
        let missing = || format!("{name} is not set: run `cargo xtask test --only ehr`");
        std::env::var_os(name).map(PathBuf::from).with_context(missing)
    };
    let mut command = Command::new(set("SATCHEL_NODE")?);
    command.arg(set("SATCHEL_NODE_SCRIPTS")?.join(name));
    Ok(command)
}

/// What a script prints is one line of JSON.
pub fn said_by(command: &mut Command) -> Result<Value> {
    let output = command.output()?;
    let wrong = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {wrong}");
    Ok(serde_json::from_slice(&output.stdout)?)
}
