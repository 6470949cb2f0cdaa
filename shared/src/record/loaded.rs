//! How much of what people wrote is here: years of it may still be to come, and some may be unreadable.

use super::{Loaded, Record, Shelf};
use crate::document::DocumentId;
use crate::id::AccountId;
use crate::time::{Day, MILLIS_PER_DAY, Timestamp};

/// Documents that are no charts: those hold for their own whether they are here.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrival {
    nothing_came: bool,
    /// Something of them is still to come.
    awaited: Vec<DocumentId>,
    unreadable: Vec<DocumentId>,
}

impl Record {
    /// Of these documents something is still to come, and of no others.
    pub fn await_writing(&mut self, documents: impl IntoIterator<Item = DocumentId>) {
        let is_meant = |key: &DocumentId| !key.is_chart() && !key.is_marks();
        self.arrival.awaited = documents.into_iter().filter(is_meant).collect();
    }

    pub fn writing_could_not_be_read(&mut self, document: DocumentId) {
        self.arrival.unreadable.push(document);
    }

    /// No document of this person ever came to this device.
    pub const fn nothing_came(&mut self) {
        self.arrival.nothing_came = true;
    }

    /// Whether all that people wrote in this year or later is here. One year is added, because a device
    /// that was away at New Year writes into the volume it knows.
    pub fn loaded_writing_since(&self, year: u16) -> Loaded {
        self.arrival.loaded(|key| key.audience().is_some() && is_near(key, year))
    }

    /// Whether all notes of who looked are here.
    pub fn loaded_activity(&self) -> Loaded {
        self.arrival.loaded(|key| key.audience().is_none())
    }

    /// Whether everything of this shelf is here, and everything that people wrote beside it.
    pub fn loaded(&self, shelf: Shelf) -> Loaded {
        match (self.chart.loaded(shelf), self.loaded_writing_since(0)) {
            (Loaded::Unreadable, _) | (_, Loaded::Unreadable) => Loaded::Unreadable,
            (Loaded::NotYet, _) | (_, Loaded::NotYet) => Loaded::NotYet,
            (Loaded::All, Loaded::All) => Loaded::All,
        }
    }

    /// Of what came in before, an account may have read more than is known here: a mark may be in a
    /// volume that is still to come.
    pub fn reads_are_known_from(&self, reader: AccountId) -> Timestamp {
        let own = self.arrival.awaited.iter().filter(|key| key.writer() == Some(reader));
        let newest = own.map(|key| key.kind.year().unwrap_or(u16::MAX)).max();
        newest.map_or(Timestamp::from_millis(i64::MIN), |year| first_day(year.saturating_add(2)))
    }
}

impl Arrival {
    fn loaded(&self, is_meant: impl Fn(&DocumentId) -> bool) -> Loaded {
        if self.unreadable.iter().any(&is_meant) {
            return Loaded::Unreadable;
        }
        match self.nothing_came || self.awaited.iter().any(is_meant) {
            true => Loaded::NotYet,
            false => Loaded::All,
        }
    }
}

fn is_near(key: &DocumentId, year: u16) -> bool {
    key.kind.year().is_none_or(|volume| volume.saturating_add(1) >= year)
}

fn first_day(year: u16) -> Timestamp {
    let day = i16::try_from(year).ok().and_then(|year| Day::new(year, 1, 1));
    let millis = |day: Day| day.number().saturating_mul(MILLIS_PER_DAY);
    Timestamp::from_millis(day.map_or(i64::MAX, millis))
}
