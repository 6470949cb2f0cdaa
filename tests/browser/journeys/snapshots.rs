//! Every screen as assistive technology gets it, compared with what is kept in `snapshots/`.
//! `SATCHEL_UPDATE=1` writes them anew.

use crate::engine::{PHONE, Setup};
use crate::first_visit;
use crate::page::{PATIENCE, Page};
use crate::screens::SCREENS;
use crate::stage::Stage;
use anyhow::{Result, ensure};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

const SETUP: Setup = Setup { timeless: true, ..PHONE };
/// A screen that stays the same for so many looks is a finished one.
const SAME_LOOKS: usize = 20;
/// Counts and states come a moment after their screen.
const SETTLED_WITHIN: Duration = Duration::from_secs(5);
/// Who looked, and in how many batches that came; years above what is listed by date; words by chance.
const NEVER_THE_SAME: [&str; 3] = ["activity", "timeline", "passphrase"];

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&SETUP).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    let mut differ = Vec::new();
    for screen in SCREENS.iter().filter(|screen| !NEVER_THE_SAME.contains(&screen.name)) {
        screen.open(stage, &page, "").await?;
        if screen.framed {
            page.see("Up to date").await?;
        }
        compare(&page, screen.name, &mut differ).await?;
    }
    first_visit::walk(stage, "pia.tree", "", async |page, step| {
        // The words and the code behind it are chance.
        if step == "choose-name" { compare(page, step, &mut differ).await } else { Ok(()) }
    })
    .await?;
    ensure!(
        differ.is_empty(),
        "the accessibility tree changed; if it should, run with SATCHEL_UPDATE=1:\n{}",
        differ.join("\n")
    );
    Ok(())
}

async fn compare(page: &Page, name: &str, differ: &mut Vec<String>) -> Result<()> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("browser/snapshots");
    let file = folder.join(format!("{name}.yml"));
    if std::env::var_os("SATCHEL_UPDATE").is_some() {
        fs::create_dir_all(folder)?;
        fs::write(file, finished(page).await?)?;
        return Ok(());
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let waited = page
        .wait("the screen as it is kept", SETTLED_WITHIN, async || {
            Ok((page.tree().await? + "\n" == kept).then_some(()))
        })
        .await;
    if waited.is_ok() {
        return Ok(());
    }
    let now = finished(page).await?;
    for (number, (was, is)) in pairs(&kept, &now).into_iter().enumerate() {
        if was != is {
            differ.push(format!("{name}.yml:{}\n  - {was}\n  + {is}", number + 1));
            break;
        }
    }
    Ok(())
}

/// The tree of a screen on which nothing moves any more.
async fn finished(page: &Page) -> Result<String> {
    let mut last = String::new();
    let mut looks = 0;
    page.wait("a screen that stays as it is", PATIENCE, async || {
        let now = page.tree().await? + "\n";
        looks = if now == last { looks + 1 } else { 0 };
        last = now;
        Ok((looks >= SAME_LOOKS).then(|| last.clone()))
    })
    .await
}

/// Line by line, the shorter one filled up.
fn pairs<'a>(kept: &'a str, now: &'a str) -> Vec<(&'a str, &'a str)> {
    let lines = kept.lines().count().max(now.lines().count());
    let fill = |text: &'a str| text.lines().chain(std::iter::repeat("(nothing)")).take(lines);
    fill(kept).zip(fill(now)).collect()
}
