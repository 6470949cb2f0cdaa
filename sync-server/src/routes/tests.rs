//! Every route against every kind of caller, and the ways in which a request can be wrong.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::json;
use shared::edit::Audience;
use shared::id::AccountId;

use super::{Route, table};
use crate::authorize::CallerKind;
use crate::extract::JSON_BYTES_MAX;
use crate::store::Store;
use crate::store::people::{NewStaff, Role};
use crate::testing::{
    ADMIN, ANA, ANA_RECORD, LINH, NEW_RECORD, ORIGIN, ROSA, ROSA_RECORD, SignedIn, World, json_of,
    request, start_thread, with_json,
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

/// What a stranger is told.
const fn strangers_problem(caller: CallerKind) -> Option<&'static str> {
    match caller {
        CallerKind::Anyone | CallerKind::StaffOrNobody => None,
        CallerKind::Person | CallerKind::Staff => Some("urn:satchel:problem:not-signed-in"),
        CallerKind::TicketHolder => Some("urn:satchel:problem:bad-ticket"),
        CallerKind::Ehr => Some("login"),
    }
}

/// In this record, so that it is work of the whole clinic.
async fn something_waits(world: &World) {
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let edit = start_thread("Dizzy", "When I stand up.", Audience::Circle);
    phone.edit(world, ROSA_RECORD, edit).await;
    crate::projector::catch_up(&world.app).await.unwrap();
}

async fn check(world: &World, route: &Route, request: Request<Body>, may_come_in: bool) {
    let response = world.ask(request).await;
    let status = response.status();
    // A stream of events has no end to wait for.
    let body = match status {
        StatusCode::UNAUTHORIZED => json_of(response).await,
        _ => json!(null),
    };
    let what = format!("{} {} answered {status} {body}", route.method, route.path);
    match strangers_problem(route.caller) {
        Some(problem) if !may_come_in => {
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}");
            let told = match route.caller {
                CallerKind::Ehr => &body["issue"][0]["code"],
                _ => &body["type"],
            };
            assert_eq!(told, problem, "{what}");
        }
        Some(_) | None => assert_ne!(status, StatusCode::UNAUTHORIZED, "{what}"),
    }
}

#[tokio::test]
async fn every_route_lets_in_only_its_own_kind_of_caller() {
    let world = World::start().await;
    let person = world.sign_in(ROSA).await;
    let staff = world.sign_in_staff(LINH).await;
    let nobody = SignedIn { cookie: "none=none".into(), ..person.clone() };
    let unknown = SignedIn { cookie: format!("{}0", person.cookie), ..person.clone() };
    let ended = world.sign_in(ROSA).await;
    let sign_out = ended.request("DELETE", "/api/session").body(Body::empty()).unwrap();
    assert_eq!(world.ask(sign_out).await.status(), StatusCode::NO_CONTENT);

    for route in table() {
        for (caller, comes_in) in [
            (&nobody, None),
            (&unknown, None),
            (&ended, None),
            (&person, Some(CallerKind::Person)),
            (&staff, Some(CallerKind::Staff)),
        ] {
            // These end the session that the next rounds need; they are tried for themselves.
            if comes_in == Some(route.caller) && route.method == Method::DELETE {
                continue;
            }
            let request = caller.request(route.method.as_str(), &path(&route));
            let request = with_json(request, &json!({}));
            check(&world, &route, request, comes_in == Some(route.caller)).await;
        }
    }
}

#[tokio::test]
async fn a_session_that_is_over_lets_nobody_in() {
    let world = World::start().await;
    let (person, staff) = (world.sign_in(ROSA).await, world.sign_in_staff(LINH).await);
    world.clock.advance(2 * 60 * 60 * 1000);
    for route in table() {
        for caller in [&person, &staff] {
            let request = caller.request(route.method.as_str(), &path(&route));
            check(&world, &route, with_json(request, &json!({})), false).await;
        }
    }
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
async fn staff_without_the_right_read_no_messages_whoever_the_patient_is() {
    let world = World::start().await;
    let admin = world.sign_in_staff(ADMIN).await;
    for route in table().iter().filter(|route| route.path.starts_with("/clinic/api/threads")) {
        let request = with_json(admin.request(route.method.as_str(), &path(route)), &json!({}));
        assert_eq!(world.ask(request).await.status(), StatusCode::FORBIDDEN, "{}", route.path);
    }
}

/// Which of the clinic's routes a role has, by the names of the actions. A new action is the whole
/// team's until it is named here.
fn may(role: Role, is_proven: bool, action: &str) -> bool {
    match action {
        "ListStaffPasskeys" | "AddStaffPasskey" | "RenameStaffPasskey" | "RemoveStaffPasskey" => {
            true
        }
        "BeginStaffPasskey" => is_proven,
        "ReadStaffSession" | "EndStaffSession" | "ProveStaff" | "StayStaff" | "ReadSettings" => {
            true
        }
        "ListStaff" | "AddStaff" | "ChangeStaff" | "LinkStaff" | "SearchAudit"
        | "ChangeSettings" => role == Role::Admin && is_proven,
        "FindPeople" | "ListDevicesOf" | "FindRecords" | "NameRecord" | "ReadAccess"
        | "NarrowAccess" | "EndAccess" => knows_people(role),
        "GiveAccess" | "InvitePatient" | "EndDeviceOf" => knows_people(role) && is_proven,
        "OpenRecord" => matches!(role, Role::Nurse | Role::Clinician),
        _ => role != Role::Admin,
    }
}

fn knows_people(role: Role) -> bool {
    matches!(role, Role::FrontDesk | Role::Nurse | Role::Clinician)
}

#[tokio::test]
async fn a_role_gets_what_is_its_own_and_nothing_else() {
    let world = World::start().await;
    something_waits(&world).await;
    for (number, role) in (50..).zip(Role::ALL) {
        let account = AccountId::from_u128(number);
        let (name, at) = ("Somebody".into(), world.app.now());
        let staff = NewStaff { account, name, role, prescribes: true, at };
        world.store.add_staff(staff).await.unwrap();
        for is_proven in [false, true] {
            for route in table().iter().filter(|route| route.caller == CallerKind::Staff) {
                let who = world.sign_in_staff(account).await;
                if is_proven {
                    world.prove(&who).await;
                }
                let asked = with_json(who.request(route.method.as_str(), &path(route)), &json!({}));
                let response = world.ask(asked).await;
                let status = response.status();
                let comes_in = may(role, is_proven, route.action);
                let what = format!("{role:?} {is_proven} {} {status}", route.action);
                // Giving no code is refused like giving a wrong one.
                if comes_in && route.action != "ProveStaff" {
                    assert_ne!(status, StatusCode::FORBIDDEN, "{what}");
                    assert_ne!(status, StatusCode::UNAUTHORIZED, "{what}");
                } else if !comes_in {
                    assert_eq!(status, StatusCode::FORBIDDEN, "{what}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_record_of_somebody_else_is_not_there() {
    let world = World::start().await;
    let rosa = world.sign_in(ROSA).await;
    for route in table().iter().filter(|route| route.caller == CallerKind::Person) {
        if !route.path.contains("{patient}") {
            continue;
        }
        let path = path(route).replace(&ROSA_RECORD.to_string(), &ANA_RECORD.to_string());
        let asked = with_json(rosa.request(route.method.as_str(), &path), &json!({}));
        assert_eq!(world.ask(asked).await.status(), StatusCode::NOT_FOUND, "{}", route.path);
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
