//! Whatever ends a compaction, and wherever: what was written can be read, and the next one ends it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use shared::document::{Actor, Document, Put};
use shared::edit::Audience;
use shared::id::{AccountId, EntryId, PatientId};
use shared::sync::receipt::ReceiptKey;
use shared::time::Timestamp;

use super::*;
use crate::documents::{Origin, layout, own};
use crate::store::memory::{Fate, MemoryStore};
use crate::store::packs::Sent;
use crate::store::people::{BirthDate, NewPatient};
use crate::store::rows::{Batch, Fresh};

const RECORD: PatientId = PatientId::from_u128(1);
const ROSA: AccountId = AccountId::from_u128(2);
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
/// Of one pack: its rows are read, it is written, compared, finished.
const STEPS: usize = 4;

fn fresh(document: &DocumentId, bytes: &[u8]) -> Fresh {
    let origin = Origin { account: document.writer(), device: None, at: NOW };
    own(&ReceiptKey::from_bytes([3; 32]), document, bytes, origin).unwrap()
}

/// A journal of two packs.
async fn written(store: &dyn Store) -> DocumentId {
    let document = DocumentId::journal(RECORD, ROSA, Audience::Circle);
    let birth_date = BirthDate::parse("1961-04-09").unwrap();
    let patient = NewPatient { patient: RECORD, name: "Rosa".into(), birth_date, at: NOW };
    store.add_patient(patient).await.unwrap();
    let (_, genesis) = Document::genesis(&document);
    store.create_document(document, Some(fresh(&document, &genesis))).await.unwrap();
    let mut open = Document::load([&genesis[..]]).unwrap();
    let mut mint = |number: u128| {
        let put = Put::Entry { entry: EntryId::from_u128(number), text: "dizzy ".repeat(60) };
        fresh(&document, &open.mint(Actor([1; 16]), &put).1)
    };
    let changes = (1..=100).map(&mut mint).collect();
    let layout = layout(&document);
    store.append(Batch { document, layout, changes, reply: None }).await.unwrap();
    document
}

async fn pulled(store: &dyn Store, document: DocumentId) -> (Vec<Row>, usize) {
    let (mut all, mut packs) = (Vec::new(), 0);
    loop {
        let after = all.last().map_or(0, |row: &Row| row.seq);
        let goal = rows_bytes_goal(&document);
        let (rows, more) = match store.sent_after(document, after, goal).await.unwrap() {
            Sent::Rows(rows, more) => (rows, more),
            Sent::Pack(pack, more) => {
                packs += 1;
                (pack.rows().unwrap().1, more)
            }
        };
        all.extend(rows);
        if !more {
            return (all, packs);
        }
    }
}

#[tokio::test]
async fn one_that_fails_anywhere_loses_nothing_and_is_ended_by_the_next() {
    for fate in [Fate::FailsBefore, Fate::FailsAfter] {
        for works in 0.. {
            let store = MemoryStore::default();
            let document = written(&store).await;
            let (before, _) = pulled(&store, document).await;
            store.will((0..works).map(|_| Fate::Works).chain([fate]));
            if compact(&store, &AtOnce).await.is_ok() {
                assert!(works >= 2 * STEPS, "{works} verbs were all it asked for");
                break;
            }
            assert_eq!(pulled(&store, document).await.0, before, "{works}");
            compact(&store, &AtOnce).await.unwrap();
            assert_eq!(pulled(&store, document).await, (before, 2), "{works}");
        }
    }
}

/// A clock of a process that does nothing quickly: at every look it is so much later.
struct Slow {
    began: Instant,
    looks: AtomicU32,
    rested: Mutex<Duration>,
}

const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

impl Pace for Slow {
    fn now(&self) -> Instant {
        self.began + BETWEEN_LOOKS * self.looks.fetch_add(1, Ordering::Relaxed)
    }

    fn rest(&self, how_long: Duration) -> impl Future<Output = ()> + Send {
        *self.rested.lock().unwrap() += how_long;
        std::future::ready(())
    }
}

#[tokio::test]
async fn it_rests_four_times_as_long_as_it_works() {
    let store = MemoryStore::default();
    written(&store).await;
    let pace = Slow { began: Instant::now(), looks: AtomicU32::new(0), rested: Mutex::default() };
    assert_eq!(compact(&store, &pace).await.unwrap(), 2);
    assert_eq!(*pace.rested.lock().unwrap(), 2 * 4 * BETWEEN_LOOKS);
}
