//! Writes a change down as automerge writes it. The gate accepts only bytes that equal this second
//! writing of what it read, because only those come back the same out of a saved document.

use std::collections::BTreeSet;

use super::body::column;
use super::{Actor, Checked, Object, OpId, Operation, Rejected, Scalar};

pub fn write_unsigned(to: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        to.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

pub fn write_signed(to: &mut Vec<u8>, mut value: i64) {
    while !(-0x40..0x40).contains(&value) {
        to.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    to.push((value & 0x7f) as u8);
}

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
    let others = named_actors(change);
    write_unsigned(&mut to, others.len() as u64);
    for actor in &others {
        write_actor(&mut to, actor);
    }
    let columns = write_columns(change, &others)?;
    write_unsigned(
        &mut to,
        columns
            .iter()
            .filter(|(_, bytes)| !bytes.is_empty())
            .count() as u64,
    );
    for (number, bytes) in columns.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        write_unsigned(&mut to, u64::from(*number));
        write_unsigned(&mut to, bytes.len() as u64);
    }
    for (_, bytes) in columns {
        to.extend(bytes);
    }
    Ok(to)
}

/// The actors that operations name besides the author, in order, each once.
fn named_actors(change: &Checked) -> Vec<Actor> {
    let ids = change.operations.iter().flat_map(|operation| {
        let object = match operation.object {
            Object::Root => None,
            Object::Made(id) => Some(id),
        };
        object
            .into_iter()
            .chain(operation.overwritten.iter().copied())
    });
    let named: BTreeSet<Actor> = ids
        .map(|id| id.actor)
        .filter(|a| *a != change.actor)
        .collect();
    named.into_iter().collect()
}

fn write_columns(change: &Checked, others: &[Actor]) -> Result<Vec<(u32, Vec<u8>)>, Rejected> {
    let place = |id: OpId| {
        if id.actor == change.actor {
            return Ok(0);
        }
        let place = others
            .binary_search(&id.actor)
            .map_err(|_| Rejected::NotCanonical)?;
        Ok(place as u64 + 1)
    };
    let operations = &change.operations;
    let mut objects = Vec::with_capacity(operations.len());
    for operation in operations {
        objects.push(match operation.object {
            Object::Root => None,
            Object::Made(id) => Some((place(id)?, id.counter)),
        });
    }
    let mut overwritten = Vec::new();
    for id in operations
        .iter()
        .flat_map(|operation| &operation.overwritten)
    {
        overwritten.push((place(*id)?, id.counter.cast_signed()));
    }
    let mut insert = Vec::new();
    write_unsigned(&mut insert, operations.len() as u64);
    let mut values = Vec::new();
    let lengths: Vec<u64> = operations
        .iter()
        .map(|o| write_value(&mut values, o))
        .collect();
    let mut last = 0;
    let differences = overwritten.iter().map(|(_, counter)| {
        let difference = counter.wrapping_sub(last);
        last = *counter;
        Some(difference)
    });
    Ok(vec![
        (
            column::OBJECT_ACTOR,
            runs(objects.iter().map(|o| o.map(|(actor, _)| actor))),
        ),
        (
            column::OBJECT_COUNTER,
            runs(objects.iter().map(|o| o.map(|(_, counter)| counter))),
        ),
        (
            column::KEY,
            runs(operations.iter().map(|o| Some(o.key.as_str()))),
        ),
        (column::INSERT, insert),
        (
            column::ACTION,
            runs(operations.iter().map(|o| Some(action(o)))),
        ),
        (column::VALUE_LENGTH, runs(lengths.into_iter().map(Some))),
        (column::VALUE, values),
        (
            column::OVERWRITTEN,
            runs(operations.iter().map(|o| Some(o.overwritten.len() as u64))),
        ),
        (
            column::OVERWRITTEN_ACTOR,
            runs(overwritten.iter().map(|(actor, _)| Some(*actor))),
        ),
        (column::OVERWRITTEN_COUNTER, runs(differences)),
    ])
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

fn write_text(to: &mut Vec<u8>, text: &str) {
    write_unsigned(to, text.len() as u64);
    to.extend(text.as_bytes());
}

trait Written: PartialEq {
    fn write(&self, to: &mut Vec<u8>);
}

impl Written for u64 {
    fn write(&self, to: &mut Vec<u8>) {
        write_unsigned(to, *self);
    }
}

impl Written for i64 {
    fn write(&self, to: &mut Vec<u8>) {
        write_signed(to, *self);
    }
}

impl Written for &str {
    fn write(&self, to: &mut Vec<u8>) {
        write_text(to, self);
    }
}

/// Run lengths: equal neighbours as a count and the value, different ones as a negative count and
/// the values, nothings as zero and their count. A column of nothings alone is left out.
fn runs<T: Written>(values: impl Iterator<Item = Option<T>>) -> Vec<u8> {
    let mut to = Vec::new();
    let mut different: Vec<T> = Vec::new();
    let mut any_value = false;
    let mut values = values.peekable();
    while let Some(value) = values.next() {
        let mut count = 1_i64;
        while values.next_if_eq(&value).is_some() {
            count += 1;
        }
        match value {
            Some(value) if count == 1 => different.push(value),
            Some(value) => {
                write_different(&mut to, &mut different);
                write_signed(&mut to, count);
                value.write(&mut to);
            }
            None => {
                write_different(&mut to, &mut different);
                write_signed(&mut to, 0);
                write_unsigned(&mut to, count.unsigned_abs());
                continue;
            }
        }
        any_value = true;
    }
    write_different(&mut to, &mut different);
    if any_value { to } else { Vec::new() }
}

fn write_different<T: Written>(to: &mut Vec<u8>, different: &mut Vec<T>) {
    if different.is_empty() {
        return;
    }
    write_signed(to, -(different.len() as i64));
    for value in different.drain(..) {
        value.write(to);
    }
}
