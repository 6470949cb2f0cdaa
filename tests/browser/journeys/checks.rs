//! The unit tests of the worker's adapters, in the worker of a real browser: what its disk, its keys
//! and its locks really do.

use crate::engine::{Engine, PHONE};
use crate::stage::Stage;
use anyhow::{Result, bail, ensure};
use std::time::Duration;
use tests::built;

/// A line a check, as the page holds them: what is seen on the screen is one line to the harness.
const SAID: &str = "return document.getElementById('results')?.textContent";
/// A hundred thousand changed rows, and hundreds of sessions in which the disk fails.
const CHECKED_WITHIN: Duration = Duration::from_secs(150);
/// The last line that the checks say.
const END: &str = "end";

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.server.set_portal(&built::checks()?);
    stage.open(&PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/")).await?;
    let said = page
        .wait("the end of the checks", CHECKED_WITHIN, async || {
            let said = page.js(SAID).await?.as_str().unwrap_or_default().to_owned();
            Ok(said.lines().any(|line| line == END).then_some(said))
        })
        .await?;
    // WebKitGTK does not finish removing a database that a worker has just closed: nothing opens after it.
    let hangs = |line: &&str| stage.engine == Engine::WebKit && line.contains(" emptied: nobody");
    let failed = said.lines().filter(|line| line.contains("FAILED") && !hangs(line));
    let failed: Vec<&str> = failed.collect();
    if !failed.is_empty() {
        bail!("{}", failed.join("\n"));
    }
    let held = said.lines().filter(|line| line.starts_with("ok ")).count();
    ensure!(held > 5, "only {held} checks ran:\n{said}");
    Ok(())
}
