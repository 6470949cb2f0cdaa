//! README's "try this", played as it is written.
//!
//! Between `<!-- try -->` and `<!-- /try -->` each mark is an order, in the order of reading:
//! `` `patient` ``, `` `nurse` `` and the other links open in a tab of their own and are in front
//! from then on, `` `Ctrl-C` `` stops the demo, `` `cargo xtask demo` `` starts it, `` `F5` ``
//! reloads; **words** name what is clicked, *words* are typed there; "words" must be seen. The rest
//! is prose.

use crate::engine::DESKTOP;
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Context, Result, bail, ensure};
use std::collections::HashMap;
use std::path::Path;

#[derive(Debug, PartialEq, Eq)]
enum Order<'a> {
    Code(&'a str),
    Click(&'a str),
    Type(&'a str),
    See(&'a str),
}

/// A README whose steps were lost must not pass.
const ORDERS_MIN: usize = 8;

pub async fn play(stage: &mut Stage) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("tests lies in the root")?;
    let readme = std::fs::read_to_string(root.join("README.md")).context("there is no README")?;
    let (_, after) = readme.split_once("<!-- try -->").context("README has no <!-- try -->")?;
    let (steps, _) = after.split_once("<!-- /try -->").context("README has no <!-- /try -->")?;
    let orders = orders(steps);
    ensure!(orders.len() >= ORDERS_MIN, "README's steps hold only {orders:?}");
    stage.browser_starts(&DESKTOP).await?;
    let mut tabs: HashMap<String, Page> = HashMap::new();
    let mut front: Option<Page> = None;
    let mut runs = false;
    for order in &orders {
        match order {
            Order::Code("cargo xtask demo") => {
                ensure!(!runs, "README starts the demo while it runs");
                stage.server_starts().await?;
                runs = true;
            }
            Order::Code("Ctrl-C") => {
                // A person reads for longer than this takes.
                if let Some(page) = &front {
                    page.works_offline().await?;
                }
                stage.server_stops().await?;
                runs = false;
            }
            Order::Code("F5") => {
                front.as_ref().context("README reloads before it opens a link")?.reload().await?;
            }
            Order::Code(who @ ("patient" | "caregiver" | "nurse" | "new patient")) => {
                let tab = match tabs.get(*who) {
                    Some(tab) => tab.clone(),
                    None => stage.enter(who).await?,
                };
                tabs.insert((*who).to_owned(), tab.clone());
                front = Some(tab);
            }
            Order::Code(other) => bail!("README's steps hold `{other}`, which nobody can do"),
            Order::Click(_) | Order::Type(_) | Order::See(_) => {
                let page = front.as_ref().context("README acts before it opens a link")?;
                act(page, order).await.with_context(|| format!("README says {order:?}"))?;
            }
        }
    }
    Ok(())
}

async fn act(page: &Page, order: &Order<'_>) -> Result<()> {
    match order {
        Order::Click(words) => click(page, words).await,
        Order::Type(words) => {
            let field = page.client().await?.active_element().await?;
            field.send_keys(words).await?;
            Ok(())
        }
        Order::See(words) => page.see(words).await,
        Order::Code(_) => bail!("code is no act on a page"),
    }
}

/// A link may say more than its first words; a field and a button say just theirs.
async fn click(page: &Page, words: &str) -> Result<()> {
    let names =
        [("link", Is(words)), ("button", Is(words)), ("textbox", Is(words)), ("link", Has(words))];
    page.wait(&format!("{words:?} to click"), PATIENCE, async || {
        for (role, name) in names {
            if page.has(role, name).await? {
                return page.click(role, name).await.map(Some);
            }
        }
        Ok(None)
    })
    .await
}

/// The marks of a piece of Markdown, in order.
fn orders(text: &str) -> Vec<Order<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*', '"']) {
        let mark = if rest[at..].starts_with("**") { "**" } else { &rest[at..=at] };
        let inside = &rest[at + mark.len()..];
        let Some(end) = inside.find(mark) else { break };
        let words = &inside[..end];
        found.push(match mark {
            "`" => Order::Code(words),
            "**" => Order::Click(words),
            "*" => Order::Type(words),
            _ => Order::See(words),
        });
        rest = &inside[end + mark.len()..];
    }
    found
}
