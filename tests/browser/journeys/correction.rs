//! "This is wrong in my chart", from the entry itself to the clinic's answer; and a medicine from home
//! that is worth asking about, which the clinic sees too.

use crate::engine::DESKTOP;
use crate::page::Name::{Has, Is};
use crate::stage::Stage;
use anyhow::{Result, ensure};

const WRONG: &str = "I take this in the evening, not in the morning";
const ANSWER: &str = "Changed in your chart";
const MEDICINE: &str = "Enalapril 5 mg";

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&DESKTOP).await?;
    let patient = stage.enter("patient").await?;
    patient.see("Up to date").await?;
    patient.goto(&stage.url("/medicines")).await?;
    patient.click("link", Has("once a day, in the morning")).await?;
    patient.click("link", Is("Something here is wrong")).await?;
    patient.fill("textbox", Has("What is wrong?"), WRONG).await?;
    patient.click("button", Is("Send")).await?;
    patient.see("What you asked for").await?;
    patient.see("At the clinic").await?;

    let nurse = stage.enter("nurse").await?;
    nurse.click("link", Has(WRONG)).await?;
    nurse.click("button", Is("Done…")).await?;
    nurse.fill("textbox", Is("What was done"), ANSWER).await?;
    nurse.click("button", Is("Mark as done")).await?;
    patient.see(&format!("Done: {ANSWER}")).await?;

    patient.goto(&stage.url("/add/medicine")).await?;
    patient.fill("textbox", Is("What is it called?"), MEDICINE).await?;
    patient.see("This does not cover everything.").await?;
    let seen = patient.seen().await?.to_lowercase();
    ensure!(!seen.contains("safe"), "a notice reads as if something were safe: {seen}");
    patient.click("button", Is("Save")).await?;
    nurse.click("link", Has(MEDICINE)).await?;
    nurse.see("Lisinopril 10 mg tablet and Enalapril 5 mg").await?;
    patient.goto(&stage.url("/asked")).await?;
    patient.click("button", Has("A medicine you added")).await?;
    patient.see("Taken back").await
}
