//! The dependency rule: which part of the source may name what. ARCHITECTURE.md says why.

use crate::code::{bare, without_tests, words};
use crate::imports::{is_in, paths_from, paths_upwards};
use crate::tree::{File, finds, holds, repository, sample};

/// Only these places may say these words.
struct Only {
    words: &'static [&'static str],
    /// Where the rule holds.
    within: &'static [&'static str],
    /// The exceptions: the places whose job it is.
    may: &'static [&'static str],
}

const ONLY: &[Only] = &[
    Only {
        words: &["automerge"],
        within: &["shared/src/", "portal/src/", "sync-server/src/"],
        may: &["shared/src/document.rs", "shared/src/document/"],
    },
    Only {
        words: &["web_sys"],
        within: &["portal/src/"],
        may: &[
            "portal/src/worker/browser.rs",
            "portal/src/worker/browser/",
            "portal/src/worker/checks",
            "portal/src/page/ui.rs",
            "portal/src/page/ui/",
        ],
    },
    Only {
        words: &["aes_gcm", "argon2", "chacha20poly1305", "subtle_crypto", "SubtleCrypto"],
        within: &["shared/src/", "portal/src/", "sync-server/src/"],
        // A device leaves sealing to the browser; the server has no browser to leave it to.
        may: &[
            "shared/src/vault.rs",
            "shared/src/vault/",
            "portal/src/worker/browser/crypto.rs",
            "sync-server/src/sealing.rs",
        ],
    },
    // Signatures of the clinic's programs are checked in one place, those of passkeys in another.
    Only {
        words: &["ring"],
        within: &["sync-server/src/", "shared/src/", "portal/src/"],
        may: &["sync-server/src/fhir/proof", "sync-server/src/passkey/key.rs"],
    },
    Only {
        words: &["rusqlite", "postgres", "tokio_postgres", "sqlx"],
        within: &["sync-server/src/", "shared/src/", "portal/src/"],
        may: &["sync-server/src/store/"],
    },
    // Pages ask and edit; they touch no network, disk, key or document.
    Only {
        words: &["gloo_net", "worker", "js_sys", "wasm_bindgen"],
        within: &["portal/src/page/pages/"],
        may: &[],
    },
    Only {
        words: &["local_storage", "session_storage", "fetch_with_request", "fetch_with_str"],
        within: &["portal/src/page/"],
        may: &["portal/src/page/ui/"],
    },
    // A part knows no record type and no wording.
    Only { words: &["shared", "i18n"], within: &["portal/src/page/ui/"], may: &[] },
    Only {
        words: &["sync_server", "axum", "tokio"],
        within: &["portal/src/", "shared/src/"],
        may: &[],
    },
    // The worker has no screens.
    Only { words: &["leptos"], within: &["portal/src/worker/"], may: &[] },
    Only {
        words: &["portal", "sync_server", "leptos", "js_sys", "web_sys", "wasm_bindgen"],
        within: &["shared/src/"],
        may: &[],
    },
];

/// These places may name only these parts of the core.
struct Parts {
    within: &'static [&'static str],
    parts: &'static [&'static str],
}

const PARTS: &[Parts] = &[
    // Of the vault what a person chooses: a name, a passphrase. Its keys are the worker's.
    Parts { within: &["portal/src/page"], parts: &["edit", "id", "time", "vault", "view"] },
    Parts {
        within: &["sync-server/src/hub"],
        parts: &["document::DocumentId", "document::gate", "id", "sync", "time", "wire"],
    },
];

/// Names that say what something is and open nothing: a courier may write them on the envelope.
const CARRIED: [&str; 9] = [
    "document::Actor",
    "document::ChangeHash",
    "document::DocumentId",
    "document::Kind",
    "document::gate",
    "record::Mark",
    "record::Step",
    // Of no record: the server's own list of who signed in where.
    "view::devices",
    // The same: its own list of links, whose content it cannot open.
    "view::shares",
];

/// Plain data that stands with what it belongs to and is named from below.
const PLAIN: [&str; 10] = [
    "document::ChangeHash",
    "document::DocumentId",
    "document::Kind",
    "document::REGISTER_BYTES_MAX",
    "edit::Audience",
    "edit::MESSAGE_CHARS_MAX",
    "sync::stored::OutboxItem",
    "sync::stored::PutInto",
    "wire::Sidecar",
    "wire::WhyRefused",
];

/// This module may not name those, which stand above it or beside it in the same crate.
const ORDER: &[(&str, &[&str])] = &[
    ("shared/src/record", &["edit", "sync", "vault", "view", "wire"]),
    ("shared/src/view", &["document", "sync", "vault", "wire"]),
    ("shared/src/edit", &["document", "sync", "vault", "wire"]),
    ("shared/src/document", &["edit", "record", "sync", "view", "wire"]),
    ("shared/src/id", &["document", "edit", "record", "sync", "vault", "view", "wire"]),
    ("shared/src/time", &["document", "edit", "record", "sync", "vault", "view", "wire"]),
    ("portal/src/page", &["worker", "clinic"]),
    ("portal/src/worker", &["page", "clinic"]),
    ("portal/src/clinic", &["worker", "bridge"]),
    // Which store it is, only those know who open it.
    ("sync-server/src/clinic", &["store::sqlite"]),
    ("sync-server/src/fhir", &["store::sqlite"]),
    ("sync-server/src/hub", &["store::sqlite"]),
    ("sync-server/src/routes", &["store::sqlite"]),
];

/// Only these open what a patient wrote; everything else on the server is a courier. `documents`
/// opens what the server itself writes.
const READERS: [&str; 12] = [
    // What the server itself tells a patient.
    "sync-server/src/activity.rs",
    "sync-server/src/clinic.rs",
    "sync-server/src/clinic/",
    "sync-server/src/demo.rs",
    "sync-server/src/demo/",
    "sync-server/src/documents.rs",
    "sync-server/src/fhir.rs",
    "sync-server/src/fhir/",
    "sync-server/src/projector.rs",
    "sync-server/src/projector/",
    // Tests write what the store is to carry.
    "sync-server/src/store/contract.rs",
    "sync-server/src/store/contract/",
];

fn rust(files: &[File]) -> impl Iterator<Item = (&File, String)> {
    let tests = ["/tests.rs", "/tests/", "/testing.rs", "/testing/"];
    let is_test = move |file: &File| tests.iter().any(|part| file.path.contains(part));
    let sources = files.iter().filter(move |file| file.has_ending("rs") && !is_test(file));
    sources.map(|file| (file, without_tests(&bare(file.text()))))
}

fn named_outside(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for (file, code) in rust(files) {
        for rule in
            ONLY.iter().filter(|rule| file.is_below(rule.within) && !file.is_below(rule.may))
        {
            for (line, word) in words(&code).filter(|(_, word)| rule.words.contains(word)) {
                let may = if rule.may.is_empty() { "nothing here" } else { rule.may[0] };
                findings.push(format!("{}:{line}: `{word}`: {may} may name it", file.path));
            }
        }
    }
    findings
}

fn parts_outside(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for (file, code) in rust(files) {
        for rule in PARTS.iter().filter(|rule| file.is_below(rule.within)) {
            for path in paths_from(&code, "shared") {
                if !rule.parts.iter().any(|part| is_in(&path, part)) {
                    let allowed = rule.parts.join(", ");
                    findings.push(format!("{}: shared::{path}: only {allowed}", file.path));
                }
            }
        }
    }
    findings
}

fn upwards(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for (file, code) in rust(files) {
        for (module, above) in ORDER {
            let own = [format!("{module}.rs"), format!("{module}/")];
            if !own.iter().any(|own| file.path.starts_with(own)) {
                continue;
            }
            let near = paths_upwards(&code, &module_of(&file.path));
            for path in paths_from(&code, "crate").into_iter().chain(near) {
                let above = above.iter().find(|above| is_in(&path, above));
                if let Some(above) = above.filter(|_| !PLAIN.contains(&path.as_str())) {
                    findings.push(format!("{}: {path} is of {above}, above it", file.path));
                }
            }
        }
    }
    findings
}

/// `record::allergy` of `shared/src/record/allergy.rs`, part by part.
fn module_of(path: &str) -> Vec<&str> {
    let inside = path.split_once("/src/").map_or("", |(_, inside)| inside);
    inside.trim_end_matches(".rs").split('/').filter(|part| *part != "lib").collect()
}

fn read_by_couriers(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for (file, code) in rust(files) {
        if !file.is_below(&["sync-server/src/"]) || file.is_below(&READERS) {
            continue;
        }
        for path in paths_from(&code, "shared") {
            let opens = ["document", "record", "view"].iter().any(|part| is_in(&path, part));
            if opens && !CARRIED.iter().any(|part| is_in(&path, part)) {
                findings.push(format!("{}: shared::{path}: the sync path only carries", file.path));
            }
        }
    }
    findings
}

#[test]
fn each_word_is_named_only_where_its_job_is_done() {
    holds(&named_outside(&repository()));
}

#[test]
fn pages_and_the_hub_name_only_their_parts_of_the_core() {
    holds(&parts_outside(&repository()));
}

#[test]
fn inside_the_core_nothing_names_what_stands_above_it() {
    holds(&upwards(&repository()));
}

#[test]
fn the_sync_path_carries_and_does_not_read() {
    holds(&read_by_couriers(&repository()));
}

#[test]
fn planted_names_are_found() {
    let files = sample(&[
        ("shared/src/sync.rs", "use automerge::Change;"),
        ("shared/src/document/chart.rs", "use automerge::Change;"),
        ("shared/src/view.rs", "// automerge in words\nlet text = \"automerge\";"),
        ("portal/src/page/pages/home.rs", "fn f() { web_sys::window(); gloo_net::http(); }"),
        ("portal/src/page/ui/button.rs", "use shared::view::Item;"),
        ("sync-server/src/hub.rs", "\nuse rusqlite::Connection;"),
        ("portal/src/page/pages/news.rs", "window().local_storage(); window().fetch_with_str(a);"),
        ("shared/src/id.rs", "#[cfg(test)]\nmod tests { use automerge::Change; }"),
    ]);
    finds(
        &named_outside(&files),
        &[
            "shared/src/sync.rs:1: `automerge`",
            "portal/src/page/pages/home.rs:1: `web_sys`",
            "portal/src/page/pages/home.rs:1: `gloo_net`",
            "portal/src/page/ui/button.rs:1: `shared`",
            "sync-server/src/hub.rs:2: `rusqlite`",
            "portal/src/page/pages/news.rs:1: `local_storage`",
            "portal/src/page/pages/news.rs:1: `fetch_with_str`",
        ],
    );
}

#[test]
fn planted_parts_are_found() {
    let files = sample(&[
        ("portal/src/page/session.rs", "use shared::{id::EntryId, view::{Ask, Answer}, wire};"),
        ("sync-server/src/hub/connection.rs", "use shared::document::gate; use shared::record::A;"),
        ("sync-server/src/routes/ticket.rs", "use shared::document::chart;"),
        (
            "shared/src/record/allergy.rs",
            "use crate::{id::EntryId, view::{Ask as Question, Answer,}, fhir};",
        ),
        ("sync-server/src/projector.rs", "use shared::document::journal;"),
        ("shared/src/record/mark.rs", "use super::super::{view::Ask, time::Day}; super::edit::f()"),
        ("shared/src/edit.rs", "fn f() { super::wire::frame() }"),
        ("sync-server/src/routes/ticket.rs", "use crate::store::{Store, sqlite::SqliteStore};"),
    ]);
    finds(
        &parts_outside(&files),
        &[
            "portal/src/page/session.rs: shared::wire",
            "sync-server/src/hub/connection.rs: shared::record",
        ],
    );
    finds(
        &upwards(&files),
        &[
            "shared/src/record/allergy.rs: view::Ask",
            "shared/src/record/allergy.rs: view::Answer",
            "shared/src/record/mark.rs: view::Ask",
            "shared/src/edit.rs: wire::frame",
            "sync-server/src/routes/ticket.rs: store::sqlite::SqliteStore",
        ],
    );
    finds(
        &read_by_couriers(&files),
        &[
            "sync-server/src/hub/connection.rs: shared::record",
            "sync-server/src/routes/ticket.rs: shared::document",
        ],
    );
}
