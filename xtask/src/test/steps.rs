//! The steps of `cargo xtask test`, in their order. Each says what it needs, whose share of the time
//! budget it spends, and whether it belongs to the inner loop.

use std::process::Command;

use anyhow::ensure;

use super::Run;
use super::browsers::Browsers;
use super::count::{self, Count};
use super::{ehr, postgres, unchanged};
use crate::check_exports::{self, Verdict};
use crate::portal::{self, Kind};
use crate::workspace::{self, cargo};

/// One step.
pub struct Step {
    pub name: &'static str,
    pub what: &'static str,
    pub part: Part,
    pub needs: &'static [&'static str],
    pub fast: bool,
    pub run: fn(&mut Run) -> anyhow::Result<Count>,
}

/// Who spends the time; the shares are those of CONTRIBUTING.md.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    BuildAndLint,
    Core,
    Server,
    Fhir,
    Device,
    Screens,
    Clinic,
    Bench,
}

impl Part {
    pub const ALL: [Part; 8] = [
        Part::BuildAndLint,
        Part::Core,
        Part::Server,
        Part::Fhir,
        Part::Device,
        Part::Screens,
        Part::Clinic,
        Part::Bench,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Part::BuildAndLint => "build and lint",
            Part::Core => "core",
            Part::Server => "server",
            Part::Fhir => "FHIR",
            Part::Device => "device",
            Part::Screens => "screens",
            Part::Clinic => "clinic",
            Part::Bench => "bench",
        }
    }

    pub fn minutes_max(self) -> u64 {
        match self {
            Part::BuildAndLint => 18,
            Part::Core | Part::Device => 7,
            Part::Server | Part::Screens => 8,
            Part::Fhir => 4,
            Part::Clinic => 3,
            Part::Bench => 2,
        }
    }
}

const DEMO: [&str; 2] = ["--features", "sync-server/demo"];
/// Those that need thousands of rows, and every route asked by everybody, are not for the inner loop.
const SHORT: [&str; 4] = ["--skip", "::long::", "--skip", "routes::matrix::"];
/// Test binaries that have a step of their own; the others are the core's.
const OWN_STEP: [&str; 4] = ["browser", "commands", "numbers", "tidy"];

pub const STEPS: &[Step] = &[
    Step {
        name: "crates",
        what: "fetch the crates of the lock file",
        part: Part::BuildAndLint,
        needs: &[],
        fast: false,
        run: |_| crates(),
    },
    Step {
        name: "format",
        what: "is everything formatted?",
        part: Part::BuildAndLint,
        needs: &[],
        fast: true,
        run: |_| count::check(cargo(&["fmt", "--all", "--check"])),
    },
    Step {
        name: "lint",
        what: "clippy, with every warning an error",
        part: Part::BuildAndLint,
        needs: &[],
        fast: false,
        run: |_| lint(),
    },
    Step {
        name: "lint-wasm",
        what: "clippy on the programs for the browser",
        part: Part::BuildAndLint,
        needs: &[],
        fast: false,
        run: |_| {
            let target = ["--target", portal::TARGET];
            let what = ["clippy", "--package", "portal", "--lib", "--bins"];
            let strict = ["--", "-D", "warnings"];
            let count = count::check(cargo(&[&what[..], &target, &strict].concat()))?;
            // The page of the browser unit tests is built late and would be found out late.
            let checks = ["--features", "checks"];
            match count.held() {
                true => count::check(cargo(&[&what[..], &checks, &target, &strict].concat())),
                false => Ok(count),
            }
        },
    },
    Step {
        name: "unit",
        what: "unit and doc tests",
        part: Part::BuildAndLint,
        needs: &[],
        fast: true,
        run: |run| unit(run),
    },
    Step {
        name: "core",
        what: "simulation, hostile bytes and everything else at the core's boundary",
        part: Part::Core,
        needs: &[],
        fast: false,
        run: |run| core(run),
    },
    Step {
        name: "numbers",
        what: "what a record of twenty years weighs, and how its costs grow",
        part: Part::Bench,
        needs: &[],
        fast: false,
        run: |run| one_binary("numbers", run),
    },
    Step {
        name: "exports",
        what: "what leaves a device, through validators that nobody here wrote",
        part: Part::Fhir,
        needs: &[],
        fast: false,
        run: |_| exports(),
    },
    Step {
        name: "portal",
        what: "build the portal with the fast profile",
        part: Part::BuildAndLint,
        needs: &["crates"],
        fast: false,
        run: |_| portal::build(Kind::Fast).map(|_| Count::one()),
    },
    Step {
        name: "server",
        what: "build the server with the demo clinic",
        part: Part::Server,
        needs: &["crates"],
        fast: false,
        run: |_| count::check(cargo(&["build", "--package", "sync-server", "--features", "demo"])),
    },
    Step {
        name: "postgres",
        what: "a throw-away PostgreSQL, for the store that will speak with it",
        part: Part::Server,
        needs: &[],
        fast: false,
        run: |_| postgres::check(),
    },
    Step {
        name: "commands",
        what: "the server's commands, with bad input too",
        part: Part::Server,
        needs: &["portal", "server"],
        fast: false,
        run: |run| one_binary("commands", run),
    },
    Step {
        name: "dist",
        what: "build the smallest portal, the one that patients get",
        part: Part::BuildAndLint,
        needs: &["crates"],
        fast: false,
        run: |_| portal::build(Kind::Dist).map(|_| Count::one()),
    },
    Step {
        name: "embedded",
        what: "the server with that portal inside",
        part: Part::Server,
        needs: &["dist"],
        fast: false,
        run: |_| {
            let what = ["test", "--package", "sync-server", "--features", "embedded-portal"];
            let mut command = cargo(&[&what[..], &["--lib", "--", "assets"]].concat());
            command.env("SATCHEL_PORTAL_DIR", Kind::Dist.folder());
            count::tests(command)
        },
    },
    Step {
        name: "tidy",
        what: "the rules a machine can check",
        part: Part::BuildAndLint,
        needs: &[],
        fast: true,
        run: |run| one_binary("tidy", run),
    },
    Step {
        name: "browsers",
        what: "are the browsers and their drivers here?",
        part: Part::Screens,
        needs: &[],
        fast: false,
        run: |run| {
            run.browsers = Browsers::set_up()?;
            Ok(run.browsers.count())
        },
    },
    Step {
        name: "checks",
        what: "build the page of the browser unit tests; a journey runs it",
        part: Part::Device,
        needs: &["crates"],
        fast: false,
        run: |_| portal::build_checks().map(|_| Count::one()),
    },
    Step {
        name: "journeys",
        what: "journeys of patients through the whole product in Chromium, Firefox and WebKit",
        part: Part::Screens,
        needs: JOURNEYS_NEED,
        fast: false,
        run: |run| journeys(run, Kind::Fast, Some(Part::Screens)),
    },
    Step {
        name: "device",
        what: "journeys in which browsers and lines fail",
        part: Part::Device,
        needs: JOURNEYS_NEED,
        fast: false,
        run: |run| journeys(run, Kind::Fast, Some(Part::Device)),
    },
    Step {
        name: "clinic",
        what: "journeys of those who work at the clinic",
        part: Part::Clinic,
        needs: JOURNEYS_NEED,
        fast: false,
        run: |run| journeys(run, Kind::Fast, Some(Part::Clinic)),
    },
    Step {
        name: "released",
        what: "journeys through the portal that patients get",
        part: Part::Screens,
        needs: &["server", "dist", "browsers"],
        fast: false,
        run: |run| journeys(run, Kind::Dist, None),
    },
    Step {
        name: "ehr",
        what: "a refill to an EHR and a link to a reader that nobody here wrote, and back",
        part: Part::Fhir,
        needs: &["portal", "server", "browsers"],
        fast: false,
        run: |run| ehr::check(run),
    },
];

/// Steps with a runner that knows tests by name.
pub const TAKE_WORDS: [&str; 8] =
    ["unit", "core", "numbers", "commands", "tidy", "journeys", "device", "clinic"];
const JOURNEYS_NEED: &[&str] = &["portal", "server", "dist", "browsers", "checks"];
/// The smallest programs are cut and put in order after compiling, so what they do is seen too.
const RELEASED: [&str; 3] = ["thread", "share", "chromium::update"];

/// Without a network this holds too, once everything was fetched.
fn crates() -> anyhow::Result<Count> {
    let offline = cargo(&["fetch", "--locked", "--offline", "--quiet"]).status()?;
    if offline.success() {
        return Ok(Count::one());
    }
    count::check(cargo(&["fetch", "--locked"]))
}

fn lint() -> anyhow::Result<Count> {
    let what = ["clippy", "--workspace", "--all-targets"];
    let count = count::check(cargo(&[&what[..], &DEMO, &["--", "-D", "warnings"]].concat()))?;
    // As clinics get it, without the demo.
    let released = ["clippy", "--package", "sync-server", "--bins"];
    match count.held() {
        true => count::check(cargo(&[&released[..], &["--", "-D", "warnings"]].concat())),
        false => Ok(count),
    }
}

/// The inner loop leaves out doc tests, which compile one by one, and what did not change.
fn unit(run: &Run) -> anyhow::Result<Count> {
    let what = ["test", "--workspace", "--exclude", "tests"];
    let which: &[&str] = if run.fast { &["--lib", "--bins"] } else { &[] };
    if run.fast && run.words.is_empty() {
        return unchanged::tests(cargo(&[&what[..], &DEMO, which].concat()), &SHORT);
    }
    let mut command = cargo(&[&what[..], &DEMO, which, &["--no-fail-fast"]].concat());
    pass_on(&run.words, &mut command);
    count::tests(command)
}

fn core(run: &Run) -> anyhow::Result<Count> {
    let mut binaries = workspace::targets("tests", "test")?;
    binaries.retain(|name| !OWN_STEP.contains(&name.as_str()));
    let mut command = cargo(&["test", "--package", "tests", "--no-fail-fast"]);
    for name in &binaries {
        command.args(["--test", name]);
    }
    if binaries.is_empty() {
        command.arg("--lib");
    }
    pass_on(&run.words, &mut command);
    count::tests(command)
}

fn exports() -> anyhow::Result<Count> {
    let mut count = Count::default();
    for (name, verdict) in check_exports::verdicts()? {
        match &verdict {
            Verdict::Held => count.passed += 1,
            Verdict::Failed => count.failed += 1,
            Verdict::Skipped(_) => count.skipped += 1,
        }
        count.notes.push(verdict.words(name));
    }
    Ok(count)
}

fn one_binary(name: &str, run: &Run) -> anyhow::Result<Count> {
    ensure!(
        workspace::targets("tests", "test")?.iter().any(|test| test == name),
        "the package `tests` has no test binary `{name}`"
    );
    let mut command = cargo(&["test", "--package", "tests", "--test", name, "--no-fail-fast"]);
    // In the inner loop the smallest build may be missing or old, so its sizes say nothing.
    let mut words = run.words.clone();
    if name == "tidy" && run.fast {
        words.extend(["--skip", "sizes"].map(str::to_owned));
    }
    pass_on(&words, &mut command);
    count::tests(command)
}

/// All engines in one process, which runs them side by side. Who names journeys gets those, of
/// whichever part they are.
fn journeys(run: &Run, kind: Kind, part: Option<Part>) -> anyhow::Result<Count> {
    let mut command = played(run, kind)?;
    match part {
        Some(part) => {
            command.env("SATCHEL_PART", part.name());
            pass_on(&run.words, &mut command);
        }
        None => pass_on(&RELEASED.map(str::to_owned), &mut command),
    }
    count::tests(command)
}

/// The command that plays journeys in a portal of this kind.
pub fn played(run: &Run, kind: Kind) -> anyhow::Result<Command> {
    ensure!(!run.browsers.engines.is_empty(), "there is no browser to run them in");
    let mut command = cargo(&["test", "--package", "tests", "--test", "browser"]);
    command.env("SATCHEL_SERVER", workspace::target().join("debug/sync-server"));
    command.env("SATCHEL_PORTAL", kind.folder());
    command.env("SATCHEL_ENGINES", run.browsers.engines.join(","));
    for (variable, program) in &run.browsers.drivers {
        command.env(variable, program);
    }
    Ok(command)
}

fn pass_on(words: &[String], command: &mut Command) {
    if !words.is_empty() {
        command.arg("--").args(words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_the_one_that_contributors_read() {
        let read = include_str!("../../../CONTRIBUTING.md");
        for part in Part::ALL {
            let row = format!("| {} | {} |", part.name(), part.minutes_max());
            assert!(read.contains(&row), "CONTRIBUTING.md lacks {row}");
        }
    }
}
