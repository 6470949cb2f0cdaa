//! The next release of a built portal: the same files, one changed and one more, under a new name.

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// What `index.html` of the next release says in an attribute of `<html>`.
pub const MARK: &str = "data-next-release";
/// As the boot script says it, once a newer release is there.
pub const IS_OFFERED: &str = "document.documentElement.dataset.update = 'ready';
    dispatchEvent(new Event('satchel:update'))";
/// The file that only the next release has.
const NEW_FILE: &str = "assets/next-0123456789abcdef.txt";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    Whole,
    /// One file came to the host damaged: not the bytes that the release promises.
    Damaged,
    /// One file did not come at all.
    Incomplete,
}

/// Makes the release after `portal` in `folder`.
pub fn next(portal: &Path, folder: PathBuf, condition: Condition) -> Result<PathBuf> {
    copy(portal, &folder)?;
    let page = folder.join("index.html");
    let before = fs::read(&page)?;
    let text = String::from_utf8(before.clone())?;
    let after = text.replacen("<html ", &format!("<html {MARK} "), 1);
    ensure!(after != text, "index.html has no <html with attributes");
    write_alone(&page, after.as_bytes())?;
    let new = b"what only the next release has".as_slice();
    match condition {
        Condition::Whole => write_alone(&folder.join(NEW_FILE), new)?,
        Condition::Damaged => write_alone(&folder.join(NEW_FILE), b"something else")?,
        Condition::Incomplete => {}
    }
    let worker = folder.join("service-worker.js");
    let text = fs::read_to_string(&worker)?;
    let filled = fill(&text, &hash(&before), &hash(after.as_bytes()), &hash(new))?;
    write_alone(&worker, filled.as_bytes())?;
    Ok(folder)
}

/// The same release with `first` before everything else in its worker.
pub fn with_worker(portal: &Path, folder: PathBuf, first: &str) -> Result<PathBuf> {
    copy(portal, &folder)?;
    let assets = fs::read_dir(folder.join("assets"))?;
    let paths = assets.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let is_it = |path: &&PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("worker-boot") && name.ends_with(".js")
    };
    let boot = paths.iter().find(is_it).context("there is no worker to start")?;
    let before = fs::read(boot)?;
    let after = [first.as_bytes(), &before].concat();
    write_alone(boot, &after)?;
    let list = folder.join("service-worker.js");
    let text = fs::read_to_string(&list)?;
    let filled = text.replacen(&hash(&before), &hash(&after), 1);
    ensure!(filled != text, "the service worker does not list {}", boot.display());
    write_alone(&list, filled.as_bytes())?;
    Ok(folder)
}

/// The list of the service worker, with the new page, the new file and a new name.
fn fill(worker: &str, page_before: &str, page_after: &str, new: &str) -> Result<String> {
    let row = format!("[\"/\", \"{page_before}\"]");
    ensure!(worker.contains(&row), "the service worker does not list the page as {row}");
    let rows = format!("[\"/\", \"{page_after}\"],\n  [\"/{NEW_FILE}\", \"{new}\"]");
    let listed = worker.replacen(&row, &rows, 1);
    let start = listed.find("const RELEASE = \"").context("the service worker has no release")?;
    let end = start + listed[start..].find(';').context("the release has no end")?;
    let name = &hash(listed.as_bytes())[..12];
    Ok(format!("{}const RELEASE = \"{name}\"{}", &listed[..start], &listed[end..]))
}

/// Writes a file and removes its precompressed twins, which would still be the old one.
fn write_alone(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes)?;
    for ending in ["br", "gz"] {
        let twin = PathBuf::from(format!("{}.{ending}", path.display()));
        if twin.exists() {
            fs::remove_file(twin)?;
        }
    }
    Ok(())
}

pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().context("a file has a name")?);
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
