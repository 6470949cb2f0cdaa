//! One browser profile: a program that may be running, its disk, and a clock that may be wrong.

use std::collections::BTreeSet;

use shared::document::DocumentId;
use shared::id::{AccountId, DeviceId, EntryId};
use shared::sync::device::{Device, Event};
use shared::sync::planted::Planted;
use shared::time::Timestamp;

use crate::disk::Disk;
use crate::tier::Tier;

pub struct Machine<T: Tier> {
    pub account: AccountId,
    pub id: DeviceId,
    pub running: Option<Device<T::Documents>>,
    /// Counts starts: what was under way in an earlier life does not reach this one.
    pub life: u64,
    pub disk: Disk,
    /// How far its clock is off, in milliseconds.
    pub clock_error: i64,
    pub offline: bool,
    /// Only the newest timer and the newest attempt to connect count.
    pub timer: u64,
    pub attempt: u64,
    pub line: Option<usize>,
    /// Documents that it was told are not its own any more, in this life: its disk may still have
    /// them for a moment.
    pub told_to_drop: BTreeSet<DocumentId>,
    /// Numbers of the person's edits, and what each asked for.
    pub asked: Vec<Asked>,
}

#[derive(Clone, PartialEq, Eq)]
pub enum Asked {
    Write { entry: EntryId, text: String },
    Reword { entry: EntryId, text: String },
    Withdraw { entry: EntryId },
    Dismiss { entry: EntryId },
}

impl<T: Tier> Machine<T> {
    pub fn new(account: AccountId, id: DeviceId) -> Self {
        let mut disk = Disk::default();
        disk.bytes = T::BYTES;
        Self {
            account,
            id,
            running: None,
            life: 0,
            disk,
            clock_error: 0,
            offline: false,
            timer: 0,
            attempt: 0,
            line: None,
            told_to_drop: BTreeSet::new(),
            asked: Vec::new(),
        }
    }

    pub fn clock(&self, now: i64) -> Timestamp {
        Timestamp::from_millis(now.saturating_add(self.clock_error))
    }

    /// The first events of a new life.
    pub fn start(&mut self, planted: Option<Planted>) -> Vec<Event> {
        self.life += 1;
        self.asked.clear();
        self.told_to_drop.clear();
        let mut device = Device::new(self.account, self.id, T::Documents::default());
        device.plant(planted);
        self.running = Some(device);
        vec![Event::Loaded(self.disk.rows()), Event::Leading(true)]
    }
}
