//! A line that stands and carries nothing, a clinic that was restored from a backup, and clocks that are
//! years away.

use crate::engine::PHONE;
use crate::front::FAST;
use crate::page::Name::{Has, Is};
use crate::page::Page;
use crate::release;
use crate::stage::Stage;
use anyhow::{Result, ensure};
use std::time::{Duration, Instant};
use tests::built;

/// What the protocol promises, and as much again for a busy machine.
const NOTICED_WITHIN: Duration = Duration::from_secs(20);
const NOTICED_AFTER_WAKING: Duration = Duration::from_secs(2);
const SLACK: Duration = Duration::from_secs(5);
const TEN_YEARS_MS: i64 = 10 * 365 * 24 * 60 * 60 * 1000;

pub async fn half_open(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    is_noticed(stage, &page, NOTICED_WITHIN).await?;
    stage.front.open(FAST).await?;
    page.see("Up to date").await?;

    stage.line_hangs();
    page.js("window.dispatchEvent(new Event('online'))").await?;
    is_noticed(stage, &page, NOTICED_AFTER_WAKING).await?;
    write(&page, "Behind a dead line", "Send later").await?;
    page.see("Saved on this").await?;
    stage.front.open(FAST).await?;
    page.see("At the clinic").await
}

async fn is_noticed(stage: &mut Stage, page: &Page, within: Duration) -> Result<()> {
    stage.line_hangs();
    let started = Instant::now();
    page.see_within("Offline", within + SLACK).await?;
    let took = started.elapsed();
    ensure!(took < within + SLACK, "a dead line was noticed after {took:?}");
    Ok(())
}

pub async fn restored(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    stage.server_stops().await?;
    let night = stage.folder().join("last-night");
    release::copy(stage.server.folder(), &night)?;
    stage.server_starts().await?;
    page.see("Up to date").await?;
    write(&page, "After the backup", "Send").await?;
    page.see("At the clinic").await?;

    stage.server_stops().await?;
    std::fs::remove_dir_all(stage.server.folder())?;
    release::copy(&night, stage.server.folder())?;
    stage.server_starts().await?;
    page.see("Up to date").await?;
    let nurse = stage.enter("nurse").await?;
    nurse.see("After the backup").await
}

pub async fn other_clocks(stage: &mut Stage) -> Result<()> {
    for (name, moved_ms) in [("ahead", TEN_YEARS_MS), ("behind", -TEN_YEARS_MS)] {
        let folder = stage.folder().join(name);
        let moved = format!("const real = Date.now; Date.now = () => real() + {moved_ms};\n");
        let portal = release::with_worker(&built::portal()?, folder, &moved)?;
        stage.server.set_portal(&portal);
        stage.server_starts().await?;
        stage.browser_starts_on(name, &PHONE).await?;
        let page = stage.enter("patient").await?;
        page.see("Up to date").await?;
        let topic = format!("Years {name}");
        write(&page, &topic, "Send").await?;
        page.see("At the clinic").await?;
        let nurse = stage.enter("nurse").await?;
        nurse.click("link", Has(&topic)).await?;
        nurse.fill("textbox", Has("Reply"), "Your clock is not the clinic's.").await?;
        nurse.click("button", Is("Send")).await?;
        page.see("Your clock is not the clinic's.").await?;
        stage.browser_closes().await?;
        stage.server_stops().await?;
    }
    Ok(())
}

async fn write(page: &Page, topic: &str, send: &str) -> Result<()> {
    page.click("link", Has("Messages")).await?;
    page.click("link", Is("Write a message")).await?;
    page.fill("textbox", Is("What is it about?"), topic).await?;
    page.fill("textbox", Is("Your message"), "Does this reach you?").await?;
    page.click("button", Has(send)).await
}
