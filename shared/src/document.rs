//! A document: one writer role, one audience, one shard, one epoch. The only place that names
//! automerge. A document is a container and nothing more: entries are strings under time-sorted
//! ids, registers are strings under names, and nobody here knows what a string means.
//!
//! [`Document`] reads and writes the changes of automerge without the library, which is half of
//! what a device would download; `Opened` is a document in the library, for servers and tests.

pub mod gate;
pub mod key;
mod minting;
#[cfg(any(test, feature = "automerge"))]
mod opened;
mod reading;
mod text;

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

pub use self::gate::REGISTER_BYTES_MAX;
pub use self::key::{Document as DocumentId, Kind};
#[cfg(any(test, feature = "automerge"))]
pub use self::opened::Opened;
use self::reading::{Name, Reading, Unusual};
pub use self::text::Text;
use crate::id::{EntryId, Rng};

/// Written into every document, so that a reader knows which rules its writer followed.
pub const SCHEMA_VERSION: i64 = 1;
const SCHEMA: &str = "schema";
const ENTRIES: &str = "entries";
const REGISTERS: &str = "registers";

/// Names one change: SHA-256 over its uncompressed bytes, as automerge computes it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct ChangeHash(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 32],
);

impl std::fmt::Debug for ChangeHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0[..6].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Who mints changes: fresh for each connection session, never stored, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor(pub [u8; 16]);

impl Actor {
    pub fn fresh(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; 16];
        rng.fill(&mut bytes);
        Self(bytes)
    }
}

/// One thing to put into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    Entry { entry: EntryId, text: String },
    Register { name: String, text: String },
}

/// A string in a document, and the change it came with. Two values under one name are two of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub text: Text,
    pub change: ChangeHash,
}

/// The bytes are not what a document of ours can be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("not a document")]
    Damaged,
    #[error("changes are missing that others build on")]
    Incomplete(Vec<ChangeHash>),
}

/// An open document, read from its changes.
#[derive(Clone)]
pub struct Document(Reading);

impl Document {
    /// The first change, made by the server alone. It is the same bytes wherever it is made, so
    /// that two nodes that create one document at once have created one document.
    pub fn genesis(document: &DocumentId) -> (ChangeHash, Vec<u8>) {
        let change = minting::genesis(first_actor(document));
        (change.hash(), change.into_bytes())
    }

    /// Where genesis puts its maps, without making it.
    pub fn layout(document: &DocumentId) -> gate::Layout {
        gate::Layout::of(first_actor(document))
    }

    /// Opens a document from all its changes, in any order, in one call.
    pub fn load<'a>(changes: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, Unreadable> {
        match Self::load_what_is_there(changes)? {
            (opened, missing) if missing.is_empty() => Ok(opened),
            (_, missing) => Err(Unreadable::Incomplete(missing)),
        }
    }

    /// The same, as far as it goes: what builds on a missing change waits inside for it.
    pub fn load_what_is_there<'a>(
        changes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<(Self, Vec<ChangeHash>), Unreadable> {
        let mut reading = Reading::default();
        reading.add(changes).map_err(|Unusual| Unreadable::Damaged)?;
        let missing = reading.missing();
        match (reading.has_begun(), missing.is_empty()) {
            (true, _) => Ok((Self(reading), missing)),
            // Without its first change there is nothing to open, and nothing wrong with the others.
            (false, false) => Err(Unreadable::Incomplete(missing)),
            (false, true) => Err(Unreadable::Damaged),
        }
    }

    /// Adds changes of others. If they are not what a document of ours can be, this one is of no
    /// use any more: open it again without them.
    pub fn apply<'a>(
        &mut self,
        changes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<(), Unreadable> {
        self.0.add(changes).map_err(|Unusual| Unreadable::Damaged)?;
        let missing = self.0.missing();
        if missing.is_empty() { Ok(()) } else { Err(Unreadable::Incomplete(missing)) }
    }

    /// Whether this is what the document says already. Automerge writes nothing for the same text
    /// again, and a deletion if the text is the winner of a conflict.
    pub fn says(&self, put: &Put) -> bool {
        match put {
            Put::Entry { entry, text } => {
                self.0.entries.winner(&Name::Entry(*entry)) == Some(text.as_str())
            }
            Put::Register { name, text } => {
                let name = Name::of(name.clone());
                self.0.registers.winner(&name) == Some(text.as_str())
            }
        }
    }

    /// Makes one change of what the document does not say yet, in it and as bytes to store and
    /// send.
    pub fn mint(&mut self, actor: Actor, put: &Put) -> (ChangeHash, Vec<u8>) {
        assert!(!self.says(put), "a change says something");
        self.0.mint(actor, put)
    }

    pub fn entries(&self) -> Vec<(EntryId, Vec<Value>)> {
        let known = |(name, values): (String, _)| Some((name.parse().ok()?, values));
        self.0.entries.all().into_iter().filter_map(known).collect()
    }

    pub fn registers(&self) -> Vec<(String, Vec<Value>)> {
        self.0.registers.all()
    }

    /// Each value of each entry where it stands, in the order of their ids.
    pub fn each_entry(&self) -> impl Iterator<Item = (EntryId, &Value)> {
        self.0.entries.each().filter_map(|(name, value)| Some((name.entry()?, value)))
    }

    /// The same of registers.
    pub fn each_register(&self) -> impl Iterator<Item = (String, &Value)> {
        self.0.registers.each().map(|(name, value)| (name.to_string(), value))
    }

    pub fn entry(&self, entry: EntryId) -> Option<String> {
        self.0.entries.winner(&Name::Entry(entry)).map(str::to_owned)
    }
}

/// Who makes genesis: follows from the document alone.
fn first_actor(document: &DocumentId) -> Actor {
    let seed: [u8; 32] = Sha256::digest(document.to_bytes()).into();
    Actor(seed[..16].try_into().expect("half of 32 bytes is 16"))
}

/// The hash of a change from its bytes, without opening a document.
pub fn hash_of(bytes: &[u8]) -> Result<ChangeHash, Unreadable> {
    let mut inflater = gate::Inflater::default();
    let change = gate::read_stored(bytes, &gate::Limits::IMPORT, &mut inflater);
    change.map(|change| change.hash()).map_err(|_| Unreadable::Damaged)
}

#[cfg(test)]
mod tests;
