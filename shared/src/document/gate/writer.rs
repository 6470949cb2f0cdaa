//! Writes a change down as automerge writes it. The gate accepts only bytes that equal this second
//! writing of what it read, because only those come back the same out of a saved document.

use super::body::{OVERWRITTEN, References, column};
use super::encoding::{differences, runs, write_signed, write_text, write_unsigned};
use super::{Actor, Checked, Object, OpId, Operation, Rejected, Scalar};
use crate::ordered::BTreeSet;

/// Number and bytes of each column that is not empty, in the order of the numbers.
pub type Columns = Vec<(u32, Vec<u8>)>;

/// The body of a change: everything after the header of its chunk.
pub fn write_body(change: &Checked) -> Result<Vec<u8>, Rejected> {
    let mut to = Vec::new();
    write_unsigned(&mut to, change.dependencies.len() as u64);
    for dependency in &change.dependencies {
        to.extend(dependency.0);
    }
    write_actor(&mut to, &change.actor);
    write_unsigned(&mut to, change.seq);
    write_unsigned(&mut to, change.start_op);
    write_signed(&mut to, change.time);
    write_text(&mut to, &change.message);
    let others = change.named_actors();
    write_unsigned(&mut to, others.len() as u64);
    for actor in &others {
        write_actor(&mut to, actor);
    }
    let place = |actor: Actor| {
        if actor == change.actor {
            return Some(0);
        }
        others.binary_search(&actor).ok().map(|place| place as u64 + 1)
    };
    let operations: Vec<&Operation> = change.operations.iter().collect();
    let columns = operation_columns(&operations, &OVERWRITTEN, place)?;
    write_unsigned(&mut to, columns.len() as u64);
    for (number, bytes) in &columns {
        write_unsigned(&mut to, u64::from(*number));
        write_unsigned(&mut to, bytes.len() as u64);
    }
    for (_, bytes) in columns {
        to.extend(bytes);
    }
    Ok(to)
}

impl Checked {
    /// The actors that operations name besides the author, in order, each once.
    pub(crate) fn named_actors(&self) -> Vec<Actor> {
        let ids = self.operations.iter().flat_map(|operation| {
            let object = match operation.object {
                Object::Root => None,
                Object::Made(id) => Some(id),
            };
            object.into_iter().chain(operation.overwritten.iter().copied())
        });
        let named: BTreeSet<Actor> = ids.map(|id| id.actor).filter(|a| *a != self.actor).collect();
        named.into_iter().collect()
    }
}

/// The columns of operations. `place` answers where an actor stands in the list of actors.
pub fn operation_columns(
    operations: &[&Operation],
    names: &References,
    place: impl Fn(Actor) -> Option<u64>,
) -> Result<Columns, Rejected> {
    let half_ids = |id: OpId| {
        let place = place(id.actor).ok_or(Rejected::NotCanonical)?;
        Ok((place, id.counter))
    };
    let mut objects = Vec::with_capacity(operations.len());
    let mut references = Vec::new();
    let mut values = Vec::new();
    let mut lengths = Vec::with_capacity(operations.len());
    for operation in operations {
        objects.push(match operation.object {
            Object::Root => None,
            Object::Made(id) => Some(half_ids(id)?),
        });
        for id in &operation.overwritten {
            references.push(half_ids(*id)?);
        }
        lengths.push(write_value(&mut values, operation));
    }
    let mut insert = Vec::new();
    write_unsigned(&mut insert, operations.len() as u64);
    let counts = operations.iter().map(|o| Some(o.overwritten.len() as u64));
    let counters = references.iter().map(|(_, counter)| counter.cast_signed());
    let columns = vec![
        (column::OBJECT_ACTOR, runs(objects.iter().map(|o| o.map(|(actor, _)| actor)))),
        (column::OBJECT_COUNTER, runs(objects.iter().map(|o| o.map(|(_, counter)| counter)))),
        (column::KEY, runs(operations.iter().map(|o| Some(o.key.as_str())))),
        (column::INSERT, insert),
        (column::ACTION, runs(operations.iter().map(|o| Some(action(o))))),
        (column::VALUE_LENGTH, runs(lengths.into_iter().map(Some))),
        (column::VALUE, values),
        (names.count, runs(counts)),
        (names.actor, runs(references.iter().map(|(actor, _)| Some(*actor)))),
        (names.counter, differences(counters)),
    ];
    Ok(columns.into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect())
}

fn action(operation: &Operation) -> u64 {
    match operation.value {
        None => column::MAKE_MAP,
        Some(_) => column::PUT,
    }
}

/// Writes the value's bytes and answers its length with its type in the low four bits.
fn write_value(to: &mut Vec<u8>, operation: &Operation) -> u64 {
    let start = to.len();
    let kind = match &operation.value {
        None => return column::NOTHING,
        Some(Scalar::Text(text)) => {
            to.extend(text.as_bytes());
            column::TEXT
        }
        Some(Scalar::Int(number)) => {
            write_signed(to, *number);
            column::INT
        }
        Some(Scalar::Uint(number)) => {
            write_unsigned(to, *number);
            column::UINT
        }
    };
    ((to.len() - start) as u64) << 4 | kind
}

fn write_actor(to: &mut Vec<u8>, actor: &Actor) {
    write_unsigned(to, actor.0.len() as u64);
    to.extend(actor.0);
}
