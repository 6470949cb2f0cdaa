//! Of no crate are there two versions in the programs for the browser, but for those that deny.toml names.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::licences::{deny, list};
use crate::tree::{finds, holds, root};

/// What cargo knows of packages as they are chosen for the browser.
fn metadata() -> Value {
    let cargo = std::env::var("CARGO").expect("cargo runs the tests");
    let words = ["metadata", "--offline", "--locked", "--format-version", "1"];
    let platform = ["--filter-platform", "wasm32-unknown-unknown"];
    let output = Command::new(cargo).args(words).args(platform).current_dir(root()).output();
    let output = output.expect("cargo starts");
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "`cargo fetch --locked` first: {why}");
    serde_json::from_slice(&output.stdout).expect("cargo writes JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn all(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What is linked into a package's program: with versions, without macros and what only builds or tests.
fn linked(all_of_it: &Value, into: &str) -> BTreeMap<String, BTreeSet<String>> {
    let packages: BTreeMap<_, _> =
        all(&all_of_it["packages"]).map(|package| (text(&package["id"]), package)).collect();
    let nodes: BTreeMap<_, _> =
        all(&all_of_it["resolve"]["nodes"]).map(|node| (text(&node["id"]), node)).collect();
    let is_macro = |id: &str| {
        let targets = packages.get(id).into_iter().flat_map(|package| all(&package["targets"]));
        targets.flat_map(|target| all(&target["kind"])).any(|kind| kind == "proc-macro")
    };
    let first = packages.iter().filter(|(_, package)| package["name"] == into);
    let mut open: Vec<&str> = first.map(|(id, _)| *id).collect();
    let (mut seen, mut found) = (BTreeSet::new(), BTreeMap::<String, BTreeSet<String>>::new());
    while let Some(id) = open.pop() {
        if is_macro(id) || !seen.insert(id) {
            continue;
        }
        if let Some(package) = packages.get(id) {
            let versions = found.entry(text(&package["name"]).to_owned()).or_default();
            versions.insert(text(&package["version"]).to_owned());
        }
        for needed in nodes.get(id).into_iter().flat_map(|node| all(&node["deps"])) {
            if all(&needed["dep_kinds"]).any(|how| how["kind"].is_null()) {
                open.push(text(&needed["pkg"]));
            }
        }
    }
    found
}

fn duplicates(linked: &BTreeMap<String, BTreeSet<String>>, skipped: &[String]) -> Vec<String> {
    let twice = linked.iter().filter(|(_, versions)| versions.len() > 1);
    let mut findings: Vec<_> = twice
        .filter(|(name, _)| !skipped.contains(name))
        .map(|(name, versions)| format!("{name}: {versions:?} are in the programs for the browser"))
        .collect();
    let is_once = |name: &&String| linked.get(*name).is_none_or(|versions| versions.len() < 2);
    let over = skipped.iter().filter(is_once);
    findings
        .extend(over.map(|name| format!("{name}: deny.toml skips it, and there is one version")));
    findings
}

#[test]
fn of_no_crate_are_two_versions_in_the_browser() {
    let linked = linked(&metadata(), "portal");
    assert!(linked.len() > 100, "only {} packages are found", linked.len());
    holds(&duplicates(&linked, &list(&deny(), "skip")));
}

#[test]
fn planted_duplicates_are_found() {
    let package = |name: &str, version: &str, kind: &str| {
        serde_json::json!({
            "id": format!("{name} {version}"), "name": name, "version": version,
            "targets": [{ "kind": [kind] }],
        })
    };
    let needs = |id: &str, needed: &[(&str, Option<&str>)]| {
        let deps: Vec<_> = needed
            .iter()
            .map(|(pkg, kind)| serde_json::json!({ "pkg": pkg, "dep_kinds": [{ "kind": kind }] }))
            .collect();
        serde_json::json!({ "id": id, "deps": deps })
    };
    let metadata = serde_json::json!({
        "packages": [
            package("portal", "0.1.0", "bin"), package("twice", "1.0.0", "lib"),
            package("twice", "2.0.0", "lib"), package("macros", "1.0.0", "proc-macro"),
            package("built", "1.0.0", "lib"), package("built", "2.0.0", "lib"),
        ],
        "resolve": { "nodes": [
            needs("portal 0.1.0", &[("twice 1.0.0", None), ("macros 1.0.0", None), ("built 1.0.0", None)]),
            needs("twice 1.0.0", &[("twice 2.0.0", None), ("built 2.0.0", Some("build"))]),
            needs("macros 1.0.0", &[("built 2.0.0", None)]),
        ] },
    });
    let linked = linked(&metadata, "portal");
    finds(&duplicates(&linked, &[]), &["twice"]);
    finds(&duplicates(&linked, &["twice".to_owned()]), &[]);
    finds(&duplicates(&linked, &["twice".to_owned(), "built".to_owned()]), &["built"]);
}
