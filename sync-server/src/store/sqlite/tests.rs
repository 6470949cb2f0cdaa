//! A database of the last format in clear becomes a sealed one, whole or not at all; and whoever
//! changes something sealed is noticed.

mod devices;
mod shares;
mod since;
mod versions;

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, params};
use shared::document::DocumentId;
use shared::edit::Audience;
use shared::id::{AccountId, EntryId, PatientId, Rng};
use shared::time::Timestamp;

use self::since::since_it_is_sealed;
use super::sealed::{Db, SEALED, Sealed, open_all, open_column};
use super::{SqliteStore, open, reseal};
use crate::sealing::WrappingKey;
use crate::store::Store;
use crate::store::resources::FactKind;
use crate::world::OsRng;

const KEY: WrappingKey = WrappingKey::from_bytes([5; 32]);
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
/// In every text of the old database.
const CANARY: &str = "canary";
/// People of the old database.
const PEOPLE: u8 = 3;

const fn patient(number: u8) -> PatientId {
    PatientId::from_u128(10 + number as u128)
}

const fn account(number: u8) -> AccountId {
    AccountId::from_u128(20 + number as u128)
}

const fn id(number: u8, what: u8) -> EntryId {
    EntryId::from_u128(1_000 * number as u128 + what as u128)
}

fn journal(number: u8) -> DocumentId {
    DocumentId::journal(patient(number), account(number), Audience::Circle)
}

fn words(what: &str, number: u8) -> String {
    format!("{CANARY} {what} {number}")
}

/// A database as the last version in clear left it, with something in every table.
fn in_clear(file: &Path) {
    let old = open::in_clear(file);
    old.execute("INSERT INTO imports VALUES (?1, 'lake', 1)", [id(0, 1).to_bytes()]).unwrap();
    for number in 1..=PEOPLE {
        person(&old, number);
        writing(&old, number);
        resource(&old, number);
    }
    old.close().unwrap();
}

fn person(old: &Connection, number: u8) {
    let (patient, account) = (patient(number).to_bytes(), account(number).to_bytes());
    let born = format!("19{number}1-04-09");
    let insert = "INSERT INTO patients (patient, name, birth_date, created_at) VALUES (?, ?, ?, 1)";
    old.execute(insert, params![patient, words("name", number), born]).unwrap();
    let insert = "INSERT INTO accounts VALUES (?, ?, 1)";
    old.execute(insert, params![account, words("account", number)]).unwrap();
    let insert = "INSERT INTO grants VALUES (?, ?, 'own', 1, NULL)";
    old.execute(insert, params![patient, account]).unwrap();
    let insert = "INSERT INTO person_facts VALUES (?, 'phone', ?)";
    old.execute(insert, params![patient, words("phone", number)]).unwrap();
    let insert = "INSERT INTO desk_notes VALUES (?, ?, 1, ?, ?, 1, ?)";
    let (noted_by, noted) = (words("by", number), words("noted", number));
    old.execute(insert, params![patient, id(number, 2).to_bytes(), account, noted_by, noted])
        .unwrap();
}

fn writing(old: &Connection, number: u8) {
    let (patient, account) = (patient(number).to_bytes(), account(number).to_bytes());
    let document = journal(number).to_bytes();
    let insert = "INSERT INTO documents VALUES (?, ?, 2, zeroblob(16), 0)";
    old.execute(insert, params![patient, document]).unwrap();
    for seq in 1..=2_u8 {
        let insert = "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, NULL, 1, zeroblob(16), 1)";
        let (hash, bytes) = ([seq; 32], words("bytes", seq).into_bytes());
        old.execute(insert, params![patient, document, seq, hash, bytes, account]).unwrap();
    }
    let insert = "INSERT INTO written VALUES (?, ?, 'registers', ?, 1, zeroblob(16))";
    old.execute(insert, params![patient, document, words("key", number)]).unwrap();
    let thread = id(number, 3).to_bytes();
    let insert = "INSERT INTO threads VALUES (?, ?, ?, 'circle', ?, 0)";
    old.execute(insert, params![patient, thread, words("topic", number), account]).unwrap();
    for (entry, name) in [(3, None), (4, Some(words("nurse", number)))] {
        let insert = "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, 0)";
        let (text, entry_id) = (words("text", number), id(number, entry).to_bytes());
        let row = params![patient, thread, entry_id, [entry; 16], account, name, text, entry];
        old.execute(insert, row).unwrap();
    }
    let insert = "INSERT INTO replies VALUES (?, ?, ?, ?)";
    let key = words("reply", number);
    old.execute(insert, params![account, key, patient, id(number, 4).to_bytes()]).unwrap();
}

fn resource(old: &Connection, number: u8) {
    let (patient, resource) = (patient(number).to_bytes(), id(number, 5).to_bytes());
    // The last person's resource is nobody's.
    let owner = (number < PEOPLE).then_some(patient);
    let insert = "INSERT INTO resources VALUES (?, ?, 'lake', 'Observation', ?, ?, 1, ?, 1, ?, 1)";
    let (url, thing) = (words("url", number), words("thing", number));
    let row = params![resource, owner, words("id", number), url, [number; 32], thing];
    old.execute(insert, row).unwrap();
    let insert = "INSERT INTO resource_versions VALUES (?, 1, ?, 1, ?)";
    let body = words("body", number);
    old.execute(insert, params![resource, id(0, 1).to_bytes(), body]).unwrap();
    let insert = "INSERT INTO resource_keys VALUES ('lake', ?, ?)";
    old.execute(insert, params![words("known", number), resource]).unwrap();
    let insert = "INSERT INTO resources_wanted VALUES ('lake', ?, ?)";
    old.execute(insert, params![words("wanted", number), patient]).unwrap();
    let insert = "INSERT INTO resources_aside VALUES (NULL, 'lake', 'why', ?, ?, ?, ?, 1, NULL)";
    let (waits, url, body) = (words("waits", number), words("url", number), words("aside", number));
    old.execute(insert, params![waits, [number; 32], url, body]).unwrap();
    let insert = "INSERT INTO blobs VALUES (?, ?, ?)";
    let (blob, bytes) = (words("blob", number), words("photo", number).into_bytes());
    old.execute(insert, params![patient, blob, bytes]).unwrap();
}

fn holds(file: &Path) -> bool {
    let bytes = std::fs::read(file).unwrap();
    bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes())
}

#[tokio::test]
async fn a_database_in_clear_is_sealed_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("satchel.db");
    in_clear(&file);
    assert!(holds(&file));
    // What a process left behind that ended in the middle of the same.
    std::fs::write(reseal::unfinished(&file), b"half of it").unwrap();
    let store = SqliteStore::open(&file, KEY, NOW).unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap().path();
        assert!(!holds(&file), "{}", file.display());
    }
    assert!(store.check().await.unwrap() > 0);
    let (rows, _) = store.rows_after(journal(1), 0, usize::MAX).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.bytes.to_vec()).collect::<Vec<_>>(),
        [words("bytes", 1).into_bytes(), words("bytes", 2).into_bytes(),]
    );
    assert_eq!(store.account_name(account(2)).await.unwrap(), Some(words("account", 2)));
    let messages = store.messages(patient(1), id(1, 3)).await.unwrap();
    let said: Vec<_> = messages.iter().map(|one| one.author_name.clone()).collect();
    assert_eq!(said, [words("account", 1), words("nurse", 1)]);
    assert_eq!(messages[0].message.text, words("text", 1));
    let thread = store.thread(patient(1), id(1, 3)).await.unwrap().unwrap();
    assert_eq!((thread.thread.topic, thread.patient_name), (words("topic", 1), words("name", 1)));
    let phone = store.people_with(FactKind::Phone, vec![words("phone", 2)]).await.unwrap();
    assert_eq!(phone, [(words("phone", 2), patient(2))]);
    let known = store.known("lake".into(), vec![words("known", 1)]).await.unwrap();
    assert_eq!((known[0].1.hash, known[0].1.thing.clone()), ([1; 32], words("thing", 1)));
    let resources = store.resources(vec![id(1, 5), id(3, 5)]).await.unwrap();
    assert_eq!(resources[0].body, words("body", 1));
    assert_eq!((resources[1].known.owner, &resources[1].url), (None, &Some(words("url", 3))));
    let waiting = store.waiting("lake".into(), vec![words("waits", 2)]).await.unwrap();
    assert_eq!(waiting[0].body, words("aside", 2));
    let photo = store.blob(patient(1), words("blob", 1)).await.unwrap();
    assert_eq!(photo, Some(words("photo", 1).into_bytes()));
    let reply = store.reply_with_key(account(1), words("reply", 1)).await.unwrap();
    assert_eq!(reply, Some(id(1, 4)));
    assert_eq!(store.desk_notes(patient(3)).await.unwrap()[0].what, words("noted", 3));
    assert_eq!(store.patients().await.unwrap().len(), usize::from(PEOPLE));
    store.close().await;
    assert!(SqliteStore::open(&file, WrappingKey::from_bytes([6; 32]), NOW).is_err());
}

#[tokio::test]
async fn a_shredded_record_stays_gone_when_an_older_copy_of_the_database_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("satchel.db");
    in_clear(&file);
    let store = SqliteStore::open(&file, KEY, NOW).unwrap();
    store.close().await;
    let copy = std::fs::read(&file).unwrap();

    let store = SqliteStore::open(&file, KEY, NOW).unwrap();
    assert!(store.shred(patient(1), NOW).await.unwrap());
    assert!(!store.shred(patient(1), NOW).await.unwrap(), "once");
    assert_eq!(store.account_name(account(1)).await.unwrap(), None);
    store.close().await;

    std::fs::write(&file, &copy).unwrap();
    let store = SqliteStore::open(&file, KEY, NOW).unwrap();
    let left: Vec<_> = store.patients().await.unwrap().iter().map(|one| one.patient).collect();
    assert_eq!(left, [patient(2), patient(3)]);
    assert!(store.rows_after(journal(1), 0, usize::MAX).await.unwrap().0.is_empty());
    assert_eq!(store.account_name(account(2)).await.unwrap(), Some(words("account", 2)));
    store.check().await.unwrap();
    store.close().await;

    // A key that is missing without that stops the start, and deletes nothing.
    std::fs::remove_file(folder.path().join(super::key_store::FILE)).unwrap();
    std::fs::write(&file, &copy).unwrap();
    assert!(SqliteStore::open(&file, KEY, NOW).is_err());
    let there = Connection::open(&file).unwrap();
    let patients = there.query_row("SELECT count(*) FROM patients", [], |row| row.get(0));
    assert_eq!(patients, Ok(i64::from(PEOPLE)));
}

/// `SATCHEL_TAMPERS` makes them more.
const TAMPERS: u64 = 10_000;

#[test]
fn every_tampered_value_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("satchel.db");
    in_clear(&file);
    let (mut connection, keys) = open::writer(&file, KEY, NOW).unwrap();
    let transaction = connection.transaction().unwrap();
    (1..=PEOPLE).for_each(|number| since_it_is_sealed(Db::new(&transaction, &keys), number));
    transaction.commit().unwrap();
    let tampers = std::env::var("SATCHEL_TAMPERS").ok().and_then(|text| text.parse().ok());
    let tampers = tampers.unwrap_or(TAMPERS);
    let (mut found, mut random) = (0, OsRng);
    for number in 0..tampers {
        let column = SEALED[number as usize % SEALED.len()];
        let transaction = connection.transaction().unwrap();
        let db = Db::new(&transaction, &keys);
        if tamper(db, column, &mut random) {
            let noticed = open_column(db, column).is_err();
            assert!(noticed, "{}.{} at {number}", column.table, column.column);
            found += 1;
        }
        // Dropped, and with it what was changed.
    }
    assert!(found > tampers * 7 / 10, "{found} of {tampers} changed something");
    let transaction = connection.transaction().unwrap();
    open_all(Db::new(&transaction, &keys)).unwrap();
}

fn roll(random: &mut OsRng, below: usize) -> usize {
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    u32::from_le_bytes(bytes) as usize % below
}

/// The sealed values of a column with how to find their rows.
fn values(db: Db<'_>, column: &Sealed) -> Vec<(Vec<Value>, Vec<u8>)> {
    let keys = identity(db, column.table);
    let names: String = keys.iter().map(|key| format!("{key}, ")).collect();
    let (name, table) = (column.column, column.table);
    let sql = format!("SELECT {names}{name} FROM {table} WHERE {name} IS NOT NULL");
    let mut find = db.prepare(&sql).unwrap();
    let rows = find.query_map([], |row| {
        let key = (0..keys.len()).map(|place| row.get(place)).collect::<Result<_, _>>()?;
        Ok((key, row.get(keys.len())?))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// The columns of a table's primary key.
fn identity(db: Db<'_>, table: &str) -> Vec<String> {
    let sql = format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk");
    let mut find = db.prepare(&sql).unwrap();
    find.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn which(db: Db<'_>, table: &str) -> String {
    let keys = identity(db, table);
    let all: Vec<_> =
        keys.iter().enumerate().map(|(n, key)| format!("{key} = ?{}", n + 2)).collect();
    all.join(" AND ")
}

fn value_of(db: Db<'_>, table: &str, column: &str, row: &[Value]) -> Value {
    let find = format!("SELECT {column} FROM {table} WHERE ?1 AND {}", which(db, table));
    let mut parameters = vec![Value::Integer(1)];
    parameters.extend_from_slice(row);
    db.query_row(&find, rusqlite::params_from_iter(parameters), |row| row.get(0)).unwrap()
}

fn set(db: Db<'_>, table: &str, column: &str, row: &[Value], value: &Value) -> bool {
    let sql = format!("UPDATE {table} SET {column} = ?1 WHERE {}", which(db, table));
    let mut parameters = vec![value.clone()];
    parameters.extend_from_slice(row);
    // A key that is there already is refused by the table itself.
    db.execute(&sql, rusqlite::params_from_iter(parameters)).is_ok_and(|changed| changed == 1)
}

/// Changes one value, its place or its row. Answers whether something is different now.
fn tamper(db: Db<'_>, column: &Sealed, random: &mut OsRng) -> bool {
    let values = values(db, column);
    let (row, bytes) = &values[roll(random, values.len())];
    let (other_row, other) = &values[roll(random, values.len())];
    let put = |bytes: Vec<u8>| set(db, column.table, column.column, row, &Value::Blob(bytes));
    match roll(random, 5) {
        // What lies elsewhere cannot be changed here, only be something again.
        0 | 1 if bytes.is_empty() => put(vec![1]),
        0 => {
            let mut changed = bytes.clone();
            changed[roll(random, bytes.len())] ^= 1 << roll(random, 8);
            put(changed)
        }
        1 => put(bytes[..roll(random, bytes.len())].to_vec()),
        // Swapped with another row, which may be somebody else's.
        2 => {
            let back = Value::Blob(bytes.clone());
            bytes != other
                && put(other.clone())
                && set(db, column.table, column.column, other_row, &back)
        }
        // Moved here from another column.
        3 => {
            let from = SEALED[roll(random, SEALED.len())];
            let moved = &self::values(db, from)[0].1;
            moved != bytes && put(moved.clone())
        }
        // The row itself says that it is another one.
        _ => {
            let bound: Vec<_> = column.row.iter().copied().chain(column.owner.column()).collect();
            let name = bound[roll(random, bound.len())];
            let value = match value_of(db, column.table, name, row) {
                Value::Integer(number) => Value::Integer(number + 1),
                Value::Text(text) => Value::Text(text + "x"),
                Value::Blob(bytes) if name == "patient" || name == "owner" => {
                    let others: Vec<_> = (1..=PEOPLE).map(|n| patient(n).to_bytes()).collect();
                    let other = others.into_iter().find(|other| other[..] != bytes);
                    Value::Blob(other.unwrap().to_vec())
                }
                Value::Blob(mut bytes) => {
                    bytes[0] ^= 1;
                    Value::Blob(bytes)
                }
                Value::Null => Value::Blob(patient(1).to_bytes().to_vec()),
                Value::Real(number) => Value::Real(number + 1.0),
            };
            // Whoever tampers does not ask what the tables promise each other.
            db.execute_batch("PRAGMA defer_foreign_keys = ON").unwrap();
            set(db, column.table, name, row, &value)
        }
    }
}
