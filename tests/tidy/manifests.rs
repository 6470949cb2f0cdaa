//! One list of versions, one list of lints, and profiles that keep what the design relies on.

use crate::code::bare;
use crate::tree::{File, finds, holds, repository, sample};

/// The lines of one `[section]`, without comments.
pub fn section<'a>(manifest: &'a str, name: &str) -> Vec<&'a str> {
    let header = format!("[{name}]");
    let lines = manifest.lines().map(|line| line.split(" #").next().unwrap_or_default().trim());
    let inside = lines.skip_while(move |line| *line != header).skip(1);
    inside.take_while(|line| !line.starts_with('[')).filter(|line| !line.is_empty()).collect()
}

fn root(files: &[File]) -> &str {
    files.iter().find(|file| file.path == "Cargo.toml").map_or("", File::text)
}

/// The packages that the root lists; a tool's own workspace has its own rules.
fn members(files: &[File]) -> impl Iterator<Item = &File> {
    let list = root(files).split_once("members = [").map_or("", |(_, rest)| rest);
    let list = list.split(']').next().unwrap_or_default();
    files.iter().filter(move |file| {
        let package = file.path.strip_suffix("/Cargo.toml");
        package.is_some_and(|package| list.contains(&format!("\"{package}\"")))
    })
}

const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Members name a dependency, in a table that the rules read; its version stands in the root.
fn versions(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in members(files) {
        for kind in KINDS {
            for line in section(file.text(), kind) {
                if has_own_version(line) {
                    findings.push(format!("{}: {line}: its version goes into the root", file.path));
                }
            }
        }
        for line in file.text().lines().filter(|line| is_other_table(line)) {
            findings.push(format!("{}: {line}: no rule reads this table", file.path));
        }
        if section(file.text(), "lints") != ["workspace = true"] {
            findings.push(format!("{}: it does not take the workspace's lints", file.path));
        }
    }
    findings
}

fn has_own_version(line: &str) -> bool {
    let (_, value) = line.split_once('=').unwrap_or_default();
    ["version", "path =", "git ="].iter().any(|word| line.contains(word))
        || value.trim_start().starts_with(['"', '\''])
}

/// `[target.….dependencies]` and `[dependencies.name]` say the same as a line, past every rule.
fn is_other_table(line: &str) -> bool {
    let header = line.split(['#', ']']).next().unwrap_or_default();
    let names = header.strip_prefix('[').map(str::trim).filter(|name| !KINDS.contains(name));
    names.is_some_and(|name| name.contains("dependencies"))
}

/// A version in the list that no member uses.
fn unlisted(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for line in section(root(files), "workspace.dependencies") {
        let name = line.split([' ', '=']).next().unwrap_or_default();
        let is_named = |file: &File| {
            let spelled = [format!("{name}.workspace"), format!("{name} = {{ workspace")];
            spelled.iter().any(|spelled| file.text().contains(spelled))
        };
        if !members(files).any(is_named) && !name.starts_with('#') {
            findings.push(format!("Cargo.toml: no member uses {name}"));
        }
    }
    findings
}

fn profiles(files: &[File]) -> Vec<String> {
    let wanted = [
        (
            "profile.release",
            "panic = \"unwind\"",
            "a panic on foreign bytes must end one session only",
        ),
        ("profile.dist-wasm", "lto = \"fat\"", "without it the portal is a fifth larger"),
        ("profile.dist-wasm", "panic = \"abort\"", "unwinding tables travel to phones"),
        ("workspace.lints.rust", "unsafe_code = \"forbid\"", "nothing here needs it"),
        ("workspace.lints.clippy", "unwrap_used = \"deny\"", "`expect` says why it cannot fail"),
    ];
    let is_missing =
        |(name, line, _): &&(&str, &str, &str)| !section(root(files), name).contains(line);
    let missing = wanted.iter().filter(is_missing);
    missing.map(|(name, line, why)| format!("Cargo.toml: [{name}] lacks {line}: {why}")).collect()
}

/// `#![allow(…)]` takes a whole file out of the list of lints, and clippy's `allow_attributes` looks
/// only at what stands before one item.
fn allowed_by_themselves(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_ending("rs")) {
        let code = bare(file.text());
        for (place, _) in code.match_indices("#![") {
            let attribute = code[place..].split(']').next().unwrap_or_default();
            if attribute.contains("allow") {
                let line = code[..place].matches('\n').count() + 1;
                findings.push(format!("{}:{line}: a file with lints of its own", file.path));
            }
        }
    }
    findings
}

/// `cdylib` beside `rlib` loses link-time optimisation without a word.
fn crate_types(files: &[File]) -> Vec<String> {
    let loses = members(files).filter(|file| file.text().contains("cdylib"));
    loses.map(|file| format!("{}: a `bin` keeps LTO, `cdylib` may lose it", file.path)).collect()
}

#[test]
fn versions_and_lints_stand_in_one_place() {
    holds(&versions(&repository()));
    holds(&unlisted(&repository()));
    holds(&allowed_by_themselves(&repository()));
}

#[test]
fn profiles_keep_what_the_design_relies_on() {
    holds(&profiles(&repository()));
    holds(&crate_types(&repository()));
}

#[test]
fn planted_manifests_are_found() {
    let lints = "[lints]\nworkspace = true\n";
    let own = format!(
        "[lib]\ncrate-type = [\"cdylib\"]\n[dependencies]\na = \"1\" # version\n\
        b = {{ version = \"1\" }}\nc.workspace = true\n[dependencies.e]\n\
        [target.\"cfg(unix)\".dependencies]\n{lints}"
    );
    let files = sample(&[
        (
            "Cargo.toml",
            "members = [\"x\", \"y\"]\n[workspace.dependencies]\nc = \"1\"\nd = \"1\"\n[profile.release]\n",
        ),
        ("x/Cargo.toml", &own),
        ("y/Cargo.toml", "[dependencies]\n"),
    ]);
    finds(
        &versions(&files),
        &[
            "x/Cargo.toml: a = ",
            "x/Cargo.toml: b = ",
            "x/Cargo.toml: [dependencies.e]",
            "x/Cargo.toml: [target.",
            "y/Cargo.toml: it does not take",
        ],
    );
    finds(&unlisted(&files), &["Cargo.toml: no member uses d"]);
    assert_eq!(profiles(&files).len(), 5);
    finds(&crate_types(&files), &["x/Cargo.toml"]);
    let allows = "//! `#![allow(a)]` in words.\n#![warn(b)]\n#![allow(\n    c\n)]\n#[expect(d)]";
    finds(&allowed_by_themselves(&sample(&[("a.rs", allows)])), &["a.rs:3: "]);
}
