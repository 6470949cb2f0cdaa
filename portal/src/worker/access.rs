//! The ways in and out: an invitation, a sign-in on another device, the passphrase or the code that
//! opens a vault, and leaving. Keys come to life here and are handed to the account.

use std::rc::Rc;

use shared::vault::{Halves, RecoveryCode, Salt, WrapKey, propose};

use super::browser::disk::{Disk, DiskError};
use super::browser::page_port;
use super::browser::random::Browser;
use super::browser::stretching::{asset, stretch};
use super::engine::local::{keep_profile, put_local, read_local};
use super::fetch::{self, NoAnswer};
use super::passkeys;
use super::session::Profile;
use super::vault::{Closed, Sealed, Vault};
use crate::bridge::{Denied, Granted, Opener, ToPage};

/// A vault that is open, and where it is.
pub struct Opened {
    pub slot: String,
    pub disk: Rc<Disk>,
    pub vault: Vault,
    /// What proves at the clinic who opened it, where a passphrase did.
    pub proof: Option<Proof>,
}

/// What a person just made, and the code on paper that opens it where it stays.
pub type Entered = (Opened, Option<String>);

/// The half of a stretched passphrase that signs in; it opens no vault.
pub type Proof = [u8; 32];

/// Under this the sign-in name lies on the disk, sealed: a session that was lost is renewed with it.
pub(super) const SIGN_IN_NAME: &str = "sign-in name";

async fn opened(slot: &str) -> Result<Rc<Disk>, DiskError> {
    Disk::open(&disk_name(slot)).await.map(Rc::new)
}

fn disk_name(slot: &str) -> String {
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
    brief: bool,
) -> Result<Entered, Denied> {
    let (salt, halves) = stretched_for(name, passphrase).await?;
    let proof = &halves.authentication;
    let slot = fetch::activate(secret, birth_date, name, proof, brief).await?;
    create(slot, name, salt, &halves.vault, brief).await
}

pub async fn sign_in(name: &str, passphrase: &str, brief: bool) -> Result<Entered, Denied> {
    let (salt, halves) = stretched_for(name, passphrase).await?;
    let slot = fetch::sign_in(name, &halves.authentication, None, brief).await?;
    create(slot, name, salt, &halves.vault, brief).await
}

async fn stretched_for(name: &str, passphrase: &str) -> Result<(Salt, Halves), Denied> {
    let salt = fetch::salt(name).await?;
    let halves = stretch(passphrase, &salt).await.map_err(|_| Denied::Interrupted)?;
    Ok((salt, halves))
}

pub async fn create(
    slot: String,
    name: &str,
    salt: Salt,
    passphrase: &WrapKey,
    brief: bool,
) -> Result<Entered, Denied> {
    let disk = match brief {
        true => Rc::new(Disk::in_memory(&disk_name(&slot))),
        false => opened(&slot).await.map_err(|_| Denied::NotSaved)?,
    };
    let code = RecoveryCode::fresh(&mut Browser);
    let vault = Vault::create(&disk, salt, passphrase, &code).await;
    let vault = vault.map_err(|_| Denied::NotSaved)?;
    let kept = put_local(&disk, &vault, SIGN_IN_NAME, name.as_bytes()).await;
    kept.map_err(|_| Denied::NotSaved)?;
    if brief {
        // Nothing opens it a second time: what opening needs is there before anybody is let in.
        let profile = fetch::profile(&slot).await.map_err(|_| Denied::NeedsConnection)?;
        keep_profile(&disk, &vault, &profile).await;
    }
    // The session is new: there is nothing to prove.
    let code = (!brief).then(|| code.text());
    Ok((Opened { slot, disk, vault, proof: None }, code))
}

pub async fn unlock(slot: String, with: &Opener) -> Result<Opened, Denied> {
    let disk = opened(&slot).await.map_err(|_| Denied::NotSaved)?;
    let sealed = Sealed::read(&disk).await?;
    let mut proof = None;
    let vault = match with {
        Opener::Passphrase(typed) => {
            let salt = sealed.salt().ok_or(Denied::DidNotOpen)?;
            let halves = stretch(typed, &salt).await.map_err(|_| Denied::Interrupted)?;
            proof = Some(halves.authentication);
            sealed.open_with_passphrase(&halves.vault).await?
        }
        Opener::RecoveryCode(typed) => {
            let code = RecoveryCode::parse(typed).map_err(|_| Denied::DidNotOpen)?;
            sealed.open_with_code(&code).await?
        }
        Opener::Passkey(used) => passkeys::open(&sealed, used).await?,
    };
    Ok(Opened { slot, disk, vault, proof })
}

/// A new session in the place of one that was lost: slot, device and disk stay.
pub async fn renew(slot: &str, disk: &Disk, vault: &Vault, proof: &Proof) -> Result<(), Denied> {
    let name = read_local(disk, vault, SIGN_IN_NAME).await;
    let name = name.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(Denied::NotRecognised)?;
    let given = fetch::sign_in(&name, proof, Some(slot), disk.keeps_nothing()).await?;
    same_slot(slot, given).await
}

/// Whether the new session is of the same device.
pub async fn same_slot(slot: &str, given: String) -> Result<(), Denied> {
    // Another slot is another device to the clinic, which does not know this one any more.
    if given == slot {
        return Ok(());
    }
    // What nobody will use is not left open.
    fetch::end_session(&given).await;
    Err(Denied::NotRecognised)
}

/// The same with a passphrase that was typed just now. One that was changed on another device opens this
/// one too from now on.
pub async fn renew_with(
    slot: &str,
    disk: &Disk,
    vault: &Vault,
    passphrase: &str,
) -> Result<Granted, Denied> {
    let sealed = Sealed::read(disk).await?;
    let salt = sealed.salt().ok_or(Denied::NotRecognised)?;
    let halves = stretch(passphrase, &salt).await.map_err(|_| Denied::Interrupted)?;
    renew(slot, disk, vault, &halves.authentication).await?;
    if sealed.open_with_passphrase(&halves.vault).await.is_err() {
        // If the disk does not take it, the one before goes on opening this device.
        let _not_taken = vault.take_passphrase(disk, &halves.vault).await;
    }
    Ok(Granted::Renewed)
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
    // Whoever asks again later may have more luck.
    let disk = opened(slot).await.map_err(|_| ToPage::Broken)?;
    let vault = match Sealed::read(&disk).await {
        Ok(sealed) if sealed.opens_by_itself() => sealed.open_by_itself().await,
        // Also what cannot be read: only a passphrase could tell.
        Ok(_) | Err(Closed::DidNotOpen) => return Err(ToPage::Locked),
        Err(Closed::Unreachable) => return Err(ToPage::Broken),
        Err(Closed::Nothing) => {
            let profile: Profile = fetch::profile(slot).await.map_err(|why| match why {
                NoAnswer::SignedOut => ToPage::NobodyHere,
                NoAnswer::DeviceEnded => ToPage::Revoked,
                NoAnswer::Unreachable => ToPage::NeedsConnection,
            })?;
            if !profile.demo {
                return Err(ToPage::NothingHere);
            }
            Vault::create_unasked(&disk).await
        }
    };
    let vault = vault.map_err(|_| ToPage::Broken)?;
    Ok(Opened { slot: slot.to_owned(), disk, vault, proof: None })
}
