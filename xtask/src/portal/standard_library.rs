//! The standard library, compiled with the smallest programs instead of taken as rustup brings it:
//! then its functions are made small too, and a panic ends the program without text that nobody who
//! reads it could use. docs/decisions/0013 has what that gives, and why it may.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::TARGET;
use crate::say;
use crate::workspace;

/// The parts; what else they need comes with them.
const PARTS: &str = "-Zbuild-std=std,panic_abort";

/// Says to the size test whether the programs hold it. Limits are for those that do.
const NOTE: &str = "standard-library";

/// Makes `build` compile it too. Without its source (rustup could not bring it) or the crates it needs
/// the programs are built all the same, and are larger.
pub fn compile_with(build: &mut Command) -> anyhow::Result<()> {
    let is_here = has_source()? && (fetch("--offline")? || fetch("--locked")?);
    if is_here {
        unlock(build);
        build.args([PARTS, "-Zbuild-std-features=optimize_for_size", "-Zpanic-immediate-abort"]);
        build.env("CARGO_PROFILE_DIST_WASM_PANIC", "immediate-abort");
    } else {
        say::line(
            "  the source of the standard library, or a crate it needs, could not be fetched:",
        );
        say::line("  the programs become a tenth larger than those of a release");
    }
    let folder = workspace::target().join("portal");
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(NOTE), if is_here { "own" } else { "as it comes" })?)
}

fn has_source() -> anyhow::Result<bool> {
    let asked = Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(workspace::root())
        .output()?;
    let root = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    if Path::new(&root).join("lib/rustlib/src/rust/library/Cargo.lock").exists() {
        return Ok(true);
    }
    say::line("  adding the source of Rust's standard library");
    let mut command = Command::new("rustup");
    command.args(["component", "add", "rust-src"]).current_dir(workspace::root());
    Ok(command.status().is_ok_and(|added| added.success()))
}

/// Whether its crates are here, from the disk or from the network.
fn fetch(how: &str) -> anyhow::Result<bool> {
    let mut command = workspace::cargo(&["fetch", "--quiet", how, "--target", TARGET, PARTS]);
    unlock(&mut command);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command.status()?.success())
}

/// Compiling the standard library is not settled in Rust yet; the pinned compiler does it as it is.
fn unlock(command: &mut Command) {
    command.env("RUSTC_BOOTSTRAP", "1");
}
