//! What stands before every route: requests that change something, or that open a socket, come from
//! our own pages.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::Error;
use crate::state::App;

/// Browsers say where a request comes from and cannot be made to lie about it. One that says
/// nothing did not come from our pages.
pub async fn same_origin(State(app): State<App>, request: Request, next: Next) -> Response {
    let harmless = matches!(*request.method(), Method::GET | Method::HEAD)
        && !request.headers().contains_key(header::UPGRADE);
    if harmless || is_own(&app, request.headers()) || is_program(&request) || is_link(&request) {
        return next.run(request).await;
    }
    Error::WrongOrigin.into_response()
}

/// The EHR is no browser: it says no origin, and its token does not come along by itself.
fn is_program(request: &Request) -> bool {
    let path = request.uri().path();
    let is_fhir = path == "/fhir" || path.starts_with("/fhir/");
    is_fhir && !request.headers().contains_key(header::ORIGIN)
}

/// A viewer of any site asks what a link opens. No cookie says anything there.
fn is_link(request: &Request) -> bool {
    request.uri().path().starts_with(crate::shares::PREFIX)
}

fn is_own(app: &App, headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    origin.is_some_and(|origin| app.is_own_origin(origin))
}
