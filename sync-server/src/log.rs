//! The log: one line an event, to the standard error. It holds times, request ids, actions, states
//! and durations. It never holds names, codes, free text, tokens, bodies, addresses or ids of
//! people and records: `Line` has no field that could take one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use shared::id::Rng;

use crate::error::Error;
use crate::world::{Clock, OsRng};

/// Something worth a line.
pub enum Line<'a> {
    Started {
        port: u16,
    },
    Stopping,
    Stopped,
    /// `route` is the pattern of the path, never the path.
    Request {
        id: &'a str,
        method: &'a str,
        route: &'a str,
        status: u16,
        millis: u128,
    },
    /// The cause of a failure, from the store or the operating system.
    Failed {
        id: &'a str,
        what: &'static str,
        cause: &'a dyn std::fmt::Display,
    },
    Socket {
        id: &'a str,
        what: &'static str,
    },
    /// Somebody has to look.
    Alarm {
        what: &'static str,
    },
}

/// From now on a panic says where it was, and never its words: they may hold what somebody wrote.
pub fn panics() {
    std::panic::set_hook(Box::new(|panic| {
        let at = Clock::System.now().millis();
        match panic.location() {
            Some(place) => eprintln!("{at} panicked at {}:{}", place.file(), place.line()),
            None => eprintln!("{at} panicked"),
        }
    }));
}

/// Whether everyday lines are left out.
static IS_QUIET: AtomicBool = AtomicBool::new(false);

/// From now on only what goes wrong is written.
pub fn be_quiet() {
    IS_QUIET.store(true, Ordering::Relaxed);
}

/// Writes one line.
pub fn line(line: &Line<'_>) {
    let at = Clock::System.now().millis();
    let is_everyday = match line {
        Line::Request { status, .. } => *status < 500,
        Line::Socket { .. } => true,
        Line::Started { .. } | Line::Stopping | Line::Stopped => false,
        Line::Failed { .. } | Line::Alarm { .. } => false,
    };
    if is_everyday && IS_QUIET.load(Ordering::Relaxed) {
        return;
    }
    match line {
        Line::Started { port } => eprintln!("{at} started port={port}"),
        Line::Stopping => eprintln!("{at} stopping"),
        Line::Stopped => eprintln!("{at} stopped"),
        Line::Request { id, method, route, status, millis } => {
            eprintln!("{at} request id={id} {method} {route} status={status} ms={millis}");
        }
        Line::Failed { id, what, cause } => eprintln!("{at} failed id={id} {what}: {cause}"),
        Line::Alarm { what } => eprintln!("{at} alarm {what}"),
        Line::Socket { id, what } => eprintln!("{at} socket id={id} {what}"),
    }
}

/// The id of a request: in the log, and in the answer so that a person can quote it.
#[derive(Clone)]
pub struct RequestId(pub Arc<str>);

impl RequestId {
    pub fn fresh() -> Self {
        let mut bytes = [0; 6];
        OsRng.fill(&mut bytes);
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// One line for each request, and its id in the answer. What the client sent as an id is ignored.
pub async fn requests(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::fresh();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions().get::<Arc<Error>>()
        && let Error::Store(cause) = &**error
    {
        let deepest = std::error::Error::source(cause).map_or_else(String::new, |e| e.to_string());
        let cause = format!("{cause}: {deepest}");
        line(&Line::Failed { id: &id.0, what: "store", cause: &cause });
    }
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    // Files of the portal are many and say nothing.
    if route != "-" || response.status().is_server_error() {
        line(&Line::Request {
            id: &id.0,
            method: method.as_str(),
            route,
            status: response.status().as_u16(),
            millis: started.elapsed().as_millis(),
        });
    }
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
