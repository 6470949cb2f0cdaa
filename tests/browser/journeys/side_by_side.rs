//! Patient, caregiver and nurse are signed in side by side in one browser, each in a tab.

use crate::engine::DESKTOP;
use crate::stage::Stage;
use anyhow::{Result, ensure};

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&DESKTOP).await?;
    let patient = stage.enter("patient").await?;
    let caregiver = stage.enter("caregiver").await?;
    let nurse = stage.enter("nurse").await?;
    let tabs = [(&patient, "Rosa"), (&caregiver, "Ana"), (&nurse, "Linh")];
    for (page, name) in tabs {
        page.see(name).await?;
    }
    let path = patient.path().await?;
    ensure!(path == "/", "the address keeps {path}");
    // Twice, since the last one signed in must not have taken the others' place.
    for (page, name) in tabs {
        page.reload().await?;
        page.see(name).await?;
    }
    for (page, _) in tabs.iter().take(2) {
        page.see("Up to date").await?;
    }
    Ok(())
}
