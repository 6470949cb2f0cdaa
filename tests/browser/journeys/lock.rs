//! A new patient's whole way: invitation, passphrase, a message written offline, the lock, a browser that
//! dies, a wrong passphrase, the right one without a network, and then another device,
//! where the passphrase changes. Between them the raw files of the browser are searched: nothing that was
//! typed lies there to be read.

use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::page::Page;
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use std::path::Path;

/// Typed by the patient. No four letters of one come twice, so that no compression hides its beginning.
const TOPIC: &str = "zqfkopic-canary";
const TEXT: &str = "xwvjtext-canary may I swim";
const DRAFT: &str = "kqzydraft-canary not sent";
const CANARIES: [&str; 3] = ["zqfkopic", "xwvjtext", "kqzydraft"];
/// What has to be found, so that a search which finds nothing has looked in the right place.
const LEFT_IN_CLEAR: &str = "satchel";

pub(super) const SIGN_IN_NAME: &str = "blue-kite-7";
const LOCKED: &str = "Satchel is locked";

pub async fn play(stage: &mut Stage) -> Result<()> {
    // Guesses and lost sessions are refused with statuses that browsers write into their console.
    stage.excuse("403");
    stage.excuse("401");
    stage.open(&PHONE).await?;
    let page = stage.enter("new patient").await?;
    let born = stage.server.link("new patient's birth date")?.to_owned();
    // Whoever reloads before the link was used has it still.
    page.reload().await?;
    let (passphrase, code) = set_up(&page, &born).await?;
    page.see("Up to date").await?;
    ensure!(page.js("return location.hash").await? == "", "the link's secret stays");
    page.works_offline().await?;

    stage.server_is_killed().await?;
    write(stage, &page).await?;
    lock_with_keys(&page).await?;
    page.see("1 item waits on this phone").await?;
    page.see("555 0134").await?;
    nothing_is_left_on(&page).await?;
    page.js("history.back()").await?;
    page.see(LOCKED).await?;
    nothing_is_left_on(&page).await?;

    stage.browser_crashes()?;
    nothing_lies_in(&stage.profile(), &CANARIES)?;
    stage.browser_starts(&PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/messages")).await?;
    page.see(LOCKED).await?;
    open_with(&page, "copper lantern river maple").await?;
    page.see("That did not open it").await?;
    nothing_is_left_on(&page).await?;
    open_with(&page, &format!(" {} ", passphrase.to_uppercase())).await?;
    page.see(TOPIC).await?;
    page.see("Offline").await?;
    the_draft_is_there(stage, &page, &passphrase).await?;

    it_locks_by_itself(&page).await?;
    page.click("button", Is("I forgot my passphrase")).await?;
    open_with(&page, &code).await?;
    page.find("textbox", Is("What is it about?")).await?;
    a_lost_session_is_renewed(stage, &page, &passphrase).await?;
    lock_with_keys(&page).await?;
    stage.browser_closes().await?;
    nothing_lies_in(&stage.profile(), &CANARIES)?;
    let new = on_another_device(stage, &passphrase).await?;
    a_changed_passphrase_reaches_the_first_device(stage, &passphrase, &new).await
}

/// Answers the passphrase and the code on paper.
pub(super) async fn set_up(page: &Page, born: &str) -> Result<(String, String)> {
    let mut parts = born.split('-');
    for field in ["Year", "Month", "Day"] {
        let part = parts.next().context("a birth date has three parts")?;
        page.fill("textbox", Is(field), part).await?;
    }
    page.click("button", Is("Continue")).await?;
    page.fill("textbox", Is("Sign-in name"), "19610409").await?;
    page.click("button", Is("Continue")).await?;
    page.see("A number alone could be a record number").await?;
    retype(page, "Sign-in name", SIGN_IN_NAME).await?;
    page.click("button", Is("Continue")).await?;

    page.click("button", Is("Use my own passphrase")).await?;
    page.fill("textbox", Is("Passphrase"), "Walter1948").await?;
    page.see("Weak").await?;
    page.click("button", Is("Lock my record with this")).await?;
    page.see("Too easy to guess").await?;
    page.click("button", Is("Use the words you show me")).await?;
    let passphrase = listed(page, 5).await?;
    page.click("button", Is("Lock my record with this")).await?;
    page.see("Your recovery code").await?;
    let code = listed(page, 5).await?;
    page.click("button", Is("I have kept the code")).await?;
    Ok((passphrase, code))
}

/// The words of the list that is shown.
pub(super) async fn listed(page: &Page, count: usize) -> Result<String> {
    page.wait("a list to copy", crate::page::PATIENCE, async || {
        let script = "return [...document.querySelectorAll('main ol li')].map(li => li.innerText)";
        let words = page.js(script).await?;
        let words: Vec<String> = serde_json::from_value(words)?;
        Ok((words.len() == count).then(|| words.join(" ")))
    })
    .await
}

async fn retype(page: &Page, label: &str, text: &str) -> Result<()> {
    page.find("textbox", Is(label)).await?.clear().await?;
    page.fill("textbox", Is(label), text).await
}

async fn write(stage: &Stage, page: &Page) -> Result<()> {
    page.click("link", Has("Messages")).await?;
    page.click("link", Is("Write a message")).await?;
    page.fill("textbox", Is("What is it about?"), TOPIC).await?;
    page.fill("textbox", Is("Your message"), TEXT).await?;
    page.click("button", Is("Send later")).await?;
    page.see("Saved on this").await?;
    page.click("link", Has("Messages")).await?;
    page.click("link", Is("Write a message")).await?;
    page.fill("textbox", Is("What is it about?"), DRAFT).await?;
    ensure!(stage.front.exchanges().iter().all(|one| !one.path.contains("canary")));
    Ok(())
}

pub(super) async fn lock_with_keys(page: &Page) -> Result<()> {
    press_lock_keys(page).await?;
    page.see(LOCKED).await
}

pub(super) async fn press_lock_keys(page: &Page) -> Result<()> {
    page.js("document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
            { code: 'KeyL', altKey: true, shiftKey: true, bubbles: true, cancelable: true }))")
        .await
        .map(drop)
}

pub(super) async fn open_with(page: &Page, words: &str) -> Result<()> {
    let label = if words.contains(' ') && page.shows("Recovery code").await? {
        "Recovery code"
    } else {
        "Passphrase"
    };
    retype(page, label, words).await?;
    page.click("button", Is("Unlock")).await
}

/// Not in the document either, for whoever opens the browser's own tools.
async fn nothing_is_left_on(page: &Page) -> Result<()> {
    let document = page.js("return document.documentElement.outerHTML").await?;
    let document = document.as_str().context("a document is text")?;
    let values =
        "return [...document.querySelectorAll('input, textarea')].map(e => e.value).join()";
    let values = page.js(values).await?.as_str().unwrap_or_default().to_owned();
    for canary in CANARIES {
        ensure!(!document.contains(canary), "{canary} is still in the document");
        ensure!(!values.contains(canary), "{canary} is still in a field");
    }
    Ok(())
}

async fn the_draft_is_there(stage: &Stage, page: &Page, passphrase: &str) -> Result<()> {
    page.goto(&stage.url("/messages/new")).await?;
    // Another load is another worker, and its keys are asked for again.
    page.see(LOCKED).await?;
    open_with(page, passphrase).await?;
    let script =
        "return [...document.querySelectorAll('input')].some(e => e.value.includes('kqzydraft'))";
    page.wait("the draft", crate::page::PATIENCE, async || {
        Ok((page.js(script).await? == true).then_some(()))
    })
    .await
}

/// A browser that dies soon after a sign-in has not written its cookie; here it is taken from it. A code
/// on paper proves nothing to the clinic, so that the passphrase is asked for; where it opened the
/// vault, nobody is asked again.
async fn a_lost_session_is_renewed(stage: &mut Stage, page: &Page, passphrase: &str) -> Result<()> {
    page.forget_cookies().await?;
    stage.server_starts().await?;
    page.click("link", Has("Sign in again")).await?;
    page.see("What you wrote waits on this phone").await?;
    retype(page, "Passphrase", "copper lantern river maple").await?;
    page.click("button", Is("Sign in")).await?;
    page.see("did not accept that passphrase").await?;
    retype(page, "Passphrase", passphrase).await?;
    page.click("button", Is("Sign in")).await?;
    page.see("Up to date").await?;

    page.forget_cookies().await?;
    lock_with_keys(page).await?;
    open_with(page, passphrase).await?;
    page.see("Up to date").await
}

/// Nobody waits for five minutes: a tab may make its times shorter, never longer.
async fn it_locks_by_itself(page: &Page) -> Result<()> {
    page.js("sessionStorage.setItem('satchel.lock-idle-ms', '1')").await?;
    page.see(LOCKED).await?;
    page.js("sessionStorage.removeItem('satchel.lock-idle-ms')").await?;
    Ok(())
}

/// Answers the passphrase that was chosen there.
async fn on_another_device(stage: &mut Stage, passphrase: &str) -> Result<String> {
    stage.browser_starts_on("another", &PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/")).await?;
    page.click("link", Is("I have an account already")).await?;
    page.fill("textbox", Is("Sign-in name"), SIGN_IN_NAME).await?;
    page.fill("textbox", Is("Passphrase"), "copper lantern river maple").await?;
    page.click("button", Is("Sign in")).await?;
    page.see("do not match").await?;
    retype(&page, "Passphrase", passphrase).await?;
    page.click("button", Is("Sign in")).await?;
    page.see("Your recovery code").await?;
    page.click("button", Is("I have kept the code")).await?;
    page.click("link", Is("Open my record")).await?;
    page.click("link", Has("Messages")).await?;
    page.see(TOPIC).await?;
    // Leaving takes everything along.
    page.click("link", Has(TOPIC)).await?;
    page.see(TEXT).await?;
    page.goto(&stage.url("/settings/passphrase")).await?;
    open_with(&page, passphrase).await?;
    page.fill("textbox", Is("Passphrase now"), passphrase).await?;
    let new = listed(&page, 5).await?;
    page.click("button", Is("Change passphrase")).await?;
    page.see("Your passphrase was changed").await?;
    page.goto(&stage.url("/settings/leave")).await?;
    open_with(&page, &new).await?;
    page.click("button", Is("Remove from this phone")).await?;
    page.see("Enter your code").await?;
    stage.browser_closes().await?;
    nothing_lies_in(&stage.profile_of("another"), &CANARIES)?;
    Ok(new)
}

/// The one before opens this device until somebody signs in here again; from then on the new one does.
async fn a_changed_passphrase_reaches_the_first_device(
    stage: &mut Stage,
    old: &str,
    new: &str,
) -> Result<()> {
    stage.browser_starts(&PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/messages")).await?;
    page.see(LOCKED).await?;
    open_with(&page, old).await?;
    page.see(TOPIC).await?;
    page.forget_cookies().await?;
    lock_with_keys(&page).await?;
    open_with(&page, old).await?;
    page.click("link", Has("Sign in again")).await?;
    retype(&page, "Passphrase", new).await?;
    page.click("button", Is("Sign in")).await?;
    page.see("Up to date").await?;
    lock_with_keys(&page).await?;
    open_with(&page, old).await?;
    page.see("That did not open it").await?;
    open_with(&page, new).await?;
    page.see("Up to date").await
}

/// Searches every file below a browser's folder. Snappy and LZ4, which browsers pack rows and sessions
/// with, leave a text that is new to them as it is.
pub(super) fn nothing_lies_in(folder: &Path, canaries: &[&str]) -> Result<()> {
    let files = files_below(folder)?;
    let found_clear = files.iter().any(|(_, bytes)| holds(bytes, LEFT_IN_CLEAR));
    ensure!(found_clear, "{} files, and not even {LEFT_IN_CLEAR} in them", files.len());
    in_none_of(&files, canaries)
}

pub(super) fn in_none_of(files: &[(String, Vec<u8>)], canaries: &[&str]) -> Result<()> {
    for (name, bytes) in files {
        for canary in canaries {
            ensure!(!holds(bytes, canary), "{canary} lies in {name}");
        }
    }
    Ok(())
}

pub(super) fn files_below(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    Ok(files)
}

fn holds(bytes: &[u8], word: &str) -> bool {
    let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let is_in = |word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
    is_in(word.as_bytes()) || is_in(&wide)
}

fn collect(folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let about = std::fs::symlink_metadata(&path)?;
        if about.is_dir() {
            collect(&path, files)?;
        } else if about.is_file() {
            files.push((path.display().to_string(), std::fs::read(&path)?));
        }
    }
    Ok(())
}
