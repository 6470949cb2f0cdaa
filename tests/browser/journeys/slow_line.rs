//! 100 kbit/s and 500 ms: something readable within 4 s, the welcome screen usable within 30 s, and so is
//! the lock of a device that has to load the whole program again.

use super::lock::set_up;
use crate::driver::chromium;
use crate::engine::{Engine, PHONE};
use crate::front::SLOW;
use crate::page::Name::Any;
use crate::page::Page;
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::time::{Duration, Instant};
use tests::built;

const PAINTED_WITHIN_MS: f64 = 4_000.0;
const USABLE_WITHIN: Duration = Duration::from_secs(30);

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.server.set_portal(&built::smallest_portal()?);
    stage.server_starts_behind(SLOW).await?;
    stage.browser_starts(&PHONE).await?;
    let page = stage.new_page().await?;
    opens(stage, &page, "/", "main button").await.context("welcome")?;
    stage.browser_closes().await?;

    stage.server_stops().await?;
    stage.server_starts().await?;
    stage.browser_starts_on("locked", &PHONE).await?;
    let (link, born) = stage.invited(
        json!({
            "resourceType": "Patient", "id": "slow", "birthDate": "1970-01-02",
            "name": [{ "family": "Lento", "given": ["Pia"] }],
        }),
        vec![],
    )?;
    let page = stage.new_page().await?;
    page.goto(&link).await?;
    set_up(&page, &born).await?;
    page.see("Up to date").await?;
    page.works_offline().await?;
    page.goto(&stage.url("/lock")).await?;
    page.see("Satchel is locked").await?;
    the_program_is_gone(stage, &page).await?;
    stage.server_stops().await?;
    stage.server_starts_behind(SLOW).await?;
    opens(stage, &page, "/lock", "#opener").await.context("lock")
}

/// It can be used as soon as its heading and what one does there are on the screen.
async fn opens(stage: &Stage, page: &Page, path: &str, with: &str) -> Result<()> {
    let started = Instant::now();
    page.goto(&stage.url(path)).await?;
    page.wait("the screen", 2 * USABLE_WITHIN, async || {
        let there = page.js(&format!("return !!document.querySelector('{with}')")).await? == true;
        Ok((there && page.has("heading 1", Any).await? && runs(page).await?).then_some(()))
    })
    .await?;
    let usable = started.elapsed();
    let painted_ms = first_paint_ms(page).await?;
    ensure!(painted_ms < PAINTED_WITHIN_MS, "the first words came after {painted_ms} ms");
    ensure!(usable < USABLE_WITHIN, "usable only after {:.1} s", usable.as_secs_f64());
    Ok(())
}

/// As after a browser made room for itself: the record is there, what runs it is not.
async fn the_program_is_gone(stage: &Stage, page: &Page) -> Result<()> {
    let client = page.client().await?;
    let script = "
        const done = arguments[0];
        (async () => {
            for (const name of await caches.keys()) await caches.delete(name);
            await (await navigator.serviceWorker.getRegistration()).unregister();
        })().then(() => done('gone'), (error) => done(String(error)));";
    let gone = client.execute_async(script, vec![]).await?;
    ensure!(gone == "gone", "{gone}");
    if stage.engine == Engine::Chromium {
        chromium(&client, "Network.clearBrowserCache", json!({})).await?;
    }
    Ok(())
}

async fn runs(page: &Page) -> Result<bool> {
    Ok(page.js("return document.documentElement.dataset.boot === 'running'").await? == true)
}

async fn first_paint_ms(page: &Page) -> Result<f64> {
    let script =
        "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null";
    page.js(script).await?.as_f64().context("nothing was painted")
}
