//! What the store keeps of FHIR resources, and what goes in together as one import.

use shared::document::DocumentId;
pub use shared::fhir::import::FactKind;
use shared::fhir::import::{Claim, Known, Person};
use shared::id::{EntryId, PatientId};
use shared::time::Timestamp;

use super::rows::{Batch, Fresh};
use crate::secret::SecretHash;

/// Everything that one import writes: all of it or nothing.
#[derive(Clone)]
pub struct ResourceCommit {
    pub import: EntryId,
    pub source: String,
    pub at: Timestamp,
    pub people: Vec<NewPerson>,
    pub facts: Vec<PersonFact>,
    pub resources: Vec<StoredResource>,
    pub places: Vec<PlacedResource>,
    pub wanted: Vec<(String, PatientId)>,
    pub aside: Vec<Aside>,
    /// Kept aside before, and attached now.
    pub taken: Vec<i64>,
    pub blobs: Vec<Blob>,
    pub charts: Vec<ChartChange>,
}

impl ResourceCommit {
    /// There is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
            && self.facts.is_empty()
            && self.resources.is_empty()
            && self.places.is_empty()
            && self.aside.is_empty()
            && self.taken.is_empty()
    }
}

/// Somebody who had no record here.
#[derive(Clone)]
pub struct NewPerson {
    pub patient: PatientId,
    pub name: String,
    /// Nothing if their source does not know the day: they can be invited once it is known.
    pub birth_date: Option<String>,
}

/// One thing a source said about who a patient is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonFact {
    pub patient: PatientId,
    pub kind: FactKind,
    pub value: String,
}

/// A new resource, or a newer version of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResource {
    pub resource: EntryId,
    pub owner: Option<PatientId>,
    /// The resource's type.
    pub kind: String,
    pub id: Option<String>,
    pub url: Option<String>,
    pub hash: [u8; 32],
    pub updated: Option<Timestamp>,
    pub thing: String,
    pub keys: Vec<String>,
    pub body: String,
}

/// Where a resource stands in a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedResource {
    pub patient: PatientId,
    pub resource: EntryId,
    pub document: DocumentId,
    pub entry: EntryId,
}

/// Something that was not attached to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    pub why: &'static str,
    pub waits_for: Option<String>,
    pub hash: [u8; 32],
    pub url: Option<String>,
    pub body: String,
}

/// The same, when its patient came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub aside: i64,
    pub url: Option<String>,
    pub body: String,
}

#[derive(Clone)]
pub struct Blob {
    pub patient: PatientId,
    pub blob: String,
    pub bytes: Vec<u8>,
}

/// Changes of one chart document, which is made if it is not there.
#[derive(Clone)]
pub struct ChartChange {
    pub genesis: Fresh,
    pub batch: Batch,
}

/// Whom an import asks for.
#[derive(Debug, Clone, Default)]
pub struct PersonAsk {
    pub links: Vec<String>,
    pub claim: Claim,
}

impl PersonAsk {
    /// Facts that bring somebody near.
    pub fn hints(&self) -> [(FactKind, Vec<String>); 2] {
        let all = self.claim.facts();
        let of = |kind| all.iter().filter(move |(known, _)| *known == kind);
        let values = |kind| of(kind).map(|(_, value)| value.clone()).collect();
        [FactKind::Identifier, FactKind::Name].map(|kind| (kind, values(kind)))
    }
}

/// The newest version of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceRow {
    pub known: Known,
    pub source: String,
    pub kind: String,
    pub url: Option<String>,
    pub version: u64,
    pub stored_at: Timestamp,
    pub body: String,
}

/// A program of the clinic that may send and ask for resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub token: SecretHash,
    pub name: String,
    /// Under which its resources are kept.
    pub source: String,
    pub at: Timestamp,
}

/// People near a claim, as the decision wants them.
pub type Near = Vec<Person>;
