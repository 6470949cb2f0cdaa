//! Failing on request.

use std::sync::{Mutex, MutexGuard};

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

/// A verb that panics half way ends its test; the others go on.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|lock| lock.into_inner())
}
