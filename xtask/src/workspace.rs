//! Where things are, and how cargo is called.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, bail};

/// The repository's root: this package lies right below it. Asked at run time, because a target
/// folder may be shared by clones or moved, and the path from compile time is then another's.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let package = package.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        package.parent().expect("this package lies below the root").to_owned()
    })
}

/// Cargo's target folder, whatever else this machine's settings of cargo say.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// The cargo that started us, at the root.
pub fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words).current_dir(root()).env("CARGO_TARGET_DIR", target());
    command
}

/// Runs a command to its end; its own words go to the terminal.
pub fn run(mut command: Command) -> anyhow::Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("`{name}` could not be started"))?;
    if !status.success() {
        bail!("`{}` failed; its reason stands above", words(&command));
    }
    Ok(())
}

/// The command as one would type it.
pub fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let mut words = vec![program.to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Where a program is that can be started by its name.
pub fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The names of a package's targets of one kind: `test`, `bench`, `bin`.
pub fn targets(package: &str, kind: &str) -> anyhow::Result<Vec<String>> {
    let mut command = cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let output = command.output().context("cargo could not be started")?;
    let all: serde_json::Value = serde_json::from_slice(&output.stdout)
        .context("cargo could not say which targets there are")?;
    let mut names = Vec::new();
    for of in all["packages"].as_array().into_iter().flatten() {
        for target in of["targets"].as_array().into_iter().flatten() {
            let kinds = target["kind"].as_array();
            let is_kind = kinds.is_some_and(|kinds| kinds.iter().any(|this| this == kind));
            if of["name"] == package && is_kind {
                names.extend(target["name"].as_str().map(str::to_owned));
            }
        }
    }
    Ok(names)
}
