//! Versions of one thing: a source sends it again, and a new entry stands for the old one.

use super::{Chart, Resource};
use crate::fhir::ResourceType;
use crate::fhir::description::{Description, Standing, What};
use crate::fhir::observation::Observation;
use crate::id::EntryId;

/// Versions that are followed: far more than any source sends.
const VERSIONS_MAX: usize = 1_000;

impl Chart {
    /// The entry that stands for this one now.
    pub fn newest_of(&self, entry: EntryId) -> EntryId {
        let mut newest = entry;
        for _ in 0..VERSIONS_MAX {
            let Some(next) = self.version_after(newest) else { break };
            newest = next.entry;
        }
        newest
    }

    pub fn version_after(&self, entry: EntryId) -> Option<&Resource> {
        if !self.is_replaced(entry) {
            return None;
        }
        let mut all = self.parts.values().flat_map(|part| &part.resources);
        all.find(|resource| resource.replaces == Some(entry) && resource.entry != entry)
    }
}

/// What it says, without how far it has come.
fn plain(resource: &Resource) -> Description {
    let mut said = resource.describe();
    said.facts.retain(|fact| fact.what != What::Status);
    let stands = !matches!(said.standing, Standing::Mistake | Standing::Not);
    said.standing = if stands { Standing::Current } else { said.standing };
    said
}

impl Resource {
    /// Whether a person would read the same: sources send a thing again for reasons of their own.
    pub fn says_the_same(&self, other: &Self) -> bool {
        use ResourceType as Type;
        // Of a paper the words around it say nothing.
        let paper = matches!(self.kind, Type::DocumentReference | Type::DiagnosticReport);
        if paper || self.kind != other.kind || plain(self) != plain(other) {
            return false;
        }
        if self.kind != Type::Observation {
            return true;
        }
        let (one, other): (Observation<'_>, Observation<'_>) = (self.view(), other.view());
        one.value() == other.value() && one.parts() == other.parts()
    }
}
