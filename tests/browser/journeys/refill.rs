//! A refill, asked for with the server off: a nurse recommends, a prescriber approves a sentence that
//! names everything and says how it went out, and the patient reads where it is, each time.

use crate::engine::DESKTOP;
use crate::page::Name::{Has, Is};
use crate::page::Page;
use crate::stage::Stage;
use anyhow::{Result, ensure};

const MEDICINE: &str = "Lisinopril 10 mg tablet";
const ADVICE: &str = "Pressure at goal. Approve.";

pub async fn play(stage: &mut Stage) -> Result<()> {
    // What the nurse's tab hears once the prescriber came in by the same browser.
    stage.excuse("401");
    stage.open(&DESKTOP).await?;
    let patient = stage.enter("patient").await?;
    patient.see("Up to date").await?;
    patient.works_offline().await?;
    stage.server_is_killed().await?;
    patient.goto(&stage.url("/refill")).await?;
    patient.click("button", Is(&format!("Ask for a refill of {MEDICINE}"))).await?;
    patient.see("Saved on this").await?;
    // Asked for once: the same tap now takes it back.
    patient.find("button", Is(&format!("Take back the request for {MEDICINE}"))).await?;
    stage.server_starts().await?;
    patient.goto(&stage.url("/medicines")).await?;
    patient.see("At the clinic").await?;

    let nurse = stage.enter("nurse").await?;
    open_refill(&nurse).await?;
    nurse.see("Only a prescriber can approve or decline").await?;
    recommend(&nurse).await?;

    let prescriber = stage.enter("prescriber").await?;
    open_refill(&prescriber).await?;
    prescriber.see(ADVICE).await?;
    approve(&prescriber).await?;
    patient.see("Approved").await?;
    prescriber.click("button", Is("Printed")).await?;
    patient.see("Sent to the pharmacy").await?;
    prescriber.click("button", Is("Ready at the pharmacy")).await?;
    patient.see("Ready for pickup").await
}

async fn open_refill(staff: &Page) -> Result<()> {
    staff.click("link", Has(MEDICINE)).await
}

async fn recommend(nurse: &Page) -> Result<()> {
    nurse.see("Last filled").await?;
    nurse.click("button", Is("Recommend…")).await?;
    nurse.fill("textbox", Is("Your recommendation"), ADVICE).await?;
    nurse.click("button", Is("Recommend and send")).await?;
    nurse.see(ADVICE).await
}

async fn approve(prescriber: &Page) -> Result<()> {
    prescriber.click("button", Is("Approve…")).await?;
    for named in ["Rosa Delgado, born", MEDICINE, "Allergies: Penicillin"] {
        ensure!(prescriber.shows(named).await?, "the form does not name {named:?}");
    }
    prescriber.fill("textbox", Is("Quantity, as it should be filled"), "90 tablets").await?;
    prescriber.click("button", Is("Approve for Rosa Delgado")).await?;
    prescriber.see("How did it go out?").await
}
