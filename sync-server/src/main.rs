//! The command line: reads it, runs the server, and says in one sentence why it could not.

use std::process::ExitCode;

use sync_server::config::{Command, help, parse};
use sync_server::serve::{Failure, serve};

/// What the person typed is wrong.
const EXIT_USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    sync_server::log::panics();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = match parse(&arguments, &|name| std::env::var(name).ok()) {
        Ok(command) => command,
        Err(invalid) => {
            eprintln!("sync-server: {invalid}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    match run(command).await {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("sync-server: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Help => say(&help()),
        Command::Version => say(concat!("sync-server ", env!("CARGO_PKG_VERSION"), "\n")),
        Command::Serve(config) => serve(config).await?,
        Command::Errand(errand) => return sync_server::errand::run(errand).await,
        #[cfg(feature = "demo")]
        Command::Demo(config, options) => sync_server::demo::demo(config, options).await?,
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "help and version are what was asked for")]
fn say(text: &str) {
    print!("{text}");
}
