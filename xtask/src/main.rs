//! The project's commands. Each is one short file; this one only reads which is meant.

mod arguments;
mod build;
mod portal;
mod say;
mod workspace;

use std::process::ExitCode;

use arguments::WrongUse;

const HELP: &str = "\
cargo xtask build [--dist]   build the portal into target/portal/fast, or the smallest one into
                             target/portal/dist";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_else(|| "--help".to_owned());
    let rest: Vec<String> = words.collect();
    match run(&command, &rest) {
        Ok(code) => code,
        Err(error) => {
            say::problem(&format!("{error:#}"));
            let wrong_use = error.downcast_ref::<WrongUse>().is_some();
            ExitCode::from(if wrong_use { 2 } else { 1 })
        }
    }
}

fn run(command: &str, rest: &[String]) -> anyhow::Result<ExitCode> {
    match command {
        "build" => build::run(rest),
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
