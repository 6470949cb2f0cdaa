//! How staff sign in, as the store keeps it.

use shared::id::AccountId;
use shared::time::Timestamp;

use super::people::Role;
use crate::secret::SecretHash;
use crate::sign_in::{NameHash, Verifier};
use crate::totp::TotpSeed;

/// What a sign-in is compared with.
#[derive(Debug, Clone)]
pub struct StaffSignIn {
    pub account: AccountId,
    pub verifier: Verifier,
    pub totp: TotpSeed,
}

/// Lets one member of staff choose how they sign in, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffLink {
    pub secret: SecretHash,
    pub account: AccountId,
    pub totp: TotpSeed,
    pub until: Timestamp,
}

/// What somebody chose behind their link.
#[derive(Clone)]
pub struct StaffSetUp {
    pub secret: SecretHash,
    pub name: NameHash,
    pub verifier: Verifier,
    /// The step of the code that proved that the secret arrived.
    pub step: u64,
    pub recovery: Vec<[u8; 32]>,
    pub now: Timestamp,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetUp {
    Done(AccountId),
    /// No such link, used already, or too old.
    Ended,
    NameTaken,
}

/// A code that works once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OneTime {
    Step(u64),
    Recovery([u8; 32]),
}

/// What a member of staff may do from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffChange {
    pub account: AccountId,
    pub role: Role,
    pub prescribes: bool,
    /// Works here no longer: nobody signs in with it, and its sessions are over.
    pub ended: bool,
    pub at: Timestamp,
}
