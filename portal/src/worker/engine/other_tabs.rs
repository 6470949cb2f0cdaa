//! What another tab of this browser wrote to the disk that both share, and how its line stands: one of
//! them holds the line, and what it knows is true for all.

use std::rc::Rc;

use shared::sync::elsewhere::{BELIEVED_MS, REPEATED_EVERY_MS, Said};
use shared::sync::stored::RowKey;
use wasm_bindgen_futures::spawn_local;

use super::account::Account;
use super::{Happened, Happenings, report};
use crate::bridge::{Status, from_bytes, to_bytes};
use crate::worker::browser::disk::{Disk, ROWS};
use crate::worker::browser::{clock, tabs};
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

/// Between the tab that holds the line and the others.
pub enum LineTalk {
    /// A tab that was opened just now asks; a message without bytes.
    Asked,
    Said(Status),
    /// What was said may be too old by now.
    Silent,
}

pub fn listen_about_the_line(name: &str, happenings: &Happenings) -> Option<tabs::Channel> {
    let happenings = happenings.clone();
    let channel = tabs::Channel::open(&format!("{name} line"), move |bytes| {
        let talk = match bytes.as_slice() {
            [] => Some(LineTalk::Asked),
            // A tab of another release may say what this one does not know.
            bytes => from_bytes(bytes).ok().map(LineTalk::Said),
        };
        if let Some(talk) = talk {
            report(&happenings, Happened::Line(talk));
        }
    })?;
    channel.tell(&[]);
    Some(channel)
}

impl Account {
    pub(super) fn hear_of_the_line(&mut self, talk: LineTalk) {
        match talk {
            LineTalk::Asked => self.say_how_the_line_stands(),
            LineTalk::Said(status) => {
                let now = clock::now();
                self.elsewhere = Some(Said::new(status, now));
                let happenings = self.happenings.clone();
                spawn_local(async move {
                    clock::until(now.plus_millis(BELIEVED_MS)).await;
                    report(&happenings, Happened::Line(LineTalk::Silent));
                });
            }
            // Whoever looks at it next sees that.
            LineTalk::Silent => {}
        }
    }

    /// Only the tab that holds the line knows.
    pub(super) fn say_how_the_line_stands(&mut self) {
        let told = self.told.flatten();
        if let (true, Some(channel), Some(status)) = (self.is_leading, &self.line_talk, told) {
            channel.tell(&to_bytes(&status));
            self.said_at = Some(clock::now());
        }
    }

    /// So that the others go on believing it.
    pub(super) fn say_it_again_if_due(&mut self) {
        let since = self.said_at.map(|at| clock::now().millis_since(at));
        if since.is_some_and(|since| !(0..REPEATED_EVERY_MS).contains(&since)) {
            self.say_how_the_line_stands();
        }
    }
}
