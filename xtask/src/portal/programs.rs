//! The wasm programs: cargo compiles them, wasm-bindgen, as a library of exactly the version
//! the programs were compiled with, writes their glue.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::Kind;
use super::assets::{Assets, digest};
use super::{classes, locals, names, order, scripts, standard_library, twins};
use crate::say;
use crate::workspace;

pub const TARGET: &str = "wasm32-unknown-unknown";
const PROGRAMS: [&str; 4] = ["page", "worker", "clinic", "clinic-office"];

/// Leptos makes code for each shape of view; erased, all shapes share it. Names, which the glue's
/// making takes out again, say in this form which types a function was made for.
const SMALL: [&str; 3] =
    ["--cfg=erase_components", "-Csymbol-mangling-version=v0", "-Cllvm-args=-inline-threshold=1"];

/// Compiles the programs with cargo.
pub fn compile(kind: Kind) -> anyhow::Result<()> {
    add_target()?;
    let mut words = vec!["build", "--package", "portal", "--bins", "--target", TARGET];
    match kind {
        Kind::Dist => words.extend(["--profile", "dist-wasm"]),
        // Who changes a page waits for this: a quarter of the time for a slower page.
        Kind::Development => words.extend(["--config", "profile.dev.package.portal.opt-level=0"]),
        Kind::Fast => {}
    }
    let mut command = workspace::cargo(&words);
    if kind == Kind::Dist {
        let mut flags: Vec<_> = SMALL.map(str::to_owned).to_vec();
        flags.extend(without_own_paths()?);
        // The one variable in which a path may hold a space, and before which `RUSTFLAGS` of this machine do
        // not count: a release is the same wherever it is built.
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
        standard_library::compile_with(&mut command)?;
    }
    workspace::run(command)
}

/// Panics name source files. Where this machine keeps them is nobody's business, costs bytes, and
/// would make two machines build two different releases.
fn without_own_paths() -> anyhow::Result<Vec<String>> {
    let home = match std::env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => std::env::home_dir().context("no home folder is known")?.join(".cargo"),
    };
    let mut flags = Vec::new();
    // Without fetched crates there is nothing to rename; cargo then fetches them.
    for registry in fs::read_dir(home.join("registry/src")).into_iter().flatten() {
        flags.push(format!("--remap-path-prefix={}=", registry?.path().display()));
    }
    flags.push(format!("--remap-path-prefix={}=", workspace::root().display()));
    Ok(flags)
}

/// rustup installs the target with the pinned toolchain; this is for one that was there before.
pub(super) fn add_target() -> anyhow::Result<()> {
    let asked = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(workspace::root())
        .output()
        .context("rustc could not be started; install Rust from https://rustup.rs")?;
    let folder = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    if asked.status.success() && Path::new(&folder).exists() {
        return Ok(());
    }
    say::line("  adding Rust's WebAssembly target");
    let mut command = Command::new("rustup");
    command.args(["target", "add", TARGET]).current_dir(workspace::root());
    workspace::run(command)
}

/// Writes the glue of each program and adds `page.js`, `page.wasm` and so on to the assets.
pub fn bind(kind: Kind, assets: &mut Assets) -> anyhow::Result<()> {
    let profile = if kind == Kind::Dist { "dist-wasm" } else { "debug" };
    for name in PROGRAMS {
        let wasm = workspace::target().join(TARGET).join(profile).join(format!("{name}.wasm"));
        let folder = workspace::target().join("portal").join("glue").join(kind.name()).join(name);
        let program =
            fs::read(&wasm).with_context(|| format!("{} could not be read", wasm.display()))?;
        let program = if kind == Kind::Dist { classes::without_unused(&program)? } else { program };
        bind_one(name, program, &folder)?;
        add(name, &folder, kind, assets)?;
    }
    Ok(())
}

pub(super) fn bind_one(name: &str, program: Vec<u8>, folder: &Path) -> anyhow::Result<()> {
    let stamp = folder.join("stamp");
    let print = digest(&program);
    if fs::read_to_string(&stamp).is_ok_and(|last| last == print) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, program).web(true)?;
    bindgen.typescript(false).omit_default_module_path(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(folder).with_context(|| format!("the glue of {name} could not be made"))?;
    fs::write(stamp, print)?;
    Ok(())
}

/// Adds glue and program. A crate's own script is an asset of its own, so the glue's import of it
/// becomes a placeholder like any other.
fn add(name: &str, folder: &Path, kind: Kind, assets: &mut Assets) -> anyhow::Result<()> {
    let mut glue = fs::read_to_string(folder.join(format!("{name}.js")))?;
    for snippet in snippets(&folder.join("snippets"))? {
        let inside = snippet.strip_prefix(folder)?.to_string_lossy().into_owned();
        let import = format!("'./{inside}'");
        if !glue.contains(&import) {
            bail!("the glue of {name} does not import {import} in the way it used to");
        }
        let asset = format!("{name}-{inside}");
        glue = glue.replace(&import, &format!("'{{{{asset:{asset}}}}}'"));
        assets.add(&asset, fs::read(&snippet)?);
    }
    let mut program = fs::read(folder.join(format!("{name}_bg.wasm")))?;
    if kind == Kind::Dist {
        (program, glue) = names::shortened(&program, &scripts::tightened(&glue))?;
        program = twins::without_twins(&locals::renumbered(&program)?)?;
        program = order::arranged(&program)?;
    }
    assets.add(&format!("{name}.js"), glue.into_bytes());
    assets.add(&format!("{name}.wasm"), program);
    Ok(())
}

fn snippets(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(snippets(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
