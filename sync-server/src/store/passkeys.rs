//! Passkeys, as the store keeps them: each signs in one account at one of the two doors.

use shared::id::AccountId;
use shared::time::Timestamp;

use super::Answer;
use crate::passkey::{Backup, CredentialId};
use crate::store::people::Door;

/// Of one account at one door: a person has a few devices and a key or two, and a device's header
/// has room for so many wraps.
pub const PASSKEYS_MAX: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    pub credential: CredentialId,
    pub account: AccountId,
    pub door: Door,
    /// Public; as COSE.
    pub key: Vec<u8>,
    pub counter: u32,
    pub backup: Backup,
    /// As its owner calls it.
    pub name: String,
    /// What a device sealed for the next one; it opens with what the passkey answers, and with nothing
    /// that is here.
    pub carried: Option<Vec<u8>>,
    pub added_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

/// What became of a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    Done,
    /// Somebody has a passkey of this name; whose it is is not said.
    Known,
    TooMany,
}

/// One was used.
#[derive(Debug, Clone)]
pub struct PasskeyUse {
    pub credential: CredentialId,
    pub counter: u32,
    pub is_backed_up: bool,
    pub at: Timestamp,
}

/// Whose passkey, and which: nobody renames or removes another one's.
#[derive(Debug, Clone)]
pub struct OwnPasskey {
    pub account: AccountId,
    pub door: Door,
    pub credential: CredentialId,
}

pub trait PasskeyStore {
    fn add_passkey(&self, new: Passkey) -> Answer<'_, Added>;
    fn passkey(&self, credential: CredentialId, door: Door) -> Answer<'_, Option<Passkey>>;
    /// The oldest first.
    fn passkeys_of(&self, account: AccountId, door: Door) -> Answer<'_, Vec<Passkey>>;
    /// False if its counter did not grow: there are two of it. One that stays at nought has none.
    fn use_passkey(&self, used: PasskeyUse) -> Answer<'_, bool>;
    /// False if there is no such passkey; and below.
    fn rename_passkey(&self, which: OwnPasskey, name: String) -> Answer<'_, bool>;
    fn remove_passkey(&self, which: OwnPasskey) -> Answer<'_, bool>;
}
