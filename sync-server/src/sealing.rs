//! How what people wrote is sealed at rest: one random data key for each record and each account,
//! AES-256-GCM bound to the very place of a value, and one wrapping key outside the database that
//! opens the data keys. The formats and labels are read for good.
//!
//! This is the second place that names a cipher: the vault of a device leaves sealing to the
//! browser's own cryptography, which a server does not have.

use aes_gcm::aead::{Aead, KeyInit, Nonce, Payload};
use aes_gcm::{Aes256Gcm, Key};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use shared::id::{AccountId, PatientId, Rng};

pub const KEY_BYTES: usize = 32;
/// Characters of a wrapping key's file: each byte in two, and a line's end.
pub const KEY_FILE_BYTES_MAX: u64 = 2 * KEY_BYTES as u64 + 2;
/// What a sealed value is longer than what is in it: version, nonce, tag.
pub const SEALED_MORE_BYTES: usize = 1 + NONCE_BYTES + 16;

const NONCE_BYTES: usize = 12;
/// The first byte of everything sealed.
const VERSION: u8 = 1;
const VALUE: &[u8] = b"satchel sealed value v1";
const WRAP: &[u8] = b"satchel wrapped data key v1";
const WRAPPING_ID: &[u8] = b"satchel wrapping key id v1";
const SEARCH: &[u8] = b"satchel search key v1";

/// Whose data key seals something. Without that key it is gone, in every copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// What is nobody's: practitioners, what waits for its patient. Tokens are made with it, too.
    Clinic,
    Patient(PatientId),
    Account(AccountId),
}

impl Owner {
    /// As stored; never changes.
    pub fn to_bytes(self) -> [u8; 17] {
        let (kind, id) = match self {
            Self::Clinic => (0, [0; 16]),
            Self::Patient(patient) => (1, patient.to_bytes()),
            Self::Account(account) => (2, account.to_bytes()),
        };
        let mut bytes = [kind; 17];
        bytes[1..].copy_from_slice(&id);
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, id) = bytes.split_first()?;
        let id: [u8; 16] = id.try_into().ok()?;
        match (kind, id) {
            (0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) => Some(Self::Clinic),
            (1, id) => Some(Self::Patient(PatientId::from_bytes(id))),
            (2, id) => Some(Self::Account(AccountId::from_bytes(id))),
            _ => None,
        }
    }
}

/// Opens the data keys. It comes from a file or the service manager, never from the database.
#[derive(Clone)]
pub struct WrappingKey([u8; KEY_BYTES]);

/// Tells wrapping keys apart and opens nothing.
pub type WrappingId = [u8; 8];

impl WrappingKey {
    pub fn fresh(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; KEY_BYTES];
        rng.fill(&mut bytes);
        Self(bytes)
    }

    pub const fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// What stands in its file.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 2 * KEY_BYTES || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; KEY_BYTES];
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    pub fn text(&self) -> String {
        let mut text: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        text.push('\n');
        text
    }

    pub fn id(&self) -> WrappingId {
        let whole = keyed(&self.0, &[WRAPPING_ID]);
        let mut id = WrappingId::default();
        id.copy_from_slice(&whole[..size_of::<WrappingId>()]);
        id
    }

    pub fn wrap(&self, owner: Owner, key: &[u8; KEY_BYTES], rng: &mut dyn Rng) -> Vec<u8> {
        DataKey::of(&self.0).seal(&joined(&[WRAP, &owner.to_bytes()]), key, rng)
    }

    /// Nothing if it was wrapped by another key, for somebody else, or was changed.
    pub fn unwrap(&self, owner: Owner, wrap: &[u8]) -> Option<[u8; KEY_BYTES]> {
        let bound = joined(&[WRAP, &owner.to_bytes()]);
        DataKey::of(&self.0).open(&bound, wrap)?.try_into().ok()
    }
}

/// Seals what belongs to one owner.
pub struct DataKey(Aes256Gcm);

impl DataKey {
    pub fn of(bytes: &[u8; KEY_BYTES]) -> Self {
        Self(Aes256Gcm::new(&Key::<Aes256Gcm>::from(*bytes)))
    }

    /// Version, nonce, sealed bytes, tag. The nonce is random: one owner's values stay far below
    /// the 2^32 that NIST SP 800-38D section 8.3 allows.
    pub fn seal(&self, bound: &[u8], value: &[u8], rng: &mut dyn Rng) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        rng.fill(&mut nonce);
        let payload = Payload { msg: value, aad: bound };
        let sealed = self.0.encrypt(&Nonce::<Aes256Gcm>::from(nonce), payload);
        let sealed = sealed.expect("a value is far shorter than the cipher's 64 GiB");
        let mut whole = Vec::with_capacity(value.len() + SEALED_MORE_BYTES);
        whole.push(VERSION);
        whole.extend(nonce);
        whole.extend(sealed);
        whole
    }

    /// Nothing if it was sealed by another key or for another place, or was changed.
    pub fn open(&self, bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (version, sealed) = sealed.split_first()?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: bound };
        let opened = self.0.decrypt(&Nonce::<Aes256Gcm>::from(*nonce), payload);
        opened.ok().filter(|_| *version == VERSION)
    }
}

/// What a sealed value is bound to: whose it is, where it stands, and which row and version that
/// is.
pub fn place(owner: Owner, table: &str, column: &str, row: &[&[u8]]) -> Vec<u8> {
    let owner = owner.to_bytes();
    let mut parts = vec![VALUE, &owner[..], table.as_bytes(), column.as_bytes()];
    parts.extend(row);
    joined(&parts)
}

/// Each part behind its length, so that no two lists of parts give the same bytes.
fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in parts {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        whole.extend(length.to_be_bytes());
        whole.extend(*part);
    }
    whole
}

/// What stands for a value that is looked for: the same value gives the same token, and nobody
/// without the key can tell which value it was, or try values out.
pub type Token = [u8; 16];

/// Makes tokens.
pub struct SearchKey([u8; KEY_BYTES]);

impl SearchKey {
    pub fn of(clinic: &[u8; KEY_BYTES]) -> Self {
        Self(keyed(clinic, &[SEARCH]))
    }

    pub fn token(&self, parts: &[&[u8]]) -> Token {
        let whole = keyed(&self.0, &[&joined(parts)]);
        let mut token = Token::default();
        token.copy_from_slice(&whole[..size_of::<Token>()]);
        token
    }
}

fn keyed(key: &[u8; KEY_BYTES], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac =
        <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("a key of any length is taken");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::OsRng;

    const ROSA: Owner = Owner::Patient(PatientId::from_u128(1));
    const ANA: Owner = Owner::Patient(PatientId::from_u128(2));

    #[test]
    fn a_value_opens_in_its_own_place_and_nowhere_else() {
        let key = DataKey::of(&[1; KEY_BYTES]);
        let here = place(ROSA, "messages", "text", &[b"row", b"1"]);
        let sealed = key.seal(&here, b"It hurts.", &mut OsRng);
        assert_eq!(key.open(&here, &sealed).unwrap(), b"It hurts.");
        assert_eq!(sealed.len(), b"It hurts.".len() + SEALED_MORE_BYTES);
        for elsewhere in [
            place(ANA, "messages", "text", &[b"row", b"1"]),
            place(Owner::Account(AccountId::from_u128(1)), "messages", "text", &[b"row", b"1"]),
            place(ROSA, "threads", "text", &[b"row", b"1"]),
            place(ROSA, "messages", "topic", &[b"row", b"1"]),
            place(ROSA, "messages", "text", &[b"row", b"2"]),
            place(ROSA, "messages", "text", &[b"row1", b""]),
        ] {
            assert!(key.open(&elsewhere, &sealed).is_none());
        }
        assert!(DataKey::of(&[2; KEY_BYTES]).open(&here, &sealed).is_none());
    }

    #[test]
    fn every_changed_byte_and_every_cut_of_a_value_is_noticed() {
        let key = DataKey::of(&[1; KEY_BYTES]);
        let sealed = key.seal(b"place", b"some words", &mut OsRng);
        for byte in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[byte] ^= 1;
            assert!(key.open(b"place", &changed).is_none(), "byte {byte}");
            assert!(key.open(b"place", &sealed[..byte]).is_none(), "cut at {byte}");
        }
    }

    #[test]
    fn a_wrap_opens_for_its_owner_under_its_own_key() {
        let (old, new) = (WrappingKey::fresh(&mut OsRng), WrappingKey::fresh(&mut OsRng));
        let wrap = old.wrap(ROSA, &[5; KEY_BYTES], &mut OsRng);
        assert_eq!(old.unwrap(ROSA, &wrap), Some([5; KEY_BYTES]));
        assert_eq!(old.unwrap(ANA, &wrap), None);
        assert_eq!(new.unwrap(ROSA, &wrap), None);
        assert_ne!(old.id(), new.id());
    }

    #[test]
    fn a_wrapping_key_reads_back_from_its_file_and_nothing_else_does() {
        let key = WrappingKey::fresh(&mut OsRng);
        assert_eq!(WrappingKey::from_text(&key.text()).unwrap().id(), key.id());
        for text in ["", "abc", &"g".repeat(64), &"a".repeat(65), &"é".repeat(32)] {
            assert!(WrappingKey::from_text(text).is_none(), "{text}");
        }
    }

    /// Sealed bytes of the first version are read for good.
    #[test]
    fn what_was_sealed_once_is_read_for_good() {
        struct Fixed;
        impl Rng for Fixed {
            fn fill(&mut self, bytes: &mut [u8]) {
                bytes.fill(9);
            }
        }
        let here = place(ROSA, "messages", "text", &[b"row"]);
        let sealed = DataKey::of(&[1; KEY_BYTES]).seal(&here, b"words", &mut Fixed);
        let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
        let expected = "01090909090909090909090909b36055aabdfdbabd17583d69eff90971cff013335b";
        assert_eq!(hex, expected);
        let token = SearchKey::of(&[1; KEY_BYTES]).token(&[b"kind", b"value"]);
        let hex: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "56e955a306114d54c56c6cf3cb1205b5");
    }
}
