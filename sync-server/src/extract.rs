//! Reading requests. Handlers use these in place of axum's own extractors, so that every failure is
//! one of our problems and every body has a limit.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::secret::Slot;
use crate::state::App;

/// Largest JSON body in bytes: a message of the allowed length in any script, with room.
pub const JSON_BYTES_MAX: usize = 64 * 1024;

/// A handler that reads nothing but who asks and what for.
pub struct Nothing;

impl FromRequest<App> for Nothing {
    type Rejection = Error;

    async fn from_request(_request: Request, _app: &App) -> Result<Self, Error> {
        Ok(Self)
    }
}

/// A body of JSON.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        // A form of another site can post text, but cannot say that it is JSON.
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next());
        if kind != Some("application/json") {
            return Err(Error::Unreadable);
        }
        let bytes = whole(request).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| Error::Unreadable)
    }
}

async fn whole(request: Request) -> Result<Bytes, Error> {
    axum::body::to_bytes(request.into_body(), JSON_BYTES_MAX).await.map_err(|error| {
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        // The one error that is not a connection which broke.
        if cause.to_string().contains("length limit") { Error::TooLarge } else { Error::Unreadable }
    })
}

/// An answer in JSON. Everything here is about somebody, so nothing is kept by any cache.
pub struct Answer<T>(pub T);

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let text = serde_json::to_string(&self.0).expect("our answers become JSON");
        ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], text)
            .into_response()
    }
}

/// Which slot of this browser a request speaks for.
pub fn slot_of(headers: &HeaderMap) -> Option<Slot> {
    headers.get("satchel-slot")?.to_str().ok().and_then(Slot::parse)
}

/// One cookie of a request.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// All cookies of a request.
pub fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// One part of the query, for values that need no decoding.
pub fn query_part<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    let pairs = parts.uri.query()?.split('&');
    pairs.filter_map(|pair| pair.split_once('=')).find(|(k, _)| *k == name).map(|(_, v)| v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; __Host-satchel-x=2".parse().unwrap());
        headers.append(header::COOKIE, "b=3".parse().unwrap());
        assert_eq!(cookie(&headers, "__Host-satchel-x"), Some("2"));
        assert_eq!(cookie(&headers, "b"), Some("3"));
        assert_eq!(cookie(&headers, "satchel-x"), None);
    }
}
