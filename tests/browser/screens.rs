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

/// In place of ids, which every demo makes anew.
const FIRST: &str = ":first";
/// Where an address with an id is found: how it begins, and the list that leads there.
const LISTS: [(&str, &str); 6] = [
    ("/messages/", "/messages"),
    ("/results/", "/results"),
    ("/medicines/", "/medicines"),
    ("/visit/", "/record/visits"),
    ("/record/entry/", "/record/allergies"),
    ("/wrong/", "/record/entry/:first"),
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
    framed("say-wrong", "/wrong/:first"),
    framed("visit", "/visit"),
    framed("one-visit", "/visit/:first"),
    framed("ask-for-visit", "/visit/ask"),
    framed("ask-for-call", "/call"),
    framed("before-visit", "/before-visit"),
    framed("reading", "/reading"),
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

/// This address, with the first id that its list leads to.
async fn first(stage: &Stage, page: &Page, path: &'static str) -> Result<String> {
    let Some(begins) = path.strip_suffix(FIRST) else { return Ok(path.to_owned()) };
    let (_, list) = LISTS.iter().find(|(one, _)| *one == begins).context("no list leads there")?;
    let find = async {
        let list = Box::pin(first(stage, page, list)).await?;
        page.goto(&stage.url(&list)).await?;
        first_link(page, begins).await.with_context(|| format!("{list} leads to no {path}"))
    };
    stage.found(path, find).await
}

/// The newest conversation in the list.
pub async fn first_thread(stage: &Stage, page: &Page) -> Result<String> {
    first(stage, page, "/messages/:first").await
}

async fn first_link(page: &Page, place: &str) -> Result<String> {
    let script = format!(
        "const links = [...document.querySelectorAll('main a[href^=\"{place}\"]')];
        const isOne = (path) => !{NO_IDS:?}.includes(path.slice({}));
        return links.map((link) => link.pathname).find(isOne) ?? null",
        place.len()
    );
    page.wait("a first link in the list", PATIENCE, async || {
        Ok(page.js(&script).await?.as_str().map(str::to_owned))
    })
    .await
}
