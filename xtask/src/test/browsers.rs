//! Browsers and drivers from the system's packages. What is missing is counted as skipped, never
//! passed over.

use std::path::{Path, PathBuf};

use super::count::Count;
use crate::arguments::WrongUse;
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
    /// One of each line must be in the path, or lie where its whole path says.
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
        programs: &[
            &[
                "MiniBrowser",
                "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
                "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
                "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
            ],
            &["Xvfb"],
        ],
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
    /// Whoever asks for some of them hears that the others were not played.
    not_asked_for: Vec<String>,
}

impl Browsers {
    /// Looks what is here, and builds the one driver that is nobody's package.
    pub fn set_up() -> anyhow::Result<Self> {
        let asked = asked_for()?;
        let firefox = &ENGINES[1];
        let plays = asked.contains(&firefox.name) && firefox.program_is_here();
        if plays && firefox.driver_at().is_none() {
            install_geckodriver()?;
        }
        let mut browsers = Self::default();
        for engine in &ENGINES {
            if !asked.contains(&engine.name) {
                let note = format!("{} skipped: SATCHEL_ENGINES leaves it out", engine.name);
                browsers.not_asked_for.push(note);
                continue;
            }
            match (engine.lacks(), engine.driver_at()) {
                (None, Some(driver)) => {
                    browsers.engines.push(engine.name);
                    browsers.drivers.push((engine.variable, driver));
                }
                (Some(program), _) => browsers
                    .missing
                    .push(format!("{} skipped: {program} is not installed", engine.name)),
                (None, None) => browsers
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
            left_out: self.not_asked_for.len(),
            notes: [&self.missing[..], &self.not_asked_for].concat(),
            ..Count::default()
        }
    }
}

/// The engines that are to play.
pub fn asked_for() -> Result<Vec<&'static str>, WrongUse> {
    named(std::env::var("SATCHEL_ENGINES").ok().as_deref())
}

/// The engines that this list names; all of them where there is none.
fn named(list: Option<&str>) -> Result<Vec<&'static str>, WrongUse> {
    let Some(list) = list else { return Ok(ENGINES.iter().map(|engine| engine.name).collect()) };
    let mut asked = Vec::new();
    for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match ENGINES.iter().find(|engine| engine.name == name) {
            Some(engine) => asked.push(engine.name),
            None => {
                let all = ENGINES.each_ref().map(|engine| engine.name).join(", ");
                return Err(WrongUse(format!("SATCHEL_ENGINES names `{name}`; there are {all}")));
            }
        }
    }
    match asked.is_empty() {
        true => Err(WrongUse("SATCHEL_ENGINES is empty, so no browser would play".into())),
        false => Ok(asked),
    }
}

/// What would have to be installed.
pub fn missing() -> Option<Missing> {
    let asked = asked_for().unwrap_or_default();
    let mut engines = ENGINES.iter().filter(|engine| asked.contains(&engine.name));
    let is_here = engines.all(Engine::packages_are_here);
    (!is_here).then_some(Missing { what: "browsers or drivers", packages: &PACKAGES })
}

impl Engine {
    fn program_is_here(&self) -> bool {
        self.lacks().is_none()
    }

    /// The first program that is not here.
    fn lacks(&self) -> Option<&'static str> {
        let is_here = |name: &&str| match Path::new(name).is_absolute() {
            true => Path::new(name).is_file(),
            false => in_path(name).is_some(),
        };
        self.programs.iter().find(|names| !names.iter().any(is_here)).map(|names| names[0])
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_are_named_one_by_one_or_all_of_them_play() {
        assert_eq!(named(None).unwrap(), ["chromium", "firefox", "webkit"]);
        assert_eq!(named(Some("webkit, firefox")).unwrap(), ["webkit", "firefox"]);
        let said = named(Some("firefox,safari")).unwrap_err().to_string();
        assert!(said.contains("`safari`") && said.contains("chromium, firefox, webkit"), "{said}");
        named(Some(" ,")).unwrap_err();
    }

    #[test]
    fn an_engine_lacks_the_first_program_that_is_neither_in_the_path_nor_at_its_place() {
        let engine = |programs| Engine { name: "one", programs, variable: "ONE", driver: "one" };
        assert_eq!(engine(&[&["sh"]]).lacks(), None);
        assert_eq!(engine(&[&["no-such-program", "/bin/sh"]]).lacks(), None);
        let lacks = engine(&[&["sh"], &["no-such-program", "/bin/no-such-program"]]).lacks();
        assert_eq!(lacks, Some("no-such-program"));
    }
}
