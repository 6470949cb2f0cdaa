//! The second half of the gate, inside the transaction that stores: what the log knows decides
//! whether a change fits.

use shared::document::gate::{
    self, CHANGES_BETWEEN_MAX, Checked, Known, Last, Layout, Limits, Map, OpId, Rejected, Shape,
    Slot, admit,
};
use shared::document::{Actor, DocumentId};
use shared::id::AccountId;
use shared::wire::WhyRefused;

use super::StoreError;
use super::columns::{all, one, seq_column};
use super::documents::open_change;
use super::packs::Packs;
use super::sealed::{Db, WRITTEN_TOKEN};
use crate::store::rows::{Appended, Fresh};

/// Why a change cannot have the next place, if it cannot.
pub fn unfit(
    db: Db<'_>,
    document: &DocumentId,
    layout: Layout,
    fresh: &Fresh,
    change: &Checked,
) -> Result<Option<Appended>, StoreError> {
    let author = fresh.sidecar.account;
    if let Some(owner) = owner(db, document, change.actor())?
        && owner != author
    {
        return Ok(Some(Appended::Refused(WhyRefused::NotAllowed)));
    }
    let shape = if document.writer().is_some() { Shape::Journal } else { Shape::Server };
    let known = known(db, document, layout, change)?;
    Ok(match admit(change.clone(), &known, shape) {
        Ok(_) => None,
        Err(Rejected::Missing(_)) => Some(Appended::Missing),
        Err(_) => Some(Appended::Refused(WhyRefused::NotAccepted)),
    })
}

/// The account of an actor's first accepted change.
fn owner(
    db: Db<'_>,
    document: &DocumentId,
    actor: Actor,
) -> Result<Option<Option<AccountId>>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT account FROM actors WHERE patient = ?1 AND document = ?2 AND actor = ?3",
    )?;
    let wanted = (document.patient.to_bytes(), document.to_bytes(), actor.0);
    one(&mut find, wanted, |row| row.optional_account())
}

/// What the log has about everything the change names.
fn known(
    db: Db<'_>,
    document: &DocumentId,
    layout: Layout,
    change: &Checked,
) -> Result<Known, StoreError> {
    let (patient, key) = (document.patient.to_bytes(), document.to_bytes());
    let mut known = Known::new(layout);
    let mut find_actor = db.prepare_cached(
        "SELECT actor_seq, op_max, hash FROM actors
         WHERE patient = ?1 AND document = ?2 AND actor = ?3",
    )?;
    for actor in change.other_actors().iter().copied().chain([change.actor()]) {
        let last = one(&mut find_actor, (patient, &key, actor.0), |row| {
            Ok(Last { seq: row.seq()?, max_op: row.seq()?, hash: row.hash()? })
        })?;
        if let Some(last) = last {
            known = known.with_actor(actor, last);
        }
    }
    let known = with_history(db, document, change, known)?;
    known_slots(db, document, layout, change, known)
}

/// What the change builds on, back to its actor's last one: the gate wants to see that it was made
/// after that.
fn with_history(
    db: Db<'_>,
    document: &DocumentId,
    change: &Checked,
    mut known: Known,
) -> Result<Known, StoreError> {
    let (patient, key) = (document.patient.to_bytes(), document.to_bytes());
    let mut find = db.prepare_cached(
        "SELECT op_max, seq, bytes FROM changes WHERE patient = ?1 AND document = ?2 AND hash = ?3",
    )?;
    let last = known.last_of(change.actor());
    let mut packs = Packs::of(db, document);
    let mut waiting = change.dependencies().to_vec();
    let mut steps = 0;
    while let Some(hash) = waiting.pop() {
        if known.holds(&hash) || steps > CHANGES_BETWEEN_MAX {
            continue;
        }
        steps += 1;
        let found = one(&mut find, (patient, &key, hash.0), |row| {
            let (max_op, seq) = (row.seq()?, row.seq()?);
            let bytes = row.take::<Vec<u8>>()?;
            Ok((max_op, open_change(db, document, &mut packs, (seq, &hash), &bytes)?))
        })?;
        let Some((max_op, bytes)) = found else {
            continue;
        };
        let stored =
            gate::check(&bytes, &Limits::IMPORT).map_err(|_| StoreError::Damaged("a change"))?;
        let dependencies = stored.dependencies().to_vec();
        // Counters only rise: nothing behind a lower one leads to the actor's last change.
        if last.is_some_and(|last| hash != last.hash && max_op > last.max_op) {
            waiting.extend(&dependencies);
        }
        known = known.with_change(hash, max_op, dependencies);
    }
    Ok(known)
}

/// What was ever written to the slots that the change writes over.
fn known_slots(
    db: Db<'_>,
    document: &DocumentId,
    layout: Layout,
    change: &Checked,
    mut known: Known,
) -> Result<Known, StoreError> {
    let (patient, key) = (document.patient.to_bytes(), document.to_bytes());
    let mut find_written = db.prepare_cached(
        "SELECT counter, actor FROM written
         WHERE patient = ?1 AND document = ?2 AND map = ?3 AND key = ?4",
    )?;
    for operation in change.operations() {
        let Some(map) = layout.map(operation.object) else {
            continue;
        };
        if operation.overwritten.is_empty() {
            continue;
        }
        let slot: Slot = (map, operation.key.clone());
        let token = db.token(&WRITTEN_TOKEN, &[slot.1.as_bytes()]);
        let written = all(&mut find_written, (patient, &key, map_word(map), token), |row| {
            Ok(OpId { counter: row.seq()?, actor: Actor(row.take()?) })
        })?;
        for operation in written {
            known = known.with_written(slot.clone(), operation);
        }
    }
    Ok(known)
}

/// Remembers what later changes may name.
pub fn note(
    db: Db<'_>,
    document: &DocumentId,
    author: Option<AccountId>,
    change: &Checked,
) -> Result<(), StoreError> {
    let (patient, key) = (document.patient.to_bytes(), document.to_bytes());
    db.prepare_cached(
        "INSERT INTO actors (patient, document, actor, account, actor_seq, op_max, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (patient, document, actor)
         DO UPDATE SET actor_seq = excluded.actor_seq, op_max = excluded.op_max,
                       hash = excluded.hash",
    )?
    .execute((
        patient,
        &key,
        change.actor().0,
        author.map(|account| account.to_bytes()),
        seq_column(change.seq()),
        seq_column(change.max_op()),
        change.hash().0,
    ))?;
    // Entries of a journal are written once, so nothing will name them again.
    let entries_too = document.writer().is_none();
    let layout = crate::documents::layout(document);
    let mut insert = db.prepare_cached(
        "INSERT INTO written (patient, document, map, key, counter, actor)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
    )?;
    for (operation, counter) in change.operations().iter().zip(change.start_op()..) {
        let Some(map) = layout.map(operation.object) else {
            continue;
        };
        if map == Map::Registers || entries_too {
            let (counter, actor) = (seq_column(counter), change.actor().0);
            let token = db.token(&WRITTEN_TOKEN, &[operation.key.as_bytes()]);
            insert.execute((patient, &key, map_word(map), token, counter, actor))?;
        }
    }
    Ok(())
}

/// As stored; never changes.
const fn map_word(map: Map) -> &'static str {
    match map {
        Map::Entries => "entries",
        Map::Registers => "registers",
    }
}
