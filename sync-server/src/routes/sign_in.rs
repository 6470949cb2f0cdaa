//! Signing in on another device, by a name and the authentication half of a passphrase. Neither the
//! answers nor how long they take tell whether somebody has a name.

#[cfg(test)]
mod tests;

use axum::http::{HeaderName, StatusCode, header};
use serde::{Deserialize, Serialize};
use shared::id::{AccountId, DeviceId};
use shared::vault::SignInName;

use super::activate::Opened;
use crate::actions;
use crate::authorize::{Anyone, Authorized, OwnAccount, Person, Service};
use crate::error::Error;
use crate::extract::{Answer, From, FromDevice, Json};
use crate::secret::{Secret, Slot};
use crate::sign_in::Authentication;
use crate::state::{App, portal_cookie, portal_session_ms};
use crate::store::Store;
use crate::store::people::{Door, NewSession};
use crate::tries::Who;
use crate::world::OsRng;

actions! {
    /// Asking with what a passphrase is stretched: answered for any name.
    ReadSalt: Anyone => Service;
    /// Signing in: name and passphrase are the proof.
    SignInAgain: Anyone => Service;
    ChangePassphrase: Person => OwnAccount;
}

#[derive(Deserialize)]
pub struct Named {
    name: String,
}

#[derive(Serialize)]
pub struct Salted {
    salt: String,
}

/// Signing in; `slot` is that of a device whose session was lost, and which keeps everything else.
#[derive(Deserialize)]
pub struct SignIn {
    name: String,
    authentication: String,
    #[serde(default)]
    slot: Option<String>,
    /// On a device that keeps nothing.
    #[serde(default)]
    brief: bool,
}

#[derive(Deserialize)]
pub struct Change {
    /// What proves that the person at an open session is the person whose session it is.
    now: String,
    new: String,
}

/// The cookie of a new session, and its slot.
pub type Entered = ([(HeaderName, String); 1], Answer<Opened>);

pub async fn salt(
    allowed: Authorized<ReadSalt, Service>,
    Json(named): Json<Named>,
) -> Result<Answer<Salted>, Error> {
    let name = SignInName::parse(&named.name).map_err(|_| Error::Unreadable)?;
    let salt = allowed.app().sign_ins().salt(&name);
    Ok(Answer(Salted { salt: salt.iter().map(|byte| format!("{byte:02x}")).collect() }))
}

pub async fn open(
    allowed: Authorized<SignInAgain, Service>,
    FromDevice { json: proof, address, kind }: FromDevice<SignIn>,
) -> Result<Entered, Error> {
    let (app, now) = (allowed.app(), allowed.app().now());
    let name = SignInName::parse(&proof.name).map_err(|_| Error::Unreadable)?;
    let authentication = Authentication::parse(&proof.authentication).ok_or(Error::Unreadable)?;
    let name = app.sign_ins().name(&name);
    let who = Who { name: Some(name), address };
    app.tries().count(who, now)?;
    let known = allowed.store().sign_in(name).await?;
    let is_right = app.sign_ins().is_right(known.as_ref().map(|(_, known)| known), &authentication);
    let Some((account, _)) = known.filter(|_| is_right) else {
        return Err(Error::SignInNotRecognized);
    };
    app.tries().was_right(who);
    let browser = Browser { slot: proof.slot, kind, brief: proof.brief };
    enter(app, allowed.store(), account, browser).await
}

/// What is known of the browser that somebody signs in with.
pub struct Browser {
    /// Of a session that was lost there.
    pub slot: Option<String>,
    pub kind: String,
    /// It keeps nothing.
    pub brief: bool,
}

/// A new session for whoever proved who they are; in `slot`, if this account had it.
pub async fn enter(
    app: &App,
    store: &dyn Store,
    account: AccountId,
    Browser { slot, kind, brief }: Browser,
) -> Result<Entered, Error> {
    let now = app.now();
    let lost = match slot {
        Some(slot) => Some(Slot::parse(&slot).ok_or(Error::Unreadable)?),
        None => None,
    };
    // A slot that this account never had may be one of another account in the same browser.
    let device = match &lost {
        Some(slot) => store.device_in(account, slot.clone()).await?,
        None => None,
    };
    if let Some(device) = device
        && let Some(known) = store.device(device).await?
        && known.ended_at.is_some()
    {
        store.tell_device(device, now).await?;
        return Err(Error::DeviceEnded);
    }
    let (slot, device) = lost
        .zip(device)
        .unwrap_or_else(|| (Slot::fresh(&mut OsRng), DeviceId::fresh(now, &mut OsRng)));
    let token = Secret::fresh(&mut OsRng);
    let session = NewSession {
        token: token.hash(),
        account,
        device,
        slot: slot.clone(),
        kind,
        brief,
        door: Door::Portal,
        demo: false,
        at: now,
        until: now.plus_millis(portal_session_ms(brief)),
    };
    store.open_session(session).await?;
    app.hub().replaced(device, token.hash());
    let opened = Opened { slot: slot.text().to_owned(), carried: None };
    Ok(([(header::SET_COOKIE, portal_cookie(&slot, &token, brief))], Answer(opened)))
}

/// The other devices keep what opens their vaults; only what signs in changes here.
pub async fn change(
    allowed: Authorized<ChangePassphrase, OwnAccount>,
    From { json: change, address }: From<Change>,
) -> Result<StatusCode, Error> {
    let (app, now) = (allowed.app(), allowed.app().now());
    let account = allowed.who.session.account;
    let (Some(old), Some(new)) =
        (Authentication::parse(&change.now), Authentication::parse(&change.new))
    else {
        return Err(Error::Unreadable);
    };
    let who = Who { name: None, address };
    app.tries().count(who, now)?;
    let known = allowed.store().verifier(account).await?;
    if !app.sign_ins().is_right(known.as_ref(), &old) {
        return Err(Error::SignInNotRecognized);
    }
    app.tries().was_right(who);
    allowed.store().change_verifier(account, app.sign_ins().verifier(&new), now).await?;
    Ok(StatusCode::NO_CONTENT)
}
