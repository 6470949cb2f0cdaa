//! Every screen of the portal, and how to know that one is there.

use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Context, Result};

pub struct Screen {
    pub name: &'static str,
    pub path: &'static str,
    /// Shown inside the frame of an open record.
    pub framed: bool,
}

const fn framed(name: &'static str, path: &'static str) -> Screen {
    Screen { name, path, framed: true }
}

const fn alone(name: &'static str, path: &'static str) -> Screen {
    Screen { name, path, framed: false }
}

/// An id that every demo makes anew: the address that has one, the screen whose list leads there, how
/// those links begin, and what stands on the right one.
struct Found {
    path: &'static str,
    list: &'static str,
    begins: &'static str,
    says: &'static str,
}

const fn found(path: &'static str, list: &'static str, begins: &'static str) -> Found {
    Found { path, list, begins, says: "" }
}

const FOUND: [Found; 11] = [
    found("/messages/:first", "/messages", "/messages/"),
    found("/results/:first", "/results", "/results/"),
    Found { says: "128/78", ..found("/results/:own", "/results", "/results/") },
    found("/reading/:own", "/results/:own", "/reading/"),
    found("/medicines/:first", "/medicines", "/medicines/"),
    found("/visit/:first", "/record/visits", "/visit/"),
    found("/before-visit/:next", "/visit", "/before-visit/"),
    found("/record/entry/:first", "/record/allergies", "/record/entry/"),
    found("/record/entry/:document", "/record/documents", "/record/entry/"),
    // One of its forms: the same address goes on.
    found("/record/entry/:document/:form", "/record/entry/:document", ""),
    found("/wrong/:first", "/record/entry/:first", "/wrong/"),
];
/// What stands where an id would, and is another screen.
const NO_IDS: [&str; 2] = ["new", "ask"];

pub const SCREENS: &[Screen] = &[
    framed("home", "/"),
    framed("results", "/results"),
    framed("result", "/results/:first"),
    framed("medicines", "/medicines"),
    framed("medicine", "/medicines/:first"),
    framed("refill", "/refill"),
    framed("messages", "/messages"),
    framed("new-message", "/messages/new"),
    framed("thread", "/messages/:first"),
    framed("record", "/record"),
    framed("record-section", "/record/allergies"),
    framed("timeline", "/record/timeline"),
    framed("entry", "/record/entry/:first"),
    framed("document", "/record/entry/:document"),
    framed("document-form", "/record/entry/:document/:form"),
    framed("say-wrong", "/wrong/:first"),
    framed("visit", "/visit"),
    framed("one-visit", "/visit/:first"),
    framed("ask-for-visit", "/visit/ask"),
    framed("ask-for-call", "/call"),
    framed("before-visit", "/before-visit"),
    framed("reading", "/reading"),
    // Not beside the other: it is the same visit, and nothing would change.
    framed("before-one-visit", "/before-visit/:next"),
    framed("correct-reading", "/reading/:own"),
    framed("add-medicine", "/add/medicine"),
    framed("add-allergy", "/add/allergy"),
    framed("asked", "/asked"),
    framed("share", "/share"),
    framed("share-card", "/share/card"),
    framed("share-link", "/share/link"),
    framed("activity", "/activity"),
    framed("settings", "/settings"),
    framed("devices", "/settings/devices"),
    framed("passphrase", "/settings/passphrase"),
    framed("passkeys", "/settings/passkeys"),
    framed("leave", "/settings/leave"),
    framed("keys", "/keys"),
    framed("search", "/search"),
    framed("download", "/download"),
    framed("missing", "/nowhere"),
    alone("components", "/components"),
    alone("welcome", "/welcome"),
    alone("sign-in", "/sign-in"),
    // Last: from here on the tab is locked.
    alone("lock", "/lock"),
];

impl Screen {
    /// Opens this screen by its address, as a bookmark does; `query` such as `?lang=es`.
    pub async fn open(&self, stage: &Stage, page: &Page, query: &str) -> Result<()> {
        let path = first(stage, page, self.path).await?;
        page.goto(&stage.url(&format!("{path}{query}"))).await?;
        self.is_there(page).await
    }

    /// Goes to this screen from another one as a link does, without a load: a tenth of the time.
    pub async fn go(&self, stage: &Stage, page: &Page, query: &str) -> Result<()> {
        let path = first(stage, page, self.path).await?;
        let script = format!(
            "const main = document.querySelector('nav') && document.querySelector('main');
            if (!main || location.search !== '{query}') return false;
            if (location.pathname === '{path}') return true;
            window.screenBefore = main.innerHTML;
            history.pushState(null, '', '{path}{query}');
            dispatchEvent(new PopStateEvent('popstate'));
            return true"
        );
        if !self.framed || page.js(&script).await? != true {
            return self.open(stage, page, query).await;
        }
        let changed = "return document.querySelector('main')?.innerHTML !== window.screenBefore";
        page.wait(&format!("another screen than before {}", self.name), PATIENCE, async || {
            Ok((page.js(changed).await? == true).then_some(()))
        })
        .await?;
        self.is_there(page).await
    }

    /// Waits until everything of the screen is painted: program, frame, heading, nothing on its way.
    pub async fn is_there(&self, page: &Page) -> Result<()> {
        let frame = if self.framed { "document.querySelector('nav')" } else { "true" };
        let script = format!(
            "return document.readyState === 'complete'
                && document.documentElement.dataset.boot === 'running'
                && !!({frame})
                && !!document.querySelector('main h1')
                && !document.querySelector('main [aria-busy=true]')"
        );
        page.wait(&format!("the screen {}", self.name), PATIENCE, async || {
            Ok((page.js(&script).await? == true).then_some(()))
        })
        .await
    }
}

/// This address, with the id that its list leads to.
async fn first(stage: &Stage, page: &Page, path: &'static str) -> Result<String> {
    if !path.contains(':') {
        return Ok(path.to_owned());
    }
    let found = FOUND.iter().find(|one| one.path == path).context("no list leads there")?;
    let find = async {
        let list = Box::pin(first(stage, page, found.list)).await?;
        page.goto(&stage.url(&list)).await?;
        let begins = if found.begins.is_empty() { format!("{list}/") } else { found.begins.into() };
        let link = link_that(page, &begins, found.says).await;
        link.with_context(|| format!("{list} leads to no {path}"))
    };
    stage.found(path, find).await
}

/// The newest conversation in the list.
pub async fn first_thread(stage: &Stage, page: &Page) -> Result<String> {
    first(stage, page, "/messages/:first").await
}

/// The first link that begins so and says this. A long list is on the screen only as far as one scrolls.
async fn link_that(page: &Page, begins: &str, says: &str) -> Result<String> {
    let script = format!(
        "const links = [...document.querySelectorAll('main a[href^=\"{begins}\"]')];
        const isOne = (link) => !{NO_IDS:?}.includes(link.pathname.slice({}))
            && link.textContent.includes('{says}');
        const found = links.find(isOne);
        if (!found) scrollTo(0, document.body.scrollHeight);
        return found?.pathname ?? null",
        begins.len()
    );
    page.wait("a link in the list", PATIENCE, async || {
        Ok(page.js(&script).await?.as_str().map(str::to_owned))
    })
    .await
}
