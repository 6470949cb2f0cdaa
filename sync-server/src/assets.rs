//! Serves the portal's files: from a folder while it is worked on, or from inside the binary.
//!
//! Each path of a patient's screen answers the one page; a file that does not exist answers 404 and
//! never that page, which would be run as a script or kept as an image.

#[cfg(feature = "embedded-portal")]
mod embedded;
mod encoding;

use std::borrow::Cow;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};

use encoding::Encoding;

/// A hashed name means its content for good.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// Everything else is asked for again each time; the entity tag makes that cheap.
const ASK_AGAIN: &str = "no-cache";
/// What takes the service worker's place when the portal is withdrawn from devices.
const WITHDRAWN: &[u8] = include_bytes!("assets/withdrawn.js");

/// Where the portal's files are, and whether devices may keep them.
#[derive(Debug, Clone)]
pub struct PortalSource {
    files: Files,
    withdrawn: bool,
}

#[derive(Debug, Clone)]
enum Files {
    Folder(PathBuf),
    #[cfg(feature = "embedded-portal")]
    Embedded,
}

impl PortalSource {
    /// The files that `cargo xtask build` wrote; read at each request, so a new build shows at once.
    pub fn folder(folder: PathBuf) -> Self {
        Self { files: Files::Folder(folder), withdrawn: false }
    }

    /// The files inside this binary.
    #[cfg(feature = "embedded-portal")]
    pub fn embedded() -> Self {
        Self { files: Files::Embedded, withdrawn: false }
    }

    /// The kill switch: with `true`, devices drop the stored portal at their next contact and work
    /// over the network only. What people wrote lies elsewhere and stays.
    pub fn withdrawn(self, withdrawn: bool) -> Self {
        Self { withdrawn, ..self }
    }

    /// Whether there is a portal to serve, so that a wrong folder is found at the start.
    pub async fn is_there(&self) -> bool {
        matches!(self.read("index.html").await, Ok(Some(_)))
    }

    async fn read(&self, path: &str) -> std::io::Result<Option<Cow<'static, [u8]>>> {
        match &self.files {
            Files::Folder(folder) => match tokio::fs::read(folder.join(path)).await {
                Ok(bytes) => Ok(Some(Cow::Owned(bytes))),
                Err(error) if is_no_file(error.kind()) => Ok(None),
                Err(error) => Err(error),
            },
            #[cfg(feature = "embedded-portal")]
            Files::Embedded => Ok(embedded::find(path).map(Cow::Borrowed)),
        }
    }
}

/// What a folder says of a name that none of its files can have: not there, below a file, a folder, or
/// longer than names may be.
fn is_no_file(kind: ErrorKind) -> bool {
    use ErrorKind::{InvalidFilename, IsADirectory, NotADirectory, NotFound};
    matches!(kind, NotFound | NotADirectory | IsADirectory | InvalidFilename)
}

/// Answers every path that no other route takes.
pub fn router(portal: PortalSource) -> Router {
    Router::new().fallback(answer).with_state(Arc::new(portal))
}

async fn answer(
    State(portal): State<Arc<PortalSource>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let place = place(uri.path());
    if place == Place::Nothing {
        return StatusCode::NOT_FOUND.into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let path = match place {
        Place::ClinicWithoutSlash => return Redirect::permanent("/clinic/").into_response(),
        Place::Page => "index.html",
        Place::Clinic => "clinic/index.html",
        Place::Office => "clinic/office/index.html",
        Place::Viewer => "shl/index.html",
        Place::File(path) => path,
        Place::Nothing => return StatusCode::NOT_FOUND.into_response(),
    };
    match found(&portal, path, &headers).await {
        Ok(Some(response)) if method == Method::HEAD => without_body(response),
        Ok(Some(response)) => response,
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        // The file's path and the cause are not for the person who asked.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What a path means.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    /// A patient's screen, deep links included.
    Page,
    Clinic,
    /// Of the clinic's two pages the one away from the inbox.
    Office,
    /// Opens a link that shares a record.
    Viewer,
    /// Relative links of the staff's page need the slash.
    ClinicWithoutSlash,
    File(&'a str),
    /// Not ours to answer: an unknown route of an API, or a path no file can have.
    Nothing,
}

fn place(path: &str) -> Place<'_> {
    let path = path.trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    if matches!(first, "api" | "demo" | "fhir" | "healthz" | "readyz" | "metrics")
        || first.starts_with('.')
        || path == "clinic/api"
        || path.starts_with("clinic/api/")
    {
        Place::Nothing
    } else if first == "assets" || last.contains('.') {
        if path.split('/').all(is_file_name) { Place::File(path) } else { Place::Nothing }
    } else if path == "clinic" {
        Place::ClinicWithoutSlash
    } else if path == "clinic/office" || path.starts_with("clinic/office/") {
        Place::Office
    } else if first == "shl" {
        // What stands below it is asked of the server.
        if matches!(path, "shl" | "shl/") { Place::Viewer } else { Place::Nothing }
    } else if first == "clinic" {
        Place::Clinic
    } else {
        Place::Page
    }
}

/// Only the names that our build gives: nothing hidden, nothing that climbs, nothing encoded.
fn is_file_name(segment: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !segment.is_empty() && !segment.starts_with('.') && segment.bytes().all(plain)
}

async fn found(
    portal: &PortalSource,
    path: &str,
    headers: &HeaderMap,
) -> std::io::Result<Option<Response>> {
    let Some(media_type) = media_type(path) else {
        return Ok(None);
    };
    if portal.withdrawn && path == "service-worker.js" {
        return Ok(Some(response(path, media_type, Encoding::Plain, WITHDRAWN.into(), headers)));
    }
    for encoding in encoding::accepted(headers) {
        let variant = format!("{path}{}", encoding.suffix());
        if let Some(bytes) = portal.read(&variant).await? {
            return Ok(Some(response(path, media_type, encoding, bytes, headers)));
        }
    }
    Ok(None)
}

fn response(
    path: &str,
    media_type: &'static str,
    encoding: Encoding,
    bytes: Cow<'static, [u8]>,
    asked: &HeaderMap,
) -> Response {
    let tag = entity_tag(&bytes);
    let cache = if path.starts_with("assets/") { FOR_GOOD } else { ASK_AGAIN };
    let mut response = if is_known(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = match bytes {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        };
        let mut response = Response::new(body);
        if let Some(name) = encoding.name() {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).expect("hex is a header value"));
    response
}

/// Of the bytes that travel, so each encoding has its own.
fn entity_tag(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// Whether the asker holds these bytes already (RFC 9110, section 13.1.2: weak comparison).
fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter();
    known.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|known| {
        let known = known.trim();
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
    })
}

/// A `HEAD` answer says everything that `GET` would, length included.
fn without_body(mut response: Response) -> Response {
    let length = axum::body::HttpBody::size_hint(response.body()).exact();
    if let Some(length) = length.filter(|_| response.status() == StatusCode::OK) {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    *response.body_mut() = Body::empty();
    response
}

/// The types of everything the portal has; another ending is not a file of ours.
fn media_type(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        // A program that the portal's own script unpacks.
        "packed" => "application/octet-stream",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
