//! A small phone whose browser is set to text of twice the size: nothing is cut off sideways, and
//! every screen starts with what it is about.

use crate::engine::{PHONE, Setup};
use crate::page::Name::Has;
use crate::page::{PATIENCE, Page};
use crate::screens::SCREENS;
use crate::stage::Stage;
use crate::{first_visit, release};
use anyhow::{Context, Result, ensure};

const SETUP: Setup = Setup { text_percent: 200, ..PHONE };
/// The height of a small and old phone.
const LOW_PX: u32 = 640;
/// On these the first item, too, has to be in sight.
const FIRST_ITEM_MATTERS: [&str; 3] = ["home", "medicines", "thread"];

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&SETUP).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    let size = page.js("return parseFloat(getComputedStyle(document.documentElement).fontSize)");
    ensure!(size.await?.as_f64() == Some(32.0), "the browser's text is not twice its size");
    let mut wrong = Vec::new();
    for query in ["?lang=es", "?lang=en"] {
        for screen in SCREENS {
            screen.go(stage, &page, query).await?;
            look(&page, screen.name, query, &mut wrong).await?;
        }
        page.js("sessionStorage.removeItem('satchel.locked')").await?;
    }
    for (name, query) in [("pia.large", "?lang=es"), ("leo.grande", "?lang=en")] {
        first_visit::walk(stage, name, query, async |page, step| {
            look(page, step, query, &mut wrong).await
        })
        .await?;
    }
    let framed = || SCREENS.iter().filter(|screen| screen.framed);
    for (number, screen) in framed().enumerate() {
        screen.go(stage, &page, "?lang=en").await?;
        if number == 0 {
            page.js(release::IS_OFFERED).await?;
            page.see("Use it now").await?;
        }
        look(&page, screen.name, "with an update on offer", &mut wrong).await?;
    }
    let page = stage.enter("caregiver").await?;
    page.see("Up to date").await?;
    page.click("button", Has("Ana Delgado")).await?;
    page.click("button", Has("Rosa Delgado")).await?;
    page.see("You are acting for Rosa Delgado").await?;
    for screen in framed() {
        screen.go(stage, &page, "").await?;
        look(&page, screen.name, "acting for somebody", &mut wrong).await?;
    }
    ensure!(page.shows("You are acting for Rosa Delgado").await?, "they came back on their own");
    inbox(stage, &mut wrong).await?;
    ensure!(wrong.is_empty(), "at 360 px and 200 % text:\n  {}", wrong.join("\n  "));
    Ok(())
}

async fn look(page: &Page, name: &str, how: &str, wrong: &mut Vec<String>) -> Result<()> {
    let has_item = FIRST_ITEM_MATTERS.contains(&name);
    if has_item {
        page.wait(&format!("something to read on {name} {how}"), PATIENCE, async || {
            let there = page.js("return !!document.querySelector('main li:not(.day-divider)')");
            Ok((there.await? == true).then_some(()))
        })
        .await?;
    }
    let measured = measure(page).await.with_context(|| name.to_owned())?;
    let height = f64::from(SETUP.height);
    // Of a low phone, unless something stands above the screen now and then.
    let upper_half = f64::from(if how.starts_with('?') { LOW_PX } else { SETUP.height }) / 2.0;
    if measured.overflow_px > 0.0 {
        wrong.push(format!(
            "{name} {how} scrolls {} px sideways: {}",
            measured.overflow_px, measured.widest
        ));
    }
    if measured.heading_px >= upper_half {
        wrong.push(format!("{name} {how}: h1 at {} px", measured.heading_px));
    }
    if has_item && measured.item_px.is_none_or(|item| item >= height * 0.6) {
        wrong.push(format!("{name} {how}: first item at {:?} px", measured.item_px));
    }
    Ok(())
}

async fn inbox(stage: &mut Stage, wrong: &mut Vec<String>) -> Result<()> {
    let nurse = stage.enter("nurse").await?;
    nurse.see("Lucia Romero").await?;
    nurse.click("link", Has("Amir Rahimi")).await?;
    nurse.see("TSH").await?;
    let script = "
        const root = document.documentElement;
        return root.scrollWidth - root.clientWidth;";
    let over = nurse.js(script).await?.as_f64().unwrap_or_default();
    if over > 0.0 {
        wrong.push(format!("the inbox scrolls sideways by {over} px"));
    }
    Ok(())
}

struct Measured {
    overflow_px: f64,
    widest: String,
    heading_px: f64,
    item_px: Option<f64>,
}

/// Where things are on the screen as it opened, without any scrolling by the person.
async fn measure(page: &Page) -> Result<Measured> {
    let script = "
        const root = document.documentElement;
        const heading = document.querySelector('main h1');
        const after = (e) => heading.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING;
        const first = (kinds) => [...document.querySelectorAll(`main :is(${kinds})`)]
            .find((e) => after(e) && e.checkVisibility());
        // A conversation opens at its end, sooner or later: counted is where it begins.
        const top = (e) => e.getBoundingClientRect().top + scrollY;
        const item = first('li:not(.day-divider)');
        const widest = [...document.body.querySelectorAll('*')]
            .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > root.clientWidth)
            .map((e) => `${e.tagName} ${e.textContent.trim().slice(0, 30)}`);
        return [
            root.scrollWidth - root.clientWidth, widest.slice(0, 3).join(' | '),
            top(heading), item ? top(item) : null,
        ];";
    let answer = page.js(script).await?;
    let number = |at: usize| answer[at].as_f64().context("a measure is a number");
    Ok(Measured {
        overflow_px: number(0)?,
        widest: answer[1].to_string(),
        heading_px: number(2)?,
        item_px: answer[3].as_f64(),
    })
}
