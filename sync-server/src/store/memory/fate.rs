//! Failing on request.

use crate::store::StoreError;

/// What happens to a coming verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Works,
    /// It is not done.
    FailsBefore,
    /// It is done and durable, but the answer is lost: a commit whose outcome nobody heard.
    FailsAfter,
}

/// What the store says then.
pub(super) fn failed() -> StoreError {
    StoreError::Unreachable("asked to fail".into())
}
