//! The log is packed by a process that is killed before, into and behind each of its transactions.

use std::path::Path;

use shared::document::{Actor, Document, DocumentId, Put};
use shared::edit::Audience;
use shared::id::{AccountId, EntryId, PatientId};
use shared::sync::receipt::ReceiptKey;
use shared::wire::{Row, Summary, rows_bytes_goal};
use sync_server::documents::{Origin, layout, own};
use sync_server::store::Store;
use sync_server::store::packs::{PackStore, Sent, Tail};
use sync_server::store::people::{BirthDate, NewPatient};
use sync_server::store::rows::Batch;
use sync_server::store::sqlite::SqliteStore;
use sync_server::world::Clock;

use crate::{KEY, begun, keep_key, kill_at};

/// People, each with one journal of so many messages, which makes four packs.
const PEOPLE: u128 = 5;
const MESSAGES: u128 = 300;
/// Bytes of the database's log after which a round is killed, times its number. A pack is a few pages
/// in one transaction, and its rows' bytes some more in another one.
const STEP_BYTES: u64 = 7 * 1024;
const ROUNDS: u64 = 24;

fn journal(person: u128) -> DocumentId {
    let patient = PatientId::from_u128(person);
    DocumentId::journal(patient, AccountId::from_u128(person), Audience::Circle)
}

fn opened(folder: &Path) -> SqliteStore {
    SqliteStore::open(&folder.join("satchel.db"), KEY, Clock::System.now()).unwrap()
}

async fn write(store: &SqliteStore, document: DocumentId) {
    let at = Clock::System.now();
    let birth_date = BirthDate::parse("1961-04-09").unwrap();
    let patient = NewPatient { patient: document.patient, name: "Rosa".into(), birth_date, at };
    store.add_patient(patient).await.unwrap();
    let receipts = ReceiptKey::from_bytes([3; 32]);
    let origin = Origin { account: document.writer(), device: None, at };
    let fresh = |bytes: &[u8]| own(&receipts, &document, bytes, origin).unwrap();
    let (_, genesis) = Document::genesis(&document);
    store.create_document(document, Some(fresh(&genesis))).await.unwrap();
    let mut open = Document::load([&genesis[..]]).unwrap();
    let mut mint = |number: u128| {
        let text = format!("{number} {}", "I am dizzy when I stand up. ".repeat(12));
        let put = Put::Entry { entry: EntryId::from_u128(number), text };
        fresh(&open.mint(Actor([1; 16]), &put).1)
    };
    let changes = (1..=MESSAGES).map(&mut mint).collect();
    let layout = layout(&document);
    store.append(Batch { document, layout, changes, reply: None }).await.unwrap();
}

/// What every log says, and how many of the pieces that a device pulls were packs.
async fn said(store: &SqliteStore) -> (Vec<(Vec<Row>, Vec<Summary>)>, usize) {
    let (mut all, mut packs) = (Vec::new(), 0);
    for document in (1..=PEOPLE).map(journal) {
        let (rows, _) = store.rows_after(document, 0, usize::MAX).await.unwrap();
        let (mut pulled, mut more) = (Vec::<Row>::new(), true);
        while more {
            let after = pulled.last().map_or(0, |row| row.seq);
            let goal = rows_bytes_goal(&document);
            let piece = match store.sent_after(document, after, goal).await.unwrap() {
                Sent::Rows(rows, there_is) => {
                    more = there_is;
                    rows
                }
                Sent::Pack(pack, there_is) => {
                    more = there_is;
                    packs += 1;
                    pack.rows().unwrap().1
                }
            };
            pulled.extend(piece);
        }
        assert_eq!(pulled, rows, "a device pulls what is there");
        all.push((rows, store.summaries(vec![document.patient]).await.unwrap()));
    }
    (all, packs)
}

#[tokio::test]
async fn a_log_says_the_same_after_every_kill() {
    let folder = tempfile::tempdir().unwrap();
    keep_key(folder.path());
    let store = opened(folder.path());
    for person in 1..=PEOPLE {
        write(&store, journal(person)).await;
    }
    let (before, packs) = said(&store).await;
    assert_eq!(packs, 0);
    store.close().await;

    let (mut begun_packs, mut grew) = (0, 0);
    let mut packs = 0;
    for round in 0..ROUNDS {
        let child = begun(folder.path(), &[Path::new("compact")]);
        kill_at(child, folder.path(), STEP_BYTES * round);
        let connection = rusqlite::Connection::open(folder.path().join("satchel.db")).unwrap();
        let sound: String =
            connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
        drop(connection);
        let store = opened(folder.path());
        store.check().await.unwrap();
        let never = Tail { rows: u64::MAX >> 1, bytes: u64::MAX >> 1 };
        begun_packs += store.long_logs(never, None, usize::MAX).await.unwrap().len();
        let (after, now) = said(&store).await;
        assert_eq!(after, before, "after kill {round}");
        assert!(now >= packs, "no pack is lost");
        grew += usize::from(now > packs);
        packs = now;
        store.close().await;
    }
    assert!(begun_packs > 0 && grew > 1, "kills fell between: {begun_packs} begun, {grew} grew");
    // The next one ends it.
    assert!(begun(folder.path(), &[Path::new("compact")]).wait().unwrap().success());
    let store = opened(folder.path());
    let (after, packs) = said(&store).await;
    assert_eq!(after, before);
    assert!(packs >= usize::try_from(PEOPLE).unwrap() * 4, "{packs}");
    store.close().await;
}
