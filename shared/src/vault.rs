//! What locks the record on a device: how a passphrase becomes keys, what is written around the data
//! key, and the codes and names that people hold. Formats and labels live here and are read for good;
//! the browser's own cryptography does the sealing.
//!
//! One random data key seals everything that an account keeps on one device. It is never stored; what
//! is stored are wraps of it, any one of which opens it: one by the passphrase, one by the printed
//! recovery code, one for each passkey that answers.
//!
//! The passphrase is stretched once, slowly, and then split: the authentication half signs in at the
//! clinic, the vault half opens the wrap. Neither gives the other, so the server never sees what opens
//! the vault.

mod header;
mod keys;
mod name;
mod passkey;
mod passphrase;
mod recovery;
#[cfg(test)]
mod tests;

pub use self::header::{Header, Opens, Wrap, WrapDamaged};
pub use self::keys::{
    DATA_KEY_BYTES, DataKey, Halves, SALT_BYTES, Salt, WrapKey, split, stretch, stretched_text,
};
pub use self::name::{NAME_CHARS_MAX, NAME_CHARS_MIN, NotAName, SignInName};
pub use self::passkey::{PASSKEY_QUESTION, PasskeyAnswer, carried, of_carried};
pub use self::passphrase::{
    PASSPHRASE_CHARS_MAX, PROPOSED_WORDS, Strength, WORD_BITS, WORD_LIST_LENGTH, propose, strength,
};
pub use self::recovery::{NotACode, RecoveryCode};
