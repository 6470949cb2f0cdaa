//! What a document keeps, whoever writes first: read and written here, and by automerge.

mod minted;

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

/// What both can do, so that one test holds both to it.
trait Container: Clone {
    fn load(changes: &[&[u8]]) -> Result<Self, Unreadable>;
    fn apply(&mut self, changes: &[&[u8]]) -> Result<(), Unreadable>;
    fn mint(&mut self, actor: Actor, put: &Put) -> (ChangeHash, Vec<u8>);
    fn says(&self, put: &Put) -> bool;
    fn entries(&self) -> Vec<(EntryId, Vec<Value>)>;
    fn registers(&self) -> Vec<(String, Vec<Value>)>;
}

macro_rules! container {
    ($document:ty, $put:ident => $puts:expr) => {
        impl Container for $document {
            fn load(changes: &[&[u8]]) -> Result<Self, Unreadable> {
                Self::load(changes.iter().copied())
            }
            fn apply(&mut self, changes: &[&[u8]]) -> Result<(), Unreadable> {
                self.apply(changes.iter().copied())
            }
            fn mint(&mut self, actor: Actor, $put: &Put) -> (ChangeHash, Vec<u8>) {
                self.mint(actor, $puts)
            }
            fn says(&self, put: &Put) -> bool {
                self.says(put)
            }
            fn entries(&self) -> Vec<(EntryId, Vec<Value>)> {
                self.entries()
            }
            fn registers(&self) -> Vec<(String, Vec<Value>)> {
                self.registers()
            }
        }
    };
}

container!(Document, put => put);
container!(Opened, put => std::slice::from_ref(put));

#[test]
fn genesis_is_the_same_bytes_wherever_it_is_made() {
    assert_eq!(Document::genesis(&circle()), Document::genesis(&circle()));
    let other = DocumentId { epoch: 1, ..circle() };
    assert_ne!(Document::genesis(&circle()), Document::genesis(&other));
}

#[test]
fn entries_of_two_devices_are_all_there_in_any_order() {
    fn check<D: Container>() {
        let genesis = Document::genesis(&circle()).1;
        let mut phone = D::load(&[&genesis]).unwrap();
        let mut laptop = phone.clone();
        let (_, first) = phone.mint(Actor([1; 16]), &entry(1, "one"));
        let (_, second) = laptop.mint(Actor([2; 16]), &entry(2, "two"));
        for order in [[&genesis, &first, &second], [&second, &first, &genesis]] {
            let both = D::load(&order.map(Vec::as_slice)).unwrap();
            let texts: Vec<_> =
                both.entries().into_iter().map(|(_, v)| v[0].text.to_string()).collect();
            assert_eq!(texts, ["one", "two"]);
        }
    }
    check::<Document>();
    check::<Opened>();
}

#[test]
fn two_values_of_one_register_are_both_kept() {
    fn check<D: Container>() {
        let genesis = Document::genesis(&circle()).1;
        let mut phone = D::load(&[&genesis]).unwrap();
        let mut laptop = phone.clone();
        let register =
            |text: &str| Put::Register { name: "pref/language".into(), text: text.into() };
        let (_, first) = phone.mint(Actor([1; 16]), &register("en"));
        laptop.mint(Actor([2; 16]), &register("es"));
        laptop.apply(&[&first]).unwrap();
        let mut texts: Vec<_> =
            laptop.registers()[0].1.iter().map(|v| v.text.to_string()).collect();
        texts.arrange();
        assert_eq!(texts, ["en", "es"]);
    }
    check::<Document>();
    check::<Opened>();
}

#[test]
fn a_missing_change_is_noticed_at_load() {
    fn check<D: Container>() {
        let genesis = Document::genesis(&circle()).1;
        let mut phone = D::load(&[&genesis]).unwrap();
        let (lost, _) = phone.mint(Actor([1; 16]), &entry(1, "one"));
        let (_, kept) = phone.mint(Actor([1; 16]), &entry(2, "two"));
        let loaded = D::load(&[&genesis, &kept]);
        assert_eq!(loaded.err(), Some(Unreadable::Incomplete(vec![lost])));
        // Without the first one too, which nothing else makes up for.
        let missing = D::load(&[&kept]).err();
        assert_eq!(missing, Some(Unreadable::Incomplete(vec![lost])));
    }
    check::<Document>();
    check::<Opened>();
}

#[test]
fn the_change_of_each_value_is_known() {
    fn check<D: Container>() {
        let genesis = Document::genesis(&circle()).1;
        let mut phone = D::load(&[&genesis]).unwrap();
        let (hash, bytes) = phone.mint(Actor([1; 16]), &entry(1, "one"));
        assert_eq!(phone.entries()[0].1[0].change, hash);
        assert_eq!(hash_of(&bytes), Ok(hash));
    }
    check::<Document>();
    check::<Opened>();
}

#[test]
fn the_same_words_again_are_nothing_to_say() {
    fn check<D: Container>() {
        let genesis = Document::genesis(&circle()).1;
        let mut phone = D::load(&[&genesis]).unwrap();
        let mut laptop = phone.clone();
        let read = |text: &str| Put::Register { name: "read/x".into(), text: text.into() };
        assert!(!phone.says(&read("a")));
        phone.mint(Actor([1; 16]), &read("a"));
        assert!(phone.says(&read("a")) && !phone.says(&read("b")));
        // Also when another device said the same meanwhile.
        let (_, same) = laptop.mint(Actor([2; 16]), &read("a"));
        phone.apply(&[&same]).unwrap();
        assert!(phone.says(&read("a")));
    }
    check::<Document>();
    check::<Opened>();
}

#[test]
fn a_key_reads_back_as_it_was_written() {
    for kind in [
        Kind::ChartResults(2024),
        Kind::CareCircle(None),
        Kind::MarksPrivate(AccountId::from_u128(9)),
    ] {
        let key = DocumentId { patient: PatientId::from_u128(7), kind, epoch: 3 };
        assert_eq!(DocumentId::from_bytes(&key.to_bytes()), Some(key));
    }
}

/// Two devices that write, overwrite and hear of each other or not, as the dice say.
fn written_by_two(seed: u64) -> Vec<Vec<u8>> {
    let mut state = seed | 1;
    let mut dice = |sides: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) % sides
    };
    let genesis = Document::genesis(&circle()).1;
    let fresh = Opened::load([&genesis[..]]).unwrap();
    let mut devices = [fresh.clone(), fresh];
    let mut changes = vec![genesis];
    for number in 0..12 {
        let who = dice(2) as usize;
        let count = 1 + dice(3);
        let puts: Vec<_> = (0..count)
            .map(|_| match dice(3) {
                0 => entry(u128::from(dice(4)), &format!("entry {number} {}", dice(3))),
                1 => entry(1_000 + number, &"a long text that is deflated ".repeat(20)),
                _ => Put::Register { name: format!("pref/{}", dice(2)), text: dice(3).to_string() },
            })
            .collect();
        let Some(puts) = some_new(&devices[who], puts) else { continue };
        // Each line has an actor of its own.
        let actor = Actor([u8::try_from(2 * (number / 3) + who as u128).unwrap(); 16]);
        let (_, change) = devices[who].mint(actor, &puts);
        if dice(3) > 0 {
            let _waits = devices[1 - who].apply([&change[..]]);
        }
        changes.push(change);
    }
    changes
}

/// As the sync half does: what is said already is not written again.
fn some_new(device: &Opened, puts: Vec<Put>) -> Option<Vec<Put>> {
    let puts: Vec<_> = puts.into_iter().filter(|put| !device.says(put)).collect();
    (!puts.is_empty()).then_some(puts)
}

#[test]
fn what_is_read_from_changes_is_what_automerge_reads() {
    let mut conflicts = 0;
    for seed in 0..300 {
        let mut changes = written_by_two(seed * 7_919 + 1);
        let lost = changes.len() / 2;
        let turn = usize::try_from(seed).unwrap() % changes.len();
        changes.rotate_left(turn);
        if seed % 3 == 0 {
            changes.remove(lost);
        }
        let borrowed: Vec<&[u8]> = changes.iter().map(Vec::as_slice).collect();
        let mut reading = Reading::default();
        // Half at once and half one by one, as rows come over a line.
        let (first, then) = borrowed.split_at(borrowed.len() / 2);
        reading.add(first.iter().copied()).unwrap();
        for change in then {
            reading.add([*change]).unwrap();
        }
        match Opened::load_what_is_there(borrowed) {
            Err(Unreadable::Incomplete(missing)) => {
                assert!(!reading.has_begun());
                assert_eq!(reading.missing(), sorted(missing));
            }
            Err(Unreadable::Damaged) => panic!("seed {seed}: automerge cannot read it"),
            Ok((opened, missing)) => {
                assert_eq!(reading.missing(), sorted(missing), "seed {seed}");
                assert_eq!(reading.registers.all(), opened.registers(), "seed {seed}");
                let read = Document(reading);
                let all = opened.entries();
                assert_eq!(read.entries(), all, "seed {seed}");
                for (entry, values) in &all {
                    assert_eq!(read.entry(*entry), opened.entry(*entry), "seed {seed}");
                    conflicts += usize::from(values.len() > 1);
                }
            }
        }
    }
    assert!(conflicts > 20, "the dice make conflicts: {conflicts}");
}

fn sorted(mut hashes: Vec<ChangeHash>) -> Vec<ChangeHash> {
    hashes.arrange();
    hashes
}

#[test]
fn a_document_is_written_into_after_it_was_only_read() {
    let mut changes = written_by_two(5);
    let borrowed = |changes: &[Vec<u8>]| {
        let all: Vec<&[u8]> = changes.iter().map(Vec::as_slice).collect();
        Document::load(all).unwrap()
    };
    let mut document = borrowed(&changes);
    let before = document.entries();
    let (hash, bytes) = document.mint(Actor([99; 16]), &entry(77, "new"));
    let added = |document: &Document| {
        let all = document.entries();
        let new = all.iter().find(|(id, _)| *id == EntryId::from_u128(77)).unwrap().1.clone();
        assert_eq!((&new[0].text[..], new[0].change, all.len()), ("new", hash, before.len() + 1));
    };
    added(&document);
    let mut other = borrowed(&changes);
    other.apply([&bytes[..]]).unwrap();
    added(&other);
    changes.push(bytes);
    added(&borrowed(&changes));
}

#[test]
fn what_our_writers_do_not_write_cannot_be_read() {
    use automerge::transaction::{CommitOptions, Transactable};
    let genesis = Document::genesis(&circle()).1;
    let mut strange = automerge::AutoCommit::load(&genesis).unwrap();
    strange.put(automerge::ROOT, "more", 1.5).unwrap();
    strange.commit_with(CommitOptions::default());
    let change = strange.get_last_local_change().unwrap().bytes().into_owned();
    assert_eq!(Document::load([&genesis[..], &change[..]]).err(), Some(Unreadable::Damaged));
    let mut document = Document::load([&genesis[..]]).unwrap();
    assert_eq!(document.apply([&change[..]]), Err(Unreadable::Damaged));
    let mut document = Document::load([&genesis[..]]).unwrap();
    assert_eq!(document.apply([&b"nothing"[..]]), Err(Unreadable::Damaged));
    assert_eq!(Document::load([]).err(), Some(Unreadable::Damaged));
}

#[test]
fn the_maps_are_where_genesis_put_them() {
    for document in [circle(), DocumentId { epoch: 1, ..circle() }] {
        let (_, genesis) = Document::genesis(&document);
        let checked = gate::check(&genesis, &gate::Limits::IMPORT).unwrap();
        assert_eq!(gate::Layout::of_genesis(&checked).unwrap(), Document::layout(&document));
    }
}
