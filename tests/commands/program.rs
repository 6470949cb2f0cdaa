//! The server's program as a host starts it.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tests::built;
use tests::scratch::Folder;

pub struct Ended {
    pub success: bool,
    pub stdout: String,
    pub stderr: String,
}

fn command() -> Command {
    let mut command = Command::new(built::server().unwrap());
    command.stdin(Stdio::null());
    // What the machine happens to have set must not decide a test.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SATCHEL_") {
            command.env_remove(name);
        }
    }
    command.env("SATCHEL_PORTAL", built::portal().unwrap());
    command.env("SATCHEL_KEY_FILE", key_file());
    command
}

/// A key for the records of all these tests, in a folder of its own.
fn key_file() -> &'static Path {
    static KEY: std::sync::OnceLock<(Folder, PathBuf)> = std::sync::OnceLock::new();
    let (_, file) = KEY.get_or_init(|| {
        let folder = Folder::new("key").unwrap();
        let file = folder.path().join("satchel.key");
        std::fs::write(&file, "5".repeat(64)).unwrap();
        (folder, file)
    });
    file
}

/// A refusal is quick; whoever takes longer was not refused.
const ENDS_WITHIN: Duration = Duration::from_secs(20);

/// Runs a command that must end by itself; one that does not counts as a success of that command.
pub fn run(arguments: &[&str]) -> Ended {
    ended(command(), arguments)
}

/// The same, typed in this folder by somebody who named no key.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = command();
    command.env_remove("SATCHEL_KEY_FILE").env_remove("CREDENTIALS_DIRECTORY");
    command.current_dir(folder);
    ended(command, arguments)
}

fn ended(mut command: Command, arguments: &[&str]) -> Ended {
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let deadline = Instant::now() + ENDS_WITHIN;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            return Ended::of(&output, true);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    Ended::of(&output, output.status.success())
}

impl Ended {
    fn of(output: &Output, success: bool) -> Ended {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Ended { success, stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

/// A demo that said `ready`. Ends when it is dropped, by a failed test too.
pub struct Program {
    child: Child,
    links: HashMap<String, String>,
}

impl Program {
    pub fn start(folder: &Path, port: u16) -> Program {
        let portal = built::portal().unwrap();
        let mut child = command()
            .args(["demo", "--port", &port.to_string(), "--dir"])
            .arg(folder)
            .arg("--portal")
            .arg(portal)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.stdout.take().unwrap();
        let mut program = Program { child, links: HashMap::new() };
        for line in BufReader::new(output).lines() {
            let line = line.unwrap();
            if line == "ready" {
                return program;
            }
            if let Some((who, link)) = line.split_once(": ") {
                program.links.insert(who.trim().to_owned(), link.trim().to_owned());
            }
        }
        panic!("the demo ended before it was ready");
    }

    pub fn link(&self, who: &str) -> &str {
        &self.links[who]
    }

    /// As Ctrl-C does; it must end by itself and call that a success.
    pub fn stop(mut self) {
        let pid = self.child.id().to_string();
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {pid}")]).status();
        assert!(asked.unwrap().success());
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "a server that is asked to stop ends with {ended}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The one database in a clinic's folder.
pub fn database(folder: &Path) -> PathBuf {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "db") {
            found.push(path);
        }
    }
    assert_eq!(found.len(), 1, "databases: {found:?}");
    found.remove(0)
}
