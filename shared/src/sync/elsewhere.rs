//! What another tab said, and how long that is believed: one that froze or died says nothing more.

use crate::time::Timestamp;

/// Whoever knows says it again after so long, also when nothing changed.
pub const REPEATED_EVERY_MS: i64 = 30 * 1000;
/// Two repetitions may be late.
pub const BELIEVED_MS: i64 = 3 * REPEATED_EVERY_MS;

#[derive(Debug, Clone, Copy)]
pub struct Said<T> {
    what: T,
    at: Timestamp,
}

impl<T: Copy> Said<T> {
    pub const fn new(what: T, at: Timestamp) -> Self {
        Self { what, at }
    }

    /// Nothing once it is too old, or from a time that is yet to come: a clock was moved.
    pub fn believed(&self, now: Timestamp) -> Option<T> {
        (0..BELIEVED_MS).contains(&now.millis_since(self.at)).then_some(self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_believed_for_a_while_and_not_after_that() {
        let at = Timestamp::from_millis(1_000_000);
        let said = Said::new("up to date", at);
        let believed = |later: i64| said.believed(at.plus_millis(later));
        assert_eq!(believed(0), Some("up to date"));
        assert_eq!(believed(BELIEVED_MS - 1), Some("up to date"));
        assert_eq!(believed(BELIEVED_MS), None);
        assert_eq!(believed(-1), None, "the clock went back");
        const { assert!(BELIEVED_MS > 2 * REPEATED_EVERY_MS) };
    }
}
