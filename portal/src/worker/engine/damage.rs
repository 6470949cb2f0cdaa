//! What the disk gives back: all rows at a start, what of them could not be read, and what to do when
//! nothing is there any more. Damage is said for as long as it lasts.

use shared::document::DocumentId;
use shared::sync::device::{Event, Line};
use shared::sync::stored::Stored;

use super::account::Account;
use super::local::keep_profile;
use crate::worker::browser::disk::ROWS;

/// What could not be read.
#[derive(Default)]
pub struct Damage {
    rows: Vec<String>,
    documents: Vec<DocumentId>,
    /// Everything was exchanged since, so that nothing more can be hoped for.
    was_looked_at: bool,
}

impl Damage {
    pub const fn is_there(&self) -> bool {
        !self.rows.is_empty() || !self.documents.is_empty()
    }

    pub fn add(&mut self, document: DocumentId) {
        self.documents.push(document);
        self.was_looked_at = false;
    }
}

impl Account {
    /// Everything that is on the disk; nothing if it cannot be reached.
    pub(super) async fn rows(&mut self) -> Option<Vec<Stored>> {
        let mut rows = Vec::new();
        self.damage.rows.clear();
        for (name, sealed) in self.disk.all(ROWS).await.ok()? {
            match self.vault.open_row(&name, &sealed).await {
                Some(row) => rows.push(row),
                None => self.damage.rows.push(name),
            }
        }
        self.damage.was_looked_at = false;
        Some(rows)
    }

    /// Once everything was exchanged, what the clinic has is whole again. The rest is not.
    pub(super) async fn look_at_damage(&mut self) {
        let is_exchanged = matches!(self.device.line(), Line::Same { .. });
        if !self.damage.is_there() || self.damage.was_looked_at || !is_exchanged {
            return;
        }
        let Ok(found) = self.disk.these(ROWS, &self.damage.rows).await else {
            return;
        };
        let mut still = Vec::new();
        for (name, sealed) in std::mem::take(&mut self.damage.rows).into_iter().zip(found) {
            if let Some(sealed) = sealed
                && self.vault.open_row(&name, &sealed).await.is_none()
            {
                still.push(name);
            }
        }
        self.damage.rows = still;
        self.damage.documents.retain(|document| self.device.is_damaged(document));
        self.damage.was_looked_at = true;
        self.tell_status();
    }

    /// The browser gave back an empty database in the place of ours. The core hears of it after what the
    /// disk answered before.
    pub(super) async fn if_emptied(&self) -> Option<Event> {
        if !self.disk.came_back_empty() {
            return None;
        }
        keep_profile(&self.disk, &self.vault, &self.profile).await;
        Some(Event::Emptied)
    }
}
