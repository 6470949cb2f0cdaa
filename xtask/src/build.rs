//! `cargo xtask build [--dist | --checks]`: the portal, or the page of its browser unit tests, as
//! files that any server can serve.

use std::process::ExitCode;

use crate::arguments::{Flag, parse};
use crate::portal::{self, Kind};

pub fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    let given = parse("build", words, &[Flag::Switch("--dist"), Flag::Switch("--checks")])?;
    if given.has("--checks") {
        portal::build_checks()?;
        return Ok(ExitCode::SUCCESS);
    }
    portal::build(if given.has("--dist") { Kind::Dist } else { Kind::Fast })?;
    Ok(ExitCode::SUCCESS)
}
