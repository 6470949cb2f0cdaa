//! The process is killed in the middle of imports, again and again: each transaction is there whole,
//! with its chart, or not at all.

use std::path::Path;
use std::process::Child;

use shared::document::{Document, DocumentId};
use shared::id::PatientId;
use sync_server::store::Store;
use sync_server::store::resources::FactKind;
use sync_server::store::sqlite::SqliteStore;
use sync_server::world::Clock;

use crate::{KEY, begun, keep_key, kill_at};

const ROUNDS: usize = 10;
const RESULTS: usize = 300;
const SOURCE: &str = "lake";
/// Bytes of the database's log after which a round is killed, times its number: the kills fall
/// before, into and behind the commit.
const STEP_BYTES: u64 = 60 * 1024;

fn bundle(round: usize) -> String {
    let mut entries = vec![
        r#"{"resource":{"resourceType":"Patient","id":"r","birthDate":"1961-04-09",
            "name":[{"text":"Rosa Delgado"}],"identifier":[{"system":"mrn","value":"1"}]}}"#
            .to_owned(),
    ];
    for number in 0..RESULTS {
        let year = 2010 + number % 8;
        entries.push(format!(
            r#"{{"resource":{{"resourceType":"Observation","id":"{round}-{number}",
            "subject":{{"reference":"Patient/r"}},"effectiveDateTime":"{year}-01-02",
            "code":{{"text":"Glucose"}},"valueQuantity":{{"value":{number}.00}}}}}}"#
        ));
    }
    let entries = entries.join(",");
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#)
}

fn import(folder: &Path, file: &Path) -> Child {
    begun(folder, &[Path::new("import"), file, Path::new("--source"), Path::new(SOURCE)])
}

async fn count(store: &SqliteStore, round: usize) -> usize {
    let keys = (0..RESULTS).map(|number| format!("Observation\nid\n{round}-{number}"));
    store.known(SOURCE.into(), keys.collect()).await.unwrap().len()
}

/// Every resource of the record stands in its chart once, and every chart opens.
async fn whole(store: &SqliteStore, patient: PatientId) -> usize {
    let (rows, _) = store.resources_in(patient, None, usize::MAX).await.unwrap();
    let mut entries = 0;
    for summary in store.summaries(vec![patient]).await.unwrap() {
        let document: DocumentId = summary.document;
        let (changes, _) = store.rows_after(document, 0, usize::MAX).await.unwrap();
        let open = Document::load(changes.iter().map(|row| &row.bytes[..])).unwrap();
        entries += open.entries().len();
    }
    assert_eq!(entries, rows.len());
    entries
}

#[tokio::test]
async fn an_import_is_there_whole_or_not_at_all_after_every_kill() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.json");
    keep_key(folder.path());
    let database = folder.path().join("satchel.db");
    SqliteStore::open(&database, KEY, Clock::System.now()).unwrap().close().await;
    let (mut none, mut all) = (0, 0);
    for round in 0..ROUNDS {
        std::fs::write(&file, bundle(round)).unwrap();
        kill_at(import(folder.path(), &file), folder.path(), STEP_BYTES * round as u64);
        let now = Clock::System.now();
        let store = SqliteStore::open(&folder.path().join("satchel.db"), KEY, now).unwrap();
        match count(&store, round).await {
            0 => none += 1,
            RESULTS => all += 1,
            some => panic!("{some} of {RESULTS} after round {round}"),
        }
        let patient = store.people_with(FactKind::Identifier, vec!["mrn|1".into()]).await.unwrap();
        assert!(patient.len() <= 1, "one patient is one record");
        for (_, patient) in patient {
            assert_eq!(whole(&store, patient).await % RESULTS, 1);
        }
        store.close().await;
    }
    assert!(none > 0 && all > 0, "kills fell on both sides: {none} and {all}");
    // What was cut off is simply sent again.
    for round in 0..ROUNDS {
        std::fs::write(&file, bundle(round)).unwrap();
        assert!(import(folder.path(), &file).wait().unwrap().success());
    }
    let store =
        SqliteStore::open(&folder.path().join("satchel.db"), KEY, Clock::System.now()).unwrap();
    let patient = store.people_with(FactKind::Identifier, vec!["mrn|1".into()]).await.unwrap();
    assert_eq!(whole(&store, patient[0].1).await, RESULTS * ROUNDS + 1);
    store.close().await;
}
