//! A file system of its own and of a given size, below a folder: the only way to a disk that is really
//! full. The root user alone may mount one.

use anyhow::{Context, Result, ensure};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

const BALLAST: &str = "ballast";
static PIECE: [u8; 64 * 1024] = [0; 64 * 1024];

pub struct SmallDisk {
    at: PathBuf,
}

impl SmallDisk {
    /// Nothing if this user may not.
    pub fn mounted(at: &Path, mebibytes: u32) -> Result<Option<SmallDisk>> {
        std::fs::create_dir_all(at)?;
        let size = format!("size={mebibytes}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at);
        let output = mount.output();
        let is_mounted = output.is_ok_and(|output| output.status.success());
        Ok(is_mounted.then(|| SmallDisk { at: at.to_owned() }))
    }

    /// Not one byte more goes onto it, in a new file or an old one. Once more takes what became free since.
    pub fn fill(&self) -> Result<()> {
        let at = self.at.join(BALLAST);
        let mut ballast = OpenOptions::new().create(true).append(true).open(at)?;
        let mut piece = PIECE.len();
        while piece > 0 {
            match ballast.write(&PIECE[..piece]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => piece /= 2,
                Err(error) => return Err(error).context("the disk cannot be filled"),
            }
        }
        let one_more = std::fs::write(self.at.join("one more"), PIECE);
        ensure!(one_more.is_err(), "the disk is not full");
        Ok(())
    }

    /// Somebody made room.
    pub fn empty(&self) -> Result<()> {
        Ok(std::fs::remove_file(self.at.join(BALLAST))?)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Whoever still holds a file of it keeps that file alone.
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).status();
    }
}
