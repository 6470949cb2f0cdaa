//! Puts the changes of a document together again from its columns and lets each pass the gate, so
//! that what automerge builds on afterwards contradicts nothing.

use std::collections::VecDeque;

use crate::arrange::Arrange;
use crate::ordered::{BTreeMap, BTreeSet};

use super::chunk::sealed;
use super::snapshot::Row;
use super::{
    Actor, ChangeHash, Checked, Known, Object, OpId, Operation, Rejected, Shape, Snapshot, admit,
};

/// What one actor wrote, in the order of its counters.
type Queues = BTreeMap<Actor, VecDeque<(u64, Operation)>>;

pub fn replay(
    rows: Vec<Row>,
    operations: Vec<(OpId, Operation)>,
    shape: Shape,
) -> Result<Snapshot, Rejected> {
    let mut queues = by_actor(operations)?;
    let mut changes: Vec<ChangeHash> = Vec::with_capacity(rows.len());
    let mut heads = BTreeSet::new();
    let mut known: Option<Known> = None;
    for row in rows {
        let change = rebuild(row, &mut queues, &changes)?;
        for dependency in &change.dependencies {
            heads.remove(dependency);
        }
        heads.insert(change.hash);
        changes.push(change.hash);
        match &mut known {
            None => known = Some(Known::with_genesis(&change)?),
            Some(known) => known.note(admit(change, known, shape)?.change()),
        }
    }
    if queues.values().any(|queue| !queue.is_empty()) {
        return Err(Rejected::Malformed("operations that no change has"));
    }
    let known = known.ok_or(Rejected::Empty)?;
    Ok(Snapshot { heads: heads.into_iter().collect(), changes, known })
}

/// Turns "overwritten by" into "overwrites" and sorts by writer. In a document operations stand by
/// map, name and id, and automerge searches them by that order without looking.
fn by_actor(operations: Vec<(OpId, Operation)>) -> Result<Queues, Rejected> {
    if !operations.is_sorted_by(|one, next| place(one) < place(next)) {
        return Err(Rejected::NotCanonical);
    }
    let mut overwrites: BTreeMap<OpId, Vec<OpId>> = BTreeMap::new();
    for (id, operation) in &operations {
        for later in &operation.overwritten {
            overwrites.entry(*later).or_default().push(*id);
        }
    }
    let mut queues: BTreeMap<Actor, Vec<(u64, Operation)>> = BTreeMap::new();
    for (id, mut operation) in operations {
        operation.overwritten = overwrites.remove(&id).unwrap_or_default();
        queues.entry(id.actor).or_default().push((id.counter, operation));
    }
    // Nothing is left of a document without deletions.
    if !overwrites.is_empty() {
        return Err(Rejected::Shape("neither puts a value nor makes a map"));
    }
    let sorted = |(actor, mut queue): (Actor, Vec<(u64, Operation)>)| {
        queue.arrange_by_key(|(counter, _)| *counter);
        (actor, queue.into())
    };
    Ok(queues.into_iter().map(sorted).collect())
}

fn place((id, operation): &(OpId, Operation)) -> (Object, &str, OpId) {
    (operation.object, &operation.key, *id)
}

/// The change that this row and the next operations of its actor make.
fn rebuild(row: Row, queues: &mut Queues, earlier: &[ChangeHash]) -> Result<Checked, Rejected> {
    let queue = queues.find_mut(&row.actor).ok_or(Rejected::Empty)?;
    let start_op = queue.front().ok_or(Rejected::Empty)?.0;
    let mut operations = Vec::new();
    while let Some((counter, operation)) = queue.pop_front_if(|(counter, _)| *counter <= row.max_op)
    {
        if counter != start_op + operations.len() as u64 {
            return Err(Rejected::Malformed("counters with a gap"));
        }
        operations.push(operation);
    }
    // Also refuses a row without operations of its own.
    if start_op.checked_add(operations.len() as u64) != Some(row.max_op + 1) {
        return Err(Rejected::Malformed("counters with a gap"));
    }
    let hash_at = |place: &u64| {
        let place = usize::try_from(*place).ok();
        place.and_then(|place| earlier.get(place)).copied()
    };
    let dependencies: Option<Vec<ChangeHash>> = row.dependencies.iter().map(hash_at).collect();
    let dependencies = dependencies.ok_or(Rejected::Malformed("builds on a later change"))?;
    if !dependencies.is_sorted_by(|one, next| one < next) {
        return Err(Rejected::NotCanonical);
    }
    sealed(Checked {
        hash: ChangeHash([0; 32]),
        actor: row.actor,
        seq: row.seq,
        start_op,
        dependencies,
        other_actors: Vec::new(),
        time: row.time,
        message: row.message,
        operations,
        bytes: Vec::new(),
    })
}
