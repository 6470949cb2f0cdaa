//! From one release to the next, with a tab open and text typed: nothing changes until the person
//! says so, nothing typed is lost, and a broken release never becomes half of one.

use crate::engine::PHONE;
use crate::page::Name::Is;
use crate::page::{PATIENCE, Page};
use crate::release::{self, Condition, MARK};
use crate::stage::Stage;
use anyhow::{Result, ensure};
use tests::built;

const TYPED: &str = "My knee hurts when I climb stairs";

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let page = stage.enter("patient").await?;
    page.works_offline().await?;
    page.goto(&stage.url("/messages/new")).await?;
    page.fill("textbox", Is("Your message"), TYPED).await?;

    a_broken_release_changes_nothing(stage, &page).await?;
    serve(stage, Condition::Whole).await?;
    look_for_update(&page).await?;
    page.find("button", Is("Use it now")).await?;
    ensure!(!is_next(&page).await?, "the page changed under the person's hands");
    no_event_tells_of_the_change(&page).await?;
    page.click("button", Is("Use it now")).await?;
    page.wait("the next release", PATIENCE, async || Ok(is_next(&page).await?.then_some(())))
        .await?;
    kept(&page).await?;

    stage.server_stops().await?;
    page.reload().await?;
    ensure!(is_next(&page).await?, "offline it is the old release again");
    kept(&page).await
}

async fn a_broken_release_changes_nothing(stage: &mut Stage, page: &Page) -> Result<()> {
    stage.excuse("assets/next-0123456789abcdef.txt");
    for condition in [Condition::Damaged, Condition::Incomplete] {
        serve(stage, condition).await?;
        look_for_update(page).await?;
        ensure!(!page.has("button", Is("Use it now")).await?, "a {condition:?} release is offered");
        page.reload().await?;
        kept(page).await?;
        ensure!(!is_next(page).await?, "a {condition:?} release is half there");
    }
    Ok(())
}

/// The host puts another release in place and starts the server again.
async fn serve(stage: &mut Stage, condition: Condition) -> Result<()> {
    let folder = stage.folder().join(format!("{condition:?}"));
    let portal = release::next(&built::portal()?, folder, condition)?;
    stage.server_stops().await?;
    stage.server.set_portal(&portal);
    stage.server_starts().await
}

/// Looks for a new release now instead of within the hour, and waits for the end of the look.
async fn look_for_update(page: &Page) -> Result<()> {
    let script = "
        const done = arguments[arguments.length - 1];
        (async () => {
            const registration = await navigator.serviceWorker.getRegistration();
            await registration.update();
            const coming = registration.installing;
            if (!coming) return;
            await new Promise((resolve) => {
                const look = () => coming.state === 'installing' || resolve();
                coming.addEventListener('statechange', look);
                look();
            });
        })().then(() => done('looked'), (error) => done(String(error)));";
    let looked = page.client().await?.execute_async(script, vec![]).await?;
    ensure!(looked == "looked" || looked.to_string().contains("TypeError"), "looking: {looked}");
    Ok(())
}

/// As in browsers that fire neither event in every page.
async fn no_event_tells_of_the_change(page: &Page) -> Result<()> {
    page.js("navigator.serviceWorker.addEventListener(
            'controllerchange', (event) => event.stopImmediatePropagation(), true);
        ServiceWorker.prototype.addEventListener = () => {};")
        .await?;
    Ok(())
}

async fn is_next(page: &Page) -> Result<bool> {
    let script = format!("return document.documentElement.hasAttribute('{MARK}')");
    Ok(page.js(&script).await? == true)
}

async fn kept(page: &Page) -> Result<()> {
    page.wait("the typed text", PATIENCE, async || {
        let field = page.find("textbox", Is("Your message")).await?;
        let text = field.prop("value").await?;
        Ok((text.as_deref() == Some(TYPED)).then_some(()))
    })
    .await
}
