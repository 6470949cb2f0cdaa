//! What every store promises. Each promise is run on all of them.

mod attachments;
mod audit;
mod clinic;
mod desk;
mod devices;
mod documents;
mod grants;
mod openings;
mod outgoing;
mod packs;
mod passkeys;
mod people;
mod resources;
mod settings;
mod shares;
mod staff;

use shared::document::{Actor, Document, DocumentId, Put};
use shared::edit::Audience;
use shared::id::{AccountId, DeviceId, EntryId, PatientId};
use shared::sync::receipt::ReceiptKey;
use shared::sync::scope::Level;
use shared::time::Timestamp;

use super::Store;
use super::grants::Ended;
use super::memory::MemoryStore;
use super::people::{BirthDate, Door, Grant, NewAccount, NewPatient, NewSession};
use super::rows::{Appended, Batch, Fresh};
use super::sqlite::SqliteStore;
use crate::audit::Entry;
use crate::documents::{Origin, layout, own};
use crate::sealing::WrappingKey;
use crate::secret::{Secret, Slot};
use crate::world::OsRng;

/// Runs a promise on every store, each time on an empty one with two people in it.
macro_rules! promises {
    ($($(#[$doc:meta])* $name:ident);+ $(;)?) => {$(
        mod $name {
            #[tokio::test]
            async fn in_memory() {
                let store = $crate::store::contract::memory().await;
                super::promise::$name(&store).await;
            }
            #[tokio::test]
            async fn in_sqlite() {
                let folder = tempfile::tempdir().unwrap();
                let store = $crate::store::contract::sqlite(&folder).await;
                super::promise::$name(&store).await;
                store.close().await;
            }
        }
    )+};
}
pub(super) use promises;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const LATER: Timestamp = NOW.plus_millis(1_000);
const ROSA: AccountId = AccountId::from_u128(1);
const ANA: AccountId = AccountId::from_u128(2);
const RECORD: PatientId = PatientId::from_u128(11);
const OTHER_RECORD: PatientId = PatientId::from_u128(12);
const KEY: WrappingKey = WrappingKey::from_bytes([5; 32]);
const RECEIPTS: ReceiptKey = ReceiptKey::from_bytes([3; 32]);

async fn memory() -> MemoryStore {
    let store = MemoryStore::default();
    people_into(&store).await;
    store
}

async fn sqlite(folder: &tempfile::TempDir) -> SqliteStore {
    let store = SqliteStore::open(&folder.path().join("satchel.db"), KEY, NOW).unwrap();
    people_into(&store).await;
    store
}

async fn people_into(store: &dyn Store) {
    for (patient, name) in [(RECORD, "Rosa"), (OTHER_RECORD, "Mateo")] {
        let birth_date = BirthDate::parse("1961-04-09").unwrap();
        let new = NewPatient { patient, name: name.into(), birth_date, at: NOW };
        store.add_patient(new).await.unwrap();
    }
    for (account, name) in [(ROSA, "Rosa"), (ANA, "Ana")] {
        store.add_account(NewAccount { account, name: name.into(), at: NOW }).await.unwrap();
    }
}

fn grant(patient: PatientId, account: AccountId, level: Level) -> Grant {
    Grant { patient, account, level, at: NOW }
}

/// Ends somebody's access, as a rule would.
async fn end(store: &dyn Store, patient: PatientId, account: AccountId) {
    let noted = Entry::of_rule(patient, account, LATER);
    store.end_access(Ended { patient, account, noted }).await.unwrap().unwrap();
}

/// A session of a second, and its secret.
fn session(account: AccountId, door: Door) -> (Secret, NewSession) {
    let secret = Secret::fresh(&mut OsRng);
    let session = NewSession {
        token: secret.hash(),
        account,
        device: DeviceId::from_u128(1),
        slot: Slot::fresh(&mut OsRng),
        kind: String::new(),
        brief: false,
        door,
        demo: false,
        at: NOW,
        until: LATER,
    };
    (secret, session)
}

fn journal(account: AccountId, audience: Audience) -> DocumentId {
    DocumentId::journal(RECORD, account, audience)
}

/// A document that is open beside the store, to make changes with.
struct Author {
    id: DocumentId,
    document: Document,
    account: Option<AccountId>,
}

impl Author {
    /// Makes the document in the store too.
    async fn of(store: &dyn Store, id: DocumentId) -> Self {
        let (_, bytes) = Document::genesis(&id);
        let origin = Origin { account: None, device: None, at: NOW };
        let genesis = own(&RECEIPTS, &id, &bytes, origin).unwrap();
        store.create_document(id, Some(genesis)).await.unwrap();
        Self { id, document: Document::load([&bytes[..]]).unwrap(), account: id.writer() }
    }

    fn entry(&mut self, actor: u8, entry: u128, text: &str) -> Fresh {
        self.put(actor, Put::Entry { entry: EntryId::from_u128(entry), text: text.into() })
    }

    fn put(&mut self, actor: u8, put: Put) -> Fresh {
        let (_, bytes) = self.document.mint(Actor([actor; 16]), &put);
        let origin = Origin { account: self.account, device: None, at: NOW };
        own(&RECEIPTS, &self.id, &bytes, origin).unwrap()
    }

    async fn append(&self, store: &dyn Store, changes: Vec<Fresh>) -> Vec<Appended> {
        let (document, layout) = (self.id, layout(&self.id));
        store.append(Batch { document, layout, changes, reply: None }).await.unwrap()
    }
}
