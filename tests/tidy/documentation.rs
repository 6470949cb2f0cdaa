//! Every file says its job in its first line, and documents lead where they say.

use crate::tree::{File, finds, holds, repository, sample};

/// Written by others and kept as it came.
const FOREIGN: [&str; 2] = ["/vendor/", "/fixtures/"];

fn first_lines(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| !FOREIGN.iter().any(|part| file.path.contains(part))) {
        let start = match file.path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("rs") => "//! ",
            Some("js") => "// ",
            Some("css") => "/* ",
            Some("sql") => "-- ",
            _ => continue,
        };
        let first = file.text().lines().next().unwrap_or_default();
        if !first.starts_with(start) || first.len() < start.len() + 10 {
            findings.push(format!("{}: its first line does not say its job", file.path));
        }
    }
    findings
}

/// Links to files of the repository in its documents.
fn links(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_ending("md")) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (_, rest) in
            file.text().match_indices("](").map(|(place, _)| file.text().split_at(place + 2))
        {
            let link = rest.split([')', '#', ' ']).next().unwrap_or_default();
            if link.is_empty() || link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let target = joined(folder, link);
            let is_there = |known: &File| {
                known.path == target || known.path.starts_with(&format!("{target}/"))
            };
            if !files.iter().any(is_there) {
                findings.push(format!("{}: there is no {target}", file.path));
            }
        }
    }
    findings
}

fn joined(folder: &str, link: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// `docs/decisions/NNNN-title.md`, each number once, each with its three parts.
fn decisions(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut numbers = Vec::new();
    for file in files {
        let Some(name) = file.path.strip_prefix("docs/decisions/") else {
            continue;
        };
        let number = name.get(..4).unwrap_or_default();
        if number.parse::<u32>().is_err() || numbers.contains(&number) {
            findings.push(format!("{}: its number is missing or taken", file.path));
        }
        numbers.push(number);
        let parts = ["**Context.**", "**Decision.**", "**Cost.**"];
        if !parts.iter().all(|part| file.text().contains(part)) {
            findings.push(format!("{}: it needs context, decision and cost", file.path));
        }
    }
    findings
}

/// A newcomer's map of the folders names each of them, and each module of the three crates.
fn map(files: &[File]) -> Vec<String> {
    let found = files.iter().find(|file| file.path == "ARCHITECTURE.md");
    let map = found.and_then(|file| file.text().split("\n## Folders\n").nth(1));
    let map = map.and_then(|rest| rest.split("\n## ").next()).unwrap_or_default();
    let names: Vec<_> = map.split(|c: char| c.is_whitespace() || c == ',').collect();
    let is_named = |name: &str| names.contains(&name);
    let mut findings = Vec::new();
    for file in files {
        let parts: Vec<_> = file.path.split('/').collect();
        let missing = match parts[..] {
            [folder, _, ..] if folder.starts_with('.') => None,
            ["shared" | "sync-server", "src", "lib.rs"] => None,
            ["shared" | "sync-server", "src", module] => Some(module.trim_end_matches(".rs")),
            [folder, _] => Some(folder),
            _ => None,
        };
        if let Some(name) = missing.filter(|name| !is_named(name) && !is_named(&format!("{name}/")))
        {
            findings.push(format!("{}: ARCHITECTURE's folders do not name {name}", file.path));
        }
    }
    findings
}

#[test]
fn every_file_says_its_job_in_its_first_line() {
    holds(&first_lines(&repository()));
}

#[test]
fn documents_lead_where_they_say() {
    holds(&links(&repository()));
}

#[test]
fn the_map_of_the_folders_leaves_none_out() {
    holds(&map(&repository()));
}

#[test]
fn decisions_are_numbered_and_whole() {
    holds(&decisions(&repository()));
}

#[test]
fn planted_gaps_are_found() {
    let files = sample(&[
        ("a.rs", "use std::fs;\n"),
        ("b.rs", "//! Says what it is for.\n"),
        ("c.css", ".row { }"),
        ("docs/a.md", "[b](b.md) [a](../a.rs) [out](https://example.org) [x](#here)"),
        ("ARCHITECTURE.md", "\n## Folders\ndocs/  time, id\n## More\nshared/ sealing"),
        ("shared/src/id.rs", ""),
        ("shared/src/sealing.rs", ""),
        ("fuzz/Cargo.toml", ""),
        ("docs/decisions/0001-a.md", "**Context.** **Decision.** **Cost.**"),
        ("docs/decisions/0001-b.md", "**Context.** **Decision.**"),
    ]);
    finds(
        &first_lines(&files),
        &["a.rs: ", "c.css: ", "shared/src/id.rs: ", "shared/src/sealing.rs: "],
    );
    finds(&map(&files), &["shared/src/sealing.rs: ", "fuzz/Cargo.toml: "]);
    finds(&links(&files), &["docs/a.md: there is no docs/b.md"]);
    finds(&decisions(&files), &["docs/decisions/0001-b.md", "docs/decisions/0001-b.md"]);
}
