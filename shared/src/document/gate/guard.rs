//! The last line: a panic of automerge on foreign bytes ends one call, not the server.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The call panicked. Whatever it worked on is unusable: drop it and load it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("automerge panicked")]
pub struct Panicked;

/// Runs an automerge call on bytes of others. In a browser a panic ends the program at once and
/// this does nothing; there the worker notes a document before it opens it.
pub fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| Panicked)
}
