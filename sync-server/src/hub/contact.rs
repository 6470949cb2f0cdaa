//! What a connection says about its device, beside the record: when somebody was last here, and up
//! to when a device of theirs holds everything. Staff read it beside what they wrote.

use shared::id::{AccountId, DeviceId};
use shared::time::Timestamp;
use shared::wire::{ToDevice, ToServer};

use crate::store::desk::Contact;

/// A quiet device is noted again after so long: a clinic's worth of them writes a few rows a second.
const NOTE_AGAIN_MS: i64 = 60 * 1000;
/// What got its time before a device asked may be committed after it was answered; a commit that
/// takes longer than this has failed.
const STILL_WRITING_MS: i64 = 10 * 1000;

/// What is known of one connection's device.
pub struct Presence {
    account: AccountId,
    device: DeviceId,
    asked_at: Timestamp,
    noted_at: Option<Timestamp>,
    /// Something new left since the device was last noted to hold everything.
    news_at: Option<Timestamp>,
}

impl Presence {
    pub const fn of(account: AccountId, device: DeviceId) -> Self {
        let asked_at = Timestamp::from_millis(0);
        Self { account, device, asked_at, noted_at: None, news_at: None }
    }

    /// The device says what it holds.
    pub const fn hears(&mut self, message: &ToServer, now: Timestamp) {
        if let ToServer::Hello { .. } | ToServer::Ping { .. } = message {
            self.asked_at = now;
        }
    }

    /// The device gets rows, so it does not hold everything yet.
    pub const fn sends_rows(&mut self, now: Timestamp) {
        self.news_at = Some(now);
    }

    /// The device is told something. Answers what is worth keeping.
    pub fn says(&mut self, message: &ToDevice, now: Timestamp) -> Option<Contact> {
        let same = match message {
            ToDevice::Welcome { same, .. } | ToDevice::Pong { same } => *same,
            ToDevice::Rows { .. } => {
                self.sends_rows(now);
                return None;
            }
            _ => return None,
        };
        let level_at = self.asked_at.plus_millis(-STILL_WRITING_MS);
        if !same {
            self.news_at = Some(self.asked_at);
        }
        let has_all_news = same && self.news_at.is_some_and(|at| at <= level_at);
        let again = |at| self.asked_at.millis_since(at) >= NOTE_AGAIN_MS;
        if !has_all_news && !self.noted_at.is_none_or(again) {
            return None;
        }
        if has_all_news {
            self.news_at = None;
        }
        self.noted_at = Some(self.asked_at);
        let level_at = same.then_some(level_at);
        let Self { account, device, asked_at: heard_at, .. } = *self;
        Some(Contact { account, device, heard_at, level_at })
    }
}

#[cfg(test)]
mod tests {
    use shared::document::{DocumentId, Kind};
    use shared::id::PatientId;
    use shared::wire::Digest;

    use super::*;

    fn asks(presence: &mut Presence, at: i64, same: bool) -> Option<Contact> {
        let (ping, at) = (ToServer::Ping { digest: Digest([0; 16]) }, Timestamp::from_millis(at));
        presence.hears(&ping, at);
        presence.says(&ToDevice::Pong { same }, at)
    }

    fn level(contact: Option<Contact>) -> Option<i64> {
        contact?.level_at.map(Timestamp::millis)
    }

    #[test]
    fn a_device_is_level_once_it_holds_everything_and_a_quiet_one_is_noted_now_and_then() {
        let mut presence = Presence::of(AccountId::from_u128(1), DeviceId::from_u128(1));
        let first = asks(&mut presence, 100_000, false).unwrap();
        assert_eq!((first.heard_at.millis(), first.level_at), (100_000, None));
        assert_eq!(level(asks(&mut presence, 110_000, true)), Some(100_000));
        assert_eq!(asks(&mut presence, 120_000, true), None, "nothing is new");
        assert_eq!(level(asks(&mut presence, 170_000, true)), Some(160_000));

        let document = DocumentId::first(PatientId::from_u128(1), Kind::CareCircle(None));
        let rows = ToDevice::Rows { document, rows: Vec::new(), more: false };
        assert_eq!(presence.says(&rows, Timestamp::from_millis(175_000)), None);
        assert_eq!(asks(&mut presence, 180_000, true), None, "others may still be written");
        assert_eq!(level(asks(&mut presence, 190_000, true)), Some(180_000));
    }
}
