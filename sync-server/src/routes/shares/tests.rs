//! From a link that is made to who opened it and its end, at the real router.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use shared::record::Said;
use shared::record::activity::{Activity, Did};
use shared::time::MILLIS_PER_DAY;
use shared::view::shares::SHARES_OPEN_MAX;

use crate::encoded::hex;
use crate::secret::SecretHash;
use crate::store::Store;
use crate::store::shares::SHARE_BYTES_MAX;
use crate::testing::{ANA, ANA_RECORD, ROSA, ROSA_RECORD, SignedIn, World};

const ID: &str = "an-id-that-only-the-device-and-the-link-have";
const FILE: &str = "eyJhbGciOiJkaXIifQ..bm9uY2U.c2VhbGVk.dGFn";
const VIEWER: &str = "https://viewer.example";

fn path(id: &str) -> String {
    format!("/api/records/{ROSA_RECORD}/shares/{}", hex(SecretHash::of(id).bytes()))
}

fn terms() -> Value {
    json!({ "file": FILE, "passcode": "river", "uses": 2, "lasts_ms": MILLIS_PER_DAY })
}

async fn make(world: &World, who: &SignedIn, id: &str, terms: &Value) -> u16 {
    world.ask(who.post(&path(id), terms)).await.status().as_u16()
}

/// As a page of another site asks.
fn manifest(id: &str, body: &Value) -> Request<Body> {
    let request = Request::builder().method("POST").uri(format!("/shl/{id}"));
    let request = request.header(header::ORIGIN, VIEWER);
    let request = request.header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(body.to_string())).unwrap()
}

fn get(path: &str) -> Request<Body> {
    Request::builder().uri(path).header(header::ORIGIN, VIEWER).body(Body::empty()).unwrap()
}

async fn text(world: &World, request: Request<Body>) -> (u16, String) {
    let response = world.ask(request).await;
    let origin = &response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN];
    assert_eq!(origin, "*", "a viewer of any site reads it");
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn lines(world: &World, who: &SignedIn) -> Value {
    world.ask_json(who.get(&format!("/api/records/{ROSA_RECORD}/shares"))).await.1
}

#[tokio::test]
async fn a_link_opens_with_its_passcode_and_says_who_it_was() {
    let world = World::start().await;
    let rosa = world.sign_in(ROSA).await;
    assert_eq!(make(&world, &rosa, ID, &terms()).await, 204);
    let asked = |passcode: Option<&str>| {
        manifest(ID, &json!({ "recipient": "Dr. Díaz", "passcode": passcode }))
    };
    let (status, body) = text(&world, asked(Some("sea"))).await;
    assert_eq!((status, body.as_str()), (401, r#"{"remainingAttempts":9}"#));
    let (status, body) = text(&world, asked(None)).await;
    assert_eq!((status, body.as_str()), (401, r#"{"remainingAttempts":9}"#), "not a guess");
    let (status, _) = text(&world, get(&format!("/shl/{ID}?recipient=Me"))).await;
    assert_eq!(status, 404, "not without its passcode");

    let (status, body) = text(&world, asked(Some("river"))).await;
    let named: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &named["files"][0]["contentType"]), (200, &json!("application/fhir+json")));
    let location = named["files"][0]["location"].as_str().unwrap();
    let location = location.strip_prefix(world.app.origin()).unwrap();
    assert_eq!(text(&world, get(location)).await, (200, FILE.into()));
    assert_eq!(text(&world, get(location)).await.0, 404, "once");

    world.clock.advance(1);
    let all = json!({ "recipient": "Lab", "passcode": "river", "embeddedLengthMax": 1_000 });
    let (_, body) = text(&world, manifest(ID, &all)).await;
    let embedded: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(embedded["files"][0]["embedded"], FILE);
    assert_eq!(text(&world, asked(Some("river"))).await.0, 404, "as often as it may");

    let lines = lines(&world, &rosa).await;
    assert_eq!((&lines[0]["standing"], &lines[0]["uses"]), (&json!("used_up"), &json!(2)));
    assert_eq!(lines[0]["openings"][1]["who"], "Dr. Díaz");
    crate::activity::catch_up(&world.app).await.unwrap();
    let phone = world.device(&rosa).await;
    let record = phone.record(ROSA_RECORD);
    let told: Vec<&Activity> = record
        .entries()
        .filter_map(|(_, said)| match &said.said {
            Said::Activity(activity) => Some(activity),
            _ => None,
        })
        .collect();
    let opened = told.iter().filter(|one| one.did == Did::OpenedShare);
    let mut opened: Vec<_> = opened.map(|one| (one.who.as_str(), one.why)).collect();
    opened.sort_by_key(|(who, _)| *who);
    assert_eq!(opened, [("Dr. Díaz", None), ("Lab", None)]);
    // Who looked at the links, and who made and opened them, is noted without a passcode or a name.
    let noted = world.store.audit_after(0, 1_000).await.unwrap();
    for action in ["ListShares", "MakeShare", "OpenShare"] {
        let mut noted = noted.iter().map(|row| row.entry().unwrap());
        let found = noted.find(|entry| entry.action == action);
        assert_eq!(found.and_then(|entry| entry.patient), Some(ROSA_RECORD), "{action}");
    }
    assert!(noted.iter().all(|row| !row.body.contains("Díaz") && !row.body.contains("river")));
    assert!(told.iter().any(|one| one.did == Did::Shared && one.who == "Rosa Delgado"));
}

#[tokio::test]
async fn a_link_without_a_passcode_opens_directly_until_it_is_stopped() {
    let world = World::start().await;
    let (rosa, ana) = (world.sign_in(ROSA).await, world.sign_in(ANA).await);
    let terms = json!({ "file": FILE, "uses": 5, "lasts_ms": 60_000 });
    assert_eq!(make(&world, &rosa, ID, &terms).await, 204);
    assert_eq!(make(&world, &rosa, ID, &terms).await, 404, "an id is used once");
    let open = || get(&format!("/shl/{ID}?recipient=Eastside%20Hospital"));
    assert_eq!(text(&world, open()).await, (200, FILE.into()));
    assert_eq!(text(&world, get(&format!("/shl/{ID}"))).await.0, 400, "nobody opens it unnamed");
    world.clock.advance(1);
    let body = json!({ "recipient": "Eastside" });
    let (_, named) = text(&world, manifest(ID, &body)).await;
    let named: Value = serde_json::from_str(&named).unwrap();
    let location = named["files"][0]["location"].as_str().unwrap();
    let location = location.strip_prefix(world.app.origin()).unwrap();

    let stop = |who: &SignedIn| who.request("DELETE", &path(ID)).body(Body::empty()).unwrap();
    // Ana helps Rosa, and may stop what Rosa may.
    assert_eq!(lines(&world, &ana).await[0]["openings"][1]["who"], "Eastside Hospital");
    assert_eq!(world.ask(stop(&ana)).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(text(&world, open()).await.0, 404);
    assert_eq!(text(&world, get(location)).await.0, 404, "also what was opened before");
    assert_eq!(lines(&world, &rosa).await[0]["standing"], "stopped");

    assert_eq!(make(&world, &rosa, "another", &terms).await, 204);
    world.clock.advance(60_000);
    assert_eq!(text(&world, get("/shl/another?recipient=Me")).await.0, 404, "its time is over");
    crate::shares::empty_what_is_over(&world.app).await.unwrap();
    assert!(world.store.check().await.is_ok());
    let hers = path(ID).replace(&ROSA_RECORD.to_string(), &ANA_RECORD.to_string());
    assert_eq!(world.ask(rosa.post(&hers, &terms)).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_sealed_file_or_beyond_a_limit_is_not_taken() {
    let world = World::start().await;
    let rosa = world.sign_in(ROSA).await;
    for (field, value, expected) in [
        ("file", json!("{\"resourceType\":\"Bundle\"}"), 400),
        ("file", json!(""), 400),
        ("file", json!("a".repeat(SHARE_BYTES_MAX + 1)), 413),
        ("passcode", json!(""), 400),
        ("passcode", json!("x".repeat(41)), 400),
        ("uses", json!(0), 400),
        ("uses", json!(101), 400),
        ("lasts_ms", json!(0), 400),
        ("lasts_ms", json!(31 * MILLIS_PER_DAY), 400),
    ] {
        let mut terms = terms();
        terms[field] = value;
        assert_eq!(make(&world, &rosa, ID, &terms).await, expected, "{field}");
    }
    for number in 0..SHARES_OPEN_MAX {
        assert_eq!(make(&world, &rosa, &format!("link {number}"), &terms()).await, 204);
    }
    assert_eq!(make(&world, &rosa, ID, &terms()).await, 507);
    for recipient in ["  ".to_owned(), "x".repeat(101)] {
        let asked = manifest(ID, &json!({ "recipient": recipient }));
        assert_eq!(text(&world, asked).await.0, 400);
    }
}

/// Browsers ask before a page of another site may post.
#[tokio::test]
async fn another_site_may_ask_here_and_nowhere_else() {
    let world = World::start().await;
    for (path, expected) in [(format!("/shl/{ID}"), 204), ("/api/salt".to_owned(), 403)] {
        let asked = Request::builder().method(Method::OPTIONS).uri(&path);
        let asked = asked.header(header::ORIGIN, VIEWER).body(Body::empty()).unwrap();
        let response = world.ask(asked).await;
        assert_eq!(response.status().as_u16(), expected, "{path}");
        let may = response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN);
        assert_eq!(may, expected == 204, "{path}");
    }
}

/// Guessing at links is counted by itself, and does not keep the guesser's house from signing in.
#[tokio::test]
async fn whoever_guesses_at_links_is_stopped_soon() {
    let world = World::start().await;
    let asked = || {
        let body = json!({ "recipient": "Me" });
        let mut request = manifest("guessed", &body);
        request.headers_mut().insert("x-forwarded-for", "192.0.2.9".parse().unwrap());
        request
    };
    let mut last = 404;
    for _ in 0..40 {
        last = text(&world, asked()).await.0;
    }
    assert_eq!(last, 429);
    let mut salt = crate::testing::with_json(
        crate::testing::request("POST", "/api/salt"),
        &json!({ "name": "heron-52" }),
    );
    salt.headers_mut().insert("x-forwarded-for", "192.0.2.9".parse().unwrap());
    assert_eq!(world.ask(salt).await.status(), StatusCode::OK);
}
