//! axe-core finds nothing on any screen: light, dark, Spanish and right to left.

use crate::engine::{DESKTOP, Engine, PHONE, Setup};
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::screens::SCREENS;
use crate::stage::Stage;
use crate::{axe, first_visit, release};
use anyhow::{Result, ensure};

/// So tall that nothing lies under what is pinned to the bottom, as it does until one scrolls.
const TALL_PHONE: Setup = Setup { height: 12_000, ..PHONE };
const TALL_DESK: Setup = Setup { height: 12_000, ..DESKTOP };
/// Languages; `ar-XB` is English mirrored, as every right-to-left language will be.
const LANGUAGES: [&str; 3] = ["?lang=en", "?lang=es", "?lang=ar-XB"];
/// Where a caregiver reads and writes.
const ACTING: [&str; 4] = ["home", "results", "new-message", "thread"];

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&TALL_PHONE).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    dark_is_a_choice(&page).await?;
    let mut found = Vec::new();
    for (number, query) in LANGUAGES.into_iter().enumerate() {
        for screen in SCREENS {
            if screen.name == "lock" {
                unlock(&page).await?;
            }
            screen.go(stage, &page, query).await?;
            in_light_and_dark(&page, query, screen.name, &mut found).await?;
        }
        unlock(&page).await?;
        first_visit::walk(stage, &format!("pia.{number}"), query, async |page, step| {
            in_light_and_dark(page, query, step, &mut found).await
        })
        .await?;
    }
    offered_and_acting(stage, &page, &mut found).await?;
    clinic(stage, &mut found).await?;
    ensure!(found.is_empty(), "{} violations:\n  {}", found.len(), found.join("\n  "));
    Ok(())
}

/// What stands above every screen now and then: a newer release, and whom one is acting for.
async fn offered_and_acting(stage: &mut Stage, page: &Page, found: &mut Vec<String>) -> Result<()> {
    for query in LANGUAGES {
        page.goto(&stage.url(&format!("/{query}"))).await?;
        page.js(release::IS_OFFERED).await?;
        page.wait("the offer", PATIENCE, async || {
            Ok((page.js("return !!document.querySelector('.offer')").await? == true).then_some(()))
        })
        .await?;
        in_light_and_dark(page, query, "an update on offer", found).await?;
    }
    let caregiver = stage.enter("caregiver").await?;
    caregiver.see("Up to date").await?;
    caregiver.click("button", Has("Ana Delgado")).await?;
    note(axe::violations(&caregiver).await?, "whose record", found);
    caregiver.click("button", Has("Rosa Delgado")).await?;
    caregiver.see("You are acting for Rosa Delgado").await?;
    // Without a load, after which they would be back in their own record.
    for screen in SCREENS.iter().filter(|one| ACTING.contains(&one.name)) {
        screen.go(stage, &caregiver, "").await?;
        caregiver.see("You are acting for Rosa Delgado").await?;
        dressed(&caregiver, &format!("{} for somebody", screen.name), found).await?;
    }
    Ok(())
}

async fn clinic(stage: &mut Stage, found: &mut Vec<String>) -> Result<()> {
    let nurse = stage.enter("nurse").await?;
    nurse.see("Lucia Romero").await?;
    dressed(&nurse, "clinic", found).await?;
    if stage.engine == Engine::Chromium {
        // The items and their forms are looked at in one engine.
        items(&nurse, found).await?;
    }
    // The inbox takes the browser's language when it opens.
    stage.browser_closes().await?;
    stage.browser_starts_on("es", &Setup { language: "es-MX", ..TALL_DESK }).await?;
    let nurse = stage.enter("nurse").await?;
    nurse.see("Lucia Romero").await?;
    nurse.see("Bandeja de entrada").await?;
    dressed(&nurse, "clinic in Spanish", found).await?;
    nurse.click("link", Has("Lucia Romero")).await?;
    nurse.see("Potassium").await?;
    dressed(&nurse, "an item in Spanish", found).await
}

async fn items(nurse: &Page, found: &mut Vec<String>) -> Result<()> {
    for (person, words) in [("Lucia Romero", "Potassium"), ("Amir Rahimi", "TSH")] {
        nurse.click("link", Has(person)).await?;
        nurse.see(words).await?;
        dressed(nurse, person, found).await?;
    }
    for (opener, words) in [("Recommend…", "Your recommendation"), ("Add to the chart", "Unit")] {
        nurse.click("button", Is(opener)).await?;
        nurse.see(words).await?;
        dressed(nurse, opener, found).await?;
        nurse.click("button", Is("Cancel")).await?;
    }
    Ok(())
}

/// In light, in dark and mirrored, as the styles tell them apart, without a load.
async fn dressed(page: &Page, place: &str, found: &mut Vec<String>) -> Result<()> {
    for (theme, direction) in [("dark", "ltr"), ("light", "rtl"), ("light", "ltr")] {
        page.js(&format!("document.documentElement.dir = '{direction}'")).await?;
        wear(page, theme).await?;
        note(axe::violations(page).await?, &format!("{place} {theme} {direction}"), found);
    }
    Ok(())
}

/// A screen in its language; dark, where only colors differ, in one of them.
async fn in_light_and_dark(
    page: &Page,
    query: &str,
    place: &str,
    found: &mut Vec<String>,
) -> Result<()> {
    wear(page, "light").await?;
    note(axe::violations(page).await?, &format!("{place} {query}"), found);
    if query == LANGUAGES[0] {
        wear(page, "dark").await?;
        note(axe::wrong_colors(page).await?, &format!("{place} dark"), found);
        wear(page, "light").await?;
    }
    Ok(())
}

/// As the person's own choice in Settings marks the page.
async fn wear(page: &Page, theme: &str) -> Result<()> {
    // Colors fade from one to the other; what is between them is nobody's contrast.
    page.js(&format!(
        "document.documentElement.dataset.theme = '{theme}';
        document.getAnimations().forEach((fading) => fading.finish())"
    ))
    .await?;
    Ok(())
}

fn note(violations: Vec<String>, place: &str, found: &mut Vec<String>) {
    found.extend(violations.into_iter().map(|violation| format!("{place}: {violation}")));
}

/// The person's own choice wins over the device's from the first paint on.
async fn dark_is_a_choice(page: &Page) -> Result<()> {
    let choose = "localStorage.setItem('satchel.theme', arguments[0])";
    let worn = "return [document.documentElement.dataset.theme,
        getComputedStyle(document.documentElement).backgroundColor]";
    let mut colors = Vec::new();
    for theme in ["dark", "light"] {
        page.client().await?.execute(choose, vec![theme.into()]).await?;
        page.reload().await?;
        page.see("Up to date").await?;
        let said = page.js(worn).await?;
        ensure!(said[0] == theme, "after the choice of {theme} it is {said}");
        colors.push(said[1].clone());
    }
    ensure!(colors[0] != colors[1], "light and dark are both {}", colors[0]);
    Ok(())
}

async fn unlock(page: &Page) -> Result<()> {
    page.js("sessionStorage.removeItem('satchel.locked')").await?;
    Ok(())
}
