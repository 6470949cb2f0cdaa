//! What a schedule runs on: real documents and real wire bytes, or light ones that are fast.

use shared::document::{self, ChangeHash, Document, DocumentId, Facts};
use shared::id::EntryId;
use shared::sync::device::{Documents, OpenDocuments};

pub trait Tier: 'static {
    type Documents: Documents + Default;
    /// Whether messages and rows are written as bytes and read back.
    const BYTES: bool;

    fn genesis(document: &DocumentId) -> (ChangeHash, Vec<u8>);
    /// Nothing if the bytes are no change.
    fn facts(bytes: &[u8]) -> Option<Facts>;
    /// Every value that an open document shows.
    fn values(documents: &Self::Documents, document: &DocumentId) -> Vec<Shown>;
}

/// One value of an entry, and the change it came with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    pub entry: EntryId,
    pub text: String,
    pub change: ChangeHash,
}

/// The real halves over automerge.
pub enum Stack {}

impl Tier for Stack {
    type Documents = OpenDocuments;
    const BYTES: bool = true;

    fn genesis(document: &DocumentId) -> (ChangeHash, Vec<u8>) {
        Document::genesis(document)
    }

    fn facts(bytes: &[u8]) -> Option<Facts> {
        document::facts_of(bytes).ok()
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
                    text: value.text,
                    change: value.change,
                })
            })
            .collect()
    }
}
