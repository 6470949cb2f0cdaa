//! What another tab of this browser wrote to the disk that both share, and how its line stands: one of
//! them holds the line, and what it knows is true for all.

use std::rc::Rc;

use futures_channel::mpsc;
use futures_util::StreamExt;
use gloo_timers::future::TimeoutFuture;
use shared::sync::elsewhere::{BELIEVED_MS, REPEATED_EVERY_MS, Said};
use shared::sync::stored::{RowKey, Stored};
use wasm_bindgen_futures::spawn_local;

use super::account::Account;
use super::{Happened, Happenings, report};
use crate::bridge::{Status, from_bytes, to_bytes};
use crate::worker::browser::disk::{Disk, ROWS};
use crate::worker::browser::{clock, tabs};
use crate::worker::vault::Vault;

/// A disk that cannot be reached is asked again after so long.
const ASKED_AGAIN_AFTER_MS: u32 = 1_000;

/// Rows that are to be read, because somebody may have written them.
pub enum Look {
    /// Another tab has.
    Elsewhere(Vec<RowKey>),
    /// This one, perhaps: what of the first is there is told, and what of the second is not.
    Again { put: Vec<RowKey>, removed: Vec<RowKey> },
}

/// What the other tabs write is told, one message after the other, and what `Looks` is given too.
pub fn listen_to_tabs(
    disk: &Rc<Disk>,
    vault: &Rc<Vault>,
    happenings: &Happenings,
) -> (Option<tabs::Channel>, mpsc::UnboundedSender<Look>) {
    let (looks, mut waiting) = mpsc::unbounded();
    let name = disk.name().to_owned();
    let (disk, vault, happenings) = (Rc::clone(disk), Rc::clone(vault), happenings.clone());
    spawn_local(async move {
        while let Some(look) = waiting.next().await {
            loop {
                // Nobody would tell it once more.
                if let Some(happened) = read(&disk, &vault, &look).await {
                    report(&happenings, happened);
                    break;
                }
                TimeoutFuture::new(ASKED_AGAIN_AFTER_MS).await;
            }
        }
    });
    let told = looks.clone();
    let channel = tabs::Channel::open(&name, move |bytes| {
        // A tab of another release may say what this one does not know.
        if let Ok(keys) = minicbor::decode(&bytes) {
            let _ended = told.unbounded_send(Look::Elsewhere(keys));
        }
    });
    (channel, looks)
}

/// Nothing if the disk does not answer.
async fn read(disk: &Disk, vault: &Vault, look: &Look) -> Option<Happened> {
    match look {
        Look::Elsewhere(keys) => {
            let (put, removed) = rows(disk, vault, keys).await?;
            Some(Happened::Elsewhere { put, removed })
        }
        Look::Again { put, removed } => {
            let (put, _) = rows(disk, vault, put).await?;
            let (_, removed) = rows(disk, vault, removed).await?;
            Some(Happened::ReadAgain { put, removed })
        }
    }
}

/// Those that are there, and the keys of those that are not.
async fn rows(disk: &Disk, vault: &Vault, keys: &[RowKey]) -> Option<(Vec<Stored>, Vec<RowKey>)> {
    let mut names = Vec::new();
    for key in keys {
        names.push(vault.name_of_row(key).await.ok()?);
    }
    let (mut put, mut removed) = (Vec::new(), Vec::new());
    let found = disk.these(ROWS, &names).await.ok()?;
    for ((key, name), sealed) in keys.iter().zip(&names).zip(found) {
        match sealed {
            Some(sealed) => put.extend(vault.open_row(name, &sealed).await),
            None => removed.push(*key),
        }
    }
    Some((put, removed))
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
