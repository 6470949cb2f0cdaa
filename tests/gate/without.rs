//! What the gate is for: the same inputs given to automerge directly. These tests fail when a newer
//! automerge defends itself; then a rule of the gate may go.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::transaction::Transactable;
use automerge::{AutoCommit, Automerge, Change};
use shared::document::Document;
use shared::document::gate::{Limits, check};

use crate::forge::{Forged, column, one};
use crate::world::document_id;

fn genesis() -> Vec<u8> {
    Document::genesis(&document_id()).1
}

fn put(map: u64, key: &str) -> Forged {
    let genesis = check(&genesis(), &Limits::IMPORT).expect("genesis passes");
    Forged::put(genesis.hash().0, genesis.actor().0, map, key, "x")
}

fn apply(document: &mut Automerge, changes: &[Forged]) {
    for change in changes {
        let change = Change::from_bytes(change.to_bytes()).expect("automerge reads it");
        document.apply_changes([change]).expect("automerge takes it");
    }
}

fn open() -> Automerge {
    Automerge::load(&genesis()).expect("genesis loads")
}

fn panics(work: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_err()
}

#[test]
fn a_value_that_is_not_there_is_forgotten_and_the_saved_document_no_longer_loads() {
    let mut document = open();
    let over_nothing = put(3, "pref/language")
        .with_column(column::OVERWRITTEN, one(1))
        .with_column(column::OVERWRITTEN_ACTOR, one(1))
        .with_column(column::OVERWRITTEN_COUNTER, one(1));
    apply(&mut document, &[over_nothing]);
    assert!(Automerge::load(&document.save()).is_err());
}

#[test]
fn two_changes_of_one_actor_side_by_side_make_a_document_that_no_longer_loads() {
    let mut document = open();
    apply(&mut document, &[put(2, "one"), Forged { seq: 2, ..put(2, "two") }]);
    let saved = catch_unwind(AssertUnwindSafe(|| Automerge::load(&document.save())));
    assert!(saved.is_err() || saved.is_ok_and(|loaded| loaded.is_err()));
}

#[test]
fn a_counter_near_its_end_makes_the_next_change_of_everybody_panic() {
    let mut document = open();
    apply(&mut document, &[Forged { start_op: u64::from(u32::MAX), ..put(2, "one") }]);
    let mut other = AutoCommit::load(&document.save()).expect("it loads");
    assert!(panics(|| drop(other.put(automerge::ROOT, "two", "y"))));
}

#[test]
fn the_last_sequence_number_panics_when_it_is_applied() {
    let mut document = open();
    assert!(panics(|| apply(&mut document, &[Forged { seq: u64::MAX, ..put(2, "one") }])));
}

#[test]
fn another_writing_of_a_change_has_another_hash_after_a_save() {
    let mut document = open();
    let run_of_one = put(2, "one").with_column(column::ACTION, crate::forge::run(1, 1));
    apply(&mut document, &[run_of_one]);
    assert!(Automerge::load(&document.save()).is_err());
}

#[test]
fn an_actor_that_writes_beside_itself_makes_a_look_back_panic() {
    let hash = |change: &Forged| {
        check(&change.to_bytes(), &Limits::PATIENT).expect("it has the form of a change").hash().0
    };
    let mut others = vec![Forged { actor: vec![8; 16], ..put(2, "two") }];
    let second =
        Forged { seq: 2, start_op: 5, dependencies: vec![hash(&others[0])], ..others[0].clone() };
    others.push(second);
    let dependencies = vec![hash(&others[1])];
    let beside = Forged { seq: 2, start_op: 6, dependencies, ..put(2, "three") };
    let mut document = open();
    apply(&mut document, &[put(2, "one")]);
    apply(&mut document, &others);
    apply(&mut document, std::slice::from_ref(&beside));
    let then = automerge::ChangeHash(hash(&beside));
    assert!(panics(|| drop(document.fork_at(&[then]))));
}
