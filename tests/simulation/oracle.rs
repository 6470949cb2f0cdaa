//! What has to be true at the end of a schedule, and what nobody can be blamed for.

use std::collections::{BTreeMap, BTreeSet};

use shared::document::{ChangeHash, DocumentId};
use shared::id::EntryId;
use shared::sync::device::Line;
use shared::sync::stored::{Standing, Stored};

use shared::wire::Sum;

use crate::ledger::{Fact, Withdrawn};
use crate::tier::{Facts, Tier};
use crate::world::{REFUSED_MARK, World};

/// Everyone holds what the clinic holds, nothing waits, and everyone knows it.
pub fn converged<T: Tier>(world: &World<T>) -> bool {
    (0..world.machines.len()).all(|machine| lags(world, machine).is_none())
}

pub fn why_not<T: Tier>(world: &mut World<T>) {
    for machine in 0..world.machines.len() {
        if let Some(why) = lags(world, machine) {
            world.ledger.problem(format!("machine {machine} did not come to rest: {why}"));
        }
    }
}

fn lags<T: Tier>(world: &World<T>, machine: usize) -> Option<String> {
    let scope = world.clinic.scope_of(world.machines[machine].account);
    let device = world.machines[machine].running.as_ref()?;
    if world.is_revoked(machine) {
        let line = device.line();
        return (line != Line::Revoked).then(|| format!("was revoked and is {line:?}"));
    }
    if let Some(document) = world.holds_old_epoch(machine) {
        return Some(format!("holds {document}, which was rebuilt"));
    }
    let mut beyond = device.held().iter().filter(|(document, _)| !scope.may_read(document));
    if let Some((document, _)) = beyond.find(|(_, held)| held.accepted().next().is_some()) {
        return Some(format!("holds {document}, which it may not read"));
    }
    if device.unsent() > 0 {
        return Some(format!("{} unsent", device.unsent()));
    }
    if !matches!(device.line(), Line::Same { .. }) {
        return Some(format!("line is {:?}", device.line()));
    }
    for (document, log) in world.clinic.store.logs() {
        if scope.may_read(document) {
            let held = device.held().get(document);
            let sum = held.map_or_else(Sum::default, |held| held.sum());
            if sum != log.sum() {
                let count = held.map_or(0, |held| held.accepted().count());
                return Some(format!("{count} of {} in {document}", log.rows.len()));
            }
        }
    }
    let kept = keeps_to_itself(world, machine);
    kept.map(|document| format!("keeps something of {document} that the clinic could take back"))
}

/// A document of which a disk still has a row that the clinic lost and has everything for.
fn keeps_to_itself<T: Tier>(world: &World<T>, machine: usize) -> Option<DocumentId> {
    let store = &world.clinic.store;
    let rows = world.machines[machine].disk.rows();
    let could_be_taken = |document: &DocumentId, hash: &ChangeHash, bytes: &[u8]| {
        let there = store.hashes(document);
        let fits = |facts: Facts| facts.builds_on.iter().all(|hash| there.contains(hash));
        // What an older epoch says is carried over, whatever it builds on.
        let older = store.newest(*document) != *document;
        older || !there.contains(hash) && T::facts(bytes).is_some_and(fits)
    };
    rows.iter().find_map(|row| match row {
        Stored::Change { document, hash, bytes, standing: Standing::Accepted { .. } }
            if !document.is_marks() && could_be_taken(document, hash, bytes) =>
        {
            Some(*document)
        }
        Stored::Change { .. }
        | Stored::Outbox { .. }
        | Stored::DeadLetter { .. }
        | Stored::Incomplete { .. } => None,
    })
}

/// What a device believes to be on its disk has to be there when the power goes now.
pub fn on_disk<T: Tier>(world: &mut World<T>) {
    let mut problems = Vec::new();
    for (place, machine) in world.machines.iter().enumerate() {
        let Some(device) = &machine.running else {
            continue;
        };
        let mut on_disk = BTreeSet::new();
        for row in machine.disk.durable() {
            match row {
                Stored::Outbox { entry, .. } | Stored::DeadLetter { entry, .. } => {
                    on_disk.insert(*entry);
                }
                Stored::Incomplete { .. } => {}
                Stored::Change { hash, standing, .. } => match standing {
                    Standing::Minted { entry, .. } => {
                        on_disk.insert(*entry);
                    }
                    Standing::Accepted { .. } => {
                        on_disk.extend(world.ledger.entries.get(hash));
                    }
                },
            }
        }
        let waiting = device.outbox().keys().copied();
        let minted = device.held().values().flat_map(|held| held.minted());
        for entry in waiting.chain(minted.map(|minted| minted.entry)) {
            // Perhaps it was taken back, and nobody heard of it yet.
            let fact = world.ledger.facts.get(&entry);
            let is_open = fact.is_some_and(|fact| fact.withdrawn == Withdrawn::Asked);
            if !on_disk.contains(&entry) && !is_open {
                problems.push(format!("machine {place} shows {entry} as saved, and it is not"));
            }
        }
    }
    problems.into_iter().for_each(|problem| world.ledger.problem(problem));
}

/// Something was destroyed. Whatever nobody holds any more, nobody can be blamed for.
pub fn destroyed<T: Tier>(world: &mut World<T>) {
    let held = holders(world);
    let World { ledger, .. } = world;
    for (entry, fact) in &mut ledger.facts {
        if (fact.saved || fact.acknowledged) && !held.contains(entry) {
            fact.gone = true;
        }
    }
}

/// Entries that the clinic or a disk still has, in a form that can be used.
fn holders<T: Tier>(world: &World<T>) -> BTreeSet<EntryId> {
    let mut changes = BTreeMap::<(DocumentId, ChangeHash), Vec<ChangeHash>>::new();
    let mut held = BTreeSet::new();
    let mut take = |document: &DocumentId, hash: &ChangeHash, bytes: &[u8]| {
        if !document.is_marks() {
            let builds_on = || T::facts(bytes).map(|facts| facts.builds_on).unwrap_or_default();
            changes.entry((*document, *hash)).or_insert_with(builds_on);
        }
    };
    for (document, log) in world.clinic.store.logs() {
        log.rows.iter().for_each(|row| take(document, &row.hash, &row.bytes));
    }
    for (machine, row) in world
        .machines
        .iter()
        .flat_map(|machine| machine.disk.durable().map(move |row| (machine, row)))
    {
        match row {
            Stored::Outbox { entry, .. } | Stored::DeadLetter { entry, .. } => {
                held.insert(*entry);
            }
            Stored::Incomplete { .. } => {}
            Stored::Change { document, hash, bytes, standing } => {
                if machine.told_to_drop.contains(document) {
                    continue;
                }
                take(document, hash, bytes);
                // It can be made anew from what it was made of.
                if let Standing::Minted { entry, .. } = standing {
                    held.insert(*entry);
                }
            }
        }
    }
    for (document, hash) in changes.keys() {
        if let Some(entry) = world.ledger.entries.get(hash)
            && is_whole(&changes, *document, *hash)
        {
            held.insert(*entry);
        }
    }
    held
}

/// Whether everything that a change builds on is held by somebody.
fn is_whole(
    changes: &BTreeMap<(DocumentId, ChangeHash), Vec<ChangeHash>>,
    document: DocumentId,
    hash: ChangeHash,
) -> bool {
    let (mut open, mut seen) = (vec![hash], BTreeSet::new());
    while let Some(hash) = open.pop() {
        let Some(builds_on) = changes.get(&(document, hash)) else {
            return false;
        };
        open.extend(builds_on.iter().filter(|hash| seen.insert(**hash)));
    }
    true
}

/// The final reckoning, value by value.
pub fn check<T: Tier>(world: &mut World<T>) {
    let mut problems = Vec::new();
    let letters = letters(world);
    for machine in 0..world.machines.len() {
        if world.is_revoked(machine) {
            continue;
        }
        for document in world.readable(world.machines[machine].account) {
            let shown = world.shown(machine, &document);
            for (entry, fact) in &world.ledger.facts {
                if World::<T>::same_document(&fact.document, &document) {
                    let texts = shown.get(entry).map_or(&[][..], Vec::as_slice);
                    let is_letter = letters.contains(entry) || fact.dismissed;
                    // A clinic that lost it need not take it again from somebody who may not write
                    // any more: it is said to be not sent, with its words.
                    let was_heard =
                        fact.acknowledged && !(world.restores > 0 && world.was_narrowed);
                    if let Some(problem) = wrong(fact, texts, is_letter && !was_heard) {
                        problems.push(format!("machine {machine}: {entry} {problem}"));
                    }
                }
            }
            for entry in shown.keys().filter(|entry| !world.ledger.facts.contains_key(entry)) {
                problems.push(format!("machine {machine} shows {entry}, which nobody wrote"));
            }
        }
    }
    problems.extend(lost_letters(world));
    problems.extend(lost_altogether(world));
    problems.extend(not_wiped(world));
    problems.extend(beyond_scope(world));
    problems.extend(out_of_order(world));
    problems.into_iter().for_each(|problem| world.ledger.problem(problem));
}

fn wrong(fact: &Fact, texts: &[String], is_kept_as_letter: bool) -> Option<String> {
    let refused = |text: &String| text.starts_with(REFUSED_MARK);
    if let Some(text) = texts.iter().find(|text| refused(text)) {
        return Some(format!("was refused and is shown: {text:?}"));
    }
    if fact.erased && !texts.is_empty() {
        return Some(format!("was erased and is shown: {texts:?}"));
    }
    if texts.len() > 1 && !fact.cloned {
        return Some(format!("is shown more than once: {texts:?}"));
    }
    if fact.withdrawn == Withdrawn::Yes && !fact.cloned && !texts.is_empty() {
        return Some(format!("was withdrawn and is shown: {texts:?}"));
    }
    let allowed = |text: &String| {
        *text == fact.text
            || fact.maybe.contains(text)
            || fact.cloned && fact.earlier.contains(text)
    };
    if let Some(text) = texts.iter().find(|text| !allowed(text)) {
        return Some(format!("says {text:?} and not {:?}", fact.text));
    }
    let excused = fact.gone
        || fact.erased
        || is_kept_as_letter
        || fact.withdrawn != Withdrawn::No
        || refused(&fact.text)
        || fact.maybe.iter().any(refused)
        || fact.cloned && fact.earlier.iter().any(refused);
    if texts.is_empty() && (fact.saved || fact.acknowledged) && !excused {
        let what = if fact.acknowledged { "acknowledged" } else { "saved" };
        return Some(format!("was {what} and is lost: {:?}", fact.text));
    }
    None
}

/// What somebody may not read has not reached their device.
fn beyond_scope<T: Tier>(world: &World<T>) -> Vec<String> {
    let mut problems = Vec::new();
    for (place, machine) in world.machines.iter().enumerate() {
        let scope = world.clinic.scope_of(machine.account);
        let held = machine.running.iter().flat_map(|device| device.held());
        for (document, held) in held {
            if !scope.may_read(document) && held.accepted().next().is_some() {
                problems.push(format!("machine {place} holds {document}"));
            }
        }
    }
    problems
}

/// What one device wrote stands in the order in which it was written, whatever its clock said. A clinic that
/// went back, or a document that was rebuilt, takes rows again in any order, and what was built on something
/// that is on no disk any more is made anew behind what was not.
fn out_of_order<T: Tier>(world: &World<T>) -> Vec<String> {
    let mut problems = Vec::new();
    let is_rebuilt = world.clinic.store.logs().any(|(document, _)| document.epoch > 0);
    if world.restores > 0 || is_rebuilt {
        return problems;
    }
    for (document, log) in world.clinic.store.logs() {
        let (mut last, mut seen) = (BTreeMap::new(), BTreeSet::new());
        let entries = log.rows.iter().filter_map(|row| world.ledger.entries.get(&row.hash));
        for entry in entries.filter(|entry| seen.insert(**entry)) {
            let fact = world.ledger.facts.get(entry).filter(|fact| fact.saved && !fact.cloned);
            let machine = fact.and_then(|fact| fact.machine);
            let whole = |machine: &usize| !world.machines[*machine].disk.has_lost;
            let Some(machine) = machine.filter(whole) else { continue };
            let Some(this) = fact.and_then(|fact| fact.number) else { continue };
            if let Some((before, other)) = last.insert(machine, (this, *entry))
                && before > this
            {
                problems.push(format!("{entry} stands behind {other} in {document}"));
            }
        }
    }
    problems
}

/// What was refused is kept with its words where it was written.
fn lost_letters<T: Tier>(world: &World<T>) -> Vec<String> {
    let letters = letters(world);
    let mut problems = Vec::new();
    for (entry, fact) in &world.ledger.facts {
        let expected = fact.saved
            && !fact.gone
            && !fact.erased
            && fact.withdrawn == Withdrawn::No
            && fact.maybe.is_empty()
            && !fact.dismissed
            && fact.text.starts_with(REFUSED_MARK);
        if fact.put_away && !fact.cloned && letters.contains(entry) {
            problems.push(format!("{entry} was put away and is back"));
        }
        if expected && !letters.contains(entry) {
            problems.push(format!("{entry} was refused and its words are lost"));
        }
    }
    problems
}

/// Entries that were not sent, with their words where they were written.
fn letters<T: Tier>(world: &World<T>) -> BTreeSet<EntryId> {
    let mut letters = BTreeSet::new();
    for machine in &world.machines {
        // A disk that did not take it is tried again.
        let device = machine.running.iter();
        letters.extend(device.flat_map(|device| device.dead_letters().keys()));
        let rows = machine.disk.durable().filter_map(|row| match row {
            Stored::DeadLetter { entry, .. } => Some(*entry),
            Stored::Outbox { .. } | Stored::Change { .. } | Stored::Incomplete { .. } => None,
        });
        letters.extend(rows);
    }
    letters
}

/// What somebody was told is saved stands at the clinic, or is kept with its words by somebody.
fn lost_altogether<T: Tier>(world: &World<T>) -> Vec<String> {
    let rows = world.clinic.store.logs().flat_map(|(_, log)| &log.rows);
    let mut somewhere = letters(world);
    somewhere.extend(rows.filter_map(|row| world.ledger.entries.get(&row.hash)));
    let mut problems = Vec::new();
    for (entry, fact) in &world.ledger.facts {
        let promised = fact.saved || fact.acknowledged;
        let excused = fact.gone || fact.erased || fact.dismissed || fact.withdrawn != Withdrawn::No;
        if promised && !excused && !somewhere.contains(entry) {
            problems.push(format!("{entry} is nowhere: {:?}", fact.text));
        }
    }
    problems
}

/// A revoked device holds nothing any more.
fn not_wiped<T: Tier>(world: &World<T>) -> Vec<String> {
    let mut problems = Vec::new();
    for (place, machine) in world.machines.iter().enumerate() {
        if world.is_revoked(place) && !machine.disk.rows().is_empty() {
            problems.push(format!("machine {place} was revoked and still holds something"));
        }
    }
    problems
}
