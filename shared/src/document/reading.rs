//! A document read straight from its changes. Opening one in automerge makes everything ready for
//! writing, which most documents never are on a device: reading alone takes a third of the time and
//! a fraction of the memory. What is not as our own writers write it is left to automerge.

use std::collections::{BTreeMap, BTreeSet};

use super::gate::{Checked, Limits, Object, OpId, Operation, Scalar, read_stored};
use super::{Actor, ChangeHash, ENTRIES, REGISTERS, SCHEMA, Value};
use crate::arrange::Arrange;

#[derive(Clone, Default)]
pub struct Reading {
    /// Read, or waiting for what they build on.
    known: BTreeSet<ChangeHash>,
    read: BTreeSet<ChangeHash>,
    /// By one change that each builds on and that is not here.
    waiting: BTreeMap<ChangeHash, Vec<Checked>>,
    /// The number of each actor's last change.
    last: BTreeMap<Actor, u64>,
    entries: Names,
    registers: Names,
}

/// One of the two maps.
#[derive(Clone, Default)]
struct Names {
    made_by: Option<OpId>,
    /// By name: the values that nothing has replaced, the winner last.
    values: BTreeMap<String, Vec<(OpId, Value)>>,
}

/// Not written as documents of ours are: automerge has to say what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unusual;

impl Reading {
    /// Adds changes, in any order. After an error what is read is of no use.
    pub fn add<'a>(&mut self, changes: impl IntoIterator<Item = &'a [u8]>) -> Result<(), Unusual> {
        for bytes in changes {
            let change = read_stored(bytes, &Limits::IMPORT).map_err(|_| Unusual)?;
            if self.known.insert(change.hash) {
                self.take(change)?;
            }
        }
        Ok(())
    }

    /// Changes that others build on and that are not here.
    pub fn missing(&self) -> Vec<ChangeHash> {
        let waiting = self.waiting.values().flatten();
        let needed: BTreeSet<_> = waiting.flat_map(|change| &change.dependencies).collect();
        needed.into_iter().filter(|hash| !self.known.contains(hash)).copied().collect()
    }

    /// Whether the first change is here, which makes the two maps.
    pub fn has_begun(&self) -> bool {
        self.entries.made_by.is_some() && self.registers.made_by.is_some()
    }

    pub fn entries(&self) -> Vec<(String, Vec<Value>)> {
        self.entries.all()
    }

    pub fn registers(&self) -> Vec<(String, Vec<Value>)> {
        self.registers.all()
    }

    pub fn entry(&self, name: &str) -> Option<&str> {
        self.entries.winner(name)
    }

    pub fn register(&self, name: &str) -> Option<&str> {
        self.registers.winner(name)
    }

    /// A change whose time has come, and then those that waited for it.
    fn take(&mut self, change: Checked) -> Result<(), Unusual> {
        let mut ready = vec![change];
        while let Some(change) = ready.pop() {
            let missing = change.dependencies.iter().find(|hash| !self.read.contains(hash));
            if let Some(missing) = missing.copied() {
                self.waiting.entry(missing).or_default().push(change);
                continue;
            }
            let last = self.last.entry(change.actor).or_default();
            *last += 1;
            // Two branches of one actor: one of them should not be there.
            if *last != change.seq {
                return Err(Unusual);
            }
            self.read.insert(change.hash);
            let follow = self.waiting.remove(&change.hash);
            self.operate(change)?;
            ready.extend(follow.into_iter().flatten());
        }
        Ok(())
    }

    fn operate(&mut self, change: Checked) -> Result<(), Unusual> {
        let (hash, actor, start_op) = (change.hash, change.actor, change.start_op);
        for (counter, operation) in (start_op..).zip(change.operations) {
            let id = OpId { counter, actor };
            let Operation { object, key, value, overwritten } = operation;
            let names = match object {
                Object::Root => {
                    self.begin(id, &key, value, &overwritten)?;
                    continue;
                }
                Object::Made(made) if self.entries.made_by == Some(made) => &mut self.entries,
                Object::Made(made) if self.registers.made_by == Some(made) => &mut self.registers,
                Object::Made(_) => return Err(Unusual),
            };
            let Some(Scalar::Text(text)) = value else {
                return Err(Unusual);
            };
            let values = names.values.entry(key).or_default();
            values.retain(|(old, _)| !overwritten.contains(old));
            values.push((id, Value { text, change: hash }));
            if values.len() > 1 {
                values.arrange_by_key(|(id, _)| *id);
            }
        }
        Ok(())
    }

    /// What the first change does, and nothing after it.
    fn begin(
        &mut self,
        id: OpId,
        key: &str,
        value: Option<Scalar>,
        overwritten: &[OpId],
    ) -> Result<(), Unusual> {
        let names = match (key, value) {
            (SCHEMA, Some(Scalar::Int(_))) if overwritten.is_empty() => return Ok(()),
            (ENTRIES, None) => &mut self.entries,
            (REGISTERS, None) => &mut self.registers,
            (_, _) => return Err(Unusual),
        };
        match names.made_by.replace(id) {
            None => Ok(()),
            Some(_) => Err(Unusual),
        }
    }
}

impl Names {
    fn all(&self) -> Vec<(String, Vec<Value>)> {
        let values = |all: &[(OpId, Value)]| all.iter().map(|(_, value)| value.clone()).collect();
        self.values.iter().map(|(name, all)| (name.clone(), values(all))).collect()
    }

    fn winner(&self, name: &str) -> Option<&str> {
        let (_, value) = self.values.get(name)?.last()?;
        Some(&value.text)
    }
}
