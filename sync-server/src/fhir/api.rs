//! What an EHR sends over HTTP: transactions and batches, files to import; and what is possible at
//! all.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use shared::fhir::import::read as read_input;
use shared::fhir::import::{Body as Sent, Facts, Fate, Input, Method, Shape, Why};
use shared::id::EntryId;

use super::capability;
use super::errands::{Errands, ImportError, unpacked};
use super::import::{EntryOutcome, Outcome};
use super::outcome::{answer, code, issue, of_refusal, of_summary, outcome, status_of};
use super::scope::Deed;
use crate::actions;
use crate::authorize::{Action, Anyone, Authorized, Ehr, Resource, Service};
use crate::error::Error;
use crate::extract::{Nothing, limited};
use crate::state::App;
use crate::store::resources::ResourceRow;

/// Bytes of one request. What is larger comes in parts, or as a file on the server.
pub const BODY_BYTES_MAX: usize = 128 * 1024 * 1024;

const MEDIA_TYPES: [&str; 5] = [
    "application/fhir+json",
    "application/json",
    "application/fhir+ndjson",
    "application/ndjson",
    "application/x-ndjson",
];

actions! {
    /// Sending resources, which are kept under the client's own source.
    SendResources: Ehr => Service;
    /// Asking what this server can do says nothing about anybody.
    AskCapabilities: Anyone => Service;
}

/// A body of FHIR in JSON, packed or not.
pub struct Body(Bytes);

impl FromRequest<App> for Body {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
        if !kind.is_some_and(|kind| MEDIA_TYPES.contains(&kind)) {
            return Err(Error::WrongMediaType);
        }
        limited(request, BODY_BYTES_MAX).await.map(Self)
    }
}

/// `POST /fhir`: a transaction or a batch.
pub async fn bundle(
    allowed: Authorized<SendResources, Service>,
    Body(body): Body,
) -> Result<Response, Error> {
    let bytes = unpacked(&body).map_err(refused)?;
    let input = read_input(&bytes).map_err(|error| refused(error.into()))?;
    may_send(&allowed.who, &input)?;
    let shape = input.shape;
    if !matches!(shape, Shape::Transaction | Shape::Batch) {
        let text = "only a transaction or a batch comes here; the rest goes to /fhir/import";
        let body = outcome(&[issue("error", "not-supported", text)]);
        return Ok(answer(StatusCode::BAD_REQUEST, body.to_string()));
    }
    let outcome_of = take(&allowed, input).await?;
    if shape == Shape::Transaction && !outcome_of.summary.is_clean() {
        let reasons = outcome_of.summary.examples.iter().filter(|one| one.why != Why::Together);
        let status = reasons.clone().next().map(|one| status_of(one.why));
        let status = status.unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        let issues: Vec<_> = reasons.map(of_refusal).collect();
        return Ok(answer(status, outcome(&issues).to_string()));
    }
    let ids = outcome_of.entries.iter().filter_map(|entry| resource_of(entry.fate));
    let rows = allowed.store().resources(ids.collect()).await?;
    let entries: Vec<_> =
        outcome_of.entries.iter().map(|entry| json!({"response": said(entry, &rows)})).collect();
    let kind = if shape == Shape::Batch { "batch-response" } else { "transaction-response" };
    let body = json!({"resourceType": "Bundle", "type": kind, "entry": entries});
    Ok(answer(StatusCode::OK, body.to_string()))
}

/// `POST /fhir/import`: whatever a file may hold.
pub async fn import(
    allowed: Authorized<SendResources, Service>,
    Body(body): Body,
) -> Result<Response, Error> {
    let bytes = unpacked(&body).map_err(refused)?;
    let input = read_input(&bytes).map_err(|error| refused(error.into()))?;
    may_send(&allowed.who, &input)?;
    let together = input.shape == Shape::Transaction;
    let Outcome { summary, .. } = take(&allowed, input).await?;
    let status = match together && !summary.is_clean() {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    Ok(answer(status, of_summary(&summary).to_string()))
}

/// `GET /fhir/metadata`.
pub async fn metadata(
    allowed: Authorized<AskCapabilities, Service>,
    _: Nothing,
) -> Result<Response, Error> {
    Ok(answer(StatusCode::OK, capability::statement(&super::reading::base(&allowed)).to_string()))
}

/// A program sends only what it may create and update, each resource of it.
fn may_send(who: &Ehr, input: &Input<'_>) -> Result<(), Error> {
    for entry in &input.entries {
        let Sent::Resource(body) = entry.body else {
            continue;
        };
        let kind = Facts::of(body).map(|facts| facts.kind).unwrap_or_default();
        let creates = who.scopes.allow(&kind, Deed::Create);
        let updates = who.scopes.allow(&kind, Deed::Update);
        let asked = entry.request.as_ref().map(|request| request.method);
        let allowed = match asked {
            Some(Method::Post) => creates,
            Some(Method::Put) => updates,
            // Files hold what is new and what is newer.
            Some(Method::Other) | None => creates && updates,
        };
        if !allowed {
            return Err(Error::NotAllowed);
        }
    }
    Ok(())
}

pub async fn take<A: Action<R, Who = Ehr>, R: Resource>(
    allowed: &Authorized<A, R>,
    input: Input<'_>,
) -> Result<Outcome, Error> {
    let app = allowed.app();
    let _alone = app.importing().await;
    let publish = |news| app.published(news, None);
    let (store, receipts, checkpoints) = (allowed.store(), app.receipts(), app.checkpoints());
    let (now, rescope) = (app.now(), |account| app.hub().rescope(account));
    let (publish, rescope) = (&publish, &rescope);
    let errands = Errands { store, receipts, checkpoints, now, publish, rescope };
    let source = &allowed.who.client.source;
    Ok(errands.take(source, None, input, &mut |_| {}).await?)
}

pub fn refused(error: ImportError) -> Error {
    match error {
        ImportError::NotRead(error) => Error::NotFhir(error),
        ImportError::NotGzip => Error::Unreadable,
        ImportError::TooLarge => Error::TooLarge,
        ImportError::NotKeys | ImportError::NotScopes => Error::Unreadable,
        ImportError::Store(error) => error.into(),
    }
}

const fn resource_of(fate: Fate) -> Option<EntryId> {
    match fate {
        Fate::New(resource) | Fate::Newer(resource) | Fate::Unchanged(resource) => Some(resource),
        Fate::Refused(_) => None,
    }
}

/// What became of one entry, as FHIR wants to hear it.
fn said(entry: &EntryOutcome, rows: &[ResourceRow]) -> Value {
    let status = match entry.fate {
        Fate::New(_) => StatusCode::CREATED,
        Fate::Newer(_) | Fate::Unchanged(_) => StatusCode::OK,
        Fate::Refused(why) => status_of(why),
    };
    let mut response = json!({"status": status.to_string()});
    if let Fate::Refused(why) = entry.fate {
        response["outcome"] = outcome(&[issue("error", code(why), &why.to_string())]);
    }
    let row = resource_of(entry.fate);
    let row = row.and_then(|id| rows.iter().find(|row| row.known.resource == id));
    if let Some(row) = row {
        let id = row.known.id.clone().unwrap_or_else(|| row.known.resource.to_string());
        response["location"] = json!(format!("{}/{id}/_history/{}", row.kind, row.version));
        response["etag"] = json!(format!("W/\"{}\"", row.version));
    }
    response
}
