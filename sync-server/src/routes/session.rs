//! Who is signed in, and signing out.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use shared::clinic::{ClinicSettings, InBoth};
use shared::id::{AccountId, DeviceId};

use crate::actions;
use crate::authorize::{Authorized, OwnAccount, Person};
use crate::error::Error;
use crate::extract::{Answer, Nothing};
use crate::state::portal_cookie_end;
use crate::store::StoreError;
use crate::store::people::{Door, RecordOf};

actions! {
    ReadSession: Person => OwnAccount;
    EndSession: Person => OwnAccount;
}

/// What a device needs to know before it opens a record.
#[derive(Serialize)]
pub struct Session {
    account: AccountId,
    device: DeviceId,
    name: String,
    /// Opened by a link of the demo: nobody was asked for a passphrase.
    demo: bool,
    /// The account's own record first.
    records: Vec<RecordOf>,
    clinic: Outside,
    /// Those that the clinic knows: what another one opened on a device is taken off it.
    passkeys: Vec<String>,
}

/// What every screen of a device may say about the clinic, offline too.
#[derive(Serialize)]
struct Outside {
    name: String,
    address: String,
    phone: String,
    after_hours: String,
    emergency_number: String,
    hours: InBoth,
    away: InBoth,
}

impl Outside {
    fn of(clinic: &ClinicSettings) -> Self {
        let ClinicSettings { name, address, phone, after_hours, emergency_number, .. } =
            clinic.clone();
        let (hours, away) = (clinic.hours.clone(), clinic.away.clone());
        Self { name, address, phone, after_hours, emergency_number, hours, away }
    }
}

pub async fn read(
    allowed: Authorized<ReadSession, OwnAccount>,
    _: Nothing,
) -> Result<Answer<Session>, Error> {
    let session = &allowed.who.session;
    let name = allowed.store().account_name(session.account).await?;
    let passkeys = allowed.store().passkeys_of(session.account, Door::Portal).await?;
    Ok(Answer(Session {
        account: session.account,
        device: session.device,
        demo: session.demo,
        name: name.ok_or(StoreError::Damaged("a session without an account"))?,
        records: allowed.store().records_of(session.account).await?,
        clinic: Outside::of(&allowed.app().clinic()),
        passkeys: passkeys.iter().map(|one| one.credential.text()).collect(),
    }))
}

pub async fn end(
    allowed: Authorized<EndSession, OwnAccount>,
    _: Nothing,
) -> Result<impl IntoResponse, Error> {
    let session = &allowed.who.session;
    allowed.store().end_session(session.token, allowed.app().now()).await?;
    allowed.app().hub().ended(session.token);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, portal_cookie_end(&session.slot))]))
}
