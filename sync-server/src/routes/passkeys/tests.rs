//! From a passkey that is added to a sign-in with nothing else, and what somebody gets who tries.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use crate::secret::Slot;
use crate::state::BRIEF_SESSION_MS;
use crate::store::passkeys::PASSKEYS_MAX;
use crate::testing::authenticator::{Authenticator, Pair};
use crate::testing::{ANA_RECORD, NEW_RECORD, SignedIn, World, request, with_json};

fn half(byte: u8) -> String {
    format!("{byte:02x}").repeat(32)
}

fn ask(path: &str, body: &Value) -> Request<Body> {
    with_json(request("POST", path), body)
}

/// The session that an answer opened; `like` only gives what is not asked about.
async fn entered(world: &World, asked: Request<Body>, like: &SignedIn) -> SignedIn {
    let response = world.ask(asked).await;
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    for word in ["Path=/;", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let slot = cookie.split('=').next().unwrap().trim_start_matches("__Host-satchel-");
    SignedIn { slot: Slot::parse(slot).unwrap(), cookie: cookie.clone(), ..like.clone() }
}

/// Walter Finch, or somebody else who was invited.
async fn somebody(world: &World, name: &str) -> SignedIn {
    let (record, born) = match name {
        "heron-52" => (NEW_RECORD, "1948-02-17"),
        _ => (ANA_RECORD, "1987-09-14"),
    };
    let secret = world.invite(record).await;
    let body = json!({
        "secret": secret.text(), "birth_date": born, "name": name, "authentication": half(1),
    });
    let like = world.sign_in(crate::testing::ROSA).await;
    entered(world, ask("/api/activate", &body), &like).await
}

async fn begin(world: &World, who: &SignedIn) -> Value {
    let asked = who.post("/api/passkeys/challenge", &json!({ "authentication": half(1) }));
    let (status, begun) = world.ask_json(asked).await;
    assert_eq!(status, StatusCode::OK, "{begun}");
    begun
}

async fn add(world: &World, who: &SignedIn, by: &mut Authenticator) -> StatusCode {
    let new = by.create(&begin(world, who).await, |_| {});
    world.ask(who.post("/api/passkeys", &new)).await.status()
}

async fn with_passkey(world: &World, name: &str) -> (SignedIn, Authenticator) {
    let who = somebody(world, name).await;
    let mut by = Authenticator::new(Pair::es256());
    assert_eq!(add(world, &who, &mut by).await, StatusCode::OK);
    (who, by)
}

async fn challenge(world: &World) -> String {
    let (status, asked) = world.ask_json(ask("/api/passkey/challenge", &json!({}))).await;
    assert_eq!(status, StatusCode::OK);
    asked["challenge"].as_str().unwrap().to_owned()
}

async fn try_it(world: &World, proof: &Value) -> (StatusCode, Value) {
    world.ask_json(ask("/api/passkey", proof)).await
}

#[tokio::test]
async fn a_passkey_signs_in_without_a_name_or_a_passphrase() {
    let world = World::start().await;
    let who = somebody(&world, "heron-52").await;
    for (number, pair) in [Pair::es256(), Pair::eddsa(), Pair::rs256()].into_iter().enumerate() {
        let mut by = Authenticator::new(pair);
        let begun = begin(&world, &who).await;
        assert_eq!(begun["name"], "Walter Finch");
        assert_eq!(begun["known"].as_array().map(Vec::len), Some(number));
        let new = by.create(&begun, |_| {});
        let (status, line) = world.ask_json(who.post("/api/passkeys", &new)).await;
        assert_eq!((status, &line["name"]), (StatusCode::OK, &json!("My phone")));
        let proof = by.use_it(&challenge(&world).await, |_| {});
        let there = entered(&world, ask("/api/passkey", &proof), &who).await;
        let (_, session) = world.ask_json(there.get("/api/session")).await;
        assert_eq!(session["name"], "Walter Finch");
        assert_eq!(session["passkeys"].as_array().map(Vec::len), Some(number + 1));

        // On a device that lost its session it stays the same device.
        let mut proof = by.use_it(&challenge(&world).await, |_| {});
        proof["slot"] = json!(there.slot.text());
        let again = entered(&world, ask("/api/passkey", &proof), &who).await;
        assert_eq!(again.slot, there.slot);
    }
    let (_, all) = world.ask_json(who.get("/api/passkeys")).await;
    assert!(all.as_array().unwrap().iter().all(|one| one["used_at"].is_number()), "{all}");
}

#[tokio::test]
async fn on_a_device_that_keeps_nothing_a_passkey_opens_a_session_of_few_minutes() {
    let world = World::start().await;
    let (_, by) = with_passkey(&world, "heron-52").await;
    let mut proof = by.use_it(&challenge(&world).await, |_| {});
    proof["brief"] = json!(true);
    let response = world.ask(ask("/api/passkey", &proof)).await;
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(!cookie.contains("Max-Age") && !cookie.contains("Expires"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let slot = cookie.split('=').next().unwrap().trim_start_matches("__Host-satchel-");
    let like = world.sign_in(crate::testing::ROSA).await;
    let there = SignedIn { slot: Slot::parse(slot).unwrap(), cookie: cookie.clone(), ..like };
    assert_eq!(world.ask(there.get("/api/session")).await.status(), StatusCode::OK);
    world.clock.advance(BRIEF_SESSION_MS);
    assert_eq!(world.ask(there.get("/api/session")).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_a_device_seals_for_the_next_one_is_carried_until_the_passphrase_changes() {
    let world = World::start().await;
    let walter = somebody(&world, "heron-52").await;
    let mut by = Authenticator::new(Pair::es256());
    let mut new = by.create(&begin(&world, &walter).await, |_| {});
    new["carried"] = json!("00".repeat(257));
    let refused = world.ask(walter.post("/api/passkeys", &new)).await.status();
    assert_eq!(refused, StatusCode::PAYLOAD_TOO_LARGE);
    new["carried"] = json!("0a0b");
    assert_eq!(world.ask(walter.post("/api/passkeys", &new)).await.status(), StatusCode::OK);
    let carried = async || {
        let proof = by.use_it(&challenge(&world).await, |_| {});
        try_it(&world, &proof).await.1["carried"].clone()
    };
    assert_eq!(carried().await, "0a0b");
    let change = walter.post("/api/passphrase", &json!({ "now": half(1), "new": half(2) }));
    assert_eq!(world.ask(change).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(carried().await, Value::Null);
}

#[tokio::test]
async fn whatever_is_wrong_with_a_proof_it_signs_nobody_in_and_is_answered_alike() {
    let world = World::start().await;
    let (walter, by) = with_passkey(&world, "heron-52").await;
    let (_, of_ana) = with_passkey(&world, "blue.kite").await;
    let new = |at: &str| by.use_it(at, |_| {});
    let used = challenge(&world).await;
    let replayed = new(&used);
    assert_eq!(try_it(&world, &replayed).await.0, StatusCode::OK);
    let mut wrong = vec![
        replayed,
        new(&used),
        new(&"0".repeat(64)),
        new(begin(&world, &walter).await["challenge"].as_str().unwrap()),
        by.use_it(&challenge(&world).await, |says| says.origin = "https://else.example".into()),
        by.use_it(&challenge(&world).await, |says| says.flags &= 0xfb),
        // Somebody else's passkey that says it is Walter's, and the other way round.
        of_ana.use_it(&challenge(&world).await, |says| says.user = by.user.clone()),
        of_ana.use_it(&challenge(&world).await, |says| says.credential = by.credential.clone()),
        Authenticator::new(Pair::es256()).use_it(&challenge(&world).await, |_| {}),
    ];
    let (_, at_clinic) = world.ask_json(ask("/clinic/api/passkey/challenge", &json!({}))).await;
    wrong.push(new(at_clinic["challenge"].as_str().unwrap()));
    let mut answers = Vec::new();
    for proof in &wrong {
        let (status, answer) = try_it(&world, proof).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{answer}");
        answers.push(answer);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0]["type"], "urn:satchel:problem:sign-in-not-recognized");
    let late = challenge(&world).await;
    world.clock.advance(5 * 60 * 1000);
    assert_eq!(try_it(&world, &new(&late)).await.0, StatusCode::FORBIDDEN, "too late");
    assert_eq!(try_it(&world, &new(&challenge(&world).await)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_counter_that_does_not_grow_is_a_copy() {
    let world = World::start().await;
    let (_, by) = with_passkey(&world, "heron-52").await;
    let count = async |counter| {
        let proof = by.use_it(&challenge(&world).await, |says| says.counter = counter);
        try_it(&world, &proof).await.0
    };
    assert_eq!(count(5).await, StatusCode::OK);
    for back in [5, 4, 0] {
        assert_eq!(count(back).await, StatusCode::FORBIDDEN, "{back}");
    }
    assert_eq!(count(6).await, StatusCode::OK);
}

#[tokio::test]
async fn one_is_added_by_whoever_knows_the_passphrase_and_to_that_session() {
    let world = World::start().await;
    let walter = somebody(&world, "heron-52").await;
    let wrong = walter.post("/api/passkeys/challenge", &json!({ "authentication": half(2) }));
    assert_eq!(world.ask(wrong).await.status(), StatusCode::FORBIDDEN);
    let ana = somebody(&world, "blue.kite").await;
    let mut by = Authenticator::new(Pair::es256());
    let of_walter = by.create(&begin(&world, &walter).await, |_| {});
    let refused = async |who: &SignedIn, new: &Value| {
        let (status, answer) = world.ask_json(who.post("/api/passkeys", new)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer["type"], "urn:satchel:problem:passkey-refused");
    };
    refused(&ana, &of_walter).await;
    refused(&walter, &of_walter).await;
    let unverified = by.create(&begin(&world, &walter).await, |says| says.flags &= 0xfb);
    refused(&walter, &unverified).await;
    let sign_in = challenge(&world).await;
    let begun = begin(&world, &walter).await;
    let other = json!({ "challenge": sign_in, "user": begun["user"] });
    refused(&walter, &by.create(&other, |_| {})).await;
    assert_eq!(add(&world, &walter, &mut by).await, StatusCode::OK);
    assert_eq!(add(&world, &walter, &mut by).await, StatusCode::UNPROCESSABLE_ENTITY, "twice");
    assert_eq!(add(&world, &ana, &mut by).await, StatusCode::UNPROCESSABLE_ENTITY, "his");
    for _ in 1..PASSKEYS_MAX {
        let mut another = Authenticator::new(Pair::es256());
        assert_eq!(add(&world, &walter, &mut another).await, StatusCode::OK);
    }
    let mut one_more = Authenticator::new(Pair::es256());
    assert_eq!(add(&world, &walter, &mut one_more).await, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_removed_one_signs_nobody_in_and_nobody_touches_anothers() {
    let world = World::start().await;
    let (walter, by) = with_passkey(&world, "heron-52").await;
    let ana = somebody(&world, "blue.kite").await;
    let (_, all) = world.ask_json(walter.get("/api/passkeys")).await;
    let path = format!("/api/passkeys/{}", all[0]["passkey"].as_str().unwrap());
    let name = async |who: &SignedIn, name: &str| {
        world.ask(who.post(&path, &json!({ "name": name }))).await.status()
    };
    let remove = async |who: &SignedIn| {
        let asked = who.request("DELETE", &path).body(Body::empty()).unwrap();
        world.ask(asked).await.status()
    };
    assert_eq!(name(&ana, "Mine").await, StatusCode::NOT_FOUND);
    assert_eq!(remove(&ana).await, StatusCode::NOT_FOUND);
    for unfit in ["", "  ", "a\nb", &"x".repeat(41)] {
        assert_eq!(name(&walter, unfit).await, StatusCode::BAD_REQUEST, "{unfit}");
    }
    assert_eq!(name(&walter, " Blue key ").await, StatusCode::NO_CONTENT);
    let (_, all) = world.ask_json(walter.get("/api/passkeys")).await;
    assert_eq!(all[0]["name"], "Blue key");
    let proof = by.use_it(&challenge(&world).await, |_| {});
    assert_eq!(remove(&walter).await, StatusCode::NO_CONTENT);
    assert_eq!(try_it(&world, &proof).await.0, StatusCode::FORBIDDEN);
    assert_eq!(remove(&walter).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_is_invited_again_has_no_passkeys_of_before() {
    let world = World::start().await;
    let (_, by) = with_passkey(&world, "heron-52").await;
    somebody(&world, "heron-52").await;
    let proof = by.use_it(&challenge(&world).await, |_| {});
    assert_eq!(try_it(&world, &proof).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_address_that_asks_on_and_on_is_stopped_and_who_signs_in_is_not() {
    let world = World::start().await;
    let (_, by) = with_passkey(&world, "heron-52").await;
    let from = |mut asked: Request<Body>, address: &str| {
        asked.headers_mut().insert("x-forwarded-for", address.parse().unwrap());
        asked
    };
    let ask_from = async |address: &str| {
        let asked = from(ask("/api/passkey/challenge", &json!({})), address);
        let (status, answer) = world.ask_json(asked).await;
        (status, answer["challenge"].as_str().map(str::to_owned))
    };
    for _ in 0..100 {
        let (_, challenge) = ask_from("192.0.2.1").await;
        let proof = by.use_it(&challenge.unwrap(), |_| {});
        let right = from(ask("/api/passkey", &proof), "192.0.2.1");
        assert_eq!(world.ask(right).await.status(), StatusCode::OK);
    }
    for _ in 0..30 {
        assert_eq!(ask_from("192.0.2.1").await.0, StatusCode::OK);
    }
    assert_eq!(ask_from("192.0.2.1").await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ask_from("192.0.2.2").await.0, StatusCode::OK);
}
