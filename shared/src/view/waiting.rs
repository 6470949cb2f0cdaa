//! What has not left this device, and what was refused.

use serde::{Deserialize, Serialize};

use super::ItemState;
use super::state::state;
use crate::arrange::Arrange;
use crate::id::{AccountId, EntryId};
use crate::record::{Place, Record, Said};
use crate::time::Timestamp;

/// Characters of an item that a list shows.
const EXCERPT_CHARS: usize = 90;

/// How much has not left this device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub unsent: u32,
    pub refused: u32,
    pub oldest_written_at: Option<Timestamp>,
    #[serde(default)]
    pub items: Vec<WaitingItem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingItem {
    pub entry: EntryId,
    pub is: WaitingKind,
    /// The beginning of its text, or the name of what it is about.
    pub text: Option<String>,
    pub written_at: Option<Timestamp>,
    pub state: ItemState,
    /// From then on it does not leave before the person said that it is still meant.
    #[serde(default)]
    pub ask_again_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingKind {
    Message,
    Refill,
    VisitRequest,
    VisitWish,
    Call,
    BeforeVisit,
    Reading,
    Wrong,
    Medicine,
    Allergy,
    Same,
    Cancel,
    Retract,
    Other,
}

pub fn waiting(record: &Record, reader: AccountId) -> Waiting {
    let items = waiting_items(record, reader);
    let refused = |item: &&WaitingItem| matches!(item.state, ItemState::NotSent { .. });
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let refused = items.iter().filter(refused).count();
    Waiting {
        unsent: count(items.len() - refused),
        refused: count(refused),
        oldest_written_at: items.iter().filter_map(|item| item.written_at).min(),
        items,
    }
}

/// The oldest first.
pub fn waiting_items(record: &Record, reader: AccountId) -> Vec<WaitingItem> {
    let mut items: Vec<_> = record
        .entries()
        .filter(|(_, entry)| entry.author == Some(reader))
        .filter(|(_, entry)| !matches!(entry.place, Place::Received(_)))
        .map(|(id, entry)| {
            let (is, text) = words_of(&entry.said);
            WaitingItem {
                entry: id,
                is,
                text: text.map(|text| text.chars().take(EXCERPT_CHARS).collect()),
                written_at: entry.said.written(),
                state: state(record, id, entry, None),
                ask_again_at: record.ask_again_at(id),
            }
        })
        .collect();
    items.arrange_by_key(|item| (item.written_at, item.entry));
    items
}

fn words_of(said: &Said) -> (WaitingKind, Option<&str>) {
    match said {
        Said::Message(said) => (WaitingKind::Message, Some(&said.text)),
        Said::Refill(said) => (WaitingKind::Refill, Some(&said.name)),
        Said::VisitRequest(said) => (WaitingKind::VisitRequest, Some(&said.reason)),
        Said::VisitWish(said) => (WaitingKind::VisitWish, said.note.as_deref()),
        Said::Call(said) => (WaitingKind::Call, said.note.as_deref()),
        Said::BeforeVisit(said) => (WaitingKind::BeforeVisit, Some(&said.reason)),
        Said::Reading(said) => (WaitingKind::Reading, said.note.as_deref()),
        Said::Wrong(said) => (WaitingKind::Wrong, Some(&said.text)),
        Said::OwnMedicine(said) => (WaitingKind::Medicine, Some(&said.name)),
        Said::OwnAllergy(said) => (WaitingKind::Allergy, Some(&said.substance)),
        Said::Same(_) => (WaitingKind::Same, None),
        Said::Cancel(_) => (WaitingKind::Cancel, None),
        Said::Retract(_) => (WaitingKind::Retract, None),
        Said::Reply(_)
        | Said::ThreadClosed(_)
        | Said::RefillDecision(_)
        | Said::RefillCollapsed(_)
        | Said::VisitAnswer(_)
        | Said::Taken(_)
        | Said::Routed(_)
        | Said::Activity(_)
        | Said::MarkedWrong(_)
        | Said::Unknown(_) => (WaitingKind::Other, None),
    }
}
