//! Nothing of a record leaves and nothing is written into one without an entry, through any door.

use axum::http::{Method, StatusCode};
use rusqlite::Connection;
use serde_json::json;
use shared::edit::Audience;
use shared::id::EntryId;
use shared::record::activity::{self, Activity};
use shared::record::{Record, Said};

use super::verify::{Finding, verify};
use super::{Did, Entry, Search, What, Who, Why};
use crate::authorize::CallerKind;
use crate::routes::{Route, table};
use crate::store::Store;
use crate::testing::device::{TestDevice, close_code};
use crate::testing::{
    ADMIN, ANA, LINH, ROSA, ROSA_RECORD, SignedIn, World, journal_of, start_thread, with_json,
};

/// Rosa has written to the clinic.
async fn written(world: &World) -> (TestDevice, EntryId) {
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let edit = start_thread("Dizzy", "When I stand up.", Audience::Circle);
    let thread = phone.edit(world, ROSA_RECORD, edit).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    (phone, thread)
}

async fn noted_after(world: &World, number: u64) -> Vec<Entry> {
    let rows = world.store.audit_after(number, 1_000).await.unwrap();
    rows.iter().map(|row| row.entry().unwrap()).collect()
}

async fn end(world: &World) -> u64 {
    world.store.audit_head().await.unwrap().number
}

fn of_route(
    caller: &SignedIn,
    route: &Route,
    thread: EntryId,
) -> axum::http::Request<axum::body::Body> {
    let path = route.path.replace("{patient}", &ROSA_RECORD.to_string());
    let path = path.replace("{account}", &ANA.to_string()).replace("{device}", &thread.to_string());
    let path = path.replace("{thread}", &thread.to_string()).replace("{item}", &thread.to_string());
    // A write is noted before it is judged, so any body will do; a read has none.
    with_json(caller.request(route.method.as_str(), &path), &json!({}))
}

/// Routes that name a record in their path, or show something of several.
fn about_records() -> Vec<Route> {
    const LISTS: [&str; 2] = ["/clinic/api/queue", "/clinic/api/threads"];
    let about = |route: &Route| route.path.contains("{patient}") || LISTS.contains(&route.path);
    // Attachments and links have patients as callers and need one to be there: their own tests look.
    let elsewhere =
        |route: &Route| ["/attachments/", "/shares"].iter().any(|part| route.path.contains(part));
    table().into_iter().filter(|route| about(route) && !elsewhere(route)).collect()
}

#[tokio::test]
async fn every_route_about_a_record_is_noted_with_who_what_when_and_why() {
    let world = World::start().await;
    let (_phone, thread) = written(&world).await;
    for route in about_records() {
        assert_eq!(route.caller, CallerKind::Staff, "{}: say who asks here", route.path);
        let nurse = world.sign_in_staff(LINH).await;
        world.prove(&nurse).await;
        let before = end(&world).await;
        let status = world.ask(of_route(&nurse, &route, thread)).await.status();
        let noted = noted_after(&world, before).await;
        let entry = noted.iter().find(|entry| entry.action == route.action);
        let entry = entry.unwrap_or_else(|| panic!("{} {status} was not noted", route.path));
        let is_read = route.method == Method::GET;
        assert!(!is_read || status == StatusCode::OK, "{} answered {status}", route.path);
        let did = match (is_read, route.action) {
            (true, _) => Did::Read,
            (false, "InvitePatient") => Did::GaveAccess,
            (false, _) => Did::Wrote,
        };
        assert_eq!(entry.did, did, "{}", route.path);
        assert_eq!(entry.patient, Some(ROSA_RECORD));
        assert_eq!((&entry.who, &entry.why), (&Who::Staff { account: LINH }, &Why::Treatment));
        assert_eq!(entry.at, world.app.now());
    }
}

#[tokio::test]
async fn what_an_administrator_changes_is_noted() {
    let world = World::start().await;
    let admin = world.sign_in_staff(ADMIN).await;
    world.prove(&admin).await;
    let before = end(&world).await;
    let new = json!({ "name": "Kim Lee, RN", "role": "nurse", "prescribes": false });
    assert_eq!(world.ask(admin.post("/clinic/api/staff", &new)).await.status(), StatusCode::OK);
    let noted = noted_after(&world, before).await;
    let entry = noted.iter().find(|entry| entry.action == "AddStaff").unwrap();
    assert_eq!((&entry.who, entry.what), (&Who::Staff { account: ADMIN }, What::Access));
    assert_eq!((entry.did, entry.patient), (Did::Wrote, None));
}

#[tokio::test]
async fn without_a_log_there_is_no_answer_about_a_record() {
    let world = World::start().await;
    let (_phone, thread) = written(&world).await;
    let nurse = world.sign_in_staff(LINH).await;
    world.prove(&nurse).await;
    let ticket = world.ticket(&world.sign_in(ANA).await).await;
    let database = Connection::open(world.folder.path().join("satchel.db")).unwrap();
    database.execute_batch("DROP TABLE audit").unwrap();
    for route in about_records() {
        let status = world.ask(of_route(&nurse, &route, thread)).await.status();
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{} {}", route.method, route.path);
    }
    // A device gets no rows either: its socket is closed, and it comes again later.
    let mut socket = world.open_socket(&ticket, crate::testing::ORIGIN).await.unwrap();
    greet_and_pull(&mut socket).await;
    assert_eq!(close_code(&mut socket).await, Some(1013));
}

async fn greet_and_pull(socket: &mut crate::testing::device::Socket) {
    use futures_util::SinkExt;
    use shared::wire::{Digest, ToServer, VERSION};
    let document = journal_of(ROSA);
    let hello =
        ToServer::Hello { version_min: VERSION, version_max: VERSION, digest: Digest([0; 16]) };
    for message in [hello, ToServer::Pull { document, after: 0 }] {
        let frame = message.to_bytes().into();
        let message = tokio_tungstenite::tungstenite::Message::Binary(frame);
        socket.send(message).await.unwrap();
    }
}

#[tokio::test]
async fn a_page_that_draws_itself_anew_looks_once() {
    let world = World::start().await;
    let (_phone, _) = written(&world).await;
    let nurse = world.sign_in_staff(LINH).await;
    let lines = async || {
        assert_eq!(world.ask(nurse.get("/clinic/api/queue")).await.status(), 200);
        let all = noted_after(&world, 0).await;
        all.iter().filter(|entry| entry.what == What::Line).count()
    };
    assert_eq!((lines().await, lines().await), (1, 1));
    world.clock.advance(5 * 60 * 1000);
    assert_eq!(lines().await, 2);
}

#[tokio::test]
async fn a_device_that_reads_and_writes_is_noted() {
    let world = World::start().await;
    let (phone, _) = written(&world).await;
    drop(phone);
    let noted = noted_after(&world, 0).await;
    let of = |did, action: &str| {
        noted.iter().any(|entry| {
            (entry.did, &*entry.action, entry.patient) == (did, action, Some(ROSA_RECORD))
                && matches!(entry.who, Who::Person { account, .. } if account == ROSA)
        })
    };
    assert!(of(Did::Read, "Sync") && of(Did::Wrote, "Append"), "{noted:?}");
}

fn told(record: &Record) -> Vec<Activity> {
    let all = record.entries().filter_map(|(_, said)| match &said.said {
        Said::Activity(activity) => Some(activity.clone()),
        _ => None,
    });
    all.collect()
}

#[tokio::test]
async fn a_patient_reads_who_looked_and_a_caregiver_does_not() {
    let world = World::start().await;
    let (mut phone, thread) = written(&world).await;
    let nurse = world.sign_in_staff(LINH).await;
    let item = format!("/clinic/api/items/{ROSA_RECORD}/{thread}");
    assert_eq!(world.ask(nurse.get(&item)).await.status(), 200);
    crate::activity::catch_up(&world.app).await.unwrap();
    let is_nurse = |one: &Activity| one.who == "Linh Tran, RN" && one.did == activity::Did::Read;
    phone.until(&world, |device| told(&device.record(ROSA_RECORD)).iter().any(is_nurse)).await;
    let all = told(&phone.record(ROSA_RECORD));
    let by_nurse = all.iter().find(|one| is_nurse(one)).unwrap();
    assert_eq!(by_nurse.why, Some(activity::Why::Treatment));
    assert_eq!(by_nurse.what, [activity::Touched::Requests]);
    assert!(all.iter().any(|one| one.did == activity::Did::SignedIn && one.who == "Rosa Delgado"));

    // From the beginning once more, as after a stop between writing and noting that: the same rows.
    world.store.set_audit_told(0).await.unwrap();
    crate::activity::catch_up(&world.app).await.unwrap();
    let laptop = world.device(&world.sign_in(ROSA).await).await;
    assert_eq!(told(&laptop.record(ROSA_RECORD)), all);
    let caregiver = world.device(&world.sign_in(ANA).await).await;
    assert_eq!(told(&caregiver.record(ROSA_RECORD)), []);
}

#[tokio::test]
async fn the_stored_log_is_verified_and_a_change_in_the_database_is_found() {
    let world = World::start().await;
    let (_phone, _) = written(&world).await;
    let checkpoints = world.app.checkpoints();
    checkpoints.sign(world.store.as_ref(), world.app.now()).await.unwrap();
    let number = end(&world).await;
    let verdict = verify(world.store.as_ref(), checkpoints).await.unwrap();
    assert_eq!((verdict.entries, verdict.signed, verdict.findings), (number, number, vec![]));

    let database = Connection::open(world.folder.path().join("satchel.db")).unwrap();
    let delete = format!("DELETE FROM audit WHERE number = {number}");
    database.execute_batch(&delete).unwrap();
    let verdict = verify(world.store.as_ref(), checkpoints).await.unwrap();
    let cut = Finding::Cut { found: number - 1, signed: number };
    assert_eq!(verdict.findings, [cut]);
    database.execute("UPDATE audit SET at = at + 1 WHERE number = 1", []).unwrap();
    let verdict = verify(world.store.as_ref(), checkpoints).await.unwrap();
    assert!(verdict.findings.contains(&Finding::Misfiled { number: 1 }));
    let of_rosa = Search { account: Some(ROSA), ..Search::default() };
    assert!(!world.store.audit_search(of_rosa, 10).await.unwrap().is_empty());
}
