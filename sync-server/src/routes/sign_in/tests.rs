//! From an invitation to a second device, and what somebody learns who guesses.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::SinkExt;
use serde_json::{Value, json};
use shared::id::DeviceId;
use shared::wire::{Digest, ToDevice, ToServer, VERSION};
use tokio_tungstenite::tungstenite::Message;

use crate::secret::Slot;
use crate::state::BRIEF_SESSION_MS;
use crate::testing::device::{close_code, next};
use crate::testing::{NEW_RECORD, ROSA, SignedIn, World, request, with_json};

fn ask(path: &str, body: &Value) -> Request<Body> {
    with_json(request("POST", path), body)
}

fn half(byte: u8) -> String {
    format!("{byte:02x}").repeat(32)
}

fn sign_in(name: &str, byte: u8) -> Request<Body> {
    ask("/api/sign-in", &json!({ "name": name, "authentication": half(byte) }))
}

/// A world in which Walter Finch chose the name `heron-52`.
async fn activated() -> World {
    let world = World::start().await;
    let secret = world.invite(NEW_RECORD).await;
    let body = json!({
        "secret": secret.text(), "birth_date": "1948-02-17",
        "name": " Heron-52 ", "authentication": half(1),
    });
    assert_eq!(world.ask(ask("/api/activate", &body)).await.status(), StatusCode::OK);
    world
}

#[tokio::test]
async fn a_second_device_signs_in_by_name_and_passphrase() {
    let world = activated().await;
    let response = world.ask(sign_in("HERON-52", 1)).await;
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    let (name, _) = cookie.split_once('=').unwrap();
    let slot = name.strip_prefix("__Host-satchel-").unwrap();
    let session = request("GET", "/api/session")
        .header(header::COOKIE, cookie.split(';').next().unwrap())
        .header("satchel-slot", slot);
    let (_, body) = world.ask_json(session.body(Body::empty()).unwrap()).await;
    assert_eq!(body["name"], "Walter Finch");
    assert_eq!(body["demo"], false);
}

/// The slot and the device of the session that an answer opened.
async fn opened(world: &World, asked: Request<Body>) -> (String, String) {
    let response = world.ask(asked).await;
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let slot = cookie.split('=').next().unwrap().trim_start_matches("__Host-satchel-").to_owned();
    let session =
        request("GET", "/api/session").header(header::COOKIE, cookie).header("satchel-slot", &slot);
    let (_, body) = world.ask_json(session.body(Body::empty()).unwrap()).await;
    (slot, body["device"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_device_that_lost_its_session_keeps_its_slot_and_stays_the_same_device() {
    let world = activated().await;
    let again = |slot: &str, byte| {
        let body = json!({ "name": "heron-52", "authentication": half(byte), "slot": slot });
        ask("/api/sign-in", &body)
    };
    let (slot, device) = opened(&world, sign_in("heron-52", 1)).await;
    assert_eq!(opened(&world, again(&slot, 1)).await, (slot.clone(), device.clone()));
    assert_eq!(world.ask(again(&slot, 2)).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(world.ask(again("no slot", 1)).await.status(), StatusCode::BAD_REQUEST);
    // Of nobody, or of somebody else in the same browser.
    let (other, another) = opened(&world, again("abcdefghij", 1)).await;
    assert!(other != "abcdefghij" && other != slot && another != device);
}

/// Whoever has a copy of the cookie before, and a line that was opened with it, is out.
#[tokio::test]
async fn signing_in_again_ends_what_the_device_was_signed_in_with_before() {
    let world = activated().await;
    let cookie_of = async |body: Value| {
        let response = world.ask(ask("/api/sign-in", &body)).await;
        assert_eq!(response.status(), StatusCode::OK);
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        cookie.split(';').next().unwrap().to_owned()
    };
    let mut body = json!({ "name": "heron-52", "authentication": half(1) });
    let cookie = cookie_of(body.clone()).await;
    let slot = cookie.split('=').next().unwrap().trim_start_matches("__Host-satchel-").to_owned();
    body["slot"] = json!(slot);
    let (slot, device) = (Slot::parse(&slot).unwrap(), DeviceId::from_u128(0));
    let before = SignedIn { account: ROSA, device, slot, cookie };
    let mut socket = world.socket(&before).await;
    let hello =
        ToServer::Hello { version_min: VERSION, version_max: VERSION, digest: Digest([0; 16]) };
    socket.send(Message::Binary(hello.to_bytes().into())).await.unwrap();
    assert!(matches!(next(&mut socket).await, Some(ToDevice::Welcome { .. })));

    let now = SignedIn { cookie: cookie_of(body).await, ..before.clone() };
    assert_eq!(close_code(&mut socket).await, Some(4401));
    let status = async |one: &SignedIn| world.ask(one.get("/api/session")).await.status();
    assert_eq!(status(&before).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&now).await, StatusCode::OK);
}

#[tokio::test]
async fn a_name_that_nobody_has_answers_like_one_that_somebody_has() {
    let world = activated().await;
    let salt = async |name: &str| world.ask_json(ask("/api/salt", &json!({ "name": name }))).await;
    let (known, unknown) = (salt("heron-52").await, salt("heron-53").await);
    assert_eq!((known.0, unknown.0), (StatusCode::OK, StatusCode::OK));
    assert_ne!(known.1, unknown.1);
    assert_eq!(salt(" HERON-53").await, unknown, "the same each time");
    assert_eq!(known.1["salt"].as_str().map(str::len), Some(32));
    assert_eq!(salt("no name").await.0, StatusCode::BAD_REQUEST);

    let (wrong, nobody) =
        (world.ask(sign_in("heron-52", 2)).await, world.ask(sign_in("heron-53", 2)).await);
    for response in [&wrong, &nobody] {
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert!(!response.headers().contains_key(header::SET_COOKIE));
    }
    let json = async |response| crate::testing::json_of(response).await;
    let (wrong, nobody) = (json(wrong).await, json(nobody).await);
    assert_eq!(wrong, nobody);
    assert_eq!(wrong["type"], "urn:satchel:problem:sign-in-not-recognized");
}

#[tokio::test]
async fn guesses_end_for_known_and_unknown_names_alike_and_begin_again_later() {
    let world = activated().await;
    let statuses = async |name: &str| {
        let mut all = Vec::new();
        for _ in 0..12 {
            all.push(world.ask(sign_in(name, 2)).await.status().as_u16());
        }
        all
    };
    let expected = [vec![403; 10], vec![429; 2]].concat();
    assert_eq!(statuses("heron-52").await, expected);
    assert_eq!(statuses("heron-53").await, expected);
    assert_eq!(world.ask(sign_in("heron-52", 1)).await.status(), StatusCode::TOO_MANY_REQUESTS);
    world.clock.advance(15 * 60 * 1000);
    assert_eq!(world.ask(sign_in("heron-52", 1)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_address_that_guesses_names_is_stopped_and_others_are_not() {
    let world = activated().await;
    let from = |address: &str, name: &str, byte| {
        let mut request = sign_in(name, byte);
        request.headers_mut().insert("x-forwarded-for", address.parse().unwrap());
        request
    };
    for number in 0..30 {
        let guess = from("192.0.2.1", &format!("heron-{}", 100 + number), 2);
        assert_eq!(world.ask(guess).await.status(), StatusCode::FORBIDDEN);
    }
    let blocked = world.ask(from("192.0.2.1", "heron-52", 1)).await.status();
    assert_eq!(blocked, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(world.ask(from("192.0.2.2", "heron-52", 1)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_invitation_can_be_asked_about_before_a_name_is_chosen() {
    let world = World::start().await;
    let secret = world.invite(NEW_RECORD).await;
    let asked = async |born: &str| {
        let body = json!({ "secret": secret.text(), "birth_date": born });
        world.ask(ask("/api/invitation", &body)).await.status()
    };
    assert_eq!(asked("1948-02-17").await, StatusCode::NO_CONTENT);
    assert_eq!(asked("1948-02-18").await, StatusCode::FORBIDDEN);
    assert_eq!(asked("1948-02-17").await, StatusCode::NO_CONTENT);
    assert_eq!(asked("nonsense").await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_name_of_somebody_else_is_refused_and_the_invitation_stays() {
    let world = activated().await;
    let secret = world.invite(crate::testing::ANA_RECORD).await;
    let claim = async |name: &str| {
        let body = json!({
            "secret": secret.text(), "birth_date": "1987-09-14",
            "name": name, "authentication": half(3),
        });
        world.ask_json(ask("/api/activate", &body)).await
    };
    let (status, body) = claim("heron-52").await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(body["type"], "urn:satchel:problem:name-taken");
    assert_eq!(claim("blue.kite").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_passphrase_changes_only_for_who_knows_the_old_one() {
    let world = activated().await;
    let (_, opened) = world.ask_json(sign_in("heron-52", 1)).await;
    assert!(opened["slot"].is_string());
    let response = world.ask(sign_in("heron-52", 1)).await;
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let slot = cookie.split('=').next().unwrap().trim_start_matches("__Host-satchel-").to_owned();
    let change = async |old: u8, new: u8| {
        let builder = request("POST", "/api/passphrase")
            .header(header::COOKIE, &cookie)
            .header("satchel-slot", &slot);
        let body = json!({ "now": half(old), "new": half(new) });
        world.ask(with_json(builder, &body)).await.status()
    };
    assert_eq!(change(9, 2).await, StatusCode::FORBIDDEN);
    assert_eq!(change(1, 2).await, StatusCode::NO_CONTENT);
    assert_eq!(world.ask(sign_in("heron-52", 1)).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(world.ask(sign_in("heron-52", 2)).await.status(), StatusCode::OK);

    // A session of the demo has no passphrase to change.
    let rosa = world.sign_in(ROSA).await;
    let body = json!({ "now": half(1), "new": half(2) });
    let refused = world.ask(rosa.post("/api/passphrase", &body)).await.status();
    assert_eq!(refused, StatusCode::FORBIDDEN);
}

/// Somebody signs in on a device that keeps nothing.
async fn signed_in_briefly(world: &World) -> SignedIn {
    let body = json!({ "name": "heron-52", "authentication": half(1), "brief": true });
    let response = world.ask(ask("/api/sign-in", &body)).await;
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(!cookie.contains("Max-Age") && !cookie.contains("Expires"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let slot = cookie.split('=').next().unwrap().trim_start_matches("__Host-satchel-").to_owned();
    let slot = Slot::parse(&slot).unwrap();
    let mut it =
        SignedIn { account: ROSA, device: DeviceId::from_u128(0), slot, cookie: cookie.clone() };
    let (_, body) = world.ask_json(it.get("/api/session")).await;
    it.device = body["device"].as_str().unwrap().parse().unwrap();
    it.account = body["account"].as_str().unwrap().parse().unwrap();
    it
}

/// A line is opened, and noted.
async fn is_heard(world: &World, one: &SignedIn) {
    let mut socket = world.socket(one).await;
    let digest = Digest([0; 16]);
    let hello = ToServer::Hello { version_min: VERSION, version_max: VERSION, digest };
    socket.send(Message::Binary(hello.to_bytes().into())).await.unwrap();
    assert!(matches!(next(&mut socket).await, Some(ToDevice::Welcome { .. })));
    // Comes after what is kept of the greeting.
    assert!(matches!(next(&mut socket).await, Some(ToDevice::Summaries { .. })));
}

#[tokio::test]
async fn a_session_that_keeps_nothing_ends_soon_after_it_was_closed() {
    let world = activated().await;
    let (borrowed, own) = (signed_in_briefly(&world).await, signed_in_briefly(&world).await);
    let listed = async || {
        let (_, seen) = world.ask_json(own.get("/api/devices")).await;
        seen.as_array().unwrap().iter().filter(|one| one["keeps_nothing"] == true).count()
    };
    assert_eq!(listed().await, 2);
    for _ in 0..3 {
        world.clock.advance(BRIEF_SESSION_MS - 1);
        // Being heard on its line is what holds it.
        for one in [&own, &borrowed] {
            is_heard(&world, one).await;
        }
        assert_eq!(world.ask(borrowed.get("/api/session")).await.status(), StatusCode::OK);
    }
    // From here on only one of them is.
    world.clock.advance(BRIEF_SESSION_MS - 1);
    is_heard(&world, &own).await;
    world.clock.advance(1);
    let over = world.ask(borrowed.get("/api/session")).await;
    assert_eq!(over.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(listed().await, 1, "what kept nothing is gone with its session");
}
