//! With the server gone, a person reads what matters: the newest result in two taps, how it changed,
//! the medicines, the record, and finds things again.

use crate::engine::PHONE;
use crate::page::{Name, Page};
use crate::stage::Stage;
use anyhow::{Result, ensure};

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    page.see("New result").await?;
    page.works_offline().await?;
    stage.server_stops().await?;
    page.reload().await?;
    page.see("Offline").await?;
    page.see("Next visit").await?;

    the_newest_result_takes_two_taps(stage, &page).await?;
    results(stage, &page).await?;
    medicines(&page).await?;
    record(&page).await?;
    search(stage, &page).await?;
    visit(stage, &page).await?;
    stage.server_starts().await
}

/// From Home, by what it announces and by the list: no way is longer.
const TAPS_MAX: usize = 2;

async fn the_newest_result_takes_two_taps(stage: &Stage, page: &Page) -> Result<()> {
    page.goto(&stage.url("/results")).await?;
    let newest = first_of(page, "/results/").await?;
    for taps in [&["/results/"][..], &["/results", "/results/"]] {
        ensure!(taps.len() <= TAPS_MAX, "{} taps", taps.len());
        page.goto(&stage.url("/")).await?;
        page.see("New result").await?;
        for place in taps {
            first_of(page, place).await?;
            // What a finger can reach on any screen: a link of the content or of the places.
            page.js(&format!("document.querySelector('a[href^=\"{place}\"]').click()")).await?;
        }
        page.see("About this result").await?;
        let path = page.path().await?;
        ensure!(newest.ends_with(&path), "{taps:?} led to {path} and not to {newest}");
    }
    page.goto(&stage.url("/")).await
}

async fn first_of(page: &Page, place: &str) -> Result<String> {
    let script = format!("return document.querySelector('a[href^=\"{place}\"]')?.href ?? null");
    page.wait("a first thing in the list", crate::page::PATIENCE, async || {
        Ok(page.js(&script).await?.as_str().map(str::to_owned))
    })
    .await
}

async fn results(stage: &Stage, page: &Page) -> Result<()> {
    page.click("link", Name::Is("Results")).await?;
    page.find("heading", Name::Is("Results")).await?;
    page.see("Average blood sugar").await?;
    page.see("Above range").await?;
    open_first(page, "/results/").await?;
    page.see("About this result").await?;
    let says = page.shows("Usual range").await? || page.shows("Taken").await?;
    ensure!(says, "a result says little: {}", page.seen().await?);
    // The title of a window ends up in histories.
    let title = page.js("return document.title").await?;
    let named = page
        .tongue
        .wholes("One result")
        .iter()
        .any(|name| title == format!("{} - Satchel", name[0]));
    ensure!(named, "the window is called {title}");

    page.goto(&stage.url("/results")).await?;
    page.click("radio", Name::Is("Home")).await?;
    page.see("128/78").await?;
    page.click("radio", Name::Is("All")).await?;
    // Several are called so; the newest stands first.
    let a1c = "const a1c = [...document.querySelectorAll('main a.result')]
        .find((link) => link.textContent.includes('A1c'));
        a1c?.click(); return !!a1c";
    page.wait("a result of this name", crate::page::PATIENCE, async || {
        Ok((page.js(a1c).await? == true).then_some(()))
    })
    .await?;
    page.find("heading", Name::Is("Over time")).await?;
    page.find("heading", Name::Is("A1c")).await?;
    let table = "const table = document.querySelector('main details'); table.open = true;
        return table.querySelectorAll('tbody tr').length";
    let rows = page.js(table).await?;
    ensure!(rows.as_u64().unwrap_or_default() > 1, "the table has {rows} rows");
    page.see("Compared with range").await
}

async fn medicines(page: &Page) -> Result<()> {
    page.click("link", Name::Is("Medicines")).await?;
    page.see("Taken now").await?;
    page.see("Lisinopril").await?;
    open_first(page, "/medicines/").await?;
    page.see("Prescriptions and refills").await
}

async fn record(page: &Page) -> Result<()> {
    page.click("link", Name::Is("Record")).await?;
    page.click("link", Name::Has("Allergies")).await?;
    page.see("Penicillin").await?;
    open_first(page, "/record/entry/").await?;
    page.see("Comes from").await?;
    page.click("link", Name::Is("Record")).await?;
    page.click("link", Name::Has("Everything by date")).await?;
    page.find("heading", Name::Is("Everything by date")).await?;
    page.see("2026").await
}

async fn search(stage: &Stage, page: &Page) -> Result<()> {
    page.goto(&stage.url("/search")).await?;
    page.fill("searchbox", Name::Has("Search my record"), "lisinop").await?;
    page.see("found").await?;
    page.see("Lisinopril").await
}

async fn visit(stage: &Stage, page: &Page) -> Result<()> {
    page.goto(&stage.url("/visit")).await?;
    page.see("How to prepare").await?;
    page.find("link", Name::Is("Save to my calendar")).await?;
    Ok(())
}

/// Opens the first thing of a list.
async fn open_first(page: &Page, place: &str) -> Result<()> {
    let href = first_of(page, place).await?;
    let click = format!("document.querySelector('main a[href^=\"{place}\"]').click()");
    page.js(&click).await?;
    ensure!(href.ends_with(&page.path().await?), "the link led to {}", page.path().await?);
    Ok(())
}
