//! One person's record as the clinic reads it: the documents of the log, merged.

use std::collections::{BTreeMap, BTreeSet};

use shared::document::gate::guarded;
use shared::document::{ChangeHash, Document, DocumentId, Kind};
use shared::id::PatientId;
use shared::record::{Mark, Record};
use shared::wire::{Row, Sidecar};

use crate::log::{Line, line};
use crate::store::{Store, StoreError};

/// Which documents are read. A chart may be large; what people wrote is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    Writing,
    WritingAndChart,
}

pub async fn read(
    store: &dyn Store,
    patient: PatientId,
    parts: Parts,
) -> Result<Record, StoreError> {
    let mut record = Record::default();
    let mut authors = BTreeSet::new();
    for summary in store.summaries(vec![patient]).await? {
        let id = summary.document;
        let is_left_out = match id.kind {
            Kind::Activity(_) => true,
            _ => id.is_chart() && parts == Parts::Writing,
        };
        if is_left_out {
            continue;
        }
        let (rows, _) = store.rows_after(id, 0, usize::MAX).await?;
        authors.extend(rows.iter().filter_map(|row| row.sidecar.account));
        if id.is_marks() {
            let marks = rows.iter().filter_map(|row| Mark::from_bytes(&row.bytes));
            marks.for_each(|mark| record.add_mark(mark));
            continue;
        }
        // One document that cannot be opened hides nothing but itself.
        if guarded(|| add(&mut record, &id, &rows)) != Ok(true) {
            line(&Line::Failed { id: "-", what: "desk", cause: &"a document cannot be opened" });
        }
    }
    for account in authors {
        if let Some(name) = store.account_name(account).await? {
            record.name(account, name);
        }
    }
    Ok(record)
}

fn add(record: &mut Record, id: &DocumentId, rows: &[Row]) -> bool {
    let Ok(document) = Document::load(rows.iter().map(|row| &row.bytes[..])) else {
        return false;
    };
    let sidecars: BTreeMap<ChangeHash, &Sidecar> =
        rows.iter().map(|row| (row.hash, &row.sidecar)).collect();
    record.add_document(id, &document, |hash| sidecars.get(hash).copied());
    true
}
