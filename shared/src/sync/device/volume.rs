//! Which volume of a journal something goes into. Edits know neither volumes nor epochs, and no clock of
//! a device decides: what counts is what it has heard of from the server.

use super::{Device, Documents};
use crate::document::DocumentId;
use crate::record::READ_REGISTER;
use crate::sync::stored::{OutboxItem, PutInto};

impl<D: Documents> Device<D> {
    /// Where this goes as things stand: into the newest volume that is open here. What was part of a
    /// change stays in its document, where it may be already.
    pub(super) fn place_of(&self, item: &OutboxItem) -> DocumentId {
        let document = item.document;
        if !item.may_change() {
            return document;
        }
        let any_year = is_of_a_year(&item.put);
        let fits = |held: &&DocumentId| {
            held.is_volume_of(&document) && (any_year || held.kind.year().is_none())
        };
        // Keys are in the order of years, then of epochs.
        let here = self.held.keys().filter(fits).filter(|held| self.documents.is_open(held));
        here.max().copied().unwrap_or(document)
    }
}

/// A preference stands until it is chosen anew, which replaces it only in the document where it is: in
/// two volumes a choice that is over would stand beside the new one.
fn is_of_a_year(put: &PutInto) -> bool {
    match put {
        PutInto::Entry { .. } => true,
        PutInto::Register { name, .. } => name.starts_with(READ_REGISTER),
    }
}
