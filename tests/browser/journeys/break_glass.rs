//! A record that is nobody's work: a nurse says why it has to be opened and it is open to her for a
//! while, the front desk has no such way, and the person whose record it is reads who it was and why.

use super::staff::{come_in, newcomer};
use crate::axe;
use crate::engine::{DESKTOP, Engine};
use crate::page::Name::{Has, Is};
use crate::page::Page;
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use std::time::Duration;

const PERSON: &str = "Ana Delgado";
const SAID: &str = "Her mother fell and asked us to call her";
/// Patients are told in batches of twenty seconds, which the journey waits for.
const TOLD_WITHIN: Duration = Duration::from_secs(60);

pub async fn play(stage: &mut Stage) -> Result<()> {
    // A record that is closed answers with a status that browsers write into their console, and so
    // does a guess.
    stage.excuse("403");
    stage.excuse("400");
    // Who signs out ends a stream, which browsers then ask for once more by themselves.
    stage.excuse("/clinic/api/events");
    stage.open(&DESKTOP).await?;
    let nurse = stage.enter("nurse").await?;
    find(&nurse).await?;
    nurse.click("link", Is(&format!("Open the record of {PERSON}"))).await?;
    nurse.see("This record is not part of your work now").await?;
    let closed = nurse.js("return location.hash").await?;
    let closed = closed.as_str().context("the record has no address")?.to_owned();
    nothing_is_wrong_on(&nurse).await?;
    ensure!(!nurse.seen().await?.contains("Allergies"), "a closed record shows its chart");
    nurse.find("combobox", Is("Reason")).await?.select_by_label("Another reason").await?;
    nurse.click("button", Is("Open for one hour")).await?;
    nurse.see("Say the reason in your own words").await?;
    nurse.fill("textbox", Has("In your own words"), SAID).await?;
    nurse.click("button", Is("Open for one hour")).await?;
    nurse.see("Open to you until").await?;
    nurse.see("Allergies").await?;
    nothing_is_wrong_on(&nurse).await?;
    nurse.reload().await?;
    nurse.see("Open to you until").await?;

    let person = stage.enter("caregiver").await?;
    person.see("Up to date").await?;
    person.goto(&stage.url("/activity")).await?;
    person.see_within(SAID, TOLD_WITHIN).await?;
    person.see("Opened the record for a reason").await?;
    person.see("so they had to give a reason").await?;

    // One browser has one member of staff at a time.
    nurse.click("button", Is("Sign out")).await?;
    nurse.find("textbox", Is("Sign-in name")).await?;
    let desk = stage.new_page().await?;
    let (secret, _) = newcomer(stage, &desk, "Kim Doe", "front_desk").await?;
    come_in(&desk, &secret).await?;
    desk.see("Kim Doe").await?;
    find(&desk).await?;
    ensure!(!desk.has("link", Has("Open the record")).await?, "the front desk has the way in");
    desk.goto(&stage.url(&format!("/clinic/office/{closed}"))).await?;
    desk.see("This record is not part of your work now").await?;
    ensure!(!desk.has("button", Has("Open for one hour")).await?, "the front desk has the form");
    Ok(())
}

async fn find(page: &Page) -> Result<()> {
    page.click("link", Is("People")).await?;
    page.fill("searchbox", Has("Part of a name"), "ana del").await?;
    page.click("button", Is("Find")).await?;
    page.see(PERSON).await
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
