//! `cargo xtask build [--dist]`: the portal as files that any server can serve.

use std::process::ExitCode;

use crate::arguments::{Flag, parse};
use crate::portal::{self, Kind};

pub fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    let given = parse("build", words, &[Flag::Switch("--dist")])?;
    portal::build(if given.has("--dist") {
        Kind::Dist
    } else {
        Kind::Fast
    })?;
    Ok(ExitCode::SUCCESS)
}
