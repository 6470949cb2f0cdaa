//! A small phone whose browser is set to text of twice the size: nothing is cut off sideways, and
//! every screen starts with what it is about.

use crate::engine::{PHONE, Setup};
use crate::page::Name::Has;
use crate::page::Page;
use crate::screens::SCREENS;
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};

const SETUP: Setup = Setup { text_percent: 200, ..PHONE };
/// On these the first item, too, has to be in sight.
const FIRST_ITEM_MATTERS: [&str; 3] = ["home", "medicines", "thread"];

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&SETUP).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    let size = page.js("return parseFloat(getComputedStyle(document.documentElement).fontSize)");
    ensure!(size.await?.as_f64() == Some(32.0), "the browser's text is not twice its size");
    let mut wrong = Vec::new();
    for screen in SCREENS {
        screen.go(stage, &page, "").await?;
        let measured = measure(&page).await.context(screen.name)?;
        let height = f64::from(SETUP.height);
        if measured.overflow_px > 0.0 {
            wrong.push(format!("{} scrolls sideways: {}", screen.name, measured.widest));
        }
        // The page of all components has as many headings as it wants.
        if measured.heading_px >= height / 2.0 {
            wrong.push(format!("{}: h1 at {} px", screen.name, measured.heading_px));
        }
        if FIRST_ITEM_MATTERS.contains(&screen.name) && measured.item_px >= height * 0.6 {
            wrong.push(format!("{}: first item at {} px", screen.name, measured.item_px));
        }
    }
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
    ensure!(wrong.is_empty(), "at 360 px and 200 % text:\n  {}", wrong.join("\n  "));
    Ok(())
}

struct Measured {
    overflow_px: f64,
    widest: String,
    heading_px: f64,
    item_px: f64,
}

/// Where things are on the screen as it opened, without any scrolling by the person.
async fn measure(page: &Page) -> Result<Measured> {
    let script = "
        const root = document.documentElement;
        const heading = document.querySelector('main h1');
        const after = (e) => heading.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING;
        const first = (kinds) => [...document.querySelectorAll(`main :is(${kinds})`)]
            .find((e) => after(e) && e.checkVisibility());
        const item = first('li') ?? first('h2, h3, p');
        const widest = [...document.body.querySelectorAll('*')]
            .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1)
            .map((e) => `${e.tagName} ${e.textContent.trim().slice(0, 30)}`);
        return [
            root.scrollWidth - root.clientWidth, widest.slice(0, 3).join(' | '),
            heading.getBoundingClientRect().top, item?.getBoundingClientRect().top ?? 0,
        ];";
    let answer = page.js(script).await?;
    let number = |at: usize| answer[at].as_f64().context("a measure is a number");
    Ok(Measured {
        overflow_px: number(0)?,
        widest: answer[1].to_string(),
        heading_px: number(2)?,
        item_px: number(3)?,
    })
}
