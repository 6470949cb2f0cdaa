//! Where Satchel cannot run it says why, in both languages, and what to do; never a blank page.

use crate::engine::{DESKTOP, INSECURE_HOST, PHONE, Setup};
use crate::page::Name::Has;
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Result, ensure};

/// A small and old phone with text of twice the size.
const LOW: Setup = Setup { height: 640, text_percent: 200, ..PHONE };

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    // The browser's own words about an address that is not secure: our header for secure ones.
    stage.excuse("Cross-Origin-Opener-Policy header has been ignored");
    let page = stage.new_page().await?;
    let insecure = stage.url("/").replace("localhost", INSECURE_HOST);
    page.goto(&insecure).await?;
    page.see("This address is not secure").await?;
    page.see("Esta dirección no es segura").await?;
    page.goto(&format!("{insecure}shl#shlink:/e30")).await?;
    page.see("A link opens over https only").await?;
    stage.browser_closes().await?;

    let without = Setup { webassembly: false, ..PHONE };
    stage.browser_starts(&without).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/")).await?;
    page.see("This browser is too old for Satchel").await?;
    page.see("Este navegador es muy antiguo").await?;
    for (path, what) in [("/clinic/", "The inbox"), ("/clinic/office", "The office")] {
        page.goto(&stage.url(path)).await?;
        page.see(&format!("{what} needs WebAssembly")).await?;
    }
    stage.browser_closes().await?;
    something_does_not_come(stage).await
}

/// Each on a device of its own, so that nothing comes from what a browser kept.
async fn something_does_not_come(stage: &mut Stage) -> Result<()> {
    stage.loses("/assets/worker-");
    stage.browser_starts_on("without the worker", &LOW).await?;
    let page = stage.enter("patient").await?;
    page.see("A part of Satchel did not come").await?;
    a_fault_is_told_in_sight(&page).await?;
    stage.browser_closes().await?;

    stage.loses("/assets/boot-");
    stage.browser_starts_on("without the start", &DESKTOP).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/")).await?;
    page.see("Satchel could not open: the connection dropped").await?;
    page.see("se cortó la conexión").await?;
    stage.browser_closes().await?;

    stage.loses("/assets/clinic-");
    stage.loses("/assets/shl-");
    stage.browser_starts_on("without the others", &DESKTOP).await?;
    let page = stage.new_page().await?;
    for (path, what) in [
        ("/clinic/", "The inbox could not open"),
        ("/clinic/office", "The office could not open"),
        ("/shl#shlink:/e30", "The page that opens links did not come"),
    ] {
        page.goto(&stage.url(path)).await?;
        page.see(what).await?;
    }
    stage.browser_closes().await?;
    nothing_inline_runs(stage).await
}

/// The notice of a fault where it is taller than the screen: it begins in sight, and its button can be
/// reached. It is shown as the boot script does.
async fn a_fault_is_told_in_sight(page: &Page) -> Result<()> {
    page.js("document.getElementById('boot-broken').hidden = false").await?;
    page.see("Satchel stopped").await?;
    let script = "
        const notice = document.getElementById('boot-broken');
        const top = notice.firstElementChild.getBoundingClientRect().top;
        notice.scrollTop = notice.scrollHeight;
        const button = document.getElementById('boot-again').getBoundingClientRect();
        return [top, button.top, button.bottom, innerHeight];";
    let seen: [f64; 4] = serde_json::from_value(page.js(script).await?)?;
    let [top, above, below, height] = seen;
    ensure!(top >= 0.0 && above >= 0.0 && below <= height, "out of sight: {seen:?}");
    // As where nothing may be kept.
    page.js("ServiceWorkerContainer.prototype.getRegistration =
            () => Promise.reject(new DOMException('denied', 'NotSupportedError'));
        window.isOld = true;")
        .await?;
    page.click("button", Has("Open again")).await?;
    page.wait("another load", PATIENCE, async || {
        Ok((page.js("return !window.isOld").await? == true).then_some(()))
    })
    .await
}

/// A script and a handler that somebody got into one of our pages, and the browser says that it refused both.
const PLANTED: &str = "window.ran = []; window.refused = [];
document.addEventListener('securitypolicyviolation', e => refused.push(e.effectiveDirective));
const script = document.createElement('script');
script.textContent = 'ran.push(\"script\")';
document.body.append(script);
const button = document.createElement('button');
button.setAttribute('onclick', 'ran.push(\"handler\")');
document.body.append(button);
button.click();";

async fn nothing_inline_runs(stage: &mut Stage) -> Result<()> {
    for words in ["inline script", "event handler"] {
        stage.excuse(words);
    }
    stage.browser_starts_on("planted", &DESKTOP).await?;
    let page = stage.new_page().await?;
    for path in ["/", "/clinic/", "/clinic/office", "/shl"] {
        page.goto(&stage.url(path)).await?;
        page.js(PLANTED).await?;
        page.wait("both refusals", PATIENCE, async || {
            let refused = page.js("return window.refused.sort().join()").await?;
            Ok((refused == "script-src-attr,script-src-elem").then_some(()))
        })
        .await?;
        let ran = page.js("return window.ran.join()").await?;
        ensure!(ran == "", "{path} runs what is inline: {ran}");
    }
    Ok(())
}
