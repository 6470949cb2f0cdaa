//! What leaves a device holds our own rules. `SATCHEL_EXPORTS=FOLDER` keeps it there, with what came
//! in, for validators that nobody here wrote: `cargo xtask check-exports`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;
use shared::document::{DocumentId, Kind};
use shared::edit::clinic::ClinicEdit;
use shared::edit::{
    AddAllergy, AddMedicine, AddReading, AskForRefill, AskForVisit, Audience, Edit, Measured,
    PreferredTime,
};
use shared::fhir::entry::ChartEntry;
use shared::fhir::export::{Whose, everything, summary};
use shared::fhir::import::{Body, Facts, home, read};
use shared::id::EntryId;
use shared::record::{Part, Record, Resource};
use shared::testing::document_rules::broken;
use shared::testing::{PATIENT, ROSA, SOURCE, Story, Who};
use shared::time::Timestamp;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const WHOSE: Whose<'_> = Whose { patient: PATIENT, name: "Rosa Moreno", account: Some(ROSA) };
/// In the repository.
const FOLDERS: [&str; 3] = ["../sync-server/demo", "fhir/files", "fhir/pairs"];
const MORE_FILES: &str = "SATCHEL_FHIR_FILES";
const KEPT: &str = "SATCHEL_EXPORTS";

/// What came in, and what went out.
struct Exports {
    name: String,
    /// A Bundle of the resources of the chart, as they came.
    originals: String,
    everything: String,
    summary: String,
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for one in std::fs::read_dir(folder).into_iter().flatten() {
        let path = one.expect("a folder is listed").path();
        match path.extension().and_then(|ending| ending.to_str()) {
            _ if path.is_dir() => files_below(&path, found),
            Some("json" | "ndjson" | "gz") => found.push(path),
            Some(_) | None => {}
        }
    }
}

fn text_of(file: &Path) -> Vec<u8> {
    let bytes = std::fs::read(file).expect("a file that was listed is read");
    let mut text = Vec::new();
    match flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut text) {
        Ok(_) => text,
        Err(_) => bytes,
    }
}

/// All that a file holds as one record. Nothing if it is of nobody or of several.
fn of_file(file: &Path) -> Option<Exports> {
    let text = text_of(file);
    let input = read(&text).ok()?;
    let mut parts: BTreeMap<Kind, Vec<Resource>> = BTreeMap::new();
    let mut originals = Vec::new();
    let mut urls = BTreeSet::new();
    let mut patients = 0;
    for (number, entry) in (1000..).zip(input.entries) {
        let Body::Resource(json) = entry.body else {
            continue;
        };
        let Some(facts) = Facts::of(json).filter(|facts| facts.kind != "OperationOutcome") else {
            continue;
        };
        patients += usize::from(facts.kind == "Patient");
        // Under the URL that it came with, so that the validators see to what the originals point.
        let url = entry.url.as_deref().filter(|url| urls.insert((*url).to_owned()));
        let url = url.map(|url| format!(r#""fullUrl":{},"#, Value::from(url))).unwrap_or_default();
        originals.push(format!(r#"{{{url}"resource":{json}}}"#));
        let chart = ChartEntry { url: entry.url, ..ChartEntry::new(SOURCE, json) };
        let text = chart.to_text().expect("it was read as JSON");
        let resource = Resource::read(EntryId::from_u128(number), text.into(), Some(NOW));
        parts.entry(home(&facts)).or_default().push(resource.expect("it is a chart's entry"));
    }
    if originals.is_empty() || patients > 1 {
        return None;
    }
    let mut record = Record::default();
    for (kind, resources) in parts {
        let part = Part::new(DocumentId::first(PATIENT, kind), resources, 0);
        record.chart_mut().add(part);
    }
    let name = file.file_name()?.to_string_lossy().replace('.', "-");
    Some(exports(name, &originals, &record))
}

fn exports(name: String, originals: &[String], record: &Record) -> Exports {
    let originals = originals.join(",\n");
    Exports {
        name,
        originals: format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[{originals}]}}"#
        ),
        everything: everything(record, &WHOSE, NOW, &|_| None),
        summary: summary(record, &WHOSE, NOW),
    }
}

/// A record in which people wrote all that goes out as FHIR.
fn written_by_people() -> Exports {
    let mut story = Story::default();
    let chart = [
        r#"{"resourceType":"Patient","id":"1","name":[{"given":["Rosa"],"family":"Moreno"}],"birthDate":"1957-03-04","gender":"female"}"#,
        r#"{"resourceType":"MedicationRequest","id":"m1","status":"active","intent":"order","authoredOn":"2024-01-01","subject":{"reference":"Patient/1"},"medicationCodeableConcept":{"text":"Lisinopril 10 mg"},"dosageInstruction":[{"text":"Take 1 tablet"}]}"#,
    ];
    let _patient = story.core(chart[0]);
    let medicine = story.core(chart[1]);
    let (text, attachments, red_flags) = ("Since the new pill".to_owned(), vec![], vec![]);
    let thread = Edit::StartThread {
        topic: "Dizzy".into(),
        text,
        audience: Audience::Circle,
        category: None,
        about: Some(medicine),
        attachments,
        red_flags,
    };
    let thread = story.sends(ROSA, thread).expect("a thread is allowed");
    let reply = ClinicEdit::Reply { thread, text: "Sit down".into(), attachments: Vec::new() };
    story.clinic(Who::Nurse, reply).expect("a reply is allowed");
    let pressure = Measured::BloodPressure {
        top: "140".into(),
        bottom: "90".into(),
        pulse: Some("60".into()),
    };
    let at = "2026-01-02".parse().expect("it is a day");
    let edits = [
        Edit::AskForRefill(AskForRefill {
            medicine,
            pharmacy: Some("Main Street".into()),
            note: Some("Before Friday".into()),
        }),
        Edit::AskForVisit(AskForVisit {
            reason: "Blood pressure".into(),
            with: Some("Dr. Okafor".into()),
            times: vec![PreferredTime::Any],
            earlier_welcome: true,
            help: Some("Wheelchair".into()),
            audience: Audience::Circle,
        }),
        Edit::AddReading(AddReading { measured: pressure, at, note: Some("At rest".into()) }),
        Edit::AddMedicine(AddMedicine {
            name: "Ibuprofen".into(),
            directions: Some("When it hurts".into()),
            since: None,
        }),
        Edit::AddAllergy(AddAllergy {
            substance: "Bees".into(),
            reaction: Some("Swelling".into()),
            since: None,
        }),
        Edit::SayWrong { about: medicine, text: "I stopped it".into() },
    ];
    for edit in edits {
        story.sends(ROSA, edit).expect("it is allowed");
    }
    let originals: Vec<_> = chart.iter().map(|json| format!(r#"{{"resource":{json}}}"#)).collect();
    exports("written-by-people".into(), &originals, &story.record)
}

#[test]
fn what_leaves_a_device_is_json_and_holds_the_rules_of_a_document() {
    let mut files = Vec::new();
    for folder in FOLDERS {
        files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    if let Some(more) = std::env::var_os(MORE_FILES) {
        files_below(Path::new(&more), &mut files);
    }
    files.sort();
    let mut all = vec![written_by_people()];
    all.extend(files.iter().filter_map(|file| of_file(file)));
    assert!(all.len() > 5, "there are {} records", all.len());
    let mut wrong = Vec::new();
    for (number, one) in all.iter().enumerate() {
        let document = serde_json::from_str(&one.summary);
        let document: Value = document.unwrap_or_else(|error| panic!("{}: {error}", one.name));
        let found = broken(&document);
        if !found.is_empty() {
            wrong.push(format!("{}: {found:?}", one.name));
        }
        // Not with serde_json, which knows no number as large as some that were sent.
        assert!(shared::json::Value::read(&one.everything).is_some(), "{}", one.name);
        if let Some(folder) = std::env::var_os(KEPT) {
            for (what, text) in [
                ("originals", &one.originals),
                ("everything", &one.everything),
                ("summary", &one.summary),
            ] {
                let name = format!("{number:03}-{}.{what}.json", one.name);
                std::fs::write(Path::new(&folder).join(name), text).expect("it is written");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
