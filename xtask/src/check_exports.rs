//! `cargo xtask check-exports`, and a step of the tests: what leaves a device, through validators that
//! nobody here wrote. They need Node and Python; one that cannot run is listed as skipped, which is no
//! success.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context;

use crate::arguments::parse;
use crate::node;
use crate::say;
use crate::system::{self, Missing};
use crate::workspace::{self, cargo, in_path};

/// Where the validators' own files are.
const CHECKERS: &str = "tests/fhir/checkers";

pub enum Verdict {
    Held,
    Failed,
    Skipped(String),
}

pub fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    parse("check-exports", words, &[])?;
    system::install(&[node::missing(), missing()].into_iter().flatten().collect::<Vec<_>>())?;
    let mut held = true;
    for (name, verdict) in verdicts()? {
        held &= matches!(verdict, Verdict::Held);
        say::line(&verdict.words(name));
    }
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What Python lacks here.
pub fn missing() -> Option<Missing> {
    match in_path("python3") {
        None => Some(Missing { what: "Python", packages: &["python3", "python3-venv"] }),
        Some(python) if !makes_venv(&python) => {
            Some(Missing { what: "Python's venv", packages: &["python3-venv"] })
        }
        Some(_) => None,
    }
}

/// Debian keeps a half of it in a package of its own; the half that is here says nothing of that.
fn makes_venv(python: &Path) -> bool {
    let mut ask = Command::new(python);
    ask.args(["-c", "import venv, ensurepip"]).stderr(Stdio::null());
    ask.status().is_ok_and(|status| status.success())
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
    let Some(python) = in_path("python3") else {
        return Ok(Verdict::Skipped("python3 is not installed".into()));
    };
    let place = tools("export-models")?;
    let own = place.join("bin/python");
    if !own.is_file() {
        if !makes_venv(&python) {
            let why = "python3 cannot make a venv; on Debian the package python3-venv is missing";
            return Ok(Verdict::Skipped(why.into()));
        }
        let mut make = Command::new(python);
        make.args(["-m", "venv"]).arg(&place);
        if workspace::run(make).is_err() {
            return Ok(Verdict::Skipped("python3 could not make a venv".into()));
        }
    }
    let folder = workspace::root().join(CHECKERS);
    let mut install = Command::new(&own);
    install.args(["-m", "pip", "install", "--quiet", "--requirement"]);
    install.arg(folder.join("requirements.txt"));
    if workspace::run(install).is_err() {
        return Ok(Verdict::Skipped("its packages cannot be fetched".into()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_python_that_makes_no_venv_is_found_out() {
        // Programs of every system that say yes and no to anything.
        assert!(makes_venv(Path::new("true")) && !makes_venv(Path::new("false")));
    }
}
