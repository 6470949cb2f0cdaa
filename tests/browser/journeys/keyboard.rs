//! Writing a message with the keyboard alone, and every stop of it can be seen and has a name.

use crate::engine::PHONE;
use crate::first_visit;
use crate::page::Page;
use crate::screens::SCREENS;
use crate::stage::Stage;
use anyhow::{Context, Result, bail, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;

const TEXT: &str = "Written without a mouse";
/// A long list has a stop a row; a walk that is longer than this goes in a circle.
const STOPS_MAX: usize = 500;

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    the_first_stop_skips_to_the_content(&page).await?;
    tab_to(&page, "link Messages").await?;
    press(&page, Key::Enter).await?;
    page.see("Write a message").await?;
    tab_to(&page, "link Write a message").await?;
    press(&page, Key::Enter).await?;
    for field in ["textbox What is it about?", "textbox Your message"] {
        tab_to(&page, field).await?;
        for letter in TEXT.chars() {
            press_char(&page, letter).await?;
        }
    }
    tab_to(&page, "button Send").await?;
    press(&page, Key::Enter).await?;
    page.see(TEXT).await?;
    page.see("At the clinic").await?;
    for screen in SCREENS {
        screen.open(stage, &page, "").await?;
        every_stop_is_good(&page).await.context(screen.name)?;
    }
    first_visit::walk(stage, "pia.keys", "", async |page, step| {
        every_stop_is_good(page).await.with_context(|| step.to_owned())
    })
    .await
}

async fn the_first_stop_skips_to_the_content(page: &Page) -> Result<()> {
    press(page, Key::Tab).await?;
    let first = page.focused().await?;
    ensure!(first.contains("Skip to"), "the first stop is {first:?}");
    press(page, Key::Enter).await?;
    page.wait("the focus in the content", crate::page::PATIENCE, async || {
        let inside = page.js("return document.activeElement.closest('main') !== null").await?;
        Ok((inside == true).then_some(()))
    })
    .await
}

/// Walks on with Tab, around the end of the page if need be.
async fn tab_to(page: &Page, wanted: &str) -> Result<()> {
    let mut passed = Vec::new();
    for _ in 0..STOPS_MAX {
        press(page, Key::Tab).await?;
        let now = page.focused().await?;
        if now.starts_with(wanted) {
            return Ok(());
        }
        if now == "nothing" {
            come_back(page).await?;
        }
        passed.push(now);
    }
    bail!("Tab never comes to {wanted:?}, only to {passed:?}")
}

/// Behind the last stop Firefox goes on to its own bars, as it does for everyone; from there back
/// into the page. It would otherwise take keys, but no Enter on a button.
async fn come_back(page: &Page) -> Result<()> {
    page.js("window.focus()").await?;
    Ok(())
}

/// One round through the screen: each stop has a name, a ring, and is not hidden behind what is
/// pinned (WCAG 2.2, 2.4.11). Firefox does not scroll to what is in sight in part.
async fn every_stop_is_good(page: &Page) -> Result<()> {
    come_back(page).await?;
    page.js("document.activeElement?.blur(); window.stops = new Set()").await?;
    let look = "
        const e = document.activeElement;
        if (!e || e === document.body || window.stops.has(e)) return null;
        window.stops.add(e);
        const style = getComputedStyle(e);
        const box = e.getBoundingClientRect();
        const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
            || e.closest(':focus-within') !== null && hasRingAround(e);
        const parts = [0.1, 0.5, 0.9];
        const points = parts.flatMap((across) => parts.map((down) => [
            box.left + box.width * across, box.top + box.height * down,
        ]));
        const shows = ([x, y]) => {
            const top = document.elementFromPoint(x, y);
            return !!top && (e.contains(top) || top.contains(e) || e.labels?.[0]?.contains(top));
        };
        const inSight = box.width > 0 && points.some(shows);
        return [ring, inSight, box.top, focused()];
        function hasRingAround(e) {
            for (let p = e.parentElement; p; p = p.parentElement) {
                const s = getComputedStyle(p);
                if (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) return true;
            }
            const label = e.labels?.[0] ?? e.nextElementSibling;
            const s = label && getComputedStyle(label);
            return !!s && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;
        }";
    for _ in 0..STOPS_MAX {
        press(page, Key::Tab).await?;
        let stop = page.finder(look, vec![]).await?;
        if stop.is_null() {
            return Ok(());
        }
        let name = stop[3].as_str().unwrap_or_default();
        ensure!(name.contains(' '), "{name:?} has no name");
        ensure!(stop[0] == true, "{name:?} shows no ring");
        ensure!(stop[1] == true, "{name:?} is out of sight at {} px", stop[2]);
    }
    bail!("more than {STOPS_MAX} stops")
}

pub(super) async fn press(page: &Page, key: Key) -> Result<()> {
    press_char(page, key.into()).await
}

pub(super) async fn press_char(page: &Page, value: char) -> Result<()> {
    let keys = KeyActions::new("keyboard".to_owned())
        .then(KeyAction::Down { value })
        .then(KeyAction::Up { value });
    page.client().await?.perform_actions(keys).await?;
    Ok(())
}
