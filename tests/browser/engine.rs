//! The three browsers, and what must be said to each so that it starts as a patient's would.

use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Chromium,
    Firefox,
    /// WebKitGTK; stands in for Safari as well as it can.
    WebKit,
}

pub const ALL: [Engine; 3] = [Engine::Chromium, Engine::Firefox, Engine::WebKit];

/// How the person has set up their browser.
#[derive(Debug, Clone)]
pub struct Setup {
    pub width: u32,
    pub height: u32,
    pub dark: bool,
    /// The browser's own text size: 100 as delivered, 200 is what WCAG 1.4.4 asks for.
    pub text_percent: u32,
    pub language: &'static str,
    /// Old browsers have no WebAssembly, and some people switch it off.
    pub webassembly: bool,
    /// Every date and time reads as what it is made of, such as "(month day)": what is compared with
    /// a file must not move with today. Chromium alone can.
    pub timeless: bool,
    /// A private window, which holds in memory what it says to keep. Chromium alone.
    pub private: bool,
}

pub const PHONE: Setup = Setup {
    width: 360,
    height: 800,
    dark: false,
    text_percent: 100,
    language: "en-US",
    webassembly: true,
    timeless: false,
    private: false,
};

pub const DESKTOP: Setup = Setup { width: 1280, height: 900, ..PHONE };

/// A name of this machine that no browser takes for a safe one, unlike `localhost`.
pub const INSECURE_HOST: &str = "clinic.test";

/// 16 px is every browser's text size as delivered.
const TEXT_PX: u32 = 16;

impl Engine {
    pub fn name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
            Engine::WebKit => "webkit",
        }
    }

    pub fn named(name: &str) -> Result<Engine> {
        for engine in ALL {
            if engine.name() == name {
                return Ok(engine);
            }
        }
        bail!("there is no engine {name:?}: use chromium, firefox or webkit")
    }

    /// The driver's program: `CHROMEDRIVER`, `GECKODRIVER` or `WEBKITWEBDRIVER`, or from the path.
    pub fn driver(self) -> Result<PathBuf> {
        let (variable, program) = match self {
            Engine::Chromium => ("CHROMEDRIVER", "chromedriver"),
            Engine::Firefox => ("GECKODRIVER", "geckodriver"),
            Engine::WebKit => ("WEBKITWEBDRIVER", "WebKitWebDriver"),
        };
        if let Some(set) = std::env::var_os(variable) {
            return Ok(PathBuf::from(set));
        }
        program_in_path(&[program])
    }

    /// Only WebKit refuses secure cookies on plain `http://localhost`.
    pub fn needs_tls(self) -> bool {
        self == Engine::WebKit
    }

    pub fn capabilities(self, setup: &Setup, profile: &Path) -> Result<Value> {
        let mut wanted = match self {
            Engine::Chromium => chromium(setup, profile)?,
            Engine::Firefox => firefox(setup, profile)?,
            Engine::WebKit => webkit()?,
        };
        wanted["acceptInsecureCerts"] = json!(true);
        Ok(wanted)
    }
}

fn chromium(setup: &Setup, profile: &Path) -> Result<Value> {
    let mut arguments: Vec<String> = [
        "--headless=new",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        // A page in the background must finish its work at the same speed.
        "--disable-background-timer-throttling",
        "--disable-renderer-backgrounding",
        "--disable-backgrounding-occluded-windows",
        "--hide-scrollbars",
    ]
    .map(String::from)
    .to_vec();
    if is_root() {
        arguments.push("--no-sandbox".to_owned());
    }
    if setup.private {
        arguments.push("--incognito".to_owned());
    }
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments.push(format!("--window-size={},{}", setup.width, setup.height));
    arguments.push(format!("--lang={}", setup.language));
    arguments.push(format!("--host-resolver-rules=MAP {INSECURE_HOST} 127.0.0.1"));
    Ok(json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": {
            "binary": program_in_path(&["chromium", "google-chrome", "chromium-browser"])?,
            "args": arguments,
            "prefs": {
                "intl.accept_languages": setup.language,
                "webkit.webprefs.default_font_size": TEXT_PX * setup.text_percent / 100,
            },
        },
    }))
}

fn firefox(setup: &Setup, profile: &Path) -> Result<Value> {
    Ok(json!({
        "browserName": "firefox",
        "webSocketUrl": true,
        "moz:firefoxOptions": {
            "binary": program_in_path(&["firefox-esr", "firefox"])?,
            "args": ["-headless", "-profile", profile],
            "prefs": {
                "intl.accept_languages": setup.language,
                "intl.locale.requested": setup.language,
                "font.size.variable.x-western": TEXT_PX * setup.text_percent / 100,
                // 0 is dark, 1 is light.
                "layout.css.prefers-color-scheme.content-override": i32::from(!setup.dark),
                "javascript.options.wasm": setup.webassembly,
                "network.dns.localDomains": INSECURE_HOST,
                "dom.storageManager.prompt.testing": true,
                "dom.storageManager.prompt.testing.allow": true,
                // An authenticator in software; the driver gives it one for a while.
                "security.webauth.webauthn_enable_softtoken": true,
                "security.webauth.webauthn_enable_usbtoken": false,
                // Nothing may call out of the machine while a test runs.
                "app.normandy.enabled": false,
                "browser.region.network.url": "",
                "browser.safebrowsing.downloads.remote.enabled": false,
                "datareporting.policy.dataSubmissionEnabled": false,
                "network.captive-portal-service.enabled": false,
                "network.connectivity-service.enabled": false,
            },
        },
    }))
}

fn webkit() -> Result<Value> {
    let in_path = program_in_path(&["MiniBrowser"]).ok();
    let program = [
        "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
    ]
    .into_iter()
    .map(PathBuf::from)
    .find(|path| path.exists())
    .or(in_path);
    let Some(program) = program else { bail!("WebKitGTK's MiniBrowser is not installed") };
    Ok(json!({
        "browserName": "MiniBrowser",
        "webkitgtk:browserOptions": { "binary": program, "args": ["--automation"] },
    }))
}

pub fn program_in_path(names: &[&str]) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    for name in names {
        for folder in std::env::split_paths(&path) {
            let program = folder.join(name);
            if program.is_file() {
                return Ok(program);
            }
        }
    }
    bail!("{} is not installed", names[0])
}

/// Chromium refuses its sandbox to root; everyone else keeps it.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}
