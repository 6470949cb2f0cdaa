//! Staff come in with a passkey, and whoever may not.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use crate::store::Store;
use crate::store::people::Role;
use crate::store::staff::StaffChange;
use crate::testing::authenticator::{Authenticator, Pair};
use crate::testing::{LINH, SignedIn, World, request, with_json};

async fn ask(world: &World, path: &str, body: &Value) -> (StatusCode, Value) {
    world.ask_json(with_json(request("POST", path), body)).await
}

async fn linh(world: &World) -> (SignedIn, Authenticator) {
    let linh = world.sign_in_staff(LINH).await;
    world.prove(&linh).await;
    let begun = world.ask_json(linh.post("/clinic/api/passkeys/challenge", &json!({}))).await;
    assert_eq!(begun.0, StatusCode::OK);
    let mut by = Authenticator::new(Pair::eddsa());
    let new = by.create(&begun.1, |_| {});
    let added = world.ask(linh.post("/clinic/api/passkeys", &new)).await;
    assert_eq!(added.status(), StatusCode::OK);
    (linh, by)
}

async fn proof(world: &World, by: &Authenticator, door: &str) -> Value {
    let (_, asked) = ask(world, &format!("{door}/passkey/challenge"), &json!({})).await;
    by.use_it(asked["challenge"].as_str().unwrap(), |_| {})
}

#[tokio::test]
async fn a_passkey_is_both_proofs_at_once() {
    let world = World::start().await;
    let (linh, by) = linh(&world).await;
    let proof = proof(&world, &by, "/clinic/api").await;
    let response = world.ask(with_json(request("POST", "/clinic/api/passkey"), &proof)).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.contains("Path=/clinic;"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let there = SignedIn { cookie, ..linh };
    let (_, session) = world.ask_json(there.get("/clinic/api/session")).await;
    assert_eq!(session["name"], "Linh Tran, RN");
    // As fresh as a code.
    let begun = world.ask(there.post("/clinic/api/passkeys/challenge", &json!({}))).await;
    assert_eq!(begun.status(), StatusCode::OK);
}

#[tokio::test]
async fn one_is_added_only_with_a_fresh_code() {
    let world = World::start().await;
    let linh = world.sign_in_staff(LINH).await;
    let begun = world.ask_json(linh.post("/clinic/api/passkeys/challenge", &json!({}))).await;
    assert_eq!(begun.0, StatusCode::FORBIDDEN);
    assert_eq!(begun.1["type"], "urn:satchel:problem:code-needed");
}

#[tokio::test]
async fn whoever_left_and_whoever_is_a_patient_stays_outside() {
    let world = World::start().await;
    let (_, by) = linh(&world).await;
    let at_portal = proof(&world, &by, "/api").await;
    assert_eq!(ask(&world, "/api/passkey", &at_portal).await.0, StatusCode::FORBIDDEN);
    let (role, prescribes, at) = (Role::Nurse, false, world.app.now());
    let change = StaffChange { account: LINH, role, prescribes, ended: true, at };
    world.store.change_staff(change).await.unwrap();
    let proof = proof(&world, &by, "/clinic/api").await;
    assert_eq!(ask(&world, "/clinic/api/passkey", &proof).await.0, StatusCode::FORBIDDEN);
}
