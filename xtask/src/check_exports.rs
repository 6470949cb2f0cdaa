//! `cargo xtask check-exports`, and a step of the tests: what leaves a device, through validators that
//! nobody here wrote. They need Node and Python; one that cannot run is listed as skipped, which is no
//! success.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Context;

use crate::arguments::parse;
use crate::node;
use crate::say;
use crate::system;
use crate::workspace::{self, cargo, in_path};

/// Where the validators' own files are.
const CHECKERS: &str = "tests/fhir/checkers";
const SYSTEM_PACKAGES: [&str; 2] = ["python3", "python3-venv"];

pub enum Verdict {
    Held,
    Failed,
    Skipped(&'static str),
}

pub fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    parse("check-exports", words, &[])?;
    let mut held = true;
    for (name, verdict) in verdicts()? {
        held &= matches!(verdict, Verdict::Held);
        say::line(&verdict.words(name));
    }
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Exports every record that the tests know, and asks each validator.
pub fn verdicts() -> anyhow::Result<[(&'static str, Verdict); 2]> {
    let exports = tempfile::Builder::new().prefix("satchel-exports").tempdir()?;
    let mut written = cargo(&["test", "--package", "tests", "--test", "fhir", "--", "exports"]);
    written.env("SATCHEL_EXPORTS", exports.path());
    workspace::run(written)?;
    Ok([
        ("Medplum's validator", medplum(exports.path())?),
        ("fhir.resources", models(exports.path())?),
    ])
}

impl Verdict {
    pub fn words(&self, name: &str) -> String {
        match self {
            Verdict::Held => format!("{name}: no error beyond those that came in"),
            Verdict::Failed => format!("{name}: failed; the errors stand above"),
            Verdict::Skipped(why) => format!("{name}: skipped, because {why}"),
        }
    }
}

fn medplum(exports: &Path) -> anyhow::Result<Verdict> {
    let node = match node::set_up()? {
        Ok(node) => node,
        Err(why) => return Ok(Verdict::Skipped(why)),
    };
    let mut check = Command::new(&node.program);
    check.arg(node.script(CHECKERS, "check.mjs")?).arg(exports);
    check.arg(workspace::root().join(CHECKERS).join("ips-1.1.0-profiles.json.gz"));
    verdict(check)
}

fn models(exports: &Path) -> anyhow::Result<Verdict> {
    if in_path("python3").is_none() {
        system::install("Python", &SYSTEM_PACKAGES)?;
    }
    let Some(python) = in_path("python3") else {
        return Ok(Verdict::Skipped("python3 is not installed"));
    };
    let place = tools("export-models")?;
    let own = place.join("bin/python");
    if !own.is_file() {
        let mut make = Command::new(python);
        make.args(["-m", "venv"]).arg(&place);
        if workspace::run(make).is_err() {
            return Ok(Verdict::Skipped("python3 cannot make a venv"));
        }
    }
    let folder = workspace::root().join(CHECKERS);
    let mut install = Command::new(&own);
    install.args(["-m", "pip", "install", "--quiet", "--requirement"]);
    install.arg(folder.join("requirements.txt"));
    if workspace::run(install).is_err() {
        return Ok(Verdict::Skipped("its packages cannot be fetched"));
    }
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
