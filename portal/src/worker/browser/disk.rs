//! What lies on this device: two stores of sealed rows under meaningless names, and one of keys. A
//! handle that the browser took away is opened again and what was asked, which is idempotent, run
//! again. A database that came back empty gets its keys again, because rows without them are lost.

mod another_file;
mod memory;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Uint8Array};
use shared::id::Rng;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CryptoKey;

use self::memory::Memory;
pub use super::database::DiskError;
use super::database::{Database, Mode, result};
use super::random::Browser;

/// Rows of the record: outbox, changes, dead letters.
pub const ROWS: &str = "rows";
/// What only this device knows: who is signed in, drafts.
pub const LOCAL: &str = "local";
/// The header of the vault, and the device's own key where there is one.
const KEYS: &str = "keys";
const STORES: [&str; 3] = [KEYS, LOCAL, ROWS];
const HEADER: &str = "vault";
const DEVICE_KEY: &str = "device";
/// 2: the keys are wrapped. Version 1 was of a portal that nobody had outside of its own workshop, and
/// its keys cannot be taken out to be wrapped.
const VERSION: u32 = 2;
/// Before each try. What browsers do to a database in use is over within a second, or it stays.
const PAUSES_MS: [u32; 4] = [0, 20, 200, 1000];
/// Room that is given up when the disk is full, so that what a person just wrote still fits.
const RESERVE: &str = "reserve";
const RESERVE_BYTES: usize = 2 * 1024 * 1024;
/// So much randomness a browser gives at once.
const RANDOM_BYTES_MAX: usize = 65_536;

/// What stands in the store of keys.
pub type Keys = (Vec<u8>, Option<CryptoKey>);

pub struct Disk {
    name: String,
    /// In place of a database, where nothing may stay.
    memory: Option<Memory>,
    database: RefCell<Option<Rc<Database>>>,
    /// As they were last read or written here.
    keys: RefCell<Option<Keys>>,
    came_back_empty: Cell<bool>,
    /// Why what was written last did not arrive, or the file may be torn.
    failed: Cell<Option<DiskError>>,
}

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
        let disk = Self::of(name, None);
        disk.again(async |_| Ok(())).await?;
        Ok(disk)
    }

    /// Of a session that keeps nothing: it ends with this program.
    pub fn in_memory(name: &str) -> Self {
        Self::of(name, Some(Memory::default()))
    }

    fn of(name: &str, memory: Option<Memory>) -> Self {
        Self {
            name: name.to_owned(),
            memory,
            database: RefCell::default(),
            keys: RefCell::default(),
            came_back_empty: Cell::default(),
            failed: Cell::default(),
        }
    }

    pub const fn keeps_nothing(&self) -> bool {
        self.memory.is_some()
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether all rows went since this was asked last. Its keys are there again.
    pub fn came_back_empty(&self) -> bool {
        self.came_back_empty.take()
    }

    /// Everything in a store. Without bytes where something else lies in the place of a row.
    pub async fn all(&self, store: &str) -> Result<Vec<(String, Vec<u8>)>, DiskError> {
        if let Some(memory) = &self.memory {
            return Ok(memory.all(store));
        }
        self.again(async |database| {
            let transaction = database.begin(store, Mode::Read)?;
            let rows = transaction.store(store)?;
            let (names, values) = (rows.get_all_keys()?, rows.get_all()?);
            let values: Array = result(&values).await?.unchecked_into();
            let names: Array = names.result()?.unchecked_into();
            let all = names.iter().zip(values.iter()).map(|(name, value)| {
                (name.as_string().unwrap_or_default(), bytes(value).unwrap_or_default())
            });
            Ok(all.collect())
        })
        .await
    }

    /// These rows, nothing for those that are not there.
    pub async fn these(
        &self,
        store: &str,
        names: &[String],
    ) -> Result<Vec<Option<Vec<u8>>>, DiskError> {
        if let Some(memory) = &self.memory {
            return Ok(memory.these(store, names));
        }
        self.again(async |database| {
            let transaction = database.begin(store, Mode::Read)?;
            let rows = transaction.store(store)?;
            let mut asked = Vec::new();
            for name in names {
                asked.push(rows.get(&name.into())?);
            }
            // Requests are answered in their order. The end of a transaction says nothing of a reading:
            // Chromium fetches a large value after it.
            if let Some(last) = asked.last() {
                result(last).await?;
            }
            asked.iter().map(|request| Ok(bytes(request.result()?))).collect()
        })
        .await
    }

    /// All of it or nothing, and durable when it comes back. What a person wrote may use the reserve.
    pub async fn change(&self, change: &Change) -> Result<(), DiskError> {
        if let Some(memory) = &self.memory {
            return memory.change(change);
        }
        if let Some(why) = self.failed.get() {
            another_file::begin().await.map_err(|now| now.or(why))?;
            TimeoutFuture::new(another_file::BEGUN_AFTER_MS).await;
            self.failed.set(None);
        }
        let run = async |database: &Database| put(database, change).await;
        let mut outcome = self.again(&run).await;
        if outcome == Err(DiskError::Full) && change.strict && self.give_up_reserve().await {
            outcome = self.again(&run).await;
        }
        if let Err(why @ (DiskError::Full | DiskError::Unreachable)) = outcome {
            self.failed.set(Some(why));
        }
        match outcome {
            // Nobody was faster: everything is gone.
            Err(DiskError::Overtaken) if self.came_back_empty.get() => Err(DiskError::Unreachable),
            Err(DiskError::Overtaken) if self.holds(change).await => Ok(()),
            other => other,
        }
    }

    /// What a try wrote of which nobody heard the end: no two tries seal to the same bytes.
    async fn holds(&self, change: &Change) -> bool {
        let (names, bytes): (Vec<_>, Vec<_>) = change.put.iter().cloned().unzip();
        let there = self.these(change.store, &names).await;
        !bytes.is_empty()
            && there.is_ok_and(|there| there.into_iter().eq(bytes.into_iter().map(Some)))
    }

    /// Destroys everything, keys first: what they sealed is then gone, whatever happens next.
    pub async fn wipe(&self) -> Result<(), DiskError> {
        self.keys.take();
        if let Some(memory) = &self.memory {
            memory.wipe();
            return Ok(());
        }
        self.again(async |database| {
            for store in STORES {
                let transaction = database.begin(store, Mode::WriteStrictly)?;
                transaction.store(store)?.clear()?;
                transaction.end().await?;
            }
            Ok(())
        })
        .await
    }

    /// The vault's header, and the device's own key if there is one.
    pub async fn vault(&self) -> Result<Option<Keys>, DiskError> {
        if self.keeps_nothing() {
            return Ok(self.keys.borrow().clone());
        }
        let found = self.again(read_keys).await?;
        self.keys.replace(found.clone());
        Ok(found)
    }

    /// Keeps a new vault, unless there is one: two tabs that start at once end with the same.
    /// Answers whether it is this one.
    pub async fn keep_vault(
        &self,
        header: &[u8],
        device: Option<&CryptoKey>,
    ) -> Result<bool, DiskError> {
        let keys = (header.to_vec(), device.cloned());
        if self.keeps_nothing() {
            return Ok(self.keys.replace(Some(keys)).is_none());
        }
        // A try of which nobody heard the end may have kept it.
        let keep = async |database: &Database| {
            Ok(keep(database, &keys).await? || read_keys(database).await?.as_ref() == Some(&keys))
        };
        let is_kept = self.again(keep).await?;
        if is_kept {
            self.keys.replace(Some(keys));
        }
        Ok(is_kept)
    }

    /// Puts a changed header in the place of the one that was read.
    pub async fn change_vault(&self, header: &[u8]) -> Result<(), DiskError> {
        if !self.keeps_nothing() {
            self.again(async |database| {
                let transaction = database.begin(KEYS, Mode::WriteStrictly)?;
                let header = Uint8Array::from(header);
                transaction.store(KEYS)?.put_with_key(&header, &HEADER.into())?;
                transaction.end().await
            })
            .await?;
        }
        if let Some((kept, _)) = &mut *self.keys.borrow_mut() {
            *kept = header.to_vec();
        }
        Ok(())
    }

    /// Room for what a person writes when everything else is taken. Without it that is only told sooner.
    pub async fn make_reserve(&self) {
        if self.keeps_nothing() {
            return;
        }
        let there = self.these(LOCAL, &[RESERVE.to_owned()]).await;
        if there.is_ok_and(|there| there == [None]) {
            // Zeros would be packed to nothing.
            let mut room = vec![0; RESERVE_BYTES];
            room.chunks_mut(RANDOM_BYTES_MAX).for_each(|part| Browser.fill(part));
            let put = vec![(RESERVE.to_owned(), room)];
            let (requires, remove) = (Vec::new(), Vec::new());
            let change = Change { store: LOCAL, requires, put, remove, strict: false };
            let _no_room = self.change(&change).await;
        }
    }

    async fn give_up_reserve(&self) -> bool {
        let names = [RESERVE.to_owned()];
        let there = self.these(LOCAL, &names).await;
        if there.is_ok_and(|there| there != [None]) {
            let (requires, rows, remove) = (Vec::new(), Vec::new(), names.into());
            let change = Change { store: LOCAL, requires, put: rows, remove, strict: false };
            return self
                .again(async |database: &Database| put(database, &change).await)
                .await
                .is_ok();
        }
        false
    }

    /// Runs it, and runs it again on a newly opened database where the one before cannot be reached.
    async fn again<T>(
        &self,
        run: impl AsyncFn(&Database) -> Result<T, DiskError>,
    ) -> Result<T, DiskError> {
        for pause_ms in PAUSES_MS {
            if pause_ms > 0 {
                TimeoutFuture::new(pause_ms).await;
            }
            let outcome = match self.reached().await {
                Ok(database) => run(&database).await,
                Err(why) => Err(why),
            };
            match outcome {
                Err(DiskError::Unreachable) => drop(self.database.take()),
                other => return other,
            }
        }
        Err(DiskError::Unreachable)
    }

    async fn reached(&self) -> Result<Rc<Database>, DiskError> {
        if let Some(database) = &*self.database.borrow() {
            return Ok(Rc::clone(database));
        }
        // What lies there can be read even so.
        if let Err(why) = another_file::begin().await {
            self.failed.set(Some(why));
        }
        let database = Rc::new(Database::open(&self.name, VERSION, &STORES).await?);
        let keys = self.keys.borrow().clone();
        if let Some(keys) = keys
            && keep(&database, &keys).await?
        {
            self.came_back_empty.set(true);
        }
        self.database.replace(Some(Rc::clone(&database)));
        Ok(database)
    }
}

async fn put(database: &Database, change: &Change) -> Result<(), DiskError> {
    let mode = if change.strict { Mode::WriteStrictly } else { Mode::Write };
    let transaction = database.begin(change.store, mode)?;
    let rows = transaction.store(change.store)?;
    let mut required = Vec::new();
    for name in &change.requires {
        required.push(rows.get(&name.into())?);
    }
    // Requests are answered in their order.
    if let Some(last) = required.last() {
        result(last).await?;
    }
    for request in &required {
        if request.result()?.is_undefined() {
            return Err(DiskError::Overtaken);
        }
    }
    for (name, bytes) in &change.put {
        rows.put_with_key(&Uint8Array::from(&bytes[..]), &name.into())?;
    }
    for name in &change.remove {
        rows.delete(&name.into())?;
    }
    transaction.end().await
}

async fn read_keys(database: &Database) -> Result<Option<Keys>, DiskError> {
    let transaction = database.begin(KEYS, Mode::Read)?;
    let keys = transaction.store(KEYS)?;
    let (header, device) = (keys.get(&HEADER.into())?, keys.get(&DEVICE_KEY.into())?);
    let device = result(&device).await?.dyn_into().ok();
    Ok(bytes(header.result()?).map(|header| (header, device)))
}

/// Whether they were not there.
async fn keep(database: &Database, (header, device): &Keys) -> Result<bool, DiskError> {
    let transaction = database.begin(KEYS, Mode::WriteStrictly)?;
    let keys = transaction.store(KEYS)?;
    if !result(&keys.get(&HEADER.into())?).await?.is_undefined() {
        return Ok(false);
    }
    keys.put_with_key(&Uint8Array::from(&header[..]), &HEADER.into())?;
    if let Some(device) = device {
        keys.put_with_key(device, &DEVICE_KEY.into())?;
    }
    transaction.end().await?;
    Ok(true)
}

fn bytes(value: JsValue) -> Option<Vec<u8>> {
    value.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec())
}
