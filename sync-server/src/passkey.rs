//! What a passkey proves: a small and strict reading of WebAuthn (W3C, Level 3, §7.1 and §7.2).
//! Nothing of it is believed before all of it fits. Who made an authenticator is not asked: its
//! attestation is left unread. See docs/decisions/0141.

mod authenticator;
mod ceremony;
mod client;
mod key;
#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use self::authenticator::Said;
pub use self::authenticator::{Backup, CredentialId};
pub use self::ceremony::{Ceremonies, Challenge, Purpose};
use self::client::Kind;
use self::key::PublicKey;

/// Why something proves nothing. It is for tests and never told: it would help a guesser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("what the browser says cannot be read, or is about something else")]
    Client,
    #[error("the challenge is not one of ours that waits for this")]
    Challenge,
    #[error("it was made on another site")]
    Origin,
    #[error("what the authenticator says cannot be read")]
    Unreadable,
    #[error("it was made for another site")]
    Site,
    #[error("nobody was present, or the authenticator did not look who it was")]
    Unverified,
    #[error("the key is of a kind that is not taken")]
    Key,
    #[error("the signature is not by this key")]
    Signature,
    #[error("it says that it is somebody else's")]
    Owner,
    #[error("it is backed up now, or not any more, where that cannot change")]
    Backup,
}

/// Which origins are ours, and which challenges wait; one is used up by being asked about.
pub struct Here<'a> {
    pub is_own_origin: &'a dyn Fn(&str) -> bool,
    pub takes: &'a dyn Fn(&Challenge) -> bool,
}

/// A new passkey, from bytes of a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    pub credential: CredentialId,
    /// Its public key as COSE.
    pub key: Vec<u8>,
    pub counter: u32,
    pub backup: Backup,
}

/// One that was used, from bytes of a browser.
pub struct Used<'a> {
    pub client: &'a [u8],
    pub authenticator: &'a [u8],
    pub signature: &'a [u8],
    /// Whose it says it is.
    pub user: &'a [u8],
}

/// What it is compared with.
pub struct Known<'a> {
    pub key: &'a [u8],
    pub user: &'a [u8],
    pub is_eligible: bool,
}

/// A use that holds, but for its counter, which only the store can compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    pub counter: u32,
    pub is_backed_up: bool,
}

/// Somebody adds a passkey (§7.1).
pub fn created(here: &Here<'_>, client: &[u8], attestation: &[u8]) -> Result<Created, Flaw> {
    let site = client::check(here, client, Kind::Create)?;
    let said = Said::read(authenticator::of_attestation(attestation)?, &site)?;
    let (credential, key) = said.created.ok_or(Flaw::Unreadable)?;
    Ok(Created { credential, key, counter: said.counter, backup: said.backup })
}

/// Somebody uses one (§7.2).
pub fn used(here: &Here<'_>, used: &Used<'_>, known: &Known<'_>) -> Result<Holds, Flaw> {
    let site = client::check(here, used.client, Kind::Get)?;
    let said = Said::read(used.authenticator, &site)?;
    if said.created.is_some() {
        return Err(Flaw::Unreadable);
    }
    if used.user != known.user {
        return Err(Flaw::Owner);
    }
    if said.backup.is_eligible != known.is_eligible {
        return Err(Flaw::Backup);
    }
    let signed = [used.authenticator, &Sha256::digest(used.client)].concat();
    let key = PublicKey::parse(known.key).ok_or(Flaw::Key)?;
    if !key.has_signed(&signed, used.signature) {
        return Err(Flaw::Signature);
    }
    Ok(Holds { counter: said.counter, is_backed_up: said.backup.is_backed_up })
}
