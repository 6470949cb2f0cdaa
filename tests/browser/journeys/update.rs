//! From one release to the next, with a tab open and text typed: nothing changes until the person
//! says so, nothing typed is lost, and a broken release never becomes half of one.

use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::release::{self, Condition, MARK};
use crate::stage::Stage;
use anyhow::{Result, ensure};
use std::path::{Path, PathBuf};
use tests::built;

const TYPED: &str = "My knee hurts when I climb stairs";

/// Every other screen with words of one's own: where, the field's name, and what is typed.
const FORMS: [(&str, &str, &str); 10] = [
    ("/settings/passkeys", "What to call it", "My phone"),
    ("/visit/ask", "What is it about?", "Dizzy when I get up"),
    ("/call", "What is it about?", "The new tablets"),
    ("/refill", "Anything to add?", "I travel on Friday"),
    ("/add/medicine", "What is it called?", "Fish oil"),
    ("/add/allergy", "What are you allergic to?", "Walnuts"),
    ("/share/card", "What else should helpers know?", "I use a hearing aid"),
    ("/share/link", "Passcode, if you want one", "blue door"),
    ("/reading", "Anything to add?", "After a long walk"),
    (WRITES, FIELD, TYPED),
];
const WRITES: &str = "/messages/new";
const FIELD: &str = "Your message";
/// Typed in the second tab.
const SECOND: (&str, &str, &str) = ("/reading", "Top number", "128");

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let page = stage.enter("patient").await?;
    page.works_offline().await?;
    for (path, field, typed) in FORMS {
        page.goto(&stage.url(path)).await?;
        page.fill("textbox", Is(field), typed).await?;
        page.see("Draft saved on this phone").await?;
    }

    // As after an installation in the middle of which the browser ended.
    page.js("caches.open('satchel-half').then((half) => half.put('/', new Response('')))").await?;
    a_broken_release_changes_nothing(stage, &page).await?;
    let next = serve(stage, &built::portal()?, "next", Condition::Whole).await?;
    look_for_update(&page).await?;
    page.find("button", Is("Use it now")).await?;
    let halves = "const done = arguments[0]; caches.has('satchel-half').then(done);";
    let is_kept = page.client().await?.execute_async(halves, vec![]).await?;
    ensure!(is_kept == false, "half a release is kept");
    let second = stage.new_page().await?;
    second.goto(&stage.url(SECOND.0)).await?;
    second.find("button", Is("Use it now")).await?;
    second.fill("textbox", Is(SECOND.1), SECOND.2).await?;
    ensure!(!is_next(&page).await?, "the page changed under the person's hands");
    a_passphrase_comes_first(stage, &page).await?;
    no_event_tells_of_the_change(&page).await?;
    page.click("button", Is("Use it now")).await?;
    comes(&page).await?;
    kept(&page, FORMS[FORMS.len() - 1]).await?;

    // In the other tab nothing changes by itself, and its button is as good.
    ensure!(!is_next(&second).await?, "another tab changed under the person's hands");
    second.click("button", Is("Use it now")).await?;
    comes(&second).await?;
    kept(&second, SECOND).await?;
    for form in FORMS {
        second.goto(&stage.url(form.0)).await?;
        kept(&second, form).await?;
    }
    second.close().await?;
    two_before_are_kept(stage, &page, &next).await?;

    stage.server_stops().await?;
    page.reload().await?;
    ensure!(is_next(&page).await?, "offline it is the old release again");
    kept(&page, FORMS[FORMS.len() - 1]).await
}

/// A passphrase is never kept, so that the new release waits until it is used.
async fn a_passphrase_comes_first(stage: &Stage, page: &Page) -> Result<()> {
    page.goto(&stage.url("/settings/passphrase")).await?;
    page.fill("textbox", Is("Passphrase now"), "copper lantern").await?;
    page.click("button", Is("Use it now")).await?;
    page.see("Finish with your passphrase first").await?;
    ensure!(!is_next(page).await?, "a passphrase that was being typed is gone");
    page.goto(&stage.url(WRITES)).await?;
    kept(page, FORMS[FORMS.len() - 1]).await?;
    page.find("button", Is("Use it now")).await?;
    Ok(())
}

async fn a_broken_release_changes_nothing(stage: &mut Stage, page: &Page) -> Result<()> {
    stage.excuse("assets/next-0123456789abcdef.txt");
    for condition in [Condition::Damaged, Condition::Incomplete] {
        serve(stage, &built::portal()?, &format!("{condition:?}"), condition).await?;
        look_for_update(page).await?;
        ensure!(!page.has("button", Is("Use it now")).await?, "a {condition:?} release is offered");
        page.reload().await?;
        kept(page, FORMS[FORMS.len() - 1]).await?;
        ensure!(!is_next(page).await?, "a {condition:?} release is half there");
    }
    Ok(())
}

/// The host puts the release after this one in place and starts the server again.
async fn serve(
    stage: &mut Stage,
    before: &Path,
    name: &str,
    condition: Condition,
) -> Result<PathBuf> {
    let portal = release::next(before, stage.folder().join(name), condition)?;
    stage.server_stops().await?;
    stage.server.set_portal(&portal);
    stage.server_starts().await?;
    Ok(portal)
}

/// A page that was opened two releases ago finds its files; one from before that has to load anew. A
/// release that nobody took is none of the two.
async fn two_before_are_kept(stage: &mut Stage, page: &Page, next: &Path) -> Result<()> {
    let mut all = kept_releases(page).await?;
    let mut newest = next.to_owned();
    for name in ["untaken", "untaken-too"] {
        newest = serve(stage, &newest, name, Condition::Whole).await?;
        look_for_update(page).await?;
        let now = kept_releases(page).await?;
        let is_one_more = now.starts_with(&all) && now.len() == all.len() + 1;
        ensure!(is_one_more, "beside {all:?} one waits, and nobody took another: {now:?}");
    }
    for name in ["second", "third"] {
        newest = serve(stage, &newest, name, Condition::Whole).await?;
        look_for_update(page).await?;
        page.js("window.isOld = true").await?;
        match name {
            "third" => taken_where_this_one_stopped(page).await?,
            _ => page.click("button", Is("Use it now")).await?,
        }
        page.wait("another load", PATIENCE, async || {
            Ok((page.js("return !window.isOld && !!document.querySelector('main')").await? == true)
                .then_some(()))
        })
        .await?;
        let now = page
            .wait("three releases", PATIENCE, async || {
                let now = kept_releases(page).await?;
                Ok((now.len() == 3 && now.last() != all.last()).then_some(now))
            })
            .await?;
        // Nothing is on its way any more when the server ends.
        page.see("Up to date").await?;
        all.extend(now.last().cloned());
        ensure!(all.ends_with(&now), "of {all:?} are kept {now:?}");
    }
    Ok(())
}

/// A release that stops cannot offer the next one itself.
async fn taken_where_this_one_stopped(page: &Page) -> Result<()> {
    // As the boot script shows it.
    page.js("document.getElementById('boot-broken').hidden = false").await?;
    page.see("Satchel stopped").await?;
    page.click("button", Has("Open again")).await
}

/// By their names, the oldest first.
async fn kept_releases(page: &Page) -> Result<Vec<String>> {
    let script = "const done = arguments[0]; caches.keys().then(done);";
    let names = page.client().await?.execute_async(script, vec![]).await?;
    Ok(serde_json::from_value(names)?)
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

async fn comes(page: &Page) -> Result<()> {
    page.wait("the next release", PATIENCE, async || Ok(is_next(page).await?.then_some(()))).await
}

async fn kept(page: &Page, (path, field, typed): (&str, &str, &str)) -> Result<()> {
    page.wait(&format!("what was typed at {path}"), PATIENCE, async || {
        let field = page.find("textbox", Is(field)).await?;
        let text = field.prop("value").await?;
        Ok((text.as_deref() == Some(typed)).then_some(()))
    })
    .await
}
