//! Whose work a record is. Staff open a record when something of it is work of theirs or of the clinic
//! now; without that they state a reason, the record is open to them for an hour, and the patient
//! reads who it was and why.

#[cfg(test)]
mod tests;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::id::{AccountId, EntryId, PatientId};
use shared::time::{Timestamp, Zone};
use shared::view::desk::queue::QueueLine;

use super::access::refused;
use super::handles_messages;
use crate::actions;
use crate::audit::door::Whose;
use crate::audit::{Did, Entry, What};
use crate::authorize::{Around, Authorized, Decision, Ground, Path, Resource, Staff, allowed};
use crate::error::Error;
use crate::extract::{Answer, Json, Nothing};
use crate::state::App;
use crate::store::openings::{Opening, Reason};
use crate::store::people::{Role, StaffMember};
use crate::store::{Store, StoreError};
use crate::world::OsRng;

/// How long a record stays open for a stated reason.
pub const OPEN_MS: i64 = 60 * 60 * 1000;
/// A visit so many days from today, before or after, is work of the clinic: it is prepared, and what
/// came of it is written down.
const VISIT_DAYS: i64 = 14;
/// Characters of what is said besides the reason.
const WORDS_CHARS_MAX: usize = 300;
/// Items of one record in one answer.
const ITEMS_MAX: usize = 100;

actions! {
    OpenRecord: Staff => Closed, if may_open;
    ReadItems: Staff => ItemsOf, if treats;
}

/// A record that is no work of whoever asks.
pub struct Closed {
    patient: PatientId,
}

impl Resource for Closed {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { patient: path.part("patient")? })
    }

    /// That somebody asked. What came of it is noted together with the opening.
    fn whose(&self) -> Whose {
        Whose::Record { patient: self.patient, item: None, what: What::Access }
    }
}

/// All that was ever in the inbox of one record.
pub struct ItemsOf {
    patient: PatientId,
}

impl Resource for ItemsOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { patient: path.part("patient")? })
    }

    fn whose(&self) -> Whose {
        Whose::Record { patient: self.patient, item: None, what: What::Requests }
    }
}

/// Who handles messages, and has a relation to the patient or opened the record for a reason.
pub fn treats<'a, R: Resource>(
    who: &'a Staff,
    resource: &'a R,
    around: Around<'a>,
) -> Decision<'a> {
    Box::pin(async move {
        handles_messages(who, resource, around).await?;
        let Whose::Record { patient, .. } = resource.whose() else {
            return Err(Error::NotFound);
        };
        if has_relation(&who.member, patient, around).await? {
            return Ok(Ground::Usual);
        }
        let (account, now) = (who.member.account, around.app.now());
        match around.store.open_for(account, patient, now).await? {
            Some(opening) => Ok(Ground::Stated(opening.reason)),
            None => Err(Error::NoRelation),
        }
    })
}

async fn has_relation(
    member: &StaffMember,
    patient: PatientId,
    around: Around<'_>,
) -> Result<bool, Error> {
    let Around { app, store } = around;
    if is_work(app, store, patient, member.account).await?.ok_or(Error::NotFound)? {
        return Ok(true);
    }
    let today = Zone::utc().day_of(app.now()).number();
    let visits = app.contexts().visits(store, patient).await?;
    Ok(visits.iter().any(|day| (day.number() - today).abs() <= VISIT_DAYS))
}

/// Whether something of the inbox is; nothing if there is no such record.
pub async fn is_work(
    app: &App,
    store: &dyn Store,
    patient: PatientId,
    account: AccountId,
) -> Result<Option<bool>, StoreError> {
    let concerns = || app.desk().concerns(patient, account, app.now());
    if concerns() != Some(true) {
        // What came a moment ago may not be on the desk yet.
        app.desk().refresh(store, patient).await?;
    }
    Ok(concerns())
}

/// Whoever treats patients. The front desk lets people in, and the pharmacy has what is routed to it.
fn may_open<'a, R>(who: &'a Staff, _resource: &'a R, _facts: Around<'a>) -> Decision<'a> {
    match who.member.role {
        Role::Nurse | Role::Clinician => allowed(),
        Role::FrontDesk | Role::Pharmacist | Role::Admin => refused(Error::NotAllowed),
    }
}

#[derive(Deserialize)]
pub struct Stated {
    reason: Reason,
    words: Option<String>,
}

/// How long it is open.
#[derive(Serialize)]
pub struct Opened {
    until: Timestamp,
}

pub async fn open(
    allowed: Authorized<OpenRecord, Closed>,
    Json(stated): Json<Stated>,
) -> Result<(StatusCode, Answer<Opened>), Error> {
    let (app, patient) = (allowed.app(), allowed.resource.patient);
    if !allowed.store().patients().await?.iter().any(|known| known.patient == patient) {
        return Err(Error::NotFound);
    }
    let (reason, at) = (stated.reason, app.now());
    let words = stated.words.map(|words| words.trim().to_owned()).filter(|it| !it.is_empty());
    let is_said = words.is_some() || reason != Reason::Other;
    let fits = words.as_ref().is_none_or(|words| words.chars().count() <= WORDS_CHARS_MAX);
    if !is_said || !fits {
        return Err(Error::Unreadable);
    }
    let (opening, until) = (EntryId::fresh(at, &mut OsRng), at.plus_millis(OPEN_MS));
    let noted =
        allowed.noting(app).entry(Did::OpenedRecord, Some(patient), Some(opening), What::Record);
    let noted = Entry { why: reason.why(), ..noted };
    let account = allowed.who.member.account;
    let opening = Opening { opening, account, patient, reason, words, at, until };
    allowed.store().open_record(opening, noted).await?;
    Ok((StatusCode::CREATED, Answer(Opened { until })))
}

pub async fn items(
    allowed: Authorized<ReadItems, ItemsOf>,
    _: Nothing,
) -> Result<Answer<Vec<QueueLine>>, Error> {
    let app = allowed.app();
    Ok(Answer(app.desk().lines_of(allowed.resource.patient, app.now(), ITEMS_MAX)))
}
