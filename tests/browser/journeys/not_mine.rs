//! A phone that is not the patient's: the record is read and a message sent, nothing is kept, and after
//! that nothing of it lies in the browser's folder. A browser that cannot keep anything offers the same.

use super::lock::{
    SIGN_IN_NAME, files_below, in_none_of, nothing_lies_in, open_with, press_lock_keys, set_up,
};
use crate::driver::chromium;
use crate::engine::{Engine, PHONE, Setup};
use crate::front::{FAST, Line};
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::time::Duration;

/// No four letters of one come twice, so that no compression hides its beginning.
const TOPIC: &str = "jqvkopic-canary";
const TEXT: &str = "bzwhtext-canary is it the right pill";
const LOST: &str = "fxgulost-canary never sent";
const LEFT: &str = "kvmpleft-canary is the screen left";
const HELD: &str = "dwzqheld-canary held in memory";
const CANARIES: [&str; 5] = ["jqvkopic", "bzwhtext", "fxgulost", "kvmpleft", "dwzqheld"];
/// Two seconds there and back: time to go elsewhere.
const FAR: Line = Line { bits_per_second: None, one_way: Duration::from_secs(1) };
/// As often each of two tabs looks.
const LOOKS: usize = 6;
pub(super) const NOT_MINE: &str = "This is not my phone";
pub(super) const MEANS: &str = "What you write is sent at once, or not at all";

pub async fn play(stage: &mut Stage) -> Result<()> {
    // Sessions that are over are refused with a status that browsers write into their console.
    stage.excuse("401");
    stage.open(&PHONE).await?;
    let page = stage.enter("new patient").await?;
    let born = stage.server.link("new patient's birth date")?.to_owned();
    let (passphrase, _) = set_up(&page, &born).await?;
    page.see("Up to date").await?;
    stage.browser_closes().await?;
    let canaries = [&CANARIES[..], &[SIGN_IN_NAME, &passphrase]].concat();

    stage.browser_starts_on("borrowed", &PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/sign-in")).await?;
    two_tabs_look_at_once(stage, &page).await?;
    page.click("checkbox", Has(NOT_MINE)).await?;
    sign_in(&page, &passphrase).await?;
    page.click("link", Has("Messages")).await?;
    write(&page, TOPIC, TEXT).await?;
    page.see("At the clinic").await?;
    left_while_it_travels(stage, &page).await?;
    without_a_line_it_is_refused(stage, &page).await?;
    no_word_is_kept(&page).await?;
    let other = stage.new_page().await?;
    other.goto(&stage.url("/messages")).await?;
    other.see("Enter your code").await?;
    stage.browser_crashes()?;
    nothing_lies_in(&stage.profile_of("borrowed"), &canaries)?;

    stage.browser_starts_on("borrowed", &PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/messages")).await?;
    page.see("Enter your code").await?;
    page.goto(&stage.url("/sign-in")).await?;
    page.click("checkbox", Has(NOT_MINE)).await?;
    sign_in(&page, &passphrase).await?;
    // What locks a record elsewhere ends the session here, also at the clinic.
    press_lock_keys(&page).await?;
    page.see("Enter your code").await?;
    page.reload().await?;
    page.see("Enter your code").await?;
    if stage.engine == Engine::Chromium {
        cannot_keep_anything(stage, &passphrase).await?;
    }
    stage.browser_closes().await?;
    nothing_lies_in(&stage.profile_of("borrowed"), &canaries)?;
    if stage.engine == Engine::Chromium {
        held_in_memory(stage, &passphrase, &canaries).await?;
    }

    stage.browser_starts(&PHONE).await?;
    let nurse = stage.enter("nurse").await?;
    nurse.see(TOPIC).await?;
    let own = stage.new_page().await?;
    own.goto(&stage.url("/settings/devices")).await?;
    open_with(&own, &passphrase).await?;
    own.see("This phone").await?;
    // Of the browser that was killed, for a few minutes more. The others were ended.
    let seen = own.seen().await?;
    let words = own.tongue.parts("Keeps nothing");
    let listed: usize = words.iter().map(|pieces| seen.matches(&pieces[0]).count()).sum();
    ensure!(listed == 1, "{listed} devices that keep nothing are listed");
    Ok(())
}

async fn sign_in(page: &Page, passphrase: &str) -> Result<()> {
    page.see(MEANS).await?;
    page.fill("textbox", Is("Sign-in name"), SIGN_IN_NAME).await?;
    page.fill("textbox", Is("Passphrase"), passphrase).await?;
    page.click("button", Is("Sign in")).await?;
    page.click("link", Is("Open my record")).await?;
    page.see("Up to date").await?;
    // Said on every screen, before anything is written.
    page.see(MEANS).await
}

async fn write(page: &Page, topic: &str, text: &str) -> Result<()> {
    page.click("link", Is("Write a message")).await?;
    page.fill("textbox", Is("What is it about?"), topic).await?;
    page.fill("textbox", Is("Your message"), text).await?;
    page.click("button", Has("Send")).await
}

/// Whether this browser keeps anything is looked at by two tabs at once: both find that it does.
async fn two_tabs_look_at_once(stage: &mut Stage, page: &Page) -> Result<()> {
    let other = stage.new_page().await?;
    other.goto(&stage.url("/sign-in")).await?;
    other.find("checkbox", Has(NOT_MINE)).await?;
    let look = format!(
        "const root = document.documentElement;
        root.looks = [];
        addEventListener('satchel:storage', () => root.looks.push(root.dataset.storage));
        for (let time = 0; time < {LOOKS}; time += 1) {{
            dispatchEvent(new Event('satchel:look-at-storage'));
        }}"
    );
    let tabs = [page, &other];
    for tab in tabs {
        // Each looks once by itself. Counted among the others, it would leave one that is not done.
        tab.wait("its own look", PATIENCE, async || {
            let found = tab.js("return document.documentElement.dataset.storage").await?;
            Ok((found == "keeps").then_some(()))
        })
        .await?;
    }
    for tab in tabs {
        tab.js(&look).await?;
    }
    for tab in tabs {
        let found = tab
            .wait("what the tab found", PATIENCE, async || {
                let found = tab.js("return document.documentElement.looks").await?;
                let found = found.as_array().cloned().unwrap_or_default();
                Ok((found.len() >= LOOKS).then_some(found))
            })
            .await?;
        ensure!(found.iter().all(|one| one == "keeps"), "a tab found {found:?}");
    }
    ensure!(kept_in_clear(&other).await?.starts_with("[[],"), "what was tried is still there");
    other.close().await
}

/// A message on its way arrives once, though its screen is gone, and is not offered as a draft again.
async fn left_while_it_travels(stage: &mut Stage, page: &Page) -> Result<()> {
    page.click("link", Has("Messages")).await?;
    stage.front.open(FAR).await?;
    write(page, LEFT, LEFT).await?;
    page.click("link", Is("Home")).await?;
    stage.front.open(FAST).await?;
    page.click("link", Has("Messages")).await?;
    page.click("link", Has(LEFT)).await?;
    page.see("At the clinic").await?;
    page.click("link", Is("Home")).await?;
    page.click("link", Has("Messages")).await?;
    page.click("link", Is("Write a message")).await?;
    page.wait("an empty form", PATIENCE, async || {
        let typed =
            "return ['topic', 'text'].map((id) => document.getElementById(id).value).join()";
        Ok((page.js(typed).await? == ",").then_some(()))
    })
    .await?;
    page.click("link", Is("Home")).await
}

/// A private window takes everything and keeps it in memory. It looks like any other one.
async fn held_in_memory(stage: &mut Stage, passphrase: &str, canaries: &[&str]) -> Result<()> {
    let private = Setup { private: true, ..PHONE };
    stage.browser_starts_on("private", &private).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/sign-in")).await?;
    page.find("checkbox", Has(NOT_MINE)).await?;
    page.fill("textbox", Is("Sign-in name"), SIGN_IN_NAME).await?;
    page.fill("textbox", Is("Passphrase"), passphrase).await?;
    page.click("button", Is("Sign in")).await?;
    page.click("button", Is("I have kept the code")).await?;
    page.click("link", Is("Open my record")).await?;
    page.click("link", Has("Messages")).await?;
    page.see(TOPIC).await?;
    write(&page, HELD, HELD).await?;
    page.see("At the clinic").await?;
    stage.browser_crashes()?;
    in_none_of(&files_below(&stage.profile_of("private"))?, canaries)?;
    stage.browser_starts_on("private", &private).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/messages")).await?;
    page.see("Enter your code").await?;
    stage.browser_closes().await
}

/// The text stays on the screen, and is sent once there is a line.
async fn without_a_line_it_is_refused(stage: &mut Stage, page: &Page) -> Result<()> {
    stage.server_stops().await?;
    page.see("Offline").await?;
    page.click("link", Has("Messages")).await?;
    write(page, LOST, LOST).await?;
    page.see("so it was not sent").await?;
    let typed = page.js("return document.getElementById('text').value").await?;
    ensure!(typed == LOST, "the text is gone: {typed}");
    stage.server_starts().await
}

/// Neither databases nor words in clear.
async fn no_word_is_kept(page: &Page) -> Result<()> {
    let kept = kept_in_clear(page).await?;
    ensure!(kept == "[[],[],[]]", "{kept}");
    Ok(())
}

/// The names of databases, and of the words of this browser and this tab.
pub(super) async fn kept_in_clear(page: &Page) -> Result<String> {
    let script = "
        const done = arguments[arguments.length - 1];
        indexedDB.databases().then((all) => done(JSON.stringify([
            all.map(({ name }) => name),
            Object.keys(localStorage), Object.keys(sessionStorage)])));";
    let kept = page.client().await?.execute_async(script, vec![]).await?;
    Ok(kept.as_str().context("names are text")?.to_owned())
}

/// Its databases are taken away before anything is loaded.
async fn cannot_keep_anything(stage: &mut Stage, passphrase: &str) -> Result<()> {
    let page = stage.new_page().await?;
    let client = page.client().await?;
    let source = "Object.defineProperty(window, 'indexedDB', { value: undefined })";
    let what = json!({ "source": source });
    chromium(&client, "Page.addScriptToEvaluateOnNewDocument", what).await?;
    page.goto(&stage.url("/sign-in")).await?;
    page.see("This browser cannot keep your record").await?;
    sign_in(&page, passphrase).await?;
    page.click("link", Has("Messages")).await?;
    page.see(TOPIC).await?;
    press_lock_keys(&page).await?;
    page.see("Enter your code").await
}
