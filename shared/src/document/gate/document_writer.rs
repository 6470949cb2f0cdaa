//! Writes the columns of a document down as automerge writes them, for the same comparison as that
//! of a single change.

use crate::arrange::Arrange;
use crate::ordered::BTreeMap;

use super::body::column;
use super::encoding::{differences, runs};
use super::snapshot::{OVERWRITING, Row, change_column};
use super::writer::{Columns, operation_columns};
use super::{Actor, OpId, Operation, Rejected};

pub fn write_changes(rows: &[Row], actors: &[Actor]) -> Result<Columns, Rejected> {
    let places = places(actors);
    let mut authors = Vec::with_capacity(rows.len());
    for row in rows {
        authors.push(*places.get(&row.actor).ok_or(Rejected::NotCanonical)?);
    }
    let message = |row: &'_ Row| {
        if row.message.is_empty() { None } else { Some(row.message.clone()) }
    };
    let messages: Vec<Option<String>> = rows.iter().map(message).collect();
    let dependencies = rows.iter().flat_map(|row| &row.dependencies);
    let columns = vec![
        (change_column::ACTOR, runs(authors.into_iter().map(Some))),
        (change_column::SEQ, differences(rows.iter().map(|row| row.seq.cast_signed()))),
        (change_column::MAX_OP, differences(rows.iter().map(|row| row.max_op.cast_signed()))),
        (change_column::TIME, differences(rows.iter().map(|row| row.time))),
        (change_column::MESSAGE, runs(messages.iter().map(Option::as_deref))),
        (
            change_column::DEPENDENCIES,
            runs(rows.iter().map(|row| Some(row.dependencies.len() as u64))),
        ),
        (change_column::DEPENDENCY, differences(dependencies.map(|place| place.cast_signed()))),
        (change_column::EXTRA_LENGTH, runs(rows.iter().map(|_| Some(change_column::NO_EXTRA)))),
    ];
    Ok(columns.into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect())
}

pub fn write_operations(
    operations: &[(OpId, Operation)],
    actors: &[Actor],
) -> Result<Columns, Rejected> {
    let places = places(actors);
    let mut authors = Vec::with_capacity(operations.len());
    for (id, _) in operations {
        authors.push(*places.get(&id.actor).ok_or(Rejected::NotCanonical)?);
    }
    let counters = operations.iter().map(|(id, _)| id.counter.cast_signed());
    let rows: Vec<&Operation> = operations.iter().map(|(_, operation)| operation).collect();
    let mut columns = operation_columns(&rows, &OVERWRITING, |actor| places.get(&actor).copied())?;
    columns.push((column::ID_ACTOR, runs(authors.into_iter().map(Some))));
    columns.push((column::ID_COUNTER, differences(counters)));
    columns.arrange_by_key(|(number, _)| *number);
    Ok(columns)
}

fn places(actors: &[Actor]) -> BTreeMap<Actor, u64> {
    actors.iter().copied().zip(0..).collect()
}
