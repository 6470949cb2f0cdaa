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
const FIRST_THREAD: &str = "/messages/:first";
const FIRST_RESULT: &str = "/results/:first";

pub const SCREENS: &[Screen] = &[
    framed("home", "/"),
    framed("results", "/results"),
    framed("result", FIRST_RESULT),
    framed("medicines", "/medicines"),
    framed("refill", "/refill"),
    framed("messages", "/messages"),
    framed("new-message", "/messages/new"),
    framed("thread", FIRST_THREAD),
    framed("record", "/record"),
    framed("record-section", "/record/allergies"),
    framed("visit", "/visit"),
    framed("ask-for-visit", "/visit/ask"),
    framed("before-visit", "/before-visit"),
    framed("reading", "/reading"),
    framed("add-medicine", "/add/medicine"),
    framed("asked", "/asked"),
    framed("share", "/share"),
    framed("share-card", "/share/card"),
    framed("share-link", "/share/link"),
    framed("activity", "/activity"),
    framed("settings", "/settings"),
    framed("devices", "/settings/devices"),
    framed("search", "/search"),
    framed("download", "/download"),
    alone("components", "/components"),
    alone("welcome", "/welcome"),
    // Last: from here on the tab is locked.
    alone("lock", "/lock"),
];

impl Screen {
    /// Opens this screen by its address, as a bookmark does; `query` such as `?lang=es`.
    pub async fn open(&self, stage: &Stage, page: &Page, query: &str) -> Result<()> {
        let path = match self.path {
            FIRST_THREAD => stage.found(FIRST_THREAD, first_thread(stage, page)).await?,
            FIRST_RESULT => stage.found(FIRST_RESULT, first_result(stage, page)).await?,
            path => path.to_owned(),
        };
        page.goto(&stage.url(&format!("{path}{query}"))).await?;
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

/// The newest conversation in the list.
pub async fn first_thread(stage: &Stage, page: &Page) -> Result<String> {
    page.goto(&stage.url("/messages")).await?;
    first_link(page, "/messages/").await.context("the demo has no conversation")
}

/// The newest result in the list.
async fn first_result(stage: &Stage, page: &Page) -> Result<String> {
    page.goto(&stage.url("/results")).await?;
    first_link(page, "/results/").await.context("the demo has no result")
}

async fn first_link(page: &Page, place: &str) -> Result<String> {
    let script = format!(
        "const links = [...document.querySelectorAll('main a[href^=\"{place}\"]')];
        return links.map((link) => link.pathname).find((path) => !path.endsWith('/new')) ?? null"
    );
    page.wait("a first link in the list", PATIENCE, async || {
        Ok(page.js(&script).await?.as_str().map(str::to_owned))
    })
    .await
}
