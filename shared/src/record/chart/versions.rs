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

/// What it says. Of a result it does not matter how far it has come; of all else that may be what was wrong.
fn plain(resource: &Resource) -> Description {
    let mut said = resource.describe();
    let early = [Standing::Unsure, Standing::Planned, Standing::Unsaid];
    if resource.kind == ResourceType::Observation && early.contains(&said.standing) {
        said.standing = Standing::Current;
    }
    if resource.kind == ResourceType::Observation {
        said.facts.retain(|fact| fact.what != What::Status);
    }
    said
}

impl Resource {
    /// Whether a person would read the same: sources send a thing again for reasons of their own.
    pub fn says_the_same(&self, other: &Self) -> bool {
        use ResourceType as Type;
        if self.kind != other.kind || plain(self) != plain(other) {
            return false;
        }
        match self.kind {
            Type::Observation => {
                let (one, other): (Observation<'_>, Observation<'_>) = (self.view(), other.view());
                one.value() == other.value() && one.parts() == other.parts()
            }
            // Of a paper the words around it do not say what it is.
            Type::DocumentReference | Type::DiagnosticReport => {
                let blobs = |resource: &Self| {
                    let cuts = resource.about().cuts().into_iter();
                    cuts.map(|cut| cut.blob).collect::<Vec<_>>()
                };
                blobs(self) == blobs(other)
                    && without_meta(self.json()) == without_meta(other.json())
            }
            _ => true,
        }
    }
}

/// What stands before and behind its version and the time of its last change.
fn without_meta(json: &str) -> (&str, &str) {
    const META: &str = "\"meta\":{";
    let Some(start) = json.find(META) else { return (json, "") };
    let rest = &json[start + META.len()..];
    let (mut depth, mut in_text, mut escaped) = (1, false, false);
    for (place, byte) in rest.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' if !in_text => depth += 1,
            b'}' if !in_text => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&json[..start], &rest[place + 1..]);
        }
    }
    (json, "")
}
