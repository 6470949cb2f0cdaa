//! The ways in which a request can be wrong, and whose it is. Who may use which route is in `matrix`.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::json;
use shared::edit::Audience;

use super::{Route, table};
use crate::authorize::CallerKind;
use crate::extract::JSON_BYTES_MAX;
use crate::testing::{
    ANA, LINH, NEW_RECORD, ORIGIN, ROSA, ROSA_RECORD, SignedIn, World, request, start_thread,
    with_json,
};

/// A path that fits the pattern and names nothing that exists.
fn path(route: &Route) -> String {
    route
        .path
        .replace("{patient}", &ROSA_RECORD.to_string())
        .replace("{thread}", "00000000000000000000000099")
        .replace("{item}", "00000000000000000000000099")
        .replace("{account}", &LINH.to_string())
        .replace("{line}", "nothing")
        .replace("{device}", "00000000000000000000000099")
        .replace("{name}/{piece}", &format!("{}/0", "0".repeat(64)))
        .replace("{name}", &"0".repeat(64))
        .replace("{passkey}", &"0".repeat(64))
        .replace("{share}", &"0".repeat(64))
        .replace("{place}", "nothing")
        .replace("{secret}", "nothing")
        .replace("{kind}", "Patient")
        .replace("{id}", "1")
        .replace("{version}", "1")
}

/// In this record, so that it is work of the whole clinic.
async fn something_waits(world: &World) {
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let edit = start_thread("Dizzy", "When I stand up.", Audience::Circle);
    phone.edit(world, ROSA_RECORD, edit).await;
    crate::projector::catch_up(&world.app).await.unwrap();
}

#[tokio::test]
async fn nothing_changes_for_a_page_of_another_site() {
    let world = World::start().await;
    let (person, staff) = (world.sign_in(ROSA).await, world.sign_in_staff(LINH).await);
    // Whoever has a link opens it in a page of any site; no cookie says anything there.
    let guarded = |route: &&Route| {
        route.method != Method::GET && !route.path.starts_with(crate::shares::PREFIX)
    };
    for route in table().iter().filter(guarded) {
        for origin in
            [None, Some("https://evil.example"), Some("null"), Some("http://localhost:80")]
        {
            for caller in [&person, &staff] {
                let mut request = Request::builder()
                    .method(route.method.clone())
                    .uri(path(route))
                    .header(header::COOKIE, &caller.cookie)
                    .header("satchel-slot", caller.slot.text());
                if let Some(origin) = origin {
                    request = request.header(header::ORIGIN, origin);
                }
                let (status, body) = world.ask_json(with_json(request, &json!({}))).await;
                if route.caller == CallerKind::Ehr {
                    // A program says no origin; its token is asked for, and no cookie helps.
                    let expected = match origin {
                        None => (StatusCode::UNAUTHORIZED, &json!("login")),
                        Some(_) => (StatusCode::FORBIDDEN, &json!("forbidden")),
                    };
                    assert_eq!((status, &body["issue"][0]["code"]), expected, "{}", route.path);
                    continue;
                }
                if route.path == "/fhir/token" {
                    // Where programs prove who they are; a form of another site says its origin.
                    let expected = match origin {
                        None => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                        Some(_) => StatusCode::FORBIDDEN,
                    };
                    assert_eq!(status, expected, "{}", route.path);
                    continue;
                }
                assert_eq!(status, StatusCode::FORBIDDEN, "{}", route.path);
                assert_eq!(body["type"], "urn:satchel:problem:wrong-origin");
            }
        }
    }
    assert_eq!(world.ask(person.get("/api/session")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_cookie_speaks_only_for_its_own_slot() {
    let world = World::start().await;
    let (rosa, ana) = (world.sign_in(ROSA).await, world.sign_in(ANA).await);
    let (_, body) = world.ask_json(ana.get("/api/session")).await;
    assert_eq!(body["name"], "Ana Delgado");
    let owns: Vec<_> =
        body["records"].as_array().unwrap().iter().map(|record| record["own"].clone()).collect();
    assert_eq!(owns, [json!(true), json!(false)]);

    // Both are signed in in one browser; the slot decides, and a wrong one is nobody.
    let cookies = format!("{}; {}", rosa.cookie, ana.cookie);
    let both = SignedIn { cookie: cookies.clone(), ..rosa.clone() };
    let (_, body) = world.ask_json(both.get("/api/session")).await;
    assert_eq!(body["name"], "Rosa Delgado");
    let renamed = rosa.cookie.replace(rosa.slot.text(), ana.slot.text());
    let stolen = SignedIn { cookie: renamed, ..ana.clone() };
    assert_eq!(world.ask(stolen.get("/api/session")).await.status(), StatusCode::UNAUTHORIZED);
    let request = request("GET", "/api/session").header(header::COOKIE, cookies);
    let response = world.ask(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_a_problem_with_a_stable_type() {
    let world = World::start().await;
    something_waits(&world).await;
    let nurse = world.sign_in_staff(LINH).await;
    let replies = format!("/clinic/api/threads/{ROSA_RECORD}/00000000000000000000000099/replies");
    let large = json!({ "text": "x".repeat(JSON_BYTES_MAX), "key": "key-00001" });
    let not_json = nurse.request("POST", &replies).header(header::CONTENT_TYPE, "text/plain");
    let broken = nurse.request("POST", &replies).header(header::CONTENT_TYPE, "application/json");
    for (request, status, problem) in [
        (nurse.get("/api/nothing"), 404, "not-found"),
        (nurse.get("/clinic/api/nothing"), 404, "not-found"),
        (nurse.get("/clinic/api/threads/a/b"), 404, "not-found"),
        (nurse.post("/clinic/api/threads", &json!({})), 405, "wrong-method"),
        (nurse.post(&replies, &large), 413, "too-large"),
        (nurse.post(&replies, &json!({ "text": "no key" })), 400, "unreadable"),
        (not_json.body(Body::from("{}")).unwrap(), 400, "unreadable"),
        (broken.body(Body::from("{")).unwrap(), 400, "unreadable"),
        (nurse.get("/api/sync"), 401, "bad-ticket"),
    ] {
        let what = format!("{} {}", request.method(), request.uri());
        let response = world.ask(request).await;
        assert_eq!(response.status().as_u16(), status, "{what}");
        let headers = response.headers().clone();
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json", "{what}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{what}");
        assert!(headers.contains_key("x-request-id"));
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(body["type"], format!("urn:satchel:problem:{problem}"), "{what}");
        assert_eq!(body["status"], status, "{what}");
    }
}

#[tokio::test]
async fn an_invitation_signs_in_on_this_device_once() {
    let world = World::start().await;
    let secret = world.invite(NEW_RECORD).await;
    let claim = |born: &str| {
        let body = json!({
            "secret": secret.text(), "birth_date": born,
            "name": "Heron-52", "authentication": "0f".repeat(32),
        });
        with_json(request("POST", "/api/activate"), &body)
    };
    let (status, body) = world.ask_json(claim("1948-02-18")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(body["type"], "urn:satchel:problem:invitation-not-recognized");

    let response = world.ask(claim("1948-02-17")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    for word in ["Path=/;", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let slot = body["slot"].as_str().unwrap();
    assert!(cookie.starts_with(&format!("__Host-satchel-{slot}=")));

    let session = request("GET", "/api/session")
        .header(header::COOKIE, cookie.split(';').next().unwrap())
        .header("satchel-slot", slot);
    let (_, body) = world.ask_json(session.body(Body::empty()).unwrap()).await;
    assert_eq!(body["name"], "Walter Finch");
    assert_eq!(body["records"][0]["own"], true);
    let (status, _) = world.ask_json(claim("1948-02-17")).await;
    assert_eq!(status, StatusCode::GONE);
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let world = World::start().await;
    let request = request("GET", "/healthz").header(header::ORIGIN, ORIGIN);
    let response = world.ask(request.body(Body::empty()).unwrap()).await;
    for name in ["content-security-policy", "x-content-type-options", "referrer-policy"] {
        assert!(response.headers().contains_key(name), "{name}");
    }
}
