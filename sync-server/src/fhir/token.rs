//! The door for programs with a key of their own: they prove who they are and get a token that ends
//! soon (SMART Backend Services).

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::asked::parts;
use super::proof::Unproved;
use super::scope::Scopes;
use crate::actions;
use crate::authorize::{Anyone, Authorized, Service};
use crate::error::Error;
use crate::extract::{Nothing, limited};
use crate::secret::Secret;
use crate::state::App;
use crate::store::outgoing::ClientToken;
use crate::world::OsRng;

/// How long a token is good for (SMART, §4.1.6: five minutes).
const TOKEN_MS: i64 = 5 * 60 * 1000;
/// Bytes of a request for one.
const BODY_BYTES_MAX: usize = 16 * 1024;
const PROOF_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

actions! {
    /// What is asked for says who asks.
    AskForToken: Anyone => Service;
    /// How to get in says nothing about anybody.
    AskHowToGetIn: Anyone => Service;
}

pub struct Form(Bytes);

impl FromRequest<App> for Form {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            return Err(Error::WrongMediaType);
        }
        limited(request, BODY_BYTES_MAX).await.map(Self)
    }
}

/// `POST /fhir/token`.
pub async fn token(
    allowed: Authorized<AskForToken, Service>,
    Form(body): Form,
) -> Result<Response, Error> {
    let (app, store, now) = (allowed.app(), allowed.store(), allowed.app().now());
    let text = std::str::from_utf8(&body).map_err(|_| Error::Unreadable)?;
    let form = parts(text)?;
    let said = |name: &str| {
        let found = form.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    if said("grant_type") != "client_credentials" {
        return Ok(no("unsupported_grant_type"));
    }
    if said("client_assertion_type") != PROOF_TYPE {
        return Ok(no("invalid_request"));
    }
    let Some(unproved) = Unproved::read(said("client_assertion")) else {
        return Ok(no("invalid_client"));
    };
    let client = store.keyed_client(unproved.client().to_owned()).await?;
    let audience = format!("{}/fhir/token", app.origin());
    let proof = client.as_ref().and_then(|client| unproved.check(&client.jwks, &audience, now));
    let (Some(client), Some(proof)) = (client, proof) else {
        return Ok(no("invalid_client"));
    };
    let granted = Scopes::parse(&client.scopes).and_then(|own| own.narrowed(said("scope")));
    let Some(scopes) = granted else {
        return Ok(no("invalid_scope"));
    };
    let secret = Secret::fresh(&mut OsRng);
    let token = ClientToken {
        token: secret.hash(),
        name: client.name,
        scopes: scopes.clone(),
        until: now.plus_millis(TOKEN_MS),
    };
    if !store.exchange_proof(proof.name, proof.until, token, now).await? {
        return Ok(no("invalid_client"));
    }
    let body = json!({
        "access_token": secret.text(), "token_type": "bearer",
        "expires_in": TOKEN_MS / 1000, "scope": scopes,
    });
    Ok(answer(StatusCode::OK, &body))
}

/// `GET /fhir/.well-known/smart-configuration`.
pub async fn how(
    allowed: Authorized<AskHowToGetIn, Service>,
    _: Nothing,
) -> Result<Response, Error> {
    let body = json!({
        "token_endpoint": format!("{}/fhir/token", allowed.app().origin()),
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
        "scopes_supported": ["system/*.crus"],
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
    });
    Ok(answer(StatusCode::OK, &body))
}

/// As OAuth wants to hear it (RFC 6749, §5.2). Why a proof does not hold would help a guesser.
fn no(error: &str) -> Response {
    answer(StatusCode::BAD_REQUEST, &json!({ "error": error }))
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ];
    (status, headers, body.to_string()).into_response()
}
