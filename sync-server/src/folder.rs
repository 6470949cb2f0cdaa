//! The folder of one server: who may use it, its keys, its database.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use shared::id::Rng;
use shared::sync::receipt::ReceiptKey;

use crate::audit::checkpoint::{AuditKey, Checkpoints};
use crate::sealing::{KEY_FILE_BYTES_MAX, WrappingKey};
use crate::serve::Failure;
use crate::sign_in::SignInKey;
use crate::store::sqlite;
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

    /// The folder of a server, made if there is none. What lies in it is looked at before anything is
    /// written: beside somebody else's database nothing of ours is left.
    pub fn open(dir: &Path) -> Result<Self, Failure> {
        let database = dir.join(DATABASE);
        sqlite::look(&database).map_err(|error| Failure::Database(database, error))?;
        let no_access = |error| Failure::NoAccess(dir.to_owned(), error);
        for folder in [dir.to_owned(), dir.join("keys")] {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true).mode(PRIVATE_FOLDER).create(folder).map_err(no_access)?;
        }
        let lock = Self::lock(dir)?;
        let receipts = key(&dir.join("keys/receipt.key"), dir)?;
        let sign_ins = key(&dir.join("keys/sign-in.key"), dir)?;
        let audit = key(&dir.join("keys/audit.key"), dir)?;
        Ok(Self { dir: dir.to_owned(), receipts, sign_ins, audit, _lock: lock })
    }

    /// Nobody else uses this folder as long as the answer lives.
    pub fn lock(dir: &Path) -> Result<File, Failure> {
        let no_access = |error| Failure::NoAccess(dir.to_owned(), error);
        let lock =
            private().create(true).truncate(false).open(dir.join("lock")).map_err(no_access)?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(Failure::InUse(dir.to_owned())),
            Err(TryLockError::Error(error)) => Err(no_access(error)),
        }
    }

    /// The folder of a clinic that is there: a mistyped name makes none.
    pub fn of_clinic(dir: &Path) -> Result<Self, Failure> {
        match dir.join(DATABASE).try_exists() {
            Ok(true) => Self::open(dir),
            Ok(false) => Err(Failure::NoClinic(dir.to_owned())),
            Err(error) => Err(Failure::NoAccess(dir.to_owned(), error)),
        }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn database(&self) -> PathBuf {
        self.dir.join(DATABASE)
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

    /// The demo's own key for its made-up records. It lies beside them, where a clinic's must not.
    pub fn own_key(&self) -> Result<WrappingKey, Failure> {
        key(&self.dir.join(OWN_KEY), &self.dir).map(WrappingKey::from_bytes)
    }

    /// Whether there is one.
    pub fn has_own_key(&self) -> bool {
        self.dir.join(OWN_KEY).is_file()
    }

    pub const fn sign_ins(&self) -> SignInKey {
        SignInKey::from_bytes(self.sign_ins)
    }
}

const DATABASE: &str = "satchel.db";
const OWN_KEY: &str = "keys/record.key";

/// The key that opens the records of this folder, from the file that was named.
pub fn named_key(dir: &Path, file: Option<&Path>) -> Result<WrappingKey, Failure> {
    match file {
        Some(file) => wrapping_key(file),
        // Another key would open nothing that is there.
        None if dir.join(DATABASE).exists() => Err(Failure::KeyNotNamed(dir.to_owned())),
        None => Err(Failure::NoKey),
    }
}

/// The key in this file.
pub fn wrapping_key(file: &Path) -> Result<WrappingKey, Failure> {
    let unreadable = |error| Failure::KeyUnreadable(file.to_owned(), error);
    let mut text = String::new();
    let open = File::open(file).map_err(unreadable)?;
    open.take(KEY_FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(unreadable)?;
    WrappingKey::from_text(&text).ok_or_else(|| Failure::KeyDamaged(file.to_owned()))
}

/// The same for a server: whoever copies its folder must not have the key with it.
pub fn key_apart_from(dir: &Path, file: Option<&Path>) -> Result<WrappingKey, Failure> {
    let key = named_key(dir, file)?;
    let places = file.map(Path::canonicalize).and_then(Result::ok).zip(dir.canonicalize().ok());
    match places {
        Some((file, dir)) if file.starts_with(&dir) => Err(Failure::KeyBeside(file)),
        Some(_) | None => Ok(key),
    }
}

/// Makes a key in a new file. One that is there is never written over.
pub fn new_key(file: &Path) -> Result<WrappingKey, Failure> {
    let key = WrappingKey::fresh(&mut OsRng);
    let failed = |error: std::io::Error| {
        Failure::Other(match error.kind() {
            std::io::ErrorKind::AlreadyExists => format!(
                "there is a file {} already; name one that is not there yet",
                file.display()
            ),
            _ => format!("cannot write {}: {error}", file.display()),
        })
    };
    write_new(file, key.text().as_bytes()).map_err(failed)?;
    Ok(key)
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

/// All of it or nothing, durable, and for the server's own user alone. What the file held is replaced.
pub fn write_private(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut random = [0; 8];
    OsRng.fill(&mut random);
    // Hidden, so that nobody takes one that a power cut left for something else.
    let name = format!(".satchel-{:016x}", u64::from_be_bytes(random));
    let unfinished = file.with_file_name(name);
    write_new(&unfinished, bytes)?;
    if let Err(error) = std::fs::rename(&unfinished, file) {
        return Err(taken_back(&unfinished, error));
    }
    sync_folder_of(file)
}

/// Into a file that is not there yet: what is there is never touched.
fn write_new(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut new = private().create_new(true).open(file)?;
    let written = new.write_all(bytes).and_then(|()| new.sync_all());
    written.and_then(|()| sync_folder_of(file)).map_err(|error| taken_back(file, error))
}

/// What was begun is gone again; why it was not done counts more than whether that worked.
fn taken_back(file: &Path, error: std::io::Error) -> std::io::Error {
    let _left = std::fs::remove_file(file);
    error
}

/// A name without a folder in front stands in this one.
fn sync_folder_of(file: &Path) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
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
    fn a_key_beside_the_records_or_none_at_all_stops_the_start() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (inside, apart) = (dir.path().join("sub.key"), other.path().join("a.key"));
        new_key(&inside).unwrap();
        let made = new_key(&apart).unwrap();
        assert!(new_key(&apart).is_err(), "a key is never written over");
        let key = |file| key_apart_from(dir.path(), file);
        assert!(matches!(key(None), Err(Failure::NoKey)));
        assert!(matches!(key(Some(&inside)), Err(Failure::KeyBeside(_))));
        let link = other.path().join("link.key");
        std::os::unix::fs::symlink(&inside, &link).unwrap();
        assert!(matches!(key(Some(&link)), Err(Failure::KeyBeside(_))), "through a link, too");
        assert_eq!(key(Some(&apart)).unwrap().id(), made.id());
        std::fs::write(&apart, "nonsense").unwrap();
        assert!(matches!(key(Some(&apart)), Err(Failure::KeyDamaged(_))));
    }

    #[test]
    fn a_damaged_key_stops_the_start() {
        let dir = tempfile::tempdir().unwrap();
        drop(Folder::open(dir.path()).unwrap());
        std::fs::write(dir.path().join("keys/receipt.key"), b"short").unwrap();
        assert!(matches!(Folder::open(dir.path()), Err(Failure::KeyDamaged(_))));
    }
}
