//! In which charts something stands that is nobody's: a practitioner is shown where a patient's
//! resources point to them, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use shared::fhir::import::facts::is_personal;
use shared::fhir::import::plan::keys_of_reference;
use shared::fhir::import::{Facts, Planner};
use shared::id::{EntryId, PatientId};

use crate::store::resources::ResourceRow;
use crate::store::{Store, StoreError};

/// A role points to a practitioner and an organization, that one to a larger one; and no further.
const STEPS_MAX: usize = 4;

/// What points from whose chart.
pub struct Pointing {
    pub patient: PatientId,
    pub references: Vec<String>,
}

/// What has to stand in which chart.
#[derive(Default)]
pub struct Shared {
    pub pairs: BTreeSet<(PatientId, EntryId)>,
    /// Stored before; their texts.
    pub rows: BTreeMap<EntryId, ResourceRow>,
    /// Not here yet.
    pub wanted: BTreeSet<(String, PatientId)>,
}

impl Shared {
    /// Follows references from charts to what is nobody's. `here` are the references of those
    /// that this import brings.
    pub async fn follow(
        &mut self,
        store: &dyn Store,
        source: &str,
        planner: &mut Planner,
        here: &BTreeMap<EntryId, Vec<String>>,
        mut pointing: Vec<Pointing>,
    ) -> Result<(), StoreError> {
        for _ in 0..STEPS_MAX {
            let keys = pointing.iter().flat_map(|one| &one.references);
            let keys: BTreeSet<String> = keys.flat_map(|to| keys_of_reference(to)).collect();
            let unknown = keys.into_iter().filter(|key| planner.get(key).is_none()).collect();
            for (key, known) in store.known(source.to_owned(), unknown).await? {
                planner.know(key, known);
            }
            let reached = self.step(planner, &pointing);
            self.load(store, here, &reached).await?;
            pointing = reached
                .into_iter()
                .map(|(patient, resource)| Pointing {
                    patient,
                    references: self.references(here, resource),
                })
                .collect();
            if pointing.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn step(&mut self, planner: &Planner, pointing: &[Pointing]) -> Vec<(PatientId, EntryId)> {
        let mut reached = Vec::new();
        for one in pointing {
            for reference in &one.references {
                let keys = keys_of_reference(reference);
                match keys.iter().find_map(|key| planner.get(key)) {
                    Some(known) if known.owner.is_none() => {
                        let pair = (one.patient, known.resource);
                        if self.pairs.insert(pair) {
                            reached.push(pair);
                        }
                    }
                    Some(_) => {}
                    None => {
                        let keys = keys.into_iter().filter(|key| may_be_nobodys(key));
                        self.wanted.extend(keys.map(|key| (key, one.patient)));
                    }
                }
            }
        }
        reached
    }

    async fn load(
        &mut self,
        store: &dyn Store,
        here: &BTreeMap<EntryId, Vec<String>>,
        reached: &[(PatientId, EntryId)],
    ) -> Result<(), StoreError> {
        let missing = reached.iter().map(|(_, resource)| *resource);
        let missing = missing.filter(|id| !here.contains_key(id) && !self.rows.contains_key(id));
        let missing: BTreeSet<_> = missing.collect();
        for row in store.resources(missing.into_iter().collect()).await? {
            self.rows.insert(row.known.resource, row);
        }
        Ok(())
    }

    fn references(&self, here: &BTreeMap<EntryId, Vec<String>>, resource: EntryId) -> Vec<String> {
        let stored = || Facts::of(&self.rows.get(&resource)?.body).map(|facts| facts.references);
        here.get(&resource).cloned().or_else(stored).unwrap_or_default()
    }
}

fn may_be_nobodys(key: &str) -> bool {
    let kind = key.split('\n').next().unwrap_or_default();
    kind != "Patient" && !is_personal(kind)
}
