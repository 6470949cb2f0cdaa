//! The files that the rules look at, and how a test says what it found.

use std::path::{Path, PathBuf};
use std::process::Command;

/// One file of the repository.
pub struct File {
    /// From the repository's root, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn has_ending(&self, ending: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, last)| last == ending)
    }

    /// The text; nothing for a picture or another binary file.
    pub fn text(&self) -> &str {
        str::from_utf8(&self.bytes).unwrap_or_default()
    }

    pub fn is_below(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file that git tracks or would offer to track, so that a new file is checked before it is
/// added.
pub fn repository() -> Vec<File> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    let list = String::from_utf8(output.stdout).expect("paths are UTF-8");
    let mut files = Vec::new();
    for path in list.split('\0').filter(|path| !path.is_empty()) {
        // A file that was deleted but is still in the index.
        if let Ok(bytes) = std::fs::read(root().join(path)) {
            files.push(File { path: path.to_owned(), bytes });
        }
    }
    assert!(files.len() > 50, "git lists only {} files", files.len());
    files
}

/// A planted sample.
pub fn sample(files: &[(&str, &str)]) -> Vec<File> {
    let file = |(path, text): &(&str, &str)| File {
        path: (*path).to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    files.iter().map(file).collect()
}

/// Fails with every finding on a line of its own.
#[track_caller]
pub fn holds(findings: &[String]) {
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

/// Fails unless the planted sample was found, and found as often as it was planted.
#[track_caller]
pub fn finds(findings: &[String], places: &[&str]) {
    assert_eq!(findings.len(), places.len(), "{findings:?}");
    for (finding, place) in findings.iter().zip(places) {
        assert!(finding.starts_with(place), "{finding:?} is not about {place:?}");
    }
}
