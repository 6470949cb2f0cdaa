//! Unit tests of the adapters, run in a real browser: what IndexedDB, WebCrypto and Web Locks do
//! here is what the product relies on.

mod disk;
mod faults;
mod mutations;
mod page;
mod photos;
mod sealing;
mod tabs;
mod writes;

use std::future::Future;

use js_sys::global;
use shared::document::{DocumentId, Kind};
use shared::id::{EntryId, PatientId, Rng};
use shared::sync::stored::{OutboxItem, PutInto, Stored};
use shared::time::Timestamp;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

use super::browser::random::Browser;

type Outcome = Result<(), String>;

/// Says a line for each check and `end` after the last.
pub async fn run() {
    if writes::is_asked_for() {
        return writes::run().await;
    }
    say("a row opens under its own name", sealing::opens_under_its_own_name()).await;
    say("a moved row does not open", sealing::moved_does_not_open()).await;
    say("a row with any flipped bit does not open", sealing::flipped_does_not_open()).await;
    say("a row of an unknown format does not open", sealing::unknown_format()).await;
    say("nothing readable reaches the disk", sealing::nothing_readable()).await;
    say("keys cannot be taken out", sealing::keys_stay()).await;
    say("two tabs that start at once share their keys", sealing::one_key()).await;
    say("a vault opens for its passphrase and its code alone", sealing::asks_for_its_passphrase())
        .await;
    say("another passphrase is another wrap, no other row", sealing::changes_its_passphrase())
        .await;
    say(
        "a passphrase from another device opens it, the one before does not",
        sealing::takes_a_passphrase(),
    )
    .await;
    say("what was stored is there after reopening", disk::stays()).await;
    say("a batch whose required row is gone stores nothing", disk::overtaken()).await;
    say("a batch stores all its rows and removals", disk::all_of_it()).await;
    say("a row as large as a photo is read again", disk::large()).await;
    say("an empty database answers with nothing", disk::empty()).await;
    say("a damaged list of photos is told from an empty one", photos::damaged_list()).await;
    say("a database that came back empty gets its keys and says so", disk::emptied()).await;
    say("no changed row passes for a row", mutations::all_detected()).await;
    say("only one tab leads", tabs::one_leads()).await;
    say("the other tabs hear what changed", tabs::others_hear()).await;
    say("a handle that throws at any call loses nothing", faults::throws()).await;
    say("a connection lost at any call loses nothing", faults::lost()).await;
    say("a commit that nobody heard of loses nothing", faults::silent()).await;
    say("a disk that is full at any put loses nothing", faults::full()).await;
    say("a site emptied at any call loses nothing that was saved", faults::emptied()).await;
    post("end");
}

async fn say(name: &str, check: impl Future<Output = Outcome>) {
    match check.await {
        Ok(()) => post(&format!("ok {name}")),
        Err(why) => post(&format!("FAILED {name}: {why}")),
    }
}

fn post(line: &str) {
    let scope: DedicatedWorkerGlobalScope = global().unchecked_into();
    let _gone = scope.post_message(&JsValue::from_str(line));
}

/// A name that no other check and no earlier run used.
fn fresh_name() -> String {
    format!("check-{:016x}", Browser.u64())
}

fn row(number: u128, text: &str) -> Stored {
    let patient = PatientId::from_u128(1);
    let item = OutboxItem {
        patient,
        document: DocumentId::first(patient, Kind::ChartCore),
        written_at: Timestamp::from_millis(2),
        put: PutInto::Entry { text: text.to_owned() },
        sealed_to_clinic: None,
        may_be_sent: None,
        ask_again_at: None,
        attachments: None,
        saying: None,
    };
    Stored::Outbox { entry: EntryId::from_u128(number), item }
}

fn that(holds: bool, why: &str) -> Outcome {
    if holds { Ok(()) } else { Err(why.to_owned()) }
}

fn text(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}
