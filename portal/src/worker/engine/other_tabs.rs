//! What another tab of this browser wrote to the disk that both share.

use std::rc::Rc;

use shared::sync::stored::RowKey;
use wasm_bindgen_futures::spawn_local;

use super::{Happened, Happenings, report};
use crate::worker::browser::disk::{Disk, ROWS};
use crate::worker::browser::tabs;
use crate::worker::vault::Vault;

pub fn listen_to_tabs(
    disk: &Rc<Disk>,
    vault: &Rc<Vault>,
    happenings: &Happenings,
) -> Option<tabs::Channel> {
    let (name, happenings) = (disk.name().to_owned(), happenings.clone());
    let (disk, vault) = (Rc::clone(disk), Rc::clone(vault));
    tabs::Channel::open(&name, move |bytes| {
        let (disk, vault) = (Rc::clone(&disk), Rc::clone(&vault));
        let happenings = happenings.clone();
        spawn_local(async move {
            let keys: Option<Vec<RowKey>> = minicbor::decode(&bytes).ok();
            let read = read_again(&disk, &vault, keys.unwrap_or_default()).await;
            if let Some(happened) = read {
                report(&happenings, happened);
            }
        });
    })
}

async fn read_again(disk: &Disk, vault: &Vault, keys: Vec<RowKey>) -> Option<Happened> {
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
