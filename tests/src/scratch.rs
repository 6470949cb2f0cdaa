//! Places that a test has to itself: a folder, a port.

use anyhow::{Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};

/// A folder that is removed with everything in it.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    pub fn new(name: &str) -> Result<Folder> {
        let path = std::env::temp_dir().join(format!("satchel-{}-{name}", std::process::id()));
        ensure!(!path.exists(), "{} is there already", path.display());
        std::fs::create_dir_all(&path)?;
        Ok(Folder { path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder inside, made if it is missing.
    pub fn inside(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left-overs in the temporary folder are ugly, not wrong.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Below where the system takes the ports of connections from, so that none is taken between this
/// answer and its use; and handed out once, because what gets it may listen only seconds later.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
static GIVEN: AtomicU16 = AtomicU16::new(0);

/// A port of the loopback that nobody listens on, and that nobody else in this program is given.
pub fn free_port() -> Result<u16> {
    let count = PORTS.end - PORTS.start;
    // Programs that run side by side begin at different places.
    let first = (std::process::id() % u32::from(count)) as u16;
    for _ in 0..count {
        let next = GIVEN.fetch_add(1, Ordering::Relaxed) % count;
        let port = PORTS.start + (first + next) % count;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port between {} and {} is free", PORTS.start, PORTS.end)
}
