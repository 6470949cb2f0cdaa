//! Eight tabs of one account: all are usable, what one writes the others show, all say how the line
//! stands, and whichever holds it, another one has it within a second after it is closed.

use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use std::time::{Duration, Instant};

const TABS: usize = 8;
const HANDED_OVER_WITHIN: Duration = Duration::from_secs(1);
/// The quickest of these counts: the machine may be busy with another browser.
const CLOSED: usize = 3;
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(10);

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let mut tabs = Vec::new();
    for _ in 0..TABS {
        let tab = stage.enter("patient").await?;
        // Only the first has the line, and no other says that there is none.
        tab.see("Up to date").await?;
        tabs.push(tab);
    }
    ensure!(lines(stage) == 1, "{} tabs hold a line", lines(stage));
    everybody_sees(&tabs, TABS - 1, "From the last tab").await?;

    let mut quickest = Duration::MAX;
    for _ in 0..CLOSED {
        // They were opened in this order, and locks are given out in the order in which they are asked for.
        let leading = tabs.remove(0);
        let before = lines(stage);
        leading.close().await?;
        let closed = Instant::now();
        wait_for_line(stage, &tabs, before).await?;
        quickest = quickest.min(closed.elapsed());
        tabs[0].see("Up to date").await?;
    }
    ensure!(quickest < HANDED_OVER_WITHIN, "the next tab had a line after {quickest:?} at best");
    everybody_sees(&tabs, 1, "After the leader left").await?;
    stage.server_stops().await?;
    for words in ["Offline", "Up to date"] {
        for tab in &tabs {
            tab.see(words).await?;
        }
        if words == "Offline" {
            stage.server_starts().await?;
        }
    }
    Ok(())
}

/// How many times a tab was let in to the line.
fn lines(stage: &Stage) -> usize {
    stage.front.exchanges().iter().filter(|one| one.status == 101).count()
}

async fn wait_for_line(stage: &Stage, tabs: &[Page], before: usize) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while lines(stage) == before {
        ensure!(Instant::now() < deadline, "no other of {} tabs takes the line", tabs.len());
        tokio::time::sleep(LOOK_AGAIN_AFTER).await;
    }
    Ok(())
}

async fn everybody_sees(tabs: &[Page], writer: usize, topic: &str) -> Result<()> {
    let tab = tabs.get(writer).context("there is such a tab")?;
    tab.click("link", Has("Messages")).await?;
    tab.click("link", Is("Write a message")).await?;
    tab.fill("textbox", Is("What is it about?"), topic).await?;
    tab.fill("textbox", Is("Your message"), "Does every tab show this?").await?;
    tab.click("button", Has("Send")).await?;
    for tab in tabs {
        tab.click("link", Has("Messages")).await?;
        tab.see(topic).await?;
        tab.see("At the clinic").await?;
    }
    Ok(())
}
