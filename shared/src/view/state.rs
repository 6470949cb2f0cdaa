//! Where an item is: the furthest that is known to be true.

use super::{ItemState, NotSent};
use crate::id::EntryId;
use crate::record::{Entry, Place, Record, Step};
use crate::time::Timestamp;
use crate::wire::WhyRefused;

pub(super) fn state(
    record: &Record,
    id: EntryId,
    entry: &Entry,
    answered_at: Option<Timestamp>,
) -> ItemState {
    let written_at = entry.said.written().unwrap_or_default();
    let received_at = match entry.place {
        Place::Here => return ItemState::SavedHere { at: written_at, may_change: true },
        Place::Leaving => return ItemState::SavedHere { at: written_at, may_change: false },
        Place::Refused(why) => return ItemState::NotSent { why: not_sent(why) },
        Place::Received(at) => at,
    };
    if let Some(at) = answered_at.filter(|at| *at >= received_at) {
        return ItemState::Answered { at };
    }
    let mut state = ItemState::Sent { at: received_at };
    for mark in record.marks_of(id) {
        match (&mark.step, &state) {
            (Step::ReadBy { name }, _) => {
                return ItemState::ReadBy { name: name.clone(), at: mark.at };
            }
            (Step::AtTheClinic, _) => state = ItemState::AtTheClinic { at: mark.at },
        }
    }
    state
}

fn not_sent(why: WhyRefused) -> NotSent {
    match why {
        WhyRefused::NotAllowed => NotSent::NotAllowed,
        WhyRefused::NotAccepted => NotSent::NotAccepted,
        WhyRefused::Erased => NotSent::Erased,
        WhyRefused::NoRoom => NotSent::NoRoom,
        WhyRefused::NotAttached => NotSent::NotAttached,
    }
}
