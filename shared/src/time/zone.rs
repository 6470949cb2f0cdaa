//! The offsets of one place as data. Whoever has a table of time zones (the browser) makes the
//! rows; nothing here knows a zone's name.

use crate::arrange::Arrange;

use serde::{Deserialize, Serialize};

use super::{Day, MILLIS_PER_DAY, Timestamp};

/// From each moment on, this many minutes ahead of UTC. An empty table is UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zone(Vec<(Timestamp, i16)>);

impl Zone {
    pub fn new(mut rows: Vec<(Timestamp, i16)>) -> Self {
        rows.arrange_by_key(|(from, _)| *from);
        Self(rows)
    }

    pub fn utc() -> Self {
        Self::default()
    }

    /// Before the first row its offset holds: it is the best that is known.
    pub fn offset_minutes_at(&self, moment: Timestamp) -> i16 {
        let after = self.0.partition_point(|(from, _)| *from <= moment);
        let row = self.0.get(after.saturating_sub(1));
        row.map_or(0, |(_, offset)| *offset)
    }

    /// What a clock at this place shows, counted as if it were UTC.
    pub fn local_millis(&self, moment: Timestamp) -> i64 {
        let offset = i64::from(self.offset_minutes_at(moment)) * 60_000;
        moment.millis().saturating_add(offset)
    }

    pub fn day_of(&self, moment: Timestamp) -> Day {
        Day::from_number(self.local_millis(moment).div_euclid(MILLIS_PER_DAY))
    }
}
