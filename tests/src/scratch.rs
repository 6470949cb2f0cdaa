//! Places that a test has to itself: a folder, a port.

use anyhow::{Result, ensure};
use std::path::{Path, PathBuf};

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

/// A port of the loopback that nobody listens on at this moment.
pub fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
