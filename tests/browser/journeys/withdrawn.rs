//! The clinic withdraws the portal from devices: they forget the stored release at the next contact
//! and go on over the network; what was typed stays. Then it comes back.

use crate::engine::PHONE;
use crate::page::Name::Is;
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Result, ensure};

const TYPED: &str = "My ankle is swollen since Tuesday";

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let page = stage.enter("patient").await?;
    page.works_offline().await?;
    page.goto(&stage.url("/messages/new")).await?;
    page.fill("textbox", Is("Your message"), TYPED).await?;

    restart(stage, true).await?;
    page.reload().await?;
    page.wait("the stored portal to be gone", PATIENCE, async || {
        Ok((stored(&page).await? == 0).then_some(()))
    })
    .await?;
    kept(&page).await?;
    page.reload().await?;
    kept(&page).await?;
    ensure!(stored(&page).await? == 0, "it was stored again");

    restart(stage, false).await?;
    page.reload().await?;
    page.works_offline().await?;
    stage.server_stops().await?;
    page.reload().await?;
    kept(&page).await
}

async fn restart(stage: &mut Stage, withdrawn: bool) -> Result<()> {
    stage.server_stops().await?;
    stage.server.set_withdrawn(withdrawn);
    stage.server_starts().await
}

/// How many releases the device holds.
async fn stored(page: &Page) -> Result<u64> {
    let script = "
        const done = arguments[arguments.length - 1];
        caches.keys().then((names) => done(names.length));";
    let count = page.client().await?.execute_async(script, vec![]).await?;
    Ok(count.as_u64().unwrap_or(u64::MAX))
}

async fn kept(page: &Page) -> Result<()> {
    page.wait("the typed text", PATIENCE, async || {
        let field = page.find("textbox", Is("Your message")).await?;
        let text = field.prop("value").await?;
        Ok((text.as_deref() == Some(TYPED)).then_some(()))
    })
    .await
}
