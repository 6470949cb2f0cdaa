//! Connections that read at the same time, each for one caller at a time.

use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::key_store::Keys;
use super::open;
use super::sealed::Db;
use crate::store::StoreError;

pub struct Readers {
    idle: Mutex<Vec<Connection>>,
    free: Semaphore,
}

impl Readers {
    pub fn of(connections: Vec<Connection>) -> Self {
        let free = Semaphore::new(connections.len());
        Self { idle: Mutex::new(connections), free }
    }

    pub async fn read<T: Send + 'static>(
        self: Arc<Self>,
        keys: Arc<Keys>,
        verb: impl FnOnce(Db<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _permit = self.free.acquire().await.map_err(open::unreachable)?;
        let readers = Arc::clone(&self);
        let work = move || {
            let mut idle = readers.idle.lock().unwrap_or_else(|lock| lock.into_inner());
            let mut connection = idle.pop().expect("a permit stands for a connection");
            drop(idle);
            let result = read_once(&mut connection, &keys, verb);
            let mut idle = readers.idle.lock().unwrap_or_else(|lock| lock.into_inner());
            idle.push(connection);
            result
        };
        tokio::task::spawn_blocking(work).await.map_err(open::unreachable)?
    }
}

/// A read sees one moment of the database, however many statements it takes.
fn read_once<T>(
    connection: &mut Connection,
    keys: &Keys,
    verb: impl FnOnce(Db<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction()?;
    verb(Db::new(&transaction, keys))
}
