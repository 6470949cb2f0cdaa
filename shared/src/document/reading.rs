//! A document read straight from its changes: the two maps that the gate lets changes write into,
//! and what the next change has to know. Opening one in automerge takes three times as long and a
//! multiple of the memory, and the library is half of what a device would have to download.

use std::fmt;

use super::gate::{Checked, Inflater, Limits, Object, OpId, Operation, Scalar, read_stored};
use super::{Actor, ChangeHash, ENTRIES, REGISTERS, SCHEMA, Value};
use crate::arrange::Arrange;
use crate::id::EntryId;
use crate::ordered::{BTreeMap, BTreeSet};

#[derive(Clone, Default)]
pub struct Reading {
    /// What is here, and whether it was read or waits for what it builds on.
    known: BTreeMap<ChangeHash, bool>,
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
    values: BTreeMap<Name, Standing>,
}

/// What something is called in a map. Entries are called by their ids, of which there are thousands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    Entry(EntryId),
    Other(Box<str>),
}

/// What nothing has replaced, the winner last and nearly always alone. A number, which a register may
/// hold and none of our writers writes, has its place and no value.
#[derive(Clone)]
struct Standing {
    winner: (OpId, Option<Value>),
    others: Vec<(OpId, Option<Value>)>,
}

/// Not written as documents of ours are. Nothing that passed the gate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unusual;

impl Reading {
    /// Adds changes, in any order. After an error what is read is of no use.
    pub fn add<'a>(&mut self, changes: impl IntoIterator<Item = &'a [u8]>) -> Result<(), Unusual> {
        let mut inflater = Inflater::default();
        for bytes in changes {
            let change = read_stored(bytes, &Limits::IMPORT, &mut inflater);
            let change = change.map_err(|_| Unusual)?;
            self.take_new(change)?;
        }
        Ok(())
    }

    /// Changes that others build on and that are not here.
    pub fn missing(&self) -> Vec<ChangeHash> {
        let waiting = self.waiting.values().flatten();
        let needed: BTreeSet<_> = waiting.flat_map(|change| &change.dependencies).collect();
        needed.into_iter().filter(|hash| !self.known.contains_key(hash)).copied().collect()
    }

    /// Whether the first change is here, which makes the two maps.
    pub fn has_begun(&self) -> bool {
        self.entries.made_by.is_some() && self.registers.made_by.is_some()
    }

    pub(super) fn take_new(&mut self, change: Checked) -> Result<(), Unusual> {
        if self.known.contains_key(&change.hash) { Ok(()) } else { self.take(change) }
    }

    /// A change whose time has come, and then those that waited for it.
    fn take(&mut self, change: Checked) -> Result<(), Unusual> {
        let mut ready = vec![change];
        while let Some(change) = ready.pop() {
            let is_read = |hash: &&ChangeHash| self.known.get(hash) == Some(&true);
            let missing = change.dependencies.iter().find(|hash| !is_read(hash));
            self.known.insert(change.hash, missing.is_none());
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
            names.put(Name::of(key), (id, value), &overwritten);
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
    pub(super) fn all(&self) -> Vec<(String, Vec<Value>)> {
        let texts = |all: &Standing| all.iter().filter_map(|(_, value)| value.clone()).collect();
        self.values.iter().map(|(name, all)| (name.to_string(), texts(all))).collect()
    }

    pub(super) fn each(&self) -> impl Iterator<Item = (&Name, &Value)> {
        self.values.iter().flat_map(|(name, all)| {
            all.iter().filter_map(move |(_, value)| Some((name, value.as_ref()?)))
        })
    }

    pub(super) fn winner(&self, name: &Name) -> Option<&str> {
        let (_, value) = &self.values.get(name)?.winner;
        Some(&value.as_ref()?.text)
    }

    fn put(&mut self, name: Name, new: (OpId, Option<Value>), overwritten: &[OpId]) {
        let Some(standing) = self.values.find_mut(&name) else {
            self.values.insert(name, Standing { winner: new, others: Vec::new() });
            return;
        };
        let before = std::mem::replace(&mut standing.winner, new);
        let all = &mut standing.others;
        all.push(before);
        all.retain(|(old, _)| !overwritten.contains(old));
        if all.last().is_some_and(|(last, _)| *last > standing.winner.0) {
            let winner = all.pop().expect("it is the last");
            all.push(std::mem::replace(&mut standing.winner, winner));
            all.arrange_by_key(|(id, _)| *id);
        }
    }

    /// What the next value under this name replaces, in rising order.
    pub(super) fn operations(&self, name: &Name) -> Vec<OpId> {
        let standing = self.values.get(name).into_iter();
        standing.flat_map(|all| all.iter().map(|(id, _)| *id)).collect()
    }
}

impl Standing {
    fn iter(&self) -> impl Iterator<Item = &(OpId, Option<Value>)> {
        self.others.iter().chain([&self.winner])
    }
}

impl Name {
    pub fn of(name: String) -> Self {
        match name.parse() {
            Ok(entry) => Self::Entry(entry),
            Err(_) => Self::Other(name.into()),
        }
    }

    pub fn entry(&self) -> Option<EntryId> {
        match self {
            Self::Entry(entry) => Some(*entry),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(entry) => entry.fmt(f),
            Self::Other(name) => f.write_str(name),
        }
    }
}
