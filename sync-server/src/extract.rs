//! Reading requests. Handlers use these in place of axum's own extractors, so that every failure is
//! one of our problems and every body has a limit.

use std::net::IpAddr;

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
        json_within(request, JSON_BYTES_MAX).await.map(Self)
    }
}

/// The same with a limit of its own.
pub async fn json_within<T: DeserializeOwned>(
    request: Request,
    bytes_max: usize,
) -> Result<T, Error> {
    // A form of another site can post text, but cannot say that it is JSON.
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    if kind != Some("application/json") {
        return Err(Error::Unreadable);
    }
    let bytes = limited(request, bytes_max).await?;
    serde_json::from_slice(&bytes).map_err(|_| Error::Unreadable)
}

/// A body of JSON, and where it came from.
pub struct From<T> {
    pub json: T,
    pub address: Option<IpAddr>,
}

impl<T: DeserializeOwned> FromRequest<App> for From<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let address = client_address(request.extensions().get().copied(), request.headers());
        let Json(json) = Json::from_request(request, app).await?;
        Ok(Self { json, address })
    }
}

/// The same of a request that makes a device known.
pub struct FromDevice<T> {
    pub json: T,
    pub address: Option<IpAddr>,
    pub kind: String,
}

impl<T: DeserializeOwned> FromRequest<App> for FromDevice<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let kind = kind_of(request.headers());
        let From { json, address } = From::from_request(request, app).await?;
        Ok(Self { json, address, kind })
    }
}

/// What a browser calls itself, and what the list of devices calls it: the first that fits.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
];

/// Browser and system, from lists of ours: nothing else of what a browser says about itself is kept.
pub fn kind_of(headers: &HeaderMap) -> String {
    let said = headers.get(header::USER_AGENT).and_then(|said| said.to_str().ok());
    let said = said.unwrap_or_default();
    let first = |list: &[(&str, &'static str)]| {
        list.iter().find(|(sign, _)| said.contains(sign)).map(|(_, name)| *name)
    };
    let known: Vec<_> = [first(&BROWSERS), first(&SYSTEMS)].into_iter().flatten().collect();
    known.join(", ")
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Whoever connects from this machine itself is a proxy, and the last address that it noted is the
/// one that it saw. What anybody else says about their address is not believed.
pub fn client_address(peer: Option<Peer>, headers: &HeaderMap) -> Option<IpAddr> {
    match peer {
        Some(Peer(address)) if !address.to_canonical().is_loopback() => Some(address),
        Some(_) | None => {
            let noted = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
            noted.rsplit(',').next()?.trim().parse().ok()
        }
    }
}

/// A body that is not larger than this.
pub async fn limited(request: Request, bytes_max: usize) -> Result<Bytes, Error> {
    axum::body::to_bytes(request.into_body(), bytes_max).await.map_err(|error| {
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

/// As whom the clinic's page speaks, once it knows.
pub fn staff_of_page(headers: &HeaderMap) -> Option<&str> {
    headers.get("satchel-staff").map(|value| value.to_str().unwrap_or_default())
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

/// `%20` and `+` are what a form makes of a space.
pub fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        let byte = hex.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (bytes[at], byte) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (other, _) => out.push(other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_on_this_machine_is_believed_about_addresses() {
        let mut headers = HeaderMap::new();
        let far = Peer("192.0.2.7".parse().unwrap());
        let near = Peer("::ffff:127.0.0.1".parse().unwrap());
        assert_eq!(client_address(Some(near), &headers), None);
        headers.append("x-forwarded-for", "10.9.9.9, 192.0.2.8".parse().unwrap());
        assert_eq!(client_address(Some(far), &headers), Some(far.0));
        assert_eq!(client_address(Some(near), &headers), "192.0.2.8".parse().ok());
    }

    #[test]
    fn of_a_browser_only_its_name_and_its_system_are_known() {
        for (said, kind) in [
            (
                "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
                "Firefox, Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari, iPhone",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
                "Edge, Windows",
            ),
            ("a program <b>of</b> somebody", ""),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, said.parse().unwrap());
            assert_eq!(kind_of(&headers), kind);
        }
        assert_eq!(kind_of(&HeaderMap::new()), "");
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; __Host-satchel-x=2".parse().unwrap());
        headers.append(header::COOKIE, "b=3".parse().unwrap());
        assert_eq!(cookie(&headers, "__Host-satchel-x"), Some("2"));
        assert_eq!(cookie(&headers, "b"), Some("3"));
        assert_eq!(cookie(&headers, "satchel-x"), None);
    }

    #[test]
    fn what_a_browser_encoded_is_read_and_the_rest_stays() {
        assert_eq!(decoded("rosa%20d%C3%ADaz+100%"), "rosa díaz 100%");
        assert_eq!(decoded("%zz%"), "%zz%");
    }
}
