//! Two devices of one person, one of which is lost, and what others can do to them.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::SinkExt;
use serde_json::{Value, json};
use shared::record::Said;
use shared::record::activity::{Activity, Did};
use shared::wire::{Digest, ToDevice, ToServer, VERSION};
use tokio_tungstenite::tungstenite::Message;

use crate::store::devices::DeviceStore;
use crate::testing::device::next;
use crate::testing::{ANA, LINH, ROSA, ROSA_RECORD, SignedIn, World};

/// What a person's sight of a lost phone may take, from pressing to its end.
const WITHIN: Duration = Duration::from_secs(2);

fn delete(who: &SignedIn, device: &str) -> Request<Body> {
    who.request("DELETE", &format!("/api/devices/{device}")).body(Body::empty()).unwrap()
}

async fn devices(world: &World, who: &SignedIn) -> Value {
    world.ask_json(who.get("/api/devices")).await.1
}

/// What Rosa reads about her record on one more device.
async fn activity(world: &World) -> Vec<Activity> {
    crate::activity::catch_up(&world.app).await.unwrap();
    let tablet = world.device(&world.sign_in(ROSA).await).await;
    let record = tablet.record(ROSA_RECORD);
    let all = record.entries().filter_map(|(_, said)| match &said.said {
        Said::Activity(activity) => Some(activity.clone()),
        _ => None,
    });
    all.collect()
}

#[tokio::test]
async fn a_person_sees_names_and_ends_their_own_devices_alone() {
    let world = World::start().await;
    let (phone, laptop) = (world.sign_in(ROSA).await, world.sign_in(ROSA).await);
    let ana = world.sign_in(ANA).await;
    let seen = devices(&world, &phone).await;
    assert_eq!(seen.as_array().unwrap().len(), 2, "{seen}");
    assert_eq!((&seen[0]["is_this"], &seen[1]["is_this"]), (&json!(true), &json!(false)));
    assert_eq!(seen[1]["kind"], "Firefox, Android");

    let path = format!("/api/devices/{}", laptop.device);
    let call = |who: &SignedIn, name: &str| who.post(&path, &json!({ "name": name }));
    let (status, seen) = world.ask_json(call(&phone, " Laptop ")).await;
    assert_eq!((status, &seen[1]["name"]), (StatusCode::OK, &json!("Laptop")));
    assert_eq!(world.ask(call(&phone, "two\nlines")).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(world.ask(call(&ana, "Mine")).await.status(), StatusCode::NOT_FOUND);
    let not_hers = world.ask(delete(&ana, &laptop.device.to_string())).await;
    assert_eq!(not_hers.status(), StatusCode::NOT_FOUND);
    assert_eq!(devices(&world, &ana).await.as_array().unwrap().len(), 1);
    assert_eq!(devices(&world, &laptop).await[0]["name"], "Laptop");
}

#[tokio::test]
async fn an_ended_device_is_told_at_once_and_at_each_later_contact() {
    let world = World::start().await;
    let (phone, laptop) = (world.sign_in(ROSA).await, world.sign_in(ROSA).await);
    let mut socket = world.socket(&laptop).await;
    let digest = Digest([0; 16]);
    let hello = ToServer::Hello { version_min: VERSION, version_max: VERSION, digest };
    socket.send(Message::Binary(hello.to_bytes().into())).await.unwrap();
    assert!(matches!(next(&mut socket).await, Some(ToDevice::Welcome { .. })));

    let (pressed, ended) = (Instant::now(), laptop.device.to_string());
    let (status, seen) = world.ask_json(delete(&phone, &ended)).await;
    assert_eq!(status, StatusCode::OK, "{seen}");
    let mut heard = Vec::new();
    while let Some(message) = next(&mut socket).await {
        heard.push(message);
    }
    assert!(matches!(heard.last(), Some(ToDevice::Revoked)), "{heard:?}");
    assert!(pressed.elapsed() < WITHIN, "{:?}", pressed.elapsed());

    for (method, path) in [("GET", "/api/session"), ("POST", "/api/ticket")] {
        let asked = laptop.request(method, path).body(Body::empty()).unwrap();
        let (status, problem) = world.ask_json(asked).await;
        let told = (status.as_u16(), problem["type"].as_str());
        assert_eq!(told, (401, Some("urn:satchel:problem:device-ended")), "{method} {path}");
    }
    let at = world.app.now();
    let seen = devices(&world, &phone).await;
    assert_eq!(seen[1]["standing"], json!({ "told": { "at": at } }), "{seen}");

    let all = activity(&world).await;
    let ended = all.iter().find(|one| one.did == Did::RemovedDevice).unwrap();
    assert_eq!(
        (&ended.who[..], ended.detail.as_deref()),
        ("Rosa Delgado", Some("Firefox, Android"))
    );
}

#[tokio::test]
async fn a_device_that_was_off_is_told_later_however_long_that_takes() {
    let world = World::start().await;
    let (phone, laptop) = (world.sign_in(ROSA).await, world.sign_in(ROSA).await);
    world.ask(delete(&phone, &laptop.device.to_string())).await;
    assert_eq!(devices(&world, &phone).await[1]["standing"], "ended", "nobody has told it");
    world.clock.advance(2 * 60 * 60 * 1000);
    let (_, problem) = world.ask_json(laptop.get("/api/session")).await;
    assert_eq!(problem["type"], "urn:satchel:problem:device-ended");
    assert!(world.store.device(laptop.device).await.unwrap().unwrap().told_at.is_some());
    // Whose session was only over is not told to give up anything.
    let (_, problem) = world.ask_json(phone.get("/api/session")).await;
    assert_eq!(problem["type"], "urn:satchel:problem:not-signed-in");
}

#[tokio::test]
async fn the_clinic_ends_a_lost_device_with_a_reason_that_the_patient_reads() {
    let world = World::start().await;
    let (phone, nurse) = (world.sign_in(ROSA).await, world.sign_in_staff(LINH).await);
    // A caregiver's device is not the patient's.
    let ana = world.sign_in(ANA).await;
    let path = format!("/clinic/api/records/{ROSA_RECORD}/devices");
    let (status, seen) = world.ask_json(nurse.get(&path)).await;
    assert_eq!((status, seen.as_array().unwrap().len()), (StatusCode::OK, 1), "{seen}");

    let end = |device: &SignedIn, why: &str| {
        nurse.post(&format!("{path}/{}/end", device.device), &json!({ "why": why }))
    };
    let why = "She called: her bag was stolen.";
    assert_eq!(world.ask(end(&phone, why)).await.status(), StatusCode::FORBIDDEN, "without a code");
    world.prove(&nurse).await;
    assert_eq!(world.ask(end(&phone, "  ")).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(world.ask(end(&ana, why)).await.status(), StatusCode::NOT_FOUND);
    let (status, seen) = world.ask_json(end(&phone, why)).await;
    assert_eq!((status, &seen[0]["standing"]), (StatusCode::OK, &json!("ended")));

    let all = activity(&world).await;
    let told = all.iter().find(|one| one.did == Did::RemovedDevice).unwrap();
    let detail = format!("Firefox, Android: {why}");
    assert_eq!((&told.who[..], told.detail.as_deref()), ("Linh Tran, RN", Some(&detail[..])));
}
