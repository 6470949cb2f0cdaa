//! The clock and the randomness of this process: the one place that asks the operating system,
//! so that tests can stand in for both.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use shared::id::Rng;
use shared::time::Timestamp;

/// The operating system's source of randomness.
pub struct OsRng;

impl Rng for OsRng {
    fn fill(&mut self, bytes: &mut [u8]) {
        // Without randomness there are no sessions and no ids; there is nothing to go on with.
        getrandom::fill(bytes).expect("the operating system has randomness");
    }
}

/// The server's time. It stamps what was received and ends what has a term; it orders nothing.
#[derive(Clone, Default)]
pub enum Clock {
    #[default]
    System,
    /// A test's own time.
    Set(Arc<AtomicI64>),
}

impl Clock {
    pub fn set(at: Timestamp) -> Self {
        Self::Set(Arc::new(AtomicI64::new(at.millis())))
    }

    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Set(millis) => Timestamp::from_millis(millis.load(Ordering::Relaxed)),
        }
    }

    /// Moves a test's time; the real one cannot be moved.
    pub fn advance(&self, millis: i64) {
        if let Self::Set(now) = self {
            now.fetch_add(millis, Ordering::Relaxed);
        }
    }
}
