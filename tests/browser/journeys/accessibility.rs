//! axe-core finds nothing on any screen: light, dark, Spanish and right to left.

use crate::axe;
use crate::engine::{Engine, PHONE, Setup};
use crate::page::Name::{Has, Is};
use crate::page::Page;
use crate::screens::SCREENS;
use crate::stage::Stage;
use anyhow::{Result, ensure};

/// So tall that nothing lies under what is pinned to the bottom, as it does until one scrolls.
const TALL_PHONE: Setup = Setup { height: 12_000, ..PHONE };
/// Colors and language; `ar-XB` is English mirrored, as every right-to-left language will be.
const LOOKS: [(&str, &str); 4] =
    [("light", "?lang=en"), ("dark", "?lang=en"), ("light", "?lang=es"), ("light", "?lang=ar-XB")];

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&TALL_PHONE).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    let mut found = Vec::new();
    for (theme, query) in LOOKS {
        choose_theme(&page, theme).await?;
        for screen in SCREENS {
            if screen.name == "lock" {
                unlock(&page).await?;
            }
            screen.go(stage, &page, query).await?;
            look(&page, &format!("{} {theme} {query}", screen.name), &mut found).await?;
        }
        unlock(&page).await?;
    }
    clinic(stage, &mut found).await?;
    ensure!(found.is_empty(), "{} violations:\n  {}", found.len(), found.join("\n  "));
    Ok(())
}

async fn clinic(stage: &mut Stage, found: &mut Vec<String>) -> Result<()> {
    let nurse = stage.enter("nurse").await?;
    nurse.see("Lucia Romero").await?;
    look(&nurse, "clinic", found).await?;
    if stage.engine != Engine::Chromium {
        // The items and their forms are looked at in one engine.
        return Ok(());
    }
    for (person, words) in [("Lucia Romero", "Potassium"), ("Amir Rahimi", "TSH")] {
        nurse.click("link", Has(person)).await?;
        nurse.see(words).await?;
        look(&nurse, person, found).await?;
    }
    for (opener, words) in [("Recommend…", "Your recommendation"), ("Add to the chart", "Unit")] {
        nurse.click("button", Is(opener)).await?;
        nurse.see(words).await?;
        look(&nurse, opener, found).await?;
        nurse.click("button", Is("Cancel")).await?;
    }
    Ok(())
}

async fn look(page: &Page, place: &str, found: &mut Vec<String>) -> Result<()> {
    for violation in axe::violations(page).await? {
        found.push(format!("{place}: {violation}"));
    }
    Ok(())
}

/// The person's own choice in Settings, which wins over the device's and holds from the next load.
async fn choose_theme(page: &Page, theme: &str) -> Result<()> {
    page.js(&format!("localStorage.setItem('satchel.theme', '{theme}')")).await?;
    Ok(())
}

async fn unlock(page: &Page) -> Result<()> {
    page.js("sessionStorage.removeItem('satchel.locked')").await?;
    Ok(())
}
