//! Every screen as assistive technology gets it, compared with what is kept in `snapshots/`.
//! `SATCHEL_UPDATE=1` writes them anew.

use crate::engine::PHONE;
use crate::page::Page;
use crate::screens::SCREENS;
use crate::stage::Stage;
use anyhow::{Result, ensure};
use std::fs;
use std::path::PathBuf;

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let page = stage.enter("patient").await?;
    page.see("Up to date").await?;
    let mut differ = Vec::new();
    for screen in SCREENS {
        screen.open(stage, &page, "").await?;
        compare(&page, screen.name, &mut differ).await?;
    }
    let nurse = stage.enter("nurse").await?;
    nurse.see("Rosa").await?;
    compare(&nurse, "clinic", &mut differ).await?;
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
    let now = timeless(&page.tree().await?) + "\n";
    if std::env::var_os("SATCHEL_UPDATE").is_some() {
        fs::create_dir_all(folder)?;
        fs::write(file, now)?;
        return Ok(());
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    for (number, (was, is)) in pairs(&kept, &now).into_iter().enumerate() {
        if was != is {
            differ.push(format!("{name}.yml:{}\n  - {was}\n  + {is}", number + 1));
            break;
        }
    }
    Ok(())
}

/// Line by line, the shorter one filled up.
fn pairs<'a>(kept: &'a str, now: &'a str) -> Vec<(&'a str, &'a str)> {
    let lines = kept.lines().count().max(now.lines().count());
    let fill = |text: &'a str| text.lines().chain(std::iter::repeat("(nothing)")).take(lines);
    fill(kept).zip(fill(now)).collect()
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The demo's dates move with today, so words about time are replaced by what they are.
fn timeless(tree: &str) -> String {
    let mut lines = Vec::new();
    for line in tree.lines() {
        let mut words: Vec<String> = Vec::new();
        for word in line.split(' ') {
            let next = timeless_word(word);
            let again = words.last().is_some_and(|last| *last == "DATE" && next == "DATE");
            if !again {
                words.push(next);
            }
        }
        lines.push(words.join(" "));
    }
    lines.join("\n")
}

fn timeless_word(word: &str) -> String {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let is_month = MONTHS.iter().any(|month| bare.starts_with(month) && bare.len() <= 9);
    let is_day =
        DAYS.contains(&bare) || ["Today", "today", "Yesterday", "yesterday"].contains(&bare);
    let is_clock = bare.contains(':') && bare.starts_with(|c: char| c.is_ascii_digit());
    let is_half = ["am", "pm", "AM", "PM"].contains(&bare);
    let is_number = bare.parse::<u32>().is_ok_and(|number| number <= 31 || number > 1_900);
    if is_month && is_month_name(bare) || is_day || is_clock || is_half || is_number {
        return "DATE".to_owned();
    }
    word.to_owned()
}

/// "May" and "March" are months at any length; "Marked" and "Decide" are not.
fn is_month_name(word: &str) -> bool {
    const LONG: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    MONTHS.contains(&word) || LONG.contains(&word)
}
