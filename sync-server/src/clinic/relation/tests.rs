//! Who opens a record: whoever has work with it, and whoever states a reason, for an hour.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::edit::{Audience, Edit};
use shared::fhir::import::read;
use shared::id::{AccountId, EntryId};
use shared::record::Said;
use shared::record::activity::{Activity, Did, Why};
use shared::time::{MILLIS_PER_DAY, Zone};

use super::OPEN_MS;
use crate::audit;
use crate::authorize::CallerKind;
use crate::clinic::desk::{DONE_CONCERNS_MS, OWN_CONCERNS_MS};
use crate::fhir::{Importer, Order};
use crate::routes::table;
use crate::store::Store;
use crate::store::people::{NewStaff, Role};
use crate::testing::device::TestDevice;
use crate::testing::{LINH, ROSA, ROSA_RECORD, SignedIn, World, start_thread, with_json};

const OTHER_NURSE: AccountId = AccountId::from_u128(5);
/// What staff do about who may come in; it shows nothing of a record.
const AT_THE_DOOR: [&str; 9] = [
    "OpenRecord",
    "NameRecord",
    "ReadAccess",
    "GiveAccess",
    "NarrowAccess",
    "EndAccess",
    "InvitePatient",
    "ListDevicesOf",
    "EndDeviceOf",
];

fn path(part: &str) -> String {
    format!("/clinic/api/records/{ROSA_RECORD}/{part}")
}

async fn context(world: &World, who: &SignedIn) -> (StatusCode, Value) {
    world.ask_json(who.get(&path("context"))).await
}

async fn open(world: &World, who: &SignedIn, stated: Value) -> StatusCode {
    world.ask(who.post(&path("opening"), &stated)).await.status()
}

async fn other_nurse(world: &World) -> SignedIn {
    let (account, name, at) = (OTHER_NURSE, "Sam Ortiz, RN".into(), world.clock.now());
    let staff = NewStaff { account, name, role: Role::Nurse, prescribes: false, at };
    world.store.add_staff(staff).await.unwrap();
    world.sign_in_staff(OTHER_NURSE).await
}

async fn asks(phone: &mut TestDevice, world: &World) -> EntryId {
    let edit = start_thread("Itchy", "Since Monday.", Audience::Circle);
    let thread = phone.edit(world, ROSA_RECORD, edit).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    thread
}

#[tokio::test]
async fn without_work_nothing_of_a_record_opens() {
    let world = World::start().await;
    crate::projector::catch_up(&world.app).await.unwrap();
    let nurse = world.sign_in_staff(LINH).await;
    world.prove(&nurse).await;
    let mut tried = 0;
    for route in table() {
        let of_staff = route.caller == CallerKind::Staff && route.path.contains("{patient}");
        if !of_staff || AT_THE_DOOR.contains(&route.action) {
            continue;
        }
        let path = route
            .path
            .replace("{patient}", &ROSA_RECORD.to_string())
            .replace("{thread}", "00000000000000000000000099")
            .replace("{item}", "00000000000000000000000099")
            .replace("{name}", &"0".repeat(64))
            .replace("{piece}", "0");
        let asked = with_json(nurse.request(route.method.as_str(), &path), &json!({}));
        let (status, problem) = world.ask_json(asked).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{} {path}", route.action);
        assert_eq!(problem["type"], "urn:satchel:problem:no-relation", "{path}");
        tried += 1;
    }
    assert!(tried >= 9, "{tried}");
    let nobody = path("context").replace(&ROSA_RECORD.to_string(), "00000000000000000000000077");
    assert_eq!(world.ask(nurse.get(&nobody)).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_stated_reason_opens_a_record_for_an_hour_and_for_nobody_else() {
    let world = World::start().await;
    let (nurse, other) = (world.sign_in_staff(LINH).await, other_nurse(&world).await);
    assert_eq!(context(&world, &nurse).await.0, StatusCode::FORBIDDEN);
    for stated in [
        json!({}),
        json!({ "reason": "curious", "words": "I know her." }),
        json!({ "reason": "other" }),
        json!({ "reason": "other", "words": "  " }),
        json!({ "reason": "emergency", "words": "x".repeat(301) }),
    ] {
        assert_eq!(open(&world, &nurse, stated).await, StatusCode::BAD_REQUEST);
    }
    assert_eq!(context(&world, &nurse).await.0, StatusCode::FORBIDDEN);
    assert_eq!(open(&world, &nurse, json!({ "reason": "emergency" })).await, StatusCode::CREATED);
    assert_eq!(context(&world, &nurse).await.0, StatusCode::OK);
    assert_eq!(world.ask_json(nurse.get(&path("items"))).await.1, json!([]));
    assert_eq!(context(&world, &other).await.0, StatusCode::FORBIDDEN);
    world.clock.advance(OPEN_MS - 1);
    assert_eq!(context(&world, &nurse).await.0, StatusCode::OK);
    world.clock.advance(1);
    let nurse = world.sign_in_staff(LINH).await;
    assert_eq!(context(&world, &nurse).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_log_has_the_reason_of_each_look_and_the_patient_reads_the_words() {
    let world = World::start().await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let nurse = world.sign_in_staff(LINH).await;
    let words = "She is at the desk and cannot speak.";
    let stated = json!({ "reason": "emergency", "words": words });
    assert_eq!(open(&world, &nurse, stated).await, StatusCode::CREATED);
    assert_eq!(context(&world, &nurse).await.0, StatusCode::OK);
    let rows = world.store.audit_after(0, 100).await.unwrap();
    assert!(rows.iter().all(|row| !row.body.contains("cannot speak")), "the log is in clear");
    let entries: Vec<_> = rows.iter().map(|row| row.entry().unwrap()).collect();
    let why = audit::Why::Emergency { reason: "emergency".into() };
    let stated: Vec<_> = entries.iter().filter(|entry| entry.why == why).collect();
    let did: Vec<_> = stated.iter().map(|entry| (entry.did, entry.action.as_ref())).collect();
    assert_eq!(did, [(audit::Did::OpenedRecord, "OpenRecord"), (audit::Did::Read, "ReadContext"),]);

    crate::activity::catch_up(&world.app).await.unwrap();
    let told = |device: &TestDevice| -> Vec<Activity> {
        let record = device.record(ROSA_RECORD);
        let all = record.entries().filter_map(|(_, said)| match &said.said {
            Said::Activity(activity) => Some(activity.clone()),
            _ => None,
        });
        all.filter(|one| one.who == "Linh Tran, RN").collect()
    };
    phone.until(&world, |device| told(device).len() >= 2).await;
    let mut told: Vec<_> = told(&phone);
    told.sort_by_key(|one| one.did);
    let read = |one: &Activity| (one.did, one.why, one.detail.clone());
    let told: Vec<_> = told.iter().map(read).collect();
    assert_eq!(
        told,
        [
            (Did::Read, Some(Why::Emergency), Some("emergency".into())),
            (Did::OpenedRecord, Some(Why::Emergency), Some(words.into())),
        ]
    );
}

#[tokio::test]
async fn what_waits_is_everybodys_work_and_what_is_done_only_for_a_while() {
    let world = World::start().await;
    let (nurse, other) = (world.sign_in_staff(LINH).await, other_nurse(&world).await);
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let thread = asks(&mut phone, &world).await;
    assert_eq!(context(&world, &nurse).await.0, StatusCode::OK);
    assert_eq!(context(&world, &other).await.0, StatusCode::OK);
    let close = json!({ "notes": 0, "what": { "close": { "why": "called" } } });
    let notes = format!("/clinic/api/items/{ROSA_RECORD}/{thread}/notes");
    world.clock.advance(1_000);
    assert_eq!(world.ask(nurse.post(&notes, &close)).await.status(), StatusCode::CREATED);
    world.clock.advance(DONE_CONCERNS_MS - 1_000);
    let nurse = world.sign_in_staff(LINH).await;
    let other = world.sign_in_staff(OTHER_NURSE).await;
    assert_eq!(context(&world, &other).await.0, StatusCode::OK);
    let done = async |who: &SignedIn| {
        let (_, queue) = world.ask_json(who.get("/clinic/api/queue?show=done")).await;
        queue["lines"].as_array().unwrap().len()
    };
    assert_eq!((done(&nurse).await, done(&other).await), (1, 1));
    world.clock.advance(1_000);
    assert_eq!(context(&world, &other).await.0, StatusCode::FORBIDDEN);
    assert_eq!(context(&world, &nurse).await.0, StatusCode::OK, "she worked on it");
    assert_eq!((done(&nurse).await, done(&other).await), (1, 0));
    let (_, threads) = world.ask_json(other.get("/clinic/api/threads")).await;
    assert_eq!(threads, json!([]));
    world.clock.advance(OWN_CONCERNS_MS - DONE_CONCERNS_MS);
    let nurse = world.sign_in_staff(LINH).await;
    assert_eq!(context(&world, &nurse).await.0, StatusCode::FORBIDDEN);

    // The patient writes again, and it is everybody's work.
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let (text, attachments, red_flags) = ("Again.".into(), Vec::new(), Vec::new());
    let again = Edit::Reply { thread, text, attachments, red_flags };
    phone.edit(&world, ROSA_RECORD, again).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    assert_eq!(context(&world, &nurse).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_visit_is_work_of_the_clinic_around_its_day() {
    let world = World::start().await;
    let now = world.clock.now();
    let day = Zone::utc().day_of(now.plus_millis(20 * MILLIS_PER_DAY));
    let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": [
        { "resource": { "resourceType": "Appointment", "id": "1", "status": "booked",
            "start": format!("{day}T10:00:00Z"), "participant": [] } },
    ] });
    let bundle = bundle.to_string();
    let input = read(bundle.as_bytes()).unwrap();
    let order = Order { source: "Lakeside", to: Some(ROSA_RECORD), now };
    let mut importer = Importer::new(world.store.as_ref(), world.app.receipts());
    importer.take(order, input, &mut |_, _| {}).await.unwrap();
    let looks = async || {
        let nurse = world.sign_in_staff(LINH).await;
        context(&world, &nurse).await.0
    };
    assert_eq!(looks().await, StatusCode::FORBIDDEN);
    world.clock.advance(6 * MILLIS_PER_DAY);
    assert_eq!(looks().await, StatusCode::OK);
    world.clock.advance(28 * MILLIS_PER_DAY);
    assert_eq!(looks().await, StatusCode::OK);
    world.clock.advance(MILLIS_PER_DAY);
    assert_eq!(looks().await, StatusCode::FORBIDDEN);
}
