//! Makes changes without automerge, and the same ones: what it would number, name and hash in its
//! way is numbered, named and hashed so here. `tests.rs` holds every change to that, byte for byte
//! where automerge does not deflate.

use super::gate::{Checked, Object, Operation, Scalar, sealed};
use super::reading::{Name, Reading};
use super::{Actor, ChangeHash, ENTRIES, Put, REGISTERS, SCHEMA, SCHEMA_VERSION};
use crate::ordered::BTreeSet;

/// The first change of a document: the schema and the two maps.
pub fn genesis(actor: Actor) -> Checked {
    let make = |key: &str, value| Operation {
        object: Object::Root,
        key: key.to_owned(),
        value,
        overwritten: Vec::new(),
    };
    let operations = vec![
        make(SCHEMA, Some(Scalar::Int(SCHEMA_VERSION))),
        make(ENTRIES, None),
        make(REGISTERS, None),
    ];
    written(actor, 1, 1, BTreeSet::new(), operations)
}

impl Reading {
    /// Makes one change of one put, which the document does not say yet, and reads it.
    pub fn mint(&mut self, actor: Actor, put: &Put) -> (ChangeHash, Vec<u8>) {
        let (names, name, text) = match put {
            Put::Entry { entry, text } => (&self.entries, Name::Entry(*entry), text),
            Put::Register { name, text } => (&self.registers, Name::of(name.clone()), text),
        };
        let map = names.made_by.expect("a document is open once both maps are there");
        let operation = Operation {
            object: Object::Made(map),
            value: Some(Scalar::Text(text.as_str().into())),
            overwritten: names.operations(&name),
            key: name.to_string(),
        };
        let mut dependencies = self.heads.clone();
        let last = self.last.get(&actor).copied();
        // Automerge names an actor's last change even where others built on it since.
        dependencies.extend(last.map(|(_, hash)| hash));
        let seq = last.map_or(1, |(seq, _)| seq + 1);
        let change = written(actor, seq, self.max_op + 1, dependencies, vec![operation]);
        let (hash, bytes) = (change.hash, change.bytes.clone());
        self.take_new(change).expect("it builds on what was read");
        (hash, bytes)
    }
}

fn written(
    actor: Actor,
    seq: u64,
    start_op: u64,
    dependencies: BTreeSet<ChangeHash>,
    operations: Vec<Operation>,
) -> Checked {
    let change = Checked {
        hash: ChangeHash([0; 32]),
        actor,
        seq,
        start_op,
        dependencies: dependencies.into_iter().collect(),
        other_actors: Vec::new(),
        // What an author's clock said is part of the entry; here it would only cost bytes.
        time: 0,
        message: String::new(),
        operations,
        bytes: Vec::new(),
    };
    sealed(change).expect("every actor that it names is in its list")
}
