//! What a passkey answers becomes keys: one that opens the vault of a device, and one that carries the
//! passphrase's half of the vault to the person's next device. The clinic never sees the answer.

use super::keys::{WrapKey, derive};

/// What every passkey is asked. Each answers it in its own way, so one question serves all of them, and
/// a device that knows nobody yet can ask it too.
pub const PASSKEY_QUESTION: [u8; 32] = *b"satchel passkey opens a vault v1";
/// Bytes of a vault half, which stand before the sign-in name in what is carried.
const HALF_BYTES: usize = 32;

/// What a passkey answered (WebAuthn, the extension `prf`).
pub struct PasskeyAnswer([u8; 32]);

impl PasskeyAnswer {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Opens the wrap of this passkey. Bound to its name, because some authenticators answer alike for
    /// all that they hold.
    pub fn key(&self, credential: &[u8]) -> WrapKey {
        WrapKey::from_bytes(self.derive(b"satchel passkey v1 vault ", credential))
    }

    /// The key of the cipher around what is carried.
    pub fn carrying(&self, credential: &[u8]) -> [u8; 32] {
        self.derive(b"satchel passkey v1 carrying ", credential)
    }

    fn derive(&self, label: &[u8], credential: &[u8]) -> [u8; 32] {
        derive(&self.0, &[label, credential].concat())
    }
}

/// Nothing of it stays in the memory of the worker that lives on.
impl Drop for PasskeyAnswer {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&self.0);
    }
}

/// What a new device needs besides the passkey: the vault half of the passphrase, which stays what opens
/// every device, and the sign-in name.
pub fn carried(half: &WrapKey, name: &[u8]) -> Vec<u8> {
    [half.bytes(), name].concat()
}

/// The other way.
pub fn of_carried(bytes: &[u8]) -> Option<(WrapKey, String)> {
    let (half, name) = bytes.split_first_chunk::<HALF_BYTES>()?;
    Some((WrapKey::from_bytes(*half), String::from_utf8(name.to_vec()).ok()?))
}
