//! Every file of FHIR is taken, or refused with a reason; nothing is lost on its way in, and what
//! goes out comes in again as the same record.
//!
//! `SATCHEL_FHIR_FILES=FOLDER` sweeps over the files below that folder too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use shared::document::Document;
use shared::fhir::entry::restore;
use shared::fhir::export::{Whose, everything, summary};
use shared::fhir::import::{Body, Fate, Summary, Why, read};
use shared::id::{AccountId, PatientId};
use shared::record::Record;
use shared::sync::receipt::ReceiptKey;
use shared::time::Timestamp;
use shared::view::sections::SECTIONS;
use shared::view::{Ask, ShowResults, answer};

use crate::fhir::errands::unpacked;
use crate::fhir::{Importer, Order, Outcome};
use crate::store::Store;
use crate::store::memory::MemoryStore;
use crate::store::people::{BirthDate, NewPatient};

const MORE_FILES: &str = "SATCHEL_FHIR_FILES";
/// In the repository: as others write them, and as nobody should.
const FOLDERS: [&str; 3] = ["demo", "../tests/fhir/files", "../tests/fhir/pairs"];
const ENDINGS: [&str; 4] = ["json", "ndjson", "gz", "txt"];
const SOURCE: &str = "Lakeside";
const RECORD: PatientId = PatientId::from_u128(11);
const NOW: Timestamp = Timestamp::from_millis(1_900_000_000_000);

/// A clinic with one record, in which nothing stands.
pub struct Clinic {
    pub store: MemoryStore,
    receipts: ReceiptKey,
}

/// What came of one file.
#[derive(Debug, Default)]
pub struct Swept {
    /// Nothing of it could be read, and why.
    pub not_read: Option<String>,
    pub taken: u64,
    pub refused: Vec<(Why, u64)>,
}

impl Clinic {
    fn empty() -> Self {
        let store = MemoryStore::default();
        Self { store, receipts: ReceiptKey::from_bytes([7; 32]) }
    }

    pub async fn open() -> Self {
        let clinic = Self::empty();
        let birth_date = BirthDate::parse("1961-04-09").unwrap();
        let name = "Rosa Delgado".to_owned();
        let new = NewPatient { patient: RECORD, name, birth_date, at: NOW };
        clinic.store.add_patient(new).await.unwrap();
        clinic
    }

    pub async fn take(&self, text: &[u8], to: Option<PatientId>) -> Outcome {
        let input = read(text).expect("it was read before");
        let mut importer = Importer::new(&self.store, &self.receipts);
        let order = Order { source: SOURCE, to, now: NOW };
        importer.take(order, input, &mut |_, _| {}).await.unwrap()
    }

    /// The chart as a device reads it.
    pub async fn record(&self, patient: PatientId) -> Record {
        let mut record = Record::default();
        for summary in self.store.summaries(vec![patient]).await.unwrap() {
            let (rows, _) = self.store.rows_after(summary.document, 0, usize::MAX).await.unwrap();
            let document = Document::load(rows.iter().map(|row| &row.bytes[..])).unwrap();
            let sidecar = |_: &_| rows.first().map(|row| &row.sidecar);
            record.add_document(&summary.document, &document, sidecar);
        }
        record
    }

    /// The originals of a chart, in no order.
    async fn originals(&self, patient: PatientId) -> Vec<String> {
        let (rows, _) = self.store.resources_in(patient, None, usize::MAX).await.unwrap();
        let mut bodies: Vec<_> = rows.into_iter().map(|row| row.body).collect();
        bodies.sort();
        bodies
    }

    async fn blobs_of(&self, record: &Record, patient: PatientId) -> BTreeMap<String, Vec<u8>> {
        let mut blobs = BTreeMap::new();
        for resource in record.chart().resources() {
            for cut in resource.about().cuts() {
                let blob = self.store.blob(patient, cut.blob.clone()).await.unwrap();
                blobs.insert(cut.blob, blob.expect("what was cut out is kept"));
            }
        }
        blobs
    }
}

/// Sweeps one file; `to` is a person's word whose it is.
pub async fn sweep(bytes: &[u8], to: Option<PatientId>) -> Swept {
    let text = match unpacked(bytes) {
        Ok(text) => text.into_owned(),
        Err(error) => return Swept { not_read: Some(error.to_string()), ..Swept::default() },
    };
    let input = match read(&text) {
        Ok(input) => input,
        Err(error) => return Swept { not_read: Some(error.to_string()), ..Swept::default() },
    };
    let clinic = Clinic::open().await;
    let outcome = clinic.take(&text, to).await;
    let said = &outcome.summary;
    counted(said, input.entries.len());
    assert_eq!(outcome.entries.len() as u64, said.read, "each entry has its fate");
    for (entry, outcome) in input.entries.iter().zip(&outcome.entries) {
        let resource = match outcome.fate {
            Fate::New(resource) | Fate::Newer(resource) => resource,
            Fate::Unchanged(_) | Fate::Refused(_) => continue,
        };
        let Body::Resource(sent) = entry.body else {
            panic!("{}: taken, and no resource", entry.place);
        };
        let versions = clinic.store.resource_versions(resource).await.unwrap();
        let is_kept = versions.iter().any(|version| version.body == sent);
        assert!(is_kept, "{} is not kept as it came", entry.place);
    }
    again(&clinic, &text, to, said).await;
    for patient in &outcome.patients {
        goes_out_and_in(&clinic, *patient).await;
    }
    let taken = said.new + said.updated + said.unchanged;
    let refused = said.refused.iter().map(|(why, count)| (*why, *count)).collect();
    Swept { not_read: None, taken, refused }
}

fn counted(said: &Summary, sent: usize) {
    assert!(said.read >= sent as u64, "read {} of {sent}", said.read);
    let fates = said.new + said.updated + said.unchanged + said.refused();
    assert_eq!(fates, said.read, "{said}");
}

/// The same again changes nothing, and says so.
async fn again(clinic: &Clinic, text: &[u8], to: Option<PatientId>, first: &Summary) {
    let patients = || async {
        let patients = clinic.store.patients().await.unwrap();
        patients.into_iter().map(|one| one.patient).collect::<Vec<_>>()
    };
    let before = clinic.store.summaries(patients().await).await.unwrap();
    let second = clinic.take(text, to).await.summary;
    assert_eq!((second.new, second.updated), (0, 0), "at first {first}, then {second}");
    let after = clinic.store.summaries(patients().await).await.unwrap();
    assert_eq!(before, after, "a chart was written again");
}

/// A record goes out of a device, and comes into another clinic as the same.
async fn goes_out_and_in(clinic: &Clinic, patient: PatientId) {
    let record = clinic.record(patient).await;
    let blobs = clinic.blobs_of(&record, patient).await;
    let blob = |name: &str| blobs.get(name).cloned();
    let originals = clinic.originals(patient).await;
    let mut shown: Vec<_> = record
        .chart()
        .resources()
        .filter(|resource| !record.chart().is_replaced(resource.entry))
        .map(|resource| restore(resource.json(), &resource.about().cuts(), blob).unwrap())
        .collect();
    shown.sort();
    same(&shown, &originals, "the chart shows what is stored");

    let whose = Whose { patient, name: "Rosa Delgado", account: None };
    let sent = everything(&record, &whose, NOW, &blob);
    for original in &originals {
        assert!(sent.contains(original.as_str()), "not in the export: {original}");
    }
    let other = Clinic::empty();
    let outcome = other.take(sent.as_bytes(), None).await;
    assert_eq!(outcome.patients.len(), 1, "one record goes out: {}", outcome.summary);
    let mut came = other.originals(outcome.patients[0]).await;
    // A chart that does not say whose it is goes out with a Patient by name.
    if !originals.iter().any(|one| Any::is_patient(one)) {
        came.retain(|one| !Any::is_patient(one));
    }
    same(&came, &originals, &format!("out and in again: {}", outcome.summary));

    let document = summary(&record, &whose, NOW);
    assert!(serde_json::from_str::<serde_json::Value>(&document).is_ok(), "{document}");
    let asks = [
        Ask::Home { now: NOW },
        Ask::Results { show: ShowResults::All, limit: 50 },
        Ask::Medicines,
        Ask::Overview,
        Ask::Timeline { from: 0, limit: 50 },
    ];
    let sections = SECTIONS.into_iter().map(|section| Ask::Section { section, limit: u32::MAX });
    let entries = record.chart().resources().map(|one| Ask::Entry { entry: one.entry });
    for ask in asks.into_iter().chain(sections).chain(entries) {
        let _shown = answer(&record, AccountId::from_u128(1), &ask);
    }
}

/// Says little where much differs.
fn same(one: &[String], other: &[String], why: &str) {
    let lacks = |one: &[String], other: &[String]| {
        let first = other.iter().find(|text| !one.contains(text));
        first.map(|text| text.chars().take(200).collect::<String>())
    };
    let (here, there) = (lacks(one, other), lacks(other, one));
    let (ours, theirs) = (one.len(), other.len());
    assert!(one == other, "{why}: {ours} and {theirs}; lacks {here:?}, has {there:?}");
}

/// What a text is, for the eyes of a test.
struct Any;

impl Any {
    fn is_patient(json: &str) -> bool {
        let any: shared::fhir::Any<'_> = shared::fhir::read(json).unwrap_or_default();
        any.resource_type.is("Patient")
    }
}

/// Runs it, and answers what was wrong if it did not hold.
pub async fn tried(bytes: Vec<u8>, to: Option<PatientId>) -> Result<Swept, String> {
    let swept = tokio::spawn(async move { sweep(&bytes, to).await }).await;
    swept.map_err(|error| {
        let panic = error.into_panic();
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        text.unwrap_or_default()
    })
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(inside) = std::fs::read_dir(folder) else {
        return;
    };
    for one in inside {
        let path = one.unwrap().path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if path.is_dir() {
            files_below(&path, found);
        } else if ENDINGS.contains(&ending) {
            found.push(path);
        }
    }
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "a run says what it did")]
async fn every_file_is_taken_or_refused_with_a_reason_and_comes_out_as_it_came_in() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in FOLDERS {
        files_below(&here.join(folder), &mut files);
    }
    assert!(!files.is_empty(), "the repository holds files");
    if let Some(more) = std::env::var_os(MORE_FILES) {
        let before = files.len();
        files_below(Path::new(&more), &mut files);
        assert!(files.len() > before, "{MORE_FILES} names a folder without files");
    }
    files.sort();
    let mut wrong = Vec::new();
    let (mut taken, mut refused, mut not_read) = (0, BTreeMap::new(), Vec::new());
    let mut slowest = (Duration::ZERO, PathBuf::new());
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        for to in [None, Some(RECORD)] {
            let start = Instant::now();
            match tried(bytes.clone(), to).await {
                Ok(swept) => {
                    taken += swept.taken;
                    for (why, count) in swept.refused {
                        *refused.entry(why).or_insert(0) += count;
                    }
                    let why = swept.not_read.filter(|_| to.is_none());
                    not_read.extend(why.map(|why| format!("{}: {why}", file.display())));
                }
                Err(why) => wrong.push(format!("{} {to:?}: {why}", file.display())),
            }
            slowest = slowest.max((start.elapsed(), file.clone()));
        }
    }
    println!("{} files, twice: {taken} taken, slowest {slowest:?}", files.len());
    for (why, count) in refused {
        println!("  {count}: {why}");
    }
    println!("{} not read\n  {}", not_read.len(), not_read.join("\n  "));
    assert!(wrong.is_empty(), "{} do not hold:\n{}", wrong.len(), wrong.join("\n"));
}
