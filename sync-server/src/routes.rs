//! The table of everything that can be asked of this server. A line is a method, a path and a
//! handler; who may is part of the handler's type.

pub mod activate;
pub mod attachments;
pub mod devices;
pub mod health;
pub mod line;
pub mod passkeys;
pub mod session;
pub mod shares;
pub mod shl;
pub mod sign_in;
pub mod sync;
pub mod ticket;

#[cfg(test)]
mod matrix;
#[cfg(test)]
mod tests;

use std::future::Future;

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::assets::PortalSource;
use crate::authorize::{Action, Authorized, Caller, CallerKind, Path, Resource};
use crate::clinic;
use crate::error::Error;
use crate::fhir;
use crate::headers::{self, Transport};
use crate::state::App;

/// All routes, patients' and staff's.
pub fn table() -> Vec<Route> {
    [patients(), links(), staff(), programs()].into_iter().flatten().collect()
}

/// Of patients and caregivers, and of whoever asks how the server is.
fn patients() -> Vec<Route> {
    vec![
        #[cfg(feature = "demo")]
        get("/demo/enter/{secret}", crate::demo::enter),
        get("/healthz", health::alive),
        get("/readyz", health::ready),
        post("/api/invitation", activate::ask),
        post("/api/activate", activate::activate),
        post("/api/salt", sign_in::salt),
        post("/api/sign-in", sign_in::open),
        post("/api/passphrase", sign_in::change),
        post("/api/passkey/challenge", passkeys::challenge),
        post("/api/passkey", passkeys::open),
        get("/api/passkeys", passkeys::list),
        post("/api/passkeys/challenge", passkeys::begin),
        post("/api/passkeys", passkeys::add),
        post("/api/passkeys/{passkey}", passkeys::rename),
        delete("/api/passkeys/{passkey}", passkeys::remove),
        get("/api/session", session::read),
        delete("/api/session", session::end),
        get("/api/devices", devices::list),
        post("/api/devices/{device}", devices::name),
        delete("/api/devices/{device}", devices::end),
        post("/api/ticket", ticket::issue),
        get("/api/sync", sync::open),
        post("/api/line", line::open),
        post("/api/line/{line}", line::say),
        post("/api/line/{line}/next", line::listen),
        post("/api/records/{patient}/attachments/{name}", attachments::begin),
        get("/api/records/{patient}/attachments/{name}", attachments::read),
        post("/api/records/{patient}/attachments/{name}/{piece}", attachments::put),
        get("/api/records/{patient}/attachments/{name}/{piece}", attachments::piece),
        get("/api/records/{patient}/shares", shares::list),
        post("/api/records/{patient}/shares/{share}", shares::make),
        delete("/api/records/{patient}/shares/{share}", shares::end),
    ]
}

/// Of whoever has a link that shares a record.
fn links() -> Vec<Route> {
    vec![
        post("/shl/{share}", shl::manifest),
        get("/shl/{share}", shl::direct),
        get("/shl/{share}/{place}", shl::fetch),
    ]
}

/// Of the clinic's page.
fn staff() -> Vec<Route> {
    vec![
        post("/clinic/api/sign-in", clinic::door::open),
        post("/clinic/api/passkey/challenge", clinic::passkeys::challenge),
        post("/clinic/api/passkey", clinic::passkeys::open),
        get("/clinic/api/passkeys", clinic::passkeys::list),
        post("/clinic/api/passkeys/challenge", clinic::passkeys::begin),
        post("/clinic/api/passkeys", clinic::passkeys::add),
        post("/clinic/api/passkeys/{passkey}", clinic::passkeys::rename),
        delete("/clinic/api/passkeys/{passkey}", clinic::passkeys::remove),
        post("/clinic/api/code", clinic::door::prove),
        post("/clinic/api/stay", clinic::door::stay),
        post("/clinic/api/link", clinic::set_up::ask),
        post("/clinic/api/set-up", clinic::set_up::set_up),
        get("/clinic/api/staff", clinic::staff::list),
        post("/clinic/api/staff", clinic::staff::add),
        post("/clinic/api/staff/{account}", clinic::staff::change),
        post("/clinic/api/staff/{account}/link", clinic::staff::link),
        get("/clinic/api/audit", clinic::staff::audit),
        get("/clinic/api/settings", clinic::settings::read),
        post("/clinic/api/settings", clinic::settings::change),
        get("/clinic/api/records/{patient}/attachments/{name}", attachments::read_at_clinic),
        get(
            "/clinic/api/records/{patient}/attachments/{name}/{piece}",
            attachments::piece_at_clinic,
        ),
        get("/clinic/api/session", clinic::session::read),
        delete("/clinic/api/session", clinic::session::end),
        get("/clinic/api/threads", clinic::threads::list),
        get("/clinic/api/threads/{patient}/{thread}", clinic::threads::read),
        post("/clinic/api/threads/{patient}/{thread}/replies", clinic::reply::write),
        get("/clinic/api/events", clinic::events::watch),
        get("/clinic/api/queue", clinic::desk::list::read),
        get("/clinic/api/colleagues", clinic::desk::list::colleagues),
        get("/clinic/api/items/{patient}/{item}", clinic::desk::item::read),
        post("/clinic/api/items/{patient}/{item}/notes", clinic::desk::item::note),
        get("/clinic/api/records/{patient}/context", clinic::context::read),
        get("/clinic/api/records", clinic::records::find),
        get("/clinic/api/records/{patient}", clinic::records::name),
        post("/clinic/api/records/{patient}/opening", clinic::relation::open),
        get("/clinic/api/records/{patient}/items", clinic::relation::items),
        post("/clinic/api/records/{patient}/invitation", clinic::records::invite),
        post("/clinic/api/records/{patient}/edits", clinic::desk::decide::write),
        get("/clinic/api/records/{patient}/devices", clinic::devices::list),
        post("/clinic/api/records/{patient}/devices/{device}/end", clinic::devices::end),
        get("/clinic/api/people", clinic::access::people),
        get("/clinic/api/records/{patient}/grants", clinic::access::list),
        post("/clinic/api/records/{patient}/grants", clinic::access::give),
        post("/clinic/api/records/{patient}/grants/{account}", clinic::access::narrow),
        delete("/clinic/api/records/{patient}/grants/{account}", clinic::access::end),
    ]
}

/// Of the clinic's own systems.
fn programs() -> Vec<Route> {
    vec![
        get("/fhir/metadata", fhir::api::metadata),
        get("/fhir/.well-known/smart-configuration", fhir::token::how),
        post("/fhir/token", fhir::token::token),
        post("/fhir", fhir::api::bundle),
        // Many write the base of an API with a slash.
        post("/fhir/", fhir::api::bundle),
        post("/fhir/import", fhir::api::import),
        get("/fhir/{kind}", fhir::reading::search),
        post("/fhir/{kind}", fhir::writing::create),
        put("/fhir/{kind}", fhir::writing::update_found),
        post("/fhir/{kind}/_search", fhir::reading::search_by_form),
        get("/fhir/{kind}/{id}", fhir::reading::one),
        put("/fhir/{kind}/{id}", fhir::writing::update),
        patch("/fhir/{kind}/{id}", fhir::writing::patch),
        get("/fhir/{kind}/{id}/_history", fhir::reading::history),
        get("/fhir/{kind}/{id}/_history/{version}", fhir::reading::version),
        get("/fhir/{kind}/{id}/$everything", fhir::reading::everything),
        get("/fhir/{kind}/{id}/$summary", fhir::reading::summarized),
    ]
}

/// One line of the table.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    /// What it does, as the log and the tests call it.
    pub action: &'static str,
    pub caller: CallerKind,
    handler: MethodRouter<App>,
}

pub fn get<A, R, B, H, F, T>(path: &'static str, handler: H) -> Route
where
    A: Action<R>,
    R: Resource,
    B: FromRequest<App, Rejection = Error> + Send + 'static,
    H: Fn(Authorized<A, R>, B) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
    T: IntoResponse + 'static,
{
    route(Method::GET, MethodFilter::GET, path, handler)
}

pub fn post<A, R, B, H, F, T>(path: &'static str, handler: H) -> Route
where
    A: Action<R>,
    R: Resource,
    B: FromRequest<App, Rejection = Error> + Send + 'static,
    H: Fn(Authorized<A, R>, B) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
    T: IntoResponse + 'static,
{
    route(Method::POST, MethodFilter::POST, path, handler)
}

pub fn put<A, R, B, H, F, T>(path: &'static str, handler: H) -> Route
where
    A: Action<R>,
    R: Resource,
    B: FromRequest<App, Rejection = Error> + Send + 'static,
    H: Fn(Authorized<A, R>, B) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
    T: IntoResponse + 'static,
{
    route(Method::PUT, MethodFilter::PUT, path, handler)
}

pub fn patch<A, R, B, H, F, T>(path: &'static str, handler: H) -> Route
where
    A: Action<R>,
    R: Resource,
    B: FromRequest<App, Rejection = Error> + Send + 'static,
    H: Fn(Authorized<A, R>, B) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
    T: IntoResponse + 'static,
{
    route(Method::PATCH, MethodFilter::PATCH, path, handler)
}

pub fn delete<A, R, B, H, F, T>(path: &'static str, handler: H) -> Route
where
    A: Action<R>,
    R: Resource,
    B: FromRequest<App, Rejection = Error> + Send + 'static,
    H: Fn(Authorized<A, R>, B) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
    T: IntoResponse + 'static,
{
    route(Method::DELETE, MethodFilter::DELETE, path, handler)
}

fn route<A, R, B, H, F, T>(
    method: Method,
    filter: MethodFilter,
    path: &'static str,
    handler: H,
) -> Route
where
    A: Action<R>,
    R: Resource,
    B: FromRequest<App, Rejection = Error> + Send + 'static,
    H: Fn(Authorized<A, R>, B) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
    T: IntoResponse + 'static,
{
    let noted = method.clone();
    let answer = move |State(app): State<App>, request: Request| {
        let handler = handler.clone();
        let method = noted.clone();
        async move { answer::<A, R, B, T, _, _>(&app, &method, request, handler).await }
    };
    Route { method, path, action: A::NAME, caller: A::Who::KIND, handler: on(filter, answer) }
}

async fn answer<A, R, B, T, H, F>(
    app: &App,
    method: &Method,
    request: Request,
    handler: H,
) -> Result<Response, Error>
where
    A: Action<R>,
    R: Resource,
    B: FromRequest<App, Rejection = Error>,
    H: Fn(Authorized<A, R>, B) -> F,
    F: Future<Output = Result<T, Error>>,
    T: IntoResponse,
{
    let (mut parts, body) = request.into_parts();
    let path = RawPathParams::from_request_parts(&mut parts, app).await;
    let path = path.map_err(|_| Error::NotFound)?;
    let authorized = Authorized::check(app, &parts, &Path(&path)).await?;
    let noting = authorized.noting(app);
    noting.before(method).await?;
    let rest = B::from_request(Request::from_parts(parts, body), app).await?;
    let response = handler(authorized, rest).await?.into_response();
    noting.after(method, response.status()).await?;
    Ok(response)
}

/// The whole service. `portal` answers what is not an API.
pub fn router(app: App, table: Vec<Route>, portal: PortalSource) -> Router {
    let transport = match app.is_over_tls() {
        true => Transport::Tls,
        false => Transport::Plain,
    };
    let mut router = Router::new();
    let mut paths: Vec<(&'static str, MethodRouter<App>)> = Vec::new();
    for route in table {
        match paths.iter_mut().find(|(path, _)| *path == route.path) {
            Some((_, methods)) => *methods = std::mem::take(methods).merge(route.handler),
            None => paths.push((route.path, route.handler)),
        }
    }
    for (path, methods) in paths {
        router = router.route(path, methods.fallback(|| async { Error::WrongMethod }));
    }
    for unknown in ["/api/{*rest}", "/clinic/api/{*rest}", "/fhir/{kind}/{id}/{*rest}"] {
        router = router.route(unknown, axum::routing::any(|| async { Error::NotFound }));
    }
    let router = router.with_state(app.clone()).merge(crate::assets::router(portal));
    let router = router
        .layer(axum::middleware::from_fn_with_state(app, crate::guard::same_origin))
        .layer(axum::middleware::from_fn(crate::shares::for_every_site))
        .layer(axum::middleware::from_fn(crate::fhir::outcome::tell))
        .layer(axum::middleware::from_fn(crate::log::requests));
    headers::protect(router, transport)
}
