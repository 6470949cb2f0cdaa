//! Access as the clinic gives and ends it, and what open devices and patients hear of that.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::edit::Audience;
use shared::id::{AccountId, PatientId};
use shared::record::Said;
use shared::record::activity::{Activity, Did};

use crate::audit::{self, Who};
use crate::fhir::errands::{Agreed, Ask, AskAccess, Errands, May, Tell};
use crate::store::Store;
use crate::store::people::RecordOf;
use crate::testing::device::TestDevice;
use crate::testing::{
    ANA, ANA_RECORD, LINH, ROSA, ROSA_RECORD, SignedIn, World, start_thread, with_json,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

async fn nurse(world: &World) -> SignedIn {
    let nurse = world.sign_in_staff(LINH).await;
    world.prove(&nurse).await;
    nurse
}

fn grants(patient: PatientId) -> String {
    format!("/clinic/api/records/{patient}/grants")
}

async fn post(world: &World, who: &SignedIn, path: &str, body: Value) -> (StatusCode, Value) {
    world.ask_json(who.post(path, &body)).await
}

async fn end(world: &World, who: &SignedIn, of: AccountId) -> (StatusCode, Value) {
    let path = format!("{}/{of}", grants(ROSA_RECORD));
    world.ask_json(who.request("DELETE", &path).body(axum::body::Body::empty()).unwrap()).await
}

async fn records(world: &World, account: AccountId) -> Vec<PatientId> {
    let records: Vec<RecordOf> = world.store.records_of(account).await.unwrap();
    records.into_iter().map(|record| record.patient).collect()
}

/// Waits until the device has lost or got what it knows of Rosa's record.
async fn until_reads(device: &mut TestDevice, world: &World, reads: bool) {
    device.until(world, |device| device.reads_the_circle(ROSA_RECORD) == reads).await;
}

#[tokio::test]
async fn a_record_is_opened_with_a_code_and_consent_and_open_devices_hear_at_once() {
    let world = World::start().await;
    let (nurse, mut phone) = (nurse(&world).await, world.device(&world.sign_in(ANA).await).await);
    let mut rosas = world.device(&world.sign_in(ROSA).await).await;
    let edit = start_thread("Dizzy", "When I stand up.", Audience::Circle);
    rosas.edit(&world, ROSA_RECORD, edit).await;
    until_reads(&mut phone, &world, true).await;
    let (status, left) = end(&world, &nurse, ANA).await;
    assert_eq!((status, left), (StatusCode::OK, json!([])));
    until_reads(&mut phone, &world, false).await;

    let body = json!({
        "to": { "record": ANA_RECORD }, "consent": "patient",
        "messages": true, "results": true, "visits": false, "until": "2032-03-31",
    });
    let left_open = world.sign_in_staff(LINH).await;
    let (status, answer) = post(&world, &left_open, &grants(ROSA_RECORD), body.clone()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(answer["type"], "urn:satchel:problem:code-needed");
    let (status, answer) = post(&world, &nurse, &grants(ROSA_RECORD), body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let line = &answer[0];
    assert_eq!((&line["name"], &line["consent"]), (&json!("Ana Delgado"), &json!("patient")));
    assert_eq!((&line["results"], &line["visits"]), (&json!(true), &json!(false)));
    assert_eq!(line["noted_by"], "Linh Tran, RN");
    until_reads(&mut phone, &world, true).await;
}

#[tokio::test]
async fn a_record_that_is_not_here_is_not_found_and_nothing_is_noted_of_it() {
    let world = World::start().await;
    let nurse = nurse(&world).await;
    let nobody = PatientId::from_u128(77);
    let before = world.store.audit_head().await.unwrap().number;
    let records = format!("/clinic/api/records/{nobody}");
    let body = json!({
        "to": { "account": ANA }, "consent": "patient",
        "messages": true, "results": true, "visits": true,
    });
    for (method, path) in [
        ("GET", "/grants".to_owned()),
        ("POST", "/grants".to_owned()),
        ("POST", format!("/grants/{ANA}")),
        ("DELETE", format!("/grants/{ANA}")),
        ("GET", "/devices".to_owned()),
        ("POST", format!("/devices/{ANA}/end")),
        ("POST", "/invitation".to_owned()),
    ] {
        let asked = with_json(nurse.request(method, &format!("{records}{path}")), &body);
        assert_eq!(world.ask(asked).await.status(), StatusCode::NOT_FOUND, "{method} {path}");
    }
    assert_eq!(world.store.audit_head().await.unwrap().number, before);
}

#[tokio::test]
async fn what_cannot_be_given_says_why() {
    let world = World::start().await;
    let nurse = nurse(&world).await;
    let body = |to: Value, consent: &str, until: Option<&str>| {
        json!({
            "to": to, "consent": consent, "until": until,
            "messages": true, "results": true, "visits": true,
        })
    };
    let own = body(json!({ "account": ROSA }), "patient", None);
    let grown_up = body(json!({ "account": ANA }), "parent", None);
    let over = body(json!({ "account": ANA }), "patient", Some("2019-01-31"));
    let nobody = body(json!({ "sign_in_name": "nobody-99" }), "patient", None);
    let staff = body(json!({ "account": LINH }), "legal", None);
    for (body, why) in [
        (own, "own_record"),
        (grown_up, "of_age"),
        (over, "over"),
        (nobody, "unknown_person"),
        (staff, "unknown_person"),
    ] {
        let (status, answer) = post(&world, &nurse, &grants(ROSA_RECORD), body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
        assert_eq!(answer["type"], "urn:satchel:problem:access-refused");
        assert_eq!(answer["refused"], why);
    }
    for unreadable in [
        body(json!({ "account": ANA }), "mother", None),
        body(json!({ "account": ANA }), "patient", Some("soon")),
        body(json!({ "account": ANA }), "patient", Some("2030")),
        body(json!({ "everybody": true }), "patient", None),
    ] {
        let (status, _) = post(&world, &nurse, &grants(ROSA_RECORD), unreadable).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(records(&world, ANA).await, [ANA_RECORD, ROSA_RECORD], "nothing has changed");
}

#[tokio::test]
async fn narrowed_access_reaches_less_and_what_ends_by_itself_ends_on_open_devices() {
    let world = World::start().await;
    let (nurse, mut phone) = (nurse(&world).await, world.device(&world.sign_in(ANA).await).await);
    let mut rosas = world.device(&world.sign_in(ROSA).await).await;
    let edit = start_thread("Dizzy", "When I stand up.", Audience::Circle);
    rosas.edit(&world, ROSA_RECORD, edit).await;
    until_reads(&mut phone, &world, true).await;
    let of_ana = format!("{}/{ANA}", grants(ROSA_RECORD));
    let today = shared::time::Zone::utc().day_of(world.app.now());
    let until = format!("{:04}-{:02}-{:02}", today.year, today.month, today.day);
    let less = json!({ "messages": false, "results": true, "visits": true, "until": until });
    let (status, answer) = post(&world, &nurse, &of_ana, less).await;
    assert_eq!((status, &answer[0]["messages"]), (StatusCode::OK, &json!(false)));
    // What others wrote is gone from the device, its chart is not.
    until_reads(&mut phone, &world, false).await;
    let more = json!({ "messages": true, "results": true, "visits": true, "until": until });
    let (status, answer) = post(&world, &nurse, &of_ana, more).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer["refused"], "not_narrower");

    // Whoever takes a part away and names no day leaves the day as it is.
    let less = json!({ "messages": false, "results": false, "visits": true });
    let (status, after) = post(&world, &nurse, &of_ana, less).await;
    assert_eq!((status, &after[0]["results"]), (StatusCode::OK, &json!(false)));
    assert!(after[0]["ends_at"].is_number(), "{after}");

    crate::grants::end_what_is_over(&world.app).await.unwrap();
    assert_eq!(records(&world, ANA).await, [ANA_RECORD, ROSA_RECORD]);
    world.clock.advance(2 * DAY_MS);
    crate::grants::end_what_is_over(&world.app).await.unwrap();
    assert_eq!(records(&world, ANA).await, [ANA_RECORD]);
}

#[tokio::test]
async fn a_patient_reads_who_was_given_access_and_when_it_ended() {
    let world = World::start().await;
    let nurse = nurse(&world).await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let of_ana = format!("{}/{ANA}", grants(ROSA_RECORD));
    let less = json!({ "messages": false, "results": true, "visits": true });
    post(&world, &nurse, &of_ana, less).await;
    end(&world, &nurse, ANA).await;
    let again = json!({
        "to": { "account": ANA }, "consent": "legal", "until": "2019-12-31",
        "messages": true, "results": true, "visits": true,
    });
    assert_eq!(post(&world, &nurse, &grants(ROSA_RECORD), again.clone()).await.0, 422);
    let mut again = again;
    again["until"] = Value::Null;
    assert_eq!(post(&world, &nurse, &grants(ROSA_RECORD), again).await.0, 200);
    crate::activity::catch_up(&world.app).await.unwrap();
    let told = |device: &TestDevice| -> Vec<Activity> {
        let record = device.record(ROSA_RECORD);
        let all = record.entries().filter_map(|(_, said)| match &said.said {
            Said::Activity(activity) => Some(activity.clone()),
            _ => None,
        });
        all.filter(|one| one.detail.as_deref() == Some("Ana Delgado")).collect()
    };
    phone.until(&world, |device| !told(device).is_empty()).await;
    let mut did: Vec<_> = told(&phone).into_iter().map(|one| (one.who, one.did)).collect();
    did.sort();
    let by = "Linh Tran, RN".to_owned();
    let expected = [Did::Changed, Did::GaveAccess, Did::EndedAccess].map(|did| (by.clone(), did));
    assert_eq!(did, expected, "once each; what was refused is not told");
}

#[tokio::test]
async fn people_are_found_by_a_part_of_their_name_and_that_is_noted() {
    let world = World::start().await;
    let nurse = nurse(&world).await;
    for (named, found) in [("", 0), ("d", 0), ("delgado", 2), ("ANA%20del", 1), ("finch", 0)] {
        let path = format!("/clinic/api/people?named={named}");
        let (status, answer) = world.ask_json(nurse.get(&path)).await;
        let lines = answer.as_array().unwrap().len();
        assert_eq!((status, lines), (StatusCode::OK, found), "{named}: {answer}");
    }
    let rows = world.store.audit_after(0, 1_000).await.unwrap();
    let mut shown: Vec<_> = rows
        .iter()
        .filter(|row| row.entry().unwrap().action == "FindPeople")
        .filter_map(|row| row.patient)
        .collect();
    shown.sort();
    assert_eq!(shown, [ROSA_RECORD, ANA_RECORD]);
}

#[tokio::test]
async fn the_terminal_gives_and_ends_access_too() {
    let world = World::start().await;
    let app = &world.app;
    let said = std::sync::Mutex::new(Vec::new());
    let rescoped = |account| said.lock().unwrap().push(account);
    let errands = Errands {
        store: world.store.as_ref(),
        receipts: app.receipts(),
        checkpoints: app.checkpoints(),
        now: app.now(),
        publish: &drop,
        rescope: &rescoped,
    };
    let ask = async |verb| {
        let mut told = Vec::new();
        let ask = Ask::Access { patient: ROSA_RECORD, verb };
        // As it travels to a server that runs.
        let ask = serde_json::from_str(&serde_json::to_string(&ask).unwrap()).unwrap();
        errands.perform(ask, Vec::new(), &mut |one| told.push(one)).await;
        told
    };
    let caregiver = ANA_RECORD;
    assert_eq!(ask(AskAccess::End { caregiver }).await, [Tell::Done]);
    assert_eq!(records(&world, ANA).await, [ANA_RECORD]);
    let may = May { results: true, ..May::default() };
    let consent = Agreed::Patient;
    let told = ask(AskAccess::Give { caregiver, may, consent }).await;
    let text = "Ana Delgado: chart, results; consent: patient".to_owned();
    assert_eq!(told, [Tell::Caregiver { account: ANA, text }, Tell::Done]);
    assert_eq!(ask(AskAccess::List).await.len(), 2);
    let wider = May { visits: true, ..may };
    let told = ask(AskAccess::Narrow { caregiver, may: wider }).await;
    assert!(matches!(&told[..], [Tell::Failed { .. }]), "{told:?}");
    assert_eq!(*said.lock().unwrap(), [ANA, ANA], "her devices look again");
    let rows = world.store.audit_after(0, 1_000).await.unwrap();
    let ours = rows.iter().map(|row| row.entry().unwrap()).filter(|one| one.who == Who::Terminal);
    let did: Vec<_> = ours.map(|entry| entry.did).collect();
    assert_eq!(did, [audit::Did::EndedAccess, audit::Did::GaveAccess]);
}
