//! What each package may depend on, and that it uses what it names.

use std::collections::{BTreeMap, BTreeSet};

use crate::code::{bare, words};
use crate::licences::Metadata;
use crate::manifests::section;
use crate::tree::{File, finds, holds, repository, sample};

/// The core does no I/O, so everything it may use is listed here with what it is for.
const OF_THE_CORE: &[(&str, &str)] = &[
    ("argon2", "a passphrase becomes keys"),
    ("automerge", "documents, where the feature of that name asks for it: not on a device"),
    ("flate2", "the gate inflates compressed changes and columns before anybody else reads them"),
    ("hmac", "receipts and keys"),
    ("minicbor", "the wire and stored rows"),
    ("serde", "messages between page and worker, FHIR"),
    ("serde_json", "FHIR keeps its original text"),
    ("sha2", "hashes"),
    ("thiserror", "errors"),
];
/// Leptos's own family, which may depend on itself.
const LEPTOS: [&str; 2] = ["leptos", "leptos_router"];

fn names(manifest: &str, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut depth = 0_i32;
    for line in section(manifest, kind) {
        // The inside of a list that goes over several lines names features.
        if depth == 0 && !line.starts_with('#') {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            found.push(name.to_owned());
        }
        let count = |letter| i32::try_from(line.matches(letter).count()).unwrap_or(0);
        depth += count('[') + count('{') - count(']') - count('}');
    }
    found
}

fn core(files: &[File]) -> Vec<String> {
    let manifest = files.iter().find(|file| file.path == "shared/Cargo.toml");
    let named = names(manifest.map_or("", File::text), "dependencies");
    let known = |name: &String| OF_THE_CORE.iter().any(|(known, _)| known == name);
    named
        .iter()
        .filter(|name| !known(name))
        .map(|name| format!("shared/Cargo.toml: {name}"))
        .collect()
}

fn unused(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for manifest in files.iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        let package = manifest.path.trim_end_matches("Cargo.toml");
        let mut said = BTreeSet::new();
        for file in
            files.iter().filter(|file| file.has_ending("rs") && file.path.starts_with(package))
        {
            said.extend(words(&bare(file.text())).map(|(_, word)| word.to_owned()));
        }
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for name in names(manifest.text(), kind) {
                if !said.contains(&name.replace('-', "_")) {
                    findings.push(format!("{}: nobody uses {name}", manifest.path));
                }
            }
        }
    }
    findings
}

/// The library is half of what a device would download, and the device does without it: the portal
/// gets the core as it comes, and the core does not come with it.
fn automerge_on_a_device(files: &[File]) -> Vec<String> {
    let manifest = |path: &str| files.iter().find(|file| file.path == path).map_or("", File::text);
    let mut findings = Vec::new();
    let mut ask = |path: &str, kind: &str, start: &str, line: &str| {
        let found = section(manifest(path), kind).into_iter().find(|it| it.starts_with(start));
        if found != Some(line) {
            findings.push(format!("{path}: {start}: `{line}` is what keeps automerge away"));
        }
    };
    ask("portal/Cargo.toml", "dependencies", "shared", "shared.workspace = true");
    ask("Cargo.toml", "workspace.dependencies", "shared", "shared = { path = \"shared\" }");
    let optional = "automerge = { workspace = true, optional = true }";
    ask("shared/Cargo.toml", "dependencies", "automerge", optional);
    let features = section(manifest("shared/Cargo.toml"), "features");
    if features.iter().any(|line| line.starts_with("default")) {
        findings.push("shared/Cargo.toml: features that come by themselves".to_owned());
    }
    findings
}

/// Everything that a package brings along, itself left out.
fn closure<'a>(depends: &'a BTreeMap<String, Vec<String>>, of: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = depends.get(of).into_iter().flatten().map(String::as_str).collect();
    while let Some(name) = open.pop() {
        if found.insert(name) {
            open.extend(depends.get(name).into_iter().flatten().map(String::as_str));
        }
    }
    found
}

/// What is built on Leptos follows its versions late and grows the page unseen.
fn built_on_leptos(depends: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let direct = depends.get("portal").into_iter().flatten();
    let others = direct.filter(|name| !LEPTOS.contains(&name.as_str()));
    let on_leptos = others.filter(|name| closure(depends, name).contains("leptos"));
    on_leptos.map(|name| format!("portal: {name} depends on Leptos")).collect()
}

/// The portal and the server meet on the wire only, and the core stands alone.
fn of_ours(depends: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let may_not = [
        ("portal", "sync-server"),
        ("sync-server", "portal"),
        ("shared", "portal"),
        ("shared", "sync-server"),
    ];
    let breaks =
        may_not.iter().filter(|(package, other)| closure(depends, package).contains(other));
    breaks.map(|(package, other)| format!("{package} depends on {other}")).collect()
}

#[test]
fn the_core_uses_only_what_is_listed() {
    holds(&core(&repository()));
}

#[test]
fn the_portal_is_built_without_automerge() {
    holds(&automerge_on_a_device(&repository()));
}

#[test]
fn what_is_named_is_used() {
    holds(&unused(&repository()));
}

#[test]
fn nothing_in_the_portal_is_built_on_leptos_and_ours_stay_apart() {
    let depends = Metadata::read().depends;
    assert!(
        closure(&depends, "portal").contains("leptos"),
        "the portal's dependencies are not read"
    );
    holds(&built_on_leptos(&depends));
    holds(&of_ours(&depends));
}

#[test]
fn planted_dependencies_are_found() {
    let files = sample(&[
        (
            "shared/Cargo.toml",
            "[dependencies]\nautomerge.workspace = true\ntokio.workspace = true\n",
        ),
        ("shared/src/lib.rs", "use automerge::Change; // tokio"),
        (
            "portal/Cargo.toml",
            "[dependencies]\nweb-sys = { workspace = true, features = [\n\"A\",\n] }\n",
        ),
        ("portal/src/lib.rs", "use web_sys::window;"),
    ]);
    finds(&core(&files), &["shared/Cargo.toml: tokio"]);
    finds(&unused(&files), &["shared/Cargo.toml: nobody uses tokio"]);
    let asks = sample(&[
        ("Cargo.toml", "[workspace.dependencies]\nshared = { path = \"shared\" }\n"),
        (
            "portal/Cargo.toml",
            "[dependencies]\nshared = { workspace = true, features = [\"automerge\"] }\n",
        ),
        (
            "shared/Cargo.toml",
            "[features]\ndefault = [\"automerge\"]\n[dependencies]\nautomerge.workspace = true\n",
        ),
    ]);
    finds(
        &automerge_on_a_device(&asks),
        &[
            "portal/Cargo.toml: shared",
            "shared/Cargo.toml: automerge",
            "shared/Cargo.toml: features",
        ],
    );
    let row = |name: &str, of: &[&str]| {
        (name.to_owned(), of.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    };
    let depends = BTreeMap::from([
        row("portal", &["leptos", "leptos-use", "shared"]),
        row("leptos-use", &["leptos"]),
        row("shared", &["sync-server"]),
    ]);
    finds(&built_on_leptos(&depends), &["portal: leptos-use"]);
    finds(&of_ours(&depends), &["portal depends on sync-server", "shared depends on sync-server"]);
}
