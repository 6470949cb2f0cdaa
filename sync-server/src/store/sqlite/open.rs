//! Opening a database: whose it is, which version, and the settings every connection must have.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use shared::id::Rng;
use shared::time::Timestamp;

use super::key_store::{self, KeyError, Keys};
use super::sealed::Db;
use super::{StoreError, private, reseal, shred};
use crate::sealing::WrappingKey;
use crate::world::OsRng;

/// Marks a file as ours: "Stch".
pub const APPLICATION_ID: i64 = 0x5374_6368;
/// How long a connection waits for another one's lock. Only a backup by hand holds one for long.
const BUSY_TIMEOUT_MS: u32 = 5_000;

/// Numbered, forward only, never edited once released.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/sqlite/0001_foundation.sql"),
    include_str!("../../../migrations/sqlite/0002_resources.sql"),
    include_str!("../../../migrations/sqlite/0003_desk.sql"),
    include_str!("../../../migrations/sqlite/0004_sign_in.sql"),
    include_str!("../../../migrations/sqlite/0005_audit.sql"),
    include_str!("../../../migrations/sqlite/0006_staff.sql"),
    include_str!("../../../migrations/sqlite/0007_outgoing.sql"),
    include_str!("../../../migrations/sqlite/0008_contacts.sql"),
    include_str!("../../../migrations/sqlite/0009_sealed.sql"),
    include_str!("../../../migrations/sqlite/0010_attachments.sql"),
    include_str!("../../../migrations/sqlite/0011_grants.sql"),
    include_str!("../../../migrations/sqlite/0012_message_attachments.sql"),
    include_str!("../../../migrations/sqlite/0013_packs.sql"),
    include_str!("../../../migrations/sqlite/0014_openings.sql"),
    include_str!("../../../migrations/sqlite/0015_settings.sql"),
    include_str!("../../../migrations/sqlite/0016_passkeys.sql"),
    include_str!("../../../migrations/sqlite/0017_devices.sql"),
    include_str!("../../../migrations/sqlite/0018_brief.sql"),
    include_str!("../../../migrations/sqlite/0019_shares.sql"),
];

/// Why the server cannot start on this file. Each is a sentence for the host.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "it is not a database of this program; move it away, or choose another folder with --dir"
    )]
    NotOurs,
    #[error(
        "it was written by a newer version of this program (format {found}, this one knows \
         {known}); start that version"
    )]
    Newer { found: i64, known: usize },
    #[error(
        "it could not be opened or written; see that the disk has room and the file is this user's, or restore a backup"
    )]
    Unusable(#[from] rusqlite::Error),
    #[error(
        "it cannot be read, make it a file of this user's or choose another folder with --dir: {0}"
    )]
    Unreadable(std::io::Error),
    #[error("{} cannot be written, make it a file that this user may write: {}", .0.display(), .1)]
    Unwritable(PathBuf, std::io::Error),
    #[error(
        "it does not take the setting {0}; move the folder to a disk of this machine, not one of a \
         network"
    )]
    Setting(&'static str),
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error(
        "what it holds could not be sealed, and was left as it was: {0}; restore a backup, or start \
         the version that wrote it"
    )]
    NotSealed(&'static str),
    #[error(
        "a file beside it could not be written, see that the disk has room and start again: {0}"
    )]
    File(#[from] std::io::Error),
    #[error("what it holds is damaged ({0}); restore a backup")]
    Damaged(#[from] StoreError),
}

/// The connection that writes, on a database of the newest version, and the keys to what is in it.
pub fn writer(
    file: &Path,
    wrapping: WrappingKey,
    now: Timestamp,
) -> Result<(Connection, Keys), OpenError> {
    let mut connection = recognized(file)?;
    let keys = Keys::open(&file.with_file_name(key_store::FILE), wrapping)?;
    if (1..=reseal::CLEAR_FORMAT).contains(&version(&connection)?) {
        migrate(&mut connection, now, reseal::CLEAR_FORMAT)?;
        connection.close().map_err(|(_, error)| error)?;
        reseal::reseal(file, &keys)?;
        connection = recognized(file)?;
    }
    migrate(&mut connection, now, MIGRATIONS.len())?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    shred::sweep(Db::new(&transaction, &keys), &keys)?;
    transaction.commit()?;
    Ok((connection, keys))
}

fn recognized(file: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    private::make(file);
    let connection = Connection::open_with_flags(file, flags)?;
    // First, because a foreign file must not be changed in any way, its journal mode included.
    recognize(&connection)?;
    private::keep(file);
    set(&connection)?;
    Ok(connection)
}

/// A new file with the tables of the first sealed format, for what an older database holds. It needs
/// no log: until it is whole, nobody looks at it.
pub fn copy_target(file: &Path) -> Result<Connection, OpenError> {
    private::make(file);
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    for migration in &MIGRATIONS[..=reseal::CLEAR_FORMAT] {
        connection.execute_batch(migration)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", number(reseal::CLEAR_FORMAT + 1))?;
    Ok(connection)
}

/// A connection that cannot write.
pub fn reader(file: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    set(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// A connection is used only with the settings that its promises rest on.
fn set(connection: &Connection) -> Result<(), OpenError> {
    connection.busy_timeout(std::time::Duration::from_millis(u64::from(BUSY_TIMEOUT_MS)))?;
    // FULL: an acknowledged commit survives a power cut. NORMAL may lose it.
    for (name, value) in [
        ("journal_mode", "WAL"),
        ("synchronous", "FULL"),
        ("foreign_keys", "ON"),
        ("trusted_schema", "OFF"),
        ("cell_size_check", "ON"),
        ("fullfsync", "ON"),
    ] {
        connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(|error| {
            // Most settings answer nothing.
            if matches!(error, rusqlite::Error::QueryReturnedNoRows) { Ok(()) } else { Err(error) }
        })?;
    }
    assert_set(connection)
}

fn assert_set(connection: &Connection) -> Result<(), OpenError> {
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        return Err(OpenError::Setting("journal_mode"));
    }
    for (name, wanted) in [
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("busy_timeout", i64::from(BUSY_TIMEOUT_MS)),
    ] {
        let found: i64 = connection.pragma_query_value(None, name, |row| row.get(0))?;
        if found != wanted {
            return Err(OpenError::Setting(name));
        }
    }
    Ok(())
}

/// An empty file, or one of ours that this program can read.
fn recognize(connection: &Connection) -> Result<(), OpenError> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = match number("application_id") {
        Ok(application) => application,
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            return Err(OpenError::NotOurs);
        }
        Err(error) => return Err(error.into()),
    };
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID && (application != 0 || tables != 0) {
        return Err(OpenError::NotOurs);
    }
    known(number("user_version")?)
}

/// A format that this program can read.
pub fn known(found: i64) -> Result<(), OpenError> {
    match usize::try_from(found) {
        Ok(format) if format <= MIGRATIONS.len() => Ok(()),
        Ok(_) | Err(_) => Err(OpenError::Newer { found, known: MIGRATIONS.len() }),
    }
}

fn version(connection: &Connection) -> Result<usize, OpenError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(found).unwrap_or(usize::MAX))
}

/// Missing migrations up to this one, in one transaction: a start that fails leaves the database as
/// it was.
fn migrate(connection: &mut Connection, now: Timestamp, up_to: usize) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = version(&transaction)?;
    if done >= up_to {
        return Ok(());
    }
    for migration in &MIGRATIONS[done..up_to] {
        transaction.execute_batch(migration)?;
    }
    if done == 0 {
        let mut incarnation = [0; 16];
        OsRng.fill(&mut incarnation);
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.execute(
            "INSERT INTO server (one, incarnation, created_at) VALUES (1, ?1, ?2)",
            (incarnation, now.millis()),
        )?;
    }
    transaction.pragma_update(None, "user_version", number(up_to))?;
    Ok(transaction.commit()?)
}

/// As SQLite counts.
fn number(version: usize) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

/// An empty database of the newest version, for tests of what it looks like.
#[cfg(test)]
pub fn schema() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for migration in MIGRATIONS {
        connection.execute_batch(migration).unwrap();
    }
    connection
}

/// A database of the last format in clear, for tests of how it is sealed.
#[cfg(test)]
pub fn in_clear(file: &Path) -> Connection {
    let mut connection = recognized(file).unwrap();
    migrate(&mut connection, Timestamp::from_millis(1), reseal::CLEAR_FORMAT).unwrap();
    connection
}

pub fn unreachable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unreachable(Box::new(error))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1);

    fn writer(file: &Path, now: Timestamp) -> Result<Connection, OpenError> {
        super::writer(file, WrappingKey::from_bytes([7; 32]), now).map(|(connection, _)| connection)
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_second_start_finds_the_same_database() {
        let dir = folder();
        let file = dir.path().join("satchel.db");
        let incarnation = |connection: &Connection| -> Vec<u8> {
            connection.query_row("SELECT incarnation FROM server", [], |row| row.get(0)).unwrap()
        };
        let first = incarnation(&writer(&file, NOW).unwrap());
        assert_eq!(first, incarnation(&writer(&file, NOW).unwrap()));
        assert_eq!(first, incarnation(&reader(&file).unwrap()));
    }

    #[test]
    fn nobody_else_on_the_machine_reads_what_lies_in_the_files() {
        let dir = folder();
        let file = dir.path().join("satchel.db");
        let open_to_others = |dir: &Path| {
            let mut found = Vec::new();
            for one in std::fs::read_dir(dir).unwrap() {
                let one = one.unwrap();
                if one.metadata().unwrap().permissions().mode() & 0o077 != 0 {
                    found.push(one.file_name());
                }
            }
            found
        };
        let held = writer(&file, NOW).unwrap();
        assert_eq!(open_to_others(dir.path()), Vec::<std::ffi::OsString>::new());
        std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        drop(held);
        let _held = writer(&file, NOW).unwrap();
        assert_eq!(open_to_others(dir.path()), Vec::<std::ffi::OsString>::new());
    }

    #[test]
    fn every_connection_has_the_settings_that_durability_needs() {
        let dir = folder();
        let file = dir.path().join("satchel.db");
        assert_set(&writer(&file, NOW).unwrap()).unwrap();
        let reader = reader(&file).unwrap();
        assert_set(&reader).unwrap();
        assert!(reader.execute("DELETE FROM server", []).is_err(), "a reader cannot write");
    }

    #[test]
    fn what_is_not_ours_is_left_as_it_was() {
        let dir = folder();
        let file = dir.path().join("garbage");
        std::fs::write(&file, b"this is somebody's letter, not a database".repeat(40)).unwrap();
        let before = std::fs::read(&file).unwrap();
        assert!(matches!(writer(&file, NOW), Err(OpenError::NotOurs)));
        assert_eq!(std::fs::read(&file).unwrap(), before);

        let file = dir.path().join("other.db");
        Connection::open(&file).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
        let before = std::fs::read(&file).unwrap();
        assert!(matches!(writer(&file, NOW), Err(OpenError::NotOurs)));
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }

    #[test]
    fn a_database_of_a_newer_version_is_left_as_it_was() {
        let dir = folder();
        let file = dir.path().join("satchel.db");
        let connection = writer(&file, NOW).unwrap();
        connection.pragma_update(None, "user_version", 1_000).unwrap();
        drop(connection);
        assert!(matches!(writer(&file, NOW), Err(OpenError::Newer { .. })));
    }
}
