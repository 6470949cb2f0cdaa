//! One loop: take everything that happened, let the core decide, do what it says, tell the page.

mod account;
mod answers;
mod local;
mod other_tabs;
mod storing;

use futures_channel::mpsc;
use futures_util::StreamExt;
use shared::sync::stored::{RowKey, StoreError, Stored};
use wasm_bindgen_futures::spawn_local;

use self::account::Account;
use super::browser::page_port;
use super::browser::socket::Heard;
use super::fetch;
use super::session::Profile;
use crate::bridge::{ToPage, ToWorker};

/// Everything that can happen to this program.
pub enum Happened {
    Page(ToWorker),
    Socket(Heard),
    /// Opens the socket once.
    Ticket(String),
    /// The server would not give one.
    NoTicket,
    Disk(u64, Result<(), StoreError>),
    /// Another tab changed rows on the disk that both share.
    Elsewhere {
        put: Vec<Stored>,
        removed: Vec<RowKey>,
    },
    /// This tab holds the socket from now on.
    Leading,
    /// Only the newest timer counts.
    Timer(u64),
    /// The server said again who is signed in.
    Profile(Profile),
}

pub type Happenings = mpsc::UnboundedSender<Happened>;

/// Runs until the page ends the worker.
pub async fn run() {
    let (happenings, mut hear) = mpsc::unbounded();
    let from_page = happenings.clone();
    page_port::listen(move |message| report(&from_page, Happened::Page(message)));
    page_port::tell(&ToPage::Started);
    let mut account: Option<Account> = None;
    while let Some(first) = hear.next().await {
        let mut all = vec![first];
        while let Ok(more) = hear.try_recv() {
            all.push(more);
        }
        let mut rest = Vec::new();
        for one in all {
            match one {
                Happened::Page(ToWorker::Open { slot }) => {
                    account = Account::open(slot, happenings.clone()).await;
                }
                Happened::Page(ToWorker::Activate { secret, birth_date }) => {
                    spawn_local(activate(secret, birth_date));
                }
                other => rest.push(other),
            }
        }
        if let Some(account) = &mut account {
            account.handle(rest).await;
        }
    }
}

/// The loop outlives everything that reports to it.
fn report(happenings: &Happenings, happened: Happened) {
    let _ended = happenings.unbounded_send(happened);
}

async fn activate(secret: String, birth_date: String) {
    page_port::tell(&match fetch::activate(&secret, &birth_date).await {
        Ok(slot) => ToPage::Activated { slot },
        Err(why) => ToPage::NotActivated { why },
    });
}
