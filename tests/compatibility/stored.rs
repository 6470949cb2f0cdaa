//! What stands on a device's disk: rows, and the changes in them.

use std::collections::BTreeSet;

use shared::attachment::AttachmentName;
use shared::document::gate::is_fit;
use shared::document::{Actor, ChangeHash, Document, DocumentId, Kind, Put, SCHEMA_VERSION};
use shared::edit::Audience;
use shared::id::{AccountId, DeviceId, EntryId, PatientId};
use shared::record::{Entry, Mark, Place, Record, Said};
use shared::sync::stored::{OutboxItem, PutInto, RowKey, Standing, Stored};
use shared::time::Timestamp;
use shared::wire::{Receipt, Sidecar, WhyRefused};

use crate::fixtures::{Fixture, bytes, lines};

const PATIENT: PatientId = PatientId::from_u128(1);
const ROSA: AccountId = AccountId::from_u128(2);

fn journal() -> DocumentId {
    DocumentId::journal(PATIENT, ROSA, Audience::Circle)
}

fn of(kind: Kind) -> DocumentId {
    DocumentId::first(PATIENT, kind)
}

fn item(put: PutInto) -> OutboxItem {
    let written_at = Timestamp::from_millis(1_800_000_000_000);
    OutboxItem {
        patient: PATIENT,
        document: journal(),
        written_at,
        put,
        sealed_to_clinic: None,
        may_be_sent: None,
        ask_again_at: None,
        attachments: None,
        saying: None,
    }
}

fn sidecar() -> Sidecar {
    Sidecar {
        account: Some(ROSA),
        device: Some(DeviceId::from_u128(4)),
        received_at: Timestamp::from_millis(1_800_000_000_005),
        receipt: Receipt([5; 16]),
    }
}

fn rows() -> Vec<(&'static str, Vec<u8>)> {
    let entry = EntryId::from_u128(7);
    let text = PutInto::Entry { text: lines("entries.jsonl")[0].clone() };
    let name = "pref/language".to_owned();
    let register = PutInto::Register { name, text: "\"es\"".into() };
    let sealed = OutboxItem { sealed_to_clinic: Some(vec![9; 20].into()), ..item(text.clone()) };
    let names = Some(vec![AttachmentName::from_bytes([8; 32])]);
    let attached = OutboxItem { attachments: names, ..item(text.clone()) };
    let (document, hash) = (journal(), ChangeHash([6; 32]));
    let minted = Standing::Minted { entry, item: item(text.clone()), order: 3 };
    let accepted = Standing::Accepted { seq: 12, sidecar: sidecar() };
    let change =
        |standing| Stored::Change { document, hash, bytes: vec![1, 2, 3].into(), standing };
    let long = lines("entries.jsonl").concat().repeat(2);
    let long = item(PutInto::Entry { text: long });
    let all = [
        ("packed-outbox-entry", Stored::Outbox { entry, item: long }),
        ("outbox-entry", Stored::Outbox { entry, item: item(text.clone()) }),
        ("outbox-register", Stored::Outbox { entry, item: item(register) }),
        ("outbox-sealed", Stored::Outbox { entry, item: sealed }),
        ("minted", change(minted)),
        ("accepted", change(accepted)),
        (
            "dead-letter",
            Stored::DeadLetter { entry, item: item(text.clone()), why: WhyRefused::NotAccepted },
        ),
        (
            "outbox-entry-back-from-a-change",
            Stored::Outbox { entry, item: item(text.clone()).back_from_a_change() },
        ),
        ("incomplete", Stored::Incomplete { document }),
        ("outbox-attached", Stored::Outbox { entry, item: attached.clone() }),
        (
            "dead-letter-not-attached",
            Stored::DeadLetter { entry, item: attached, why: WhyRefused::NotAttached },
        ),
        (
            "outbox-said-otherwise",
            Stored::Outbox {
                entry,
                item: item(text.clone())
                    .said_again(text.clone(), Timestamp::from_millis(1_800_000_100_000)),
            },
        ),
    ];
    all.into_iter().map(|(name, row)| (name, row.to_bytes())).collect()
}

fn keys() -> Vec<(&'static str, Vec<u8>)> {
    let entry = EntryId::from_u128(7);
    let all = [
        ("outbox", RowKey::Outbox(entry, None)),
        ("change", RowKey::Change(journal(), ChangeHash([6; 32]))),
        ("dead-letter", RowKey::DeadLetter(entry)),
        ("incomplete", RowKey::Incomplete(journal())),
        ("outbox-said-otherwise", RowKey::Outbox(entry, Some(1))),
    ];
    let bytes = |key| minicbor::to_vec(key).expect("writing into memory does not fail");
    all.into_iter().map(|(name, key)| (name, bytes(key))).collect()
}

#[test]
fn every_row_of_a_disk_of_version_1_is_read_and_means_the_same() {
    let fixtures = bytes("rows.hex", rows);
    assert_eq!(fixtures.len(), rows().len());
    for (Fixture { name, bytes }, (_, now)) in fixtures.iter().zip(rows()) {
        let row = Stored::from_bytes(bytes);
        assert_eq!(row, Stored::from_bytes(&now), "{name}");
        assert!(row.is_some(), "{name}");
    }
}

/// The disk names a row by a hash of its key's bytes: others would be other rows.
#[test]
fn the_keys_of_rows_are_the_same_bytes_for_good() {
    for (Fixture { name, bytes }, (_, now)) in bytes("row-keys.hex", keys).iter().zip(keys()) {
        assert_eq!(*bytes, now, "{name}");
    }
}

/// Genesis, every kind of entry as a change of its own, those of a newer version, a register.
fn changes() -> Vec<(&'static str, Vec<u8>)> {
    let (_, genesis) = Document::genesis(&journal());
    let mut document = Document::load([&genesis[..]]).expect("genesis is whole");
    let mut all = vec![("genesis", genesis)];
    let texts = [lines("entries.jsonl"), lines("newer.jsonl")].concat();
    for (number, text) in texts.into_iter().enumerate() {
        let entry = EntryId::from_u128(100 + number as u128);
        all.push(("entry", document.mint(Actor([1; 16]), &Put::Entry { entry, text }).1));
    }
    let register = Put::Register { name: "pref/language".into(), text: "\"es\"".into() };
    all.push(("register", document.mint(Actor([2; 16]), &register).1));
    all
}

/// What a record takes for a newer version's when it finds it in this document.
fn unknown(key: &DocumentId, document: &Document) -> BTreeSet<String> {
    let mut record = Record::default();
    record.add_document(key, document, |_| None);
    assert!(record.entries().all(|(_, entry)| entry.place == Place::Leaving));
    let unknown = |entry: &Entry| match &entry.said {
        Said::Unknown(text) => Some(text.clone()),
        _ => None,
    };
    record.entries().filter_map(|(_, entry)| unknown(entry)).collect()
}

#[test]
fn a_document_of_version_1_opens_with_every_entry_in_it() {
    let fixtures = bytes("changes.hex", changes);
    let changes = fixtures.iter().map(|fixture| &fixture.bytes[..]);
    let document = Document::load(changes.clone()).unwrap();
    let texts = [lines("entries.jsonl"), lines("newer.jsonl")].concat();
    let said: Vec<_> = document.entries().into_iter().map(|(_, v)| v[0].text.to_string()).collect();
    assert_eq!(said, texts);
    assert_eq!(&*document.registers()[0].1[0].text, "\"es\"");
    let newer: BTreeSet<_> = lines("newer.jsonl").into_iter().collect();
    let mut nowhere: BTreeSet<_> = texts.into_iter().collect();
    for key in
        [journal(), of(Kind::CareCircle(None)), of(Kind::Activity(2024)), of(Kind::ChartCore)]
    {
        let unknown = unknown(&key, &document);
        assert!(newer.is_subset(&unknown));
        nowhere.retain(|text| unknown.contains(text));
    }
    assert_eq!(nowhere, newer, "every kind of version 1 is read where it is written");
    for bytes in changes {
        let hash = shared::document::hash_of(bytes).unwrap();
        assert!(is_fit(&journal(), &hash, bytes));
    }
}

/// Two servers of different versions that make one document have to make the same one.
#[test]
fn genesis_is_the_same_bytes_for_good() {
    let fixtures = bytes("changes.hex", changes);
    assert_eq!(fixtures[0].bytes, Document::genesis(&journal()).1);
    assert_eq!(SCHEMA_VERSION, 1, "a newer schema has fixtures of its own");
}

fn documents() -> Vec<(&'static str, Vec<u8>)> {
    let all = [
        ("chart-core", Kind::ChartCore),
        ("chart-results", Kind::ChartResults(2024)),
        ("chart-visits", Kind::ChartVisits(2024)),
        ("chart-sensitive", Kind::ChartSensitive),
        ("journal-circle", Kind::JournalCircle(ROSA, None)),
        ("journal-private", Kind::JournalPrivate(ROSA, None)),
        ("care-circle", Kind::CareCircle(None)),
        ("care-private", Kind::CarePrivate(ROSA, None)),
        ("activity", Kind::Activity(2024)),
        ("marks-circle", Kind::MarksCircle),
        ("marks-private", Kind::MarksPrivate(ROSA)),
        ("journal-circle-2024", Kind::JournalCircle(ROSA, Some(2024))),
        ("journal-private-2024", Kind::JournalPrivate(ROSA, Some(2024))),
        ("care-circle-2024", Kind::CareCircle(Some(2024))),
        ("care-private-2024", Kind::CarePrivate(ROSA, Some(2024))),
    ];
    all.map(|(name, kind)| (name, DocumentId { epoch: 2, ..DocumentId::first(PATIENT, kind) }))
        .map(|(name, document)| (name, document.to_bytes()))
        .into()
}

/// They are in digests, receipts and the seeds of genesis.
#[test]
fn the_keys_of_documents_are_the_same_bytes_for_good() {
    let fixtures = bytes("documents.hex", documents);
    for (Fixture { name, bytes }, (_, now)) in fixtures.iter().zip(documents()) {
        assert_eq!(*bytes, now, "{name}");
        assert_eq!(DocumentId::from_bytes(bytes).map(|key| key.to_bytes()), Some(now), "{name}");
    }
    assert_eq!(fixtures.len(), documents().len());
}

fn marks() -> Vec<(&'static str, Vec<u8>)> {
    use shared::record::Step;
    let (entry, at) = (EntryId::from_u128(7), Timestamp::from_millis(1_800_000_000_000));
    let read = Step::ReadBy { name: "Nurse Linh Tran".into() };
    [("at-the-clinic", Step::AtTheClinic), ("read-by", read)]
        .map(|(name, step)| (name, Mark { entry, step, at }.to_bytes()))
        .into()
}

#[test]
fn marks_are_read_and_named_the_same_for_good() {
    for (Fixture { name, bytes }, (_, now)) in bytes("marks.hex", marks).iter().zip(marks()) {
        assert_eq!(Mark::from_bytes(bytes), Mark::from_bytes(&now), "{name}");
        assert!(Mark::from_bytes(bytes).is_some(), "{name}");
        assert_eq!(*bytes, now, "{name} is hashed");
    }
}
