//! The links that share a record, for those who may make and stop them. What one opens was sealed on
//! the device; the key never comes here.

#[cfg(test)]
mod tests;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::Deserialize;
use shared::id::PatientId;
use shared::sync::scope::Level;
use shared::view::shares::{
    PASSCODE_CHARS_MAX, SHARE_MS_MAX, SHARE_USES_MAX, ShareLine, ShareOpening,
};

use crate::actions;
use crate::audit::door::Whose;
use crate::audit::{Did, What};
use crate::authorize::{Around, Authorized, Decision, Ground, Path, Person, Resource};
use crate::encoded::hex;
use crate::error::Error;
use crate::extract::{Answer, Nothing, json_within};
use crate::secret::SecretHash;
use crate::state::App;
use crate::store::shares::{Made, NewShare, SHARE_BYTES_MAX, Share};

/// What stands around the sealed bytes.
const TERMS_BYTES_MAX: usize = 1024;

actions! {
    ListShares: Person => SharesOf, if may_share;
    MakeShare: Person => ShareOf, if may_share;
    EndShare: Person => ShareOf, if may_share;
}

/// The links of one record.
pub struct SharesOf(PatientId);

/// One of them, or one that is to be.
pub struct ShareOf {
    patient: PatientId,
    share: SecretHash,
}

impl Resource for SharesOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        path.part("patient").map(Self)
    }

    fn whose(&self) -> Whose {
        Whose::Record { patient: self.0, item: None, what: What::Activity }
    }
}

impl Resource for ShareOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { patient: path.part("patient")?, share: path.part("share")? })
    }

    /// It notes itself, together with what is done to it.
    fn whose(&self) -> Whose {
        Whose::Nobody
    }
}

impl AsRef<PatientId> for SharesOf {
    fn as_ref(&self) -> &PatientId {
        &self.0
    }
}

impl AsRef<PatientId> for ShareOf {
    fn as_ref(&self) -> &PatientId {
        &self.patient
    }
}

/// Whoever may hand a copy on anyway: the patient, and who acts in their place.
fn may_share<'a>(
    who: &'a Person,
    of: &'a impl AsRef<PatientId>,
    around: Around<'a>,
) -> Decision<'a> {
    let (account, patient) = (who.session.account, *of.as_ref());
    Box::pin(async move {
        let access = around.store.access_of(account).await?;
        let level = access.iter().find(|one| one.patient == patient).map(|one| one.level);
        match level {
            Some(Level::Own | Level::Caregiver) => Ok(Ground::Usual),
            Some(Level::ChartOnly) | None => Err(Error::NotFound),
        }
    })
}

/// What the person chose, and what their device sealed.
#[derive(Deserialize)]
pub struct Terms {
    /// A compact JWE.
    file: String,
    #[serde(default)]
    passcode: Option<String>,
    uses: u32,
    /// How long it lives. No device's clock says until when.
    lasts_ms: i64,
}

impl FromRequest<App> for Terms {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        let terms: Self = json_within(request, SHARE_BYTES_MAX + TERMS_BYTES_MAX).await?;
        let is_sealed = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter);
        let code = terms.passcode.as_deref();
        let fits = |code: &str| (1..=PASSCODE_CHARS_MAX).contains(&code.chars().count());
        let is_right = !terms.file.is_empty()
            && terms.file.bytes().all(is_sealed)
            && code.is_none_or(fits)
            && (1..=SHARE_USES_MAX).contains(&terms.uses)
            && (1..=SHARE_MS_MAX).contains(&terms.lasts_ms);
        match terms.file.len() {
            0..=SHARE_BYTES_MAX if is_right => Ok(terms),
            0..=SHARE_BYTES_MAX => Err(Error::Unreadable),
            _ => Err(Error::TooLarge),
        }
    }
}

pub async fn list(
    allowed: Authorized<ListShares, SharesOf>,
    _: Nothing,
) -> Result<Answer<Vec<ShareLine>>, Error> {
    let now = allowed.app().now();
    let shares = allowed.store().shares_of(allowed.resource.0).await?;
    Ok(Answer(shares.iter().map(|share| line(share, now)).collect()))
}

pub async fn make(
    allowed: Authorized<MakeShare, ShareOf>,
    terms: Terms,
) -> Result<StatusCode, Error> {
    let ShareOf { patient, share } = allowed.resource;
    let (app, at) = (allowed.app(), allowed.app().now());
    let new = NewShare {
        share,
        patient,
        account: allowed.who.session.account,
        file: terms.file.into_bytes(),
        passcode: terms.passcode,
        uses_max: terms.uses,
        at,
        until: at.plus_millis(terms.lasts_ms),
        noted: allowed.noting(app).entry(Did::Shared, Some(patient), None, What::Record),
    };
    match allowed.store().add_share(new).await? {
        Made::Done => Ok(StatusCode::NO_CONTENT),
        Made::TooMany => Err(Error::RecordFull),
        Made::Known => Err(Error::NotFound),
    }
}

pub async fn end(allowed: Authorized<EndShare, ShareOf>, _: Nothing) -> Result<StatusCode, Error> {
    let ShareOf { patient, share } = allowed.resource;
    let noted = allowed.noting(allowed.app());
    let noted = noted.entry(Did::EndedShare, Some(patient), None, What::Record);
    // One that is over already is as good as stopped.
    allowed.store().end_share(patient, share, noted).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn line(share: &Share, now: shared::time::Timestamp) -> ShareLine {
    let opening = |one: &crate::store::shares::Opening| ShareOpening {
        who: one.recipient.clone(),
        at: one.at,
    };
    ShareLine {
        share: hex(share.share.bytes()),
        at: share.at,
        until: share.until,
        uses: share.uses,
        uses_max: share.uses_max,
        standing: share.standing(now),
        openings: share.openings.iter().map(opening).collect(),
        kept: None,
    }
}
