//! Secrets that a client holds and we only recognize: session tokens, tickets, invitations. The
//! store keeps their SHA-256, so that a copy of the database opens nothing.

use std::fmt;

use sha2::{Digest, Sha256};
use shared::id::Rng;

use crate::encoded::from_hex;

/// 256 random bits, written as 64 hexadecimal characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn fresh(rng: &mut dyn Rng) -> Self {
        Self::of_bytes::<32>(rng)
    }

    /// 128 bits are enough for what has few tries and a short term, and they fit a QR code.
    pub fn fresh_short(rng: &mut dyn Rng) -> Self {
        Self::of_bytes::<16>(rng)
    }

    fn of_bytes<const N: usize>(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; N];
        rng.fill(&mut bytes);
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// What goes into the cookie, the ticket or the link, and nowhere else.
    pub fn text(&self) -> &str {
        &self.0
    }

    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What the store knows of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Of whatever a client sent; a wrong text simply hashes to something that is not there.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// As it stands in an address.
impl std::str::FromStr for SecretHash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        let bytes = from_hex(text).filter(|_| is_lower).ok_or(NotAHash)?;
        bytes.try_into().map(Self).map_err(|_| NotAHash)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 in hexadecimal")]
pub struct NotAHash;

/// Which session of a browser a tab speaks for. Public: it is part of a cookie's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(String);

/// Characters of a slot: enough that the few slots of one browser never meet.
const SLOT_CHARS: usize = 10;

impl Slot {
    pub fn fresh(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; SLOT_CHARS];
        rng.fill(&mut bytes);
        Self(
            bytes
                .iter()
                .map(|byte| char::from(b"0123456789abcdefghjkmnpqrstvwxyz"[usize::from(byte % 32)]))
                .collect(),
        )
    }

    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == SLOT_CHARS
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        fits.then(|| Self(text.to_owned()))
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::OsRng;

    #[test]
    fn a_secret_never_shows_itself_by_accident() {
        let secret = Secret::fresh(&mut OsRng);
        assert_eq!(secret.text().len(), 64);
        assert!(!format!("{secret:?}").contains(secret.text()));
        assert_eq!(secret.hash(), SecretHash::of(secret.text()));
    }

    #[test]
    fn a_slot_reads_back_and_nothing_else_is_one() {
        let slot = Slot::fresh(&mut OsRng);
        assert_eq!(Slot::parse(slot.text()), Some(slot));
        for text in ["", "short", "UPPERCASE0", "with space", "0123456789a"] {
            assert_eq!(Slot::parse(text), None, "{text}");
        }
    }
}
