//! An older version of a sealed value in the place of a newer one.

use rusqlite::{Connection, params};

use super::super::SqliteStore;
use super::{KEY, NOW, id, in_clear, patient};
use crate::store::Store;
use crate::store::resources::{ResourceCommit, StoredResource};

fn newer_version() -> ResourceCommit {
    let resource = StoredResource {
        resource: id(1, 5),
        owner: Some(patient(1)),
        kind: "Observation".into(),
        id: None,
        url: None,
        hash: [9; 32],
        updated: None,
        thing: "newer".into(),
        keys: Vec::new(),
        body: "{}".into(),
    };
    ResourceCommit {
        import: id(0, 2),
        source: "lake".into(),
        at: NOW,
        people: Vec::new(),
        facts: Vec::new(),
        resources: vec![resource],
        places: Vec::new(),
        wanted: Vec::new(),
        aside: Vec::new(),
        taken: Vec::new(),
        blobs: Vec::new(),
        charts: Vec::new(),
    }
}

/// An older version's words in the row of a newer one.
#[tokio::test]
async fn an_older_version_does_not_pass_for_a_newer_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("satchel.db");
    in_clear(&file);
    let store = SqliteStore::open(&file, KEY, NOW).unwrap();
    store.close().await;
    let raw = Connection::open(&file).unwrap();
    let find = "SELECT thing FROM resources WHERE resource = ?1";
    let resource = id(1, 5).to_bytes();
    let old: Vec<u8> = raw.query_row(find, [resource], |row| row.get(0)).unwrap();
    drop(raw);

    let store = SqliteStore::open(&file, KEY, NOW).unwrap();
    store.import(newer_version()).await.unwrap();
    store.check().await.unwrap();
    store.close().await;
    let raw = Connection::open(&file).unwrap();
    raw.execute("UPDATE resources SET thing = ?2 WHERE resource = ?1", params![resource, old])
        .unwrap();
    drop(raw);
    let store = SqliteStore::open(&file, KEY, NOW).unwrap();
    assert!(store.check().await.is_err());
    assert!(store.resources(vec![id(1, 5)]).await.is_err());
    store.close().await;
}
