//! A network that lets no WebSocket through: a message still arrives, and the answer comes.

use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::stage::Stage;
use anyhow::{Result, ensure};

const TOPIC: &str = "From the library";
const QUESTION: &str = "Is my appointment still at nine?";
const ANSWER: &str = "Yes, Rosa, at nine.";

pub async fn play(stage: &mut Stage) -> Result<()> {
    // What each browser says of a WebSocket that does not open.
    stage.excuse("WebSocket connection to");
    stage.excuse("establish a connection to");
    stage.front.refuse("/api/sync");
    stage.open(&PHONE).await?;
    let patient = stage.enter("patient").await?;
    patient.see("Up to date").await?;
    patient.click("link", Has("Messages")).await?;
    patient.click("link", Is("Write a message")).await?;
    patient.fill("textbox", Is("What is it about?"), TOPIC).await?;
    patient.fill("textbox", Is("Your message"), QUESTION).await?;
    patient.click("button", Has("Send")).await?;
    patient.see("At the clinic").await?;

    let nurse = stage.enter("nurse").await?;
    nurse.click("link", Has(TOPIC)).await?;
    nurse.fill("textbox", Has("Reply"), ANSWER).await?;
    nurse.click("button", Is("Send")).await?;
    patient.see(ANSWER).await?;
    let sent = stage.front.exchanges();
    ensure!(sent.iter().all(|one| one.status != 101), "a WebSocket got through");
    ensure!(sent.iter().any(|one| one.path.starts_with("/api/line/")), "nothing went by requests");
    Ok(())
}
