//! The folder of one server: who may use it, its keys, its database.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use shared::id::Rng;
use shared::sync::receipt::ReceiptKey;

use crate::audit::checkpoint::{AuditKey, Checkpoints};
use crate::serve::Failure;
use crate::sign_in::SignInKey;
use crate::world::OsRng;

/// Only the server's own user reads what is in here.
const PRIVATE_FOLDER: u32 = 0o700;
const PRIVATE_FILE: u32 = 0o600;

pub struct Folder {
    dir: PathBuf,
    receipts: [u8; 32],
    sign_ins: [u8; 32],
    audit: [u8; 32],
    /// Held while this process lives; a second server on the same folder would corrupt nothing, but
    /// two would answer for one record without hearing of each other.
    _lock: File,
}

impl Folder {
    /// Where commands reach the server that runs on the folder.
    pub const SOCKET: &str = "errands.sock";

    pub fn open(dir: &Path) -> Result<Self, Failure> {
        let no_access = |error| Failure::NoAccess(dir.to_owned(), error);
        for folder in [dir.to_owned(), dir.join("keys")] {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true).mode(PRIVATE_FOLDER).create(folder).map_err(no_access)?;
        }
        let lock =
            private().create(true).truncate(false).open(dir.join("lock")).map_err(no_access)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Failure::InUse(dir.to_owned())),
            Err(TryLockError::Error(error)) => return Err(no_access(error)),
        }
        let receipts = key(&dir.join("keys/receipt.key"), dir)?;
        let sign_ins = key(&dir.join("keys/sign-in.key"), dir)?;
        let audit = key(&dir.join("keys/audit.key"), dir)?;
        Ok(Self { dir: dir.to_owned(), receipts, sign_ins, audit, _lock: lock })
    }

    pub fn database(&self) -> PathBuf {
        self.dir.join("satchel.db")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub const fn receipts(&self) -> ReceiptKey {
        ReceiptKey::from_bytes(self.receipts)
    }

    /// Where signed checkpoints of the audit log are kept, and with what they are signed.
    pub fn checkpoints(&self) -> Checkpoints {
        Checkpoints::new(self.dir.clone(), AuditKey::from_bytes(self.audit))
    }

    pub const fn sign_ins(&self) -> SignInKey {
        SignInKey::from_bytes(self.sign_ins)
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(PRIVATE_FILE);
    options
}

/// Reads a key, or makes it at the first start. A key that was half written is never used.
fn key(file: &Path, dir: &Path) -> Result<[u8; 32], Failure> {
    let no_access = |error| Failure::NoAccess(dir.to_owned(), error);
    match File::open(file) {
        Ok(mut open) => {
            let mut bytes = Vec::new();
            open.read_to_end(&mut bytes).map_err(no_access)?;
            bytes.try_into().map_err(|_| Failure::KeyDamaged(file.to_owned()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut bytes = [0; 32];
            OsRng.fill(&mut bytes);
            write_private(file, &bytes).map_err(no_access)?;
            Ok(bytes)
        }
        Err(error) => Err(no_access(error)),
    }
}

/// All of it or nothing, durable, and for the server's own user alone.
pub fn write_private(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let unfinished = file.with_extension("new");
    let mut new = private().create(true).truncate(true).open(&unfinished)?;
    new.write_all(bytes)?;
    new.sync_all()?;
    std::fs::rename(&unfinished, file)?;
    match file.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn keys_are_made_once_and_are_private() {
        let dir = tempfile::tempdir().unwrap();
        let first = Folder::open(dir.path()).unwrap();
        let bytes = first.receipts;
        drop(first);
        assert_eq!(Folder::open(dir.path()).unwrap().receipts, bytes);
        let mode = std::fs::metadata(dir.path().join("keys/receipt.key")).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }

    #[test]
    fn two_servers_never_share_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let _first = Folder::open(dir.path()).unwrap();
        assert!(matches!(Folder::open(dir.path()), Err(Failure::InUse(_))));
    }

    #[test]
    fn a_damaged_key_stops_the_start() {
        let dir = tempfile::tempdir().unwrap();
        drop(Folder::open(dir.path()).unwrap());
        std::fs::write(dir.path().join("keys/receipt.key"), b"short").unwrap();
        assert!(matches!(Folder::open(dir.path()), Err(Failure::KeyDamaged(_))));
    }
}
