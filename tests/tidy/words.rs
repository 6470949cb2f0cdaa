//! Words that promise a thing for later, hide what a module is for, or frighten a patient.

use crate::code::{bare, words};
use crate::tree::{File, finds, holds, repository, sample};

/// Nothing unfinished is called done. Taken apart here, so that this file passes its own rule.
const LATER: [&str; 8] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
    concat!("to", "do!"),
    concat!("unimplem", "ented!"),
    concat!("to", "do:"),
    concat!("fix", "me"),
];
/// A module has one job; these names have none.
const NO_NAMES: [&str; 8] =
    ["common", "helper", "helpers", "manager", "misc", "mod", "util", "utils"];
/// Words of programs, not of people; and clinical words that have a plain one.
const NOT_FOR_PATIENTS: [&str; 12] = [
    "cache",
    "error",
    "failed to fetch",
    "immunization",
    "immunizations",
    "invalid",
    "medication",
    "medications",
    "queue",
    "server",
    "sync",
    "synced",
];

fn for_later(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    let sources = files.iter().filter(|file| !file.path.contains("/vendor/"));
    // In Spanish one of these words is "everything".
    let texts = ["/fixtures/", "portal/locales/"];
    for file in sources.filter(|file| !texts.iter().any(|place| file.path.contains(place))) {
        for (index, line) in file.text().lines().enumerate() {
            let Some(word) = LATER.iter().find(|word| has_word(line, word)) else {
                continue;
            };
            // The list of lints forbids the very words.
            if file.path != "Cargo.toml" {
                findings.push(format!("{}:{}: `{word}`", file.path, index + 1));
            }
        }
    }
    findings
}

/// What a program says in place of doing it. Errors that say so in other ways are not seen.
const NOT_DONE: [&str; 6] =
    ["not written", "not implemented", "unimplemented", "not done", "not supported yet", "for now"];

fn in_place_of_work(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_ending("rs")) {
        for macro_name in ["panic!(", "unreachable!("] {
            for (place, _) in file.text().match_indices(macro_name) {
                let said = file.text()[place..].split(");").next().unwrap_or_default();
                let said = said.to_lowercase();
                if NOT_DONE.iter().any(|words| said.contains(words)) {
                    let line = file.text()[..place].matches('\n').count() + 1;
                    findings.push(format!("{}:{line}: {said}", file.path));
                }
            }
        }
    }
    findings
}

/// A test that waits for somebody to ask proves nothing. What a machine or a user cannot do is left out
/// at its run, with the reason (docs/decisions/0158-what-may-be-left-out.md).
fn tests_that_wait(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_ending("rs")) {
        let code = bare(file.text());
        for (line, _) in words(&code).filter(|(_, word)| *word == "ignore") {
            findings.push(format!("{}:{line}: a test is left out", file.path));
        }
    }
    findings
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(place, _)| {
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let before = line[..place].chars().next_back();
        let after = line[place + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

fn names(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_ending("rs")) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        if NO_NAMES.iter().any(|bad| name == format!("{bad}.rs")) {
            findings.push(format!("{}: what is its job?", file.path));
        }
        let code = bare(file.text());
        let code_words: Vec<(usize, &str)> = words(&code).collect();
        for pair in code_words.windows(2) {
            let [(_, first), (line, second)] = pair else {
                continue;
            };
            if *first == "fn" && second.starts_with("get_") {
                findings.push(format!("{}:{line}: `{second}`: drop the `get_`", file.path));
            }
            if *first == "mod" && NO_NAMES.contains(second) {
                findings.push(format!("{}:{line}: what is the job of `{second}`?", file.path));
            }
        }
    }
    findings
}

/// What patients read, in English. Other languages are translations of it.
fn for_patients(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path == "portal/locales/en.json") {
        for line in file.text().lines() {
            let Some((key, text)) = line.split_once("\": ") else {
                continue;
            };
            let text = text.to_lowercase();
            for word in NOT_FOR_PATIENTS.iter().filter(|word| has_word(&text, word)) {
                findings.push(format!("{}: `{word}` in {}", file.path, key.trim_start()));
            }
        }
    }
    findings
}

#[test]
fn nothing_is_left_for_later() {
    holds(&for_later(&repository()));
}

#[test]
fn nothing_is_said_in_place_of_work() {
    holds(&in_place_of_work(&repository()));
}

#[test]
fn every_test_is_run() {
    holds(&tests_that_wait(&repository()));
}

#[test]
fn names_say_the_job() {
    holds(&names(&repository()));
}

#[test]
fn patients_read_plain_words() {
    holds(&for_patients(&repository()));
}

#[test]
fn planted_words_are_found() {
    let later = format!("// {}: later\nlet a = 1; // toDOne\n", LATER[0]);
    let files = sample(&[
        ("a.rs", &later),
        ("b.rs", &format!("fn f() {{ {}() }}", LATER[4])),
        ("b.css", &format!("/* {} a colour */", LATER[6])),
        ("portal/src/utils.rs", "fn get_name() {}"),
        ("c.rs", "mod helpers;"),
        ("d.rs", concat!("fn f() {\n    unreach", "able!(\"Not written yet\");\n}")),
        ("e.rs", concat!("fn f() { pan", "ic!(\n\"not implemented: {a}\"); }")),
        ("f.rs", concat!("fn f() { unreach", "able!(\"the loop takes it before\"); }")),
        ("g.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}"),
        ("h.rs", "#[cfg_attr(debug_assertions, ignore)]\nfn f() { \"ignore\"; }"),
        ("portal/locales/en.json", "{\n\"a\": \"A sync error.\",\n\"sync\": \"Synchrony\"\n}"),
    ]);
    finds(&for_later(&files), &["a.rs:1: ", "b.rs:1: ", "b.css:1: "]);
    finds(&in_place_of_work(&files), &["d.rs:2: ", "e.rs:1: "]);
    finds(&tests_that_wait(&files), &["g.rs:2: ", "h.rs:1: "]);
    finds(&names(&files), &["portal/src/utils.rs", "portal/src/utils.rs:1", "c.rs:1"]);
    finds(
        &for_patients(&files),
        &["portal/locales/en.json: `error`", "portal/locales/en.json: `sync`"],
    );
}
