//! The first visit behind its first step, which no address leads to. Its fields and buttons are found by
//! what they are, so that it is walked in every language.

use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use serde_json::json;

/// A step, what is typed into it, and how its next step is known.
const STEPS: [(&str, &str); 3] = [
    ("choose-name", "#sign-in-name"),
    ("choose-passphrase", "main form ol li"),
    ("recovery-code", "main ol li:nth-child(5)"),
];

/// Shows each step to `look`, in a new tab of a person with this name to sign in, who is new.
/// `query` such as `?lang=es`.
pub async fn walk(
    stage: &mut Stage,
    name: &str,
    query: &str,
    mut look: impl AsyncFnMut(&Page, &str) -> Result<()>,
) -> Result<()> {
    let (link, born) = stage.invited(
        json!({
            "resourceType": "Patient", "id": name, "birthDate": "1970-01-02",
            "name": [{ "family": name, "given": ["Pia"] }],
        }),
        vec![],
    )?;
    let mut link = url::Url::parse(&link)?;
    link.set_query(query.strip_prefix('?'));
    let page = stage.new_page().await?;
    page.goto(link.as_str()).await?;
    for part in ["year", "month", "day"].into_iter().zip(born.split('-')) {
        let (field, number) = part;
        fill(&page, &format!("#birth-{field}"), number.trim_start_matches('0')).await?;
    }
    for (number, (step, shows)) in STEPS.into_iter().enumerate() {
        let heading = heading(&page).await?;
        page.js("document.querySelector('main form button:not([type=button])').click()").await?;
        let script = format!(
            "return !!document.querySelector('{shows}')
                && document.querySelector('main h1')?.textContent !== arguments[0]"
        );
        page.wait(step, PATIENCE, async || {
            let client = page.client().await?;
            Ok((client.execute(&script, vec![json!(heading)]).await? == true).then_some(()))
        })
        .await?;
        look(&page, step).await?;
        if number == 0 {
            fill(&page, shows, name).await?;
        }
    }
    Ok(())
}

async fn heading(page: &Page) -> Result<String> {
    page.wait("a heading", PATIENCE, async || {
        let heading = page.js("return document.querySelector('main h1')?.textContent").await?;
        Ok(heading.as_str().map(str::to_owned))
    })
    .await
}

async fn fill(page: &Page, field: &str, text: &str) -> Result<()> {
    let there = format!("return !!document.querySelector('{field}')");
    page.wait(field, PATIENCE, async || Ok((page.js(&there).await? == true).then_some(()))).await?;
    let client = page.client().await?;
    let element = client.find(fantoccini::Locator::Css(field)).await.context("a field")?;
    element.clear().await?;
    element.send_keys(text).await?;
    let said = element.prop("value").await?.unwrap_or_default();
    ensure!(said == text, "{field} holds {said:?}");
    Ok(())
}
