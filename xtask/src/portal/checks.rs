//! Builds the page of the browser's own unit tests: one program, plain names, nothing compressed.

use std::fs;
use std::path::PathBuf;

use super::programs::{TARGET, add_target, bind_one};
use super::source;
use crate::say::Steps;
use crate::workspace;

/// Answers the folder whose content is served at `/`.
pub fn build() -> anyhow::Result<PathBuf> {
    let folder = workspace::target().join("portal").join("checks");
    let mut steps = Steps::new(2);
    steps.step("compile the checks for the browser", || {
        add_target()?;
        let words = ["build", "--package", "portal", "--bin", "checks", "--features", "checks"];
        workspace::run(workspace::cargo(&[&words[..], &["--target", TARGET]].concat()))
    })?;
    steps.step("make their glue and write", || {
        let wasm = workspace::target().join(TARGET).join("debug").join("checks.wasm");
        let glue = workspace::target().join("portal").join("glue").join("checks");
        bind_one("checks", fs::read(wasm)?, &glue)?;
        fs::create_dir_all(&folder)?;
        fs::copy(glue.join("checks.js"), folder.join("checks.js"))?;
        fs::copy(glue.join("checks_bg.wasm"), folder.join("checks.wasm"))?;
        fs::copy(source().join("assets/icon.svg"), folder.join("icon.svg"))?;
        for file in fs::read_dir(source().join("checks"))? {
            let file = file?;
            fs::copy(file.path(), folder.join(file.file_name()))?;
        }
        Ok(())
    })?;
    steps.end(&format!("checks built in {}", folder.display()));
    Ok(folder)
}
