//! What the server knows of a sign-in: keyed hashes of the name and of the passphrase's authentication
//! half, and the salt that it answers for any name. The key is a file and never in the database, so a
//! copy of the database names nobody and gives nothing to guess against.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use shared::id::AccountId;
use shared::vault::{SALT_BYTES, Salt, SignInName};

use crate::store::people::Door;
use crate::totp::{TotpSecret, TotpSeed};

/// Losing it means that nobody can sign in on another device before the clinic invites them again.
#[derive(Clone)]
pub struct SignInKey([u8; 32]);

/// What the store finds an account by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameHash([u8; 32]);

/// What the store compares with.
#[derive(Clone, Copy)]
pub struct Verifier([u8; 32]);

/// The half of a stretched passphrase that proves who somebody is; it opens no vault.
pub struct Authentication([u8; 32]);

impl SignInKey {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The same for a name each time it is asked for, whether anybody has it or not.
    pub fn salt(&self, name: &SignInName) -> Salt {
        let whole = self.mac(b"satchel salt v1", name.text().as_bytes());
        whole[..SALT_BYTES].try_into().expect("half of 32 bytes is 16")
    }

    pub fn name(&self, name: &SignInName) -> NameHash {
        NameHash(self.mac(b"satchel sign-in name v1", name.text().as_bytes()))
    }

    /// Staff have names of their own: the same one may be a patient's.
    pub fn staff_salt(&self, name: &SignInName) -> Salt {
        let whole = self.mac(b"satchel staff salt v1", name.text().as_bytes());
        whole[..SALT_BYTES].try_into().expect("half of 32 bytes is 16")
    }

    pub fn staff_name(&self, name: &SignInName) -> NameHash {
        NameHash(self.mac(b"satchel staff name v1", name.text().as_bytes()))
    }

    /// What an authenticator program has: of the key and of what the database knows.
    pub fn totp(&self, account: AccountId, seed: TotpSeed) -> TotpSecret {
        let whole = self.mac(b"satchel totp v1", &[account.to_bytes(), seed.0].concat());
        TotpSecret::from_bytes(whole[..20].try_into().expect("20 of 32 bytes"))
    }

    /// What the store keeps of a code on paper.
    pub fn recovery(&self, account: AccountId, code: &str) -> [u8; 32] {
        let text = [&account.to_bytes(), code.as_bytes()].concat();
        self.mac(b"satchel recovery v1", &text)
    }

    /// As whom an authenticator keeps a passkey: it says nothing, and another one at each door.
    pub fn passkey_user(&self, account: AccountId, door: Door) -> [u8; 32] {
        let text = [door.word().as_bytes(), &account.to_bytes()].concat();
        self.mac(b"satchel passkey user v1", &text)
    }

    pub fn verifier(&self, authentication: &Authentication) -> Verifier {
        Verifier(self.mac(b"satchel authentication v1", &authentication.0))
    }

    /// In constant time, and as long for somebody who does not exist.
    pub fn is_right(&self, known: Option<&Verifier>, authentication: &Authentication) -> bool {
        // All zeros is no keyed hash that anybody will ever find the text of.
        let expected = known.map_or([0; 32], |verifier| verifier.0);
        let mac = self.start(b"satchel authentication v1").chain_update(authentication.0);
        mac.verify_slice(&expected).is_ok()
    }

    fn mac(&self, label: &[u8], text: &[u8]) -> [u8; 32] {
        self.start(label).chain_update(text).finalize().into_bytes().into()
    }

    /// The label ends with a sign that no label holds, so that no two questions are one.
    fn start(&self, label: &[u8]) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0);
        mac.expect("this MAC takes a key of any length").chain_update(label).chain_update([0])
    }
}

impl NameHash {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Verifier {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Authentication {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// 64 hexadecimal characters.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: SignInKey = SignInKey::from_bytes([7; 32]);

    fn name(text: &str) -> SignInName {
        SignInName::parse(text).unwrap()
    }

    #[test]
    fn a_salt_is_the_same_for_a_name_however_it_was_typed() {
        assert_eq!(KEY.salt(&name(" Heron-52")), KEY.salt(&name("heron-52")));
        assert_ne!(KEY.salt(&name("heron-52")), KEY.salt(&name("heron-53")));
        let other = SignInKey::from_bytes([8; 32]);
        assert_ne!(KEY.salt(&name("heron-52")), other.salt(&name("heron-52")));
        // Who knows a salt knows nothing of what the store keeps.
        assert_ne!(KEY.salt(&name("heron-52")), KEY.name(&name("heron-52")).bytes()[..SALT_BYTES]);
    }

    #[test]
    fn only_the_right_half_is_right() {
        let right = Authentication::parse(&"0f".repeat(32)).unwrap();
        let wrong = Authentication::parse(&"0e".repeat(32)).unwrap();
        let verifier = KEY.verifier(&right);
        assert!(KEY.is_right(Some(&verifier), &right));
        assert!(!KEY.is_right(Some(&verifier), &wrong));
        assert!(!KEY.is_right(None, &right));
        for text in ["", "0f", &"0f".repeat(33), &"0g".repeat(32), &"é".repeat(32)] {
            assert!(Authentication::parse(text).is_none(), "{text}");
        }
    }
}
