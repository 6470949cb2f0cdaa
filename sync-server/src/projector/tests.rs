//! The queue follows later than the threads, and misses nothing for that.

use std::sync::Arc;

use shared::document::{Actor, Document, Put};
use shared::id::{AccountId, PatientId};
use shared::record::Message;

use super::*;
use crate::documents::{Origin, create, layout, own};
use crate::store::Store;
use crate::store::memory::{Fate, MemoryStore};
use crate::store::people::{BirthDate, NewPatient};
use crate::store::rows::Batch;
use crate::testing::{NOON, setup};
use crate::world::{Clock, OsRng};

const RECORD: PatientId = PatientId::from_u128(1);
const ROSA: AccountId = AccountId::from_u128(2);

const fn thread(number: u128) -> EntryId {
    EntryId::from_u128(number)
}

async fn write(app: &App, store: &MemoryStore, number: u128) {
    let document = DocumentId::journal(RECORD, ROSA, Audience::Circle);
    let (rows, _) = store.rows_after(document, 0, usize::MAX).await.unwrap();
    let mut open = Document::load(rows.iter().map(|row| &row.bytes[..])).unwrap();
    let (topic, text) = (Some("Dizzy".into()), "When I stand up.".into());
    let said = Said::Message(Message { topic, text, written: NOON, ..Message::default() });
    let put = Put::Entry { entry: thread(number), text: said.to_text() };
    let (_, bytes) = open.mint(Actor::fresh(&mut OsRng), &put);
    let origin = Origin { account: Some(ROSA), device: None, at: NOON };
    let changes = vec![own(app.receipts(), &document, &bytes, origin).unwrap()];
    let batch = Batch { document, layout: layout(&document), changes, reply: None };
    store.append(batch).await.unwrap();
}

#[tokio::test]
async fn what_came_while_it_rested_or_failed_is_shown_together() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(MemoryStore::default());
    let setup = setup(folder.path(), Clock::set(NOON));
    let app = App::new(setup, Arc::clone(&store) as Arc<dyn Store>);
    let birth_date = BirthDate::parse("1961-04-09").unwrap();
    let patient = NewPatient { patient: RECORD, name: "Rosa".into(), birth_date, at: NOON };
    store.add_patient(patient).await.unwrap();
    let document = DocumentId::journal(RECORD, ROSA, Audience::Circle);
    create(store.as_ref(), app.receipts(), document, NOON).await.unwrap();
    catch_up(&app).await.unwrap();

    let shown = |number| app.desk().line(RECORD, thread(number), NOON).is_some();
    write(&app, &store, 1).await;
    project(&app).await.unwrap();
    assert_eq!(store.threads(9).await.unwrap().len(), 1, "its author is told at once");
    assert!(!shown(1), "the queue rests");
    write(&app, &store, 2).await;
    project(&app).await.unwrap();
    store.will([Fate::FailsBefore]);
    assert!(show(&app).await.is_err());
    assert!(!shown(1) && !shown(2));
    // Nothing new is there to project, and both are shown.
    catch_up(&app).await.unwrap();
    assert!(shown(1) && shown(2));
    assert!(app.projector().changed().is_empty());
}
