//! axe-core, run in the page: the file in `vendor/` is the published one (MPL-2.0, licence beside it).

use crate::page::Page;
use anyhow::{Context, Result};
use serde_json::{Value, json};

const AXE: &str = include_str!("vendor/axe.min.js");

/// WCAG 2.2 A and AA, and what the axe authors call best practice.
const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/// Its rules that read a color.
const COLORS: [&str; 2] = ["color-contrast", "link-in-text-block"];

const RUN: &str = "
    const [runOnly, done] = arguments;
    axe.run(document, { runOnly, resultTypes: ['violations'] })
        .then((found) => done(found.violations), (error) => done(String(error)));
";

/// One line a violation: the rule, what it wants, and where.
pub async fn violations(page: &Page) -> Result<Vec<String>> {
    run(page, json!({ "type": "tag", "values": TAGS })).await
}

/// The same of a page that was looked at whole in other colors.
pub async fn wrong_colors(page: &Page) -> Result<Vec<String>> {
    run(page, json!({ "type": "rule", "values": COLORS })).await
}

async fn run(page: &Page, rules: Value) -> Result<Vec<String>> {
    let client = page.client().await?;
    let there = client.execute("return typeof axe === 'object'", vec![]).await?;
    if there != Value::Bool(true) {
        client.execute(AXE, vec![]).await.context("axe-core does not load")?;
    }
    let found = client.execute_async(RUN, vec![rules]).await?;
    let found = found.as_array().with_context(|| format!("axe-core failed: {found}"))?;
    let mut lines = Vec::new();
    for violation in found {
        for node in violation["nodes"].as_array().into_iter().flatten() {
            let (id, help) = (&violation["id"], &violation["help"]);
            let why = &node["failureSummary"];
            lines.push(format!("{id} {help} at {} {why}", node["target"]));
        }
    }
    Ok(lines)
}
