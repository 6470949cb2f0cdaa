//! The rows of a session that keeps nothing, in this program's memory: no other tab sees them, and they
//! end with it.

use std::cell::RefCell;

use shared::ordered::BTreeMap;

use super::{Change, DiskError};

/// By store and name.
#[derive(Default)]
pub struct Memory(RefCell<BTreeMap<(String, String), Vec<u8>>>);

impl Memory {
    pub fn all(&self, store: &str) -> Vec<(String, Vec<u8>)> {
        let rows = self.0.borrow();
        let own = rows.iter().filter(|((of, _), _)| of == store);
        own.map(|((_, name), bytes)| (name.clone(), bytes.clone())).collect()
    }

    pub fn these(&self, store: &str, names: &[String]) -> Vec<Option<Vec<u8>>> {
        let rows = self.0.borrow();
        names.iter().map(|name| rows.get(&place(store, name)).cloned()).collect()
    }

    /// All of it or nothing, as on a disk.
    pub fn change(&self, change: &Change) -> Result<(), DiskError> {
        let mut rows = self.0.borrow_mut();
        let is_there = |name: &String| rows.contains_key(&place(change.store, name));
        if !change.requires.iter().all(is_there) {
            return Err(DiskError::Overtaken);
        }
        for (name, bytes) in &change.put {
            rows.insert(place(change.store, name), bytes.clone());
        }
        for name in &change.remove {
            rows.remove(&place(change.store, name));
        }
        Ok(())
    }

    pub fn wipe(&self) {
        self.0.borrow_mut().clear();
    }
}

fn place(store: &str, name: &str) -> (String, String) {
    (store.to_owned(), name.to_owned())
}
