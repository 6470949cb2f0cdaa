//! An invitation becomes an account on this device: first it is asked whether it would hold, so that
//! nobody chooses a name and a passphrase for nothing; then it is used up.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use shared::id::{AccountId, DeviceId};
use shared::vault::SignInName;

use crate::actions;
use crate::authorize::{Anyone, Authorized, Service};
use crate::error::Error;
use crate::extract::{Answer, From, FromDevice};
use crate::secret::{Secret, SecretHash, Slot};
use crate::sign_in::Authentication;
use crate::state::{portal_cookie, portal_session_ms};
use crate::store::people::{
    Activated, Activation, BirthDate, Claim, Claimed, FirstSession, SignIn,
};
use crate::tries::Who;
use crate::world::OsRng;

actions! {
    /// Claiming an invitation: the secret itself is the proof.
    Activate: Anyone => Service;
    /// Asking whether a claim would hold.
    AskInvitation: Anyone => Service;
}

#[derive(Deserialize)]
pub struct Asked {
    /// The secret of the link; `code` is what was typed instead.
    #[serde(alias = "code")]
    secret: String,
    birth_date: String,
}

#[derive(Deserialize)]
pub struct Chosen {
    #[serde(flatten)]
    asked: Asked,
    name: String,
    authentication: String,
    /// On a device that keeps nothing.
    #[serde(default)]
    brief: bool,
}

#[derive(Serialize)]
pub struct Opened {
    pub slot: String,
    /// What another device sealed for this one, where a passkey signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carried: Option<String>,
}

pub async fn ask(
    allowed: Authorized<AskInvitation, Service>,
    From { json: asked, address }: From<Asked>,
) -> Result<StatusCode, Error> {
    let (now, tries) = (allowed.app().now(), allowed.app().tries());
    let who = Who { name: None, address };
    tries.count(who, now)?;
    let birth_date = BirthDate::parse(asked.birth_date.trim());
    let birth_date = birth_date.ok_or(Error::InvitationNotRecognized)?;
    let secret = SecretHash::of(asked.secret.trim());
    match allowed.store().claim(Claim { secret, birth_date, now }).await? {
        Claimed::Holds { .. } => {}
        Claimed::NotRecognized => return Err(Error::InvitationNotRecognized),
        Claimed::Ended => return Err(Error::InvitationEnded),
        Claimed::TooManyTries => return Err(Error::TooManyTries),
    }
    tries.was_right(who);
    Ok(StatusCode::NO_CONTENT)
}

pub async fn activate(
    allowed: Authorized<Activate, Service>,
    FromDevice { json: chosen, address, kind }: FromDevice<Chosen>,
) -> Result<impl IntoResponse, Error> {
    let app = allowed.app();
    let (now, who) = (app.now(), Who { name: None, address });
    app.tries().count(who, now)?;
    let name = SignInName::parse(&chosen.name).map_err(|_| Error::Unreadable)?;
    let authentication = Authentication::parse(&chosen.authentication).ok_or(Error::Unreadable)?;
    let birth_date = BirthDate::parse(chosen.asked.birth_date.trim());
    let (token, slot) = (Secret::fresh(&mut OsRng), Slot::fresh(&mut OsRng));
    let activation = Activation {
        secret: SecretHash::of(chosen.asked.secret.trim()),
        birth_date: birth_date.ok_or(Error::InvitationNotRecognized)?,
        account: AccountId::fresh(now, &mut OsRng),
        sign_in: SignIn {
            name: app.sign_ins().name(&name),
            verifier: app.sign_ins().verifier(&authentication),
        },
        session: FirstSession {
            token: token.hash(),
            device: DeviceId::fresh(now, &mut OsRng),
            slot: slot.clone(),
            kind,
            brief: chosen.brief,
            until: now.plus_millis(portal_session_ms(chosen.brief)),
        },
        now,
    };
    match allowed.store().activate(activation).await? {
        Activated::Open { .. } => {}
        Activated::NotRecognized => return Err(Error::InvitationNotRecognized),
        Activated::Ended => return Err(Error::InvitationEnded),
        Activated::TooManyTries => return Err(Error::TooManyTries),
        Activated::NameTaken => return Err(Error::NameTaken),
    }
    app.tries().was_right(who);
    let opened = Opened { slot: slot.text().to_owned(), carried: None };
    Ok(([(header::SET_COOKIE, portal_cookie(&slot, &token, chosen.brief))], Answer(opened)))
}
