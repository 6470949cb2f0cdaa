//! The first sync of a device with the record of twenty years: what it takes of the server.

use shared::document::DocumentId;
use shared::sync::receipt::ReceiptKey;
use shared::testing::record20::{self, Size};
use shared::testing::{PATIENT, ROSA};
use sync_server::documents::{Origin, layout, own};
use sync_server::store::Store;
use sync_server::store::people::{BirthDate, Grant, NewAccount, NewPatient};
use sync_server::store::rows::Batch;
use sync_server::store::sqlite::SqliteStore;

use crate::clinic::Clinic;
use crate::line::Line;
use crate::load::part;
use crate::process::Process;

const SEED: u64 = 20;
const ROUNDS: usize = 7;

pub async fn sync() {
    let mut clinic = Clinic::new(0, 0).await;
    let documents = fill(&mut clinic).await;
    let server = Process::served(&clinic);
    let (mut times, mut bytes) = (Vec::new(), 0);
    for device in &clinic.devices[0] {
        let before = server.cpu_ms();
        let mut line = Line::open(&device.place(server.port)).await;
        bytes = 0;
        for document in &documents {
            bytes += line.pull(*document).await;
        }
        times.push(server.cpu_ms() - before);
    }
    server.stop();
    println!(
        "first sync of the 20-year record ({} documents, {:.2} MB): {:.1} ms of the server's CPU, \
         middle of {ROUNDS}; the first one {:.1} (goal 20)",
        documents.len(),
        bytes as f64 / 1e6,
        part(&mut times.clone(), 0.5),
        times[0],
    );
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
    clinic.sign_in(&store, ROSA, PATIENT, ROUNDS).await;
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
