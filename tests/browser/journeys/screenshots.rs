//! A picture of every screen for people: `docs/screenshots/`. Only when asked for, with
//! `SATCHEL_UPDATE=1 cargo test -p tests --test browser -- screenshots`.

use crate::engine::{DESKTOP, PHONE, Setup};
use crate::page::Name::{Has, Is};
use crate::page::Page;
use crate::screens::SCREENS;
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Pictures are read by people on slow lines too: 65 KB each, of 76.
const ALL_BYTES_MAX: u64 = 5 * 1024 * 1024;

/// The next visit has an address without an id, too.
const SAME_AS_ANOTHER: &str = "before-one-visit";

struct Look {
    name: &'static str,
    setup: Setup,
    query: &'static str,
    /// The status when nothing is under way, in the look's language.
    calm: &'static str,
    /// Nothing: all of them.
    screens: &'static [&'static str],
}

const DARK_PHONE: Setup = Setup { dark: true, ..PHONE };
const LARGE_TEXT: Setup = Setup { text_percent: 200, ..PHONE };
const FEW: &[&str] = &["home", "medicines", "thread", "result", "settings", "welcome"];
const ENGLISH: Look =
    Look { name: "phone", setup: PHONE, query: "?lang=en", calm: "Up to date", screens: &[] };
const LOOKS: &[Look] = &[
    ENGLISH,
    Look { name: "phone-dark", setup: DARK_PHONE, screens: FEW, ..ENGLISH },
    Look { name: "phone-es", query: "?lang=es", calm: "Al día", screens: FEW, ..ENGLISH },
    Look { name: "phone-rtl", query: "?lang=ar-XB", screens: FEW, ..ENGLISH },
    Look { name: "phone-text-200", setup: LARGE_TEXT, screens: FEW, ..ENGLISH },
    Look { name: "desktop", setup: DESKTOP, screens: FEW, ..ENGLISH },
];

pub async fn play(stage: &mut Stage) -> Result<()> {
    ensure!(
        std::env::var_os("SATCHEL_UPDATE").is_some(),
        "screenshots are written into docs/, so say that you want that: SATCHEL_UPDATE=1"
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("tests lies in the root")?;
    let folder = root.join("docs/screenshots");
    fs::create_dir_all(&folder)?;
    stage.server_starts().await?;
    for look in LOOKS {
        stage.browser_starts(&look.setup).await?;
        let page = stage.enter("patient").await?;
        SCREENS[0].is_there(&page).await?;
        for screen in SCREENS {
            let is_wanted = look.screens.is_empty() || look.screens.contains(&screen.name);
            if !is_wanted || screen.name == SAME_AS_ANOTHER {
                continue;
            }
            screen.open(stage, &page, look.query).await?;
            if screen.framed {
                page.see(look.calm).await?;
            }
            keep(&page, &folder.join(format!("{}-{}.png", look.name, screen.name))).await?;
        }
        stage.browser_closes().await?;
    }
    stage.browser_starts(&DESKTOP).await?;
    let nurse = stage.enter("nurse").await?;
    nurse.see("Lucia Romero").await?;
    nurse.click("link", Has("Amir Rahimi")).await?;
    nurse.see("TSH").await?;
    // The item that was opened scrolled into view; what the queue begins with is worth seeing.
    nurse.js("document.querySelector('.queue-lines').scrollTop = 0").await?;
    keep(&nurse, &folder.join("desktop-clinic.png")).await?;
    nurse.click("link", Has("Lucia Romero")).await?;
    nurse.see("Potassium").await?;
    keep(&nurse, &folder.join("desktop-clinic-message.png")).await?;
    nurse.click("button", Is("Add to the chart")).await?;
    nurse.see("The patient will see").await?;
    keep(&nurse, &folder.join("desktop-clinic-chart.png")).await?;
    let bytes = bytes_of(&folder)?;
    ensure!(bytes <= ALL_BYTES_MAX, "the pictures weigh {bytes} bytes together");
    Ok(())
}

async fn keep(page: &Page, file: &PathBuf) -> Result<()> {
    fs::write(file, page.client().await?.screenshot().await?)?;
    Ok(())
}

fn bytes_of(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        sum += entry?.metadata()?.len();
    }
    Ok(sum)
}
