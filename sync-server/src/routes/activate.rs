//! An invitation becomes an account on this device.

use axum::http::header;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use shared::id::{AccountId, DeviceId};

use crate::actions;
use crate::authorize::{Anyone, Authorized, Service};
use crate::error::Error;
use crate::extract::{Answer, Json};
use crate::secret::{Secret, SecretHash, Slot};
use crate::state::{PORTAL_SESSION_MS, portal_cookie};
use crate::store::people::{Activated, Activation, BirthDate, FirstSession};
use crate::world::OsRng;

actions! {
    /// Claiming an invitation: the secret itself is the proof.
    Activate: Anyone => Service;
}

#[derive(Deserialize)]
pub struct Claim {
    /// The secret of the link; `code` is what was typed instead.
    #[serde(alias = "code")]
    secret: String,
    birth_date: String,
}

#[derive(Serialize)]
pub struct Opened {
    slot: String,
}

pub async fn activate(
    allowed: Authorized<Activate, Service>,
    Json(claim): Json<Claim>,
) -> Result<impl IntoResponse, Error> {
    let Some(birth_date) = BirthDate::parse(claim.birth_date.trim()) else {
        return Err(Error::InvitationNotRecognized);
    };
    let (token, slot) = (Secret::fresh(&mut OsRng), Slot::fresh(&mut OsRng));
    let now = allowed.app().now();
    let activation = Activation {
        secret: SecretHash::of(claim.secret.trim()),
        birth_date,
        account: AccountId::fresh(now, &mut OsRng),
        session: FirstSession {
            token: token.hash(),
            device: DeviceId::fresh(now, &mut OsRng),
            slot: slot.clone(),
            until: now.plus_millis(PORTAL_SESSION_MS),
        },
        now,
    };
    match allowed.store().activate(activation).await? {
        Activated::Open { .. } => {}
        Activated::NotRecognized => return Err(Error::InvitationNotRecognized),
        Activated::Ended => return Err(Error::InvitationEnded),
        Activated::TooManyTries => return Err(Error::TooManyTries),
    }
    let opened = Opened { slot: slot.text().to_owned() };
    Ok(([(header::SET_COOKIE, portal_cookie(&slot, &token))], Answer(opened)))
}
