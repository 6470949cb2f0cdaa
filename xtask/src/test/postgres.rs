//! A throw-away PostgreSQL, for the store that will speak with it: made, started and stopped as a user
//! without rights, because it refuses to run as root. Where there is none, nothing needs it yet.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use super::count::Count;
use crate::system::is_root;
use crate::workspace::in_path;

/// Every Unix has it, and it owns nothing.
const NOBODY: &str = "nobody";

pub fn check() -> anyhow::Result<Count> {
    let Some(programs) = programs() else {
        let note = "skipped: no PostgreSQL here; no test needs it yet".to_owned();
        return Ok(Count { left_out: 1, notes: vec![note], ..Count::default() });
    };
    let folder = tempfile::Builder::new().prefix("satchel-postgres").tempdir()?;
    let cluster = Cluster { programs, folder: folder.path().to_owned(), as_nobody: is_root() };
    cluster.own()?;
    cluster.run("initdb", &["--auth=trust", "--no-sync", "--username=satchel", "--pgdata=data"])?;
    // A socket in its own folder: nobody else's port is taken, and nobody else can come in.
    let options = format!("-c listen_addresses= -k {}", cluster.folder.display());
    let start = ["start", "--wait", "--silent", "--pgdata=data", "--log=log", "-o", &options];
    cluster.run("pg_ctl", &start)?;
    let answered = cluster
        .run("pg_isready", &["--host", &cluster.folder.to_string_lossy(), "--username=satchel"]);
    cluster.run("pg_ctl", &["stop", "--wait", "--silent", "--mode=fast", "--pgdata=data"])?;
    answered?;
    Ok(Count::one())
}

struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    as_nobody: bool,
}

impl Cluster {
    fn own(&self) -> anyhow::Result<()> {
        if self.as_nobody {
            let done = Command::new("chown").arg(NOBODY).arg(&self.folder).status()?;
            ensure!(done.success(), "the folder could not be given to `{NOBODY}`");
        }
        Ok(())
    }

    fn run(&self, program: &str, words: &[&str]) -> anyhow::Result<()> {
        let program = self.programs.join(program);
        let mut command = if self.as_nobody {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", NOBODY, "--regid", "nogroup", "--clear-groups"]);
            command.arg(&program);
            command
        } else {
            Command::new(&program)
        };
        command.args(words).current_dir(&self.folder).stdin(Stdio::null()).stdout(Stdio::null());
        command.env("LC_ALL", "C").env("HOME", &self.folder);
        let status = command.status().with_context(|| format!("{}", program.display()))?;
        ensure!(status.success(), "`{}` failed", program.display());
        Ok(())
    }
}

/// Where Debian keeps each version's programs, the newest; else in the path.
fn programs() -> Option<PathBuf> {
    let complete = |folder: &Path| {
        ["initdb", "pg_ctl", "pg_isready"].iter().all(|name| folder.join(name).is_file())
    };
    let in_path = in_path("initdb").and_then(|program| Some(program.parent()?.to_owned()));
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    in_path.into_iter().chain(folders).rfind(|folder| complete(folder))
}
