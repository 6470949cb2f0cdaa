//! Failing on request.

/// What happens to a coming verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Works,
    /// It is not done.
    FailsBefore,
    /// It is done and durable, but the answer is lost: a commit whose outcome nobody heard.
    FailsAfter,
}
