//! A request of a program: what stands in its query, its headers and its body.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};

use super::api::BODY_BYTES_MAX;
use crate::error::Error;
use crate::extract::limited;
use crate::state::App;

/// Parts of one query; a search with more is no search.
const PARTS_MAX: usize = 50;
/// What of a media type means that FHIR in JSON will do.
const JSON_TYPES: [&str; 4] = ["json", "*/*", "application/*", "text/html"];

pub struct Asked {
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl FromRequest<App> for Asked {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        let query = parts(request.uri().query().unwrap_or_default())?;
        let headers = request.headers().clone();
        let body = limited(request, BODY_BYTES_MAX).await?;
        let asked = Self { query, headers, body };
        if asked.wants_json() { Ok(asked) } else { Err(Error::WrongFormat) }
    }
}

impl Asked {
    pub fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// `_format` counts more than what the client's library says (R4, §3.1.0.1.11).
    fn wants_json(&self) -> bool {
        let format = self.query.iter().find(|(name, _)| name == "_format");
        let format = format.map(|(_, format)| format.as_str());
        let wanted = format.or(self.header(header::ACCEPT)).unwrap_or_default();
        wanted.trim().is_empty() || JSON_TYPES.iter().any(|known| wanted.contains(known))
    }

    /// Of `W/"3"` the number. Nothing if it was not said, an error if it cannot be one.
    pub fn if_match(&self) -> Result<Option<u64>, Error> {
        self.header(header::IF_MATCH).map(|tag| version(tag).ok_or(Error::Outdated)).transpose()
    }

    pub fn if_none_match(&self) -> Option<u64> {
        self.header(header::IF_NONE_MATCH).and_then(version)
    }

    /// What is not understood is to be refused, not passed over.
    pub fn is_strict(&self) -> bool {
        self.header("prefer").is_some_and(|said| said.replace(' ', "").contains("handling=strict"))
    }

    pub fn media_type(&self) -> &str {
        let said = self.header(header::CONTENT_TYPE).unwrap_or_default();
        said.split(';').next().unwrap_or_default().trim()
    }

    /// The body, if it says that it is FHIR in JSON.
    pub fn json(&self) -> Result<&str, Error> {
        if !matches!(self.media_type(), "application/fhir+json" | "application/json") {
            return Err(Error::WrongMediaType);
        }
        std::str::from_utf8(&self.body).map_err(|_| Error::Unreadable)
    }
}

pub fn version(tag: &str) -> Option<u64> {
    tag.trim().trim_start_matches("W/").trim_matches('"').parse().ok()
}

/// The pairs of a query or of a form.
pub fn parts(text: &str) -> Result<Vec<(String, String)>, Error> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let mut parts = Vec::new();
    for pair in pairs {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parts.push((decoded(name)?, decoded(value)?));
        if parts.len() > PARTS_MAX {
            return Err(Error::Unreadable);
        }
    }
    Ok(parts)
}

/// Of a condition such as `Observation?identifier=http%3A%2F%2Flab%7C7` the system and the value; nothing
/// if it asks for anything else.
pub fn identifier_of(condition: &str) -> Option<(String, String)> {
    let query = condition.rsplit('?').next()?;
    let parts = parts(query).ok()?;
    let [(name, value)] = parts.as_slice() else {
        return None;
    };
    let (system, own) = value.split_once('|').filter(|(_, own)| !own.is_empty())?;
    (name == "identifier").then(|| (system.to_owned(), own.to_owned()))
}

fn decoded(text: &str) -> Result<String, Error> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()].map(Option::unwrap_or_default);
                let digits = std::str::from_utf8(&digits).map_err(|_| Error::Unreadable)?;
                u8::from_str_radix(digits, 16).map_err(|_| Error::Unreadable)?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| Error::Unreadable)
}

/// A value as it may stand in a query.
pub fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' => {
                out.push(byte.into());
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_reads_back_as_it_was_written() {
        let said = "identifier=http%3A%2F%2Fa%7C1&_lastUpdated=gt2026-01-01T00:00:00%2B01:00&x";
        let parts = parts(said).unwrap();
        assert_eq!(parts[0], ("identifier".into(), "http://a|1".into()));
        assert_eq!(parts[1].1, "gt2026-01-01T00:00:00+01:00");
        assert_eq!(parts[2], ("x".into(), String::new()));
        assert_eq!(decoded(&encoded("ä |+&")).unwrap(), "ä |+&");
        assert!(decoded("%").is_err() && decoded("%zz").is_err() && decoded("%ff").is_err());
    }

    #[test]
    fn a_condition_is_an_identifier_however_it_is_written() {
        let lab = Some(("http://lab".to_owned(), "7".to_owned()));
        for (said, found) in [
            ("identifier=http://lab|7", &lab),
            ("identifier=http%3A%2F%2Flab%7c7", &lab),
            ("?identifier=http://lab%7C7", &lab),
            ("Observation?identifier=http://lab|7", &lab),
            ("identifier=7", &None),
            ("identifier=http://lab|", &None),
            ("identifier=http://lab|7&status=final", &None),
            ("code=7", &None),
            ("", &None),
        ] {
            assert_eq!(&identifier_of(said), found, "{said}");
        }
    }

    #[test]
    fn a_version_is_a_number_in_quotes() {
        assert_eq!((version("W/\"3\""), version("\"3\""), version("x")), (Some(3), Some(3), None));
    }
}
