//! Reads the body of a change into operations, within the limits and without trusting a length.

use std::sync::Arc;

use super::columns::{self, Column, DEFLATED};
use super::reader::Reader;
use super::{Actor, ChangeHash, Checked, Limit, Limits, Object, OpId, Operation, Rejected, Scalar};
use crate::document::Text;

/// Numbers of the columns that our operations use, and the codes in them. Source: the automerge
/// binary format, "Change Chunk" (automerge.org/automerge-binary-format-spec).
pub mod column {
    use super::columns::kind;

    const OF_OBJECT: u32 = 0;
    const OF_KEY: u32 = 1;
    const OF_ID: u32 = 2;
    const OF_INSERT: u32 = 3;
    const OF_ACTION: u32 = 4;
    const OF_VALUE: u32 = 5;
    const OF_OVERWRITTEN: u32 = 7;
    const OF_OVERWRITING: u32 = 8;

    pub const OBJECT_ACTOR: u32 = OF_OBJECT << 4 | kind::ACTOR;
    pub const OBJECT_COUNTER: u32 = OF_OBJECT << 4 | kind::INTEGER;
    pub const KEY: u32 = OF_KEY << 4 | kind::STRING;
    pub const INSERT: u32 = OF_INSERT << 4 | kind::BOOLEAN;
    pub const ACTION: u32 = OF_ACTION << 4 | kind::INTEGER;
    pub const VALUE_LENGTH: u32 = OF_VALUE << 4 | kind::VALUE_LENGTH;
    pub const VALUE: u32 = OF_VALUE << 4 | kind::VALUE;
    pub const OVERWRITTEN: u32 = OF_OVERWRITTEN << 4 | kind::GROUP;
    pub const OVERWRITTEN_ACTOR: u32 = OF_OVERWRITTEN << 4 | kind::ACTOR;
    pub const OVERWRITTEN_COUNTER: u32 = OF_OVERWRITTEN << 4 | kind::DELTA;

    // Only in documents, where operations of all writers stand by name: who wrote each, and what
    // overwrote it since.
    pub const ID_ACTOR: u32 = OF_ID << 4 | kind::ACTOR;
    pub const ID_COUNTER: u32 = OF_ID << 4 | kind::DELTA;
    pub const OVERWRITING: u32 = OF_OVERWRITING << 4 | kind::GROUP;
    pub const OVERWRITING_ACTOR: u32 = OF_OVERWRITING << 4 | kind::ACTOR;
    pub const OVERWRITING_COUNTER: u32 = OF_OVERWRITING << 4 | kind::DELTA;

    pub const MAKE_MAP: u64 = 0;
    pub const PUT: u64 = 1;

    pub const NOTHING: u64 = 0;
    pub const UINT: u64 = 3;
    pub const INT: u64 = 4;
    pub const TEXT: u64 = 6;
}

/// What the operations' columns say, row by row.
struct Rows<'a> {
    objects: Vec<Option<(u64, u64)>>,
    keys: Vec<Option<&'a str>>,
    actions: Vec<Option<u64>>,
    lengths: Vec<Option<u64>>,
    values: &'a [u8],
    counts: Vec<Option<u64>>,
    references: Vec<(u64, u64)>,
}

/// Reads everything but the hash and the bytes, which belong to the chunk around it.
pub fn read(body: &[u8], limits: &Limits) -> Result<Checked, Rejected> {
    let mut from = Reader::new(body);
    let dependencies = read_dependencies(&mut from, limits)?;
    let actor = read_actor(&mut from)?;
    let seq = from.unsigned()?;
    let start_op = from.unsigned()?;
    let time = from.signed()?;
    if !(-limits.time_abs_max..=limits.time_abs_max).contains(&time) {
        return Err(Rejected::TooMuch(Limit::Time));
    }
    let message = read_message(&mut from, limits)?;
    let other_actors = read_actors(&mut from, limits)?;
    let list = columns::read_list(&mut from, limits.columns_max)?;
    let columns = take_columns(&mut from, &list)?;
    // An author is the only thing the format keeps after the columns.
    if !from.is_empty() {
        return Err(Rejected::Author);
    }
    let all_actors: Vec<Actor> = [&[actor], &other_actors[..]].concat();
    let operations = read_operations(&columns, &all_actors, &OVERWRITTEN, limits)?;
    check_counters(start_op, seq, operations.len(), limits)?;
    let nothing = ChangeHash([0; 32]);
    Ok(Checked {
        hash: nothing,
        actor,
        seq,
        start_op,
        dependencies,
        other_actors,
        time,
        message,
        operations,
        bytes: Vec::new(),
    })
}

fn check_counters(start: u64, seq: u64, count: usize, limits: &Limits) -> Result<(), Rejected> {
    if count == 0 {
        return Err(Rejected::Empty);
    }
    let end = start.checked_add(count as u64).ok_or(Rejected::TooMuch(Limit::Counter))?;
    if start == 0 || seq == 0 {
        return Err(Rejected::Malformed("counting starts at one"));
    }
    if end > limits.counter_max || seq > limits.counter_max {
        return Err(Rejected::TooMuch(Limit::Counter));
    }
    Ok(())
}

fn read_dependencies(from: &mut Reader<'_>, limits: &Limits) -> Result<Vec<ChangeHash>, Rejected> {
    let count = from.unsigned()?;
    if count > limits.dependencies_max as u64 {
        return Err(Rejected::TooMuch(Limit::Dependencies));
    }
    let mut dependencies = Vec::new();
    for _ in 0..count {
        let hash = ChangeHash(from.array()?);
        if dependencies.last().is_some_and(|last| *last >= hash) {
            return Err(Rejected::NotCanonical);
        }
        dependencies.push(hash);
    }
    Ok(dependencies)
}

pub fn read_actor(from: &mut Reader<'_>) -> Result<Actor, Rejected> {
    let length = from.unsigned()?;
    if length != 16 {
        return Err(Rejected::TooMuch(Limit::ActorBytes));
    }
    Ok(Actor(from.array()?))
}

fn read_actors(from: &mut Reader<'_>, limits: &Limits) -> Result<Vec<Actor>, Rejected> {
    let count = from.unsigned()?;
    if count > limits.other_actors_max as u64 {
        return Err(Rejected::TooMuch(Limit::Actors));
    }
    (0..count).map(|_| read_actor(from)).collect()
}

fn read_message(from: &mut Reader<'_>, limits: &Limits) -> Result<String, Rejected> {
    let length = from.unsigned()?;
    if length > limits.message_bytes_max as u64 {
        return Err(Rejected::TooMuch(Limit::MessageBytes));
    }
    let text = std::str::from_utf8(from.bytes(length)?);
    text.map(str::to_owned).map_err(|_| Rejected::Malformed("not UTF-8"))
}

fn take_columns<'a>(
    from: &mut Reader<'a>,
    list: &[(u32, u64)],
) -> Result<Vec<Column<'a>>, Rejected> {
    let take = |(number, length): &(u32, u64)| {
        if number & DEFLATED != 0 {
            return Err(Rejected::Malformed("a compressed column in a change"));
        }
        Ok(Column { number: *number, bytes: from.bytes(*length)? })
    };
    list.iter().map(take).collect()
}

/// The columns of references between operations: how many each has, and their two halves.
pub struct References {
    pub count: u32,
    pub actor: u32,
    pub counter: u32,
}

pub const OVERWRITTEN: References = References {
    count: column::OVERWRITTEN,
    actor: column::OVERWRITTEN_ACTOR,
    counter: column::OVERWRITTEN_COUNTER,
};

/// Reads operations out of their columns. `overwritten` is what the column of references says,
/// which in a document is the other direction.
pub fn read_operations(
    columns: &[Column<'_>],
    actors: &[Actor],
    names: &References,
    limits: &Limits,
) -> Result<Vec<Operation>, Rejected> {
    let known = [
        column::OBJECT_ACTOR,
        column::OBJECT_COUNTER,
        column::KEY,
        column::INSERT,
        column::ACTION,
        column::VALUE_LENGTH,
        column::VALUE,
        names.count,
        names.actor,
        names.counter,
    ];
    if columns.iter().any(|column| !known.contains(&column.number)) {
        return Err(Rejected::Shape("a column that puts into maps do not have"));
    }
    into_operations(&read_rows(columns, names, limits)?, actors)
}

fn read_rows<'a>(
    columns: &[Column<'a>],
    names: &References,
    limits: &Limits,
) -> Result<Rows<'a>, Rejected> {
    let bytes = |number| find(columns, number);
    let (max, limit) = (limits.operations_max, Limit::Operations);
    let (_, inserts) = columns::booleans(bytes(column::INSERT), max)?;
    if inserts {
        return Err(Rejected::Shape("an insertion into a list"));
    }
    let references_max = limits.overwritten_max;
    let actors = columns::rows(bytes(names.actor), references_max, Limit::Overwritten)?;
    let counters = columns::sums(bytes(names.counter), references_max, Limit::Overwritten)?;
    Ok(Rows {
        objects: pairs(
            &columns::rows(bytes(column::OBJECT_ACTOR), max, limit)?,
            &columns::rows(bytes(column::OBJECT_COUNTER), max, limit)?,
        )?,
        keys: columns::rows(bytes(column::KEY), max, limit)?,
        actions: columns::rows(bytes(column::ACTION), max, limit)?,
        lengths: columns::rows(bytes(column::VALUE_LENGTH), max, limit)?,
        values: bytes(column::VALUE),
        counts: columns::rows(bytes(names.count), max, limit)?,
        references: references(&actors, &counters)?,
    })
}

pub fn find<'a>(columns: &[Column<'a>], number: u32) -> &'a [u8] {
    columns.iter().find(|column| column.number == number).map_or(&[], |column| column.bytes)
}

/// Two columns that are both there or both not, in every row.
fn pairs(
    actors: &[Option<u64>],
    counters: &[Option<u64>],
) -> Result<Vec<Option<(u64, u64)>>, Rejected> {
    if actors.len() != counters.len() {
        return Err(Rejected::Malformed("columns of different lengths"));
    }
    let join = |(actor, counter): (&Option<u64>, &Option<u64>)| match (actor, counter) {
        (None, None) => Ok(None),
        (Some(actor), Some(counter)) => Ok(Some((*actor, *counter))),
        (Some(_), None) | (None, Some(_)) => Err(Rejected::Malformed("half an id")),
    };
    actors.iter().zip(counters).map(join).collect()
}

/// Ids of operations: every one whole, no counter below zero.
pub fn references(
    actors: &[Option<u64>],
    counters: &[Option<i64>],
) -> Result<Vec<(u64, u64)>, Rejected> {
    if actors.len() != counters.len() {
        return Err(Rejected::Malformed("columns of different lengths"));
    }
    let join = |(actor, counter): (&Option<u64>, &Option<i64>)| match (actor, counter) {
        (Some(actor), Some(counter)) => match u64::try_from(*counter) {
            Ok(counter) => Ok((*actor, counter)),
            Err(_) => Err(Rejected::Malformed("a counter below zero")),
        },
        (None, _) | (_, None) => Err(Rejected::Malformed("half an id")),
    };
    actors.iter().zip(counters).map(join).collect()
}

fn into_operations(rows: &Rows<'_>, actors: &[Actor]) -> Result<Vec<Operation>, Rejected> {
    let id = |(actor, counter): (u64, u64)| {
        let actor = usize::try_from(actor).ok().and_then(|place| actors.get(place));
        let actor = *actor.ok_or(Rejected::UnknownActor)?;
        Ok::<_, Rejected>(OpId { counter, actor })
    };
    let count = rows.actions.len();
    let is_whole = |length: usize| length == count;
    // Documents without a single object id leave both columns out.
    let has_objects = !rows.objects.is_empty();
    if !is_whole(rows.keys.len())
        || !is_whole(rows.lengths.len())
        || !is_whole(rows.counts.len())
        || has_objects && !is_whole(rows.objects.len())
    {
        return Err(Rejected::Malformed("columns of different lengths"));
    }
    let mut values = Values::of(rows.values);
    let mut references = rows.references.iter().copied();
    let mut operations = Vec::with_capacity(count);
    for row in 0..count {
        let object = match rows.objects.get(row).copied().flatten() {
            None => Object::Root,
            Some(made) => Object::Made(id(made)?),
        };
        let key = rows.keys[row].ok_or(Rejected::Shape("not a name in a map"))?.to_owned();
        let value = values.next(rows.actions[row], rows.lengths[row])?;
        let mut overwritten: Vec<OpId> = Vec::new();
        for _ in 0..rows.counts[row].ok_or(Rejected::Malformed("no count"))? {
            let reference = references.next().ok_or(Rejected::Malformed("an id is missing"))?;
            let reference = id(reference)?;
            if overwritten.last().is_some_and(|last| *last >= reference) {
                return Err(Rejected::NotCanonical);
            }
            overwritten.push(reference);
        }
        operations.push(Operation { object, key, value, overwritten });
    }
    if !values.rest.is_empty() || references.next().is_some() {
        return Err(Rejected::Malformed("values that no operation has"));
    }
    Ok(operations)
}

/// The column of values, read one after another.
struct Values<'a> {
    rest: Reader<'a>,
    passed: usize,
    /// All of it as one text, of which texts are pieces. Nothing where a number stands between them
    /// that is none: then each is a text of its own.
    all: Option<Arc<str>>,
}

impl<'a> Values<'a> {
    fn of(column: &'a [u8]) -> Self {
        let all = std::str::from_utf8(column).ok().map(Arc::from);
        Self { rest: Reader::new(column), passed: 0, all }
    }

    /// The value of one operation; nothing if it makes a map.
    fn next(
        &mut self,
        action: Option<u64>,
        length: Option<u64>,
    ) -> Result<Option<Scalar>, Rejected> {
        let length = length.ok_or(Rejected::Malformed("no length"))?;
        let (length, kind) = (length >> 4, length & 0b1111);
        let taken = self.rest.bytes(length)?;
        let place = self.passed..self.passed + taken.len();
        self.passed = place.end;
        let mut bytes = Reader::new(taken);
        let value = match (action, kind) {
            (Some(column::MAKE_MAP), column::NOTHING) => None,
            (Some(column::PUT), column::TEXT) => {
                let shared = self.all.as_ref().and_then(|all| Text::within(all, place));
                let own = || std::str::from_utf8(taken).ok().map(Text::from);
                let text = shared.or_else(own).ok_or(Rejected::Malformed("not UTF-8"))?;
                return Ok(Some(Scalar::Text(text)));
            }
            (Some(column::PUT), column::INT) => Some(Scalar::Int(bytes.signed()?)),
            (Some(column::PUT), column::UINT) => Some(Scalar::Uint(bytes.unsigned()?)),
            (Some(column::MAKE_MAP | column::PUT), _) => {
                return Err(Rejected::Shape("a value that is neither text nor a whole number"));
            }
            (Some(_), _) => return Err(Rejected::Shape("neither puts a value nor makes a map")),
            (None, _) => return Err(Rejected::Malformed("no action")),
        };
        match bytes.is_empty() {
            true => Ok(value),
            false => Err(Rejected::Malformed("a value with more bytes")),
        }
    }
}
