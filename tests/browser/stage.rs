//! What one journey plays on: a server with its front, a browser, and the rules that hold in every
//! journey: no error in the console, nothing missing.

use crate::driver::Browser;
use crate::engine::{Engine, Setup};
use crate::front::{FAST, Front, Line};
use crate::journeys::Journey;
use crate::page::Page;
use crate::server::Server;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tests::built;
use tests::scratch::{Folder, free_port};

/// As phones in the United States say it.
const SPANISH: &str = "es-US";

pub struct Stage {
    pub engine: Engine,
    /// Its browsers speak Spanish, whatever a setup says.
    in_spanish: bool,
    pub journey: &'static str,
    // Dropped in this order: the browser ends before the server does.
    browser: Option<Browser>,
    pages: Vec<Page>,
    pub server: Server,
    pub front: Front,
    /// The line was down at some time: the browser's own words about that are no fault of ours.
    had_weather: bool,
    excused: Vec<&'static str>,
    errors: Vec<String>,
    /// Addresses that every demo makes anew, by what stands for them; looked up once.
    found: Mutex<BTreeMap<&'static str, String>>,
    folder: Folder,
}

impl Stage {
    pub fn new(engine: Engine, journey: &Journey) -> Result<Stage> {
        let in_spanish = std::env::var_os("SATCHEL_SPANISH").is_some()
            || journey.in_spanish && engine == Engine::Firefox;
        let journey = journey.name;
        let folder = Folder::new(&format!("{journey}-{}", engine.name()))?;
        let server_port = free_port()?;
        let front = Front::new(free_port()?, server_port, engine.needs_tls())?;
        let server = Server::new(front.origin(), folder.path(), server_port);
        Ok(Stage {
            engine,
            in_spanish,
            journey,
            browser: None,
            pages: Vec::new(),
            server,
            front,
            had_weather: false,
            excused: Vec::new(),
            errors: Vec::new(),
            found: Mutex::default(),
            folder,
        })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Server and browser, both running.
    pub async fn open(&mut self, setup: &Setup) -> Result<()> {
        self.server_starts().await?;
        self.browser_starts(setup).await
    }

    pub async fn server_starts(&mut self) -> Result<()> {
        self.server_starts_behind(FAST).await
    }

    pub async fn server_starts_behind(&mut self, line: Line) -> Result<()> {
        self.server.start()?;
        self.front.open(line).await
    }

    /// The process is gone and nobody listens: what network emulation cannot do to a service worker.
    pub async fn server_stops(&mut self) -> Result<()> {
        self.had_weather = true;
        self.front.cut().await?;
        self.server.stop()
    }

    pub async fn server_is_killed(&mut self) -> Result<()> {
        self.had_weather = true;
        self.front.cut().await?;
        self.server.kill();
        Ok(())
    }

    pub fn line_hangs(&mut self) {
        self.had_weather = true;
        self.front.half_open();
    }

    /// From now on nothing comes whose path begins so.
    pub fn loses(&mut self, path: &'static str) {
        self.had_weather = true;
        self.front.refuse(path);
    }

    pub async fn browser_starts(&mut self, setup: &Setup) -> Result<()> {
        self.browser_starts_on("browser", setup).await
    }

    /// On a profile of this name: another one is another device.
    pub async fn browser_starts_on(&mut self, name: &str, setup: &Setup) -> Result<()> {
        ensure!(self.browser.is_none(), "there is a browser already");
        let folder = self.folder.inside(name)?;
        let language = if self.in_spanish { SPANISH } else { setup.language };
        let setup = Setup { language, ..setup.clone() };
        self.browser = Some(Browser::start(self.engine, &setup, &folder).await?);
        Ok(())
    }

    /// Where the browser keeps everything.
    pub fn profile(&self) -> PathBuf {
        self.profile_of("browser")
    }

    pub fn profile_of(&self, name: &str) -> PathBuf {
        self.folder.path().join(name).join("profile")
    }

    pub async fn browser_closes(&mut self) -> Result<()> {
        self.collect_errors().await?;
        self.pages.clear();
        match self.browser.take() {
            Some(browser) => browser.close().await,
            None => bail!("there is no browser"),
        }
    }

    pub fn browser_crashes(&mut self) -> Result<()> {
        self.pages.clear();
        self.browser.take().context("there is no browser")?.crash();
        Ok(())
    }

    pub async fn new_page(&mut self) -> Result<Page> {
        let page = self.browser.as_mut().context("there is no browser")?.new_page().await?;
        self.pages.push(page.clone());
        Ok(page)
    }

    /// An authenticator that makes passkeys, for as long as this browser runs.
    pub async fn authenticator(&self, extensions: &[&str]) -> Result<String> {
        self.browser.as_ref().context("there is no browser")?.authenticator(extensions).await
    }

    pub async fn forget_authenticator(&self, id: &str) -> Result<()> {
        self.browser.as_ref().context("there is no browser")?.forget_authenticator(id).await
    }

    /// A new tab, signed in through the demo's link for this person.
    pub async fn enter(&mut self, who: &str) -> Result<Page> {
        let page = self.new_page().await?;
        let link = self.link(who)?;
        page.goto(&link).await?;
        Ok(page)
    }

    /// The demo's link, led through the front.
    pub fn link(&self, who: &str) -> Result<String> {
        let link = url::Url::parse(self.server.link(who)?)?;
        ensure!(link.host_str() == Some("localhost"), "passkeys need localhost, not {link}");
        Ok(self.url(&link[url::Position::BeforePath..]))
    }

    /// A record that another system sent, and the way into it: a link and the birth date.
    pub fn invited(&self, patient: Value, resources: Vec<Value>) -> Result<(String, String)> {
        let born = patient["birthDate"].as_str().context("a patient was born")?.to_owned();
        let file = self.folder().join("imported.json");
        let entries: Vec<_> = std::iter::once(patient).chain(resources).collect();
        let entries: Vec<_> = entries.iter().map(|one| json!({ "resource": one })).collect();
        let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
        std::fs::write(&file, bundle.to_string())?;
        let file = file.to_str().context("the folder has a name of text")?;
        let said = self.server.command(&["import", "--source", "imported", file])?;
        let record = said.lines().find_map(|line| line.trim().strip_prefix("record "));
        let record = record.with_context(|| format!("no record was made: {said}"))?;
        let said = self.server.command(&["patient", "invite", "--patient", record])?;
        let link = said.split_whitespace().find(|word| word.starts_with("http"));
        Ok((link.with_context(|| format!("no link in {said}"))?.to_owned(), born))
    }

    /// What was found under this name, or is found now and remembered.
    pub async fn found(
        &self,
        name: &'static str,
        find: impl Future<Output = Result<String>>,
    ) -> Result<String> {
        let known = || self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(name) {
            return Ok(found.clone());
        }
        let found = find.await?;
        known().insert(name, found.clone());
        Ok(found)
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.front.origin())
    }

    /// A console line or a path with these words is expected in this journey.
    pub fn excuse(&mut self, words: &'static str) {
        self.excused.push(words);
    }

    async fn collect_errors(&mut self) -> Result<()> {
        if let Some(browser) = &self.browser {
            self.errors.extend(browser.take_errors().await?);
        }
        Ok(())
    }

    /// The rules of every journey, at its end.
    pub async fn check_rules(&mut self) -> Result<()> {
        self.collect_errors().await?;
        let mut wrong: Vec<String> = self.errors.clone();
        for exchange in self.front.exchanges() {
            if exchange.status == 404 || exchange.status >= 500 {
                wrong.push(format!("{} {}: {}", exchange.method, exchange.path, exchange.status));
            }
        }
        wrong.retain(|line| !self.is_excused(line));
        ensure!(wrong.is_empty(), "the journey ended well, but:\n  {}", wrong.join("\n  "));
        Ok(())
    }

    fn is_excused(&self, line: &str) -> bool {
        let weather = [
            "net::ERR_",
            "WebSocket connection to",
            "establish a connection to",
            // Firefox, of a socket that was still opening when its page left.
            "was interrupted while the page was loading",
        ];
        let is_weather = weather.iter().any(|words| line.contains(words));
        (self.had_weather && is_weather) || self.excused.iter().any(|words| says(line, words))
    }

    /// Keeps what helps to understand a failure; answers where.
    pub async fn keep_evidence(&mut self) -> Result<PathBuf> {
        let name = format!("{}-{}", self.journey, self.engine.name());
        let folder = built::target_folder()?.join("browser-failures").join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        for (number, page) in self.pages.iter().enumerate() {
            // A page that cannot be asked any more must not hide the others.
            let _ = keep_page(page, &folder, number + 1).await;
        }
        let _ = self.collect_errors().await;
        std::fs::write(folder.join("console.txt"), self.errors.join("\n"))?;
        let mut exchanges = String::new();
        for exchange in self.front.exchanges() {
            let line = format!("{} {} {}\n", exchange.status, exchange.method, exchange.path);
            exchanges.push_str(&line);
        }
        std::fs::write(folder.join("requests.txt"), exchanges)?;
        let _ = std::fs::copy(self.server.log(), folder.join("server.log"));
        Ok(folder)
    }

    pub async fn end(mut self) {
        if let Some(browser) = self.browser.take() {
            // The tree is killed in any case.
            let _ = browser.close().await;
        }
    }
}

async fn keep_page(page: &Page, folder: &Path, number: usize) -> Result<()> {
    let path = page.path().await.unwrap_or_default();
    let tree = page.tree().await.unwrap_or_else(|error| format!("{error:#}"));
    std::fs::write(folder.join(format!("page-{number}.txt")), format!("{path}\n\n{tree}\n"))?;
    let picture = page.client().await?.screenshot().await?;
    std::fs::write(folder.join(format!("page-{number}.png")), picture)?;
    Ok(())
}

/// A status counts as a word of its own, not as digits of an address or of a hash.
pub fn says(line: &str, words: &str) -> bool {
    match words.bytes().all(|byte| byte.is_ascii_digit()) {
        true => line.split([' ', ':', '(', ')']).any(|word| word == words),
        false => line.contains(words),
    }
}
