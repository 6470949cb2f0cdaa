//! A document read straight from its changes: the two maps that the gate lets changes write into,
//! and what the next change has to know. Opening one in automerge takes three times as long and a
//! multiple of the memory, and the library is half of what a device would have to download.

use super::gate::{Checked, Limits, Object, OpId, Operation, Scalar, read_stored};
use super::{Actor, ChangeHash, ENTRIES, REGISTERS, SCHEMA, Value};
use crate::arrange::Arrange;
use crate::ordered::{BTreeMap, BTreeSet};

#[derive(Clone, Default)]
pub struct Reading {
    /// Read, or waiting for what they build on.
    known: BTreeSet<ChangeHash>,
    read: BTreeSet<ChangeHash>,
    /// By one change that each builds on and that is not here.
    waiting: BTreeMap<ChangeHash, Vec<Checked>>,
    /// What was read and nothing that was read builds on.
    pub(super) heads: BTreeSet<ChangeHash>,
    /// The highest counter of an operation that was read.
    pub(super) max_op: u64,
    /// The number and the hash of each actor's last change.
    pub(super) last: BTreeMap<Actor, (u64, ChangeHash)>,
    pub(super) entries: Names,
    pub(super) registers: Names,
}

/// One of the two maps.
#[derive(Clone, Default)]
pub struct Names {
    pub(super) made_by: Option<OpId>,
    /// By name: what nothing has replaced, the winner last. A number, which a register may hold and
    /// none of our writers writes, has its place and no value.
    values: BTreeMap<String, Vec<(OpId, Option<Value>)>>,
}

/// Not written as documents of ours are. Nothing that passed the gate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unusual;

impl Reading {
    /// Adds changes, in any order. After an error what is read is of no use.
    pub fn add<'a>(&mut self, changes: impl IntoIterator<Item = &'a [u8]>) -> Result<(), Unusual> {
        for bytes in changes {
            let change = read_stored(bytes, &Limits::IMPORT).map_err(|_| Unusual)?;
            self.take_new(change)?;
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

    pub(super) fn take_new(&mut self, change: Checked) -> Result<(), Unusual> {
        if self.known.insert(change.hash) { self.take(change) } else { Ok(()) }
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
            let number = self.last.get(&change.actor).map_or(1, |(last, _)| last + 1);
            // Two branches of one actor: one of them should not be there.
            if number != change.seq {
                return Err(Unusual);
            }
            self.last.insert(change.actor, (number, change.hash));
            self.max_op = self.max_op.max(change.max_op());
            for dependency in &change.dependencies {
                self.heads.remove(dependency);
            }
            self.heads.insert(change.hash);
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
            let value = match value {
                Some(Scalar::Text(text)) => Some(Value { text, change: hash }),
                Some(Scalar::Int(_) | Scalar::Uint(_)) => None,
                None => return Err(Unusual),
            };
            let values = names.values.entry(key).or_default();
            values.retain(|(old, _)| !overwritten.contains(old));
            values.push((id, value));
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
        let texts = |all: &[(OpId, Option<Value>)]| {
            all.iter().filter_map(|(_, value)| value.clone()).collect()
        };
        self.values.iter().map(|(name, all)| (name.clone(), texts(all))).collect()
    }

    fn winner(&self, name: &str) -> Option<&str> {
        let (_, value) = self.values.get(name)?.last()?;
        Some(&value.as_ref()?.text)
    }

    /// What the next value under this name replaces, in rising order.
    pub(super) fn operations(&self, name: &str) -> Vec<OpId> {
        let values = self.values.get(name).map_or(&[][..], Vec::as_slice);
        values.iter().map(|(id, _)| *id).collect()
    }
}
