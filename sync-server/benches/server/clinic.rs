//! A clinic on the disk with people who are signed in, for the program to serve.

use std::path::PathBuf;

use futures_util::future::try_join_all;
use shared::document::DocumentId;
use shared::edit::Audience;
use shared::id::{AccountId, DeviceId, PatientId};
use shared::sync::receipt::ReceiptKey;
use shared::sync::scope::{Access, Level, Scope};
use sync_server::documents;
use sync_server::sealing::WrappingKey;
use sync_server::secret::{Secret, Slot};
use sync_server::store::Store;
use sync_server::store::people::{BirthDate, Door, Grant, NewAccount, NewPatient, NewSession};
use sync_server::store::sqlite::SqliteStore;
use sync_server::world::{Clock, OsRng};

use crate::line::{ORIGIN, Place};
use crate::load::Pair;

const KEY: WrappingKey = WrappingKey::from_bytes([5; 32]);
/// Rows that are written at once while the clinic is made.
const AT_ONCE: usize = 256;

pub struct Clinic {
    pub folder: tempfile::TempDir,
    pub key: PathBuf,
    _apart: tempfile::TempDir,
    pub devices: Vec<Vec<SignedIn>>,
}

/// A device of somebody, with the ticket for its socket.
#[derive(Clone)]
pub struct SignedIn {
    pub account: AccountId,
    pub patient: PatientId,
    pub device: DeviceId,
    pub ticket: String,
}

impl SignedIn {
    pub fn journal(&self) -> DocumentId {
        let journal = DocumentId::journal(self.patient, self.account, Audience::Circle);
        journal.in_year(Clock::System.now().year())
    }

    pub fn place(&self, port: u16) -> Place {
        Place {
            address: format!("ws://127.0.0.1:{port}/api/sync?ticket={}", self.ticket),
            greets: true,
        }
    }
}

/// Where what is measured lies: beside the program that was built, on the same disk.
pub fn scratch() -> tempfile::TempDir {
    let folder = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    tempfile::tempdir_in(folder).unwrap()
}

impl Clinic {
    /// People with a record each, and so many devices of each of them.
    pub async fn new(accounts: usize, devices: usize) -> Self {
        let (folder, apart) = (scratch(), tempfile::tempdir().unwrap());
        let portal = folder.path().join("portal");
        std::fs::create_dir(&portal).unwrap();
        std::fs::write(portal.join("index.html"), "<!doctype html>").unwrap();
        let key = apart.path().join("satchel.key");
        std::fs::write(&key, KEY.text()).unwrap();
        let mut clinic = Self { folder, key, _apart: apart, devices: Vec::new() };
        let store = clinic.store();
        for number in 0..accounts {
            let people: Vec<_> = (0..devices).map(|device| signed_in(number, device)).collect();
            person(&store, &people).await;
            clinic.devices.push(people);
        }
        store.close().await;
        clinic
    }

    /// So many devices more, of somebody who is in the store.
    pub async fn sign_in(
        &mut self,
        store: &SqliteStore,
        account: AccountId,
        patient: PatientId,
        count: usize,
    ) {
        let device = |number| SignedIn { account, patient, ..signed_in(0, number) };
        let devices: Vec<_> = (0..count).map(device).collect();
        ensured(store, &devices).await;
        self.devices.push(devices);
    }

    /// The store itself, while nobody serves it.
    pub fn store(&self) -> SqliteStore {
        let file = self.folder.path().join("satchel.db");
        SqliteStore::open(&file, KEY, Clock::System.now()).unwrap()
    }

    pub fn pairs(&self, port: u16) -> Vec<Pair> {
        let pair = |devices: &Vec<SignedIn>| Pair {
            journal: devices[0].journal(),
            devices: [0, 1].map(|one| devices[one].device),
            places: [0, 1].map(|one| devices[one].place(port)),
        };
        self.devices.iter().map(pair).collect()
    }

    pub fn arguments(&self) -> Vec<std::ffi::OsString> {
        let portal = self.folder.path().join("portal");
        ["serve", "--port", "0", "--origin", ORIGIN]
            .map(Into::into)
            .into_iter()
            .chain(["--dir".into(), self.folder.path().into()])
            .chain(["--portal".into(), portal.into()])
            .chain(["--key-file".into(), self.key.clone().into()])
            .collect()
    }
}

fn signed_in(number: usize, device: usize) -> SignedIn {
    let number = number as u128 + 1;
    SignedIn {
        account: AccountId::from_u128(number),
        patient: PatientId::from_u128(number + (1 << 32)),
        device: DeviceId::from_u128((number << 16) + device as u128),
        ticket: Secret::fresh(&mut OsRng).text().to_owned(),
    }
}

async fn person(store: &SqliteStore, devices: &[SignedIn]) {
    let SignedIn { account, patient, .. } = devices[0];
    let (now, name) = (Clock::System.now(), "Rosa".to_owned());
    let birth_date = BirthDate::parse("1961-04-09").unwrap();
    store
        .add_patient(NewPatient { patient, name: name.clone(), birth_date, at: now })
        .await
        .unwrap();
    store.add_account(NewAccount { account, name, at: now }).await.unwrap();
    store.grant(Grant { patient, account, level: Level::Own, at: now }).await.unwrap();
    ensured(store, devices).await;
}

/// Their documents are there, and they are signed in.
async fn ensured(store: &SqliteStore, devices: &[SignedIn]) {
    let SignedIn { account, patient, .. } = devices[0];
    let now = Clock::System.now();
    let scope = Scope { account, records: vec![Access::whole(patient, Level::Own)] };
    // Whose receipts these are does not matter: they are of documents that nobody has yet.
    let receipts = ReceiptKey::from_bytes([7; 32]);
    documents::ensure(store, &receipts, &scope, now).await.unwrap();
    for some in devices.chunks(AT_ONCE) {
        try_join_all(some.iter().map(|one| session(store, one))).await.unwrap();
    }
}

async fn session(
    store: &SqliteStore,
    one: &SignedIn,
) -> Result<(), sync_server::store::StoreError> {
    let at = Clock::System.now();
    let (token, until) = (Secret::fresh(&mut OsRng).hash(), at.plus_millis(60 * 60 * 1000));
    let session = NewSession {
        token,
        account: one.account,
        device: one.device,
        slot: Slot::fresh(&mut OsRng),
        kind: String::new(),
        brief: false,
        door: Door::Portal,
        demo: false,
        at,
        until,
    };
    store.open_session(session).await?;
    let ticket = sync_server::secret::SecretHash::of(&one.ticket);
    store.issue_ticket(ticket, token, until).await
}
