//! Making documents and rows of the log: what the server itself writes.

use shared::document::gate::{self, Checked, Layout, Limits, Scalar};
use shared::document::{ChangeHash, Document, DocumentId, Kind};
use shared::id::{AccountId, DeviceId, EntryId};
use shared::record::Mark;
use shared::sync::receipt::ReceiptKey;
use shared::sync::scope::{Level, Scope};
use shared::time::Timestamp;
use shared::wire::{Receipt, Row, Sidecar};

use crate::store::rows::{Fresh, NewMark};
use crate::store::{Store, StoreError};

/// Who wrote something, and when it came in.
#[derive(Clone, Copy)]
pub struct Origin {
    pub account: Option<AccountId>,
    pub device: Option<DeviceId>,
    pub at: Timestamp,
}

/// A row for the log, with its receipt.
pub fn row(
    receipts: &ReceiptKey,
    document: &DocumentId,
    hash: ChangeHash,
    bytes: Vec<u8>,
    origin: Origin,
) -> Fresh {
    let unsigned = Sidecar {
        account: origin.account,
        device: origin.device,
        received_at: origin.at,
        receipt: Receipt([0; 16]),
    };
    let sidecar = receipts.sign(document, &hash, unsigned);
    Fresh { hash, bytes, sidecar, change: None }
}

/// A change that this server minted, for the log.
pub fn own(
    receipts: &ReceiptKey,
    document: &DocumentId,
    bytes: &[u8],
    origin: Origin,
) -> Result<Fresh, StoreError> {
    let change = gate::check(bytes, &Limits::IMPORT);
    let change = change.map_err(|_| StoreError::Damaged("a change of our own"))?;
    Ok(checked(receipts, document, change, origin))
}

/// A change that a device sent, if it has the form of one.
pub fn foreign(
    receipts: &ReceiptKey,
    document: &DocumentId,
    bytes: &[u8],
    origin: Origin,
) -> Option<Fresh> {
    let change = gate::check(bytes, &Limits::PATIENT).ok()?;
    Some(checked(receipts, document, change, origin))
}

fn checked(receipts: &ReceiptKey, document: &DocumentId, change: Checked, origin: Origin) -> Fresh {
    let (hash, bytes) = (change.hash(), change.bytes().to_vec());
    Fresh { change: Some(change), ..row(receipts, document, hash, bytes, origin) }
}

/// A row that this server once had and a device brings back, if its bytes are what its receipt
/// vouches for. It keeps its author and its time.
pub fn restored(document: &DocumentId, row: Row) -> Option<Fresh> {
    let Row { hash, sidecar, bytes, .. } = row;
    let bytes = Vec::from(bytes);
    if document.is_marks() {
        let is_mark = Mark::from_bytes(&bytes).is_some() && Mark::hash(&bytes) == hash;
        return is_mark.then_some(Fresh { hash, bytes, sidecar, change: None });
    }
    let change = gate::check(&bytes, &Limits::IMPORT).ok()?;
    let bytes = change.bytes().to_vec();
    (change.hash() == hash).then_some(Fresh { hash, bytes, sidecar, change: Some(change) })
}

/// Where the maps of a document are.
pub fn layout(document: &DocumentId) -> Layout {
    Document::layout(document)
}

/// The entries that one change of the log wrote, without opening its document.
pub fn entries_of(layout: Layout, bytes: &[u8]) -> Vec<(EntryId, String)> {
    // What is in the log passed the gate before.
    let Ok(change) = gate::check(bytes, &Limits::IMPORT) else {
        return Vec::new();
    };
    let entries = change.operations().iter().filter_map(|operation| {
        let Some(Scalar::Text(text)) = &operation.value else {
            return None;
        };
        let is_entry = layout.map(operation.object) == Some(gate::Map::Entries);
        Some((operation.key.parse().ok().filter(|_| is_entry)?, text.to_string()))
    });
    entries.collect()
}

/// A mark for a document of marks.
pub fn mark(receipts: &ReceiptKey, document: DocumentId, mark: &Mark) -> NewMark {
    let bytes = mark.to_bytes();
    let origin = Origin { account: None, device: None, at: mark.at };
    let row = row(receipts, &document, Mark::hash(&bytes), bytes, origin);
    NewMark { document, row }
}

/// Makes what is missing of the documents that this scope writes or waits for, among them the volumes
/// of this year. Doing it again changes nothing, so it is simply done whenever somebody connects, and
/// again and again while they stay.
pub async fn ensure(
    store: &dyn Store,
    receipts: &ReceiptKey,
    scope: &Scope,
    now: Timestamp,
) -> Result<(), StoreError> {
    let patients = scope.records.iter().map(|access| access.patient).collect();
    let have = store.summaries(patients).await?;
    for access in &scope.records {
        for kind in kinds(scope.account, access.level, now.year()) {
            let document = DocumentId::first(access.patient, kind);
            if have.iter().any(|summary| summary.document == document) {
                continue;
            }
            store.create_document(document, genesis(receipts, &document, now)?).await?;
        }
    }
    Ok(())
}

/// Makes a document with its first change, unless it is there.
pub async fn create(
    store: &dyn Store,
    receipts: &ReceiptKey,
    document: DocumentId,
    now: Timestamp,
) -> Result<(), StoreError> {
    store.create_document(document, genesis(receipts, &document, now)?).await
}

/// Of no year is only what a person prefers, which stands until they choose anew.
fn kinds(account: AccountId, level: Level, year: u16) -> Vec<Kind> {
    let volume = Some(year);
    match level {
        Level::Own | Level::Caregiver => vec![
            Kind::ChartCore,
            Kind::JournalPrivate(account, None),
            Kind::JournalCircle(account, volume),
            Kind::JournalPrivate(account, volume),
            Kind::CareCircle(volume),
            Kind::CarePrivate(account, volume),
            Kind::MarksCircle,
            Kind::MarksPrivate(account),
        ],
        Level::ChartOnly => vec![Kind::ChartCore],
    }
}

fn genesis(
    receipts: &ReceiptKey,
    document: &DocumentId,
    now: Timestamp,
) -> Result<Option<Fresh>, StoreError> {
    if document.is_marks() {
        return Ok(None);
    }
    let (_, bytes) = Document::genesis(document);
    let origin = Origin { account: None, device: None, at: now };
    own(receipts, document, &bytes, origin).map(Some)
}
