//! The thread: a message written with the server off reaches a nurse, and her answer the patient,
//! who reads it offline again.

use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::page::Page;
use crate::stage::Stage;
use anyhow::Result;

const TOPIC: &str = "Pain in my hip";
const QUESTION: &str = "May I take ibuprofen with my new tablets?";
const ANSWER: &str = "Please take paracetamol instead, Rosa.";

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let patient = stage.enter("patient").await?;
    patient.see("Up to date").await?;
    patient.works_offline().await?;

    stage.server_is_killed().await?;
    write_message(&patient).await?;
    patient.see("Saved on this").await?;
    patient.reload().await?;
    patient.see(QUESTION).await?;
    patient.see("Saved on this").await?;

    stage.server_starts().await?;
    patient.see("At the clinic").await?;

    let nurse = stage.enter("nurse").await?;
    nurse.see(QUESTION).await?;
    answer(&nurse).await?;

    patient.see(ANSWER).await?;
    patient.see("Answered").await?;
    stage.server_stops().await?;
    patient.reload().await?;
    patient.see(QUESTION).await?;
    patient.see(ANSWER).await?;
    patient.see("Offline").await
}

async fn write_message(patient: &Page) -> Result<()> {
    patient.click("link", Has("Messages")).await?;
    patient.click("link", Is("Write a message")).await?;
    patient.fill("textbox", Is("What is it about?"), TOPIC).await?;
    patient.fill("textbox", Is("Your message"), QUESTION).await?;
    patient.click("button", Is("Send later")).await
}

async fn answer(nurse: &Page) -> Result<()> {
    nurse.click("link", Has(QUESTION)).await?;
    nurse.see("Rosa").await?;
    nurse.fill("textbox", Has("Reply"), ANSWER).await?;
    nurse.click("button", Is("Send")).await?;
    nurse.see(ANSWER).await
}
