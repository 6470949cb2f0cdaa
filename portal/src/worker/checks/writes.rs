//! An account that writes without a pause, so that a browser can be killed in the middle of it.

use std::collections::BTreeMap;

use js_sys::global;
use wasm_bindgen::JsCast;
use web_sys::DedicatedWorkerGlobalScope;

use super::page::{Heard, Page, account_in, message};
use super::post;
use crate::bridge::ToWorker;

const SLOT: &str = "writes";
/// So many edits have no answer at every moment.
const UNANSWERED: usize = 24;

/// This part of the checks is asked for by what stands behind the `#` of the worker's address.
pub fn is_asked_for() -> bool {
    let scope: DedicatedWorkerGlobalScope = global().unchecked_into();
    scope.location().hash() == "#writes"
}

pub async fn run() {
    if let Err(why) = write().await {
        post(&format!("FAILED {why}"));
    }
}

async fn write() -> Result<(), String> {
    account_in(SLOT).await?;
    let mut page = Page::open(SLOT).await?.ok_or("it does not open")?;
    let threads = page.threads().await?;
    let topics: Vec<_> = threads.into_iter().map(|(topic, _)| topic).collect();
    post(&format!("holds {}", topics.join(" ")));
    let mut unanswered = BTreeMap::new();
    let mut next = topics.len();
    loop {
        while unanswered.len() < UNANSWERED {
            next += 1;
            let (number, topic) = (page.number(), format!("t{next}"));
            let edit = message(&topic);
            unanswered.insert(number, topic);
            page.say(&ToWorker::Edit { number, edit })?;
        }
        let (number, heard) = page.answer_to_an_edit().await?;
        let waiting = unanswered.len();
        let topic = unanswered.remove(&number).ok_or("an answer that nobody waits for")?;
        match heard {
            Heard::Saved(_) => post(&format!("saved {topic} {waiting}")),
            Heard::NotSaved | Heard::Refused => return Err(format!("{topic} was not saved")),
        }
    }
}
