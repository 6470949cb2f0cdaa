//! What browsers do to what they store: they remove it while it is in use, or between two visits.

use super::lock::{SIGN_IN_NAME, set_up};
use crate::driver::chromium;
use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Result, ensure};
use serde_json::json;

const TOPIC: &str = "Before and after";

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

async fn write(page: &Page, topic: &str) -> Result<()> {
    page.click("link", Has("Messages")).await?;
    page.click("link", Is("Write a message")).await?;
    page.fill("textbox", Is("What is it about?"), topic).await?;
    page.fill("textbox", Is("Your message"), "Is it there?").await?;
    page.click("button", Has("Send")).await
}
