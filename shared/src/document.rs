//! A document: one writer role, one audience, one shard, one epoch. The only place that names
//! automerge. A document is a container and nothing more: entries are strings under time-sorted
//! ids, registers are strings under names, and nobody here knows what a string means.

pub mod gate;
pub mod key;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{
    ActorId, AutoCommit, Change, ObjId, ObjType, ROOT, ReadDoc, ScalarValueRef, ValueRef,
};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

pub use self::gate::REGISTER_BYTES_MAX;
pub use self::key::{Document as DocumentId, Kind};
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

/// An open document.
#[derive(Clone)]
pub struct Document {
    automerge: AutoCommit,
    entries: ObjId,
    registers: ObjId,
}

impl Document {
    /// The first change, made by the server alone. It is the same bytes wherever it is made, so
    /// that two nodes that create one document at once have created one document.
    pub fn genesis(document: &DocumentId) -> (ChangeHash, Vec<u8>) {
        let actor = ActorId::from(&first_actor(document).0[..]);
        let mut automerge = AutoCommit::new().with_actor(actor);
        let made = automerge
            .put(ROOT, SCHEMA, SCHEMA_VERSION)
            .and_then(|()| automerge.put_object(ROOT, ENTRIES, ObjType::Map))
            .and_then(|_| automerge.put_object(ROOT, REGISTERS, ObjType::Map));
        made.expect("an empty document takes its first keys");
        automerge.commit_with(CommitOptions::default().with_time(0));
        last_change(&mut automerge)
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
        let bytes = changes.into_iter().collect::<Vec<_>>().concat();
        // `AutoCommit::load` answers a missing change with an error that does not say which.
        let mut automerge = AutoCommit::new();
        automerge.load_incremental(&bytes).map_err(|_| Unreadable::Damaged)?;
        let missing = automerge.get_missing_deps(&[]).into_iter();
        let missing: Vec<_> = missing.map(|hash| ChangeHash(hash.0)).collect();
        let maps = map_named(&automerge, ENTRIES).and_then(|entries| {
            let registers = map_named(&automerge, REGISTERS)?;
            Ok((entries, registers))
        });
        // Without its first change there is nothing to open, and nothing wrong with the others.
        let (entries, registers) = match maps {
            Err(_) if !missing.is_empty() => return Err(Unreadable::Incomplete(missing)),
            maps => maps?,
        };
        let opened = Self { automerge, entries, registers };
        Ok((opened, missing))
    }

    /// Adds changes of others.
    pub fn apply<'a>(
        &mut self,
        changes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<(), Unreadable> {
        let mut parsed = Vec::new();
        for bytes in changes {
            parsed.push(Change::from_bytes(bytes.to_vec()).map_err(|_| Unreadable::Damaged)?);
        }
        self.automerge.apply_changes(parsed).map_err(|_| Unreadable::Damaged)?;
        let missing = self.automerge.get_missing_deps(&[]);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Unreadable::Incomplete(missing.into_iter().map(|hash| ChangeHash(hash.0)).collect()))
    }

    /// Whether this is what the document says already. Automerge writes nothing for the same text
    /// again, and a deletion if the text is the winner of a conflict.
    pub fn says(&self, put: &Put) -> bool {
        let (map, name, text) = match put {
            Put::Entry { entry, text } => (&self.entries, entry.to_string(), text),
            Put::Register { name, text } => (&self.registers, name.clone(), text),
        };
        match self.automerge.get(map, name) {
            Ok(Some((value, _))) => value.as_str() == Some(text),
            Ok(None) | Err(_) => false,
        }
    }

    /// Makes one change of these puts, in this document and as bytes to store and send.
    pub fn mint(&mut self, actor: Actor, puts: &[Put]) -> (ChangeHash, Vec<u8>) {
        assert!(!puts.is_empty(), "a change says something");
        self.automerge.set_actor(ActorId::from(&actor.0[..]));
        for put in puts {
            let (map, name, text) = match put {
                Put::Entry { entry, text } => (&self.entries, entry.to_string(), text),
                Put::Register { name, text } => (&self.registers, name.clone(), text),
            };
            self.automerge.put(map, name, text.as_str()).expect("both maps are there from genesis");
        }
        // The time an author's clock said is part of the entry; here it would only cost bytes.
        self.automerge.commit_with(CommitOptions::default().with_time(0));
        last_change(&mut self.automerge)
    }

    pub fn entries(&self) -> Vec<(EntryId, Vec<Value>)> {
        self.values(&self.entries)
            .into_iter()
            .filter_map(|(name, values)| Some((name.parse().ok()?, values)))
            .collect()
    }

    pub fn registers(&self) -> Vec<(String, Vec<Value>)> {
        self.values(&self.registers)
    }

    pub fn entry(&self, entry: EntryId) -> Option<String> {
        match self.automerge.get(&self.entries, entry.to_string()) {
            Ok(Some((value, _))) => value.as_str().map(str::to_owned),
            Ok(None) | Err(_) => None,
        }
    }

    fn values(&self, map: &ObjId) -> Vec<(String, Vec<Value>)> {
        let items = self.automerge.map_range(map, ..);
        items
            .map(|item| {
                let values = if item.conflict {
                    self.conflicting(map, &item.key)
                } else {
                    self.value(&item.value, &item.id()).into_iter().collect()
                };
                (item.key.into_owned(), values)
            })
            .collect()
    }

    fn conflicting(&self, map: &ObjId, name: &str) -> Vec<Value> {
        let all = self.automerge.get_all(map, name).unwrap_or_default();
        all.into_iter()
            .filter_map(|(value, operation)| {
                let change = self.automerge.hash_for_opid(&operation)?;
                Some(Value { text: value.as_str()?.to_owned(), change: ChangeHash(change.0) })
            })
            .collect()
    }

    fn value(&self, value: &ValueRef<'_>, operation: &ObjId) -> Option<Value> {
        let ValueRef::Scalar(ScalarValueRef::Str(text)) = value else {
            return None;
        };
        let change = self.automerge.hash_for_opid(operation)?;
        Some(Value { text: text.to_string(), change: ChangeHash(change.0) })
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

fn map_named(automerge: &AutoCommit, name: &str) -> Result<ObjId, Unreadable> {
    match automerge.get(ROOT, name) {
        Ok(Some((value, id))) if value.is_object() => Ok(id),
        Ok(_) | Err(_) => Err(Unreadable::Damaged),
    }
}

fn last_change(automerge: &mut AutoCommit) -> (ChangeHash, Vec<u8>) {
    let mut change = automerge.get_last_local_change().expect("a change was committed just before");
    (ChangeHash(change.hash().0), change.bytes().into_owned())
}

#[cfg(test)]
mod tests;
