//! Chart documents, as the one writer of them holds them open: what was placed becomes changes of
//! about a hundred resources each.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as MapEntry;

use sha2::{Digest, Sha256};
use shared::document::gate::guarded;
use shared::document::{Actor, Document, DocumentId, Opened, Put};
use shared::fhir::entry::{ChartEntry, ChartEntryView, cut_data};
use shared::id::{EntryId, PatientId};
use shared::record::staff::MovingMarks;
use shared::record::{MarkedWrong, Said};
use shared::sync::receipt::ReceiptKey;
use shared::time::Timestamp;

use crate::documents::{self, Origin};
use crate::store::resources::{Blob, ChartChange};
use crate::store::rows::{Batch, Fresh};
use crate::store::{Store, StoreError};
use crate::world::OsRng;

/// Resources of one change: fewer make more rows, more make frames that a slow line repeats.
const RESOURCES_OF_CHANGE_MAX: usize = 100;
/// Bytes of one change, unless a single resource is larger. Rows travel in pieces of this order.
const CHANGE_BYTES_GOAL: usize = 192 * 1024;
/// Bytes of a resource in a chart, after long contents were cut out: the gate's limit, with room
/// for what stands around it.
pub const RESOURCE_BYTES_MAX: usize = 240 * 1024;

/// Stands where a resource was, or the clinic's mark on it, that moved to a document with fewer readers.
const MOVED: &str = "{\"kind\":\"moved\"}";

/// Bytes of text in documents that stay open though the last piece did not touch them. A file of a
/// whole clinic opens thousands; who comes again is opened again.
const OPEN_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The charts that an import has touched so far.
#[derive(Default)]
pub struct Charts {
    open: BTreeMap<DocumentId, Chart>,
    /// Pieces written so far.
    pieces: u64,
}

struct Chart {
    /// Of its changes, and of what was put since.
    bytes: usize,
    /// The last piece that put something in.
    touched: u64,
    document: Opened,
    genesis: Fresh,
    actor: Actor,
    puts: Vec<Put>,
    /// What the clinic took back in it. Read when something moves out of it: nobody marks during an import.
    marks: Option<Vec<(EntryId, String)>>,
}

/// A resource on its way into a chart.
pub struct Placing<'a> {
    pub source: &'a str,
    pub url: Option<&'a str>,
    pub json: &'a str,
    pub entry: EntryId,
    pub replaces: Option<EntryId>,
}

impl Charts {
    /// Forgets what was not committed.
    pub fn forget(&mut self) {
        self.open.clear();
    }

    /// After a piece is durable: lets go of documents that were not touched lately.
    pub fn settle(&mut self) {
        let mut bytes: usize = self.open.values().map(|chart| chart.bytes).sum();
        let mut old: Vec<_> = self.open.iter().map(|(id, chart)| (chart.touched, *id)).collect();
        old.sort_unstable();
        for (touched, id) in old {
            if bytes <= OPEN_BYTES_MAX || touched == self.pieces {
                break;
            }
            bytes -= self.open.remove(&id).map_or(0, |chart| chart.bytes);
        }
        self.pieces += 1;
    }

    /// Puts a resource into a document; it is written with the next changes. Answers what was cut
    /// out of it.
    pub async fn put(
        &mut self,
        store: &dyn Store,
        receipts: &ReceiptKey,
        id: DocumentId,
        placing: Placing<'_>,
    ) -> Result<Vec<Blob>, StoreError> {
        let (text, blobs) = entry_text(id.patient, &placing)?;
        let chart = self.opened(store, receipts, id).await?;
        chart.bytes += text.len();
        chart.puts.push(Put::Entry { entry: placing.entry, text });
        Ok(blobs)
    }

    /// Takes the text of an entry, of those that it replaced, and of the clinic's marks on them out of a
    /// document: they now stand where fewer may read them. The log still holds what was once sent. Answers
    /// the marks that stand beside what was placed, if it says the same.
    pub async fn hide(
        &mut self,
        store: &dyn Store,
        receipts: &ReceiptKey,
        (id, entry): (DocumentId, EntryId),
        (to, placing): (DocumentId, &Placing<'_>),
    ) -> Result<Vec<MarkedWrong>, StoreError> {
        let (placed, _) = entry_text(id.patient, placing)?;
        let chart = self.opened(store, receipts, id).await?;
        let mut texts = Vec::new();
        let mut next = Some(entry);
        while let Some(entry) = next {
            let text = chart.document.entry(entry).unwrap_or_default();
            let view: ChartEntryView<'_> = shared::fhir::read(&text).unwrap_or_default();
            next = view.replaces.said().and_then(|older| older.parse().ok());
            next = next.filter(|_| text != MOVED);
            chart.puts.push(Put::Entry { entry, text: MOVED.into() });
            texts.push((entry, text));
        }
        texts.extend(chart.marks().iter().cloned());
        let marks = MovingMarks::of(id, &texts, to, &(placing.entry, placed));
        let moved = |entry| Put::Entry { entry, text: MOVED.into() };
        chart.puts.extend(marks.old.into_iter().map(moved));
        Ok(marks.new)
    }

    /// Writes beside an entry that the clinic took it back.
    pub async fn mark(
        &mut self,
        store: &dyn Store,
        receipts: &ReceiptKey,
        id: DocumentId,
        (entry, mark): (EntryId, MarkedWrong),
    ) -> Result<(), StoreError> {
        let chart = self.opened(store, receipts, id).await?;
        let text = Said::MarkedWrong(mark).to_text();
        chart.bytes += text.len();
        chart.puts.push(Put::Entry { entry, text });
        Ok(())
    }

    async fn opened(
        &mut self,
        store: &dyn Store,
        receipts: &ReceiptKey,
        id: DocumentId,
    ) -> Result<&mut Chart, StoreError> {
        let chart = match self.open.entry(id) {
            MapEntry::Occupied(open) => open.into_mut(),
            MapEntry::Vacant(free) => free.insert(Chart::open(store, receipts, id).await?),
        };
        chart.touched = self.pieces;
        Ok(chart)
    }

    /// The changes of everything that was put since the last time.
    pub fn changes(
        &mut self,
        receipts: &ReceiptKey,
        at: Timestamp,
    ) -> Result<Vec<ChartChange>, StoreError> {
        let mut all = Vec::new();
        for (id, chart) in &mut self.open {
            if chart.puts.is_empty() {
                continue;
            }
            let origin = Origin { account: None, device: None, at };
            let mut changes = Vec::new();
            for puts in pieces(std::mem::take(&mut chart.puts)) {
                let (actor, document) = (chart.actor, &mut chart.document);
                let bytes = guarded(|| document.mint(actor, &puts).1)
                    .map_err(|_| StoreError::Damaged("a chart document"))?;
                changes.push(documents::own(receipts, id, &bytes, origin)?);
            }
            let layout = documents::layout(id);
            let batch = Batch { document: *id, layout, changes, reply: None };
            all.push(ChartChange { genesis: chart.genesis.clone(), batch });
        }
        Ok(all)
    }
}

impl Chart {
    fn marks(&mut self) -> &[(EntryId, String)] {
        self.marks.get_or_insert_with(|| {
            let all = self.document.entries().into_iter();
            let each =
                all.flat_map(|(id, values)| values.into_iter().map(move |value| (id, value)));
            let marks = each.filter(|(_, value)| value.text.contains("\"marked_wrong\""));
            marks.map(|(id, value)| (id, value.text.to_string())).collect()
        })
    }

    async fn open(
        store: &dyn Store,
        receipts: &ReceiptKey,
        id: DocumentId,
    ) -> Result<Self, StoreError> {
        let (rows, _) = store.rows_after(id, 0, usize::MAX).await?;
        let (_, bytes) = Document::genesis(&id);
        let origin = Origin { account: None, device: None, at: Timestamp::default() };
        let genesis = documents::own(receipts, &id, &bytes, origin)?;
        let damaged = || StoreError::Damaged("a chart document");
        let document = guarded(|| match rows.is_empty() {
            true => Opened::load([&bytes[..]]),
            false => Opened::load(rows.iter().map(|row| &row.bytes[..])),
        });
        let document = document.map_err(|_| damaged())?.map_err(|_| damaged())?;
        let bytes = rows.iter().map(|row| row.bytes.len()).sum();
        let actor = Actor::fresh(&mut OsRng);
        Ok(Self { bytes, touched: 0, document, genesis, actor, puts: Vec::new(), marks: None })
    }
}

fn pieces(puts: Vec<Put>) -> Vec<Vec<Put>> {
    let mut pieces: Vec<Vec<Put>> = Vec::new();
    let mut bytes = 0;
    for put in puts {
        let size = match &put {
            Put::Entry { text, .. } | Put::Register { text, .. } => text.len(),
        };
        let full = |piece: &Vec<Put>| {
            piece.len() >= RESOURCES_OF_CHANGE_MAX || bytes + size > CHANGE_BYTES_GOAL
        };
        match pieces.last_mut() {
            Some(last) if !full(last) => last.push(put),
            Some(_) | None => {
                bytes = 0;
                pieces.push(vec![put]);
            }
        }
        bytes += size;
    }
    pieces
}

/// Whether a resource fits into a chart once long contents are cut out.
pub fn fits(json: &str) -> bool {
    json.len() <= RESOURCE_BYTES_MAX
        || cut_data(json, |_| String::new()).0.len() <= RESOURCE_BYTES_MAX
}

fn entry_text(
    patient: PatientId,
    placing: &Placing<'_>,
) -> Result<(String, Vec<Blob>), StoreError> {
    let mut blobs = Vec::new();
    let (resource, cut) = cut_data(placing.json, |bytes| {
        let blob = blob_name(patient, bytes);
        blobs.push(Blob { patient, blob: blob.clone(), bytes: bytes.to_vec() });
        blob
    });
    let entry = ChartEntry {
        url: placing.url.map(str::to_owned),
        replaces: placing.replaces,
        cut,
        ..ChartEntry::new(placing.source, resource)
    };
    let text = entry.to_text().map_err(|_| StoreError::Damaged("a resource that was read"))?;
    Ok((text, blobs))
}

/// By content, and different for each record: nobody learns that two of them hold the same file.
fn blob_name(patient: PatientId, bytes: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(patient.to_bytes());
    hasher.update(bytes);
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::MemoryStore;

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn a_change_holds_a_hundred_resources_or_as_many_as_fit() {
        let held = |count: u128, size: usize| -> Vec<usize> {
            let put =
                |number| Put::Entry { entry: EntryId::from_u128(number), text: "x".repeat(size) };
            pieces((0..count).map(put).collect()).iter().map(Vec::len).collect()
        };
        assert_eq!(held(250, 500), [100, 100, 50]);
        assert_eq!(held(7, CHANGE_BYTES_GOAL / 3), [3, 3, 1]);
        assert_eq!(held(2, CHANGE_BYTES_GOAL + 1), [1, 1], "a single one may be larger");
    }

    #[tokio::test]
    async fn what_was_not_touched_lately_is_let_go_and_opened_again() {
        let store = MemoryStore::default();
        let (receipts, mut charts) = (ReceiptKey::from_bytes(KEY), Charts::default());
        let id = |number| {
            DocumentId::first(PatientId::from_u128(number), shared::document::Kind::ChartCore)
        };
        let json = format!(r#"{{"resourceType":"A","v":"{}"}}"#, "x".repeat(OPEN_BYTES_MAX / 2));
        for number in 0..4 {
            let entry = EntryId::from_u128(number);
            let placing = Placing { source: "a", url: None, json: &json, entry, replaces: None };
            charts.put(&store, &receipts, id(number), placing).await.unwrap();
            charts.settle();
        }
        let open: Vec<_> = charts.open.keys().copied().collect();
        assert_eq!(open, [id(3)], "two are too much, and the last one was just written");
    }

    #[tokio::test]
    async fn what_the_clinic_took_back_is_so_where_it_moved_to() {
        let store = MemoryStore::default();
        let (receipts, mut charts) = (ReceiptKey::from_bytes(KEY), Charts::default());
        let patient = PatientId::from_u128(1);
        let id = |kind| DocumentId::first(patient, kind);
        let (core, hidden) =
            (id(shared::document::Kind::ChartCore), id(shared::document::Kind::ChartSensitive));
        let json = r#"{"resourceType":"Condition","code":{"text":"HIV infection"}}"#;
        let [old, next, beside] = [1, 2, 3].map(EntryId::from_u128);
        let placing = |entry, replaces| Placing { source: "a", url: None, json, entry, replaces };
        charts.put(&store, &receipts, core, placing(old, None)).await.unwrap();
        let (why, by) = ("Another patient's".to_owned(), "Nurse Linh Tran".to_owned());
        let mark = MarkedWrong { entry: old, why, by, written: Timestamp::default() };
        charts.mark(&store, &receipts, core, (beside, mark.clone())).await.unwrap();
        charts.changes(&receipts, Timestamp::default()).unwrap();
        let placing = placing(next, Some(old));
        let marks = charts.hide(&store, &receipts, (core, old), (hidden, &placing)).await.unwrap();
        assert_eq!(marks, [MarkedWrong { entry: next, ..mark }]);
        charts.changes(&receipts, Timestamp::default()).unwrap();
        let left = charts.open[&core].document.entries();
        let left: Vec<_> =
            left.iter().flat_map(|(_, all)| all.iter()).map(|one| &*one.text).collect();
        assert_eq!(left, [MOVED, MOVED], "and its words are read by nobody else");
    }
}
