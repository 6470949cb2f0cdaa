//! Two devices of one person in one browser, each in a tab of its own. The first gives the second a name
//! and ends its access; the second is told, and nothing of the record lies there any more.

use super::lock::{SIGN_IN_NAME, open_with, set_up};
use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Result, ensure};

const NAME: &str = "The tablet in the kitchen";

pub async fn play(stage: &mut Stage) -> Result<()> {
    // How a device hears that its access was ended.
    stage.excuse("401");
    stage.open(&PHONE).await?;
    let phone = stage.enter("new patient").await?;
    let born = stage.server.link("new patient's birth date")?.to_owned();
    let (passphrase, _) = set_up(&phone, &born).await?;
    phone.see("Up to date").await?;
    let tablet = signed_in(stage, &passphrase).await?;
    let both = databases(&tablet).await?;
    ensure!(both == 2, "{both} records lie in this browser");

    phone.goto(&stage.url("/settings/devices")).await?;
    open_with(&phone, &passphrase).await?;
    phone.see("This phone").await?;
    name_the_other(&phone).await?;
    phone.click("button", Has(NAME)).await?;
    phone.click("button", Is("End access")).await?;
    phone.see("What was written on it and not sent is lost").await?;
    phone.click("button", Is("End access and remove")).await?;

    tablet.see("ended the access of this phone").await?;
    tablet.see("What was not sent from here is lost").await?;
    phone
        .wait("the record to leave the disk", PATIENCE, async || {
            Ok((databases(&phone).await? == 1).then_some(()))
        })
        .await?;
    phone.click("link", Has("Settings")).await?;
    phone.click("link", Has("Your devices")).await?;
    phone.see("It was told to remove your record").await?;
    phone.goto(&stage.url("/activity")).await?;
    open_with(&phone, &passphrase).await?;
    phone.see("Removed a device").await?;
    phone.see(NAME).await?;

    // It is nobody's now, and may become a new device of the same person.
    tablet.goto(&stage.url("/sign-in")).await?;
    tablet.fill("textbox", Is("Sign-in name"), SIGN_IN_NAME).await?;
    tablet.fill("textbox", Is("Passphrase"), &passphrase).await?;
    tablet.click("button", Is("Sign in")).await?;
    tablet.see("Your recovery code").await
}

async fn signed_in(stage: &mut Stage, passphrase: &str) -> Result<Page> {
    let page = stage.new_page().await?;
    page.goto(&stage.url("/sign-in")).await?;
    page.fill("textbox", Is("Sign-in name"), SIGN_IN_NAME).await?;
    page.fill("textbox", Is("Passphrase"), passphrase).await?;
    page.click("button", Is("Sign in")).await?;
    page.click("button", Is("I have kept the code")).await?;
    page.click("link", Is("Open my record")).await?;
    page.see("Up to date").await?;
    Ok(page)
}

/// The one that is not "This phone".
async fn name_the_other(phone: &Page) -> Result<()> {
    phone.click("button", Has("Last contact")).await?;
    phone.fill("textbox", Is("What you call this device"), NAME).await?;
    phone.click("button", Is("Save")).await?;
    phone.see(NAME).await
}

/// How many records lie in this browser.
async fn databases(page: &Page) -> Result<usize> {
    let script = "
        const done = arguments[arguments.length - 1];
        indexedDB.databases().then((all) =>
            done(all.filter(({ name }) => name.startsWith('satchel-')).length));";
    let count = page.client().await?.execute_async(script, vec![]).await?;
    Ok(usize::try_from(count.as_u64().unwrap_or(0))?)
}
