//! Staff come in: by name, passphrase and a code that works once. Neither the answers nor how long
//! they take tell which of the three was wrong.

#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::http::{HeaderName, StatusCode, header};
use serde::Deserialize;
use shared::id::{AccountId, DeviceId};
use shared::time::Timestamp;
use shared::vault::{PASSPHRASE_CHARS_MAX, Salt, SignInName, split, stretch, stretched_text};

use crate::actions;
use crate::authorize::{Anyone, Authorized, OwnAccount, Service, Staff};
use crate::error::Error;
use crate::extract::{From, Nothing};
use crate::secret::{Secret, Slot};
use crate::sign_in::Authentication;
use crate::state::{App, CLINIC_IDLE_MS, CLINIC_SESSION_MS, staff_cookie};
use crate::store::Store;
use crate::store::people::{Door, NewSession};
use crate::store::staff::OneTime;
use crate::totp::{TotpSeed, typed_recovery_code};
use crate::tries::Who;
use crate::world::OsRng;

/// How long somebody waits for their turn to have a passphrase stretched.
const TURN_WITHIN: Duration = Duration::from_secs(5);
/// Nobody's account: what is asked of it costs as much, and is never right.
const NOBODY: AccountId = AccountId::from_u128(0);

actions! {
    /// Signing in: name, passphrase and code are the proof.
    SignInStaff: Anyone => Service;
    /// Giving a code in an open session, before something that needs a fresh one.
    ProveStaff: Staff => OwnAccount;
    /// Saying that somebody is at the page.
    StayStaff: Staff => OwnAccount;
}

#[derive(Deserialize)]
pub struct SignIn {
    name: String,
    /// In Unicode's NFKC, which browsers know how to make.
    passphrase: String,
    /// Of the authenticator, or one of those on paper.
    code: String,
}

#[derive(Deserialize)]
pub struct Proof {
    code: String,
}

/// The cookie of a new session.
pub(super) type Entered = (StatusCode, [(HeaderName, String); 1]);

pub async fn open(
    allowed: Authorized<SignInStaff, Service>,
    From { json: proof, address }: From<SignIn>,
) -> Result<Entered, Error> {
    let (app, store, now) = (allowed.app(), allowed.store(), allowed.app().now());
    let name = SignInName::parse(&proof.name).map_err(|_| Error::Unreadable)?;
    let (salt, name) = (app.sign_ins().staff_salt(&name), app.sign_ins().staff_name(&name));
    let who = Who { name: Some(name), address };
    app.tries().count(who, now)?;
    let authentication = stretched(app, &proof.passphrase, salt).await?;
    let known = store.staff_sign_in(name).await?;
    let verifier = known.as_ref().map(|known| &known.verifier);
    let is_right = app.sign_ins().is_right(verifier, &authentication);
    let (account, seed) = known
        .filter(|_| is_right)
        .map_or((NOBODY, TotpSeed([0; 16])), |known| (known.account, known.totp));
    if !is_used_up(&allowed, account, seed, &proof.code, now).await? || account == NOBODY {
        return Err(Error::SignInNotRecognized);
    }
    app.tries().was_right(who);
    enter(app, store, account).await
}

/// A new session for whoever proved who they are with two things.
pub(super) async fn enter(
    app: &App,
    store: &dyn Store,
    account: AccountId,
) -> Result<Entered, Error> {
    let now = app.now();
    let token = Secret::fresh(&mut OsRng);
    let session = NewSession {
        token: token.hash(),
        account,
        device: DeviceId::fresh(now, &mut OsRng),
        slot: Slot::fresh(&mut OsRng),
        kind: String::new(),
        brief: false,
        door: Door::Clinic,
        demo: false,
        at: now,
        until: now.plus_millis(CLINIC_IDLE_MS),
    };
    store.open_session(session).await?;
    store.prove_session(token.hash(), now).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, staff_cookie(&token))]))
}

pub async fn prove(
    allowed: Authorized<ProveStaff, OwnAccount>,
    From { json: proof, address }: From<Proof>,
) -> Result<StatusCode, Error> {
    let (app, store, now) = (allowed.app(), allowed.store(), allowed.app().now());
    let account = allowed.who.member.account;
    let who = Who { name: None, address };
    app.tries().count(who, now)?;
    let known = store.staff_sign_in_of(account).await?;
    let seed = known.map(|known| known.totp).ok_or(Error::SignInNotRecognized)?;
    if !is_used_up(&allowed, account, seed, &proof.code, now).await? {
        return Err(Error::SignInNotRecognized);
    }
    app.tries().was_right(who);
    store.prove_session(allowed.who.session.token, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The page says so when somebody typed or clicked. What it asks by itself keeps nothing open.
pub async fn stay(
    allowed: Authorized<StayStaff, OwnAccount>,
    _: Nothing,
) -> Result<StatusCode, Error> {
    let (token, now) = (allowed.who.session.token, allowed.app().now());
    let until = now.plus_millis(CLINIC_IDLE_MS);
    allowed.store().extend_session(token, until, CLINIC_SESSION_MS, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether the code was right, and by that used up.
async fn is_used_up<A, R>(
    allowed: &Authorized<A, R>,
    account: AccountId,
    seed: TotpSeed,
    code: &str,
    now: Timestamp,
) -> Result<bool, Error>
where
    A: crate::authorize::Action<R>,
    R: crate::authorize::Resource,
{
    let keys = allowed.app().sign_ins();
    let step = keys.totp(account, seed).step_of(code.trim(), now).map(OneTime::Step);
    let paper = typed_recovery_code(code);
    let paper = paper.map(|code| OneTime::Recovery(keys.recovery(account, &code)));
    match step.or(paper) {
        Some(code) => Ok(allowed.store().use_staff_code(account, code, now).await?),
        None => Ok(false),
    }
}

/// A few at a time: each takes 64 MiB and a core for a moment.
pub(super) async fn stretched(
    app: &App,
    passphrase: &str,
    salt: Salt,
) -> Result<Authentication, Error> {
    if passphrase.chars().count() > PASSPHRASE_CHARS_MAX {
        return Err(Error::Unreadable);
    }
    let turn = tokio::time::timeout(TURN_WITHIN, app.stretching().acquire());
    let Ok(Ok(_turn)) = turn.await else {
        return Err(Error::Busy);
    };
    let text = stretched_text(passphrase);
    let halves = tokio::task::spawn_blocking(move || split(&stretch(&text, &salt)));
    let halves = halves.await.map_err(|_| Error::Busy)?;
    // The vault half opens nothing here and is dropped.
    Ok(Authentication::from_bytes(halves.authentication))
}
