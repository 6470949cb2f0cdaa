//! Looking through what one source sent, in SQLite.

use shared::id::{EntryId, PatientId};

use super::StoreError;
use super::columns::{all, seq_column};
use super::resources::{ROW, read_row};
use super::sealed::Db;
use crate::store::resources::ResourceRow;

/// By id, which grows with time.
pub fn of_kind(
    db: Db<'_>,
    source: &str,
    kind: &str,
    owner: Option<PatientId>,
    after: Option<EntryId>,
    rows_max: usize,
) -> Result<Vec<ResourceRow>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM resources r JOIN resource_versions v USING (resource, version)
         WHERE r.source = ?1 AND r.kind = ?2 AND (?3 IS NULL OR r.owner = ?3)
           AND (?4 IS NULL OR r.resource > ?4)
         ORDER BY r.resource LIMIT ?5"
    ))?;
    let (owner, after) = (owner.map(PatientId::to_bytes), after.map(EntryId::to_bytes));
    let limit = i64::try_from(rows_max).unwrap_or(i64::MAX);
    all(&mut find, (source, kind, owner, after, limit), |row| read_row(db, row))
}

/// All versions, the newest first.
pub fn versions(db: Db<'_>, resource: EntryId) -> Result<Vec<ResourceRow>, StoreError> {
    let columns = ROW.replace("r.stored_at", "v.stored_at");
    let mut find = db.prepare_cached(&format!(
        "SELECT {columns} FROM resources r JOIN resource_versions v USING (resource)
         WHERE r.resource = ?1 ORDER BY v.version DESC LIMIT ?2"
    ))?;
    all(&mut find, (resource.to_bytes(), seq_column(u64::MAX)), |row| read_row(db, row))
}
