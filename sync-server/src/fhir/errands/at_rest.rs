//! What a host does about what is at rest: another key, the end of a record, a look at all of it,
//! less room for it.

use shared::id::PatientId;
use std::path::Path;

use super::{Errands, Tell};
use crate::compaction::{AtOnce, compact};
use crate::folder;
use crate::serve::Failure;
use crate::store::StoreError;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum AtRestError {
    #[error("there is no such record")]
    NoRecord,
    #[error(transparent)]
    Key(#[from] Failure),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Errands<'_> {
    pub(super) async fn rotate(&self, file: &Path) -> Result<Tell, AtRestError> {
        let key = folder::wrapping_key(file)?;
        Ok(Tell::Rotated { count: self.store.rewrap(key).await? })
    }

    pub(super) async fn shred(&self, patient: PatientId) -> Result<Tell, AtRestError> {
        let was_there = self.store.shred(patient, self.now).await?;
        was_there.then_some(Tell::Shredded).ok_or(AtRestError::NoRecord)
    }

    pub(super) async fn check(&self) -> Result<Tell, AtRestError> {
        Ok(Tell::Checked { count: self.store.check().await? })
    }

    pub(super) async fn compact(&self) -> Result<Tell, StoreError> {
        Ok(Tell::Packed { count: compact(self.store, &AtOnce).await? })
    }
}
