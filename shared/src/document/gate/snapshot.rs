//! A whole document in one chunk, as a server sends it to a device. Automerge inflates its columns
//! without a limit and panics at about forty places on columns that contradict each other, and in
//! a browser a panic ends the program. So the columns are inflated within a limit, the changes are
//! put together again from them, and every one of them has to pass the gate.

use super::body::{self, References, column};
use super::chunk::{self, Inflater, TYPE_DOCUMENT};
use super::columns::{self, Column, DEFLATED, kind};
use super::reader::Reader;
use super::{
    Actor, ChangeHash, Known, Limit, Limits, OpId, Operation, Rejected, Shape, SnapshotLimits,
    document_writer, replay,
};

/// A document that was read in full: what it holds, and what the next change may build on.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub heads: Vec<ChangeHash>,
    /// In the order in which they stand in it; genesis is the first.
    pub changes: Vec<ChangeHash>,
    pub known: Known,
}

/// Reads a document without calling automerge.
pub fn check_snapshot(
    bytes: &[u8],
    limits: &SnapshotLimits,
    shape: Shape,
) -> Result<Snapshot, Rejected> {
    if bytes.len() > limits.chunk_bytes_max {
        return Err(Rejected::TooMuch(Limit::Bytes));
    }
    let chunk = chunk::open(bytes)?;
    if chunk.kind != TYPE_DOCUMENT {
        return Err(Rejected::Malformed("not a document"));
    }
    if chunk::hash(TYPE_DOCUMENT, chunk.body).0[..4] != chunk.checksum {
        return Err(Rejected::Checksum);
    }
    let mut from = Reader::new(chunk.body);
    let actors = read_actors(&mut from, limits)?;
    let heads = read_heads(&mut from, limits)?;
    let change_list = columns::read_list(&mut from, limits.columns_max)?;
    let operation_list = columns::read_list(&mut from, limits.columns_max)?;
    let mut room = limits.inflated_bytes_max;
    let change_columns = inflate_columns(&mut from, &change_list, &mut room)?;
    let operation_columns = inflate_columns(&mut from, &operation_list, &mut room)?;
    let head_places = read_head_places(&mut from, heads.len())?;
    let rows = read_changes(&borrow(&change_columns), &actors, limits)?;
    let operations = read_operations(&borrow(&operation_columns), &actors, limits)?;
    let same_changes = document_writer::write_changes(&rows, &actors)? == change_columns;
    let same_operations =
        document_writer::write_operations(&operations, &actors)? == operation_columns;
    if !same_changes || !same_operations {
        return Err(Rejected::NotCanonical);
    }
    let snapshot = replay::replay(rows, operations, shape)?;
    let is_head = |(head, place): (&ChangeHash, &u64)| {
        usize::try_from(*place).ok().and_then(|place| snapshot.changes.get(place)) == Some(head)
    };
    if snapshot.heads != heads || !heads.iter().zip(&head_places).all(is_head) {
        return Err(Rejected::Malformed("other heads than its changes have"));
    }
    Ok(snapshot)
}

/// What the columns of changes say about one of them.
pub struct Row {
    pub actor: Actor,
    pub seq: u64,
    pub max_op: u64,
    pub time: i64,
    pub message: String,
    /// Places of other changes in the same list.
    pub dependencies: Vec<u64>,
}

pub const OVERWRITING: References = References {
    count: column::OVERWRITING,
    actor: column::OVERWRITING_ACTOR,
    counter: column::OVERWRITING_COUNTER,
};

/// Columns of changes. Source: the automerge binary format, "Document Chunk".
pub mod change_column {
    use super::kind;

    pub const ACTOR: u32 = kind::ACTOR;
    pub const SEQ: u32 = kind::DELTA;
    pub const MAX_OP: u32 = 1 << 4 | kind::DELTA;
    pub const TIME: u32 = 2 << 4 | kind::DELTA;
    pub const MESSAGE: u32 = 3 << 4 | kind::STRING;
    pub const DEPENDENCIES: u32 = 4 << 4 | kind::GROUP;
    pub const DEPENDENCY: u32 = 4 << 4 | kind::DELTA;
    pub const EXTRA_LENGTH: u32 = 5 << 4 | kind::VALUE_LENGTH;
    pub const ALL: [u32; 8] =
        [ACTOR, SEQ, MAX_OP, TIME, MESSAGE, DEPENDENCIES, DEPENDENCY, EXTRA_LENGTH];
    /// No bytes; what else stands here would be an author.
    pub const NO_EXTRA: u64 = 7;
}

fn read_actors(from: &mut Reader<'_>, limits: &SnapshotLimits) -> Result<Vec<Actor>, Rejected> {
    let count = from.unsigned()?;
    if count > limits.actors_max as u64 {
        return Err(Rejected::TooMuch(Limit::Actors));
    }
    let mut actors = Vec::new();
    for _ in 0..count {
        actors.push(body::read_actor(from)?);
    }
    if actors.is_sorted_by(|one, next| one < next) {
        Ok(actors)
    } else {
        Err(Rejected::NotCanonical)
    }
}

fn read_heads(from: &mut Reader<'_>, limits: &SnapshotLimits) -> Result<Vec<ChangeHash>, Rejected> {
    let count = from.unsigned()?;
    if count > limits.heads_max as u64 {
        return Err(Rejected::TooMuch(Limit::Heads));
    }
    let mut heads = Vec::new();
    for _ in 0..count {
        heads.push(ChangeHash(from.array()?));
    }
    if heads.is_sorted_by(|one, next| one < next) { Ok(heads) } else { Err(Rejected::NotCanonical) }
}

/// Older writers leave the places out.
fn read_head_places(from: &mut Reader<'_>, heads: usize) -> Result<Vec<u64>, Rejected> {
    if from.is_empty() {
        return Ok(Vec::new());
    }
    let places = (0..heads).map(|_| from.unsigned()).collect::<Result<_, _>>()?;
    if from.is_empty() {
        Ok(places)
    } else {
        Err(Rejected::Malformed("something follows the heads"))
    }
}

/// All columns share one allowance, so that many small bombs are one large one.
fn inflate_columns(
    from: &mut Reader<'_>,
    list: &[(u32, u64)],
    room: &mut usize,
) -> Result<Vec<(u32, Vec<u8>)>, Rejected> {
    let mut columns = Vec::new();
    let mut inflater = Inflater::default();
    for (number, length) in list {
        let bytes = from.bytes(*length)?;
        let bytes = match number & DEFLATED {
            0 => bytes.to_vec(),
            _ => inflater.inflate(bytes, *room)?.to_vec(),
        };
        *room = room.checked_sub(bytes.len()).ok_or(Rejected::TooMuch(Limit::InflatedBytes))?;
        columns.push((number & !DEFLATED, bytes));
    }
    Ok(columns)
}

fn borrow(columns: &[(u32, Vec<u8>)]) -> Vec<Column<'_>> {
    columns.iter().map(|(number, bytes)| Column { number: *number, bytes }).collect()
}

fn read_changes(
    columns: &[Column<'_>],
    actors: &[Actor],
    limits: &SnapshotLimits,
) -> Result<Vec<Row>, Rejected> {
    if columns.iter().any(|column| !change_column::ALL.contains(&column.number)) {
        return Err(Rejected::Author);
    }
    let bytes = |number| body::find(columns, number);
    let (max, limit) = (limits.changes_max, Limit::Changes);
    let authors = columns::rows::<u64>(bytes(change_column::ACTOR), max, limit)?;
    let seqs = columns::sums(bytes(change_column::SEQ), max, limit)?;
    let max_ops = columns::sums(bytes(change_column::MAX_OP), max, limit)?;
    let times = columns::sums(bytes(change_column::TIME), max, limit)?;
    let messages = columns::rows::<&str>(bytes(change_column::MESSAGE), max, limit)?;
    let counts = columns::rows::<u64>(bytes(change_column::DEPENDENCIES), max, limit)?;
    let places = columns::sums(bytes(change_column::DEPENDENCY), limits.operations_max, limit)?;
    let extras = columns::rows::<u64>(bytes(change_column::EXTRA_LENGTH), max, limit)?;
    if extras.iter().any(|extra| *extra != Some(change_column::NO_EXTRA)) {
        return Err(Rejected::Author);
    }
    let count = authors.len();
    let is_whole = |length: usize| length == count;
    let is_whole_or_absent = |length: usize| length == count || length == 0;
    if !is_whole(seqs.len())
        || !is_whole(max_ops.len())
        || !is_whole(counts.len())
        || !is_whole(extras.len())
        || !is_whole_or_absent(times.len())
        || !is_whole_or_absent(messages.len())
    {
        return Err(Rejected::Malformed("columns of different lengths"));
    }
    let mut places = places.into_iter();
    let mut rows = Vec::with_capacity(count);
    for row in 0..count {
        let place = authors[row].and_then(|place| usize::try_from(place).ok());
        let actor = place.and_then(|place| actors.get(place)).ok_or(Rejected::UnknownActor)?;
        let mut dependencies = Vec::new();
        for _ in 0..counts[row].ok_or(Rejected::Malformed("no count"))? {
            let place = places.next().flatten().ok_or(Rejected::Malformed("a place is missing"))?;
            dependencies.push(counter(Some(place), u64::MAX)?);
        }
        rows.push(Row {
            actor: *actor,
            seq: counter(seqs[row], limits.counter_max)?,
            max_op: counter(max_ops[row], limits.counter_max)?,
            time: times.get(row).copied().flatten().unwrap_or(0),
            message: messages.get(row).copied().flatten().unwrap_or("").to_owned(),
            dependencies,
        });
    }
    if places.next().is_some() {
        return Err(Rejected::Malformed("places that no change has"));
    }
    Ok(rows)
}

fn counter(sum: Option<i64>, max: u64) -> Result<u64, Rejected> {
    let counter = sum.and_then(|sum| u64::try_from(sum).ok());
    let counter = counter.ok_or(Rejected::Malformed("a counter below zero"))?;
    if counter <= max { Ok(counter) } else { Err(Rejected::TooMuch(Limit::Counter)) }
}

/// The operations with their ids, each naming those that overwrote it.
fn read_operations(
    columns: &[Column<'_>],
    actors: &[Actor],
    limits: &SnapshotLimits,
) -> Result<Vec<(OpId, Operation)>, Rejected> {
    let is_id =
        |column: &Column<'_>| [column::ID_ACTOR, column::ID_COUNTER].contains(&column.number);
    let (id_columns, others): (Vec<Column<'_>>, Vec<Column<'_>>) =
        columns.iter().copied().partition(is_id);
    let (max, limit) = (limits.operations_max, Limit::Operations);
    let ids = body::references(
        &columns::rows(body::find(&id_columns, column::ID_ACTOR), max, limit)?,
        &columns::sums(body::find(&id_columns, column::ID_COUNTER), max, limit)?,
    )?;
    let limits = Limits { operations_max: max, overwritten_max: max, ..Limits::IMPORT };
    let operations = body::read_operations(&others, actors, &OVERWRITING, &limits)?;
    if ids.len() != operations.len() {
        return Err(Rejected::Malformed("columns of different lengths"));
    }
    let with_id = |((actor, counter), operation): ((u64, u64), Operation)| {
        let actor = usize::try_from(actor).ok().and_then(|place| actors.get(place));
        let actor = *actor.ok_or(Rejected::UnknownActor)?;
        Ok((OpId { counter, actor }, operation))
    };
    ids.into_iter().zip(operations).map(with_id).collect()
}
