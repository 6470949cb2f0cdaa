//! What other sources say of the same thing, each in its own words.

use serde::{Deserialize, Serialize};

use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::description::Standing;
use crate::id::EntryId;
use crate::record::Record;
use crate::record::groups::{Relation, groups};
use crate::time::PartialDate;

/// Types of which several sources may tell.
const KINDS: [ResourceType; 7] = [
    ResourceType::AllergyIntolerance,
    ResourceType::Condition,
    ResourceType::Immunization,
    ResourceType::MedicationDispense,
    ResourceType::MedicationRequest,
    ResourceType::MedicationStatement,
    ResourceType::Observation,
];

/// One other source's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alike {
    pub entry: EntryId,
    pub relation: Relation,
    pub source: String,
    /// The source's own words.
    pub name: Option<String>,
    pub when: Option<PartialDate>,
    pub standing: Standing,
}

/// Everything that other sources say of what this entry is about: who disagrees first.
pub fn alike(record: &Record, entry: EntryId) -> Vec<Alike> {
    let Some(own) = record.chart().find(entry) else {
        return Vec::new();
    };
    if !KINDS.contains(&own.kind) {
        return Vec::new();
    }
    // Orders and statements of a medicine tell of one thing; nothing else crosses its type.
    let kinds: Vec<_> = match own.kind {
        ResourceType::MedicationRequest | ResourceType::MedicationStatement => {
            vec![ResourceType::MedicationRequest, ResourceType::MedicationStatement]
        }
        kind => vec![kind],
    };
    let groups = groups(record, &kinds);
    let mut links: Vec<_> = groups.of(entry).collect();
    links.arrange_by_key(|(other, relation)| (std::cmp::Reverse(*relation), *other));
    let all = links.into_iter().filter_map(|(other, relation)| {
        let resource = record.chart().find(other)?;
        let said = resource.describe();
        let named = || record.chart().name_of(resource, said.named_by.as_deref(), None);
        Some(Alike {
            entry: other,
            relation,
            source: resource.source.to_string(),
            name: said.name.clone().or_else(named),
            when: said.when,
            standing: said.standing,
        })
    });
    all.collect()
}
