//! `cargo xtask bench NAME`: runs one of the measurements in `tests`.

use std::process::ExitCode;

use anyhow::bail;

use crate::arguments::WrongUse;
use crate::say;
use crate::workspace::{self, cargo};

const NAMES: [&str; 4] = ["core", "server", "portal", "fhir"];

pub fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    let all = NAMES.join(", ");
    let Some((name, rest)) = words.split_first() else {
        return Err(WrongUse(format!("`bench` needs one of {all}")).into());
    };
    if !NAMES.contains(&name.as_str()) {
        return Err(WrongUse(format!("there is no bench `{name}`, only {all}")).into());
    }
    let here = workspace::targets("tests", "bench")?;
    if !here.contains(name) {
        let here = if here.is_empty() { "none".to_owned() } else { here.join(", ") };
        bail!("the bench `{name}` is not written yet; written so far: {here}");
    }
    say::line(&format!("measure: {name}"));
    let mut command = cargo(&["bench", "--package", "tests", "--bench", name, "--"]);
    command.args(rest);
    workspace::run(command)?;
    Ok(ExitCode::SUCCESS)
}
