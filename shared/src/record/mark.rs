//! Marks: how far an item has come at the clinic. Small rows that the server writes and no person
//! decides; merged by value, so that their order and number do not matter.

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::document::ChangeHash;
use crate::id::EntryId;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Mark {
    #[n(0)]
    pub entry: EntryId,
    #[n(1)]
    pub step: Step,
    /// The server's time.
    #[n(2)]
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Step {
    /// In the clinic's worklist.
    #[n(0)]
    AtTheClinic,
    /// Opened by a person.
    #[n(1)]
    ReadBy {
        #[n(0)]
        name: String,
    },
}

impl Mark {
    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing into memory does not fail")
    }

    /// Nothing if a newer server wrote it in a way that is not known here.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }

    /// A row of marks is named like a change: by the hash of its bytes.
    pub fn hash(bytes: &[u8]) -> ChangeHash {
        ChangeHash(Sha256::digest(bytes).into())
    }
}
