//! The data keys of records and accounts, each wrapped, in a file of their own beside the database.
//! A key that is deleted here is gone: no copy of the database opens what it sealed. So this file is
//! backed up apart from the database, and its copies are kept for a shorter time.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use rusqlite::{Connection, OptionalExtension};
use shared::id::Rng;
use shared::time::Timestamp;

use super::{StoreError, private};
use crate::sealing::{DataKey, KEY_BYTES, Owner, SearchKey, WrappingKey};
use crate::world::OsRng;

/// The file's name, beside the database.
pub const FILE: &str = "record.keys";
/// Keys that are kept open at once. One is about a kilobyte; more are opened again when needed.
const HELD_MAX: usize = 4_096;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS wraps (
        owner      BLOB PRIMARY KEY,
        -- Which wrapping key opens it.
        wrapped_by BLOB NOT NULL,
        wrap       BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- Whose key was deleted: what a restored copy of the database still has of them is deleted, too.
    CREATE TABLE IF NOT EXISTS shredded (
        owner BLOB    PRIMARY KEY,
        at    INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// Why the keys cannot be used. Each is a sentence for the host.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key that was given is not the one that seals these records; give that one")]
    OtherKey,
    #[error(
        "the file {FILE} beside it holds no key for {0} of its records; put back its newest copy"
    )]
    Missing(usize),
    #[error(
        "the file {FILE} beside it could not be read or written; see that the disk has room and the \
         file is this user's, or put back its newest copy"
    )]
    Unusable(#[from] rusqlite::Error),
}

pub struct Keys {
    inner: Mutex<Inner>,
    search: SearchKey,
}

struct Inner {
    connection: Connection,
    wrapping: WrappingKey,
    held: HashMap<Owner, Arc<DataKey>>,
}

impl Keys {
    /// Opens or makes the file of a database.
    pub fn open(file: &Path, wrapping: WrappingKey) -> Result<Self, KeyError> {
        private::make(file);
        let connection = Connection::open(file)?;
        private::keep(file);
        // One file that holds nothing of a deleted key: no log beside it, deleted bytes zeroed.
        connection.pragma_update_and_check(None, "journal_mode", "TRUNCATE", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", true)?;
        connection.execute_batch(SCHEMA)?;
        let strangers: i64 = connection.query_row(
            "SELECT count(*) FROM wraps WHERE wrapped_by <> ?1",
            [wrapping.id()],
            |row| row.get(0),
        )?;
        if strangers != 0 {
            return Err(KeyError::OtherKey);
        }
        let mut inner = Inner { connection, wrapping, held: HashMap::new() };
        let clinic = match inner.bytes(Owner::Clinic)? {
            Some(bytes) => bytes,
            None => inner.make(Owner::Clinic)?,
        };
        Ok(Self { inner: Mutex::new(inner), search: SearchKey::of(&clinic) })
    }

    pub const fn search(&self) -> &SearchKey {
        &self.search
    }

    /// The key of somebody who has one.
    pub fn of(&self, owner: Owner) -> Result<Arc<DataKey>, StoreError> {
        let mut inner = self.lock();
        if let Some(key) = inner.held.get(&owner) {
            return Ok(Arc::clone(key));
        }
        let bytes = inner.bytes(owner).map_err(unusable)?;
        let key = Arc::new(DataKey::of(&bytes.ok_or(StoreError::Damaged("a missing key"))?));
        if inner.held.len() >= HELD_MAX {
            inner.held.clear();
        }
        inner.held.insert(owner, Arc::clone(&key));
        Ok(key)
    }

    /// Makes a key for somebody who is new, durably: a row that it seals may be committed after.
    /// One whose row was then not committed is found again.
    pub fn make(&self, owner: Owner) -> Result<(), StoreError> {
        let mut inner = self.lock();
        if inner.bytes(owner).map_err(unusable)?.is_none() {
            inner.make(owner).map_err(unusable)?;
        }
        Ok(())
    }

    pub fn has(&self, owner: Owner) -> Result<bool, KeyError> {
        Ok(self.lock().bytes(owner)?.is_some())
    }

    pub fn is_shredded(&self, owner: Owner) -> Result<bool, KeyError> {
        let inner = self.lock();
        let mut find =
            inner.connection.prepare_cached("SELECT 1 FROM shredded WHERE owner = ?1")?;
        Ok(find.exists([owner.to_bytes()])?)
    }

    /// Deletes a key for good, and notes that it was.
    pub fn shred(&self, owner: Owner, at: Timestamp) -> Result<(), StoreError> {
        let mut inner = self.lock();
        inner.held.remove(&owner);
        let mut shred = || {
            let transaction = inner.connection.transaction()?;
            transaction.execute("DELETE FROM wraps WHERE owner = ?1", [owner.to_bytes()])?;
            transaction.execute(
                "INSERT INTO shredded (owner, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                (owner.to_bytes(), at.millis()),
            )?;
            transaction.commit()
        };
        shred().map_err(|error| unusable(error.into()))
    }

    /// Wraps every key anew, all of them or none. Answers how many there are.
    pub fn rewrap(&self, new: WrappingKey) -> Result<u64, StoreError> {
        let mut inner = self.lock();
        let count = inner.rewrap(&new).map_err(unusable)?;
        inner.wrapping = new;
        Ok(count)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A statement that panicked was rolled back; what is held are copies.
        self.inner.lock().unwrap_or_else(|lock| lock.into_inner())
    }
}

impl Inner {
    fn bytes(&self, owner: Owner) -> Result<Option<[u8; KEY_BYTES]>, KeyError> {
        let mut find = self.connection.prepare_cached("SELECT wrap FROM wraps WHERE owner = ?1")?;
        let wrap: Option<Vec<u8>> =
            find.query_row([owner.to_bytes()], |row| row.get(0)).optional()?;
        wrap.map(|wrap| self.wrapping.unwrap(owner, &wrap).ok_or(KeyError::OtherKey)).transpose()
    }

    fn make(&mut self, owner: Owner) -> Result<[u8; KEY_BYTES], KeyError> {
        let mut bytes = [0; KEY_BYTES];
        OsRng.fill(&mut bytes);
        let wrap = self.wrapping.wrap(owner, &bytes, &mut OsRng);
        let transaction = self.connection.transaction()?;
        transaction.execute(
            "INSERT INTO wraps (owner, wrapped_by, wrap) VALUES (?1, ?2, ?3)",
            (owner.to_bytes(), self.wrapping.id(), wrap),
        )?;
        // Ids are random, so only the made-up people of the demo ever come back.
        transaction.execute("DELETE FROM shredded WHERE owner = ?1", [owner.to_bytes()])?;
        transaction.commit()?;
        Ok(bytes)
    }

    fn rewrap(&mut self, new: &WrappingKey) -> Result<u64, KeyError> {
        let transaction = self.connection.transaction()?;
        let mut count = 0;
        {
            let mut all = transaction.prepare("SELECT owner, wrap FROM wraps")?;
            let mut set = transaction
                .prepare("UPDATE wraps SET wrap = ?2, wrapped_by = ?3 WHERE owner = ?1")?;
            let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let rows: Vec<(Vec<u8>, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
            for (id, wrap) in rows {
                let owner = Owner::from_bytes(&id).ok_or(KeyError::OtherKey)?;
                let bytes = self.wrapping.unwrap(owner, &wrap).ok_or(KeyError::OtherKey)?;
                set.execute((id, new.wrap(owner, &bytes, &mut OsRng), new.id()))?;
                count += 1;
            }
        }
        transaction.commit()?;
        Ok(count)
    }
}

fn unusable(error: KeyError) -> StoreError {
    match error {
        KeyError::OtherKey | KeyError::Missing(_) => StoreError::Damaged("a wrapped key"),
        KeyError::Unusable(error) => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::id::PatientId;

    const ROSA: Owner = Owner::Patient(PatientId::from_u128(1));

    fn sealed_by(keys: &Keys) -> Vec<u8> {
        keys.of(ROSA).unwrap().seal(b"place", b"words", &mut OsRng)
    }

    #[test]
    fn a_key_is_made_once_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        let wrapping = WrappingKey::fresh(&mut OsRng);
        let keys = Keys::open(&file, wrapping.clone()).unwrap();
        assert!(keys.of(ROSA).is_err(), "nobody has a key without being made one");
        keys.make(ROSA).unwrap();
        keys.make(ROSA).unwrap();
        let (sealed, token) = (sealed_by(&keys), keys.search().token(&[b"value"]));
        drop(keys);
        let keys = Keys::open(&file, wrapping).unwrap();
        assert_eq!(keys.of(ROSA).unwrap().open(b"place", &sealed).unwrap(), b"words");
        assert_eq!(keys.search().token(&[b"value"]), token);
    }

    #[test]
    fn another_wrapping_key_opens_nothing_and_a_rotated_one_everything() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        let (old, new) = (WrappingKey::fresh(&mut OsRng), WrappingKey::fresh(&mut OsRng));
        let keys = Keys::open(&file, old.clone()).unwrap();
        keys.make(ROSA).unwrap();
        let sealed = sealed_by(&keys);
        assert!(matches!(Keys::open(&file, new.clone()), Err(KeyError::OtherKey)));
        assert_eq!(keys.rewrap(new.clone()).unwrap(), 2);
        keys.make(Owner::Patient(PatientId::from_u128(2))).unwrap();
        drop(keys);
        assert!(matches!(Keys::open(&file, old), Err(KeyError::OtherKey)));
        let keys = Keys::open(&file, new).unwrap();
        assert_eq!(keys.of(ROSA).unwrap().open(b"place", &sealed).unwrap(), b"words");
    }

    #[test]
    fn nothing_of_a_shredded_key_is_left_in_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        let keys = Keys::open(&file, WrappingKey::fresh(&mut OsRng)).unwrap();
        keys.make(ROSA).unwrap();
        let wrap: Vec<u8> = {
            let inner = keys.lock();
            let find = "SELECT wrap FROM wraps WHERE owner = ?1";
            inner.connection.query_row(find, [ROSA.to_bytes()], |row| row.get(0)).unwrap()
        };
        let holds = || {
            let bytes = std::fs::read(&file).unwrap();
            bytes.windows(wrap.len()).any(|window| window == wrap)
        };
        assert!(holds());
        keys.shred(ROSA, Timestamp::from_millis(1)).unwrap();
        assert!(!holds());
        assert!(keys.of(ROSA).is_err() && keys.is_shredded(ROSA).unwrap());
    }
}
