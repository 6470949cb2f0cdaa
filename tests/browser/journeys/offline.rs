//! With the server gone, every screen opens after a reload, and a deep link opens in a new tab. Nothing
//! that a browser shows or keeps by itself says anything about the person.

use crate::engine::PHONE;
use crate::page::Page;
use crate::screens::{SCREENS, first_thread};
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use serde_json::Value;

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    page.works_offline().await?;
    let thread = first_thread(stage, &page).await?;
    stage.server_stops().await?;

    for screen in SCREENS {
        screen.go(stage, &page, "").await?;
        page.reload().await?;
        screen.is_there(&page).await?;
        nothing_personal_is_around(&page).await.context(screen.name)?;
    }

    let tab = stage.new_page().await?;
    tab.goto(&stage.url(&thread)).await?;
    tab.see("Offline").await?;
    ensure!(tab.path().await? == thread, "a deep link leads to {}", tab.path().await?);

    stage.server_starts().await?;
    tab.see("Up to date").await
}

/// Every word that the portal has of its own, in English.
const WORDS: [&str; 2] = [
    include_str!("../../../portal/locales/en.json"),
    include_str!("../../../portal/locales/es.json"),
];
/// Of Rosa's record.
const PERSONAL: [&str; 5] = ["Rosa", "Delgado", "Lisinopril", "Penicillin", "1961"];

/// Titles end up in histories and in lists of windows, addresses too, and what is kept in clear is read
/// by whoever holds the phone. A notification shows on a locked screen: there is none.
async fn nothing_personal_is_around(page: &Page) -> Result<()> {
    let script = "return [
        document.title, location.href, JSON.stringify(history.state), JSON.stringify(localStorage),
        JSON.stringify(sessionStorage), document.cookie, globalThis.Notification?.permission ?? '',
    ]";
    let around = page.js(script).await?;
    let title = around[0].as_str().unwrap_or_default();
    let name = title.strip_suffix(" - Satchel").unwrap_or(title);
    let mut is_ours = false;
    for words in WORDS {
        let words: Value = serde_json::from_str(words)?;
        is_ours |= words.as_object().into_iter().flatten().any(|(_, word)| word == name);
    }
    ensure!(is_ours || name == "Satchel", "the window is called {title:?}");
    for word in PERSONAL {
        ensure!(!around.to_string().contains(word), "{word:?} stands in {around}");
    }
    ensure!(around[6] != "granted", "the browser may show notifications");
    Ok(())
}
