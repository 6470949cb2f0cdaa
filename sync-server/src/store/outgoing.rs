//! What the store keeps of resources that go out, and of the programs that fetch them.

use shared::id::PatientId;
use shared::time::Timestamp;

use crate::secret::SecretHash;

/// A resource as the record makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub kind: String,
    pub id: String,
    pub hash: [u8; 32],
    pub body: String,
}

/// A version of a resource that goes out. Its body says nothing of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingRow {
    pub kind: String,
    pub id: String,
    pub patient: PatientId,
    pub version: u64,
    pub changed_at: Timestamp,
    pub body: String,
}

/// Which of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingAsk {
    pub kind: String,
    pub patient: Option<PatientId>,
    /// Changed after this.
    pub after: Option<Timestamp>,
    pub rows_max: usize,
}

/// What the EHR says of a resource, if that is still the version it saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub kind: String,
    pub id: String,
    /// The version that is answered.
    pub version: u64,
    /// What the record makes of it now.
    pub made: [u8; 32],
    pub body: String,
    pub at: Timestamp,
}

/// A program that proves who it is with a key of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedClient {
    pub name: String,
    pub source: String,
    /// As SMART writes them, with spaces between.
    pub scopes: String,
    /// Its public keys (RFC 7517).
    pub jwks: String,
    pub at: Timestamp,
}

/// A token that ends soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientToken {
    pub token: SecretHash,
    pub name: String,
    pub scopes: String,
    pub until: Timestamp,
}

/// When a program that has access last asked for what is new, or was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    pub name: String,
    pub at: Timestamp,
}
