//! What stands in clear on the disk: which vault this is, and its wraps. New fields are added at the
//! end as options, a new kind of wrap gets a new number, and every version is read for good.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::keys::{Salt, WrapKey, is_mac, mac};

const VERSION: u8 = 1;
const LABEL: &[u8] = b"satchel vault wrap v1";
/// Passphrase, recovery code, one device key, and a few passkeys.
const WRAPS_MAX: usize = 16;

/// Of one account on one device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Header {
    #[n(0)]
    version: u8,
    /// Random; ties the wraps to this vault.
    #[cbor(n(1), with = "minicbor::bytes")]
    id: [u8; 16],
    #[n(2)]
    wraps: Vec<Wrap>,
}

/// The data key, sealed by something that a person has or knows.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Wrap {
    #[n(0)]
    pub opens: Opens,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: [u8; 12],
    #[n(2)]
    pub sealed: ByteVec,
    /// A keyed hash over all of it; nothing where the key cannot be used outside the browser.
    #[n(3)]
    pub(super) commitment: Option<ByteVec>,
}

/// What opens a wrap.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Opens {
    #[n(0)]
    Passphrase {
        #[cbor(n(0), with = "minicbor::bytes")]
        salt: Salt,
    },
    #[n(1)]
    RecoveryCode,
    /// A key that this browser keeps and nobody is asked for. Only for people who are made up.
    #[n(2)]
    Device,
    /// A passkey: the credential, and what its PRF is asked for.
    #[n(3)]
    Passkey {
        #[n(0)]
        credential: ByteVec,
        #[cbor(n(1), with = "minicbor::bytes")]
        question: [u8; 32],
    },
}

/// The wrap was changed, or this key did not make it. It is not said which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the wrap does not belong to this key")]
pub struct WrapDamaged;

impl Header {
    /// A vault without a wrap, which nothing opens yet.
    pub const fn new(id: [u8; 16]) -> Self {
        Self { version: VERSION, id, wraps: Vec::new() }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing into memory does not fail")
    }

    /// Nothing if it is not one, or is of a version that this program does not know.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let header: Self = minicbor::decode(bytes).ok()?;
        (header.version == VERSION && header.wraps.len() <= WRAPS_MAX).then_some(header)
    }

    pub fn wraps(&self) -> &[Wrap] {
        &self.wraps
    }

    pub fn passphrase(&self) -> Option<(Salt, &Wrap)> {
        self.wraps.iter().find_map(|wrap| match wrap.opens {
            Opens::Passphrase { salt } => Some((salt, wrap)),
            Opens::RecoveryCode | Opens::Device | Opens::Passkey { .. } => None,
        })
    }

    pub fn recovery_code(&self) -> Option<&Wrap> {
        self.wraps.iter().find(|wrap| wrap.opens == Opens::RecoveryCode)
    }

    pub fn device(&self) -> Option<&Wrap> {
        self.wraps.iter().find(|wrap| wrap.opens == Opens::Device)
    }

    pub fn passkey(&self, name: &[u8]) -> Option<&Wrap> {
        self.wraps.iter().find(|wrap| wrap.opens.credential() == Some(name))
    }

    /// The names of all passkeys that open it.
    pub fn passkeys(&self) -> impl Iterator<Item = &[u8]> {
        self.wraps.iter().filter_map(|wrap| wrap.opens.credential())
    }

    /// Takes away the wraps of passkeys that are not kept. Answers whether there were any.
    pub fn keep_passkeys(&mut self, is_kept: impl Fn(&[u8]) -> bool) -> bool {
        let before = self.wraps.len();
        self.wraps.retain(|wrap| wrap.opens.credential().is_none_or(&is_kept));
        self.wraps.len() < before
    }

    /// Whether one more wrap would still be read.
    pub fn has_room(&self) -> bool {
        self.wraps.len() < WRAPS_MAX
    }

    /// What the cipher around the data key is bound to.
    pub fn bound_to(&self, opens: &Opens) -> Vec<u8> {
        let said = minicbor::to_vec((self.version, ByteVec::from(self.id.to_vec()), opens));
        [LABEL, &said.expect("writing into memory does not fail")].concat()
    }

    /// Puts a wrap in place of the one of its kind.
    pub fn put(&mut self, opens: Opens, nonce: [u8; 12], sealed: Vec<u8>, key: Option<&WrapKey>) {
        let commitment = key.map(|key| {
            let parts: [&[u8]; 3] = [&self.bound_to(&opens), &nonce, &sealed];
            ByteVec::from(mac(&key.committing(), &parts).to_vec())
        });
        let wrap = Wrap { opens, nonce, sealed: ByteVec::from(sealed), commitment };
        match self.wraps.iter().position(|old| wrap.opens.replaces(&old.opens)) {
            Some(place) => self.wraps[place] = wrap,
            None => self.wraps.push(wrap),
        }
    }

    /// Whether this key made this wrap. Asked before the cipher is.
    pub fn check(&self, wrap: &Wrap, key: &WrapKey) -> Result<(), WrapDamaged> {
        let parts: [&[u8]; 3] = [&self.bound_to(&wrap.opens), &wrap.nonce, &wrap.sealed];
        let commitment = wrap.commitment.as_ref().ok_or(WrapDamaged)?;
        is_mac(&key.committing(), &parts, commitment).then_some(()).ok_or(WrapDamaged)
    }
}

impl Opens {
    fn credential(&self) -> Option<&[u8]> {
        match self {
            Self::Passkey { credential, .. } => Some(credential),
            Self::Passphrase { .. } | Self::RecoveryCode | Self::Device => None,
        }
    }

    fn replaces(&self, old: &Self) -> bool {
        match (self, old) {
            (Self::Passphrase { .. }, Self::Passphrase { .. })
            | (Self::RecoveryCode, Self::RecoveryCode)
            | (Self::Device, Self::Device) => true,
            (Self::Passkey { credential: new, .. }, Self::Passkey { credential: old, .. }) => {
                new == old
            }
            (
                Self::Passphrase { .. } | Self::RecoveryCode | Self::Device | Self::Passkey { .. },
                _,
            ) => false,
        }
    }
}
