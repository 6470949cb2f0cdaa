//! The ways in and out: an invitation, a sign-in on another device, the passphrase or the code that
//! opens a vault, and leaving. Keys come to life here and are handed to the account.

use shared::vault::{Halves, RecoveryCode, Salt, propose};

use super::browser::disk::Disk;
use super::browser::page_port;
use super::browser::random::Browser;
use super::browser::stretching::{asset, stretch};
use super::fetch::{self, NoAnswer};
use super::session::Profile;
use super::vault::{Closed, Sealed, Vault};
use crate::bridge::{Denied, Granted, Opener, ToPage};

/// A vault that is open, and where it is.
pub struct Opened {
    pub slot: String,
    pub disk: Disk,
    pub vault: Vault,
}

pub fn database(slot: &str) -> String {
    format!("satchel-{slot}")
}

impl From<Closed> for Denied {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Nothing | Closed::DidNotOpen => Self::DidNotOpen,
            Closed::Unreachable => Self::NotSaved,
        }
    }
}

pub async fn words(language: &str) -> Result<Granted, Denied> {
    let list = if language.starts_with("es") { "words-es" } else { "words-en" };
    let url = asset(list).map_err(|_| Denied::Interrupted)?;
    let list = fetch::text(&url).await.ok_or(Denied::NeedsConnection)?;
    propose(&list, &mut Browser).map(Granted::Words).ok_or(Denied::NeedsConnection)
}

pub async fn activate(
    secret: &str,
    birth_date: &str,
    name: &str,
    passphrase: &str,
) -> Result<(Opened, RecoveryCode), Denied> {
    let (salt, halves) = stretched_for(name, passphrase).await?;
    let slot = fetch::activate(secret, birth_date, name, &halves.authentication).await?;
    create(slot, salt, &halves).await
}

pub async fn sign_in(name: &str, passphrase: &str) -> Result<(Opened, RecoveryCode), Denied> {
    let (salt, halves) = stretched_for(name, passphrase).await?;
    let slot = fetch::sign_in(name, &halves.authentication).await?;
    create(slot, salt, &halves).await
}

async fn stretched_for(name: &str, passphrase: &str) -> Result<(Salt, Halves), Denied> {
    let salt = fetch::salt(name).await?;
    let halves = stretch(passphrase, &salt).await.map_err(|_| Denied::Interrupted)?;
    Ok((salt, halves))
}

async fn create(
    slot: String,
    salt: Salt,
    halves: &Halves,
) -> Result<(Opened, RecoveryCode), Denied> {
    let disk = Disk::open(&database(&slot)).await.map_err(|_| Denied::NotSaved)?;
    let code = RecoveryCode::fresh(&mut Browser);
    let vault = Vault::create(&disk, salt, &halves.vault, &code).await;
    let vault = vault.map_err(|_| Denied::NotSaved)?;
    Ok((Opened { slot, disk, vault }, code))
}

pub async fn unlock(slot: String, with: &Opener) -> Result<Opened, Denied> {
    let disk = Disk::open(&database(&slot)).await.map_err(|_| Denied::NotSaved)?;
    let sealed = Sealed::read(&disk).await?;
    let vault = match with {
        Opener::Passphrase(typed) => {
            let salt = sealed.salt().ok_or(Denied::DidNotOpen)?;
            let halves = stretch(typed, &salt).await.map_err(|_| Denied::Interrupted)?;
            sealed.open_with_passphrase(&halves.vault).await?
        }
        Opener::RecoveryCode(typed) => {
            let code = RecoveryCode::parse(typed).map_err(|_| Denied::DidNotOpen)?;
            sealed.open_with_code(&code).await?
        }
    };
    Ok(Opened { slot, disk, vault })
}

/// The clinic first: if it cannot be reached, nothing has changed. If the disk then fails, the old
/// passphrase still opens this device.
pub async fn change_passphrase(
    slot: &str,
    disk: &Disk,
    now: &str,
    new: &str,
) -> Result<Granted, Denied> {
    let sealed = Sealed::read(disk).await?;
    let salt = sealed.salt().ok_or(Denied::DidNotOpen)?;
    let old = stretch(now, &salt).await.map_err(|_| Denied::Interrupted)?;
    sealed.open_with_passphrase(&old.vault).await?;
    let new = stretch(new, &salt).await.map_err(|_| Denied::Interrupted)?;
    fetch::change_passphrase(slot, &old.authentication, &new.authentication).await?;
    sealed.change_passphrase(disk, &old.vault, &new.vault).await?;
    Ok(Granted::Changed)
}

/// Opens what needs no passphrase; otherwise tells the page what is missing.
pub async fn by_itself(slot: &str) -> Option<Opened> {
    let opened = try_by_itself(slot).await;
    match opened {
        Ok(opened) => Some(opened),
        Err(why) => {
            page_port::tell(&why);
            None
        }
    }
}

async fn try_by_itself(slot: &str) -> Result<Opened, ToPage> {
    let disk = Disk::open(&database(slot)).await.map_err(|_| ToPage::NeedsConnection)?;
    let vault = match Sealed::read(&disk).await {
        Ok(sealed) if sealed.opens_by_itself() => sealed.open_by_itself().await,
        // Also what cannot be read: only a passphrase could tell.
        Ok(_) | Err(Closed::DidNotOpen) => return Err(ToPage::Locked),
        Err(Closed::Unreachable) => return Err(ToPage::NeedsConnection),
        Err(Closed::Nothing) => {
            let profile: Profile = fetch::profile(slot).await.map_err(|why| match why {
                NoAnswer::SignedOut => ToPage::NobodyHere,
                NoAnswer::Unreachable => ToPage::NeedsConnection,
            })?;
            if !profile.demo {
                return Err(ToPage::NothingHere);
            }
            Vault::create_unasked(&disk).await
        }
    };
    let vault = vault.map_err(|_| ToPage::NeedsConnection)?;
    Ok(Opened { slot: slot.to_owned(), disk, vault })
}
