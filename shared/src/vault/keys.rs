//! From a passphrase or a code to keys. Every label is part of the format and never changes; another
//! way to derive a key is another label.

use argon2::{Algorithm, Argon2, Params, Version};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Memory in KiB, passes and lanes of Argon2id (RFC 9106), fixed for wraps of version 1. 64 MiB is
/// above OWASP's floor for one pass (46 MiB) and still fits a cheap phone; one lane, because a
/// browser gives a worker one thread.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;

pub const SALT_BYTES: usize = 16;
pub const DATA_KEY_BYTES: usize = 32;
const KEY_BYTES: usize = 32;

pub type Salt = [u8; SALT_BYTES];

/// What a passphrase becomes.
#[derive(Clone, PartialEq, Eq)]
pub struct Halves {
    /// Goes to the server, which keeps a keyed hash of it.
    pub authentication: [u8; KEY_BYTES],
    /// Never leaves the device.
    pub vault: WrapKey,
}

/// Opens one wrap: the passphrase's vault half, or what a recovery code becomes.
#[derive(Clone, PartialEq, Eq)]
pub struct WrapKey([u8; KEY_BYTES]);

impl WrapKey {
    pub const fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// The key for the cipher around the data key.
    pub fn sealing(&self) -> [u8; KEY_BYTES] {
        derive(&self.0, b"satchel wrap v1 sealing")
    }

    /// The key that commits a wrap to the key it was made with. AES-GCM alone does not: one sealed
    /// text can be made to open under two keys, which would turn an unlock into an oracle.
    pub(super) fn committing(&self) -> [u8; KEY_BYTES] {
        derive(&self.0, b"satchel wrap v1 commitment")
    }
}

/// Seals everything that one account keeps on one device.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey([u8; DATA_KEY_BYTES]);

impl DataKey {
    pub const fn from_bytes(bytes: [u8; DATA_KEY_BYTES]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; DATA_KEY_BYTES] {
        &self.0
    }

    /// The key of the rows' cipher.
    pub fn row_sealing(&self) -> [u8; KEY_BYTES] {
        derive(&self.0, b"satchel rows v1 sealing")
    }

    /// The key of the rows' names.
    pub fn row_naming(&self) -> [u8; KEY_BYTES] {
        derive(&self.0, b"satchel rows v1 naming")
    }
}

/// One passphrase as one text: what a phone's keyboard adds by itself (a capital at the beginning, a
/// space at the end) must not lock anybody out. Expects text that is already in Unicode's NFKC, which
/// the browser knows how to do.
pub fn stretched_text(typed: &str) -> String {
    let small = typed.to_lowercase();
    small.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Slow on purpose, and needs 64 MiB for it. `passphrase` is a [`stretched_text`].
pub fn stretch(passphrase: &str, salt: &Salt) -> [u8; KEY_BYTES] {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(KEY_BYTES));
    let params = params.expect("the parameters are constants within RFC 9106");
    let mut stretched = [0; KEY_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut stretched)
        .expect("salt and output have lengths within RFC 9106");
    stretched
}

/// Cheap: everything slow was done by [`stretch`].
pub fn split(stretched: &[u8; KEY_BYTES]) -> Halves {
    Halves {
        authentication: derive(stretched, b"satchel passphrase v1 authentication"),
        vault: WrapKey(derive(stretched, b"satchel passphrase v1 vault")),
    }
}

/// HKDF-SHA256 (RFC 5869) without salt, for the one block of output that every key here needs.
pub(super) fn derive(from: &[u8], label: &[u8]) -> [u8; KEY_BYTES] {
    let pseudorandom = mac(&[0; 32], &[from]);
    mac(&pseudorandom, &[label, &[1]])
}

pub(super) fn mac(key: &[u8; KEY_BYTES], parts: &[&[u8]]) -> [u8; KEY_BYTES] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("this MAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// In constant time.
pub(super) fn is_mac(key: &[u8; KEY_BYTES], parts: &[&[u8]], expected: &[u8]) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("this MAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.verify_slice(expected).is_ok()
}
