//! Which way a device reaches its server: a WebSocket first; plain requests for a while where the
//! network lets none through. A wrong guess costs time and nothing else.

use crate::time::Timestamp;

/// Attempts that end without a word of the server before the other way is tried. One may be chance.
const FAILED_MAX: u32 = 2;
/// How long the other way is kept. A device may have moved to a better network by then.
const REMEMBERED_MILLIS: i64 = 10 * 60 * 1000;

/// The frames of one answer on the way by requests, each behind its length. Nothing if they do not end
/// where the answer does: something else than the clinic wrote it.
pub fn frames(mut answer: &[u8]) -> Option<Vec<&[u8]>> {
    let mut frames = Vec::new();
    while let Some((length, rest)) = answer.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (frame, after) = rest.split_at_checked(length)?;
        frames.push(frame);
        answer = after;
    }
    answer.is_empty().then_some(frames)
}

#[derive(Default)]
pub struct Way {
    /// An attempt of which nothing was heard yet, and whether it goes by requests.
    attempt: Option<bool>,
    failed: u32,
    by_requests_since: Option<Timestamp>,
}

impl Way {
    /// An attempt begins: true if it goes by plain requests.
    pub fn begin(&mut self, now: Timestamp) -> bool {
        // A clock that was set back must not keep it for years.
        let is_kept = |since| (0..REMEMBERED_MILLIS).contains(&now.millis_since(since));
        let by_requests = self.by_requests_since.is_some_and(is_kept);
        self.attempt = Some(by_requests);
        by_requests
    }

    /// The server said something on it.
    pub fn heard(&mut self) {
        self.attempt = None;
        self.failed = 0;
    }

    /// The attempt, or the line that came of it, is over.
    pub fn ended(&mut self, now: Timestamp) {
        match self.attempt.take() {
            None => {}
            Some(true) => self.by_requests_since = None,
            Some(false) => {
                self.failed += 1;
                if self.failed >= FAILED_MAX {
                    self.failed = 0;
                    self.by_requests_since = Some(now);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000_000 + millis)
    }

    fn fails(way: &mut Way, now: Timestamp) -> bool {
        let by_requests = way.begin(now);
        way.ended(now);
        by_requests
    }

    #[test]
    fn two_silent_attempts_lead_to_requests_for_a_while() {
        let mut way = Way::default();
        assert!(!fails(&mut way, at(0)));
        assert!(!fails(&mut way, at(1)));
        for later in [2, REMEMBERED_MILLIS] {
            assert!(way.begin(at(later)));
            way.heard();
            way.ended(at(later));
        }
        assert!(!way.begin(at(REMEMBERED_MILLIS + 1)), "then the socket is tried again");
    }

    #[test]
    fn frames_end_where_their_answer_does() {
        assert_eq!(frames(&[]), Some(vec![]));
        let two = [0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0, 0, 1, 9];
        assert_eq!(frames(&two), Some(vec![&[7, 8][..], &[], &[9]]));
        assert_eq!(frames(&two[..14]), None);
        assert_eq!(frames(b"<html>"), None);
    }

    #[test]
    fn a_socket_that_worked_is_used_again_however_often_it_breaks() {
        let mut way = Way::default();
        for now in 0..9 {
            assert!(!way.begin(at(now)));
            way.heard();
            way.ended(at(now));
            way.ended(at(now));
        }
    }

    #[test]
    fn requests_that_fail_too_lead_back_and_so_does_a_clock_that_is_set_back() {
        let mut way = Way::default();
        fails(&mut way, at(0));
        fails(&mut way, at(0));
        assert!(fails(&mut way, at(1)));
        assert!(!way.begin(at(2)));
        let mut way = Way::default();
        fails(&mut way, at(0));
        fails(&mut way, at(0));
        assert!(!way.begin(at(-1)));
    }
}
