//! What another tab of this browser wrote to the disk that both share.

use std::rc::Rc;

use shared::sync::stored::RowKey;
use wasm_bindgen_futures::spawn_local;

use super::{Happened, Happenings, report};
use crate::worker::browser::disk::{Disk, ROWS};
use crate::worker::browser::tabs;
use crate::worker::vault::Vault;

pub fn listen_to_tabs(
    database: &str,
    vault: &Rc<Vault>,
    happenings: &Happenings,
) -> Option<tabs::Channel> {
    let (database, vault, happenings) = (database.to_owned(), Rc::clone(vault), happenings.clone());
    tabs::Channel::open(&database.clone(), move |bytes| {
        let (database, vault) = (database.clone(), Rc::clone(&vault));
        let happenings = happenings.clone();
        spawn_local(async move {
            let keys: Option<Vec<RowKey>> = minicbor::decode(&bytes).ok();
            let read = read_again(&database, &vault, keys.unwrap_or_default()).await;
            if let Some(happened) = read {
                report(&happenings, happened);
            }
        });
    })
}

async fn read_again(database: &str, vault: &Vault, keys: Vec<RowKey>) -> Option<Happened> {
    let disk = Disk::open(database).await.ok()?;
    let mut names = Vec::new();
    for key in &keys {
        names.push(vault.name_of_row(key).await.ok()?);
    }
    let (mut put, mut removed) = (Vec::new(), Vec::new());
    let found = disk.these(ROWS, &names).await.ok()?;
    for ((key, name), sealed) in keys.into_iter().zip(&names).zip(found) {
        match sealed {
            Some(sealed) => put.extend(vault.open_row(name, &sealed).await),
            None => removed.push(key),
        }
    }
    Some(Happened::Elsewhere { put, removed })
}
