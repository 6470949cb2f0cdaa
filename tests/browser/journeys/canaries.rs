//! A thousand words that occur nowhere else, half of them typed and half of them imported from another
//! system: none of them lies in the browser's folder once the record is locked.

use super::lock::{lock_with_keys, set_up};
use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::page::Page;
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

/// All begin alike, so that one pass finds them. What packs a text keeps at least the first as it is.
const BEGINS: &str = "qzxj";
const TYPED: usize = 500;
const IMPORTED: usize = 500;
const OF_A_MESSAGE: usize = 125;
/// What has to be found, so that a search which finds nothing has looked in the right place.
const LEFT_IN_CLEAR: &str = "satchel";
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];
const UNPACKED_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let (patient, conditions) = imported();
    let (link, born) = stage.invited(patient, conditions)?;
    let page = stage.new_page().await?;
    page.goto(&link).await?;
    set_up(&page, &born).await?;
    page.see("Up to date").await?;
    it_is_all_there(stage, &page).await?;
    for first in (0..TYPED).step_by(OF_A_MESSAGE) {
        write(&page, first).await?;
    }
    page.click("link", Has("Messages")).await?;
    page.click("link", Is("Write a message")).await?;
    page.fill("textbox", Is("What is it about?"), &format!("{BEGINS}draft not sent")).await?;
    lock_with_keys(&page).await?;
    stage.browser_crashes()?;
    none_lies_in(&stage.profile()).context("after a crash")?;
    stage.browser_starts(&PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/messages")).await?;
    page.see("Satchel is locked").await?;
    stage.browser_closes().await?;
    none_lies_in(&stage.profile()).context("after it was closed")
}

fn imported() -> (Value, Vec<Value>) {
    let patient = json!({
        "resourceType": "Patient", "id": "canary", "birthDate": "1970-01-02",
        "name": [{ "family": "Canario", "given": ["Pia"] }],
        "identifier": [{ "system": "urn:canaries", "value": "1" }],
    });
    (patient, (0..IMPORTED).map(|number| condition(&word(TYPED + number), number)).collect())
}

fn condition(word: &str, number: usize) -> Value {
    json!({
        "resourceType": "Condition", "id": format!("c{number}"),
        "subject": { "reference": "Patient/canary" },
        "code": { "text": word },
        "clinicalStatus": { "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active",
        }]},
    })
}

fn word(number: usize) -> String {
    format!("{BEGINS}{number:04}")
}

/// The imported words have been on the screen.
async fn it_is_all_there(stage: &Stage, page: &Page) -> Result<()> {
    page.click("link", Is("Record")).await?;
    page.click("link", Has(&format!("Conditions {IMPORTED}"))).await?;
    // A long section comes in portions.
    let all = format!("return document.querySelectorAll('main li').length >= {IMPORTED}");
    while page.js(&all).await? != true {
        page.click("button", Is("Show older ones")).await?;
    }
    page.see(&word(TYPED + IMPORTED - 1)).await?;
    ensure!(stage.front.exchanges().iter().all(|one| !one.path.contains(BEGINS)));
    Ok(())
}

async fn write(page: &Page, first: usize) -> Result<()> {
    let mut text = String::new();
    for number in first..first + OF_A_MESSAGE {
        write!(text, "{} ", word(number))?;
    }
    page.click("link", Has("Messages")).await?;
    page.click("link", Is("Write a message")).await?;
    page.fill("textbox", Is("What is it about?"), &format!("{BEGINS}topic{first}")).await?;
    page.fill("textbox", Is("Your message"), &text).await?;
    page.click("button", Has("Send")).await?;
    page.see("At the clinic").await
}

/// Databases, caches and session files, as they are and, where they are packed as gzip is, unpacked.
fn none_lies_in(folder: &Path) -> Result<()> {
    let mut found_clear = false;
    for (name, bytes) in super::lock::files_below(folder)? {
        found_clear |= holds(&bytes, LEFT_IN_CLEAR);
        ensure!(!holds(&bytes, BEGINS), "a canary lies in {name}");
        let starts = bytes.windows(GZIP.len()).enumerate().filter(|(_, at)| *at == GZIP);
        for (start, _) in starts {
            let mut unpacked = Vec::new();
            // What only looks like a beginning ends with an error; what came until then is searched.
            let _ = MultiGzDecoder::new(&bytes[start..])
                .take(UNPACKED_BYTES_MAX)
                .read_to_end(&mut unpacked);
            ensure!(!holds(&unpacked, BEGINS), "a canary lies packed in {name}");
        }
    }
    ensure!(found_clear, "not even {LEFT_IN_CLEAR} lies in {}", folder.display());
    Ok(())
}

/// As bytes, and as the sixteen-bit letters of a script.
fn holds(bytes: &[u8], word: &str) -> bool {
    let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    has(bytes, word.as_bytes()) || has(bytes, &wide)
}

/// Looks at every place only if the first byte is there.
fn has(bytes: &[u8], word: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == word[0]) {
        rest = &rest[at..];
        if rest.starts_with(word) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}
