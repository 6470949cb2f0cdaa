//! Looks whose a file is without touching it: opening a foreign database, even only to read, may fold
//! its log into it or leave files beside it.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::open::{APPLICATION_ID, OpenError, known};

/// The database's header and two numbers in it (SQLite file format, section 1.3).
const HEADER_BYTES: usize = 100;
const BEGINS: &[u8] = b"SQLite format 3\0";
const USER_VERSION_AT: usize = 60;
const APPLICATION_ID_AT: usize = 68;

/// Nothing, an empty file, or a database of this program in a format that it can read.
pub fn look(file: &Path) -> Result<(), OpenError> {
    let mut header = Vec::new();
    let read =
        File::open(file).and_then(|open| open.take(HEADER_BYTES as u64).read_to_end(&mut header));
    match read {
        Ok(_) => {}
        // Whoever makes the folder says what is wrong with it.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(());
        }
        Err(error) => return Err(OpenError::Unreadable(error)),
    }
    can_be_written(file)?;
    if header.is_empty() {
        return Ok(());
    }
    if header.len() < HEADER_BYTES || !header.starts_with(BEGINS) {
        return Err(OpenError::NotOurs);
    }
    match number(&header, APPLICATION_ID_AT) {
        APPLICATION_ID => known(number(&header, USER_VERSION_AT)),
        // One that was killed in its first moments has its tables, and its mark, in the log alone.
        0 if tables(file)? == 0 => Ok(()),
        _ => Err(OpenError::NotOurs),
    }
}

/// SQLite opens what it may only read, says nothing, and leaves files beside it that nobody can write:
/// the server would start and lose what it is given.
fn can_be_written(file: &Path) -> Result<(), OpenError> {
    for ending in ["", "-wal", "-shm"] {
        let mut part = file.as_os_str().to_owned();
        part.push(ending);
        match OpenOptions::new().append(true).open(&part) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(OpenError::Unwritable(PathBuf::from(part), error));
            }
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}

fn number(header: &[u8], at: usize) -> i64 {
    let bytes = header[at..at + 4].try_into().expect("four bytes of a header of a hundred");
    i64::from(i32::from_be_bytes(bytes))
}

/// Read as if nobody could change it, and so without a lock, a log or an index beside it.
fn tables(file: &Path) -> Result<i64, OpenError> {
    let place = std::path::absolute(file).map_err(OpenError::Unreadable)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(address(&place), flags)?;
    Ok(connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?)
}

/// What a path of the file system may hold has a meaning in an address.
fn address(place: &Path) -> String {
    let mut address = String::from("file://");
    for byte in place.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => address.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => address.push(char::from(*byte)),
            byte => address.push_str(&format!("%{byte:02x}")),
        }
    }
    address.push_str("?immutable=1");
    address
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealing::WrappingKey;
    use shared::time::Timestamp;

    fn content(folder: &Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
        let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
        let mut all: Vec<_> =
            files.map(|file| (file.file_name(), std::fs::read(file.path()).unwrap())).collect();
        all.sort();
        all
    }

    #[test]
    fn what_is_not_ours_is_known_without_touching_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        std::fs::write(file("letter"), "somebody's letter, not a database\n".repeat(40)).unwrap();
        std::fs::write(file("short"), "short").unwrap();
        let plain = Connection::open(file("a 100% #1?.db")).unwrap();
        plain.execute_batch("CREATE TABLE theirs (a)").unwrap();
        let marked = Connection::open(file("marked.db")).unwrap();
        marked.execute_batch("PRAGMA application_id = 7").unwrap();
        // Still open, as by a program that runs.
        let logged = Connection::open(file("logged.db")).unwrap();
        logged.execute_batch("CREATE TABLE theirs (a); PRAGMA journal_mode = WAL").unwrap();
        logged.execute_batch("INSERT INTO theirs VALUES (1)").unwrap();
        let before = content(folder.path());
        for name in ["letter", "short", "a 100% #1?.db", "marked.db", "logged.db"] {
            assert!(matches!(look(&file(name)), Err(OpenError::NotOurs)), "{name}");
        }
        assert!(matches!(look(folder.path()), Err(OpenError::Unreadable(_))));
        assert!(content(folder.path()) == before, "something was touched");
    }

    #[test]
    fn what_cannot_be_written_is_refused_before_anything_is_left_beside_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("satchel.db");
        let key = WrappingKey::from_bytes([7; 32]);
        drop(super::super::open::writer(&file, key, Timestamp::from_millis(1)).unwrap());
        // Nobody writes into a folder, not even an administrator, to whom no file is closed.
        let beside = folder.path().join("satchel.db-shm");
        std::fs::create_dir(&beside).unwrap();
        let refused = look(&file);
        assert!(matches!(&refused, Err(OpenError::Unwritable(part, _)) if *part == beside));
        std::fs::remove_dir(&beside).unwrap();
        look(&file).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o400)).unwrap();
        if OpenOptions::new().append(true).open(&file).is_err() {
            assert!(matches!(look(&file), Err(OpenError::Unwritable(..))));
            assert_eq!(content(folder.path()).len(), 1, "something was left beside it");
        }
    }

    #[test]
    fn what_is_ours_or_nothing_may_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("satchel.db");
        look(&file).unwrap();
        look(&file.join("below a file that is not there")).unwrap();
        std::fs::write(&file, "").unwrap();
        look(&file).unwrap();
        let key = || WrappingKey::from_bytes([7; 32]);
        let open = super::super::open::writer(&file, key(), Timestamp::from_millis(1)).unwrap();
        // Everything lies in the log yet, and the process may end like that.
        look(&file).unwrap();
        drop(open);
        look(&file).unwrap();
        let connection = Connection::open(&file).unwrap();
        connection.pragma_update(None, "user_version", 1_000).unwrap();
        connection.close().unwrap();
        assert!(matches!(look(&file), Err(OpenError::Newer { found: 1_000, .. })));
    }
}
