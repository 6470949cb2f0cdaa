//! One browser with its WebDriver program: started, crashed, and started again on the same profile.

use crate::bidi::Bidi;
use crate::engine::{Engine, Setup, program_in_path};
use crate::page::Page;
use crate::process::Tree;
use crate::tongue::Tongue;
use anyhow::{Context, Result, bail};
use fantoccini::wd::{WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tests::scratch::free_port;
use tokio::net::TcpStream;
use tokio::sync::Mutex;

const DRIVER_WITHIN: Duration = Duration::from_secs(20);
/// Firefox takes 3 s on a quiet machine; every engine may wait for the other's compile.
const SESSION_WITHIN: Duration = Duration::from_secs(60);

/// Takes the place of the browser's own words for a moment; and every day is today.
const TIMELESS: &str = "
    const parts = ['weekday', 'year', 'month', 'day', 'hour', 'minute'];
    Object.defineProperty(Intl.DateTimeFormat.prototype, 'format', {
        get() {
            const has = this.resolvedOptions();
            return () => `(${parts.filter((part) => has[part]).join(' ')})`;
        },
    });
    StorageManager.prototype.estimate = async () => ({ usage: 3e6 });
    Date.prototype.getFullYear = () => 2026;
    Date.prototype.getMonth = () => 10;
    Date.prototype.getDate = () => 20;";

pub struct Browser {
    engine: Engine,
    setup: Setup,
    client: Client,
    pub bidi: Option<Arc<Bidi>>,
    /// The window that the session's commands go to now; pages switch it when they speak.
    current: Arc<Mutex<WindowHandle>>,
    first: Option<WindowHandle>,
    // Dropped in this order: first the driver with its browser, then the screen it paints on.
    tree: Tree,
    _screen: Option<Screen>,
}

impl Browser {
    /// `folder` holds the profile, which outlives the browser, and everything temporary.
    pub async fn start(engine: Engine, setup: &Setup, folder: &Path) -> Result<Browser> {
        let profile = made(folder.join("profile"))?;
        let (temporary, home) = (made(folder.join("tmp"))?, made(folder.join("home"))?);
        let screen = if engine == Engine::WebKit { Some(Screen::start()?) } else { None };
        let port = free_port()?;
        let mut command = Command::new(engine.driver()?);
        match engine {
            Engine::Chromium | Engine::WebKit => command.arg(format!("--port={port}")),
            Engine::Firefox => command
                .args(["--port", &port.to_string()])
                // Two drivers side by side would fight for the default one.
                .args(["--websocket-port", &free_port()?.to_string()]),
        };
        if let Some(screen) = &screen {
            command.env("DISPLAY", &screen.name);
        }
        let log = std::fs::File::create(folder.join("driver.log"))?;
        command.env("TMPDIR", temporary).env("HOME", home);
        command.stdout(log.try_clone()?).stderr(log);
        let tree = Tree::start(&mut command)?;
        listens(port).await.with_context(|| format!("no {} driver", engine.name()))?;
        let client = connect(port, engine.capabilities(setup, &profile)?).await?;
        let bidi = match address_of_bidi(&client) {
            Some(address) => Some(Arc::new(Bidi::connect(&address).await?)),
            None => None,
        };
        let first = client.window().await?;
        let current = Arc::new(Mutex::new(first.clone()));
        let setup = setup.clone();
        let first = Some(first);
        Ok(Browser { engine, setup, client, bidi, current, first, tree, _screen: screen })
    }

    /// A tab; the first one is the one that the browser opened with.
    pub async fn new_page(&mut self) -> Result<Page> {
        let window = match self.first.take() {
            Some(first) => first,
            None => self.client.new_window(true).await?.handle,
        };
        let (client, current) = (self.client.clone(), self.current.clone());
        let tongue = Tongue::of(self.setup.language);
        let page = Page::new(self.engine, tongue, client, window, current);
        self.dress(&page).await?;
        Ok(page)
    }

    /// Gives a tab the size, the colors and the zoom of the setup.
    async fn dress(&self, page: &Page) -> Result<()> {
        let Setup { width, height, dark, webassembly, timeless, .. } = self.setup;
        let client = page.client().await?;
        match self.engine {
            Engine::Chromium => {
                let size = json!({
                    "width": width, "height": height,
                    "deviceScaleFactor": 1, "mobile": false,
                });
                chromium(&client, "Emulation.setDeviceMetricsOverride", size).await?;
                let scheme = if dark { "dark" } else { "light" };
                let feature = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
                let media = json!({ "features": feature });
                chromium(&client, "Emulation.setEmulatedMedia", media).await?;
                if !webassembly {
                    before_every_page(&client, "delete globalThis.WebAssembly").await?;
                }
                if timeless {
                    before_every_page(&client, TIMELESS).await?;
                }
            }
            Engine::Firefox => {
                let bidi = self.bidi.as_ref().context("Firefox gave no BiDi")?;
                bidi.set_view(&page.window_name(), width, height).await?;
            }
            Engine::WebKit => client.set_window_size(width, height).await?,
        }
        Ok(())
    }

    /// A passkey authenticator inside of this browser, whose person always wants to.
    pub async fn authenticator(&self, extensions: &[&str]) -> Result<String> {
        let body = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "isUserConsenting": true,
            "extensions": extensions,
        });
        let raw = Raw::post("webauthn/authenticator", body);
        let id = self.client.issue_cmd(raw).await.context("no authenticator")?;
        Ok(id.as_str().context("an authenticator has a name")?.to_owned())
    }

    pub async fn forget_authenticator(&self, id: &str) -> Result<()> {
        let raw = Raw { path: format!("webauthn/authenticator/{id}"), body: None };
        self.client.issue_cmd(raw).await.context("the authenticator stays")?;
        Ok(())
    }

    /// Console errors since the last call. WebKit's driver cannot tell them.
    pub async fn take_errors(&self) -> Result<Vec<String>> {
        match self.engine {
            Engine::Chromium => chromium_errors(&self.client).await,
            Engine::Firefox => Ok(self.bidi.as_ref().map(|b| b.take_errors()).unwrap_or_default()),
            Engine::WebKit => Ok(Vec::new()),
        }
    }

    /// Ends it in the middle of whatever it does, as a phone that runs out of power would.
    pub fn crash(mut self) {
        self.tree.kill();
    }

    pub async fn close(mut self) -> Result<()> {
        // A browser that hangs is killed with its tree; that it hangs is no journey's subject.
        let closing = self.client.clone().close();
        let _ = tokio::time::timeout(Duration::from_secs(5), closing).await;
        self.tree.kill();
        Ok(())
    }
}

/// A command of the Chrome DevTools protocol, to the current tab.
pub async fn chromium(client: &Client, command: &str, parameters: Value) -> Result<Value> {
    let body = json!({ "cmd": command, "params": parameters });
    let raw = Raw::post("goog/cdp/execute", body);
    client.issue_cmd(raw).await.with_context(|| command.to_owned())
}

async fn before_every_page(client: &Client, script: &str) -> Result<()> {
    let source = json!({ "source": script });
    chromium(client, "Page.addScriptToEvaluateOnNewDocument", source).await?;
    Ok(())
}

async fn chromium_errors(client: &Client) -> Result<Vec<String>> {
    let raw = Raw::post("se/log", json!({ "type": "browser" }));
    let entries = client.issue_cmd(raw).await.context("the console cannot be read")?;
    let mut lines = Vec::new();
    for entry in entries.as_array().into_iter().flatten() {
        if entry["level"] == "SEVERE" {
            lines.push(entry["message"].as_str().unwrap_or_default().to_owned());
        }
    }
    Ok(lines)
}

/// A command that fantoccini does not have; a POST if it has a body, and else a DELETE.
#[derive(Debug)]
struct Raw {
    path: String,
    body: Option<Value>,
}

impl Raw {
    fn post(path: &str, body: Value) -> Self {
        Self { path: path.to_owned(), body: Some(body) }
    }
}

impl WebDriverCompatibleCommand for Raw {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> std::result::Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        match &self.body {
            Some(body) => (http::Method::POST, Some(body.to_string())),
            None => (http::Method::DELETE, None),
        }
    }
}

async fn listens(port: u16) -> Result<()> {
    let deadline = Instant::now() + DRIVER_WITHIN;
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if Instant::now() > deadline {
            bail!("nobody listens on port {port}");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

async fn connect(port: u16, capabilities: Value) -> Result<Client> {
    let Value::Object(capabilities) = capabilities else { bail!("capabilities are an object") };
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities);
    let address = format!("http://127.0.0.1:{port}");
    tokio::time::timeout(SESSION_WITHIN, builder.connect(&address))
        .await
        .context("the browser does not start in time")?
        .context("the browser does not start")
}

fn address_of_bidi(client: &Client) -> Option<String> {
    let address = client.capabilities()?.get("webSocketUrl")?.as_str()?;
    Some(address.to_owned())
}

fn made(path: PathBuf) -> Result<PathBuf> {
    std::fs::create_dir_all(&path)?;
    Ok(path)
}

/// A screen that nobody looks at, for the one engine that has no headless mode.
struct Screen {
    tree: Tree,
    name: String,
}

impl Screen {
    fn start() -> Result<Screen> {
        let mut command = Command::new(program_in_path(&["Xvfb"])?);
        command.args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut tree = Tree::start(&mut command)?;
        let output = tree.output().context("the screen has no output")?;
        let mut number = String::new();
        BufReader::new(output).read_line(&mut number)?;
        Ok(Screen { tree, name: format!(":{}", number.trim()) })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Asked to, it removes its lock file; killed, it would leave it.
        self.tree.stop(Duration::from_secs(2));
    }
}
