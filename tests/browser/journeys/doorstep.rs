//! Where Satchel cannot run it says why, in both languages, and what to do; never a blank page.

use crate::engine::{INSECURE_HOST, PHONE, Setup};
use crate::stage::Stage;
use anyhow::Result;

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    // The browser's own words about an address that is not secure: our header for secure ones.
    stage.excuse("Cross-Origin-Opener-Policy header has been ignored");
    let page = stage.new_page().await?;
    let insecure = stage.url("/").replace("localhost", INSECURE_HOST);
    page.goto(&insecure).await?;
    page.see("This address is not secure").await?;
    page.see("Esta dirección no es segura").await?;
    stage.browser_closes().await?;

    let without = Setup { webassembly: false, ..PHONE };
    stage.browser_starts(&without).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/")).await?;
    page.see("This browser is too old for Satchel").await?;
    page.see("Este navegador es muy antiguo").await
}
