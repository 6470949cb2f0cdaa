//! Links that share a record, around their routes: what was opened and waits to be fetched, what lets
//! any site's viewer ask, and the end of what is over.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shared::time::Timestamp;

use crate::authorize::Part;
use crate::error::Error;
use crate::secret::{Secret, SecretHash};
use crate::state::App;
use crate::store::StoreError;
use crate::store::shares::FETCH_MS;
use crate::world::OsRng;

/// Below this everything is for whoever has a link.
pub const PREFIX: &str = "/shl/";
/// What was opened and not fetched yet, at once. Beyond that whoever comes tries again.
const WAITING_MAX: usize = 10_000;

/// Each opening's place for its content: it works once and for an hour, and is forgotten with the
/// process. Whoever comes too late opens the link again.
#[derive(Default)]
pub struct Fetches(Mutex<BTreeMap<SecretHash, (SecretHash, Timestamp)>>);

impl Fetches {
    pub fn begin(&self, share: SecretHash, now: Timestamp) -> Result<Secret, Error> {
        let mut waiting = self.lock();
        waiting.retain(|_, (_, until)| *until > now);
        if waiting.len() >= WAITING_MAX {
            return Err(Error::Busy);
        }
        let place = Secret::fresh(&mut OsRng);
        waiting.insert(place.hash(), (share, now.plus_millis(FETCH_MS)));
        Ok(place)
    }

    /// Only of the link that it was given out for.
    pub fn take(&self, place: SecretHash, share: SecretHash, now: Timestamp) -> bool {
        let mut waiting = self.lock();
        let is_it = waiting.get(&place).is_some_and(|(of, until)| *of == share && *until > now);
        is_it && waiting.remove(&place).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SecretHash, (SecretHash, Timestamp)>> {
        self.0.lock().unwrap_or_else(|lock| lock.into_inner())
    }
}

/// Deletes what nobody may fetch any more.
pub async fn empty_what_is_over(app: &App) -> Result<(), StoreError> {
    app.doorkeeper().for_part(Part::Grants).empty_shares(app.now()).await.map(drop)
}

const ALLOWED: [(HeaderName, &str); 4] = [
    // No cookie is read below the prefix, and browsers send none to where everybody may ask.
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
    (header::ACCESS_CONTROL_MAX_AGE, "86400"),
];

/// A viewer is a page of any site (SMART Health Links STU1: files are served for all origins).
pub async fn for_every_site(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(PREFIX) {
        return next.run(request).await;
    }
    let mut response = match *request.method() {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    allow(response.headers_mut());
    response
}

fn allow(headers: &mut HeaderMap) {
    for (name, value) in ALLOWED {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn a_place_works_once_for_its_own_link_and_for_an_hour() {
        let (here, other) = (SecretHash::of("a"), SecretHash::of("b"));
        let fetches = Fetches::default();
        let place = fetches.begin(here, NOW).unwrap().hash();
        assert!(!fetches.take(place, other, NOW), "another link's");
        assert!(fetches.take(place, here, NOW));
        assert!(!fetches.take(place, here, NOW), "once");
        let place = fetches.begin(here, NOW).unwrap().hash();
        assert!(!fetches.take(place, here, NOW.plus_millis(FETCH_MS)));
    }

    #[test]
    fn so_many_wait_and_no_more() {
        let fetches = Fetches::default();
        for _ in 0..WAITING_MAX {
            fetches.begin(SecretHash::of("a"), NOW).unwrap();
        }
        assert!(fetches.begin(SecretHash::of("a"), NOW).is_err());
        assert!(fetches.begin(SecretHash::of("a"), NOW.plus_millis(FETCH_MS)).is_ok());
    }
}
