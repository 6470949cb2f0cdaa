//! IndexedDB: two stores of sealed rows under meaningless names, and one of keys. Everything is
//! sealed before a transaction opens, because one that waits for anything else commits by itself.

use indexed_db_futures::database::Database;
use indexed_db_futures::prelude::{Build, BuildPrimitive, QuerySource};
use indexed_db_futures::transaction::{
    Transaction, TransactionDurability, TransactionMode, TransactionOptions,
};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CryptoKey;

/// Rows of the record: outbox, changes, dead letters.
pub const ROWS: &str = "rows";
/// What only this device knows: who is signed in, drafts.
pub const LOCAL: &str = "local";
/// The header of the vault, and the device's own key where there is one.
const KEYS: &str = "keys";
const HEADER: &str = "vault";
const DEVICE_KEY: &str = "device";
/// 2: the keys are wrapped. Version 1 was of a portal that nobody had outside of its own workshop, and
/// its keys cannot be taken out to be wrapped.
const VERSION: u32 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiskError {
    #[error("a required row is gone")]
    Overtaken,
    #[error("the disk is full")]
    Full,
    #[error("the database cannot be reached")]
    Unreachable,
}

pub struct Disk(Database);

/// One transaction over one store. Names are those of `vault`.
pub struct Change {
    pub store: &'static str,
    pub requires: Vec<String>,
    pub put: Vec<(String, Vec<u8>)>,
    pub remove: Vec<String>,
    pub strict: bool,
}

impl Disk {
    pub async fn open(name: &str) -> Result<Self, DiskError> {
        let opening =
            Database::open(name).with_version(VERSION).with_on_upgrade_needed(|event, database| {
                for store in [ROWS, LOCAL, KEYS] {
                    if event.old_version() > 0.0 {
                        database.delete_object_store(store)?;
                    }
                    database.create_object_store(store).build()?;
                }
                Ok(())
            });
        let opening = opening.await.map_err(|_| DiskError::Unreachable)?;
        Ok(Self(opening))
    }

    /// Everything in a store.
    pub async fn all(&self, store: &str) -> Result<Vec<(String, Vec<u8>)>, DiskError> {
        let transaction = self.begin(store, TransactionMode::Readonly, false)?;
        let rows = transaction.object_store(store)?;
        let names = rows.get_all_keys::<JsValue>().primitive()?.await?;
        let values = rows.get_all::<JsValue>().primitive()?.await?;
        let mut all = Vec::new();
        for (name, value) in names.zip(values) {
            if let (Some(name), Ok(value)) = (name?.as_string(), value?.dyn_into::<Uint8Array>()) {
                all.push((name, value.to_vec()));
            }
        }
        Ok(all)
    }

    /// These rows, nothing for those that are not there.
    pub async fn these(
        &self,
        store: &str,
        names: &[String],
    ) -> Result<Vec<Option<Vec<u8>>>, DiskError> {
        let transaction = self.begin(store, TransactionMode::Readonly, false)?;
        let rows = transaction.object_store(store)?;
        let mut found = Vec::new();
        for name in names {
            let value: Option<JsValue> = rows.get(name.as_str()).primitive()?.await?;
            let bytes = value.and_then(|value| value.dyn_into::<Uint8Array>().ok());
            found.push(bytes.map(|bytes| bytes.to_vec()));
        }
        Ok(found)
    }

    /// All of it or nothing, and durable when it comes back.
    pub async fn change(&self, change: &Change) -> Result<(), DiskError> {
        let transaction = self.begin(change.store, TransactionMode::Readwrite, change.strict)?;
        let rows = transaction.object_store(change.store)?;
        for name in &change.requires {
            let there: Option<JsValue> = rows.get(name.as_str()).primitive()?.await?;
            if there.is_none() {
                return Err(DiskError::Overtaken);
            }
        }
        for (name, bytes) in &change.put {
            let bytes: JsValue = Uint8Array::from(&bytes[..]).into();
            rows.put(bytes).with_key(name.as_str()).without_key_type().primitive()?.await?;
        }
        for name in &change.remove {
            rows.delete(name.as_str()).primitive()?.await?;
        }
        drop(rows);
        transaction.commit().await.map_err(DiskError::from)
    }

    /// Destroys everything, keys first: what they sealed is then gone, whatever happens next.
    pub async fn wipe(&self) -> Result<(), DiskError> {
        for store in [KEYS, LOCAL, ROWS] {
            let transaction = self.begin(store, TransactionMode::Readwrite, true)?;
            let rows = transaction.object_store(store)?;
            rows.clear()?.await?;
            drop(rows);
            transaction.commit().await?;
        }
        Ok(())
    }

    /// The vault's header, and the device's own key if there is one.
    pub async fn vault(&self) -> Result<Option<(Vec<u8>, Option<CryptoKey>)>, DiskError> {
        let transaction = self.begin(KEYS, TransactionMode::Readonly, false)?;
        let keys = transaction.object_store(KEYS)?;
        let header: Option<JsValue> = keys.get(HEADER).primitive()?.await?;
        let device: Option<JsValue> = keys.get(DEVICE_KEY).primitive()?.await?;
        let header = header.and_then(|header| header.dyn_into::<Uint8Array>().ok());
        let device = device.and_then(|key| key.dyn_into().ok());
        Ok(header.map(|header| (header.to_vec(), device)))
    }

    /// Keeps a new vault, unless there is one: two tabs that start at once end with the same.
    /// Answers whether it is this one.
    pub async fn keep_vault(
        &self,
        header: &[u8],
        device: Option<&CryptoKey>,
    ) -> Result<bool, DiskError> {
        let transaction = self.begin(KEYS, TransactionMode::Readwrite, true)?;
        let keys = transaction.object_store(KEYS)?;
        let there: Option<JsValue> = keys.get(HEADER).primitive()?.await?;
        if there.is_some() {
            return Ok(false);
        }
        let header: JsValue = Uint8Array::from(header).into();
        keys.put(header).with_key(HEADER).without_key_type().primitive()?.await?;
        if let Some(device) = device {
            let device: JsValue = device.clone().into();
            keys.put(device).with_key(DEVICE_KEY).without_key_type().primitive()?.await?;
        }
        drop(keys);
        transaction.commit().await?;
        Ok(true)
    }

    /// Puts a changed header in the place of the one that was read.
    pub async fn change_vault(&self, header: &[u8]) -> Result<(), DiskError> {
        let transaction = self.begin(KEYS, TransactionMode::Readwrite, true)?;
        let keys = transaction.object_store(KEYS)?;
        let header: JsValue = Uint8Array::from(header).into();
        keys.put(header).with_key(HEADER).without_key_type().primitive()?.await?;
        drop(keys);
        transaction.commit().await.map_err(DiskError::from)
    }

    fn begin<'a>(
        &'a self,
        store: &str,
        mode: TransactionMode,
        strict: bool,
    ) -> Result<Transaction<'a>, DiskError> {
        let mut options = TransactionOptions::new();
        if strict {
            options.set_durability(TransactionDurability::Strict);
        }
        let building = self.0.transaction(store).with_mode(mode).with_options(options);
        building.build().map_err(DiskError::from)
    }
}

impl From<indexed_db_futures::error::Error> for DiskError {
    fn from(error: indexed_db_futures::error::Error) -> Self {
        let text = format!("{error:?}");
        if text.contains("QuotaExceeded") { Self::Full } else { Self::Unreachable }
    }
}

impl From<JsValue> for DiskError {
    fn from(error: JsValue) -> Self {
        let text = format!("{error:?}");
        if text.contains("QuotaExceeded") { Self::Full } else { Self::Unreachable }
    }
}
