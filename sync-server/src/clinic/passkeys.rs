//! Staff come in with a passkey in place of passphrase and code: it is something that they have, and
//! it looked who they are. Adding one needs a code of the last minutes.

#[cfg(test)]
mod tests;

use axum::http::StatusCode;

use super::door::{Entered, enter};
use crate::actions;
use crate::authorize::{
    Anyone, Around, Authorized, Decision, OwnAccount, Service, Staff, allowed as yes,
};
use crate::error::Error;
use crate::extract::{Answer, From, Json, Nothing};
use crate::routes::passkeys::{
    Asked, Begun, Empty, Named, New, OnePasskey, OwnPasskeys, PasskeyLine, Used, added, ask, begun,
    lines, proven, removed, renamed,
};
use crate::store::people::Door;

actions! {
    AskStaffPasskey: Anyone => Service;
    /// Signing in: what the authenticator signed is the proof.
    SignInStaffByPasskey: Anyone => Service;
    ListStaffPasskeys: Staff => OwnAccount;
    BeginStaffPasskey: Staff => OwnAccount, if proved;
    /// The challenge that was begun is the proof.
    AddStaffPasskey: Staff => OwnPasskeys;
    RenameStaffPasskey: Staff => OnePasskey;
    RemoveStaffPasskey: Staff => OnePasskey;
}

fn proved<'a>(who: &'a Staff, _own: &'a OwnAccount, _facts: Around<'a>) -> Decision<'a> {
    if who.is_proven { yes() } else { Box::pin(std::future::ready(Err(Error::CodeNeeded))) }
}

pub async fn challenge(
    allowed: Authorized<AskStaffPasskey, Service>,
    asked: From<Empty>,
) -> Result<Answer<Asked>, Error> {
    ask(allowed.app(), Door::Clinic, &asked)
}

pub async fn open(
    allowed: Authorized<SignInStaffByPasskey, Service>,
    used: From<Used>,
) -> Result<Entered, Error> {
    let (app, store) = (allowed.app(), allowed.store());
    let account = proven(app, store, Door::Clinic, &used).await?.account;
    // Who works here no longer keeps the passkey and comes in with it no more.
    if store.staff_member(account).await?.is_none() {
        return Err(Error::SignInNotRecognized);
    }
    enter(app, store, account).await
}

pub async fn list(
    allowed: Authorized<ListStaffPasskeys, OwnAccount>,
    _: Nothing,
) -> Result<Answer<Vec<PasskeyLine>>, Error> {
    lines(allowed.store(), &allowed.who.session).await
}

pub async fn begin(
    allowed: Authorized<BeginStaffPasskey, OwnAccount>,
    _: Nothing,
) -> Result<Answer<Begun>, Error> {
    begun(allowed.app(), allowed.store(), &allowed.who.session).await
}

pub async fn add(
    allowed: Authorized<AddStaffPasskey, OwnPasskeys>,
    Json(new): Json<New>,
) -> Result<Answer<PasskeyLine>, Error> {
    added(allowed.app(), allowed.store(), &allowed.who.session, new).await
}

pub async fn rename(
    allowed: Authorized<RenameStaffPasskey, OnePasskey>,
    Json(named): Json<Named>,
) -> Result<StatusCode, Error> {
    renamed(allowed.store(), allowed.resource.of(&allowed.who.session), &named).await
}

pub async fn remove(
    allowed: Authorized<RemoveStaffPasskey, OnePasskey>,
    _: Nothing,
) -> Result<StatusCode, Error> {
    removed(allowed.store(), allowed.resource.of(&allowed.who.session)).await
}
