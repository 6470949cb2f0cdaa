//! OperationOutcome (FHIR R4, §2.36): how everything that is not a success is told to an EHR. It
//! never says anything about a person.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use shared::fhir::import::{Refusal, Summary, Why};

use crate::error::Error;

pub const FHIR_JSON: &str = "application/fhir+json; charset=utf-8";

/// An answer in FHIR. Everything here is about somebody, so nothing is kept by any cache.
pub fn answer(status: StatusCode, body: String) -> Response {
    let headers = [(header::CONTENT_TYPE, FHIR_JSON), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body).into_response()
}

pub fn outcome(issues: &[Value]) -> Value {
    json!({"resourceType": "OperationOutcome", "issue": issues})
}

pub fn issue(severity: &str, code: &str, text: &str) -> Value {
    json!({"severity": severity, "code": code, "diagnostics": text})
}

/// What an import came to: one line of numbers, then what was refused.
pub fn of_summary(summary: &Summary) -> Value {
    let text = summary.to_string();
    let first = text.lines().next().unwrap_or_default();
    let mut issues = vec![issue("information", "informational", first)];
    issues.extend(summary.examples.iter().map(of_refusal));
    outcome(&issues)
}

pub fn of_refusal(refusal: &Refusal) -> Value {
    let severity = if refusal.why.breaks_a_transaction() { "error" } else { "information" };
    let mut issue = issue(severity, code(refusal.why), &refusal.why.to_string());
    match refusal.place.starts_with("entry[") {
        true => issue["expression"] = json!([format!("Bundle.{}", refusal.place)]),
        false => issue["location"] = json!([refusal.place]),
    }
    issue
}

/// Of the value set issue-type.
pub const fn code(why: Why) -> &'static str {
    match why {
        Why::NotAResource => "structure",
        Why::TooDeep | Why::TooLarge => "too-long",
        Why::Notice => "informational",
        Why::NotSupported => "not-supported",
        Why::Older
        | Why::OtherPatient
        | Why::BirthDateDiffers
        | Why::NameDiffers
        | Why::NothingElseAgrees
        | Why::Outdated => "conflict",
        Why::OtherName => "invalid",
        Why::SeveralPatients | Why::SeveralMatch => "multiple-matches",
        Why::Twice => "duplicate",
        Why::NoPatient => "required",
        Why::UnknownPatient => "not-found",
        Why::Together => "processing",
    }
}

/// How one resource is answered that was not taken.
pub const fn status_of(why: Why) -> StatusCode {
    match why {
        Why::Older => StatusCode::CONFLICT,
        Why::Outdated | Why::SeveralMatch => StatusCode::PRECONDITION_FAILED,
        Why::OtherName => StatusCode::BAD_REQUEST,
        Why::NotAResource
        | Why::TooDeep
        | Why::TooLarge
        | Why::Notice
        | Why::NotSupported
        | Why::OtherPatient
        | Why::NoPatient
        | Why::UnknownPatient
        | Why::BirthDateDiffers
        | Why::NameDiffers
        | Why::SeveralPatients
        | Why::NothingElseAgrees
        | Why::Twice
        | Why::Together => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Below `/fhir` every failure is told as an OperationOutcome, whoever found it.
pub async fn tell(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_fhir = path == "/fhir" || path.starts_with("/fhir/");
    let response = next.run(request).await;
    let error = response.extensions().get::<std::sync::Arc<Error>>().cloned();
    let Some(error) = error.filter(|_| is_fhir) else {
        return response;
    };
    let (status, kind) = error.problem();
    let code = match status {
        StatusCode::UNAUTHORIZED => "login",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::METHOD_NOT_ALLOWED
        | StatusCode::NOT_ACCEPTABLE
        | StatusCode::UNSUPPORTED_MEDIA_TYPE => "not-supported",
        StatusCode::PAYLOAD_TOO_LARGE => "too-long",
        StatusCode::PRECONDITION_FAILED if kind == "several-match" => "multiple-matches",
        StatusCode::PRECONDITION_FAILED if kind == "version-wanted" => "required",
        StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT => "conflict",
        StatusCode::UNPROCESSABLE_ENTITY => "business-rule",
        StatusCode::BAD_REQUEST if kind == "unknown-parameter" => "not-supported",
        StatusCode::BAD_REQUEST if kind == "not-fhir" => "structure",
        StatusCode::BAD_REQUEST => "invalid",
        StatusCode::SERVICE_UNAVAILABLE => "transient",
        _ => "processing",
    };
    let body = outcome(&[issue("error", code, &error.to_string())]).to_string();
    let mut told = answer(status, body);
    if let Some(after) = response.headers().get(header::RETRY_AFTER) {
        told.headers_mut().insert(header::RETRY_AFTER, after.clone());
    }
    if status == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Bearer");
        told.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    told.extensions_mut().insert(error);
    told
}
