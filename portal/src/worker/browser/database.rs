//! IndexedDB: one connection, and transactions over it, by `indexed_db_futures`. All requests of a
//! transaction are made before anything is awaited, because one that waits for anything else commits
//! by itself. What became of it is what the browser says of the whole: a full disk shows in the end of a
//! transaction, not in its requests, and the library tells of an abort without the reason, so that is
//! asked of the transaction itself.

use indexed_db_futures::Build;
use indexed_db_futures::database::Database as Opened;
use indexed_db_futures::error::Error;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::transaction::{
    Transaction as Begun, TransactionDurability, TransactionMode, TransactionOptions,
};
use js_sys::{Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbObjectStore, IdbRequest, IdbTransaction};

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiskError {
    #[error("a required row is gone")]
    Overtaken,
    #[error("the disk is full")]
    Full,
    #[error("the database cannot be reached")]
    Unreachable,
}

impl DiskError {
    /// A full disk is told once; from then on the database only does not open, until there is room.
    pub fn or(self, before: Self) -> Self {
        if self == Self::Unreachable { before } else { self }
    }
}

impl From<JsValue> for DiskError {
    /// Of what was thrown, or of the event of a request or a transaction that failed.
    fn from(thrown: JsValue) -> Self {
        let part = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok();
        let error = part(&thrown, "target").and_then(|target| part(&target, "error"));
        let error = error.filter(JsValue::is_object).unwrap_or(thrown);
        let says = |name: &str, what: &str| {
            let said = part(&error, name).and_then(|said| said.as_string());
            said.is_some_and(|said| said.contains(what))
        };
        // Chromium has a name for its own limit only; of the disk itself it says what the system said.
        let is_full = says("name", "QuotaExceededError") || says("message", "NO_SPACE");
        if is_full { Self::Full } else { Self::Unreachable }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Read,
    /// Durable when the browser has handed it to the system.
    Write,
    /// Durable when it is on the disk itself.
    WriteStrictly,
}

impl From<Error> for DiskError {
    fn from(error: Error) -> Self {
        match error {
            Error::DomException(exception) => JsValue::from(exception).into(),
            Error::Serialisation(_) | Error::MissingData(_) | Error::Unknown(_) => {
                Self::Unreachable
            }
        }
    }
}

/// Closed when it is dropped: a connection that nobody uses would keep the database from going.
pub struct Database(Opened);

impl Drop for Database {
    fn drop(&mut self) {
        self.0.as_sys().close();
    }
}

impl Database {
    /// `stores` are made anew when the version is another one than before.
    pub async fn open(name: &str, version: u32, stores: &[&str]) -> Result<Self, DiskError> {
        let stores: Vec<String> = stores.iter().map(|store| (*store).to_owned()).collect();
        let opening =
            Opened::open(name).with_version(version).with_on_upgrade_needed(move |_, database| {
                for store in &stores {
                    if database.object_store_names().any(|there| there == *store) {
                        database.delete_object_store(store)?;
                    }
                    database.create_object_store(store).build()?;
                }
                Ok(())
            });
        opening.await.map(Self).map_err(|_| DiskError::Unreachable)
    }

    /// One without rows, that is gone again at once.
    pub async fn make_and_remove(name: &str) -> Result<(), DiskError> {
        drop(Self::open(name, 1, &[]).await?);
        let removing = Opened::delete_by_name(name).map_err(|_| DiskError::Unreachable)?;
        removing.await.map_err(|_| DiskError::Unreachable)
    }

    pub fn begin(&self, store: &str, mode: Mode) -> Result<Transaction<'_>, DiskError> {
        let mut options = TransactionOptions::new();
        if mode == Mode::WriteStrictly {
            options.set_durability(TransactionDurability::Strict);
        }
        let mode = match mode {
            Mode::Read => TransactionMode::Readonly,
            Mode::Write | Mode::WriteStrictly => TransactionMode::Readwrite,
        };
        let building = self.0.transaction(store).with_mode(mode).with_options(options);
        Ok(Transaction(building.build()?))
    }
}

/// Undone when it is dropped before its end was awaited.
pub struct Transaction<'a>(Begun<'a>);

impl Transaction<'_> {
    pub fn store(&self, name: &str) -> Result<IdbObjectStore, DiskError> {
        Ok(self.0.as_sys().object_store(name)?)
    }

    /// All of it is durable, or nothing is.
    pub async fn end(self) -> Result<(), DiskError> {
        let raw: IdbTransaction = self.0.as_sys().clone().into();
        let committed = self.0.commit().await;
        committed.map_err(|error| match raw.error() {
            Some(why) => JsValue::from(why).into(),
            None => error.into(),
        })
    }
}

/// Of a request of a transaction that is not over.
pub async fn result(request: &IdbRequest) -> Result<JsValue, DiskError> {
    settled(request, "onsuccess", "onerror").await?;
    Ok(request.result()?)
}

/// Comes back when one of both is called, which may be at once: it listens from the call on.
fn settled(on: &JsValue, well: &str, badly: &str) -> JsFuture {
    let promise = Promise::new(&mut |done, failed| {
        // Both are there to be set in every browser.
        let _set = Reflect::set(on, &well.into(), &done);
        let _set = Reflect::set(on, &badly.into(), &failed);
    });
    promise.into()
}
