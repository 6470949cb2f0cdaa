//! A member of staff adds a passkey, comes in with it alone, and removes it.

use super::staff::{come_in, newcomer};
use crate::engine::DESKTOP;
use crate::page::Name::Is;
use crate::stage::Stage;
use anyhow::Result;

const PERSON: &str = "Lucia Romero";

pub async fn play(stage: &mut Stage) -> Result<()> {
    // Guesses are refused with a status that browsers write into their console.
    for status in ["403", "400"] {
        stage.excuse(status);
    }
    // Who signs out ends a stream, which browsers then ask for once more by themselves.
    stage.excuse("/clinic/api/events");
    stage.open(&DESKTOP).await?;
    stage.authenticator(&[]).await?;
    let page = stage.new_page().await?;
    let (secret, _) = newcomer(stage, &page, "Mara Quist, RN", "nurse").await?;
    come_in(&page, &secret).await?;
    page.see(PERSON).await?;
    page.click("link", Is("Passkeys")).await?;
    page.fill("textbox", Is("What to call it"), "Desk key").await?;
    page.click("button", Is("Add a passkey")).await?;
    page.find("button", Is("Remove Desk key")).await?;
    page.click("button", Is("Sign out")).await?;
    page.see("Sign in to the inbox").await?;
    page.click("button", Is("Use a passkey")).await?;
    page.click("button", Is("Remove Desk key")).await?;
    page.gone("Desk key").await?;
    page.click("button", Is("Sign out")).await?;
    page.click("button", Is("Use a passkey")).await?;
    page.see("No passkey was accepted").await
}
