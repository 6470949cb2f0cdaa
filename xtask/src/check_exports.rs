//! `cargo xtask check-exports`: what leaves a device, through validators that nobody here wrote. They
//! need Node and Python; one that cannot run is listed as skipped, which is no success.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Context;

use crate::arguments::parse;
use crate::say;
use crate::workspace::{self, cargo, in_path};

/// Where the validators' own files are.
const CHECKERS: &str = "tests/fhir/checkers";

enum Verdict {
    Held,
    Failed,
    Skipped(&'static str),
}

pub fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    parse("check-exports", words, &[])?;
    let exports = tempfile::Builder::new().prefix("satchel-exports").tempdir()?;
    let mut written = cargo(&["test", "--package", "tests", "--test", "fhir", "--", "exports"]);
    written.env("SATCHEL_EXPORTS", exports.path());
    workspace::run(written)?;
    let verdicts = [
        ("Medplum's validator", medplum(exports.path())?),
        ("fhir.resources", models(exports.path())?),
    ];
    let mut held = true;
    for (name, verdict) in verdicts {
        held &= matches!(verdict, Verdict::Held);
        match verdict {
            Verdict::Held => say::line(&format!("{name}: no error beyond those that came in")),
            Verdict::Failed => say::line(&format!("{name}: failed; the errors stand above")),
            Verdict::Skipped(why) => say::line(&format!("{name}: skipped, {why}")),
        }
    }
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn medplum(exports: &Path) -> anyhow::Result<Verdict> {
    let (Some(node), Some(npm)) = (in_path("node"), in_path("npm")) else {
        return Ok(Verdict::Skipped("because node or npm is not installed"));
    };
    let place = tools("export-checks")?;
    // A script finds its packages beside itself.
    for file in ["package.json", "package-lock.json", "check.mjs"] {
        let from = workspace::root().join(CHECKERS).join(file);
        std::fs::copy(&from, place.join(file)).with_context(|| from.display().to_string())?;
    }
    let mut install = Command::new(npm);
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&place);
    workspace::run(install)?;
    let mut check = Command::new(node);
    check.arg(place.join("check.mjs")).arg(exports);
    check.arg(workspace::root().join(CHECKERS).join("ips-1.1.0-profiles.json.gz"));
    verdict(check)
}

fn models(exports: &Path) -> anyhow::Result<Verdict> {
    let Some(python) = in_path("python3") else {
        return Ok(Verdict::Skipped("because python3 is not installed"));
    };
    let place = tools("export-models")?;
    let own = place.join("bin/python");
    if !own.is_file() {
        let mut make = Command::new(python);
        make.args(["-m", "venv"]).arg(&place);
        if workspace::run(make).is_err() {
            return Ok(Verdict::Skipped("because python3 cannot make a venv"));
        }
    }
    let folder = workspace::root().join(CHECKERS);
    let mut install = Command::new(&own);
    install.args(["-m", "pip", "install", "--quiet", "--requirement"]);
    install.arg(folder.join("requirements.txt"));
    workspace::run(install)?;
    let mut check = Command::new(&own);
    check.arg(folder.join("check.py")).arg(exports);
    verdict(check)
}

fn tools(name: &str) -> anyhow::Result<PathBuf> {
    let place = workspace::target().join("tools").join(name);
    std::fs::create_dir_all(&place).with_context(|| place.display().to_string())?;
    Ok(place)
}

fn verdict(mut check: Command) -> anyhow::Result<Verdict> {
    let status = check.status().with_context(|| workspace::words(&check))?;
    Ok(if status.success() { Verdict::Held } else { Verdict::Failed })
}
