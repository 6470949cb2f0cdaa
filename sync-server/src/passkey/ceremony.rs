//! Challenges that wait for their answer: each for one purpose, for a while, and once. They are kept in
//! memory and forgotten with the process: whoever was just signing in tries again.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use shared::id::Rng;
use shared::time::Timestamp;

use crate::encoded::{from_base64url, hex};
use crate::error::Error;
use crate::secret::SecretHash;
use crate::store::people::Door;

/// How long somebody has to find their finger or their key.
const WAITS_MS: i64 = 5 * 60 * 1000;
/// Challenges that wait at once. `tries` lets fewer in; this bounds the memory all the same.
const WAITING_MAX: usize = 8_192;
const CHALLENGE_BYTES: usize = 32;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Challenge([u8; CHALLENGE_BYTES]);

impl Challenge {
    /// As our own programs get it.
    pub fn text(&self) -> String {
        hex(&self.0)
    }

    /// As a browser repeats it.
    pub fn from_client(text: &str) -> Option<Self> {
        from_base64url(text)?.try_into().ok().map(Self)
    }
}

/// What a challenge was given out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    SignIn(Door),
    /// In the session of this token.
    Add(SecretHash),
}

struct Waiting {
    purpose: Purpose,
    until: Timestamp,
}

#[derive(Default)]
pub struct Ceremonies(Mutex<BTreeMap<Challenge, Waiting>>);

impl Ceremonies {
    pub fn begin(
        &self,
        purpose: Purpose,
        now: Timestamp,
        rng: &mut dyn Rng,
    ) -> Result<Challenge, Error> {
        let mut waiting = self.waiting();
        // A session adds one passkey at a time.
        let is_replaced = |other: Purpose| matches!(purpose, Purpose::Add(_)) && other == purpose;
        waiting.retain(|_, one| one.until > now && !is_replaced(one.purpose));
        if waiting.len() >= WAITING_MAX {
            return Err(Error::Busy);
        }
        let mut bytes = [0; CHALLENGE_BYTES];
        rng.fill(&mut bytes);
        let challenge = Challenge(bytes);
        waiting.insert(challenge, Waiting { purpose, until: now.plus_millis(WAITS_MS) });
        Ok(challenge)
    }

    /// Whether it waited for this. It does not wait any more.
    pub fn take(&self, challenge: &Challenge, purpose: Purpose, now: Timestamp) -> bool {
        let taken = self.waiting().remove(challenge);
        taken.is_some_and(|one| one.purpose == purpose && one.until > now)
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<Challenge, Waiting>> {
        self.0.lock().unwrap_or_else(|lock| lock.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::OsRng;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const SIGN_IN: Purpose = Purpose::SignIn(Door::Portal);

    #[test]
    fn a_challenge_answers_once_for_its_purpose_and_in_its_time() {
        let all = Ceremonies::default();
        let begin = |purpose| all.begin(purpose, NOW, &mut OsRng).unwrap();
        let one = begin(SIGN_IN);
        assert!(all.take(&one, SIGN_IN, NOW));
        assert!(!all.take(&one, SIGN_IN, NOW), "once");
        let one = begin(SIGN_IN);
        assert!(!all.take(&one, Purpose::SignIn(Door::Clinic), NOW), "of the other door");
        assert!(!all.take(&one, SIGN_IN, NOW), "used up by that");
        let late = NOW.plus_millis(WAITS_MS);
        assert!(!all.take(&begin(SIGN_IN), SIGN_IN, late));
        let add = Purpose::Add(SecretHash::of("a session"));
        let (first, second) = (begin(add), begin(add));
        assert!(!all.take(&first, add, NOW) && all.take(&second, add, NOW), "the newest");
    }

    #[test]
    fn they_are_never_more_than_this_memory_is_for() {
        let all = Ceremonies::default();
        for _ in 0..WAITING_MAX {
            all.begin(SIGN_IN, NOW, &mut OsRng).unwrap();
        }
        assert!(matches!(all.begin(SIGN_IN, NOW, &mut OsRng), Err(Error::Busy)));
        assert!(all.begin(SIGN_IN, NOW.plus_millis(WAITS_MS), &mut OsRng).is_ok());
    }
}
