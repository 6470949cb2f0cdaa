//! The first sync of a device with the record of twenty years: what it takes of the server, as the
//! record was written and once it is packed.

use shared::document::DocumentId;
use shared::sync::receipt::ReceiptKey;
use shared::testing::record20::{self, Size};
use shared::testing::{PATIENT, ROSA};
use std::fmt;
use sync_server::compaction::{AtOnce, compact};
use sync_server::documents::{Origin, layout, own};
use sync_server::store::Store;
use sync_server::store::people::{BirthDate, Grant, NewAccount, NewPatient};
use sync_server::store::rows::Batch;
use sync_server::store::sqlite::SqliteStore;

use crate::clinic::{Clinic, SignedIn};
use crate::line::Line;
use crate::load::part;
use crate::process::{Process, cpu_ms};

const SEED: u64 = 20;
const ROUNDS: usize = 7;

pub async fn sync() {
    let mut clinic = Clinic::new(0, 0).await;
    let documents = fill(&mut clinic).await;
    let (before, after) = clinic.devices[0].split_at(ROUNDS);
    println!(
        "first sync of the 20-year record, {} documents, middle of {ROUNDS}:",
        documents.len()
    );
    println!("  as it was written  {}", pulled(&clinic, before, &documents).await);
    let (store, begun) = (clinic.store(), cpu_ms(std::process::id()));
    let packs = compact(&store, &AtOnce).await.unwrap();
    let took = cpu_ms(std::process::id()) - begun;
    store.close().await;
    println!("  packing it         {took:.0} ms of CPU, once; {packs} packs");
    println!("  packed (goal 20)   {}", pulled(&clinic, after, &documents).await);
}

struct Pulled {
    times: Vec<f64>,
    changes: usize,
    frames: usize,
}

impl fmt::Display for Pulled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let middle = part(&mut self.times.clone(), 0.5);
        let [changes, frames] = [self.changes, self.frames].map(|bytes| bytes as f64 / 1e6);
        write!(f, "{middle:.1} ms of the server's CPU, the first one {:.1}; ", self.times[0])?;
        write!(f, "{changes:.2} MB of changes in {frames:.2} MB of frames")
    }
}

/// The real program serves the record to one device after the other.
async fn pulled(clinic: &Clinic, devices: &[SignedIn], documents: &[DocumentId]) -> Pulled {
    let server = Process::served(clinic);
    let mut pulled = Pulled { times: Vec::new(), changes: 0, frames: 0 };
    for device in devices {
        let before = server.cpu_ms();
        let mut line = Line::open(&device.place(server.port)).await;
        let opened = line.heard;
        pulled.changes = 0;
        for document in documents {
            pulled.changes += line.pull(*document).await;
        }
        pulled.frames = line.heard - opened;
        pulled.times.push(server.cpu_ms() - before);
    }
    server.stop();
    pulled
}

/// The record in the database, and devices that are signed in.
async fn fill(clinic: &mut Clinic) -> Vec<DocumentId> {
    let store = clinic.store();
    let (at, name) = (record20::end(), "Rosa".to_owned());
    let birth_date = BirthDate::parse("1961-04-09").unwrap();
    let patient = NewPatient { patient: PATIENT, name: name.clone(), birth_date, at };
    store.add_patient(patient).await.unwrap();
    store.add_account(NewAccount { account: ROSA, name, at }).await.unwrap();
    let level = shared::sync::scope::Level::Own;
    store.grant(Grant { patient: PATIENT, account: ROSA, level, at }).await.unwrap();
    let documents = record20::documents(SEED, Size::TWENTY_YEARS);
    for (document, changes) in &documents {
        append(&store, *document, changes).await;
    }
    clinic.sign_in(&store, ROSA, PATIENT, 2 * ROUNDS).await;
    store.close().await;
    documents.into_keys().collect()
}

async fn append(store: &SqliteStore, document: DocumentId, changes: &[Vec<u8>]) {
    let receipts = ReceiptKey::from_bytes([7; 32]);
    let origin = Origin { account: document.writer(), device: None, at: record20::end() };
    let fresh = |bytes: &Vec<u8>| own(&receipts, &document, bytes, origin).unwrap();
    let (genesis, rest) = changes.split_first().unwrap();
    store.create_document(document, Some(fresh(genesis))).await.unwrap();
    let changes: Vec<_> = rest.iter().map(fresh).collect();
    let count = changes.len();
    let layout = layout(&document);
    let batch = Batch { document, layout, changes, reply: None };
    let stored = store.append(batch).await.unwrap();
    let all = stored.iter().all(|one| matches!(one, sync_server::store::rows::Appended::Stored(_)));
    assert!(all && stored.len() == count, "the record is stored whole");
}
