//! One person's record as the clinic reads it: the documents of the log, merged.

use std::collections::{BTreeMap, BTreeSet};

use shared::document::gate::guarded;
use shared::document::{ChangeHash, Document, DocumentId, Kind};
use shared::id::{AccountId, PatientId};
use shared::record::refills::are_told_apart_by_the_chart;
use shared::record::{Mark, Record};
use shared::wire::{Row, Sidecar};

use crate::log::{Line, line};
use crate::store::{Store, StoreError};

/// Which documents are read. A chart may be large; what people wrote is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// And of the chart what says which requests are for one medicine, if several wait.
    Writing,
    WritingAndChart,
}

pub async fn read(
    store: &dyn Store,
    patient: PatientId,
    parts: Parts,
) -> Result<Record, StoreError> {
    let mut reading = Reading { store, record: Record::default(), authors: BTreeSet::new() };
    let summaries = store.summaries(vec![patient]).await?;
    let documents = summaries.iter().map(|summary| summary.document);
    let documents = documents.filter(|id| !matches!(id.kind, Kind::Activity(_)));
    let (chart, writing): (Vec<_>, Vec<_>) = documents.partition(DocumentId::is_chart);
    for id in writing {
        reading.add(id).await?;
    }
    let chart = chart.into_iter().filter(|id| match parts {
        Parts::WritingAndChart => true,
        Parts::Writing => {
            id.kind == Kind::ChartCore && are_told_apart_by_the_chart(&reading.record)
        }
    });
    for id in chart.collect::<Vec<_>>() {
        reading.add(id).await?;
    }
    reading.with_names().await
}

struct Reading<'a> {
    store: &'a dyn Store,
    record: Record,
    authors: BTreeSet<AccountId>,
}

impl Reading<'_> {
    async fn add(&mut self, id: DocumentId) -> Result<(), StoreError> {
        let (rows, _) = self.store.rows_after(id, 0, usize::MAX).await?;
        self.authors.extend(rows.iter().filter_map(|row| row.sidecar.account));
        if id.is_marks() {
            let marks = rows.iter().filter_map(|row| Mark::from_bytes(&row.bytes));
            marks.for_each(|mark| self.record.add_mark(mark));
            return Ok(());
        }
        // One document that cannot be opened hides nothing but itself.
        if guarded(|| add(&mut self.record, &id, &rows)) != Ok(true) {
            line(&Line::Failed { id: "-", what: "desk", cause: &"a document cannot be opened" });
        }
        Ok(())
    }

    async fn with_names(mut self) -> Result<Record, StoreError> {
        for account in self.authors {
            if let Some(name) = self.store.account_name(account).await? {
                self.record.name(account, name);
            }
        }
        Ok(self.record)
    }
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
