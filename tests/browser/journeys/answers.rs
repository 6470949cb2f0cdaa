//! How long a person waits: from a tap to a painted screen, from the passphrase to the first one, and
//! through a list of 10,000 results, with the record of twenty years. `cargo xtask bench portal`.
#![expect(clippy::print_stdout, reason = "a measurement talks to whoever started it")]

use super::lock::{lock_with_keys, set_up};
use crate::driver::chromium;
use crate::engine::PHONE;
use crate::page::{Name, Page};
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use shared::testing::record20::{self, Size};
use std::time::Duration;
use tests::numbers::SEED;

/// The whole record comes over the line first.
const FILLED_WITHIN: Duration = Duration::from_secs(300);
/// A slowed-down browser takes its time.
const PATIENCE: Duration = Duration::from_secs(60);
const ROUNDS: usize = 10;
const UNLOCKS: usize = 5;
/// From issue to issue the same: any answer after Home, at p99.
const ANSWER_MS_MAX: f64 = 200.0;
const SLOWED_MS_MAX: f64 = 500.0;
const SLOWED_TIMES: u32 = 4;
/// A screen is there when nothing in it changed for so long; the answer often comes after the heading.
const QUIET_MS: u32 = 300;
/// Longer ones are felt while a finger moves.
const TASK_MS_MAX: f64 = 50.0;

/// By their address; the last four are found in a list.
const SCREENS: [&str; 14] = [
    "/results",
    "/medicines",
    "/messages",
    "/record",
    "/record/visits",
    "/record/conditions",
    "/record/timeline",
    "/share",
    "/activity",
    "/settings",
    "/results/*",
    "/medicines/*",
    "/visit/*",
    "/",
];

const ANY_ROW: &str = "main .row";
const FIRST_ROWS: [(&str, &str); 3] =
    [("/medicines", "main a[href^='/medicines/']"), ("/record/allergies", ANY_ROW), ("/", ANY_ROW)];

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let (patient, rest) = twenty_years()?;
    let (link, born) = stage.invited(patient, rest)?;
    let page = stage.new_page().await?;
    page.goto(&link).await?;
    let (passphrase, _) = set_up(&page, &born).await?;
    page.see_within("Up to date", FILLED_WITHIN).await?;
    let mut late = Vec::new();
    for (times, most) in [(1, ANSWER_MS_MAX), (SLOWED_TIMES, SLOWED_MS_MAX)] {
        slow_down(&page, times).await?;
        unlocks(&page, &passphrase, times).await?;
        let worst = answers(&page, times).await?;
        if worst > most {
            late.push(format!("{worst:.0} ms at p99 with {times}x, more than {most:.0}"));
        }
    }
    slow_down(&page, 1).await?;
    // Whoever only watches is locked out after five minutes.
    unlock(&page, &passphrase, ANY_ROW).await?;
    let longest = scroll(&page).await?;
    if longest > TASK_MS_MAX {
        late.push(format!("a task of {longest:.0} ms while results were scrolled"));
    }
    ensure!(late.is_empty(), "not within the goals: {}", late.join("; "));
    Ok(())
}

fn twenty_years() -> Result<(Value, Vec<Value>)> {
    let record = record20::record(&record20::documents(SEED, Size::TWENTY_YEARS));
    let mut resources = Vec::new();
    for resource in record.chart().resources() {
        resources.push(serde_json::from_str::<Value>(resource.json())?);
    }
    let is_person = |resource: &Value| resource["resourceType"] == "Patient";
    let at = resources.iter().position(is_person).context("a record has a person")?;
    let mut person = resources.swap_remove(at);
    // Not the demo's, so that nothing else is in the record.
    person["name"] = json!([{ "given": ["Vera"], "family": "Veinte" }]);
    person["birthDate"] = json!("1951-03-04");
    Ok((person, resources))
}

/// Not the worker: the browser slows only the thread that paints.
async fn slow_down(page: &Page, times: u32) -> Result<()> {
    let rate = json!({ "rate": times });
    chromium(&page.client().await?, "Emulation.setCPUThrottlingRate", rate).await?;
    Ok(())
}

/// From the passphrase to the first row of what a person in need looks for.
async fn unlocks(page: &Page, passphrase: &str, times: u32) -> Result<()> {
    for (path, row) in FIRST_ROWS {
        tap(page, "/settings", path).await?;
        let mut took = Vec::new();
        for _ in 0..UNLOCKS {
            took.push(unlock(page, passphrase, row).await?);
        }
        say(&format!("{times}x from unlock to the first row of {path}"), &mut took);
    }
    Ok(())
}

/// Locks the record first. The time ends with the frame that shows `row`.
async fn unlock(page: &Page, passphrase: &str, row: &str) -> Result<f64> {
    lock_with_keys(page).await?;
    page.find("textbox", Name::Is("Passphrase")).await?;
    page.fill("textbox", Name::Is("Passphrase"), passphrase).await?;
    let script = format!(
        "window.took = null;
        const begin = performance.now();
        const look = () => {{
            if (!document.querySelector({row:?})) return requestAnimationFrame(look);
            requestAnimationFrame(() => {{ window.took = performance.now() - begin; }});
        }};
        [...document.querySelectorAll('button')]
            .find((b) => b.textContent.trim() === 'Unlock').click();
        look();"
    );
    page.js(&script).await?;
    took(page).await
}

async fn took(page: &Page) -> Result<f64> {
    page.wait("the screen", PATIENCE, async || Ok(page.js("return window.took").await?.as_f64()))
        .await
}

/// Every screen of the list, one after the other, so that each comes from another one. Answers the
/// ninety-ninth of a hundred.
async fn answers(page: &Page, times: u32) -> Result<f64> {
    let mut all = Vec::new();
    for screen in SCREENS {
        let mut of_screen = Vec::new();
        for _ in 0..ROUNDS {
            let from = match screen {
                "/visit/*" => "/record/visits",
                "/settings" => "/activity",
                screen => screen.strip_suffix("/*").unwrap_or("/settings"),
            };
            of_screen.push(tap(page, from, screen).await?);
        }
        say(&format!("{times}x {screen}"), &mut of_screen);
        all.extend(of_screen);
    }
    say(&format!("{times}x any answer"), &mut all);
    Ok(at(&all, 99))
}

/// Goes to `from` first, without a clock. The time ends with the frame after the last change.
async fn tap(page: &Page, from: &str, to: &str) -> Result<f64> {
    let go = |to: &str| {
        format!(
            "window.took = null;
            const to = {to:?};
            let link = document.createElement('a');
            if (to.endsWith('*')) {{
                link = document.querySelector(`main a[href^=\"${{to.slice(0, -1)}}\"]`);
            }} else {{
                link.href = to;
                document.querySelector('main').append(link);
            }}
            const path = link.pathname;
            const begin = performance.now();
            let last = null;
            const seen = new MutationObserver((changes) => {{
                const isMain = ({{ target }}) => target.querySelector?.('main')
                    || (target.closest ? target : target.parentElement)?.closest('main');
                if (location.pathname !== path || !changes.some(isMain)) return;
                requestAnimationFrame(() => {{ last = performance.now(); }});
            }});
            seen.observe(document.body, {{ subtree: true, childList: true, characterData: true }});
            const look = () => {{
                const isQuiet = last !== null && performance.now() - last > {QUIET_MS};
                const isThere = isQuiet && document.querySelector('main h1')
                    && !document.querySelector('main [aria-busy=true]');
                if (!isThere) return requestAnimationFrame(look);
                seen.disconnect();
                window.took = last - begin;
            }};
            link.click();
            look();"
        )
    };
    if page.path().await? != from {
        page.js(&go(from)).await?;
        took(page).await?;
    }
    page.js(&go(to)).await?;
    took(page).await
}

/// Until all results are on the screen, and then through them; answers the longest task in ms.
async fn scroll(page: &Page) -> Result<f64> {
    tap(page, "/settings", "/results").await?;
    let script = "
        window.tasks = [];
        new PerformanceObserver((seen) => seen.getEntries()
            .forEach((task) => window.tasks.push(task.duration))).observe({ type: 'longtask' });
        window.took = null;
        const begin = performance.now();
        const older = () => [...document.querySelectorAll('main button')]
            .find((button) => button.textContent.includes('Show older'));
        let still = 0;
        const step = () => {
            scrollBy(0, 600);
            const button = older();
            if (button && button.getBoundingClientRect().top < innerHeight) button.click();
            const is_end = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
            still = is_end && !button ? still + 1 : 0;
            if (still < 30) return requestAnimationFrame(step);
            window.took = performance.now() - begin;
        };
        step();";
    page.js(script).await?;
    let took = page
        .wait("the oldest result", FILLED_WITHIN, async || {
            Ok(page.js("return window.took").await?.as_f64())
        })
        .await?;
    let found =
        page.js("return [document.querySelectorAll('main a[href^=\"/results/\"]').length, window.tasks]").await?;
    let rows = found[0].as_u64().unwrap_or_default();
    let mut tasks: Vec<f64> = serde_json::from_value(found[1].clone())?;
    println!("scrolled {rows} results in {took:.0} ms, {} tasks over 50 ms", tasks.len());
    ensure!(rows >= 9_000, "only {rows} results came");
    say("tasks over 50 ms", &mut tasks);
    Ok(tasks.last().copied().unwrap_or_default())
}

/// Puts them in order.
fn say(what: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let [half, most, last] = [50, 99, 100].map(|part| at(times, part));
    println!("{what}: median {half:.0} ms, p99 {most:.0}, longest {last:.0}, of {}", times.len());
}

fn at(sorted: &[f64], hundredth: usize) -> f64 {
    let place = (sorted.len() * hundredth).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}
