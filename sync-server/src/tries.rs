//! How often somebody may be wrong: for each name, for each address and in all. Counted in memory and
//! forgotten after a while, or with the process; a session that is open never notices.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard};

use shared::time::Timestamp;

use crate::error::Error;
use crate::sign_in::NameHash;

/// How long a wrong try counts.
const WINDOW_MS: i64 = 15 * 60 * 1000;
/// A person who does not remember tries a few times, then a few more.
const OF_A_NAME_MAX: u32 = 10;
/// A household or a waiting room behind one address.
const OF_AN_ADDRESS_MAX: u32 = 30;
/// Many times what a clinic's patients need on their busiest morning. Also bounds this memory.
const IN_ALL_MAX: u32 = 3_000;

#[derive(Default)]
pub struct Tries(Mutex<Window>);

#[derive(Default)]
struct Window {
    since: Option<Timestamp>,
    names: BTreeMap<NameHash, u32>,
    addresses: BTreeMap<IpAddr, u32>,
    all: u32,
}

/// Who tries.
#[derive(Debug, Clone, Copy, Default)]
pub struct Who {
    pub name: Option<NameHash>,
    pub address: Option<IpAddr>,
}

impl Tries {
    /// Counts a try before it is judged, so that many at once are not judged together. Refuses alike
    /// for names that exist and names that do not.
    pub fn count(&self, who: Who, now: Timestamp) -> Result<(), Error> {
        let mut window = self.window();
        let is_over = window.since.is_none_or(|since| {
            // A clock that was set back must not count for years.
            !(0..WINDOW_MS).contains(&now.millis_since(since))
        });
        if is_over {
            *window = Window { since: Some(now), ..Window::default() };
        }
        let of_name = who.name.and_then(|name| window.names.get(&name).copied()).unwrap_or(0);
        let of_address =
            who.address.and_then(|from| window.addresses.get(&from).copied()).unwrap_or(0);
        if of_name >= OF_A_NAME_MAX || of_address >= OF_AN_ADDRESS_MAX || window.all >= IN_ALL_MAX {
            return Err(Error::TooManyTries);
        }
        window.all += 1;
        if let Some(name) = who.name {
            *window.names.entry(name).or_default() += 1;
        }
        if let Some(address) = who.address {
            *window.addresses.entry(address).or_default() += 1;
        }
        Ok(())
    }

    /// It was right: it does not count.
    pub fn was_right(&self, who: Who) {
        let mut window = self.window();
        window.all = window.all.saturating_sub(1);
        if let Some(count) = who.name.and_then(|name| window.names.get_mut(&name)) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = who.address.and_then(|from| window.addresses.get_mut(&from)) {
            *count = count.saturating_sub(1);
        }
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.0.lock().unwrap_or_else(|lock| lock.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn of(name: u8, address: u8) -> Who {
        Who {
            name: Some(NameHash::from_bytes([name; 32])),
            address: Some(IpAddr::from([192, 0, 2, address])),
        }
    }

    fn allowed(tries: &Tries, who: impl Fn(u32) -> Who) -> u32 {
        (0..).find(|number| tries.count(who(*number), NOW).is_err()).unwrap()
    }

    #[test]
    fn each_limit_holds_by_itself_and_ends_with_the_window() {
        let byte = |number: u32| u8::try_from(number % 251).unwrap();
        let tries = Tries::default();
        assert_eq!(allowed(&tries, |number| of(1, byte(number))), OF_A_NAME_MAX);
        assert!(tries.count(of(2, 1), NOW).is_ok(), "another name from the same address");
        let tries = Tries::default();
        assert_eq!(allowed(&tries, |number| of(byte(number), 1)), OF_AN_ADDRESS_MAX);
        let tries = Tries::default();
        assert_eq!(allowed(&tries, |_| Who::default()), IN_ALL_MAX);
        assert!(tries.count(of(1, 1), NOW.plus_millis(WINDOW_MS)).is_ok());
    }

    #[test]
    fn who_is_right_is_never_kept_out_by_it() {
        let tries = Tries::default();
        for _ in 0..10 * OF_AN_ADDRESS_MAX {
            tries.count(of(1, 1), NOW).unwrap();
            tries.was_right(of(1, 1));
        }
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out() {
        let tries = Tries::default();
        allowed(&tries, |_| of(1, 1));
        assert!(tries.count(of(1, 1), NOW.plus_millis(-WINDOW_MS)).is_ok());
    }
}
