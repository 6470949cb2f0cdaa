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
    /// Of what was not sent and not refused.
    pub oldest_written_at: Option<Timestamp>,
    #[serde(default)]
    pub items: Vec<WaitingItem>,
}

/// From then on it is said how long something has waited on this device.
const SHOWN_AFTER_MS: i64 = DAY_MS;
/// From then on it is said loudly: a browser may remove what a site keeps after seven days in which
/// nobody used it (WebKit's limit for storage that scripts write).
const LOUD_AFTER_MS: i64 = 5 * DAY_MS;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How long the oldest thing waits that has not left this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitsLong {
    pub days: u32,
    pub loud: bool,
}

impl Waiting {
    /// Nothing if nothing has waited for a day. The device's clock only says so; it decides nothing.
    pub fn waits_long(&self, now: Timestamp) -> Option<WaitsLong> {
        let waits = now.millis_since(self.oldest_written_at?);
        let days = u32::try_from(waits / DAY_MS).unwrap_or_default();
        (waits >= SHOWN_AFTER_MS).then_some(WaitsLong { days, loud: waits >= LOUD_AFTER_MS })
    }
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
    let unsent = items.iter().filter(|item| !refused(item));
    let oldest_written_at = unsent.filter_map(|item| item.written_at).min();
    let refused = items.iter().filter(refused).count();
    Waiting {
        unsent: count(items.len() - refused),
        refused: count(refused),
        oldest_written_at,
        items,
    }
}

/// The oldest first.
pub fn waiting_items(record: &Record, reader: AccountId) -> Vec<WaitingItem> {
    let mut items: Vec<_> = record
        .entries_from_here()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_said_after_a_day_and_loudly_before_a_browser_may_remove_it() {
        let written = Timestamp::from_millis(1_800_000_000_000);
        let waiting = Waiting { oldest_written_at: Some(written), ..Waiting::default() };
        let after = |millis| waiting.waits_long(written.plus_millis(millis));
        assert_eq!(after(DAY_MS - 1), None);
        assert_eq!(after(DAY_MS), Some(WaitsLong { days: 1, loud: false }));
        assert_eq!(after(5 * DAY_MS - 1), Some(WaitsLong { days: 4, loud: false }));
        assert_eq!(after(5 * DAY_MS), Some(WaitsLong { days: 5, loud: true }));
        assert_eq!(after(-DAY_MS), None, "a clock that was set back");
        assert_eq!(Waiting::default().waits_long(written), None);
    }
}
