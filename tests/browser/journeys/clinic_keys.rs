//! A nurse clears her whole queue without a mouse. What she types to say something does not count; what
//! she presses to get there and to get it done does, and the number is printed.

use super::keyboard::{press, press_char};
use crate::engine::DESKTOP;
use crate::page::Page;
use crate::stage::Stage;
use anyhow::{Context, Result, bail, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;

/// A form has a few stops; more than these and it goes in a circle.
const STOPS_MAX: usize = 12;
/// Presses for one item, with its way there and what sends it off.
const PRESSES_OF_ONE_MAX: usize = 10;
const ITEMS_MIN: usize = 11;

#[expect(clippy::print_stdout, reason = "a run says what it did")]
pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&DESKTOP).await?;
    let page = stage.enter("nurse").await?;
    page.see("Nothing opens by itself").await?;
    let mut desk = Keyboard { page: &page, presses: 0 };
    let all = desk.open_items().await?;
    ensure!(all >= ITEMS_MIN, "only {all} items are open");
    let mut cleared = 0;
    let mut counts = Vec::new();
    while let Some(kind) = desk.next().await? {
        let before = desk.presses;
        desk.clear(&kind).await.with_context(|| format!("item {cleared}: {kind}"))?;
        counts.push(desk.presses - before + 1);
        cleared += 1;
        ensure!(cleared <= all, "an item that was cleared comes back");
    }
    let (presses, most) = (desk.presses, counts.iter().max().copied().unwrap_or_default());
    println!("{cleared} items cleared with {presses} key presses, at most {most} for one");
    ensure!(most <= PRESSES_OF_ONE_MAX, "one item takes {most} presses");
    Ok(())
}

struct Keyboard<'a> {
    page: &'a Page,
    presses: usize,
}

impl Keyboard<'_> {
    async fn open_items(&self) -> Result<usize> {
        let count = self.page.js("return document.querySelectorAll('.queue li').length").await?;
        Ok(usize::try_from(count.as_u64().unwrap_or_default())?)
    }

    async fn key(&mut self, key: char) -> Result<()> {
        self.presses += 1;
        press_char(self.page, key).await
    }

    async fn special(&mut self, key: Key) -> Result<()> {
        self.presses += 1;
        press(self.page, key).await
    }

    /// Opens the first item that is not settled; answers its heading.
    async fn next(&mut self) -> Result<Option<String>> {
        for _ in 0..self.open_items().await?.max(1) {
            self.key('j').await?;
            let opened = "
                const open = document.querySelector('.queue a[aria-current]');
                const name = open?.querySelector('b').firstChild.textContent;
                const about = document.querySelector('.conversation-head .soft')?.textContent;
                const heading = document.querySelector('.conversation-head h2');
                if (document.querySelectorAll('.queue li').length === 0) return '';
                // The address is the new one at once, and the screen follows it.
                if (open?.getAttribute('href') !== location.hash) return null;
                return name && about?.includes(name) ? heading.textContent : null;";
            let kind = self.page.wait("an item", crate::page::PATIENCE, async || {
                let kind = self.page.js(opened).await?;
                Ok(kind.as_str().map(str::to_owned))
            });
            let kind = kind.await?;
            if kind.is_empty() {
                return Ok(None);
            }
            let mine = self.page.js("return !!document.querySelector('.history .banner')").await?;
            // What went to the prescriber stays in everybody's list until it is decided.
            if mine != true {
                return Ok(Some(kind));
            }
        }
        Ok(None)
    }

    async fn clear(&mut self, kind: &str) -> Result<()> {
        let place = self.page.js("return location.hash").await?;
        if self.page.js("return !!document.querySelector('.conversation .flag')").await? == true {
            self.tab_to("button Called").await?;
            self.special(Key::Enter).await?;
            self.gone(".conversation .flag").await?;
        }
        if self.page.js("return !!document.querySelector('#reply')").await? == true
            && self.page.js("return !document.querySelector('.ours')").await? == true
        {
            self.key('r').await?;
            self.types("We will call you today.").await?;
            self.presses += 1;
            self.send().await?;
        } else if kind.starts_with("Refill") {
            self.key('a').await?;
            self.tab_to("textbox Your recommendation").await?;
            self.types("Approve.").await?;
            self.tab_to("button Recommend and send").await?;
            self.special(Key::Enter).await?;
            return self.there(".history .banner").await;
        } else {
            self.key('e').await?;
            self.page
                .wait("the form", crate::page::PATIENCE, async || {
                    let open =
                        self.page.js("return !!document.querySelector('dialog[open]')").await?;
                    Ok((open == true).then_some(()))
                })
                .await?;
            self.special(Key::Tab).await?;
            if self.page.focused().await?.starts_with("textbox") {
                self.types("Done.").await?;
            }
            self.special(Key::Tab).await?;
            self.special(Key::Enter).await?;
        }
        let left = format!("a[href='{}']", place.as_str().unwrap_or_default());
        self.gone(&format!(".queue {left}")).await
    }

    async fn tab_to(&mut self, wanted: &str) -> Result<()> {
        let mut passed = Vec::new();
        for _ in 0..STOPS_MAX {
            self.special(Key::Tab).await?;
            let now = self.page.focused().await?;
            if now.starts_with(wanted) {
                return Ok(());
            }
            passed.push(now);
        }
        bail!("Tab never comes to {wanted:?}, only to {passed:?}")
    }

    async fn types(&self, text: &str) -> Result<()> {
        for letter in text.chars() {
            press_char(self.page, letter).await?;
        }
        Ok(())
    }

    async fn send(&self) -> Result<()> {
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: Key::Control.into() })
            .then(KeyAction::Down { value: Key::Enter.into() })
            .then(KeyAction::Up { value: Key::Enter.into() })
            .then(KeyAction::Up { value: Key::Control.into() });
        self.page.client().await?.perform_actions(keys).await?;
        Ok(())
    }

    async fn gone(&self, selector: &str) -> Result<()> {
        self.settles(selector, false).await
    }

    async fn there(&self, selector: &str) -> Result<()> {
        self.settles(selector, true).await
    }

    async fn settles(&self, selector: &str, there: bool) -> Result<()> {
        let script = format!("return !!document.querySelector({selector:?})");
        self.page
            .wait(&format!("{selector} to be {there}"), crate::page::PATIENCE, async || {
                Ok((self.page.js(&script).await? == there).then_some(()))
            })
            .await
    }
}
