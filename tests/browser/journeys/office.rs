//! Away from the inbox: an administrator adds somebody and finds it in the audit log, and a nurse hands
//! a patient the sheet whose address opens the record.

use super::staff::{come_in, newcomer};
use crate::axe;
use crate::engine::{DESKTOP, Engine};
use crate::page::Name::{Any, Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};

const ADMIN: &str = "Sam Rivera";
const NEW: &str = "Jo Park, RN";
const PATIENT: &str = "Walter Finch";
const AWAY: &str = "We are closed until Monday";
const REPLY: &str = "Drink more";

pub async fn play(stage: &mut Stage) -> Result<()> {
    // Guesses are refused with a status that browsers write into their console.
    stage.excuse("403");
    stage.excuse("400");
    // Who signs out ends a stream, which browsers then ask for once more by themselves.
    stage.excuse("/clinic/api/events");
    stage.excuse("422");
    stage.open(&DESKTOP).await?;
    let admin = stage.new_page().await?;
    let (secret, _) = newcomer(stage, &admin, ADMIN, "admin").await?;
    come_in(&admin, &secret).await?;
    somebody_new(&admin).await?;
    let reader = the_clinic_says_something_else(stage, &admin).await?;
    the_log_is_searched(&admin).await?;
    let seen = admin.seen().await?;
    ensure!(!seen.contains("Inbox"), "whoever runs the accounts has an inbox: {seen}");

    let nurse = stage.enter("nurse").await?;
    nurse.click("link", Is("People")).await?;
    nurse.fill("searchbox", Has("Part of a name"), "finch").await?;
    nurse.click("button", Is("Find")).await?;
    nurse.see("Born Feb 17, 1948").await?;
    nurse.click("button", Is(&format!("Invite {PATIENT}"))).await?;
    nurse.see("Open your health record").await?;
    nothing_is_wrong_on(&nurse).await?;
    nurse.click("button", Is("In Spanish")).await?;
    nurse.see("Abra su historial de salud").await?;
    let address = nurse.js("return document.querySelector('article code').textContent").await?;
    let address = address.as_str().context("the sheet has no address")?.to_owned();
    nurse.click("button", Is("Done")).await?;
    a_caregiver_comes_and_goes(&nurse).await?;
    nurse.click("link", Is("Inbox")).await?;
    nurse.see("Nothing opens by itself").await?;
    the_clinics_own_reply_is_there(&nurse).await?;

    let patient = stage.new_page().await?;
    patient.goto(&address).await?;
    patient.find("textbox", Is("Year")).await?;
    the_lock_screen_says_it(stage, &reader).await
}

async fn a_caregiver_comes_and_goes(nurse: &Page) -> Result<()> {
    nurse.find("searchbox", Has("Part of a name")).await?.clear().await?;
    nurse.fill("searchbox", Has("Part of a name"), "rosa").await?;
    nurse.click("button", Is("Find")).await?;
    nurse.click("button", Is("Caregivers of Rosa Delgado")).await?;
    nurse.see("Who else may open the record of Rosa Delgado").await?;
    nurse.see("Ana Delgado").await?;
    nothing_is_wrong_on(nurse).await?;
    nurse.click("button", Is("Give access…")).await?;
    nurse.fill("textbox", Is("Sign-in name of the caregiver"), "nobody-here").await?;
    nurse.click("button", Is("Give access")).await?;
    nurse.see("Nobody uses the portal with this sign-in name").await?;
    nurse.click("button", Is("Give Ana Delgado less access…")).await?;
    nurse.click("checkbox", Is("Results")).await?;
    nothing_is_wrong_on(nurse).await?;
    nurse.click("button", Is("Give less access")).await?;
    nurse.see("Reads the record, Visits, Messages").await?;
    nurse.click("button", Is("End the access of Ana Delgado")).await?;
    nurse.see("End this access?").await?;
    nurse.click("button", Is("End the access of Ana Delgado")).await?;
    nurse.see("Nobody else").await?;
    nurse.click("button", Is("Done")).await
}

async fn somebody_new(admin: &Page) -> Result<()> {
    admin.see("Linh Tran, RN").await?;
    admin.click("button", Is("Add…")).await?;
    admin.fill("textbox", Has("Name, as patients read it"), NEW).await?;
    nothing_is_wrong_on(admin).await?;
    admin.click("button", Is("Add and show the link")).await?;
    admin.see(&format!("Link for {NEW}")).await?;
    admin.see("/clinic/#setup=").await?;
    admin.see("Link not used yet").await?;
    nothing_is_wrong_on(admin).await?;
    admin.click("button", Is(&format!("Change {NEW}…"))).await?;
    admin.click("checkbox", Has("Works here no longer")).await?;
    admin.click("button", Is("Change what they may do")).await?;
    admin.see("Works here no longer").await
}

async fn the_clinic_says_something_else(stage: &mut Stage, admin: &Page) -> Result<Page> {
    admin.click("link", Is("Clinic")).await?;
    admin.fill("textbox", Is("Number to call when closed"), "+1 206 555 0188").await?;
    admin.fill("textbox", Is("Hours, in English"), "Monday to Friday, 8 to 5").await?;
    admin
        .fill("textbox", Is("Message while you are away, in English. Empty: no message"), AWAY)
        .await?;
    admin.click("button", Is("Add a reply")).await?;
    admin.click("button", Is("Save")).await?;
    admin.see("Each reply needs a title and words").await?;
    admin.fill("textbox", Is("Title"), REPLY).await?;
    admin.fill("textbox", Is("In English"), "Hello (patient), drink more water. (me)").await?;
    nothing_is_wrong_on(admin).await?;
    admin.click("button", Is("Save")).await?;
    admin.see("Saved.").await?;

    let patient = stage.enter("patient").await?;
    patient.see("Up to date").await?;
    patient.goto(&stage.url("/messages/new")).await?;
    patient.see(AWAY).await?;
    patient.goto(&stage.url("/settings")).await?;
    patient.see("Monday to Friday, 8 to 5").await?;
    Ok(patient)
}

/// What somebody reads who has no key and perhaps no connection.
async fn the_lock_screen_says_it(stage: &Stage, reader: &Page) -> Result<()> {
    reader.goto(&stage.url("/lock")).await?;
    reader.see("Monday to Friday, 8 to 5").await?;
    reader.see("When the clinic is closed: +1 206 555 0188").await
}

async fn the_clinics_own_reply_is_there(nurse: &Page) -> Result<()> {
    nurse.click("link", Has("Omar Haddad")).await?;
    let list = nurse.find("combobox", Has("Saved replies")).await?;
    list.select_by_label(REPLY).await?;
    let typed = nurse.js("return document.getElementById('reply').value").await?;
    let expected = "Hello Omar, drink more water. Linh Tran, RN";
    ensure!(typed == expected, "the reply is {typed}");
    Ok(())
}

async fn the_log_is_searched(admin: &Page) -> Result<()> {
    admin.click("link", Is("Audit log")).await?;
    admin.see("Press a name").await?;
    admin.find("table", Any).await?;
    let mine = admin.all("button", Is(ADMIN)).await?.pop().context("the log names nobody")?;
    mine.click().await?;
    admin.see(&format!("Only {ADMIN}")).await?;
    nothing_is_wrong_on(admin).await?;
    let others = format!(
        "return [...document.querySelectorAll('tbody tr')]
            .filter((row) => !row.textContent.includes({ADMIN:?})).length"
    );
    admin
        .wait("only the entries of one person", PATIENCE, async || {
            Ok((admin.js(&others).await? == 0).then_some(()))
        })
        .await
}

/// As axe-core sees it, in one engine.
async fn nothing_is_wrong_on(page: &Page) -> Result<()> {
    if page.engine != Engine::Chromium {
        return Ok(());
    }
    let found = axe::violations(page).await?;
    ensure!(found.is_empty(), "{}", found.join("\n  "));
    Ok(())
}
