//! Our types in columns, and out of them again.

use rusqlite::Row;
use rusqlite::types::FromSql;
use shared::document::{ChangeHash, DocumentId};
use shared::edit::Audience;
use shared::id::{AccountId, DeviceId, EntryId, PatientId};
use shared::sync::scope::Level;
use shared::time::Timestamp;

use super::StoreError;
use crate::secret::{SecretHash, Slot};
use crate::store::people::{Door, LEVELS, Role, level_word};

/// Reads the columns of a row from the left.
pub struct Columns<'a, 'b> {
    row: &'a Row<'b>,
    next: usize,
}

impl<'a, 'b> Columns<'a, 'b> {
    pub const fn of(row: &'a Row<'b>) -> Self {
        Self { row, next: 0 }
    }

    pub fn take<T: FromSql>(&mut self) -> Result<T, StoreError> {
        let value = self.row.get(self.next)?;
        self.next += 1;
        Ok(value)
    }

    fn id(&mut self) -> Result<[u8; 16], StoreError> {
        self.take()
    }

    fn optional_id(&mut self) -> Result<Option<[u8; 16]>, StoreError> {
        self.take()
    }

    pub fn patient(&mut self) -> Result<PatientId, StoreError> {
        Ok(PatientId::from_bytes(self.id()?))
    }

    pub fn optional_patient(&mut self) -> Result<Option<PatientId>, StoreError> {
        Ok(self.optional_id()?.map(PatientId::from_bytes))
    }

    pub fn account(&mut self) -> Result<AccountId, StoreError> {
        Ok(AccountId::from_bytes(self.id()?))
    }

    pub fn optional_account(&mut self) -> Result<Option<AccountId>, StoreError> {
        Ok(self.optional_id()?.map(AccountId::from_bytes))
    }

    pub fn device(&mut self) -> Result<DeviceId, StoreError> {
        Ok(DeviceId::from_bytes(self.id()?))
    }

    pub fn optional_device(&mut self) -> Result<Option<DeviceId>, StoreError> {
        Ok(self.optional_id()?.map(DeviceId::from_bytes))
    }

    pub fn entry(&mut self) -> Result<EntryId, StoreError> {
        Ok(EntryId::from_bytes(self.id()?))
    }

    pub fn time(&mut self) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_millis(self.take()?))
    }

    pub fn seq(&mut self) -> Result<u64, StoreError> {
        u64::try_from(self.take::<i64>()?).map_err(|_| StoreError::Damaged("a place"))
    }

    pub fn hash(&mut self) -> Result<ChangeHash, StoreError> {
        Ok(ChangeHash(self.take()?))
    }

    pub fn secret(&mut self) -> Result<SecretHash, StoreError> {
        Ok(SecretHash::from_bytes(self.take()?))
    }

    pub fn document(&mut self) -> Result<DocumentId, StoreError> {
        DocumentId::from_bytes(&self.take::<Vec<u8>>()?)
            .ok_or(StoreError::Damaged("a document's key"))
    }

    pub fn slot(&mut self) -> Result<Slot, StoreError> {
        Slot::parse(&self.take::<String>()?).ok_or(StoreError::Damaged("a slot"))
    }

    pub fn level(&mut self) -> Result<Level, StoreError> {
        let word: String = self.take()?;
        let found = LEVELS.into_iter().find(|level| level_word(*level) == word);
        found.ok_or(StoreError::Damaged("a grant's level"))
    }

    pub fn role(&mut self) -> Result<Role, StoreError> {
        let word: String = self.take()?;
        Role::ALL.into_iter().find(|role| role.word() == word).ok_or(StoreError::Damaged("a role"))
    }

    pub fn door(&mut self) -> Result<Door, StoreError> {
        let word: String = self.take()?;
        Door::ALL.into_iter().find(|door| door.word() == word).ok_or(StoreError::Damaged("a door"))
    }

    pub fn audience(&mut self) -> Result<Audience, StoreError> {
        let word: String = self.take()?;
        let all = [Audience::Circle, Audience::Private];
        all.into_iter()
            .find(|audience| audience_word(*audience) == word)
            .ok_or(StoreError::Damaged("an audience"))
    }
}

/// As stored; never changes.
pub const fn audience_word(audience: Audience) -> &'static str {
    match audience {
        Audience::Circle => "circle",
        Audience::Private => "private",
    }
}

/// SQLite has no unsigned numbers; a place never comes near the end of the signed ones.
pub fn seq_column(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// Runs a question and reads each of its rows.
pub fn all<T>(
    statement: &mut rusqlite::CachedStatement<'_>,
    parameters: impl rusqlite::Params,
    mut read: impl FnMut(&mut Columns<'_, '_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(&mut Columns::of(row))?);
    }
    Ok(found)
}

/// The same for a question with at most one row.
pub fn one<T>(
    statement: &mut rusqlite::CachedStatement<'_>,
    parameters: impl rusqlite::Params,
    read: impl FnOnce(&mut Columns<'_, '_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut rows = statement.query(parameters)?;
    match rows.next()? {
        Some(row) => Ok(Some(read(&mut Columns::of(row))?)),
        None => Ok(None),
    }
}
