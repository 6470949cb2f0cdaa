//! The few plain requests beside the socket: who is signed in, a ticket for the socket, and what has to
//! do with accounts.

pub mod attachments;
pub mod requests;
pub mod shares;

use gloo_net::http::{Request, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::id::DeviceId;
use shared::json;
use shared::vault::{SALT_BYTES, Salt};
use shared::view::devices::DeviceLine;

use super::session::Profile;
use crate::bridge::{Denied, Devices, PasskeyLine};

/// Names the account's cookie among those of this browser.
const SLOT_HEADER: &str = "satchel-slot";
const DEVICE_ENDED: &str = "device-ended";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// The server knows nobody here.
    SignedOut,
    /// Somebody ended this device's access.
    DeviceEnded,
    /// No server, or something else that answered in its place.
    Unreachable,
}

pub async fn profile(slot: &str) -> Result<Profile, NoAnswer> {
    asked(Request::get("/api/session").header(SLOT_HEADER, slot)).await
}

pub async fn ticket(slot: &str) -> Result<String, NoAnswer> {
    #[derive(Deserialize)]
    struct Ticket {
        ticket: String,
    }
    let ticket: Ticket = asked(Request::post("/api/ticket").header(SLOT_HEADER, slot)).await?;
    Ok(ticket.ticket)
}

/// Whether an invitation would hold.
pub async fn invitation(secret: &str, birth_date: &str) -> Result<(), Denied> {
    #[derive(Serialize)]
    struct Invited<'a> {
        secret: &'a str,
        birth_date: &'a str,
    }
    let body = json::to_text(&Invited { secret, birth_date });
    post("/api/invitation", body).await.map(drop)
}

/// Answers the slot of the new account.
pub async fn activate(
    secret: &str,
    birth_date: &str,
    name: &str,
    authentication: &[u8],
    brief: bool,
) -> Result<String, Denied> {
    #[derive(Serialize)]
    struct Activation<'a> {
        secret: &'a str,
        birth_date: &'a str,
        name: &'a str,
        authentication: String,
        brief: bool,
    }
    let authentication = hex(authentication);
    let body = json::to_text(&Activation { secret, birth_date, name, authentication, brief });
    slot(post("/api/activate", body).await?).await
}

/// With what the passphrase of this name is stretched.
pub async fn salt(name: &str) -> Result<Salt, Denied> {
    #[derive(Serialize)]
    struct Named<'a> {
        name: &'a str,
    }
    #[derive(Deserialize)]
    struct Salted {
        salt: String,
    }
    let response = post("/api/salt", json::to_text(&Named { name })).await?;
    let salted: Salted = read(response).await.ok_or(Denied::NeedsConnection)?;
    let digits = |place: usize| salted.salt.get(2 * place..2 * place + 2);
    let byte = |place| digits(place).and_then(|two| u8::from_str_radix(two, 16).ok());
    let bytes: Option<Vec<u8>> = (0..SALT_BYTES).map(byte).collect();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(Denied::NeedsConnection)
}

/// Answers the slot of a new session: the one that is given, if it is one of this account.
pub async fn sign_in(
    name: &str,
    authentication: &[u8],
    slot_before: Option<&str>,
    brief: bool,
) -> Result<String, Denied> {
    #[derive(Serialize)]
    struct Entering<'a> {
        name: &'a str,
        authentication: String,
        slot: Option<&'a str>,
        brief: bool,
    }
    let authentication = hex(authentication);
    let body = json::to_text(&Entering { name, authentication, slot: slot_before, brief });
    slot(post("/api/sign-in", body).await?).await
}

pub async fn change_passphrase(slot: &str, now: &[u8], new: &[u8]) -> Result<(), Denied> {
    #[derive(Serialize)]
    struct Change {
        now: String,
        new: String,
    }
    let body = json::to_text(&Change { now: hex(now), new: hex(new) });
    let request = Request::post("/api/passphrase").header(SLOT_HEADER, slot);
    send(request, body).await.map(drop)
}

/// One step with a passkey, in this slot or in none yet. Answers what was answered.
pub async fn passkey(path: &str, slot: Option<&str>, body: String) -> Result<String, Denied> {
    let request = Request::post(path);
    let request = match slot {
        Some(slot) => request.header(SLOT_HEADER, slot),
        None => request,
    };
    send(request, body).await?.text().await.map_err(|_| Denied::NeedsConnection)
}

pub async fn passkeys(slot: &str) -> Result<Vec<PasskeyLine>, Denied> {
    let asked = asked(Request::get("/api/passkeys").header(SLOT_HEADER, slot)).await;
    asked.map_err(|_| Denied::NeedsConnection)
}

pub async fn remove_passkey(slot: &str, passkey: &str) -> Result<(), Denied> {
    let request = Request::delete(&format!("/api/passkeys/{passkey}")).header(SLOT_HEADER, slot);
    let response = request.send().await.map_err(|_| Denied::NeedsConnection)?;
    // One that is gone already is as good as removed.
    matches!(response.status(), 204 | 404).then_some(()).ok_or(Denied::NeedsConnection)
}

/// Ends the session at the clinic; true if it is over there.
pub async fn end_session(slot: &str) -> bool {
    let response = Request::delete("/api/session").header(SLOT_HEADER, slot).send().await;
    response.is_ok_and(|response| matches!(response.status(), 204 | 401))
}

/// The devices of this slot's account, once that is done.
pub async fn devices(slot: &str, what: &Devices) -> Result<Vec<DeviceLine>, NoAnswer> {
    #[derive(Serialize)]
    struct Called<'a> {
        name: &'a str,
    }
    let path = |device: &DeviceId| format!("/api/devices/{device}");
    let to = |request: RequestBuilder| request.header(SLOT_HEADER, slot);
    match what {
        Devices::Look => asked(to(Request::get("/api/devices"))).await,
        Devices::End { device } => asked(to(Request::delete(&path(device)))).await,
        Devices::Name { device, name } => {
            let request = to(Request::post(&path(device)));
            let request = request.header("content-type", "application/json");
            let request = request.body(json::to_text(&Called { name }));
            answered(request.map_err(|_| NoAnswer::Unreachable)?.send().await).await
        }
    }
}

/// A file of this release.
pub async fn text(url: &str) -> Option<String> {
    let response = Request::get(url).send().await.ok()?;
    if response.ok() { response.text().await.ok() } else { None }
}

/// A new session.
#[derive(Deserialize)]
pub struct Entered {
    pub slot: String,
    /// What another device sealed for this one, where a passkey signed in.
    #[serde(default)]
    pub carried: Option<String>,
}

async fn slot(response: Response) -> Result<String, Denied> {
    let entered: Entered = read(response).await.ok_or(Denied::NeedsConnection)?;
    Ok(entered.slot)
}

async fn post(path: &str, body: String) -> Result<Response, Denied> {
    send(Request::post(path), body).await
}

async fn send(request: RequestBuilder, body: String) -> Result<Response, Denied> {
    let request = request.header("content-type", "application/json").body(body);
    let request = request.map_err(|_| Denied::NeedsConnection)?;
    let response = request.send().await.map_err(|_| Denied::NeedsConnection)?;
    if response.ok() {
        return Ok(response);
    }
    // Whatever is not a problem of ours is not our server.
    let problem = problem(response).await.ok_or(Denied::NeedsConnection)?;
    Err(match problem.as_str() {
        "invitation-not-recognized" => Denied::InvitationNotRecognised,
        "invitation-ended" => Denied::InvitationEnded,
        "too-many-tries" => Denied::TooManyTries,
        "name-taken" => Denied::NameTaken,
        "sign-in-not-recognized" => Denied::NotRecognised,
        DEVICE_ENDED => Denied::DeviceEnded,
        "passkey-refused" => Denied::NoPasskey,
        "record-full" => Denied::TooManyLinks,
        _ => Denied::NeedsConnection,
    })
}

/// The word for what went wrong; nothing if our server did not say it.
async fn problem(response: Response) -> Option<String> {
    #[derive(Deserialize)]
    struct Problem {
        #[serde(rename = "type")]
        kind: String,
    }
    let problem: Problem = read(response).await?;
    problem.kind.strip_prefix("urn:satchel:problem:").map(str::to_owned)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The core's reader is in this program already; the usual one would come with it for these alone.
async fn read<T: DeserializeOwned>(response: Response) -> Option<T> {
    json::from_text(&response.text().await.ok()?)
}

async fn asked<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, NoAnswer> {
    answered(request.send().await).await
}

async fn answered<T: DeserializeOwned>(
    response: Result<Response, gloo_net::Error>,
) -> Result<T, NoAnswer> {
    let response = response.map_err(|_| NoAnswer::Unreachable)?;
    match response.status() {
        // The page of a captive portal is no JSON of ours.
        200 => read(response).await.ok_or(NoAnswer::Unreachable),
        401 if problem(response).await.as_deref() == Some(DEVICE_ENDED) => {
            Err(NoAnswer::DeviceEnded)
        }
        401 => Err(NoAnswer::SignedOut),
        _ => Err(NoAnswer::Unreachable),
    }
}
