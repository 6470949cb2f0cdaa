//! What a person set up in their device is followed: colors that the system forces, no motion, and
//! paper, which has no buttons and shows the tables.

use crate::axe;
use crate::driver::chromium;
use crate::engine::{PHONE, Setup};
use crate::page::Page;
use crate::screens::SCREENS;
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

const DARK: Setup = Setup { dark: true, ..PHONE };
const FEW: [&str; 6] = ["home", "results", "result", "medicines", "thread", "settings"];

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&DARK).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    for screen in SCREENS.iter().filter(|screen| FEW.contains(&screen.name)) {
        screen.open(stage, &page, "").await?;
        forced_colors(&page).await.with_context(|| format!("{}, forced colors", screen.name))?;
        no_motion(&page).await.with_context(|| format!("{}, reduced motion", screen.name))?;
        paper(&page).await.with_context(|| format!("{}, printed", screen.name))?;
        set(&page, "", json!([])).await?;
    }
    Ok(())
}

async fn set(page: &Page, media: &str, features: Value) -> Result<()> {
    let parameters = json!({ "media": media, "features": features });
    chromium(&page.client().await?, "Emulation.setEmulatedMedia", parameters).await?;
    Ok(())
}

/// Backgrounds are gone there, so what only a background says has to be said by a line too.
async fn forced_colors(page: &Page) -> Result<()> {
    set(page, "", json!([{ "name": "forced-colors", "value": "active" }])).await?;
    let script = "
        const has = (e) => {
            const s = getComputedStyle(e);
            return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0
                || s.borderStyle !== 'none' && parseFloat(s.borderTopWidth) > 0;
        };
        const paints = (e) => [getComputedStyle(e).fill, getComputedStyle(e).stroke];
        const bare = [...document.querySelectorAll('[aria-current]:not(.step), :checked + span,'
            + ' .button, .card, .bubble > p, .tag')]
            .filter((e) => e.checkVisibility() && !has(e)).map((e) => e.className || e.tagName);
        const parts = [...document.querySelectorAll('.range *, .chart .point, .chart .line')];
        const unseen = parts.filter((e) => paints(e).every((paint) => paint === 'none')
            && getComputedStyle(e).backgroundColor === 'rgba(0, 0, 0, 0)').length;
        return [bare, unseen];";
    let found = page.js(script).await?;
    ensure!(found[0] == json!([]), "nothing but a background tells what these are: {}", found[0]);
    ensure!(found[1] == 0, "{} parts of a drawing have no color", found[1]);
    let violations = axe::violations(page).await?;
    ensure!(violations.is_empty(), "{}", violations.join("\n  "));
    Ok(())
}

async fn no_motion(page: &Page) -> Result<()> {
    set(page, "", json!([{ "name": "prefers-reduced-motion", "value": "reduce" }])).await?;
    let script = "
        const moves = (e) => {
            const style = getComputedStyle(e);
            return style.animationName !== 'none'
                || style.transitionDuration.split(',').some((time) => parseFloat(time) > 0);
        };
        return [...document.querySelectorAll('*')].filter(moves).length";
    let moving = page.js(script).await?;
    ensure!(moving == 0, "{moving} things may move");
    Ok(())
}

/// A person with a dark screen does not print a dark page.
async fn paper(page: &Page) -> Result<()> {
    let is_light =
        "return Number(/\\d+/.exec(getComputedStyle(document.querySelector('h1')).color)[0])
        > 128";
    let dark = json!([{ "name": "prefers-color-scheme", "value": "dark" }]);
    set(page, "", dark.clone()).await?;
    ensure!(page.js(is_light).await? == true, "the screen is not dark");
    set(page, "print", dark).await?;
    ensure!(page.js(is_light).await? == false, "the words are as light as the paper");
    let script = "
        const card = document.querySelector('.card') ?? document.querySelector('.bubble > p');
        const shown = (kinds) => [...document.querySelectorAll(kinds)]
            .filter((e) => e.checkVisibility()).map((e) => e.className || e.tagName);
        const tables = [...document.querySelectorAll('details table')]
            .filter((e) => !e.checkVisibility({ contentVisibilityAuto: true })).length;
        return [shown('.top, .navigation, .button, .back, .composer, .search'), tables,
            document.querySelector('main h1').checkVisibility(),
            Number(/[.\\d]+/.exec(getComputedStyle(card).backgroundColor)[0]) > 0.9];";
    let found = page.js(script).await?;
    ensure!(found[0] == json!([]), "controls are printed: {}", found[0]);
    ensure!(found[3] == true, "a card is printed dark");
    ensure!(found[1] == 0, "{} tables are folded away on paper", found[1]);
    ensure!(found[2] == true, "the screen has no heading on paper");
    Ok(())
}
