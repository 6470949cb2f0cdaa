//! Out to the EHR: what people wrote in a record, as resources that its programs fetch. Made anew
//! from the record after each change; the same again is nothing new, so it may be done at any time.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use shared::fhir::export::own::{Names, Written, written};
use shared::id::{AccountId, EntryId, PatientId};
use shared::record::{Entry, Record};

use crate::clinic::record::{self, Parts};
use crate::state::App;
use crate::store::outgoing::Made;
use crate::store::{Store, StoreError};

/// Where references to resources of a source begin, until a program of that source asks: then they
/// are as it knows them.
pub const SOURCE_BASE: &str = "http://source.invalid/";

/// The types that only go out, or that the EHR may answer.
pub const ANSWERED: [&str; 3] = ["Appointment", "Communication", "Task"];

/// Makes the resources of one record anew. Whoever answers one of them keeps this away meanwhile.
pub async fn project(app: &App, store: &dyn Store, patient: PatientId) -> Result<(), StoreError> {
    let _alone = app.outgoing().await;
    let made = made(store, patient).await?;
    store.put_outgoing(patient, made, app.now()).await?;
    Ok(())
}

/// What the record says now.
pub async fn made(store: &dyn Store, patient: PatientId) -> Result<Vec<Made>, StoreError> {
    let record = record::read(store, patient, Parts::WritingAndChart).await?;
    let own = own_account(store, patient, &record).await?;
    let all = resources(&record, patient, own);
    Ok(all.into_iter().map(as_made).collect())
}

pub fn resources(record: &Record, patient: PatientId, own: Option<AccountId>) -> Vec<Written> {
    let reference = format!("Patient/{patient}");
    let chart = |entry: EntryId| {
        let resource = record.chart().outermost(entry)?;
        let (kind, id) = (resource.type_name()?, resource.id()?);
        Some(format!("{SOURCE_BASE}{}/{kind}/{id}", segment(&resource.source)))
    };
    written(record, &Names { patient: &reference, own, chart: &chart })
}

/// The base of one source's resources.
pub fn base(source: &str) -> String {
    format!("{SOURCE_BASE}{}/", segment(source))
}

/// Any name as one part of a path.
fn segment(source: &str) -> String {
    source.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn as_made(written: Written) -> Made {
    let hash = Sha256::digest(written.json.as_bytes()).into();
    Made { kind: written.kind.to_owned(), id: written.id, hash, body: written.json }
}

/// The account whose own record this is, among those that wrote in it.
async fn own_account(
    store: &dyn Store,
    patient: PatientId,
    record: &Record,
) -> Result<Option<AccountId>, StoreError> {
    let authors = record.entries().filter_map(|(_, entry): (_, &Entry)| entry.author);
    for author in authors.collect::<BTreeSet<_>>() {
        let records = store.records_of(author).await?;
        if records.iter().any(|known| known.own && known.patient == patient) {
            return Ok(Some(author));
        }
    }
    Ok(None)
}
