//! What a schedule runs on: real documents and real wire bytes, or light ones that are fast.

use shared::document::gate::{Known, Limits, Rejected, Scalar, Shape, check};
use shared::document::{Actor, ChangeHash, Document, DocumentId};
use shared::id::EntryId;
use shared::sync::device::{Documents, OpenDocuments};

pub trait Tier: Clone + 'static {
    type Documents: Documents + Default;
    /// What the server's gate knows of one document.
    type Gate: Clone + Default;
    /// Whether messages and rows are written as bytes and read back.
    const BYTES: bool;

    fn genesis(document: &DocumentId) -> (ChangeHash, Vec<u8>);
    /// Nothing if the bytes are no change.
    fn facts(bytes: &[u8]) -> Option<Facts>;
    /// Entries of a change and their words.
    fn says(bytes: &[u8]) -> Vec<(EntryId, String)>;
    /// Passes a change that is not in the document yet through its gate.
    fn admit(gate: &mut Self::Gate, document: &DocumentId, bytes: &[u8]) -> Result<(), NotTaken>;
    /// Every value that an open document shows.
    fn values(documents: &Self::Documents, document: &DocumentId) -> Vec<Shown>;
}

/// What a store asks of a change before it takes it.
pub struct Facts {
    pub hash: ChangeHash,
    pub builds_on: Vec<ChangeHash>,
    pub actor: Actor,
    /// What it writes.
    pub entries: Vec<EntryId>,
}

pub enum NotTaken {
    Refused,
    Missing,
}

/// One value of an entry, and the change it came with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    pub entry: EntryId,
    pub text: String,
    pub change: ChangeHash,
}

/// The real halves over automerge, and the real gate.
#[derive(Clone)]
pub enum Stack {}

impl Tier for Stack {
    type Documents = OpenDocuments;
    type Gate = Option<Known>;
    const BYTES: bool = true;

    fn genesis(document: &DocumentId) -> (ChangeHash, Vec<u8>) {
        Document::genesis(document)
    }

    fn facts(bytes: &[u8]) -> Option<Facts> {
        let change = check(bytes, &Limits::IMPORT).ok()?;
        let entries = change.operations().iter().filter_map(|one| one.key.parse().ok());
        Some(Facts {
            hash: change.hash(),
            builds_on: change.dependencies().to_vec(),
            actor: change.actor(),
            entries: entries.collect(),
        })
    }

    fn says(bytes: &[u8]) -> Vec<(EntryId, String)> {
        let change = check(bytes, &Limits::IMPORT).ok();
        let operations = change.iter().flat_map(|change| change.operations());
        let entries = operations.filter_map(|operation| match &operation.value {
            Some(Scalar::Text(text)) => Some((operation.key.parse().ok()?, text.to_string())),
            Some(Scalar::Int(_) | Scalar::Uint(_)) | None => None,
        });
        entries.collect()
    }

    fn admit(
        gate: &mut Option<Known>,
        document: &DocumentId,
        bytes: &[u8],
    ) -> Result<(), NotTaken> {
        let refused = |why| match why {
            Rejected::Missing(_) => NotTaken::Missing,
            _ => NotTaken::Refused,
        };
        let Some(known) = gate else {
            let genesis = check(bytes, &Limits::IMPORT).map_err(refused)?;
            // What arrives before it builds on something that is not there.
            let is_first = genesis.hash() == Document::genesis(document).0;
            let first = is_first.then_some(&genesis).ok_or(NotTaken::Missing)?;
            *gate = Some(Known::with_genesis(first).map_err(refused)?);
            return Ok(());
        };
        let shape = Shape::of(document).ok_or(NotTaken::Refused)?;
        known.take(bytes, shape).map(drop).map_err(refused)
    }

    fn values(documents: &OpenDocuments, document: &DocumentId) -> Vec<Shown> {
        let open = documents.iter().find(|(key, _)| *key == document);
        let Some((_, open)) = open else {
            return Vec::new();
        };
        let entries = open.entries().into_iter();
        entries
            .flat_map(|(entry, values)| {
                values.into_iter().map(move |value| Shown {
                    entry,
                    text: value.text.to_string(),
                    change: value.change,
                })
            })
            .collect()
    }
}
