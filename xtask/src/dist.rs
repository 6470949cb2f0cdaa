//! `cargo xtask dist`: the product as one file, the server with the smallest portal inside.

use std::fs;
use std::process::ExitCode;

use crate::arguments::parse;
use crate::portal::{self, Kind};
use crate::say;
use crate::workspace::{self, cargo};

pub fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    parse("dist", words, &[])?;
    let portal = portal::build(Kind::Dist)?;
    say::line("compile the server with the portal inside");
    let what = ["build", "--release", "--package", "sync-server"];
    let mut command = cargo(&[&what[..], &["--features", "embedded-portal"]].concat());
    command.env("SATCHEL_PORTAL_DIR", portal);
    workspace::run(command)?;
    let folder = workspace::target().join("dist");
    fs::create_dir_all(&folder)?;
    let program = format!("sync-server{}", std::env::consts::EXE_SUFFIX);
    let file = folder.join(&program);
    let bytes = fs::copy(workspace::target().join("release").join(&program), &file)?;
    say::line(&format!("{}, {}", file.display(), say::kilobytes(bytes)));
    // The container's system is Linux, whatever this one is.
    if cfg!(target_os = "linux") {
        let (root, place) = (workspace::root().display(), folder.display());
        say::line(&format!(
            "a container: podman build --tag satchel --file '{root}/Containerfile' '{place}'"
        ));
    }
    Ok(ExitCode::SUCCESS)
}
