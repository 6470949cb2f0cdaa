//! IndexedDB with promises in place of events: one connection, and transactions over it. All requests
//! of a transaction are made before anything is awaited, because one that waits for anything else
//! commits by itself. What became of it is what the browser says of the whole: a full disk shows in the
//! end of a transaction, not in its requests.

use std::cell::Cell;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbFactory, IdbObjectStore, IdbRequest, IdbTransaction};

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiskError {
    #[error("a required row is gone")]
    Overtaken,
    #[error("the disk is full")]
    Full,
    #[error("the database cannot be reached")]
    Unreachable,
}

impl From<JsValue> for DiskError {
    /// Of what was thrown, or of the event of a request or a transaction that failed.
    fn from(thrown: JsValue) -> Self {
        let part = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok();
        let error = part(&thrown, "target").and_then(|target| part(&target, "error"));
        let error = error.filter(JsValue::is_object).unwrap_or(thrown);
        let name = part(&error, "name").and_then(|name| name.as_string());
        if name.as_deref() == Some("QuotaExceededError") { Self::Full } else { Self::Unreachable }
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

/// Closed when it is dropped: a connection that nobody uses would keep the database from going.
pub struct Database(IdbDatabase);

impl Drop for Database {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Database {
    /// `stores` are made anew when the version is another one than before.
    pub async fn open(name: &str, version: u32, stores: &[&str]) -> Result<Self, DiskError> {
        let factory: IdbFactory = Reflect::get(&js_sys::global(), &"indexedDB".into())?
            .dyn_into()
            .map_err(|_| DiskError::Unreachable)?;
        let request = factory.open_with_u32(name, version)?;
        let opening: IdbRequest = request.clone().into();
        let stores: Vec<String> = stores.iter().map(|store| (*store).to_owned()).collect();
        let upgrade = Closure::once(move || {
            let database: IdbDatabase = opening.result()?.dyn_into()?;
            for store in &stores {
                if database.object_store_names().contains(store) {
                    database.delete_object_store(store)?;
                }
                database.create_object_store(store)?;
            }
            Ok::<(), JsValue>(())
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let outcome = settled(&request, "onsuccess", "onerror").await;
        request.set_onupgradeneeded(None);
        outcome?;
        let database: IdbDatabase = request.result()?.dyn_into()?;
        Ok(Self(database))
    }

    pub fn begin(&self, stores: &[&str], mode: Mode) -> Result<Transaction, DiskError> {
        let begin: Function = Reflect::get(&self.0, &"transaction".into())?.dyn_into()?;
        let names: Array = stores.iter().map(|store| JsValue::from_str(store)).collect();
        let options = Object::new();
        if mode == Mode::WriteStrictly {
            Reflect::set(&options, &"durability".into(), &"strict".into())?;
        }
        let mode = if mode == Mode::Read { "readonly" } else { "readwrite" };
        let raw = begin.call3(&self.0, &names, &mode.into(), &options)?;
        let raw: IdbTransaction = raw.unchecked_into();
        let ended = settled(&raw, "oncomplete", "onabort");
        Ok(Transaction { ended, raw, is_left_to_end: Cell::new(false) })
    }
}

/// Undone when it is dropped before its end was awaited.
pub struct Transaction {
    raw: IdbTransaction,
    ended: JsFuture,
    is_left_to_end: Cell<bool>,
}

impl Transaction {
    pub fn store(&self, name: &str) -> Result<IdbObjectStore, DiskError> {
        Ok(self.raw.object_store(name)?)
    }

    /// All of it is durable, or nothing is.
    pub async fn end(mut self) -> Result<(), DiskError> {
        self.is_left_to_end.set(true);
        // Sooner than the browser would by itself. One that is over already says so below.
        let commit: Function = Reflect::get(&self.raw, &"commit".into())?.dyn_into()?;
        let _over = commit.call0(&self.raw);
        (&mut self.ended).await?;
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if !self.is_left_to_end.get() {
            // Refused only where it is over already.
            let _over = self.raw.abort();
        }
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
