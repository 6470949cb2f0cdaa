//! What the repository may hold.

use crate::tree::{File, finds, holds, repository, sample};

const FILE_BYTES_MAX: usize = 1 << 20;

fn sizes(files: &[File]) -> Vec<String> {
    let big = files.iter().filter(|file| file.bytes.len() > FILE_BYTES_MAX);
    let big = big.filter(|file| !file.path.contains("fixtures/"));
    big.map(|file| format!("{}: {} bytes", file.path, file.bytes.len())).collect()
}

/// `name.rs` beside `name/`, never `mod.rs`, and no folder without its file.
fn modules(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_ending("rs") && file.path.contains("/src/")) {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or_default();
        let beside = format!("{folder}.rs");
        let is_root = folder.ends_with("/src") || folder.ends_with("/src/bin");
        if name == "mod.rs" || !(is_root || files.iter().any(|file| file.path == beside)) {
            findings.push(format!("{}: there is no {beside}", file.path));
        }
    }
    findings
}

#[test]
fn files_are_small_outside_of_fixtures() {
    holds(&sizes(&repository()));
}

#[test]
fn a_folder_has_its_file_beside_it() {
    holds(&modules(&repository()));
}

#[test]
fn planted_files_are_found() {
    let big = "x".repeat(FILE_BYTES_MAX + 1);
    let files = sample(&[
        ("portal/big.txt", &big),
        ("tests/fixtures/big.json", &big),
        ("shared/src/sync/mod.rs", ""),
        ("shared/src/wire/frame.rs", ""),
        ("shared/src/wire.rs", ""),
    ]);
    finds(&sizes(&files), &["portal/big.txt: 1048577 bytes"]);
    finds(&modules(&files), &["shared/src/sync/mod.rs"]);
}
