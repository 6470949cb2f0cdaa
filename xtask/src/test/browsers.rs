//! Browsers and drivers from the system's packages. What is missing is counted as skipped, never
//! passed over.

use std::path::PathBuf;

use super::count::Count;
use crate::say;
use crate::system::Missing;
use crate::workspace::{self, in_path};

const PACKAGES: [&str; 7] = [
    "chromium",
    "chromium-driver",
    "firefox-esr",
    "webkit2gtk-driver",
    "xvfb",
    "fonts-dejavu-core",
    // Screens are looked at in Spanish and right to left too.
    "fonts-noto-core",
];
/// Debian has no package of it; this builds in about 90 s.
const GECKODRIVER_VERSION: &str = "0.37.1";

struct Engine {
    name: &'static str,
    /// One of each line must be in the path.
    programs: &'static [&'static [&'static str]],
    /// The variable that names another driver.
    variable: &'static str,
    driver: &'static str,
}

const ENGINES: [Engine; 3] = [
    Engine {
        name: "chromium",
        programs: &[&["chromium", "google-chrome", "chromium-browser"]],
        variable: "CHROMEDRIVER",
        driver: "chromedriver",
    },
    Engine {
        name: "firefox",
        programs: &[&["firefox-esr", "firefox"]],
        variable: "GECKODRIVER",
        driver: "geckodriver",
    },
    Engine {
        name: "webkit",
        programs: &[&["Xvfb"]],
        variable: "WEBKITWEBDRIVER",
        driver: "WebKitWebDriver",
    },
];

/// What can be driven here.
#[derive(Default)]
pub struct Browsers {
    pub engines: Vec<&'static str>,
    /// Where drivers are that are not in the path, by the variable that says so.
    pub drivers: Vec<(&'static str, PathBuf)>,
    missing: Vec<String>,
}

impl Browsers {
    /// Looks what is here, and builds the one driver that is nobody's package.
    pub fn set_up() -> anyhow::Result<Self> {
        let firefox = &ENGINES[1];
        if firefox.program_is_here() && firefox.driver_at().is_none() {
            install_geckodriver()?;
        }
        let mut browsers = Self::default();
        for engine in &ENGINES {
            match (engine.program_is_here(), engine.driver_at()) {
                (true, Some(driver)) => {
                    browsers.engines.push(engine.name);
                    browsers.drivers.push((engine.variable, driver));
                }
                (false, _) => browsers.missing.push(format!(
                    "{} skipped: {} is not installed",
                    engine.name, engine.programs[0][0]
                )),
                (true, None) => browsers
                    .missing
                    .push(format!("{} skipped: {} is missing", engine.name, engine.driver)),
            }
        }
        Ok(browsers)
    }

    pub fn count(&self) -> Count {
        Count {
            passed: self.engines.len(),
            skipped: self.missing.len(),
            notes: self.missing.clone(),
            ..Count::default()
        }
    }
}

/// What would have to be installed.
pub fn missing() -> Option<Missing> {
    let is_here = ENGINES.iter().all(Engine::packages_are_here);
    (!is_here).then_some(Missing { what: "browsers or drivers", packages: &PACKAGES })
}

impl Engine {
    fn program_is_here(&self) -> bool {
        self.programs.iter().all(|names| names.iter().any(|name| in_path(name).is_some()))
    }

    fn driver_at(&self) -> Option<PathBuf> {
        if let Some(set) = std::env::var_os(self.variable) {
            return Some(set.into());
        }
        let ours = workspace::target().join("tools/bin").join(self.driver);
        in_path(self.driver).or_else(|| ours.is_file().then_some(ours))
    }

    /// geckodriver is none of the system's packages.
    fn packages_are_here(&self) -> bool {
        self.program_is_here() && (self.name == "firefox" || self.driver_at().is_some())
    }
}

fn install_geckodriver() -> anyhow::Result<()> {
    say::line("  building Firefox's driver, once");
    let root = workspace::target().join("tools");
    let mut command = workspace::cargo(&["install", "geckodriver", "--locked", "--version"]);
    command.arg(GECKODRIVER_VERSION).arg("--root").arg(&root);
    if !command.status()?.success() {
        say::line("  it could not be built; the reason stands above");
    }
    Ok(())
}
