//! How a message of the bridge becomes bytes and back: values in the order of their fields, without
//! names. Both programs are of one release, so neither has to understand another version; and a
//! reader by name, as JSON needs one for each type, is what made up a third of the page.
//!
//! A field that its type skips is marked as skipped, so that types which are stored as JSON cross
//! as they are. What only a format with names can carry does not cross: enums with their tag inside,
//! untagged ones, flattened fields. `tests/tidy` looks for them.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{Unreadable, from_bytes};
pub use write::to_bytes;

/// Before each field of a struct: whether it was skipped or follows.
const SKIPPED: u8 = 0;
const FOLLOWS: u8 = 1;
/// Before what may be nothing.
const NOTHING: u8 = 0;
const SOMETHING: u8 = 1;
