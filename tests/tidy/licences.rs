//! What deny.toml allows, checked against every package in the lock file without an extra tool.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::tree::{finds, holds, root};

/// One package of the lock file.
pub struct Package {
    name: String,
    licence: String,
    source: String,
}

/// What cargo knows about all packages.
pub struct Metadata {
    pub packages: Vec<Package>,
    /// Which packages each one names, tests and build scripts left out.
    pub depends: BTreeMap<String, Vec<String>>,
}

impl Metadata {
    pub fn read() -> Self {
        let cargo = std::env::var("CARGO").expect("cargo runs the tests");
        let words = ["metadata", "--offline", "--locked", "--format-version", "1"];
        let output = Command::new(cargo).args(words).current_dir(root()).output();
        let output = output.expect("cargo starts");
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "`cargo fetch --locked` first: {why}");
        let all: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
        Self::of(&all)
    }

    fn of(all: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut packages = Vec::new();
        let mut depends = BTreeMap::new();
        for package in all["packages"].as_array().into_iter().flatten() {
            let name = text(&package["name"]);
            let named = package["dependencies"].as_array().into_iter().flatten();
            let named = named.filter(|named| named["kind"].is_null() && named["optional"] != true);
            depends.insert(name.clone(), named.map(|named| text(&named["name"])).collect());
            let (licence, source) = (text(&package["license"]), text(&package["source"]));
            packages.push(Package { name, licence, source });
        }
        Self { packages, depends }
    }
}

/// The texts of one list in deny.toml.
pub fn list(deny: &str, name: &str) -> Vec<String> {
    let Some((_, rest)) = deny.split_once(&format!("\n{name} = [")) else {
        return Vec::new();
    };
    let inside = rest.split("\n]").next().unwrap_or_default();
    let mut found = Vec::new();
    for line in inside.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        // A row with a name and a reason, or a plain text.
        let text = line.split_once("name = ").map_or(line, |(_, rest)| rest);
        found.extend(text.split('"').nth(1).map(str::to_owned));
    }
    found
}

/// An SPDX expression: `AND` needs both, `OR` (once written `/`) needs one, `WITH` adds a permission.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let plain = expression.replace(" / ", " OR ").replace('/', " OR ");
    let mut words: Vec<&str> = Vec::new();
    for word in plain.split_whitespace() {
        let inside = word.trim_matches(['(', ')']);
        words.extend(word.starts_with('(').then_some("("));
        words.push(inside);
        words.extend(word.ends_with(')').then_some(")"));
    }
    let mut place = 0;
    let value = any(&words, &mut place, allowed);
    value && place == words.len()
}

fn any(words: &[&str], place: &mut usize, allowed: &[String]) -> bool {
    let mut value = all(words, place, allowed);
    while words.get(*place) == Some(&"OR") {
        *place += 1;
        value |= all(words, place, allowed);
    }
    value
}

fn all(words: &[&str], place: &mut usize, allowed: &[String]) -> bool {
    let mut value = one(words, place, allowed);
    while words.get(*place) == Some(&"AND") {
        *place += 1;
        value &= one(words, place, allowed);
    }
    value
}

fn one(words: &[&str], place: &mut usize, allowed: &[String]) -> bool {
    let word = words.get(*place).copied().unwrap_or_default();
    *place += 1;
    if word == "(" {
        let value = any(words, place, allowed);
        *place += 1;
        return value;
    }
    if words.get(*place) == Some(&"WITH") {
        *place += 2;
    }
    allowed.iter().any(|licence| licence == word)
}

/// Linked into tests only, so its terms reach nobody who runs Satchel.
const MPL_IN_TESTS: &str = "webdriver";

fn licences(packages: &[Package], deny: &str) -> Vec<String> {
    let allowed = list(deny, "allow");
    let others = packages.iter().filter(|package| !package.source.is_empty());
    let wrong = others.filter(|package| {
        let is_exception = package.name == MPL_IN_TESTS && deny.contains("crate = \"webdriver\"");
        !is_exception && !is_allowed(&package.licence, &allowed)
    });
    wrong.map(|package| format!("{}: {:?}", package.name, package.licence)).collect()
}

fn banned(packages: &[Package], deny: &str) -> Vec<String> {
    let banned = list(deny, "deny");
    let found = packages.iter().filter(|package| banned.contains(&package.name));
    found.map(|package| format!("{} is banned by deny.toml", package.name)).collect()
}

fn sources(packages: &[Package]) -> Vec<String> {
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let foreign = |source: &str| !source.is_empty() && source != registry;
    let found = packages.iter().filter(|package| foreign(&package.source));
    found.map(|package| format!("{} comes from {}", package.name, package.source)).collect()
}

pub fn deny() -> String {
    std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml is there")
}

#[test]
fn every_package_is_allowed() {
    let packages = Metadata::read().packages;
    assert!(packages.len() > 100, "cargo lists only {} packages", packages.len());
    holds(&licences(&packages, &deny()));
    holds(&banned(&packages, &deny()));
    holds(&sources(&packages));
}

#[test]
fn planted_packages_are_found() {
    let package = |name: &str, licence: &str, source: &str| Package {
        name: name.to_owned(),
        licence: licence.to_owned(),
        source: source.to_owned(),
    };
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let packages = [
        package("good", "MIT OR GPL-3.0", registry),
        package("both", "MIT AND GPL-3.0", registry),
        package("openssl", "(MIT OR Apache-2.0) AND Unicode-3.0", registry),
        package("silent", "", "git+https://example.org"),
        package("llvm", "Apache-2.0 WITH LLVM-exception/GPL-2.0", registry),
    ];
    finds(&licences(&packages, &deny()), &["both", "silent"]);
    finds(&banned(&packages, &deny()), &["openssl"]);
    finds(&sources(&packages), &["silent"]);
}
