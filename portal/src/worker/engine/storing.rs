//! The one task that writes rows: seals each batch, stores it whole, reports, and tells the other
//! tabs.

use std::rc::Rc;

use futures_channel::mpsc;
use futures_util::StreamExt;
use shared::sync::stored::{Batch, RowKey, StoreError, Write};

use super::{Happened, Happenings, report};
use crate::worker::album::Shelf;
use crate::worker::browser::disk::{Change, Disk, DiskError, ROWS};
use crate::worker::browser::tabs::Channel;
use crate::worker::vault::Vault;

pub struct Storing {
    pub disk: Rc<Disk>,
    pub vault: Rc<Vault>,
    pub shelf: Shelf,
    pub channel: Option<Channel>,
    pub happenings: Happenings,
}

impl Storing {
    pub async fn run(self, mut batches: mpsc::UnboundedReceiver<Batch>) {
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

    async fn store(&self, batch: &Batch) -> Result<(), StoreError> {
        let change = self.sealed(batch).await?;
        let mut outcome = self.disk.change(&change).await;
        // What the clinic has anyway goes before anything that a person wrote.
        if outcome == Err(DiskError::Full) && batch.strict && self.shelf.make_room().await {
            outcome = self.disk.change(&change).await;
        }
        outcome.map_err(|why| match why {
            DiskError::Overtaken => StoreError::Overtaken,
            DiskError::Full => StoreError::Full,
            DiskError::Unreachable => StoreError::Unreachable,
        })
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
