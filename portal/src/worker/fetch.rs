//! The few plain requests beside the socket: who is signed in, a ticket for the socket, and what has to
//! do with accounts.

use gloo_net::http::{Request, RequestBuilder, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::vault::{SALT_BYTES, Salt};

use super::session::Profile;
use crate::bridge::Denied;

/// Names the account's cookie among those of this browser.
const SLOT_HEADER: &str = "satchel-slot";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// The server knows nobody here.
    SignedOut,
    /// No server, or something else that answered in its place.
    Unreachable,
}

pub async fn profile(slot: &str) -> Result<Profile, NoAnswer> {
    json(Request::get("/api/session").header(SLOT_HEADER, slot)).await
}

pub async fn ticket(slot: &str) -> Result<String, NoAnswer> {
    #[derive(Deserialize)]
    struct Ticket {
        ticket: String,
    }
    let ticket: Ticket = json(Request::post("/api/ticket").header(SLOT_HEADER, slot)).await?;
    Ok(ticket.ticket)
}

/// Whether an invitation would hold.
pub async fn invitation(secret: &str, birth_date: &str) -> Result<(), Denied> {
    let body = serde_json::json!({ "secret": secret, "birth_date": birth_date });
    post("/api/invitation", &body).await.map(drop)
}

/// Answers the slot of the new account.
pub async fn activate(
    secret: &str,
    birth_date: &str,
    name: &str,
    authentication: &[u8],
) -> Result<String, Denied> {
    let body = serde_json::json!({
        "secret": secret,
        "birth_date": birth_date,
        "name": name,
        "authentication": hex(authentication),
    });
    slot(post("/api/activate", &body).await?).await
}

/// With what the passphrase of this name is stretched.
pub async fn salt(name: &str) -> Result<Salt, Denied> {
    #[derive(Deserialize)]
    struct Salted {
        salt: String,
    }
    let response = post("/api/salt", &serde_json::json!({ "name": name })).await?;
    let salted: Salted = response.json().await.map_err(|_| Denied::NeedsConnection)?;
    let digits = |place: usize| salted.salt.get(2 * place..2 * place + 2);
    let byte = |place| digits(place).and_then(|two| u8::from_str_radix(two, 16).ok());
    let bytes: Option<Vec<u8>> = (0..SALT_BYTES).map(byte).collect();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(Denied::NeedsConnection)
}

/// Answers the slot of a new session.
pub async fn sign_in(name: &str, authentication: &[u8]) -> Result<String, Denied> {
    let body = serde_json::json!({ "name": name, "authentication": hex(authentication) });
    slot(post("/api/sign-in", &body).await?).await
}

pub async fn change_passphrase(slot: &str, now: &[u8], new: &[u8]) -> Result<(), Denied> {
    let body = serde_json::json!({ "now": hex(now), "new": hex(new) });
    let request = Request::post("/api/passphrase").header(SLOT_HEADER, slot);
    send(request, &body).await.map(drop)
}

/// Ends the session at the clinic; true if it is over there.
pub async fn end_session(slot: &str) -> bool {
    let response = Request::delete("/api/session").header(SLOT_HEADER, slot).send().await;
    response.is_ok_and(|response| matches!(response.status(), 204 | 401))
}

/// A file of this release.
pub async fn text(url: &str) -> Option<String> {
    let response = Request::get(url).send().await.ok()?;
    if response.ok() { response.text().await.ok() } else { None }
}

async fn slot(response: Response) -> Result<String, Denied> {
    #[derive(Deserialize)]
    struct Opened {
        slot: String,
    }
    let opened: Opened = response.json().await.map_err(|_| Denied::NeedsConnection)?;
    Ok(opened.slot)
}

async fn post(path: &str, body: &Value) -> Result<Response, Denied> {
    send(Request::post(path), body).await
}

async fn send(request: RequestBuilder, body: &Value) -> Result<Response, Denied> {
    #[derive(Deserialize)]
    struct Problem {
        #[serde(rename = "type")]
        kind: String,
    }
    let request = request.header("content-type", "application/json").body(body.to_string());
    let request = request.map_err(|_| Denied::NeedsConnection)?;
    let response = request.send().await.map_err(|_| Denied::NeedsConnection)?;
    if response.ok() {
        return Ok(response);
    }
    // Whatever is not a problem of ours is not our server.
    let problem: Problem = response.json().await.map_err(|_| Denied::NeedsConnection)?;
    Err(match problem.kind.trim_start_matches("urn:satchel:problem:") {
        "invitation-not-recognized" => Denied::InvitationNotRecognised,
        "invitation-ended" => Denied::InvitationEnded,
        "too-many-tries" => Denied::TooManyTries,
        "name-taken" => Denied::NameTaken,
        "sign-in-not-recognized" => Denied::NotRecognised,
        _ => Denied::NeedsConnection,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn json<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, NoAnswer> {
    let response: Response = request.send().await.map_err(|_| NoAnswer::Unreachable)?;
    match response.status() {
        // The page of a captive portal is no JSON of ours.
        200 => response.json().await.map_err(|_| NoAnswer::Unreachable),
        401 => Err(NoAnswer::SignedOut),
        _ => Err(NoAnswer::Unreachable),
    }
}
