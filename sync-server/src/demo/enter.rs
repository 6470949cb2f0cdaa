//! A link of the demo signs in: as a patient or caregiver in a slot of its own, or as staff.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::id::DeviceId;

use crate::actions;
use crate::audit::door::Whose;
use crate::authorize::{Anyone, Authorized, Path, Resource};
use crate::error::Error;
use crate::extract::{cookies, kind_of};
use crate::secret::{Secret, SecretHash, Slot};
use crate::state::{
    App, CLINIC_SESSION_MS, PORTAL_SESSION_MS, portal_cookie, slot_cookie, staff_cookie,
};
use crate::store::Store;
use crate::store::people::{Door, NewSession};
use crate::world::OsRng;

actions! {
    /// Using a link of the demo: its secret is the proof.
    EnterDemo: Anyone => Link;
}

/// The secret in the link.
pub struct Link(String);

impl Resource for Link {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        path.part("secret").map(Self)
    }

    fn whose(&self) -> Whose {
        Whose::Nobody
    }
}

/// What the browser holds already.
pub struct Cookies(HeaderMap);

impl FromRequest<App> for Cookies {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        // Who only asks whether a link is good has not come in.
        match *request.method() {
            Method::HEAD => Err(Error::NotFound),
            _ => Ok(Self(request.into_parts().0.headers)),
        }
    }
}

pub async fn enter(
    allowed: Authorized<EnterDemo, Link>,
    Cookies(headers): Cookies,
) -> Result<Response, Error> {
    let app = allowed.app();
    let entrance = app.entrances().find(&allowed.resource.0).ok_or(Error::NotFound)?;
    let account = entrance.account;
    // The same link in the same browser leads back to the same device, not to one more.
    if entrance.door == Door::Portal
        && let Some(slot) = slot_held(app, allowed.store(), &headers, account).await?
    {
        return Ok(to_portal(&slot, None));
    }
    let (token, slot, now) = (Secret::fresh(&mut OsRng), Slot::fresh(&mut OsRng), app.now());
    let lasts = match entrance.door {
        Door::Portal => PORTAL_SESSION_MS,
        Door::Clinic => CLINIC_SESSION_MS,
    };
    let session = NewSession {
        token: token.hash(),
        account,
        device: DeviceId::fresh(now, &mut OsRng),
        slot: slot.clone(),
        kind: kind_of(&headers),
        brief: false,
        door: entrance.door,
        demo: true,
        at: now,
        until: now.plus_millis(lasts),
    };
    allowed.store().open_session(session).await?;
    match entrance.door {
        Door::Portal => Ok(to_portal(&slot, Some(portal_cookie(&slot, &token, false)))),
        Door::Clinic => Ok(go("/clinic/", Some(staff_cookie(&token)))),
    }
}

async fn slot_held(
    app: &App,
    store: &dyn Store,
    headers: &HeaderMap,
    account: shared::id::AccountId,
) -> Result<Option<Slot>, Error> {
    for (name, secret) in cookies(headers) {
        let slot = name.strip_prefix("__Host-satchel-").and_then(Slot::parse);
        let Some(slot) = slot.filter(|slot| slot_cookie(slot) == name) else {
            continue;
        };
        let session = store.session(SecretHash::of(secret), app.now()).await?;
        if session.is_some_and(|session| session.account == account && session.slot == slot) {
            return Ok(Some(slot));
        }
    }
    Ok(None)
}

fn to_portal(slot: &Slot, cookie: Option<String>) -> Response {
    go(&format!("/?slot={}", slot.text()), cookie)
}

fn go(place: &str, cookie: Option<String>) -> Response {
    let headers =
        [(header::LOCATION, place.to_owned()), (header::CACHE_CONTROL, "no-store".into())];
    let mut response = (StatusCode::SEE_OTHER, headers).into_response();
    if let Some(cookie) = cookie.and_then(|cookie| cookie.parse().ok()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
