//! The links that share a record, at the clinic's server.

use gloo_net::http::Request;
use serde::Serialize;
use shared::id::PatientId;
use shared::json;
use shared::view::shares::ShareLine;

use super::{NoAnswer, SLOT_HEADER, asked, send};
use crate::bridge::Denied;

pub async fn list(slot: &str, patient: PatientId) -> Result<Vec<ShareLine>, NoAnswer> {
    asked(Request::get(&path(patient, "")).header(SLOT_HEADER, slot)).await
}

/// What the person chose, and what was sealed here.
#[derive(Serialize)]
pub struct Terms {
    pub file: String,
    pub passcode: Option<String>,
    pub uses: u32,
    pub lasts_ms: i64,
}

pub async fn make(
    slot: &str,
    patient: PatientId,
    share: &str,
    terms: &Terms,
) -> Result<(), Denied> {
    let request = Request::post(&path(patient, share)).header(SLOT_HEADER, slot);
    send(request, json::to_text(terms)).await.map(drop)
}

pub async fn stop(slot: &str, patient: PatientId, share: &str) -> Result<(), Denied> {
    let request = Request::delete(&path(patient, share)).header(SLOT_HEADER, slot);
    let response = request.send().await.map_err(|_| Denied::NeedsConnection)?;
    response.ok().then_some(()).ok_or(Denied::NeedsConnection)
}

fn path(patient: PatientId, share: &str) -> String {
    let slash = if share.is_empty() { "" } else { "/" };
    format!("/api/records/{patient}/shares{slash}{share}")
}
