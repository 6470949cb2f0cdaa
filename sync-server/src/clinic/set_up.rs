//! A member of staff with a link from the administrator chooses how they sign in: a name, a
//! passphrase, and an authenticator program whose first code proves that it has the secret.

use serde::{Deserialize, Serialize};
use shared::vault::{SignInName, Strength, strength};

use super::door::stretched;
use crate::actions;
use crate::authorize::{Anyone, Authorized, Service};
use crate::error::Error;
use crate::extract::{Answer, From};
use crate::secret::{Secret, SecretHash};
use crate::state::STAFF_LINK_MS;
use crate::store::people::NewStaff;
use crate::store::staff::{SetUp, StaffLink, StaffSetUp};
use crate::store::{Store, StoreError};
use crate::totp::{RECOVERY_CODES, TotpSeed, recovery_code, typed_recovery_code};
use crate::tries::Who;
use crate::world::OsRng;
use shared::id::AccountId;
use shared::time::Timestamp;

actions! {
    /// Looking at a link: its secret is the proof.
    ReadStaffLink: Anyone => Service;
    SetUpStaff: Anyone => Service;
}

#[derive(Deserialize)]
pub struct Asked {
    secret: String,
}

#[derive(Deserialize)]
pub struct Chosen {
    secret: String,
    name: String,
    passphrase: String,
    code: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct Offered {
    /// Whose link it is.
    name: String,
    clinic: String,
    /// For typing into an authenticator program.
    totp: String,
    /// The same as a square picture: one text a row, `1` is dark.
    picture: Vec<String>,
}

#[derive(Serialize)]
pub struct Done {
    /// Shown this once.
    recovery: Vec<String>,
}

pub async fn ask(
    allowed: Authorized<ReadStaffLink, Service>,
    From { json: asked, address }: From<Asked>,
) -> Result<Answer<Offered>, Error> {
    let (app, store) = (allowed.app(), allowed.store());
    let who = Who { name: None, address };
    app.tries().count(who, app.now())?;
    let link = store.staff_link(SecretHash::of(&asked.secret), app.now()).await?;
    let link = link.ok_or(Error::InvitationEnded)?;
    app.tries().was_right(who);
    let member = store.staff_member(link.account).await?.ok_or(Error::InvitationEnded)?;
    let totp = app.sign_ins().totp(link.account, link.totp);
    let clinic = app.clinic().name.clone();
    let picture = picture(&totp.address(&clinic))?;
    Ok(Answer(Offered { name: member.name, clinic, totp: totp.text(), picture }))
}

pub async fn set_up(
    allowed: Authorized<SetUpStaff, Service>,
    From { json: chosen, address }: From<Chosen>,
) -> Result<Answer<Done>, Error> {
    let (app, store, now) = (allowed.app(), allowed.store(), allowed.app().now());
    let who = Who { name: None, address };
    app.tries().count(who, now)?;
    let secret = SecretHash::of(&chosen.secret);
    let link = store.staff_link(secret, now).await?.ok_or(Error::InvitationEnded)?;
    let name = SignInName::parse(&chosen.name).map_err(|_| Error::Unreadable)?;
    if strength(&chosen.passphrase) == Strength::Weak {
        return Err(Error::WeakPassphrase);
    }
    let totp = app.sign_ins().totp(link.account, link.totp);
    let step = totp.step_of(chosen.code.trim(), now).ok_or(Error::SignInNotRecognized)?;
    let salt = app.sign_ins().staff_salt(&name);
    let authentication = stretched(app, &chosen.passphrase, salt).await?;
    let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| recovery_code(&mut OsRng)).collect();
    let plain = codes.iter().filter_map(|code| typed_recovery_code(code));
    let recovery = plain.map(|code| app.sign_ins().recovery(link.account, &code)).collect();
    let new = StaffSetUp {
        secret,
        name: app.sign_ins().staff_name(&name),
        verifier: app.sign_ins().verifier(&authentication),
        step,
        recovery,
        now,
    };
    match store.set_up_staff(new).await? {
        SetUp::Done(_) => {}
        SetUp::Ended => return Err(Error::InvitationEnded),
        SetUp::NameTaken => return Err(Error::NameTaken),
    }
    app.tries().was_right(who);
    Ok(Answer(Done { recovery: codes }))
}

pub(super) fn picture(text: &str) -> Result<Vec<String>, Error> {
    let code = qrcode::QrCode::new(text).map_err(|_| StoreError::Damaged("a clinic's name"))?;
    let row = |row: &[qrcode::Color]| {
        let sign = |color: &qrcode::Color| color.select('1', '0');
        row.iter().map(sign).collect()
    };
    Ok(code.to_colors().chunks(code.width()).map(row).collect())
}

/// Somebody new, and the secret of their link.
pub async fn add(store: &dyn Store, new: NewStaff) -> Result<Secret, StoreError> {
    let (account, at) = (new.account, new.at);
    store.add_staff(new).await?;
    link(store, account, at).await
}

/// A new link for somebody who is there. The old way in works until the new one is chosen.
pub async fn link(
    store: &dyn Store,
    account: AccountId,
    now: Timestamp,
) -> Result<Secret, StoreError> {
    let secret = Secret::fresh_short(&mut OsRng);
    let link = StaffLink {
        secret: secret.hash(),
        account,
        totp: TotpSeed::fresh(&mut OsRng),
        until: now.plus_millis(STAFF_LINK_MS),
    };
    store.add_staff_link(link).await?;
    Ok(secret)
}
