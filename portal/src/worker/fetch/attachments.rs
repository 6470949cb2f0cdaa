//! Photos to the clinic and from it, in pieces: a line that breaks costs one. What is there already is
//! not sent again.

use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use shared::attachment::{ATTACHMENT_BYTES_MAX, AttachmentName, MediaType, PIECE_BYTES, pieces};
use shared::id::PatientId;
use shared::json;
use shared::sync::device::NotBrought;
use shared::wire::WhyRefused;
use wasm_bindgen::JsValue;

use super::{SLOT_HEADER, problem, read};

/// Why a photo does not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFetched {
    Unreachable,
    /// It is not there, or not what it should be.
    Gone,
}

/// What is there of it at the clinic.
#[derive(Deserialize)]
struct There {
    has: usize,
    whole: bool,
}

/// All of it, from the first piece on that is not there. Nothing is sent if this device has it not.
pub async fn bring(
    slot: &str,
    patient: PatientId,
    name: AttachmentName,
    content: Option<Vec<u8>>,
) -> Result<(), NotBrought> {
    let path = path(patient, name);
    let Some(content) = content else {
        return is_there(slot, &path).await;
    };
    let media = MediaType::ALL.into_iter().find(|media| media.begins(&content));
    let Some(media) = media else {
        return Err(NotBrought::Refused(WhyRefused::NotAttached));
    };
    #[derive(Serialize)]
    struct Begins {
        size: usize,
        media: &'static str,
    }
    let body = json::to_text(&Begins { size: content.len(), media: media.text() });
    let request = Request::post(&path).header("content-type", "application/json");
    let mut there = ask(slot, request, body.into(), Some(WhyRefused::NotAllowed)).await?;
    for _ in 0..pieces(content.len()) {
        if there.whole {
            return Ok(());
        }
        // A clinic that counts otherwise is asked again later.
        let piece = content.chunks(PIECE_BYTES).nth(there.has).ok_or(NotBrought::Later)?;
        let request = Request::post(&format!("{path}/{}", there.has));
        there = ask(slot, request, Uint8Array::from(piece).into(), None).await?;
    }
    if there.whole { Ok(()) } else { Err(NotBrought::Later) }
}

/// `unknown`: what it means that the clinic knows nothing of it. A piece is unknown when what was begun
/// has made room for others; then it is begun again.
async fn ask(
    slot: &str,
    request: RequestBuilder,
    body: JsValue,
    unknown: Option<WhyRefused>,
) -> Result<There, NotBrought> {
    let request = request.header(SLOT_HEADER, slot).body(body).map_err(later)?;
    let response = request.send().await.map_err(later)?;
    if response.ok() {
        return read(response).await.ok_or(NotBrought::Later);
    }
    // Whatever is no problem of ours is not our server.
    let why = match problem(response).await.as_deref() {
        Some("record-full") => Some(WhyRefused::NoRoom),
        Some("attachment-refused" | "too-large") => Some(WhyRefused::NotAttached),
        Some("not-found") => unknown,
        Some(_) | None => None,
    };
    Err(why.map_or(NotBrought::Later, NotBrought::Refused))
}

async fn is_there(slot: &str, path: &str) -> Result<(), NotBrought> {
    match get(slot, path).await {
        Ok(_) => Ok(()),
        Err(NotFetched::Gone) => Err(NotBrought::Refused(WhyRefused::NotAttached)),
        Err(NotFetched::Unreachable) => Err(NotBrought::Later),
    }
}

/// All of it, and what its name says.
pub async fn fetch(
    slot: &str,
    patient: PatientId,
    name: AttachmentName,
) -> Result<Vec<u8>, NotFetched> {
    #[derive(Deserialize)]
    struct Shown {
        size: usize,
    }
    let path = path(patient, name);
    let shown: Shown = read(get(slot, &path).await?).await.ok_or(NotFetched::Unreachable)?;
    if shown.size > ATTACHMENT_BYTES_MAX {
        return Err(NotFetched::Gone);
    }
    let mut content = Vec::new();
    for piece in 0..pieces(shown.size) {
        let response = get(slot, &format!("{path}/{piece}")).await?;
        content.extend(response.binary().await.map_err(|_| NotFetched::Unreachable)?);
    }
    if AttachmentName::of(patient, &content) == name { Ok(content) } else { Err(NotFetched::Gone) }
}

async fn get(slot: &str, path: &str) -> Result<Response, NotFetched> {
    let response = Request::get(path).header(SLOT_HEADER, slot).send().await;
    let response = response.map_err(|_| NotFetched::Unreachable)?;
    if response.ok() {
        return Ok(response);
    }
    match problem(response).await.as_deref() {
        Some("not-found") => Err(NotFetched::Gone),
        Some(_) | None => Err(NotFetched::Unreachable),
    }
}

fn path(patient: PatientId, name: AttachmentName) -> String {
    format!("/api/records/{patient}/attachments/{}", name.text())
}

fn later<T>(_: T) -> NotBrought {
    NotBrought::Later
}
