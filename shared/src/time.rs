//! Time as it is passed in. Nothing in this crate reads a clock, and a device's clock may only
//! trigger a question or a local lock: it never orders, drops or blocks anything.

mod partial;
mod working;
mod zone;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

pub use self::partial::{Day, PartialDate, TimeOfDay};
pub use self::working::WorkingDays;
pub use self::zone::Zone;

pub const MILLIS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// Milliseconds since 1970, as somebody's clock said.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    Encode,
    Decode,
)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct Timestamp(#[n(0)] i64);

impl Timestamp {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Later by so many milliseconds; a clock at the end of time stays there.
    /// Of the calendar, in UTC: which volume of a document that has volumes a server writes at this time.
    pub fn year(self) -> u16 {
        let day = Day::from_number(self.millis().div_euclid(MILLIS_PER_DAY));
        u16::try_from(day.year).unwrap_or_default()
    }

    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}
