//! Receipts: how a server that lost its memory believes a device about a change of somebody else.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::document::{ChangeHash, DocumentId};
use crate::wire::{Receipt, Sidecar};

/// The clinic's key. It lives in a file or a credential, never in the database that it vouches for.
#[derive(Clone)]
pub struct ReceiptKey([u8; 32]);

impl ReceiptKey {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Fills in the receipt of a sidecar whose other fields are final.
    pub fn sign(&self, document: &DocumentId, hash: &ChangeHash, sidecar: Sidecar) -> Sidecar {
        let whole: [u8; 32] = self.mac(document, hash, &sidecar).finalize().into_bytes().into();
        let receipt = Receipt(whole[..16].try_into().expect("half of 32 bytes is 16"));
        Sidecar { receipt, ..sidecar }
    }

    /// In constant time.
    pub fn is_ours(&self, document: &DocumentId, hash: &ChangeHash, sidecar: &Sidecar) -> bool {
        self.mac(document, hash, sidecar).verify_truncated_left(&sidecar.receipt.0).is_ok()
    }

    fn mac(&self, document: &DocumentId, hash: &ChangeHash, sidecar: &Sidecar) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("this MAC takes a key of any length");
        let unsigned = Sidecar { receipt: Receipt([0; 16]), ..*sidecar };
        mac.update(b"satchel receipt v1");
        // Each part says its own length: CBOR, and a hash of fixed size.
        mac.update(&document.to_bytes());
        mac.update(&hash.0);
        mac.update(&minicbor::to_vec(unsigned).expect("writing into memory does not fail"));
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Kind;
    use crate::id::{AccountId, PatientId};
    use crate::time::Timestamp;

    #[test]
    fn a_receipt_vouches_for_each_of_its_parts() {
        let key = ReceiptKey::from_bytes([1; 32]);
        let document = DocumentId::first(PatientId::from_u128(1), Kind::CareCircle(None));
        let hash = ChangeHash([2; 32]);
        let sidecar = Sidecar {
            account: Some(AccountId::from_u128(3)),
            device: None,
            received_at: Timestamp::from_millis(4),
            receipt: Receipt([0; 16]),
        };
        let signed = key.sign(&document, &hash, sidecar);
        assert!(key.is_ours(&document, &hash, &signed));

        let other_time = Sidecar { received_at: Timestamp::from_millis(5), ..signed };
        let other_author = Sidecar { account: Some(AccountId::from_u128(4)), ..signed };
        let other_document = DocumentId { epoch: 1, ..document };
        assert!(!key.is_ours(&document, &hash, &other_time));
        assert!(!key.is_ours(&document, &hash, &other_author));
        assert!(!key.is_ours(&other_document, &hash, &signed));
        assert!(!key.is_ours(&document, &ChangeHash([9; 32]), &signed));
        assert!(!ReceiptKey::from_bytes([9; 32]).is_ours(&document, &hash, &signed));
    }
}
