//! A patient adds a passkey, opens the record with it while nobody can be reached, takes everything off
//! the phone and comes back with nothing but the passkey; the passphrase opens that too. Removed, it
//! opens nothing. One that answers nothing signs in and says that it opens nothing.

use super::lock::{SIGN_IN_NAME, lock_with_keys, open_with, press_lock_keys, set_up};
use super::not_mine::{MEANS, NOT_MINE, kept_in_clear};
use crate::engine::{Engine, PHONE};
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Result, ensure};

const NAME: &str = "My phone";
const OPENS: &str = "Signs in and opens this phone";
const OPEN: &str = "Open with a passkey";

pub async fn play(stage: &mut Stage) -> Result<()> {
    // Whoever comes with a passkey that was removed is refused, and browsers write that down.
    stage.excuse("403");
    stage.excuse("401");
    stage.open(&PHONE).await?;
    let page = stage.enter("new patient").await?;
    let born = stage.server.link("new patient's birth date")?.to_owned();
    let (passphrase, _) = set_up(&page, &born).await?;
    page.click("link", Has("Add a passkey")).await?;
    // Firefox's authenticator answers even where it should not.
    if stage.engine == Engine::Chromium {
        answers_nothing(stage, &page, &passphrase).await?;
    }
    stage.authenticator(&["prf"]).await?;
    add(&page, NAME, "copper lantern river maple").await?;
    page.see("That did not open it").await?;
    add(&page, NAME, &passphrase).await?;
    page.see(OPENS).await?;
    page.works_offline().await?;

    stage.server_is_killed().await?;
    lock_with_keys(&page).await?;
    page.click("button", Is(OPEN)).await?;
    page.see("Offline").await?;
    page.find("heading", Is("Passkeys")).await?;

    stage.server_starts().await?;
    page.see("Up to date").await?;
    // What Firefox's authenticator says at a sign-in lacks a flag, and the clinic refuses it.
    if stage.engine == Engine::Chromium {
        opens_new_devices(stage, &page, &passphrase).await?;
    } else {
        settings(&page).await?;
    }
    removed_elsewhere_it_opens_nothing_here(&page, &passphrase).await?;

    page.see("Up to date").await?;
    add(&page, NAME, &passphrase).await?;
    page.see(OPENS).await?;
    page.click("button", Is("Remove My phone")).await?;
    page.gone(OPENS).await?;
    is_offered_no_more(&page, &passphrase).await?;
    if stage.engine == Engine::Chromium {
        leave(stage, &page, &passphrase).await?;
        come_back(&page).await?;
        page.see("No passkey was accepted").await?;
    }
    Ok(())
}

async fn opens_new_devices(stage: &Stage, page: &Page, passphrase: &str) -> Result<()> {
    leave(stage, page, OPEN).await?;
    keeps_nothing_on_a_phone_of_somebody_else(page).await?;
    come_back(page).await?;
    page.see("Your recovery code").await?;
    page.click("button", Is("I have kept the code")).await?;
    page.click("link", Is("Open my record")).await?;
    lock_with_keys(page).await?;
    open_with(page, passphrase).await?;
    page.see("Up to date").await?;

    leave(stage, page, passphrase).await?;
    opens_a_device_that_was_there(page, passphrase).await
}

async fn keeps_nothing_on_a_phone_of_somebody_else(page: &Page) -> Result<()> {
    page.click("link", Is("I have an account already")).await?;
    page.click("checkbox", Has(NOT_MINE)).await?;
    page.click("button", Is("Use a passkey")).await?;
    page.click("link", Is("Open my record")).await?;
    page.see("Up to date").await?;
    page.see(MEANS).await?;
    settings(page).await?;
    page.find("button", Is("Remove My phone")).await?;
    ensure!(!page.has("button", Is("Add a passkey")).await?, "a passkey would stay there");
    let kept = kept_in_clear(page).await?;
    ensure!(kept.starts_with("[[],") && !kept.contains("slot"), "{kept}");
    press_lock_keys(page).await?;
    page.see("Enter your code").await
}

async fn answers_nothing(stage: &Stage, page: &Page, passphrase: &str) -> Result<()> {
    let authenticator = stage.authenticator(&[]).await?;
    add(page, "Blue key", passphrase).await?;
    page.see("it cannot open your record").await?;
    page.see("It does not open this phone").await?;
    page.click("button", Is("Remove Blue key")).await?;
    page.gone("Blue key").await?;
    stage.forget_authenticator(&authenticator).await
}

async fn add(page: &Page, name: &str, passphrase: &str) -> Result<()> {
    for (label, text) in [("What to call it", name), ("Passphrase", passphrase)] {
        page.find("textbox", Is(label)).await?.clear().await?;
        page.fill("textbox", Is(label), text).await?;
    }
    page.click("button", Is("Add a passkey")).await
}

/// Signed in by name and passphrase, as if the passkey came later from another device.
async fn opens_a_device_that_was_there(page: &Page, passphrase: &str) -> Result<()> {
    page.click("link", Is("I have an account already")).await?;
    page.fill("textbox", Is("Sign-in name"), SIGN_IN_NAME).await?;
    page.fill("textbox", Is("Passphrase"), passphrase).await?;
    page.click("button", Is("Sign in")).await?;
    page.see("Your recovery code").await?;
    page.click("button", Is("I have kept the code")).await?;
    page.click("link", Is("Open my record")).await?;
    settings(page).await?;
    page.see("It does not open this phone").await?;
    page.click("button", Is("Open this phone with one of them too")).await?;
    page.see(OPENS).await
}

/// As another device of the same person would remove it.
async fn removed_elsewhere_it_opens_nothing_here(page: &Page, passphrase: &str) -> Result<()> {
    let remove = "return (async () => {
        const headers = { 'satchel-slot': localStorage.getItem('satchel.slot') };
        const all = await (await fetch('/api/passkeys', { headers })).json();
        await fetch(`/api/passkeys/${all[0].passkey}`, { method: 'DELETE', headers });
    })()";
    page.js(remove).await?;
    lock_with_keys(page).await?;
    open_with(page, passphrase).await?;
    page.wait("the wrap to go", PATIENCE, async || {
        let kept = "return Object.keys(localStorage).some(key => key.includes('passkey'))";
        Ok((page.js(kept).await? == false).then_some(()))
    })
    .await?;
    is_offered_no_more(page, passphrase).await
}

async fn is_offered_no_more(page: &Page, passphrase: &str) -> Result<()> {
    lock_with_keys(page).await?;
    ensure!(!page.has("button", Is(OPEN)).await?, "a removed passkey is offered");
    open_with(page, passphrase).await
}

async fn settings(page: &Page) -> Result<()> {
    page.click("button", Has("Your record")).await?;
    page.click("link", Has("Settings")).await?;
    page.click("link", Has("Passkeys")).await
}

/// Takes everything off this phone; another load of the page asks first, and is opened `with` this.
async fn leave(stage: &Stage, page: &Page, with: &str) -> Result<()> {
    page.goto(&stage.url("/settings/leave")).await?;
    match with {
        OPEN => page.click("button", Is(OPEN)).await?,
        passphrase => open_with(page, passphrase).await?,
    }
    page.click("button", Is("Remove from this phone")).await?;
    page.see("Enter your code").await
}

async fn come_back(page: &Page) -> Result<()> {
    page.click("link", Is("I have an account already")).await?;
    page.click("button", Is("Use a passkey")).await
}
