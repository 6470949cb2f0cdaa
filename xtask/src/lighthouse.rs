//! `cargo xtask lighthouse`: what Lighthouse says of the first visit and of an open record. It needs Node
//! and Chromium; where one is missing this says so and ends with an error.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};

use anyhow::{Context, bail};

use crate::arguments::parse;
use crate::node;
use crate::portal::{self, Kind};
use crate::say;
use crate::workspace::{self, cargo, in_path};

const FILES: [&str; 3] = ["package.json", "package-lock.json", "measure.mjs"];
const BROWSERS: [&str; 3] = ["chromium", "google-chrome", "chromium-browser"];

/// Ends with its server, whatever happens.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    parse("lighthouse", words, &[])?;
    let (node, npm) = match node::found() {
        Ok(found) => found,
        Err(why) => bail!("Lighthouse cannot be asked: {why}"),
    };
    let Some(browser) = BROWSERS.iter().find_map(|name| in_path(name)) else {
        bail!("Lighthouse needs Chromium, and there is none here");
    };
    portal::build(Kind::Dist)?;
    workspace::run(cargo(&["build", "--package", "sync-server", "--features", "demo"]))?;
    let place = workspace::target().join("tools/lighthouse");
    std::fs::create_dir_all(&place).with_context(|| place.display().to_string())?;
    for file in FILES {
        let from = workspace::root().join("tests/lighthouse").join(file);
        std::fs::copy(&from, place.join(file)).with_context(|| from.display().to_string())?;
    }
    let mut install = Command::new(npm);
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&place);
    workspace::run(install)?;
    let folder = tempfile::Builder::new().prefix("satchel-lighthouse").tempdir()?;
    let (_demo, patient) = demo(folder.path())?;
    let welcome = patient.split("/demo/").next().unwrap_or_default().to_owned();
    say::line("measure: lighthouse, three runs of each");
    let mut measure = Command::new(node);
    measure.arg(place.join("measure.mjs")).arg(browser);
    measure.arg(format!("welcome={welcome}/welcome")).arg(format!("home={patient}"));
    let status = measure.status().with_context(|| workspace::words(&measure))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The demo on a port of its own, and the link of its patient.
fn demo(folder: &Path) -> anyhow::Result<(Demo, String)> {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port().to_string();
    let mut command = Command::new(workspace::target().join("debug/sync-server"));
    command.args(["demo", "--port", &port, "--dir"]).arg(folder);
    command.arg("--portal").arg(Kind::Dist.folder()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().with_context(|| workspace::words(&command))?;
    let output = child.stdout.take().context("the server has no output")?;
    let demo = Demo(child);
    let mut patient = None;
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some(link) = line.trim().strip_prefix("patient: ") {
            patient = Some(link.to_owned());
        }
        if line.trim() == "ready" {
            break;
        }
    }
    Ok((demo, patient.context("the demo printed no link for its patient")?))
}
