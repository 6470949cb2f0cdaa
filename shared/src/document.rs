//! A document: one writer role, one audience, one shard, one epoch. The only place that names
//! automerge. A document is a container and nothing more: entries are strings under time-sorted
//! ids, registers are strings under names, and nobody here knows what a string means.

pub mod gate;
pub mod key;
mod opened;
mod reading;

use automerge::Change;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

pub use self::gate::REGISTER_BYTES_MAX;
pub use self::key::{Document as DocumentId, Kind};
use self::opened::Opened;
use self::reading::Reading;
use crate::id::{EntryId, Rng};

/// Written into every document, so that a reader knows which rules its writer followed.
pub const SCHEMA_VERSION: i64 = 1;
const SCHEMA: &str = "schema";
const ENTRIES: &str = "entries";
const REGISTERS: &str = "registers";

/// Names one change: SHA-256 over its uncompressed bytes, computed by automerge.
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
    pub text: String,
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

/// An open document: read from its changes, and opened in automerge when it is first written into
/// or when it is not what our own writers write.
#[derive(Clone)]
pub struct Document(Content);

#[derive(Clone)]
enum Content {
    Read(Box<Read>),
    Opened(Box<Opened>),
}

#[derive(Clone)]
struct Read {
    reading: Reading,
    /// All changes, for automerge.
    bytes: Vec<u8>,
}

impl Document {
    /// The first change, made by the server alone. It is the same bytes wherever it is made, so
    /// that two nodes that create one document at once have created one document.
    pub fn genesis(document: &DocumentId) -> (ChangeHash, Vec<u8>) {
        opened::genesis(first_actor(document))
    }

    /// Opens a document from all its changes, in any order, in one call: one by one costs the
    /// square of their number.
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
        let changes: Vec<&[u8]> = changes.into_iter().collect();
        let mut reading = Reading::default();
        let read = reading.add(changes.iter().copied());
        let bytes = changes.concat();
        if read.is_ok() && reading.has_begun() {
            let missing = reading.missing();
            return Ok((Self(Content::Read(Box::new(Read { reading, bytes }))), missing));
        }
        let (opened, missing) = Opened::load(&bytes)?;
        Ok((Self(Content::Opened(Box::new(opened))), missing))
    }

    /// Adds changes of others.
    pub fn apply<'a>(
        &mut self,
        changes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<(), Unreadable> {
        let changes: Vec<&[u8]> = changes.into_iter().collect();
        let read = match &mut self.0 {
            Content::Read(read) => {
                let added = read.reading.add(changes.iter().copied());
                added.ok().map(|()| {
                    read.bytes.extend(changes.concat());
                    read.reading.missing()
                })
            }
            Content::Opened(_) => None,
        };
        let missing = match read {
            Some(missing) => missing,
            None => self.open()?.apply(&changes)?,
        };
        if missing.is_empty() { Ok(()) } else { Err(Unreadable::Incomplete(missing)) }
    }

    /// Whether this is what the document says already. Automerge writes nothing for the same text
    /// again, and a deletion if the text is the winner of a conflict.
    pub fn says(&self, put: &Put) -> bool {
        match (&self.0, put) {
            (Content::Opened(opened), put) => opened.says(put),
            (Content::Read(read), Put::Entry { entry, text }) => {
                read.reading.entry(&entry.to_string()) == Some(text)
            }
            (Content::Read(read), Put::Register { name, text }) => {
                read.reading.register(name) == Some(text)
            }
        }
    }

    /// Makes one change of these puts, in this document and as bytes to store and send.
    pub fn mint(&mut self, actor: Actor, puts: &[Put]) -> (ChangeHash, Vec<u8>) {
        assert!(!puts.is_empty(), "a change says something");
        self.open().expect("what was read passed the gate when it was stored").mint(actor, puts)
    }

    pub fn entries(&self) -> Vec<(EntryId, Vec<Value>)> {
        let entries = match &self.0 {
            Content::Read(read) => read.reading.entries(),
            Content::Opened(opened) => opened.entries(),
        };
        let known = |(name, values): (String, _)| Some((name.parse().ok()?, values));
        entries.into_iter().filter_map(known).collect()
    }

    pub fn registers(&self) -> Vec<(String, Vec<Value>)> {
        match &self.0 {
            Content::Read(read) => read.reading.registers(),
            Content::Opened(opened) => opened.registers(),
        }
    }

    pub fn entry(&self, entry: EntryId) -> Option<String> {
        match &self.0 {
            Content::Read(read) => read.reading.entry(&entry.to_string()).map(str::to_owned),
            Content::Opened(opened) => opened.entry(entry),
        }
    }

    fn open(&mut self) -> Result<&mut Opened, Unreadable> {
        if let Content::Read(read) = &self.0 {
            self.0 = Content::Opened(Box::new(Opened::load(&read.bytes)?.0));
        }
        match &mut self.0 {
            Content::Opened(opened) => Ok(opened),
            Content::Read(_) => unreachable!("it was opened just now"),
        }
    }
}

/// Who makes genesis: follows from the document alone.
fn first_actor(document: &DocumentId) -> Actor {
    let seed: [u8; 32] = Sha256::digest(document.to_bytes()).into();
    Actor(seed[..16].try_into().expect("half of 32 bytes is 16"))
}

/// The hash of a change from its bytes, without opening a document.
pub fn hash_of(bytes: &[u8]) -> Result<ChangeHash, Unreadable> {
    let change = Change::from_bytes(bytes.to_vec()).map_err(|_| Unreadable::Damaged)?;
    Ok(ChangeHash(change.hash().0))
}

#[cfg(test)]
mod tests;
