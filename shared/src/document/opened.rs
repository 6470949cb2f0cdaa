//! A document opened in automerge. The server writes its own documents with it, several puts in one
//! change, and tests hold [`super::Document`] to it. No part of what a device downloads.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, Change, ObjId, ROOT, ReadDoc, ScalarValueRef, ValueRef};

use super::{Actor, ChangeHash, ENTRIES, Put, REGISTERS, Unreadable, Value};
use crate::id::EntryId;

#[derive(Clone)]
pub struct Opened {
    automerge: AutoCommit,
    entries: ObjId,
    registers: ObjId,
}

impl Opened {
    /// Opens a document from all its changes, in any order, in one call: one by one costs the
    /// square of their number.
    pub fn load<'a>(changes: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, Unreadable> {
        match Self::load_what_is_there(changes)? {
            (opened, missing) if missing.is_empty() => Ok(opened),
            (_, missing) => Err(Unreadable::Incomplete(missing)),
        }
    }

    /// What is there, and what is missing that others build on.
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
        Ok((Self { automerge, entries, registers }, missing))
    }

    pub fn apply<'a>(
        &mut self,
        changes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<(), Unreadable> {
        let mut parsed = Vec::new();
        for bytes in changes {
            parsed.push(Change::from_bytes(bytes.to_vec()).map_err(|_| Unreadable::Damaged)?);
        }
        self.automerge.apply_changes(parsed).map_err(|_| Unreadable::Damaged)?;
        let missing = self.automerge.get_missing_deps(&[]).into_iter();
        let missing: Vec<_> = missing.map(|hash| ChangeHash(hash.0)).collect();
        if missing.is_empty() { Ok(()) } else { Err(Unreadable::Incomplete(missing)) }
    }

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
        let known = |(name, values): (String, _)| Some((name.parse().ok()?, values));
        self.values(&self.entries).into_iter().filter_map(known).collect()
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
                Some(Value { text: value.as_str()?.into(), change: ChangeHash(change.0) })
            })
            .collect()
    }

    fn value(&self, value: &ValueRef<'_>, operation: &ObjId) -> Option<Value> {
        let ValueRef::Scalar(ScalarValueRef::Str(text)) = value else {
            return None;
        };
        let change = self.automerge.hash_for_opid(operation)?;
        Some(Value { text: (&**text).into(), change: ChangeHash(change.0) })
    }
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
