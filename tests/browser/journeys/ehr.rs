//! A refill, asked for with the server off, arrives once at an EHR that nobody here wrote. What a clinician
//! decides there the patient sees. And what the patient takes back leaves the EHR's list.

use super::lock::set_up;
use crate::ehr::{Bridge, Ehr, SOURCE};
use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::page::Page;
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

const BORN: &str = "1970-01-02";
const MEDICINE: &str = "Lisinopril 10 mg tablet";
const OTHER: &str = "Metformin 500 mg tablet";

pub async fn play(stage: &mut Stage) -> Result<()> {
    let ehr = Ehr::start(stage.folder(), &record())?;
    stage.open(&PHONE).await?;
    let page = a_patient_of(&ehr, stage).await?;
    let bridge = ehr.bridge(&stage.server, &stage.url("/fhir"))?;
    bridge.passes(&did(0, 0, 0))?;

    // From here on without loading a page anew, which would lock it.
    page.click("link", Has("Medicines")).await?;
    page.click("link", Is("Ask for a refill")).await?;
    stage.server_is_killed().await?;
    ask_for(&page, MEDICINE).await?;
    page.see("Saved on this").await?;
    stage.server_starts().await?;
    page.see("At the clinic").await?;
    it_arrives_once(&ehr, &bridge)?;

    ehr.clinician("accept")?;
    bridge.passes(&did(0, 0, 1))?;
    page.see("In progress").await?;
    // What was fetched and is still open is known again, and answered when it is decided.
    bridge.forgets()?;
    ehr.clinician("complete")?;
    bridge.passes(&did(1, 0, 1))?;
    page.see("Approved").await?;
    bridge.passes(&did(0, 0, 0))?;

    ask_for(&page, OTHER).await?;
    page.see("At the clinic").await?;
    bridge.passes(&did(1, 0, 0))?;
    page.click("button", Is(&format!("Take back the request for {OTHER}"))).await?;
    page.find("button", Is(&format!("Ask for a refill of {OTHER}"))).await?;
    bridge.passes(&did(0, 1, 0))?;
    ensure!(
        ehr.clinician("tasks")?.as_array().is_some_and(|all| all.len() == 2),
        "two were asked for"
    );
    Ok(())
}

/// Fetched again and again, also by one that forgot what it had: there is one, and it says what was asked.
fn it_arrives_once(ehr: &Ehr, bridge: &Bridge) -> Result<()> {
    bridge.passes(&did(1, 0, 0))?;
    bridge.passes(&did(0, 0, 0))?;
    bridge.forgets()?;
    bridge.passes(&did(1, 0, 0))?;
    let tasks = ehr.clinician("tasks")?;
    let one = json!([{ "status": "requested", "for": "Canario", "asks": MEDICINE }]);
    ensure!(tasks == one, "at the EHR stands {tasks}");
    Ok(())
}

fn did(fetched: u32, withdrawn: u32, answered: u32) -> Value {
    json!({ "fetched": fetched, "withdrawn": withdrawn, "answered": answered, "outdated": 0 })
}

async fn ask_for(page: &Page, medicine: &str) -> Result<()> {
    page.click("button", Is(&format!("Ask for a refill of {medicine}"))).await?;
    page.find("button", Is(&format!("Take back the request for {medicine}"))).await?;
    Ok(())
}

/// Somebody whose record the EHR has, on their own phone.
async fn a_patient_of(ehr: &Ehr, stage: &mut Stage) -> Result<Page> {
    let file = ehr.record(&["Patient", "MedicationRequest"])?;
    let file = file.to_str().context("the folder has a name of text")?;
    let said = stage.server.command(&["import", "--source", SOURCE, file])?;
    let record = said.lines().find_map(|line| line.trim().strip_prefix("record "));
    let record = record.with_context(|| format!("no record was made: {said}"))?;
    let said = stage.server.command(&["patient", "invite", "--patient", record])?;
    let link = said.split_whitespace().find(|word| word.starts_with("http"));
    let page = stage.new_page().await?;
    page.goto(link.with_context(|| format!("no link in {said}"))?).await?;
    set_up(&page, BORN).await?;
    page.see("Up to date").await?;
    page.works_offline().await?;
    Ok(page)
}

/// What the EHR starts with.
fn record() -> Value {
    let patient = "urn:uuid:6a1b0c7e-5c38-4b6c-9d3e-0a4f6a0c1d01";
    let mut entries = vec![json!({ "fullUrl": patient, "resource": {
        "resourceType": "Patient", "birthDate": BORN, "gender": "female",
        "name": [{ "family": "Canario", "given": ["Pia"] }],
        "identifier": [{ "system": "urn:oid:2.999.1", "value": "MRN-1" }],
    }})];
    entries.extend([MEDICINE, OTHER].map(|name| {
        json!({ "resource": {
            "resourceType": "MedicationRequest", "status": "active", "intent": "order",
            "subject": { "reference": patient }, "authoredOn": "2026-01-02",
            "medicationCodeableConcept": { "text": name },
        }})
    }));
    for entry in &mut entries {
        entry["request"] = json!({ "method": "POST", "url": entry["resource"]["resourceType"] });
    }
    json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries })
}
