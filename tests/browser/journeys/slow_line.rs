//! 100 kbit/s and 500 ms: something readable within 4 s, the welcome screen usable within 30 s.

use crate::engine::PHONE;
use crate::front::SLOW;
use crate::page::Name::Any;
use crate::page::Page;
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use std::time::{Duration, Instant};
use tests::built;

const PAINTED_WITHIN_MS: f64 = 4_000.0;
const USABLE_WITHIN: Duration = Duration::from_secs(30);

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.server.set_portal(&built::smallest_portal()?);
    stage.server_starts_behind(SLOW).await?;
    stage.browser_starts(&PHONE).await?;
    let page = stage.new_page().await?;
    let started = Instant::now();
    page.goto(&stage.url("/")).await?;
    page.wait("the welcome screen", 2 * USABLE_WITHIN, async || {
        let usable = page.has("heading 1", Any).await? && page.has("button", Any).await?;
        Ok((usable && runs(&page).await?).then_some(()))
    })
    .await?;
    let usable = started.elapsed();
    let painted_ms = first_paint_ms(&page).await?;
    ensure!(painted_ms < PAINTED_WITHIN_MS, "the first words came after {painted_ms} ms");
    ensure!(usable < USABLE_WITHIN, "usable only after {:.1} s", usable.as_secs_f64());
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
