//! `cargo xtask bench NAME`: runs one of the measurements in `tests`, or the server's, which lies with the
//! program that it starts. The portal's is a journey, because a browser has to be driven for it.

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;

use crate::arguments::WrongUse;
use crate::portal::{self, Kind};
use crate::say;
use crate::workspace::{self, cargo};

const PACKAGES: [&str; 2] = ["tests", "sync-server"];
const NAMES: [&str; 4] = ["core", "server", "portal", "fhir"];

pub fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    let all = NAMES.join(", ");
    let Some((name, rest)) = words.split_first() else {
        return Err(WrongUse(format!("`bench` needs one of {all}")).into());
    };
    if !NAMES.contains(&name.as_str()) {
        return Err(WrongUse(format!("there is no bench `{name}`, only {all}")).into());
    }
    understood(name, rest)?;
    if name == "portal" {
        return portal();
    }
    let mut here = Vec::new();
    let mut package = None;
    for one in PACKAGES {
        let benches = workspace::targets(one, "bench")?;
        package = package.or(benches.contains(name).then_some(one));
        here.extend(benches);
    }
    let Some(package) = package else {
        let here = if here.is_empty() { "none".to_owned() } else { here.join(", ") };
        bail!("the bench `{name}` is not written yet; written so far: {here}");
    };
    let mut command = cargo(&["bench", "--package", package, "--bench", name]);
    if name == "fhir" {
        // What is measured is the server's own program; whoever watches it need not be fast.
        command.args(["--profile", "dev"]);
        workspace::run(cargo(&["build", "--release", "--package", "sync-server"]))?;
        command.env("SATCHEL_SERVER", workspace::target().join("release/sync-server"));
    }
    say::line(&format!("measure: {name}"));
    command.arg("--");
    command.args(rest);
    workspace::run(command)?;
    Ok(ExitCode::SUCCESS)
}

/// What is not understood must not be taken for a measurement of nothing, or of everything.
fn understood(name: &str, words: &[String]) -> anyhow::Result<()> {
    let known: &[&str] = match name {
        "server" => &["messages", "alone", "first", "idle"],
        // A file of one's own.
        "fhir" if words.iter().all(|word| Path::new(word).is_file()) => return Ok(()),
        _ => &[],
    };
    let Some(word) = words.iter().find(|word| !known.contains(&word.as_str())) else {
        return Ok(());
    };
    let parts = match known {
        [] => "it takes no such word".to_owned(),
        known => format!("its parts are {}", known.join(", ")),
    };
    Err(WrongUse(format!("`bench {name}` does not know `{word}`: {parts}")).into())
}

/// How long a person waits, in the portal that patients get.
fn portal() -> anyhow::Result<ExitCode> {
    portal::build(Kind::Dist)?;
    workspace::run(cargo(&["build", "--package", "sync-server", "--features", "demo"]))?;
    say::line("measure: portal");
    let mut command = cargo(&["test", "--package", "tests", "--test", "browser", "--", "answers"]);
    command.env("SATCHEL_SERVER", workspace::target().join("debug/sync-server"));
    command.env("SATCHEL_PORTAL", Kind::Dist.folder());
    command.env("SATCHEL_ENGINES", "chromium");
    workspace::run(command)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_measurement_knows_is_named() {
        let asked = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            understood(&words[0], &words[1..]).map_err(|why| why.to_string())
        };
        assert!(asked(&["server"]).is_ok() && asked(&["server", "idle", "first"]).is_ok());
        for words in [
            &["server", "mesages"][..],
            &["server", "--prot"],
            &["core", "--prot", "1"],
            &["portal", "--anything"],
            &["fhir", "no-such-file.json"],
        ] {
            let why = asked(words).expect_err(words[1]);
            assert!(why.contains(words[1]) && why.contains(words[0]), "{why}");
        }
    }
}
