//! What the store keeps of resources that go out, and of the programs that fetch them.

use shared::id::PatientId;
use shared::time::Timestamp;

use super::Answer;
use super::resources::Client;
use crate::secret::SecretHash;

/// The verbs for what goes out. They are a part of the store.
pub trait OutgoingStore {
    /// Keeps what the record makes of itself; answers how many resources are new or different.
    fn put_outgoing(&self, patient: PatientId, made: Vec<Made>, at: Timestamp) -> Answer<'_, u64>;
    /// The newest version of each, the oldest change first.
    fn outgoing(&self, ask: OutgoingAsk) -> Answer<'_, Vec<OutgoingRow>>;
    /// All versions, the newest first.
    fn outgoing_versions(&self, kind: String, id: String) -> Answer<'_, Vec<OutgoingRow>>;
    /// Keeps what the EHR says, if the version it answers still stands. Answers the new version.
    fn answer_outgoing(&self, answered: Answered) -> Answer<'_, Option<u64>>;
    /// Adds a program, or gives the one of this name other keys and scopes.
    fn add_keyed_client(&self, client: KeyedClient) -> Answer<'_, ()>;
    fn keyed_client(&self, name: String) -> Answer<'_, Option<KeyedClient>>;
    /// Ends a program and its tokens, and answers how many there were.
    fn end_keyed_client(&self, name: String, at: Timestamp) -> Answer<'_, u64>;
    /// Exchanges a proof for a token; a proof that was used before for nothing.
    fn exchange_proof(
        &self,
        proof: String,
        proof_until: Timestamp,
        token: ClientToken,
        now: Timestamp,
    ) -> Answer<'_, bool>;
    /// Whose token this is, and its scopes.
    fn client_by_token(
        &self,
        token: SecretHash,
        now: Timestamp,
    ) -> Answer<'_, Option<(Client, String)>>;
    /// A program asked for what is new.
    fn note_fetch(&self, name: String, at: Timestamp) -> Answer<'_, ()>;
    /// Every program that may come, and when it last did, or was let in.
    fn fetches(&self) -> Answer<'_, Vec<Fetched>>;
}

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
