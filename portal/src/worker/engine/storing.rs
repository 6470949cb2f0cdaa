//! The one task that writes rows: seals each batch, stores it whole, reports, and tells the other
//! tabs. A handle that the browser closed is opened again and the batch, which is idempotent, run
//! again.

use futures_channel::mpsc;
use futures_util::StreamExt;
use shared::sync::stored::{Batch, RowKey, StoreError, Write};

use super::{Happened, Happenings, report};
use crate::worker::browser::disk::{Change, Disk, DiskError, ROWS};
use crate::worker::browser::tabs::Channel;
use crate::worker::vault::Vault;

/// Times that a batch is run again on a newly opened database.
const REOPENINGS_MAX: usize = 3;

pub struct Storing {
    pub database: String,
    pub disk: Disk,
    pub vault: std::rc::Rc<Vault>,
    pub channel: Option<Channel>,
    pub happenings: Happenings,
}

impl Storing {
    pub async fn run(mut self, mut batches: mpsc::UnboundedReceiver<Batch>) {
        while let Some(batch) = batches.next().await {
            let result = self.store(&batch).await;
            if let (Ok(()), Some(channel)) = (&result, &self.channel) {
                let keys: Vec<RowKey> = batch.writes.iter().map(key_of).collect();
                let keys = minicbor::to_vec(keys).expect("writing into memory does not fail");
                channel.tell(&keys);
            }
            report(&self.happenings, Happened::Disk(batch.number, result));
        }
    }

    async fn store(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let change = self.sealed(batch).await?;
        for _ in 0..REOPENINGS_MAX {
            match self.disk.change(&change).await {
                Ok(()) => return Ok(()),
                Err(DiskError::Overtaken) => return Err(StoreError::Overtaken),
                Err(DiskError::Full) => return Err(StoreError::Full),
                Err(DiskError::Unreachable) => {
                    let again = Disk::open(&self.database).await;
                    self.disk = again.map_err(|_| StoreError::Unreachable)?;
                }
            }
        }
        Err(StoreError::Unreachable)
    }

    async fn sealed(&self, batch: &Batch) -> Result<Change, StoreError> {
        let failed = |_| StoreError::Unreachable;
        let (mut requires, mut put, mut remove) = (Vec::new(), Vec::new(), Vec::new());
        for key in &batch.requires {
            requires.push(self.vault.name_of_row(key).await.map_err(failed)?);
        }
        for write in &batch.writes {
            match write {
                Write::Put(row) => put.push(self.vault.seal_row(row).await.map_err(failed)?),
                Write::Remove(key) => {
                    remove.push(self.vault.name_of_row(key).await.map_err(failed)?);
                }
            }
        }
        Ok(Change { store: ROWS, requires, put, remove, strict: batch.strict })
    }
}

fn key_of(write: &Write) -> RowKey {
    match write {
        Write::Put(row) => row.key(),
        Write::Remove(key) => *key,
    }
}
