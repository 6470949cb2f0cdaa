//! The demo server as a process of its own: started, stopped and started again on the same port
//! and the same folder, as a host would.

use crate::process::Tree;
use anyhow::{Context, Result, bail, ensure};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tests::built;

/// Seeding a fresh clinic is the slowest start; a busy machine doubles it.
const READY_WITHIN: Duration = Duration::from_secs(60);
const STOPS_WITHIN: Duration = Duration::from_secs(10);

pub struct Server {
    /// Another portal than the one that was built last.
    portal: Option<PathBuf>,
    /// The kill switch: devices are told to forget what they stored.
    withdrawn: bool,
    /// What people type; the server refuses requests that come from elsewhere.
    origin: String,
    folder: PathBuf,
    port: u16,
    log: PathBuf,
    running: Option<Tree>,
    links: HashMap<String, String>,
}

impl Server {
    pub fn new(origin: String, folder: &Path, port: u16) -> Server {
        Server {
            portal: None,
            withdrawn: false,
            origin,
            folder: folder.join("clinic"),
            port,
            log: folder.join("server.log"),
            running: None,
            links: HashMap::new(),
        }
    }

    /// From now on another built portal is served; takes effect at the next start.
    pub fn set_portal(&mut self, portal: &Path) {
        self.portal = Some(portal.to_owned());
    }

    /// Takes effect at the next start.
    pub fn set_withdrawn(&mut self, withdrawn: bool) {
        self.withdrawn = withdrawn;
    }

    /// Where it keeps everything.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Returns when the server said `ready`.
    pub fn start(&mut self) -> Result<()> {
        ensure!(self.running.is_none(), "the server runs already");
        let log = std::fs::File::options().create(true).append(true).open(&self.log)?;
        let portal = match &self.portal {
            Some(portal) => portal.clone(),
            None => built::portal()?,
        };
        let mut command = Command::new(built::server()?);
        command
            .arg("demo")
            .args(["--port", &self.port.to_string()])
            .args(["--origin", &self.origin])
            .arg("--dir")
            .arg(&self.folder)
            .arg("--portal")
            .arg(portal)
            .stdout(Stdio::piped())
            .stderr(log);
        if self.withdrawn {
            command.arg("--withdraw-portal");
        }
        let mut tree = Tree::start(&mut command)?;
        let output = tree.output().context("the server has no output")?;
        let (tell, said) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Nobody may listen any more; the pipe must be emptied all the same.
                let _ = tell.send(line);
            }
        });
        self.links = wait_until_ready(&said)
            .with_context(|| format!("the server is not ready; see {}", self.log.display()))?;
        self.running = Some(tree);
        Ok(())
    }

    /// Asks the process to stop, as Ctrl-C does.
    pub fn stop(&mut self) -> Result<()> {
        let mut tree = self.running.take().context("the server does not run")?;
        ensure!(tree.stop(STOPS_WITHIN), "the server does not stop when it is asked to");
        Ok(())
    }

    /// Ends the process as a power cut would.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Types a command of the host beside the running server; answers what it printed.
    pub fn command(&self, words: &[&str]) -> Result<String> {
        let mut command = Command::new(built::server()?);
        command.args(words).arg("--dir").arg(&self.folder).args(["--origin", &self.origin]);
        let output = command.output()?;
        let wrong = String::from_utf8_lossy(&output.stderr);
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "{words:?} did not work: {wrong} {said}");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// A printed link, by the word before it: `patient`, `caregiver`, `nurse`, `new patient`.
    pub fn link(&self, who: &str) -> Result<&str> {
        let Some(link) = self.links.get(who) else {
            bail!("the demo printed no link for {who:?}, only {:?}", self.links.keys());
        };
        Ok(link)
    }
}

fn wait_until_ready(said: &mpsc::Receiver<String>) -> Result<HashMap<String, String>> {
    let deadline = Instant::now() + READY_WITHIN;
    let mut links = HashMap::new();
    let mut lines = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let line = match said.recv_timeout(left) {
            Ok(line) => line,
            Err(mpsc::RecvTimeoutError::Timeout) => bail!("no `ready` in time after {lines:?}"),
            Err(mpsc::RecvTimeoutError::Disconnected) => bail!("it ended after {lines:?}"),
        };
        if line.trim() == "ready" {
            return Ok(links);
        }
        if let Some((who, link)) = line.trim().split_once(": ") {
            links.insert(who.trim().to_owned(), link.trim().to_owned());
        }
        lines.push(line);
    }
}
