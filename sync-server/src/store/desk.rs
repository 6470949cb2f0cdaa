//! The clinic's own notes on the items of its queue, and the people the queue is about.

use shared::id::{AccountId, DeviceId, EntryId, PatientId};
use shared::sync::scope::Level;
use shared::time::Timestamp;

use super::people::{BirthDate, Role};

/// What a member of staff noted on one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskNote {
    pub patient: PatientId,
    pub item: EntryId,
    /// From 1 on, without gaps.
    pub number: u32,
    pub account: AccountId,
    /// As it was then.
    pub name: String,
    pub at: Timestamp,
    /// What was noted, in the queue's own words.
    pub what: String,
}

/// What became of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    Added,
    /// Somebody noted something that the author had not seen.
    Behind,
}

/// Somebody whose record this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patient {
    pub patient: PatientId,
    pub name: String,
    pub birth_date: BirthDate,
}

/// Somebody to whom work can be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    pub account: AccountId,
    pub name: String,
    pub role: Role,
    pub prescribes: bool,
    /// Works here no longer.
    pub ended: bool,
}

/// When a device of somebody was last here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    pub account: AccountId,
    pub device: DeviceId,
    pub heard_at: Timestamp,
    /// Everything of theirs that was written before this is on a device of theirs.
    pub level_at: Option<Timestamp>,
}

/// Somebody who reaches a record, and when they were last here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    pub account: AccountId,
    pub name: String,
    pub level: Level,
    pub heard_at: Option<Timestamp>,
    pub level_at: Option<Timestamp>,
}
