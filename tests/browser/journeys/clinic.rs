//! The inbox as a nurse has it: what was found in words, whom an item is about, who else has it open,
//! and a chart that is written by hand and read on the phone.

use crate::engine::DESKTOP;
use crate::page::Name::{Has, Is};
use crate::page::Page;
use crate::stage::Stage;
use anyhow::{Result, ensure};
use std::time::Duration;

/// From the clinic's hand to the open phone.
const AT_ONCE: Duration = Duration::from_secs(5);
const PERSON: &str = "Amir Rahimi";

pub async fn play(stage: &mut Stage) -> Result<()> {
    // What a tab hears whose place a colleague took.
    stage.excuse("401");
    stage.open(&DESKTOP).await?;
    let nurse = stage.enter("nurse").await?;
    a_warning_shows_the_words(&nurse).await?;
    nurse.click("link", Has(PERSON)).await?;
    for beside in
        ["Levothyroxine 50 mcg tablet", "TSH", "Above range", "Sulfa drugs", "Nobody else"]
    {
        nurse.see(beside).await?;
    }
    let prescriber = stage.enter("prescriber").await?;
    prescriber.click("link", Has(PERSON)).await?;
    prescriber.see("Linh Tran, RN has this open too").await?;
    // One browser has one member of staff: what the first tab did would stand under another name.
    nurse.see("Sign in to the inbox").await?;
    let seen = nurse.seen().await?;
    ensure!(!seen.contains(PERSON), "something of a patient stays on a screen of nobody's: {seen}");
    let nurse = stage.enter("nurse").await?;
    a_conversation_ends_with_a_reason(&nurse).await?;
    the_chart_is_written_by_hand(stage, &nurse).await
}

async fn a_warning_shows_the_words(nurse: &Page) -> Result<()> {
    nurse.see("Nothing opens by itself").await?;
    let seen = nurse.seen().await?;
    ensure!(seen.contains("chest hurts"), "the words that were found are not there: {seen}");
    ensure!(!seen.contains("chest_pain"), "a code is on the screen: {seen}");
    nurse.click("link", Has("Lucia Romero")).await?;
    nurse.see("At the clinic").await?;
    Ok(())
}

async fn a_conversation_ends_with_a_reason(nurse: &Page) -> Result<()> {
    nurse.click("link", Has("Omar Haddad")).await?;
    nurse.click("button", Is("Close…")).await?;
    nurse.see("It opens again by itself").await?;
    nurse.click("button", Is("Close this conversation")).await?;
    nurse.see("Linh Tran, RN closed it").await
}

async fn the_chart_is_written_by_hand(stage: &mut Stage, nurse: &Page) -> Result<()> {
    let patient = stage.enter("patient").await?;
    patient.see("Up to date").await?;
    patient.goto(&stage.url("/results")).await?;
    patient.see("A1c").await?;
    nurse.click("button", Has("Done")).await?;
    nurse.click("link", Has("Rosa Delgado")).await?;
    nurse.click("button", Is("Add to the chart")).await?;
    nurse.fill("textbox", Is("Test"), "Vitamin B12").await?;
    nurse.fill("textbox", Is("Value"), "210").await?;
    nurse.fill("textbox", Is("Unit"), "pg/mL").await?;
    nurse.fill("textbox", Is("Range, from"), "232").await?;
    nurse.fill("textbox", Is("Range, to"), "1245").await?;
    let day = nurse.js("return new Date().toISOString().slice(0, 10)").await?;
    // Which keys make a date depends on the browser's language.
    let set = "
        const field = document.getElementById('chart-on');
        field.value = DAY;
        field.dispatchEvent(new Event('input', { bubbles: true }));";
    nurse.js(&set.replace("DAY", &day.to_string())).await?;
    nurse.see("Vitamin B12, 210 pg/mL").await?;
    nurse.click("button", Is("Add it now")).await?;
    patient.see_within("Vitamin B12", AT_ONCE).await?;
    nurse.see("Vitamin B12").await
}
