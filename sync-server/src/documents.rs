//! Making documents and rows of the log: what the server itself writes.

use shared::document::{ChangeHash, Document, DocumentId, Kind};
use shared::id::{AccountId, DeviceId};
use shared::record::Mark;
use shared::sync::receipt::ReceiptKey;
use shared::sync::scope::{Level, Scope};
use shared::time::Timestamp;
use shared::wire::{Receipt, Sidecar};

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

/// A mark for a document of marks.
pub fn mark(receipts: &ReceiptKey, document: DocumentId, mark: &Mark) -> NewMark {
    let bytes = mark.to_bytes();
    let origin = Origin { account: None, device: None, at: mark.at };
    let row = row(receipts, &document, Mark::hash(&bytes), bytes, origin);
    NewMark { document, row }
}

/// Makes what is missing of the documents that this scope writes or waits for. Doing it again
/// changes nothing, so it is simply done whenever somebody connects.
pub async fn ensure(
    store: &dyn Store,
    receipts: &ReceiptKey,
    scope: &Scope,
    now: Timestamp,
) -> Result<(), StoreError> {
    let patients = scope.records.iter().map(|access| access.patient).collect();
    let have = store.summaries(patients).await?;
    for access in &scope.records {
        for kind in kinds(scope.account, access.level) {
            let document = DocumentId::first(access.patient, kind);
            if have.iter().any(|summary| summary.document == document) {
                continue;
            }
            store.create_document(document, genesis(receipts, &document, now)).await?;
        }
    }
    Ok(())
}

fn kinds(account: AccountId, level: Level) -> Vec<Kind> {
    match level {
        Level::Own | Level::Caregiver => vec![
            Kind::ChartCore,
            Kind::JournalCircle(account),
            Kind::JournalPrivate(account),
            Kind::CareCircle,
            Kind::CarePrivate(account),
            Kind::MarksCircle,
            Kind::MarksPrivate(account),
        ],
        Level::ChartOnly => vec![Kind::ChartCore],
    }
}

fn genesis(receipts: &ReceiptKey, document: &DocumentId, now: Timestamp) -> Option<Fresh> {
    if document.is_marks() {
        return None;
    }
    let (hash, bytes) = Document::genesis(document);
    let origin = Origin { account: None, device: None, at: now };
    Some(row(receipts, document, hash, bytes, origin))
}
