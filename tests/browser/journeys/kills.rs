//! The browser is killed again and again while it writes: whatever was shown as saved is there.
//!
//! The worker's whole program runs, fed without a pause by the page of the checks; what it says is saved
//! goes to the server at once, so that it is known after the kill.

use crate::engine::{Engine, PHONE};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;
use tests::built;

/// In the long mode another number is taken from here.
const KILLS: &str = "SATCHEL_KILLS";
const KILLS_LONG: usize = 1_000;
/// So many kills one profile goes through; a longer record only takes longer to read.
const KILLS_OF_A_LIFE: usize = 5;
const UNANSWERED_MIN: usize = 20;
/// At least so much is shown as saved before a kill, and at most so much more.
const SAVED_MIN: usize = 10;
const SAVED_MORE: usize = 23;
const SAID: &str = "return document.getElementById('results')?.textContent ?? ''";

pub async fn play(stage: &mut Stage) -> Result<()> {
    let kills = match stage.engine {
        Engine::Chromium => 20,
        Engine::Firefox | Engine::WebKit => 8,
    };
    kill(stage, kills).await
}

pub async fn play_long(stage: &mut Stage) -> Result<()> {
    let kills = std::env::var(KILLS).ok().map(|text| text.parse());
    kill(stage, kills.transpose()?.unwrap_or(KILLS_LONG)).await
}

async fn kill(stage: &mut Stage, kills: usize) -> Result<()> {
    // The server knows nothing of what is told to it here.
    stage.excuse("/saved/");
    stage.server.set_portal(&built::checks()?);
    stage.server_starts().await?;
    let mut shown = BTreeSet::new();
    for number in 0..kills {
        let life = format!("life-{}", number / KILLS_OF_A_LIFE);
        if number % KILLS_OF_A_LIFE == 0 {
            shown.clear();
        }
        let page = writing(stage, &life, number).await?;
        holds(&page, &shown).await.with_context(|| format!("after {number} kills"))?;
        let more = number * 7 % SAVED_MORE;
        let saved = saved_in(stage, &page, number, SAVED_MIN + more).await?;
        stage.browser_crashes()?;
        shown.extend(saved);
        // What was told in the moment of the kill counts too.
        shown.extend(told(stage, number).into_iter().map(|(topic, _)| topic));
        if (number + 1) % KILLS_OF_A_LIFE == 0 || number + 1 == kills {
            let page = writing(stage, &life, kills + number).await?;
            holds(&page, &shown).await.with_context(|| format!("after {} kills", number + 1))?;
            stage.browser_crashes()?;
            std::fs::remove_dir_all(stage.profile_of(&life))?;
        }
    }
    Ok(())
}

async fn writing(stage: &mut Stage, life: &str, number: usize) -> Result<Page> {
    stage.browser_starts_on(life, &PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url(&format!("/writes.html#{number}"))).await?;
    Ok(page)
}

async fn holds(page: &Page, shown: &BTreeSet<String>) -> Result<()> {
    let there = page.wait("what the disk holds", PATIENCE, async || {
        let said = page.js(SAID).await?.as_str().unwrap_or_default().to_owned();
        let line = said.lines().find(|line| line.starts_with("holds") || line.contains("FAILED"));
        Ok(line.map(str::to_owned))
    });
    let there = there.await?;
    ensure!(!there.contains("FAILED"), "{there}");
    let there: BTreeSet<&str> = there.split(' ').skip(1).collect();
    let lost: Vec<_> = shown.iter().filter(|topic| !there.contains(topic.as_str())).collect();
    ensure!(lost.is_empty(), "{lost:?} were shown as saved, and only {there:?} are there");
    Ok(())
}

/// Waits until so many were shown as saved; answers which.
async fn saved_in(stage: &Stage, page: &Page, number: usize, many: usize) -> Result<Vec<String>> {
    let saved = page.wait("what was saved", PATIENCE, async || {
        let told = told(stage, number);
        Ok((told.len() >= many).then_some(told))
    });
    let saved = saved.await?;
    let fewest = saved.iter().map(|(_, unanswered)| *unanswered).min().unwrap_or_default();
    ensure!(fewest >= UNANSWERED_MIN, "only {fewest} writes were in flight");
    Ok(saved.into_iter().map(|(topic, _)| topic).collect())
}

/// Topics that were shown as saved in this life of the browser, and how many edits had no answer then.
fn told(stage: &Stage, number: usize) -> Vec<(String, usize)> {
    let start = format!("/saved/{number}/");
    let all = stage.front.exchanges().into_iter();
    let ours = all.filter_map(|one| one.path.strip_prefix(&start).map(str::to_owned));
    ours.filter_map(|rest| {
        let (topic, unanswered) = rest.split_once('/')?;
        Some((topic.to_owned(), unanswered.parse().ok()?))
    })
    .collect()
}
