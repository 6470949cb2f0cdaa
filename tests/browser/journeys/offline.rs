//! With the server gone, every screen opens after a reload, and a deep link opens in a new tab.

use crate::engine::PHONE;
use crate::screens::{SCREENS, first_thread};
use crate::stage::Stage;
use anyhow::{Result, ensure};

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    page.works_offline().await?;
    let thread = first_thread(stage, &page).await?;
    stage.server_stops().await?;

    for screen in SCREENS {
        screen.open(stage, &page, "").await?;
        page.reload().await?;
        screen.is_there(&page).await?;
    }

    let tab = stage.new_page().await?;
    tab.goto(&stage.url(&thread)).await?;
    tab.see("Offline").await?;
    ensure!(tab.path().await? == thread, "a deep link leads to {}", tab.path().await?);

    stage.server_starts().await?;
    tab.see("Up to date").await
}
