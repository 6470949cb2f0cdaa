//! A caregiver changes to a child's record and back, with no connection: whose it is stands on every
//! screen, nothing of the other person's stays, and each record is read. In English and in Spanish.

use crate::engine::{PHONE, Setup};
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Result, ensure};

struct Words {
    language: &'static str,
    calm: &'static str,
    offline: &'static str,
    acting: &'static str,
    back: &'static str,
    places: [&'static str; 5],
    shots: &'static str,
}

const IN_BOTH: [Words; 2] = [
    Words {
        language: "en-US",
        calm: "Up to date",
        offline: "Offline",
        acting: "You are acting for Mateo Delgado",
        back: "Back to yours",
        places: ["Results", "Medicines", "Messages", "Record", "Home"],
        shots: "Shots",
    },
    Words {
        language: "es-US",
        calm: "Al día",
        offline: "Sin red",
        acting: "Usted actúa por Mateo Delgado",
        back: "Volver al suyo",
        places: ["Resultados", "Medicamentos", "Mensajes", "Historial", "Inicio"],
        shots: "Vacunas",
    },
];
/// Only in the record of the child.
const OF_MATEO: &str = "Albuterol";

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.server_starts().await?;
    for (number, words) in IN_BOTH.iter().enumerate() {
        let setup = Setup { language: words.language, ..PHONE };
        stage.browser_starts_on(words.language, &setup).await?;
        let page = stage.enter("caregiver").await?;
        page.see(words.calm).await?;
        page.works_offline().await?;
        stage.server_stops().await?;
        page.see(words.offline).await?;
        acts_for_the_child(&page, words).await?;
        comes_back(&page, words).await?;
        stage.server_starts().await?;
        page.see(words.calm).await?;
        if number + 1 < IN_BOTH.len() {
            stage.browser_closes().await?;
        }
    }
    Ok(())
}

async fn acts_for_the_child(page: &Page, words: &Words) -> Result<()> {
    page.click("button", Has("Ana Delgado")).await?;
    page.click("button", Has("Mateo Delgado")).await?;
    page.see(words.acting).await?;
    page.wait("the focus on the heading", PATIENCE, async || {
        let focused = page.focused().await?;
        Ok(focused.starts_with("heading").then_some(()))
    })
    .await?;
    for place in words.places {
        page.click("link", Has(place)).await?;
        page.find("heading 1", Has("")).await?;
        page.see(words.acting).await?;
        if place == words.places[1] {
            page.see(OF_MATEO).await?;
        }
        if place == words.places[3] {
            page.click("link", Has(words.shots)).await?;
            page.see(words.acting).await?;
        }
    }
    Ok(())
}

async fn comes_back(page: &Page, words: &Words) -> Result<()> {
    page.click("link", Is(words.back)).await?;
    page.wait("her own record", PATIENCE, async || {
        Ok((!page.seen().await?.contains(words.acting)).then_some(()))
    })
    .await?;
    page.click("link", Has(words.places[1])).await?;
    page.find("heading 1", Is(words.places[1])).await?;
    let seen = page.seen().await?;
    ensure!(!seen.contains(OF_MATEO), "something of the child's stayed: {seen}");
    Ok(())
}
