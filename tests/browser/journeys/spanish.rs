//! A person whose phone speaks Spanish: the first visit, reading with no connection, search, and the
//! other language and back.

use super::lock::listed;
use crate::engine::{PHONE, Setup};
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};

const SPANISH: Setup = Setup { language: "es-US", ..PHONE };

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&SPANISH).await?;
    first_visit(stage).await?;
    let page = stage.enter("patient").await?;
    page.see("Al día").await?;
    page.works_offline().await?;
    stage.server_stops().await?;
    page.reload().await?;
    page.see("Sin red").await?;
    reads(stage, &page).await?;
    a_corrected_result(stage, &page).await?;
    writes(&page).await?;
    stage.server_starts().await?;
    page.see("En la clínica").await?;
    another_language(stage, &page).await
}

/// The language is chosen before anything else is asked, and is the phone's until then.
async fn first_visit(stage: &mut Stage) -> Result<()> {
    let page = stage.enter("new patient").await?;
    page.see("Su clínica le invitó").await?;
    page.click("radio", Is("English")).await?;
    page.see("Your clinic invited you").await?;
    page.click("radio", Is("Español")).await?;
    let born = stage.server.link("new patient's birth date")?.to_owned();
    let mut parts = born.split('-');
    for field in ["Año", "Mes", "Día"] {
        let part = parts.next().context("a birth date has three parts")?;
        page.fill("textbox", Is(field), part).await?;
    }
    page.click("button", Is("Continuar")).await?;
    page.fill("textbox", Is("Nombre de entrada"), "cometa-azul-7").await?;
    page.click("button", Is("Continuar")).await?;
    let words = listed(&page, 5).await?;
    ensure!(!words.is_empty(), "no words are proposed");
    page.click("button", Is("Cerrar mi historial con esto")).await?;
    page.see("Su código de recuperación").await?;
    page.click("button", Is("Ya guardé el código")).await?;
    page.see("Al día").await
}

async fn reads(stage: &Stage, page: &Page) -> Result<()> {
    page.see("Próxima cita").await?;
    page.click("link", Is("Resultados")).await?;
    page.see("Azúcar promedio").await?;
    page.see("Arriba del rango").await?;
    page.click("link", Is("Medicamentos")).await?;
    page.see("Los que toma ahora").await?;
    page.click("link", Is("Historial")).await?;
    page.click("link", Has("Alergias")).await?;
    page.see("Penicillin").await?;
    page.goto(&stage.url("/search")).await?;
    page.fill("searchbox", Has("Buscar en mi historial"), "lisinop").await?;
    page.see("encontrados").await
}

async fn a_corrected_result(stage: &Stage, page: &Page) -> Result<()> {
    page.goto(&stage.url("/results")).await?;
    let corrected = "const row = [...document.querySelectorAll('main a.result')]
        .find((link) => link.textContent.includes('Corregido'));
        row?.click(); return !!row";
    page.wait("a corrected result", PATIENCE, async || {
        Ok((page.js(corrected).await? == true).then_some(()))
    })
    .await?;
    page.see("El laboratorio corrigió este resultado").await
}

async fn writes(page: &Page) -> Result<()> {
    page.click("link", Has("Mensajes")).await?;
    page.click("link", Is("Escribir un mensaje")).await?;
    page.fill("textbox", Is("¿De qué se trata?"), "Mi pie").await?;
    page.fill("textbox", Is("Su mensaje"), "Se me hinchó el pie. ¿Voy?").await?;
    page.click("button", Is("Enviar luego")).await?;
    page.see("Guardado en este teléfono").await
}

async fn another_language(stage: &Stage, page: &Page) -> Result<()> {
    page.goto(&stage.url("/settings")).await?;
    page.click("radio", Is("English")).await?;
    page.find("heading 1", Is("Settings")).await?;
    page.reload().await?;
    page.find("heading 1", Is("Settings")).await?;
    ensure!(
        page.js("return document.documentElement.lang").await? == "en",
        "the page says another"
    );
    page.click("radio", Is("Español")).await?;
    page.find("heading 1", Is("Ajustes")).await?;
    Ok(())
}
