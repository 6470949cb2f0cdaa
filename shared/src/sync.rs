//! How the devices of a record and the clinic's server come to hold the same, whatever happens in
//! between. Two state machines without a socket, a disk or a clock: events go in, effects come out.
//!
//! The promise both keep: what was acknowledged is durable; what is held by one side and lacked by
//! the other is exchanged until their digests are equal; no cursor and no clock is trusted for it.

pub mod device;
pub mod elsewhere;
pub mod planted;
pub mod receipt;
pub mod scope;
pub mod server;
pub mod stored;
pub mod way;

use sha2::{Digest as _, Sha256};

use crate::arrange::Arrange;
use crate::document::DocumentId;
use crate::wire::{Digest, Sum};

/// One digest over the sums of all documents that a device may read. Both halves compute it alike;
/// a document without rows does not count.
pub fn digest<'a>(sums: impl IntoIterator<Item = (&'a DocumentId, &'a Sum)>) -> Digest {
    let mut sums: Vec<_> = sums.into_iter().filter(|(_, sum)| **sum != Sum::default()).collect();
    sums.arrange_by_key(|(document, _)| **document);
    let mut hasher = Sha256::new();
    for (document, sum) in sums {
        hasher.update(document.to_bytes());
        hasher.update(sum.0);
    }
    let whole: [u8; 32] = hasher.finalize().into();
    Digest(whole[..16].try_into().expect("half of 32 bytes is 16"))
}
