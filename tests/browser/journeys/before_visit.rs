//! The form before a visit with the server off: kept while it is written, sent as one item once there
//! is a line, and followed to the nurse who read it.

use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Context, Result};

const REASON: &str = "My feet feel numb at night";
const QUESTION: &str = "Can I take my tablets in the evening?";
const PHONE_NUMBER: &str = "555-0177";

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let patient = stage.enter("patient").await?;
    patient.see("Up to date").await?;
    patient.works_offline().await?;
    patient.goto(&stage.url("/visit")).await?;
    stage.server_is_killed().await?;
    patient.click("link", Is("Before your visit")).await?;
    fill_in(&patient).await?;
    patient.see("Draft saved on this phone").await?;
    patient.reload().await?;
    patient
        .wait("the reason that was typed", PATIENCE, async || {
            let field = patient.find("textbox", Has("What matters most to you")).await?;
            Ok((field.prop("value").await?.as_deref() == Some(REASON)).then_some(()))
        })
        .await?;
    patient.click("button", Is("Send later")).await?;
    patient.see("Your answers").await?;
    patient.see(PHONE_NUMBER).await?;
    patient.see("Saved on this phone").await?;

    stage.server_starts().await?;
    patient.see("At the clinic").await?;
    let nurse = stage.enter("nurse").await?;
    nurse.click("link", Has(REASON)).await?;
    nurse.see(QUESTION).await?;
    nurse.see(PHONE_NUMBER).await?;
    patient.see("Read by").await
}

async fn fill_in(patient: &Page) -> Result<()> {
    patient.fill("textbox", Has("What matters most to you"), REASON).await?;
    patient.fill("textbox", Has("Question 1"), QUESTION).await?;
    // Of the three lists the phone is the last.
    let changed = patient.all("radio", Is("No, something changed")).await?;
    let last = changed.last().context("nothing can be corrected")?;
    let script = "arguments[0].click()";
    patient.client().await?.execute(script, vec![serde_json::to_value(last)?]).await?;
    patient.fill("textbox", Is("What is your number now?"), PHONE_NUMBER).await
}
