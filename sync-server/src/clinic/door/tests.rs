//! From a link to a session of one's own, and what somebody learns who guesses.

use axum::body::Body;
use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use shared::id::AccountId;

use crate::secret::SecretHash;
use crate::state::{CLINIC_IDLE_MS, PROVEN_MS};
use crate::store::Store;
use crate::store::people::Role;
use crate::store::staff::StaffChange;
use crate::testing::{ADMIN, LINH, SignedIn, World, request, with_json};
use crate::totp::TotpSeed;

const PASSPHRASE: &str = "heron teapot ladder quartz";
const STEP_MS: i64 = 30 * 1000;

async fn ask(world: &World, path: &str, body: &Value) -> (StatusCode, Value) {
    world.ask_json(with_json(request("POST", path), body)).await
}

/// A link, and what makes codes for it.
async fn link(world: &World, account: AccountId) -> (String, TotpSeed) {
    let now = world.app.now();
    let secret = crate::clinic::set_up::link(world.store.as_ref(), account, now).await.unwrap();
    let link = world.store.staff_link(SecretHash::of(secret.text()), now).await.unwrap();
    (secret.text().to_owned(), link.unwrap().totp)
}

fn code(world: &World, account: AccountId, seed: TotpSeed) -> String {
    world.app.sign_ins().totp(account, seed).code_at(world.app.now())
}

/// Somebody who has chosen `name` and the passphrase; answers the codes on paper too.
async fn set_up(world: &World, account: AccountId, name: &str) -> (TotpSeed, Vec<String>) {
    let (secret, seed) = link(world, account).await;
    let code = code(world, account, seed);
    let body = json!({ "secret": secret, "name": name, "passphrase": PASSPHRASE, "code": code });
    let (status, done) = ask(world, "/clinic/api/set-up", &body).await;
    assert_eq!(status, StatusCode::OK, "{done}");
    let codes = done["recovery"].as_array().unwrap();
    (seed, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

fn proof(name: &str, passphrase: &str, code: &str) -> Value {
    json!({ "name": name, "passphrase": passphrase, "code": code })
}

async fn sign_in(world: &World, name: &str, code: &str) -> Option<SignedIn> {
    let body = proof(name, PASSPHRASE, code);
    let response = world.ask(with_json(request("POST", "/clinic/api/sign-in"), &body)).await;
    let cookie = response.headers().get(header::SET_COOKIE)?.to_str().unwrap();
    for word in ["Path=/clinic;", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap().to_owned();
    Some(SignedIn { cookie, ..world.sign_in_staff(LINH).await })
}

#[tokio::test]
async fn a_link_leads_to_a_sign_in_of_ones_own_once() {
    let world = World::start().await;
    let (secret, seed) = link(&world, LINH).await;
    let (status, offered) = ask(&world, "/clinic/api/link", &json!({ "secret": secret })).await;
    assert_eq!((status, &offered["name"]), (StatusCode::OK, &json!("Linh Tran, RN")));
    assert_eq!(offered["totp"], world.app.sign_ins().totp(LINH, seed).text());
    let picture = offered["picture"].as_array().unwrap();
    assert!(picture.len() > 20 && picture[0].as_str().unwrap().len() == picture.len());

    let right = code(&world, LINH, seed);
    let chosen = |name: &str, passphrase: &str, code: &str| json!({ "secret": secret, "name": name, "passphrase": passphrase, "code": code });
    for (body, status) in [
        (chosen("linh", "password1", &right), 400),
        (chosen("!", PASSPHRASE, &right), 400),
        (chosen("linh", PASSPHRASE, "000000"), 403),
        (chosen("linh", PASSPHRASE, &right), 200),
        (chosen("linh", PASSPHRASE, &right), 410),
    ] {
        assert_eq!(ask(&world, "/clinic/api/set-up", &body).await.0.as_u16(), status, "{body}");
    }
    let asked = ask(&world, "/clinic/api/link", &json!({ "secret": secret })).await;
    assert_eq!(asked.0, StatusCode::GONE);

    world.clock.advance(STEP_MS);
    let nurse = sign_in(&world, " LINH ", &code(&world, LINH, seed)).await.unwrap();
    let (_, session) = world.ask_json(nurse.get("/clinic/api/session")).await;
    assert_eq!(session["name"], "Linh Tran, RN");
}

#[tokio::test]
async fn a_code_works_once_whichever_it_is() {
    let world = World::start().await;
    let (seed, paper) = set_up(&world, LINH, "linh").await;
    assert!(sign_in(&world, "linh", &code(&world, LINH, seed)).await.is_none(), "it set this up");
    world.clock.advance(STEP_MS);
    let fresh = code(&world, LINH, seed);
    assert!(sign_in(&world, "linh", &fresh).await.is_some());
    assert!(sign_in(&world, "linh", &fresh).await.is_none(), "replayed");
    assert!(sign_in(&world, "linh", &paper[3].to_uppercase()).await.is_some());
    assert!(sign_in(&world, "linh", &paper[3]).await.is_none());
    assert_eq!(paper.len(), 10);
}

#[tokio::test]
async fn a_wrong_name_passphrase_or_code_get_one_answer_and_use_up_nothing() {
    let world = World::start().await;
    let (seed, paper) = set_up(&world, LINH, "linh").await;
    world.clock.advance(STEP_MS);
    let right = code(&world, LINH, seed);
    let mut answers = Vec::new();
    for body in [
        proof("nobody", PASSPHRASE, &right),
        proof("linh", "heron teapot ladder quarts", &right),
        proof("linh", "heron teapot ladder quarts", &paper[0]),
        proof("linh", PASSPHRASE, "000000"),
        proof("linh", PASSPHRASE, "nothing"),
    ] {
        answers.push(ask(&world, "/clinic/api/sign-in", &body).await);
    }
    assert_eq!(answers[0].0, StatusCode::FORBIDDEN);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert!(sign_in(&world, "linh", &right).await.is_some());
    assert!(sign_in(&world, "linh", &paper[0]).await.is_some());
}

#[tokio::test]
async fn a_session_ends_when_nobody_touches_the_page_and_with_the_day() {
    let world = World::start().await;
    let (seed, _) = set_up(&world, LINH, "linh").await;
    world.clock.advance(STEP_MS);
    let nurse = sign_in(&world, "linh", &code(&world, LINH, seed)).await.unwrap();
    let is_open = async || world.ask(nurse.get("/clinic/api/queue")).await.status() == 200;
    world.clock.advance(CLINIC_IDLE_MS - 1);
    assert!(is_open().await);
    let stay = || with_json(nurse.request("POST", "/clinic/api/stay"), &json!({}));
    let mut quarters = 0;
    while world.ask(stay()).await.status() == StatusCode::NO_CONTENT {
        world.clock.advance(CLINIC_IDLE_MS - 1);
        quarters += 1;
    }
    assert_eq!(quarters, 4 * 12, "one long day");

    world.clock.advance(STEP_MS);
    let nurse = sign_in(&world, "linh", &code(&world, LINH, seed)).await.unwrap();
    world.clock.advance(CLINIC_IDLE_MS);
    // What the page asks by itself kept nothing open.
    assert_eq!(world.ask(nurse.get("/clinic/api/queue")).await.status(), 401);
}

#[tokio::test]
async fn what_an_administrator_does_needs_a_code_of_the_last_minutes() {
    let world = World::start().await;
    let (seed, _) = set_up(&world, ADMIN, "sam.admin").await;
    let admin = world.sign_in_staff(ADMIN).await;
    let staff = async || world.ask_json(admin.get("/clinic/api/staff")).await;
    let (status, problem) = staff().await;
    assert_eq!(
        (status.as_u16(), &problem["type"]),
        (403, &json!("urn:satchel:problem:code-needed"))
    );
    let give = async |code: &str| {
        let body = json!({ "code": code });
        world.ask(with_json(admin.request("POST", "/clinic/api/code"), &body)).await.status()
    };
    assert_eq!(give("000000").await, 403);
    world.clock.advance(STEP_MS);
    assert_eq!(give(&code(&world, ADMIN, seed)).await, 204);
    let (status, lines) = staff().await;
    assert_eq!((status.as_u16(), lines.as_array().unwrap().len()), (200, 2));
    world.clock.advance(PROVEN_MS);
    assert_eq!(staff().await.0, 403);
}

#[tokio::test]
async fn whoever_works_here_no_longer_is_out_at_once() {
    let world = World::start().await;
    let (seed, _) = set_up(&world, LINH, "linh").await;
    let nurse = world.sign_in_staff(LINH).await;
    let at = world.app.now();
    let (role, prescribes) = (Role::Nurse, false);
    let change = StaffChange { account: LINH, role, prescribes, ended: true, at };
    world.store.change_staff(change).await.unwrap();
    assert_eq!(world.ask(nurse.get("/clinic/api/queue")).await.status(), 401);
    world.clock.advance(STEP_MS);
    assert!(sign_in(&world, "linh", &code(&world, LINH, seed)).await.is_none());
}

#[tokio::test]
async fn a_page_that_shows_another_name_than_the_browsers_cookie_says_is_answered_nothing() {
    let world = World::start().await;
    let nurse = world.sign_in_staff(LINH).await;
    let queue = async |page: String| {
        let request = nurse.request("GET", "/clinic/api/queue").header("satchel-staff", page);
        world.ask(request.body(Body::empty()).unwrap()).await.status().as_u16()
    };
    assert_eq!(queue(LINH.to_string()).await, 200);
    assert_eq!(queue(ADMIN.to_string()).await, 401);
    assert_eq!(queue(String::new()).await, 401);
}

#[tokio::test]
async fn guesses_end_for_known_and_unknown_names_alike() {
    let world = World::start().await;
    set_up(&world, LINH, "linh").await;
    for name in ["linh", "nobody"] {
        let mut tries = 0;
        let status = loop {
            let (status, _) = ask(&world, "/clinic/api/sign-in", &proof(name, "wrong", "1")).await;
            if status != StatusCode::FORBIDDEN {
                break status;
            }
            tries += 1;
        };
        assert_eq!((tries, status), (10, StatusCode::TOO_MANY_REQUESTS), "{name}");
    }
    let empty = request("POST", "/clinic/api/sign-in").body(Body::empty()).unwrap();
    assert_eq!(world.ask(empty).await.status(), StatusCode::BAD_REQUEST);
}
