//! Who is signed in at the clinic, and signing out.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;

use crate::actions;
use crate::authorize::{Authorized, OwnAccount, Staff, StaffOrNobody};
use crate::error::Error;
use crate::extract::{Answer, Nothing};
use crate::state::staff_cookie_end;
use crate::store::people::Role;
use shared::id::AccountId;

actions! {
    ReadStaffSession: StaffOrNobody => OwnAccount;
    EndStaffSession: Staff => OwnAccount;
}

#[derive(Serialize)]
pub struct StaffSession {
    /// The page says it with everything that it asks from now on.
    account: AccountId,
    name: String,
    role: Role,
    /// The clinic's name.
    clinic: String,
    /// Ends when nobody touches the page; a session of the demo does not.
    idle: bool,
}

/// Nothing where nobody is signed in.
pub async fn read(
    allowed: Authorized<ReadStaffSession, OwnAccount>,
    _: Nothing,
) -> Result<Answer<Option<StaffSession>>, Error> {
    let Some(Staff { session, member, .. }) = &allowed.who.0 else {
        return Ok(Answer(None));
    };
    let clinic = allowed.app().clinic().name.clone();
    let (account, name, role) = (member.account, member.name.clone(), member.role);
    Ok(Answer(Some(StaffSession { account, name, role, clinic, idle: !session.demo })))
}

pub async fn end(
    allowed: Authorized<EndStaffSession, OwnAccount>,
    _: Nothing,
) -> Result<impl IntoResponse, Error> {
    let token = allowed.who.session.token;
    allowed.store().end_session(token, allowed.app().now()).await?;
    // Open streams of this session look again and end.
    allowed.app().clinic_changed();
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, staff_cookie_end())]))
}
