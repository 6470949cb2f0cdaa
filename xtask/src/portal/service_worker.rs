//! Fills the service worker with the name of this release and the hash of every file in it.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};

use super::assets::{Assets, digest};
use super::{Served, scripts};

/// The release's name is only compared, never trusted, so a short one will do.
const RELEASE_DIGITS: usize = 12;

/// The worker that precaches `files`.
pub fn fill(template: &Path, assets: &Assets, files: &[Served]) -> anyhow::Result<Served> {
    let text = fs::read_to_string(template)
        .with_context(|| format!("{} could not be read", template.display()))?;
    let text = scripts::tightened(&text);
    let rows: Vec<String> = files
        .iter()
        .filter(|file| is_precached(&file.path))
        .map(|file| format!("  [\"{}\", \"{}\"]", url(&file.path), file.print))
        .collect();
    let list = format!("[\n{}\n]", rows.join(",\n"));
    // Of the worker's own code too: a changed worker is a new release even over the same files.
    let release = digest(format!("{text}{list}").as_bytes())[..RELEASE_DIGITS].to_owned();
    for mark in ["\"{{release}}\"", "\"{{files}}\""] {
        ensure!(text.contains(mark), "{} lacks {mark}", template.display());
    }
    let filled =
        text.replace("\"{{release}}\"", &format!("\"{release}\"")).replace("\"{{files}}\"", &list);
    Ok(Served::new("service-worker.js", assets.fill(&filled, "service-worker.js")?))
}

/// Everything but the staff's page and programs, and the page that opens a link: patients never
/// download those.
pub fn is_precached(path: &str) -> bool {
    let others = ["clinic/", "assets/clinic", "shl/", "assets/shl", "assets/dropped"];
    path != "service-worker.js" && !others.iter().any(|other| path.starts_with(other))
}

/// Where a file is asked for; the patient's page under the root.
fn url(path: &str) -> String {
    if path == "index.html" { "/".to_owned() } else { format!("/{path}") }
}
