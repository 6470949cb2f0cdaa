//! The project's commands. Each is one short file; this one only reads which is meant.

mod arguments;
mod bench;
mod build;
mod check_exports;
mod demo;
mod dev;
mod dist;
mod lighthouse;
mod node;
mod portal;
mod say;
mod system;
mod test;
mod workspace;

use std::process::ExitCode;

use arguments::WrongUse;

const HELP: &str = "\
cargo xtask demo   start a made-up clinic to click through
                     --port N     another port than 8080
                     --reset      forget what was written
                     --dir DIR    keep it elsewhere than in demo-data/
                     --lan        let a phone on the same network in
cargo xtask test   everything that must hold before a change is merged
                     --fast       the inner loop
                     --only NAME  one step and what it needs; words after -- go to its runner
cargo xtask dev    the demo, built again at each change, the browser loaded again
                     --port N     another port than 8081
                     --dir DIR    keep it elsewhere than in demo-data/
cargo xtask build  the portal alone, into target/portal/fast
                     --dist       the smallest one, into target/portal/dist
                     --checks     the page of its browser unit tests
cargo xtask dist   the product as one file, into target/dist
cargo xtask bench  core, server, portal or fhir: measure
cargo xtask check-exports
                   what leaves a device, through validators in Node and Python
cargo xtask lighthouse
                   accessibility, best practices and speed as Lighthouse sees them; needs Node";

fn main() -> ExitCode {
    quiet_when_nobody_listens();
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_else(|| "--help".to_owned());
    let rest: Vec<String> = words.collect();
    let asks = rest.iter().take_while(|word| *word != "--").any(|word| word == "--help");
    match run(if asks { "--help" } else { &command }, &rest) {
        Ok(code) => code,
        Err(error) => {
            say::problem(&format!("{error:#}"));
            let wrong_use = error.downcast_ref::<WrongUse>().is_some();
            ExitCode::from(if wrong_use { 2 } else { 1 })
        }
    }
}

/// Whoever reads only the first lines (`| head`) closes the rest: that is no fault to tell about.
fn quiet_when_nobody_listens() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        if !said.contains("failed printing to stdout") {
            tell(panic);
        }
    }));
}

fn run(command: &str, rest: &[String]) -> anyhow::Result<ExitCode> {
    match command {
        "bench" => bench::run(rest),
        "build" => build::run(rest),
        "check-exports" => check_exports::run(rest),
        "demo" => demo::run(rest),
        "dev" => dev::run(rest),
        "dist" => dist::run(rest),
        "lighthouse" => lighthouse::run(rest),
        "test" => test::run(rest),
        "help" | "--help" | "-h" => {
            say::line(HELP);
            Ok(ExitCode::SUCCESS)
        }
        unknown => Err(WrongUse(format!(
            "there is no command `{unknown}`; `cargo xtask --help` lists them"
        ))
        .into()),
    }
}
