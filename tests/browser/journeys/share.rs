//! The emergency card: on the screen and as a code, readable while locked only as long as the person
//! wants that, and gone from the device after.

use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::Result;

const CARD: &str = "Emergency card";

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let patient = stage.enter("patient").await?;
    patient.see("Up to date").await?;
    patient.works_offline().await?;
    stage.server_stops().await?;
    patient.goto(&stage.url("/share")).await?;
    patient.find("img", Has("Code with the words")).await?;
    patient.see("Birth date").await?;
    copies_are_made_here(&patient).await?;
    lies_open(&patient, false).await?;
    patient.click("switch", Has("Show without unlocking")).await?;
    lies_open(&patient, true).await?;

    patient.goto(&stage.url("/lock")).await?;
    patient.click("button", Is(CARD)).await?;
    patient.see("Allergies: ").await?;

    patient.click("button", Is("Open")).await?;
    patient.see("Offline").await?;
    patient.goto(&stage.url("/share/card")).await?;
    patient.click("checkbox", Has("Allergies")).await?;
    patient.fill("textbox", Is("Person 1 to call"), "Luis, son").await?;
    patient.fill("textbox", Is("Phone of person 1"), "555-0142").await?;
    patient.click("button", Is("Save")).await?;
    patient.see("Luis, son, 555-0142").await?;
    patient
        .wait("the card without allergies", PATIENCE, async || {
            let text = kept(&patient).await?;
            Ok((text.contains("Luis") && !text.contains("Allergies")).then_some(()))
        })
        .await?;
    patient.click("switch", Has("Show without unlocking")).await?;
    lies_open(&patient, false).await
}

/// The server is off: what the browser is asked to save was made on the device. A page may not read
/// such a file again, so its name is what can be looked at here.
async fn copies_are_made_here(patient: &Page) -> Result<()> {
    let script = "
        window.saved = [];
        HTMLAnchorElement.prototype.click = function () {
            window.saved.push(`${this.protocol}${this.download}`);
        };";
    patient.js(script).await?;
    patient.click("button", Has("Summary for another clinic")).await?;
    patient.click("button", Has("Everything that is on this phone")).await?;
    patient
        .wait("both copies", PATIENCE, async || {
            let kept = patient.js("return window.saved.sort().join(' ')").await?;
            Ok((kept == "blob:record.json blob:summary.json").then_some(()))
        })
        .await
}

/// What this browser keeps of the card in clear.
async fn kept(patient: &Page) -> Result<String> {
    let script = "return Object.keys(localStorage)
        .filter((key) => key.startsWith('satchel.card.'))
        .map((key) => localStorage.getItem(key)).join('')";
    Ok(patient.js(script).await?.as_str().unwrap_or_default().to_owned())
}

async fn lies_open(patient: &Page, expected: bool) -> Result<()> {
    patient
        .wait("the card to lie open or not", PATIENCE, async || {
            Ok((kept(patient).await?.contains("Delgado") == expected).then_some(()))
        })
        .await
}
