//! Where the programs under test are. Tests never build them: `cargo xtask test` does, first.

use anyhow::{Context, Result, ensure};
use std::path::PathBuf;

/// `SATCHEL_SERVER`, or what `cargo build -p sync-server --features demo` left in the target folder.
pub fn server() -> Result<PathBuf> {
    let path = match std::env::var_os("SATCHEL_SERVER") {
        Some(set) => PathBuf::from(set),
        None => target_folder()?.join("debug/sync-server"),
    };
    ensure!(
        path.is_file(),
        "{} is missing: run `cargo build -p sync-server --features demo`, or `cargo xtask test`",
        path.display()
    );
    Ok(path)
}

/// `SATCHEL_PORTAL`, or what `cargo xtask build` left in the target folder.
pub fn portal() -> Result<PathBuf> {
    let path = match std::env::var_os("SATCHEL_PORTAL") {
        Some(set) => PathBuf::from(set),
        None => target_folder()?.join("portal/fast"),
    };
    ensure!(
        path.join("index.html").is_file(),
        "{} holds no portal: run `cargo xtask build`, or `cargo xtask test`",
        path.display()
    );
    Ok(path)
}

/// The folder that this test binary itself was built into.
pub fn target_folder() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let found = own.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    Ok(found.context("this binary lies outside a target folder")?.to_owned())
}

/// What `cargo xtask build --dist` left in the target folder: the portal as patients get it.
pub fn smallest_portal() -> Result<PathBuf> {
    let path = target_folder()?.join("portal/dist");
    ensure!(
        path.join("index.html").is_file(),
        "{} holds no portal: run `cargo xtask build --dist`, or `cargo xtask test`",
        path.display()
    );
    Ok(path)
}

/// What `cargo xtask build --checks` left in the target folder: the adapters' unit tests as a page.
pub fn checks() -> Result<PathBuf> {
    let path = target_folder()?.join("portal/checks");
    ensure!(
        path.join("index.html").is_file(),
        "{} holds no checks: run `cargo xtask build --checks`, or `cargo xtask test`",
        path.display()
    );
    Ok(path)
}
