//! What a document keeps, whoever writes first.

use super::*;
use crate::arrange::Arrange;
use crate::id::{AccountId, PatientId};

fn circle() -> DocumentId {
    DocumentId::journal(
        PatientId::from_u128(1),
        AccountId::from_u128(2),
        crate::edit::Audience::Circle,
    )
}

fn entry(number: u128, text: &str) -> Put {
    Put::Entry { entry: EntryId::from_u128(number), text: text.to_owned() }
}

#[test]
fn genesis_is_the_same_bytes_wherever_it_is_made() {
    assert_eq!(Document::genesis(&circle()), Document::genesis(&circle()));
    let other = DocumentId { epoch: 1, ..circle() };
    assert_ne!(Document::genesis(&circle()), Document::genesis(&other));
}

#[test]
fn entries_of_two_devices_are_all_there_in_any_order() {
    let genesis = Document::genesis(&circle()).1;
    let mut phone = Document::load([&genesis[..]]).unwrap();
    let mut laptop = phone.clone();
    let (_, first) = phone.mint(Actor([1; 16]), &[entry(1, "one")]);
    let (_, second) = laptop.mint(Actor([2; 16]), &[entry(2, "two")]);
    for order in [[&genesis, &first, &second], [&second, &first, &genesis]] {
        let both = Document::load(order.map(Vec::as_slice)).unwrap();
        let texts: Vec<_> = both.entries().into_iter().map(|(_, v)| v[0].text.clone()).collect();
        assert_eq!(texts, ["one", "two"]);
    }
}

#[test]
fn two_values_of_one_register_are_both_kept() {
    let genesis = Document::genesis(&circle()).1;
    let mut phone = Document::load([&genesis[..]]).unwrap();
    let mut laptop = phone.clone();
    let register = |text: &str| [Put::Register { name: "pref/language".into(), text: text.into() }];
    let (_, first) = phone.mint(Actor([1; 16]), &register("en"));
    laptop.mint(Actor([2; 16]), &register("es"));
    laptop.apply([&first[..]]).unwrap();
    let mut texts: Vec<_> = laptop.registers()[0].1.iter().map(|v| v.text.clone()).collect();
    texts.arrange();
    assert_eq!(texts, ["en", "es"]);
}

#[test]
fn a_missing_change_is_noticed_at_load() {
    let genesis = Document::genesis(&circle()).1;
    let mut phone = Document::load([&genesis[..]]).unwrap();
    let (lost, _) = phone.mint(Actor([1; 16]), &[entry(1, "one")]);
    let (_, kept) = phone.mint(Actor([1; 16]), &[entry(2, "two")]);
    let loaded = Document::load([&genesis[..], &kept[..]]);
    assert_eq!(loaded.err(), Some(Unreadable::Incomplete(vec![lost])));
}

#[test]
fn the_change_of_each_value_is_known() {
    let genesis = Document::genesis(&circle()).1;
    let mut phone = Document::load([&genesis[..]]).unwrap();
    let (hash, bytes) = phone.mint(Actor([1; 16]), &[entry(1, "one")]);
    assert_eq!(phone.entries()[0].1[0].change, hash);
    assert_eq!(hash_of(&bytes), Ok(hash));
}

#[test]
fn a_key_reads_back_as_it_was_written() {
    for kind in
        [Kind::ChartResults(2024), Kind::CareCircle, Kind::MarksPrivate(AccountId::from_u128(9))]
    {
        let key = DocumentId { patient: PatientId::from_u128(7), kind, epoch: 3 };
        assert_eq!(DocumentId::from_bytes(&key.to_bytes()), Some(key));
    }
}

#[test]
fn the_same_words_again_are_nothing_to_say() {
    let genesis = Document::genesis(&circle()).1;
    let mut phone = Document::load([&genesis[..]]).unwrap();
    let mut laptop = phone.clone();
    let read = |text: &str| Put::Register { name: "read/x".into(), text: text.into() };
    assert!(!phone.says(&read("a")));
    phone.mint(Actor([1; 16]), &[read("a")]);
    assert!(phone.says(&read("a")) && !phone.says(&read("b")));
    // Also when another device said the same meanwhile.
    let (_, same) = laptop.mint(Actor([2; 16]), &[read("a")]);
    phone.apply([&same[..]]).unwrap();
    assert!(phone.says(&read("a")));
}
