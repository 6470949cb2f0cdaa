//! The real documents of a device, open in memory.

use super::Documents;
use crate::document::{Actor, ChangeHash, Document, DocumentId, Put, Unreadable, gate};
use crate::ordered::BTreeMap;

#[derive(Default)]
pub struct OpenDocuments(BTreeMap<DocumentId, Document>);

impl OpenDocuments {
    pub fn find(&self, document: &DocumentId) -> Option<&Document> {
        self.0.get(document)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&DocumentId, &Document)> {
        self.0.iter()
    }
}

impl Documents for OpenDocuments {
    fn open(&mut self, document: &DocumentId, changes: &[&[u8]]) -> Result<(), Unreadable> {
        let (opened, missing) = Document::load_what_is_there(changes.iter().copied())?;
        self.0.insert(*document, opened);
        match missing {
            none if none.is_empty() => Ok(()),
            missing => Err(Unreadable::Incomplete(missing)),
        }
    }

    fn apply(&mut self, document: &DocumentId, changes: &[&[u8]]) -> Result<(), Unreadable> {
        let open = self.0.find_mut(document).ok_or(Unreadable::Damaged)?;
        open.apply(changes.iter().copied())
    }

    fn passes(&self, document: &DocumentId, hash: &ChangeHash, bytes: &[u8]) -> bool {
        gate::is_fit(document, hash, bytes)
    }

    fn is_open(&self, document: &DocumentId) -> bool {
        self.0.contains_key(document)
    }

    fn close(&mut self, document: &DocumentId) {
        self.0.remove(document);
    }

    fn says(&self, document: &DocumentId, put: &Put) -> bool {
        self.0.get(document).is_some_and(|open| open.says(put))
    }

    fn mint(&mut self, document: &DocumentId, actor: Actor, put: &Put) -> (ChangeHash, Vec<u8>) {
        let open = self.0.find_mut(document).expect("the caller saw that it is open");
        open.mint(actor, put)
    }
}
