//! axe-core, run in the page: the file in `vendor/` is the published one (MPL-2.0, licence beside it).

use crate::page::Page;
use anyhow::{Context, Result};
use serde_json::Value;

const AXE: &str = include_str!("vendor/axe.min.js");

/// WCAG 2.2 A and AA, and what the axe authors call best practice.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: tags, resultTypes: ['violations'] })
        .then((found) => done(found.violations), (error) => done(String(error)));
";

/// One line a violation: the rule, what it wants, and where.
pub async fn violations(page: &Page) -> Result<Vec<String>> {
    let client = page.client().await?;
    let there = client.execute("return typeof axe === 'object'", vec![]).await?;
    if there != Value::Bool(true) {
        client.execute(AXE, vec![]).await.context("axe-core does not load")?;
    }
    let found = client.execute_async(RUN, vec![]).await?;
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
