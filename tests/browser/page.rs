//! One tab, used as a patient uses it: things are found by role and words, and waited for.

use crate::engine::Engine;
use crate::tongue::{Tongue, stand_in};
use anyhow::{Context, Result, bail, ensure};
use fantoccini::Client;
use fantoccini::elements::{Element, ElementRef};
use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

const FINDER: &str = include_str!("page.js");
/// The name under which WebDriver hands out elements (WebDriver 2, section 12.2).
const ELEMENT_KEY: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Long enough for three browsers and a compiler on two cores; a pass never waits for it.
pub const PATIENCE: Duration = Duration::from_secs(40);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(30);
/// How much of a screen a failure tells.
const TOLD_LETTERS_MAX: usize = 600;

/// Which words a thing is called by.
#[derive(Debug, Clone, Copy)]
pub enum Name<'a> {
    Is(&'a str),
    Has(&'a str),
    Any,
}

#[derive(Clone)]
pub struct Page {
    pub engine: Engine,
    pub tongue: Tongue,
    client: Client,
    window: WindowHandle,
    current: Arc<Mutex<WindowHandle>>,
}

impl Page {
    pub fn new(
        engine: Engine,
        tongue: Tongue,
        client: Client,
        window: WindowHandle,
        current: Arc<Mutex<WindowHandle>>,
    ) -> Page {
        Page { engine, tongue, client, window, current }
    }

    pub fn window_name(&self) -> String {
        self.window.clone().into()
    }

    /// The session's client, with this tab in front.
    pub async fn client(&self) -> Result<Client> {
        let mut current = self.current.lock().await;
        if *current != self.window {
            self.client.switch_to_window(self.window.clone()).await?;
            *current = self.window.clone();
        }
        Ok(self.client.clone())
    }

    pub async fn goto(&self, address: &str) -> Result<()> {
        let client = self.client().await?;
        client.goto(address).await.with_context(|| format!("{address} does not open"))
    }

    /// Reloads as a finger does. WebDriver's own `refresh` passes by the service worker in Firefox.
    pub async fn reload(&self) -> Result<()> {
        self.js("window.beforeReload = true; setTimeout(() => location.reload(), 0)").await?;
        self.wait("the page to reload", PATIENCE, async || {
            let script = "return !window.beforeReload && document.readyState === 'complete'";
            Ok((self.js(script).await? == true).then_some(()))
        })
        .await
    }

    /// Takes every cookie of this origin from the browser.
    pub async fn forget_cookies(&self) -> Result<()> {
        self.client().await?.delete_all_cookies().await?;
        Ok(())
    }

    pub async fn close(self) -> Result<()> {
        self.client().await?.close_window().await?;
        Ok(())
    }

    pub async fn path(&self) -> Result<String> {
        let address = self.client().await?.current_url().await?;
        Ok(address[url::Position::BeforePath..].to_owned())
    }

    pub async fn js(&self, script: &str) -> Result<Value> {
        Ok(self.client().await?.execute(script, vec![]).await?)
    }

    /// Runs `script` with the finder's functions at hand.
    pub async fn finder(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let script = format!("{FINDER}\n{script}");
        Ok(self.client().await?.execute(&script, arguments).await?)
    }

    /// All things of this role and name that are there now.
    pub async fn all(&self, role: &str, name: Name<'_>) -> Result<Vec<Element>> {
        let (words, exact) = match name {
            Name::Is(words) => (json!(self.tongue.wholes(words)), true),
            Name::Has(words) => (json!(self.tongue.parts(words)), false),
            Name::Any => (Value::Null, false),
        };
        let script = "return findAll(arguments[0], arguments[1], arguments[2])";
        let found = self.finder(script, vec![json!(role), words, json!(exact)]).await?;
        let mut elements = Vec::new();
        for element in found.as_array().into_iter().flatten() {
            let id = element[ELEMENT_KEY].as_str().context("an element without an id")?;
            let id = ElementRef::from(id.to_owned());
            elements.push(Element::from_element_id(self.client.clone(), id));
        }
        Ok(elements)
    }

    pub async fn has(&self, role: &str, name: Name<'_>) -> Result<bool> {
        Ok(!self.all(role, name).await?.is_empty())
    }

    /// Waits until there is one; several are an error, since a person could not tell them apart.
    pub async fn find(&self, role: &str, name: Name<'_>) -> Result<Element> {
        self.wait(&format!("a {role} {name:?}"), PATIENCE, async || {
            let mut found = self.all(role, name).await?;
            ensure!(found.len() < 2, "{} times {role} {name:?}", found.len());
            Ok(found.pop())
        })
        .await
    }

    pub async fn click(&self, role: &str, name: Name<'_>) -> Result<()> {
        self.wait(&format!("a {role} {name:?} to click"), PATIENCE, async || {
            let mut found = self.all(role, name).await?;
            ensure!(found.len() < 2, "{} times {role} {name:?}", found.len());
            let Some(element) = found.pop() else {
                return Ok(None);
            };
            self.scroll_to(&element).await?;
            // What moves away under a click is missed by a program, though not by a person.
            let place = element.rectangle().await?;
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
            if element.rectangle().await? != place {
                return Ok(None);
            }
            element.click().await?;
            Ok(Some(()))
        })
        .await
    }

    /// To the middle, as a thumb does: at an edge, what is pinned there may cover it.
    async fn scroll_to(&self, element: &Element) -> Result<()> {
        let script = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        let argument = serde_json::to_value(element)?;
        self.client().await?.execute(script, vec![argument]).await?;
        Ok(())
    }

    /// Types into the field with this label, after what stands there.
    pub async fn fill(&self, role: &str, name: Name<'_>, text: &str) -> Result<()> {
        let field = self.find(role, name).await?;
        field.send_keys(text).await?;
        Ok(())
    }

    /// Everything that can be read on the screen now, as one line.
    pub async fn seen(&self) -> Result<String> {
        let seen = self.finder("return seen()", vec![]).await?;
        Ok(seen.as_str().unwrap_or_default().to_owned())
    }

    pub async fn see(&self, words: &str) -> Result<()> {
        self.see_within(words, PATIENCE).await
    }

    pub async fn see_within(&self, words: &str, patience: Duration) -> Result<()> {
        self.wait(&format!("the words {words:?}"), patience, async || {
            Ok(self.shows(words).await?.then_some(()))
        })
        .await
    }

    /// Whether the words are on the screen now.
    pub async fn shows(&self, words: &str) -> Result<bool> {
        let seen = self.seen().await?;
        Ok(self.tongue.parts(words).iter().any(|pieces| stand_in(pieces, &seen)))
    }

    /// Waits until these words are there no more.
    pub async fn gone(&self, words: &str) -> Result<()> {
        self.wait(&format!("the words {words:?} to go"), PATIENCE, async || {
            let seen = self.seen().await?;
            let there = self.tongue.gone(words).iter().any(|pieces| stand_in(pieces, &seen));
            Ok((!there).then_some(()))
        })
        .await
    }

    /// The page as assistive technology gets it.
    pub async fn tree(&self) -> Result<String> {
        let tree = self.finder("return tree()", vec![]).await?;
        Ok(tree.as_str().unwrap_or_default().to_owned())
    }

    /// What the keyboard is on, as `role name`.
    pub async fn focused(&self) -> Result<String> {
        let focused = self.finder("return focused()", vec![]).await?;
        Ok(focused.as_str().unwrap_or_default().to_owned())
    }

    /// Returns once this tab is run by a service worker, so that a reload needs no server.
    pub async fn works_offline(&self) -> Result<()> {
        let script = "
            const registration = await navigator.serviceWorker.getRegistration();
            return registration?.active?.state === 'activated'
                && navigator.serviceWorker.controller !== null;";
        let script = format!(
            "const done = arguments[arguments.length - 1]; (async () => {{ {script} }})().then(done)"
        );
        self.wait("the service worker to take over", PATIENCE, async || {
            let client = self.client().await?;
            Ok((client.execute_async(&script, vec![]).await? == true).then_some(()))
        })
        .await
    }

    /// Asks again and again until there is something; a page on its way to another may fail once.
    pub async fn wait<T>(
        &self,
        what: &str,
        patience: Duration,
        mut look: impl AsyncFnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        let deadline = Instant::now() + patience;
        loop {
            let looked = look().await;
            if let Ok(Some(found)) = looked {
                return Ok(found);
            }
            if Instant::now() > deadline {
                let seen = self.seen().await.unwrap_or_else(|_| "nothing".to_owned());
                let told: String = seen.chars().take(TOLD_LETTERS_MAX).collect();
                match looked {
                    Err(error) => {
                        return Err(error.context(format!("waited for {what}, saw: {told}")));
                    }
                    Ok(_) => bail!("waited {} s for {what}, saw: {told}", patience.as_secs()),
                }
            }
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
    }
}
