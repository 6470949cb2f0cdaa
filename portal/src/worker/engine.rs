//! One loop: take everything that happened, let the core decide, do what it says, tell the page.

mod account;
mod answers;
mod damage;
mod exporting;
pub(super) mod local;
mod other_tabs;
mod photos;
mod renewing;
mod sharing;
mod storing;
mod telling;
mod wire;
mod writing;

use futures_channel::mpsc;
use futures_util::StreamExt;
use shared::sync::stored::{RowKey, StoreError, Stored};

use self::account::Account;
use self::other_tabs::LineTalk;
use self::photos::PhotoNews;
use super::access::{self, Opened, Proof};
use super::browser::page_port;
use super::browser::picture::Blob;
use super::browser::socket::Heard;
use super::fetch::{self, NoAnswer};
use super::passkeys;
use super::session::Profile;
use crate::bridge::{Access, Denied, Granted, PasskeyAsk, ToPage, ToWorker};

/// Everything that can happen to this program.
pub enum Happened {
    Page(ToWorker),
    /// A file for the message that is written under this key.
    Chosen {
        key: String,
        file: Blob,
    },
    Photos(PhotoNews),
    Socket(Heard),
    /// Opens the socket once.
    Ticket(String),
    /// The server would not give one.
    NoTicket(NoAnswer),
    /// What the server said in place of an answer.
    NoSession(NoAnswer),
    /// What came of signing in again with a proof that was at hand.
    Renewed(Result<(), Denied>, Proof),
    Disk(u64, Result<(), StoreError>),
    /// Another tab changed rows on the disk that both share.
    Elsewhere {
        put: Vec<Stored>,
        removed: Vec<RowKey>,
    },
    /// What became of rows of which the disk did not say whether they were written.
    ReadAgain {
        put: Vec<Stored>,
        removed: Vec<RowKey>,
    },
    /// This tab holds the socket from now on.
    Leading {
        /// Another tab did so before.
        after_another: bool,
    },
    /// Another tab of this account asks how the line stands, or says it.
    Line(LineTalk),
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
    page_port::listen(move |message, file| {
        let happened = match (message, file) {
            (ToWorker::AddPhoto { key }, Some(file)) => Happened::Chosen { key, file },
            (message, _) => Happened::Page(message),
        };
        report(&from_page, happened);
    });
    page_port::tell(&ToPage::Started);
    let mut account: Option<Account> = None;
    // A vault that was made just now, and whose account the page has not opened yet.
    let mut ready: Option<Opened> = None;
    while let Some(first) = hear.next().await {
        let mut all = vec![first];
        while let Ok(more) = hear.try_recv() {
            all.push(more);
        }
        let mut rest = Vec::new();
        for one in all {
            match one {
                Happened::Page(ToWorker::Open { slot }) => {
                    let opened = match ready.take().filter(|ready| ready.slot == slot) {
                        Some(opened) => Some(opened),
                        None => access::by_itself(&slot).await,
                    };
                    account = match opened {
                        Some(opened) => Account::open(opened, happenings.clone()).await,
                        None => None,
                    };
                }
                Happened::Page(ToWorker::Access { number, access }) => {
                    let outcome = match access {
                        Access::Unlock { slot, with } => match access::unlock(slot, &with).await {
                            Ok(opened) => {
                                account = Account::open(opened, happenings.clone()).await;
                                Ok(Granted::Unlocked)
                            }
                            Err(why) => Err(why),
                        },
                        other => grant(other, &mut account, &mut ready).await,
                    };
                    page_port::tell(&ToPage::Access { number, outcome });
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

/// Everything that is asked for but what opens an account.
async fn grant(
    access: Access,
    account: &mut Option<Account>,
    ready: &mut Option<Opened>,
) -> Result<Granted, Denied> {
    let (opened, code) = match access {
        Access::Invitation { secret, birth_date } => {
            return fetch::invitation(&secret, &birth_date).await.map(|()| Granted::Holds);
        }
        Access::Propose { language } => return access::words(&language).await,
        Access::Activate { secret, birth_date, name, passphrase, brief } => {
            access::activate(&secret, &birth_date, &name, &passphrase, brief).await?
        }
        Access::SignIn { name, passphrase, brief } => {
            access::sign_in(&name, &passphrase, brief).await?
        }
        Access::ChangePassphrase { now, new } => {
            let account = account.as_ref().ok_or(Denied::Interrupted)?;
            return account.change_passphrase(&now, &new).await;
        }
        Access::Renew { passphrase } => {
            let account = account.as_mut().ok_or(Denied::Interrupted)?;
            return account.renew_with(&passphrase).await;
        }
        Access::EndSession { slot } => {
            return Ok(Granted::Left { clinic_knows: fetch::end_session(&slot).await });
        }
        Access::Devices(what) => {
            return account.as_ref().ok_or(Denied::Interrupted)?.devices(&what).await;
        }
        Access::Passkey(PasskeyAsk::SignIn { used, brief }) => {
            passkeys::sign_in(&used, brief).await?
        }
        Access::Passkey(PasskeyAsk::ForSignIn) => return passkeys::for_sign_in().await,
        Access::Passkey(ask) => {
            return account.as_mut().ok_or(Denied::Interrupted)?.passkey(ask).await;
        }
        Access::Share(ask) => {
            return account.as_mut().ok_or(Denied::Interrupted)?.share(ask).await;
        }
        Access::Export(what) => return account.as_mut().ok_or(Denied::Interrupted)?.export(what),
        Access::Leave => {
            let account = account.take().ok_or(Denied::Interrupted)?;
            return account.leave().await;
        }
        Access::Unlock { .. } => unreachable!("the loop takes it before"),
    };
    let granted = Granted::Entered { slot: opened.slot.clone(), recovery_code: code };
    *ready = Some(opened);
    Ok(granted)
}
