//! What the authenticator itself says (WebAuthn, §6.1): for which site, whether it looked who was
//! there, how often it signed, and of a new passkey its name and key.

use std::fmt;
use std::str::FromStr;

use minicbor::Decoder;
use minicbor::data::Type;
use sha2::{Digest, Sha256};

use super::{Flaw, PublicKey};
use crate::encoded::{from_hex, hex};

/// Bytes of what comes with a new passkey. An attestation holds certificates, some kilobytes.
const ATTESTATION_BYTES_MAX: usize = 24 * 1024;
/// Bytes of what extensions add to it.
const EXTENSIONS_BYTES_MAX: usize = 4 * 1024;
/// Bytes of a credential's name: random, so it is no shorter, and the standard says no longer
/// (§4, credential ID).
const CREDENTIAL_BYTES: std::ops::RangeInclusive<usize> = 16..=1023;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// How an authenticator calls a passkey.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        CREDENTIAL_BYTES.contains(&bytes.len()).then(|| Self(bytes.to_vec()))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn text(&self) -> String {
        hex(&self.0)
    }
}

impl FromStr for CredentialId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        from_hex(text).and_then(|bytes| Self::from_bytes(&bytes)).ok_or(())
    }
}

/// It follows somebody from site to site where authenticators are badly made.
impl fmt::Debug for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialId(..)")
    }
}

/// Whether the passkey is on one device only (§6.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backup {
    /// It may come to other devices. This never changes.
    pub is_eligible: bool,
    pub is_backed_up: bool,
}

pub struct Said {
    pub counter: u32,
    pub backup: Backup,
    /// The name and the key of a new passkey.
    pub created: Option<(CredentialId, Vec<u8>)>,
}

impl Said {
    /// Nothing may be missing, and nothing left over.
    pub fn read(bytes: &[u8], site: &str) -> Result<Self, Flaw> {
        if bytes.len() > ATTESTATION_BYTES_MAX {
            return Err(Flaw::Unreadable);
        }
        let (of_site, rest) = bytes.split_first_chunk::<32>().ok_or(Flaw::Unreadable)?;
        let (flags, rest) = rest.split_first().ok_or(Flaw::Unreadable)?;
        let (counter, rest) = rest.split_first_chunk::<4>().ok_or(Flaw::Unreadable)?;
        let has = |flag: u8| flags & flag != 0;
        let backup = Backup { is_eligible: has(BACKUP_ELIGIBLE), is_backed_up: has(BACKED_UP) };
        let (created, rest) = match has(HAS_CREDENTIAL) {
            true => new_credential(rest).map(|(created, rest)| (Some(created), rest))?,
            false => (None, rest),
        };
        let whole = match has(HAS_EXTENSIONS) {
            true => rest.len() <= EXTENSIONS_BYTES_MAX && is_map(rest),
            false => rest.is_empty(),
        };
        if !whole {
            return Err(Flaw::Unreadable);
        }
        if of_site[..] != Sha256::digest(site.as_bytes())[..] {
            return Err(Flaw::Site);
        }
        if !(has(PRESENT) && has(VERIFIED)) {
            return Err(Flaw::Unverified);
        }
        if backup.is_backed_up && !backup.is_eligible {
            return Err(Flaw::Backup);
        }
        Ok(Self { counter: u32::from_be_bytes(*counter), backup, created })
    }
}

type New<'a> = ((CredentialId, Vec<u8>), &'a [u8]);

/// The credential's name and key, and what stands behind them (§6.5.1).
fn new_credential(bytes: &[u8]) -> Result<New<'_>, Flaw> {
    // Which model made it is not asked.
    let (_model, rest) = bytes.split_first_chunk::<16>().ok_or(Flaw::Unreadable)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(Flaw::Unreadable)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (name, rest) = rest.split_at_checked(length).ok_or(Flaw::Unreadable)?;
    let name = CredentialId::from_bytes(name).ok_or(Flaw::Unreadable)?;
    let mut decoder = Decoder::new(rest);
    PublicKey::read(&mut decoder).ok_or(Flaw::Key)?;
    let (key, rest) = rest.split_at(decoder.position());
    Ok(((name, key.to_vec()), rest))
}

fn is_map(bytes: &[u8]) -> bool {
    let mut decoder = Decoder::new(bytes);
    let is_map = matches!(decoder.datatype(), Ok(Type::Map));
    is_map && decoder.skip().is_ok() && decoder.position() == bytes.len()
}

/// What the authenticator said, inside of what comes with a new passkey (§6.5.4).
pub fn of_attestation(bytes: &[u8]) -> Result<&[u8], Flaw> {
    if bytes.len() > ATTESTATION_BYTES_MAX {
        return Err(Flaw::Unreadable);
    }
    attested(bytes).ok_or(Flaw::Unreadable)
}

fn attested(bytes: &[u8]) -> Option<&[u8]> {
    let mut decoder = Decoder::new(bytes);
    if decoder.map().ok()?? != 3 {
        return None;
    }
    let (mut said, mut seen) = (None, [false; 3]);
    for _ in 0..3 {
        let place = match decoder.str().ok()? {
            "authData" => {
                said = Some(decoder.bytes().ok()?);
                0
            }
            // Who made the authenticator, and their word for it.
            "fmt" => {
                decoder.str().ok()?;
                1
            }
            "attStmt" => {
                decoder.skip().ok()?;
                2
            }
            _ => return None,
        };
        if std::mem::replace(&mut seen[place], true) {
            return None;
        }
    }
    said.filter(|_| decoder.position() == bytes.len())
}
