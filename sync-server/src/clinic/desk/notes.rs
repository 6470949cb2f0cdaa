//! What staff noted on an item, folded into what counts now.

use std::collections::BTreeMap;

use shared::id::{AccountId, EntryId};
use shared::time::Timestamp;
use shared::view::desk::queue::{Note, NoteLine, Owner};

use crate::store::desk::DeskNote;

#[derive(Debug, Clone, Default)]
pub struct Notes {
    pub all: Vec<NoteLine>,
    /// Kept, counted, and written by a newer version.
    unknown: u32,
    pub owner: Option<Owner>,
    /// Warning signs up to this entry were looked at.
    pub settled: Option<EntryId>,
    /// Who noted something here, and when last.
    pub hands: BTreeMap<AccountId, Timestamp>,
}

impl Notes {
    /// Who adds one says how many there were.
    pub fn count(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX).saturating_add(self.unknown)
    }

    fn add(&mut self, note: DeskNote) {
        let last = self.hands.entry(note.account).or_insert(note.at);
        *last = note.at.max(*last);
        let Ok(what) = serde_json::from_str::<Note>(&note.what) else {
            self.unknown += 1;
            return;
        };
        match &what {
            Note::Owner(owner) => self.owner.clone_from(owner),
            Note::Flag { up_to, .. } => self.settled = self.settled.max(Some(*up_to)),
            Note::Recommended { .. } | Note::Closed { .. } => {}
        }
        self.all.push(NoteLine { by: note.name, at: note.at, what });
    }
}

pub fn by_item(all: Vec<DeskNote>) -> BTreeMap<EntryId, Notes> {
    let mut items: BTreeMap<EntryId, Notes> = BTreeMap::new();
    for note in all {
        items.entry(note.item).or_default().add(note);
    }
    items
}
