//! What browsers do to what they store: they remove it while it is in use, or between two visits.

use super::lock::{SIGN_IN_NAME, set_up};
use crate::driver::chromium;
use crate::engine::{Engine, PHONE};
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::runner::LeftOut;
use crate::small_disk::SmallDisk;
use crate::stage::Stage;
use anyhow::{Result, bail, ensure};
use serde_json::json;

const TOPIC: &str = "Before and after";
/// Room for a browser's own files and a record, and not for much more.
const DISK_MIB: u32 = 400;
/// The 2 MB that are kept for a full disk would hold more; a browser asks for room in larger pieces.
const SAVED_MAX: u32 = 200;

/// The browser is told to forget the site while a tab of it is open.
pub async fn emptied(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    page.works_offline().await?;
    stage.server_is_killed().await?;
    write(&page, &format!("{TOPIC} 1")).await?;
    page.see("Saved on this").await?;
    let client = page.client().await?;
    let what = json!({ "origin": stage.front.origin(), "storageTypes": "indexeddb" });
    chromium(&client, "Storage.clearDataForOrigin", what).await?;
    // The first to notice may be refused, with its text still there; then it works again.
    page.wait("a message that is saved", PATIENCE, async || {
        write(&page, &format!("{TOPIC} 2")).await?;
        Ok(page.shows("Saved on this").await?.then_some(()))
    })
    .await?;
    stage.browser_crashes()?;
    stage.browser_starts(&PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/messages")).await?;
    page.see(&format!("{TOPIC} 1")).await?;
    page.see(&format!("{TOPIC} 2")).await
}

/// The browser removed what the site had stored, between two visits.
pub async fn evicted(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let page = stage.enter("new patient").await?;
    let born = stage.server.link("new patient's birth date")?.to_owned();
    let (passphrase, _) = set_up(&page, &born).await?;
    page.see("Up to date").await?;
    write(&page, TOPIC).await?;
    page.see("At the clinic").await?;
    // A file of ours that starts nothing; browsers look for an icon beside it.
    stage.excuse("/favicon.ico");
    page.goto(&stage.url("/manifest.webmanifest")).await?;
    let remove = "
        const done = arguments[arguments.length - 1];
        (async () => {
            for (const { name } of await indexedDB.databases()) {
                await new Promise((end) => { indexedDB.deleteDatabase(name).onsuccess = end; });
            }
            for (const name of await caches.keys()) await caches.delete(name);
            sessionStorage.clear();
        })().then(() => done('removed'), (error) => done(String(error)));";
    let removed = page.client().await?.execute_async(remove, vec![]).await?;
    ensure!(removed == "removed", "{removed}");
    page.goto(&stage.url("/")).await?;
    page.see("This browser removed your record").await?;
    page.fill("textbox", Is("Sign-in name"), SIGN_IN_NAME).await?;
    page.fill("textbox", Is("Passphrase"), &passphrase).await?;
    page.click("button", Is("Sign in")).await?;
    page.click("button", Is("I have kept the code")).await?;
    page.click("link", Is("Open my record")).await?;
    page.click("link", Has("Messages")).await?;
    page.see(TOPIC).await?;
    // Somebody who was never here is asked for an invitation.
    stage.browser_closes().await?;
    stage.browser_starts_on("new", &PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/")).await?;
    page.see("Enter your code").await
}

/// No byte more goes onto the disk that the browser writes to, until somebody makes room.
pub async fn full_disk(stage: &mut Stage) -> Result<()> {
    let at = stage.folder().join("small");
    let Some(disk) = SmallDisk::mounted(&at, DISK_MIB)? else {
        return Err(LeftOut("this user may not mount a disk").into());
    };
    stage.server_starts().await?;
    stage.browser_starts_on("small", &PHONE).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    page.works_offline().await?;
    stage.server_is_killed().await?;
    write(&page, &format!("{TOPIC} 1")).await?;
    page.see("Saved on this").await?;

    let mut saved = 1 + saved_until_refused(stage.engine, &disk, &page, 1).await?;
    let typed = page.js("return document.querySelector('textarea').value").await?;
    ensure!(typed == "Is it there?", "the text is gone: {typed}");
    disk.empty()?;
    page.click("button", Has("Send")).await?;
    page.see("Saved on this").await?;
    saved += 1;
    stage.browser_crashes()?;
    let page = opened_again(stage, saved).await?;

    // Here room is made while the browser is closed, so nothing that runs saw that a write failed.
    saved += saved_until_refused(stage.engine, &disk, &page, saved).await?;
    stage.browser_crashes()?;
    disk.empty()?;
    let page = opened_again(stage, saved).await?;
    write(&page, &format!("{TOPIC} {}", saved + 1)).await?;
    page.see("Saved on this").await?;
    saved += 1;
    stage.browser_crashes()?;
    opened_again(stage, saved).await?;
    stage.browser_closes().await
}

/// Writes messages after the first `before` until one is refused; answers how many were not. What was kept
/// for this moment may hold a few; then the text stays where it was typed.
async fn saved_until_refused(
    engine: Engine,
    disk: &SmallDisk,
    page: &Page,
    before: u32,
) -> Result<u32> {
    for saved in 0..SAVED_MAX {
        disk.fill()?;
        write(page, &format!("{TOPIC} {}", before + saved + 1)).await?;
        let is_saved = page
            // Chromium was seen to take more than 40 s until it says that a disk is full.
            .wait("an answer of the disk", 3 * PATIENCE, async || {
                // Which of the two it is depends on what the browser passes on.
                for refused in ["This phone is full, so it was not saved", "It may be full"] {
                    if page.shows(refused).await? {
                        return Ok(Some(false));
                    }
                }
                Ok(page.shows("Saved on this").await?.then_some(true))
            })
            .await;
        // What is on a disk that gives no answer nobody can look at: it is listed, and not as passed.
        if is_saved.is_err() && engine == Engine::Chromium {
            return Err(
                LeftOut("for two minutes Chromium did not say what became of a write").into()
            );
        }
        if !is_saved? {
            return Ok(saved);
        }
    }
    bail!("{SAVED_MAX} messages were saved on a full disk")
}

/// Everything that was said to be saved is there.
async fn opened_again(stage: &mut Stage, saved: u32) -> Result<Page> {
    stage.browser_starts_on("small", &PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/messages")).await?;
    for number in 1..=saved {
        page.see(&format!("{TOPIC} {number}")).await?;
    }
    Ok(page)
}

async fn write(page: &Page, topic: &str) -> Result<()> {
    page.click("link", Has("Messages")).await?;
    page.click("link", Is("Write a message")).await?;
    page.fill("textbox", Is("What is it about?"), topic).await?;
    page.fill("textbox", Is("Your message"), "Is it there?").await?;
    page.click("button", Has("Send")).await
}
