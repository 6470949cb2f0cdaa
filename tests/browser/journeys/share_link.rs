//! A link that shares the record: made with a passcode, opened in another browser that knows nobody,
//! seen by the patient, stopped, and opened no more.

use crate::ehr::{said_by, script};
use crate::engine::{Engine, PHONE};
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use crate::tongue::Tongue;
use anyhow::{Context, Result, ensure};
use serde_json::json;

const PASSCODE: &str = "río y piedra";
const READER: &str = "Dr. Díaz, Eastside";

/// The page that opens a link has its own words, which are in no locale.
struct Words {
    reader: &'static str,
    passcode: &'static str,
    open: &'static str,
    wrong: &'static str,
    born: &'static str,
    over: &'static str,
}

const ENGLISH: Words = Words {
    reader: "Your name or clinic",
    passcode: "Passcode",
    open: "Open",
    wrong: "Tries that are left: 9",
    born: "Born",
    over: "This link does not open any more",
};

const SPANISH: Words = Words {
    reader: "Su nombre o clínica",
    passcode: "Clave",
    open: "Abrir",
    wrong: "Intentos que quedan: 9",
    born: "Nació",
    over: "Este enlace ya no se abre",
};

pub async fn play(stage: &mut Stage) -> Result<()> {
    // A wrong passcode, and a link that is over.
    stage.excuse("401");
    stage.excuse("404");
    stage.open(&PHONE).await?;
    let patient = stage.enter("patient").await?;
    patient.see("Up to date").await?;
    patient.goto(&stage.url("/share/link")).await?;
    let link = made(&patient, Some(PASSCODE)).await?;
    if stage.engine == Engine::Chromium {
        is_copied_when_the_browser_says_so(&patient).await?;
    }
    stage.browser_closes().await?;

    stage.browser_starts_on("reader", &PHONE).await?;
    let reader = stage.new_page().await?;
    let words = words(&reader);
    reader.goto(&link).await?;
    opens(&reader, &words, "mar").await?;
    reader.see(words.wrong).await?;
    opens(&reader, &words, PASSCODE).await?;
    reader.see("Penicillin").await?;
    reader.see(words.born).await?;
    ensure!(reader.js("return location.hash").await? == "", "the key stays in the address");
    stage.browser_closes().await?;

    stage.browser_starts(&PHONE).await?;
    let patient = stage.enter("patient").await?;
    patient.see("Up to date").await?;
    patient.goto(&stage.url("/share/link")).await?;
    patient.click("button", Has("Made")).await?;
    patient.see(READER).await?;
    patient.see("Opened 1 of 5 times").await?;
    ensure!(shown(&patient).await? == link, "the link that was kept is another");
    patient.click("button", Is("Stop sharing")).await?;
    patient.see("Stopped").await?;
    // In the browser that holds the portal, which must not take the link for a screen of its own.
    let again = stage.new_page().await?;
    again.goto(&link).await?;
    opens(&again, &words, PASSCODE).await?;
    again.see(words.over).await
}

/// A browser that refuses, and then one that takes its time.
async fn is_copied_when_the_browser_says_so(patient: &Page) -> Result<()> {
    let answers = |how: &str| format!("navigator.clipboard.writeText = () => {how}");
    patient.js(&answers("Promise.reject(new DOMException('', 'NotAllowedError'))")).await?;
    patient.click("button", Is("Copy the link")).await?;
    patient.see("Select the link above and copy it yourself").await?;
    patient.js(&answers("new Promise((done) => { window.isThere = done; })")).await?;
    patient.click("button", Is("Copy the link")).await?;
    let asked =
        async || Ok((patient.js("return 'isThere' in window").await? == true).then_some(()));
    patient.wait("the browser to be asked", PATIENCE, asked).await?;
    ensure!(!patient.has("button", Is("Copied")).await?, "it is not there yet");
    patient.js("isThere()").await?;
    patient.find("button", Is("Copied")).await?;
    patient.gone("Select the link above").await
}

/// What nobody here wrote opens both kinds of links. A step of its own brings Node and that program.
pub async fn play_checked(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let patient = stage.enter("patient").await?;
    patient.see("Up to date").await?;
    for passcode in [Some(PASSCODE), None] {
        patient.goto(&stage.url("/share/link")).await?;
        let link = made(&patient, passcode).await?;
        let mut open = script("open-link.mjs")?;
        open.arg(link).args(passcode);
        let found = said_by(&mut open)?;
        let expected = json!({
            "flag": if passcode.is_some() { "P" } else { "U" },
            "cty": "application/fhir+json", "type": "document", "first": "Composition",
        });
        ensure!(found == expected, "it found {found}");
    }
    Ok(())
}

fn words(page: &Page) -> Words {
    match page.tongue {
        Tongue::English => ENGLISH,
        Tongue::Spanish => SPANISH,
    }
}

async fn opens(reader: &Page, words: &Words, passcode: &str) -> Result<()> {
    if reader.js("return document.querySelector('[name=recipient]').value").await? == "" {
        reader.fill("textbox", Is(words.reader), READER).await?;
    }
    reader.fill("textbox", Is(words.passcode), passcode).await?;
    reader.click("button", Is(words.open)).await
}

async fn made(patient: &Page, passcode: Option<&str>) -> Result<String> {
    if let Some(passcode) = passcode {
        patient.fill("textbox", Is("Passcode, if you want one"), passcode).await?;
    }
    patient.click("button", Is("Make the link")).await?;
    patient.find("img", Is("Code with the link")).await?;
    shown(patient).await
}

async fn shown(patient: &Page) -> Result<String> {
    let text = patient.js("return document.querySelector('#link')?.textContent").await?;
    Ok(text.as_str().context("no link is shown")?.to_owned())
}
