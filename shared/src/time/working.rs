//! Days on which the clinic works, in the clinic's own zone.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Day, Timestamp, Zone};

/// A search for the next working day gives up after so many days: a table that closes the clinic
/// for longer is a mistake, and a promise far in the future is no promise.
const CLOSED_DAYS_MAX: i64 = 60;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingDays {
    pub zone: Zone,
    /// Monday first.
    pub week: [bool; 7],
    /// Holidays and the like.
    pub closed: BTreeSet<Day>,
}

impl Default for WorkingDays {
    fn default() -> Self {
        Self {
            zone: Zone::utc(),
            week: [true, true, true, true, true, false, false],
            closed: BTreeSet::new(),
        }
    }
}

impl WorkingDays {
    pub fn works_on(&self, day: Day) -> bool {
        self.week[usize::from(day.weekday())] && !self.closed.contains(&day)
    }

    /// The day on which so many working days have gone by since this moment.
    pub fn after(&self, moment: Timestamp, working_days: u32) -> Day {
        let mut day = self.zone.day_of(moment);
        for _ in 0..working_days {
            day = self.next(day);
        }
        day
    }

    fn next(&self, day: Day) -> Day {
        let days = (1..=CLOSED_DAYS_MAX).map(|ahead| day.plus_days(ahead));
        let mut working = days.filter(|next| self.works_on(*next));
        working.next().unwrap_or_else(|| day.plus_days(1))
    }
}
