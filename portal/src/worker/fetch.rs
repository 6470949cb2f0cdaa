//! The few plain requests beside the socket: who is signed in, a ticket for the socket, and the
//! exchange of an invitation.

use gloo_net::http::{Request, RequestBuilder, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::session::Profile;
use crate::bridge::NotActivated;

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

/// Answers the slot of the new account.
pub async fn activate(secret: &str, birth_date: &str) -> Result<String, NotActivated> {
    #[derive(Deserialize)]
    struct Activated {
        slot: String,
    }
    let body = serde_json::json!({ "secret": secret, "birth_date": birth_date });
    let request = Request::post("/api/activate").header("content-type", "application/json");
    let request = request.body(body.to_string()).map_err(|_| NotActivated::NeedsConnection)?;
    let response = request.send().await.map_err(|_| NotActivated::NeedsConnection)?;
    match response.status() {
        200 => {
            let activated: Result<Activated, _> = response.json().await;
            activated.map(|one| one.slot).map_err(|_| NotActivated::NeedsConnection)
        }
        410 => Err(NotActivated::Ended),
        429 => Err(NotActivated::TooManyTries),
        400..=499 => Err(NotActivated::NotRecognised),
        _ => Err(NotActivated::NeedsConnection),
    }
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
