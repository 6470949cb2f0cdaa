//! What one operation of a change does, as far as documents of ours have such operations.

use super::Actor;
use crate::document::Text;

/// Names an operation for all writers: the order of its counter, and who counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId {
    pub counter: u64,
    pub actor: Actor,
}

/// Where an operation writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    Root,
    /// The map that this operation made.
    Made(OpId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    Text(Text),
    Int(i64),
    Uint(u64),
}

/// Puts something under a name of a map. Deletes, lists, counters and marks are not read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub object: Object,
    pub key: String,
    /// Nothing if it makes an empty map there.
    pub value: Option<Scalar>,
    /// The operations whose values it replaces, in rising order.
    pub overwritten: Vec<OpId>,
}

/// The two maps of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Map {
    Entries,
    Registers,
}

/// A name in one of the two maps.
pub type Slot = (Map, String);
