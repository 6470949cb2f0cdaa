//! Caregivers of a record: who has access, to what, until when and with whose consent; and giving,
//! narrowing and ending it. What happens here patients read in their activity.

#[cfg(test)]
mod tests;

use axum::extract::{FromRequest, Request};
use serde::{Deserialize, Serialize};
use shared::id::{AccountId, PatientId};
use shared::sync::scope::{Level, Parts};
use shared::time::{PartialDate, Timestamp};
use shared::vault::SignInName;

use crate::actions;
use crate::audit::door::Whose;
use crate::audit::{Did, What};
use crate::authorize::{Action, Around, Authorized, Decision, Path, Resource, Staff, allowed};
use crate::clinic::Inbox;
use crate::error::Error;
use crate::extract::{Answer, Json, Nothing, decoded, query_part};
use crate::grants::account_behind;
use crate::state::App;
use crate::store::grants::{
    CHILD_UNTIL_AGE, CHILD_UNTIL_AGES, Consent, Ended, Given, GrantRow, Narrowed, NoAccess, Terms,
    through,
};
use crate::store::people::Role;

/// People of one answer; whoever looks for somebody writes more of the name.
const PEOPLE_MAX: usize = 20;
/// Letters of a name that are wanted before anybody is shown.
pub const NAMED_CHARS_MIN: usize = 2;

actions! {
    FindPeople: Staff => Inbox, if knows_people;
    ReadAccess: Staff => AccessTo, if knows_people_of;
    GiveAccess: Staff => AccessTo, if gives_access_to;
    NarrowAccess: Staff => AccessOf, if knows_people_of;
    EndAccess: Staff => AccessOf, if knows_people_of;
}

/// Who may open a record.
pub struct AccessTo {
    patient: PatientId,
}

impl Resource for AccessTo {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { patient: path.part("patient")? })
    }

    fn whose(&self) -> Whose {
        Whose::Record { patient: self.patient, item: None, what: What::Access }
    }
}

/// What one caregiver may have of it.
pub struct AccessOf {
    patient: PatientId,
    account: AccountId,
}

impl Resource for AccessOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { patient: path.part("patient")?, account: path.part("account")? })
    }

    fn whose(&self) -> Whose {
        Whose::Record { patient: self.patient, item: None, what: What::Access }
    }
}

/// Whoever speaks with patients about who may read along.
pub fn knows_people<'a, R>(who: &'a Staff, _resource: &'a R, _facts: Around<'a>) -> Decision<'a> {
    match who.member.role {
        Role::FrontDesk | Role::Nurse | Role::Clinician => allowed(),
        Role::Pharmacist | Role::Admin => refused(Error::NotAllowed),
    }
}

/// A record is opened only by somebody who proved a moment ago that it is them: the page that was
/// left open at the desk opens none. Whoever came by a link of the demo has no code.
fn gives_access<'a, R>(who: &'a Staff, resource: &'a R, around: Around<'a>) -> Decision<'a> {
    match who.is_proven || who.session.demo {
        true => knows_people(who, resource, around),
        false => match who.member.role {
            Role::FrontDesk | Role::Nurse | Role::Clinician => refused(Error::CodeNeeded),
            Role::Pharmacist | Role::Admin => refused(Error::NotAllowed),
        },
    }
}

/// The same of one record, which has to be here: of one that is not nothing is told and nothing noted.
pub fn knows_people_of<'a, R: Resource>(
    who: &'a Staff,
    resource: &'a R,
    around: Around<'a>,
) -> Decision<'a> {
    Box::pin(async move {
        let ground = knows_people(who, resource, around).await?;
        is_here(resource, around).await?;
        Ok(ground)
    })
}

pub fn gives_access_to<'a, R: Resource>(
    who: &'a Staff,
    resource: &'a R,
    around: Around<'a>,
) -> Decision<'a> {
    Box::pin(async move {
        let ground = gives_access(who, resource, around).await?;
        is_here(resource, around).await?;
        Ok(ground)
    })
}

async fn is_here<R: Resource>(
    resource: &R,
    Around { app, store }: Around<'_>,
) -> Result<(), Error> {
    let (Whose::Record { patient, .. } | Whose::Admission { patient }) = resource.whose() else {
        return Err(Error::NotFound);
    };
    app.desk().knows(store, patient).await?.then_some(()).ok_or(Error::NotFound)
}

pub fn refused<'a>(error: Error) -> Decision<'a> {
    Box::pin(std::future::ready(Err(error)))
}

/// What is looked for among people.
#[derive(Default)]
pub struct Named(pub String);

impl FromRequest<App> for Named {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        let (parts, _) = request.into_parts();
        let named = query_part(&parts, "named").map(decoded).unwrap_or_default();
        Ok(Self(named.trim().to_lowercase()))
    }
}

/// Somebody with an account, told apart from others of the same name.
#[derive(Serialize)]
pub struct PersonLine {
    account: AccountId,
    /// The record that is their own.
    patient: PatientId,
    name: String,
    birth_date: String,
}

/// People who use the portal, by a part of their name.
pub async fn people(
    allowed: Authorized<FindPeople, Inbox>,
    Named(named): Named,
) -> Result<Answer<Vec<PersonLine>>, Error> {
    let store = allowed.store();
    let mut lines = Vec::new();
    if named.chars().count() >= NAMED_CHARS_MIN {
        for one in store.patients().await? {
            if lines.len() == PEOPLE_MAX || !one.name.to_lowercase().contains(&named) {
                continue;
            }
            let circle = store.circle(one.patient).await?;
            let own = circle.into_iter().find(|reach| reach.level == Level::Own);
            lines.extend(own.map(|own| PersonLine {
                account: own.account,
                patient: one.patient,
                name: one.name,
                birth_date: one.birth_date.text().to_owned(),
            }));
        }
    }
    allowed.shows(lines.iter().map(|line| line.patient));
    Ok(Answer(lines))
}

/// One caregiver's access.
#[derive(Serialize)]
pub struct AccessLine {
    account: AccountId,
    name: String,
    messages: bool,
    results: bool,
    visits: bool,
    given_at: Timestamp,
    /// When it ends by itself, by its time or by the patient's age.
    ends_at: Option<Timestamp>,
    /// `patient`, `parent` or `legal`; nothing if it was given before anybody wrote that down.
    consent: Option<&'static str>,
    until_age: Option<u8>,
    /// Who wrote it down; nothing if it was somebody at the server's own terminal.
    noted_by: Option<String>,
}

pub async fn list(
    allowed: Authorized<ReadAccess, AccessTo>,
    _: Nothing,
) -> Result<Answer<Vec<AccessLine>>, Error> {
    lines(&allowed, allowed.resource.patient).await
}

async fn lines<A: Action<R>, R: Resource>(
    allowed: &Authorized<A, R>,
    patient: PatientId,
) -> Result<Answer<Vec<AccessLine>>, Error> {
    let store = allowed.store();
    let mut lines = Vec::new();
    for row in store.grants_of(patient).await? {
        let noted_by = match row.noted_by {
            Some(account) => store.account_name(account).await?,
            None => None,
        };
        lines.push(line(row, noted_by));
    }
    Ok(Answer(lines))
}

fn line(row: GrantRow, noted_by: Option<String>) -> AccessLine {
    AccessLine {
        account: row.account,
        name: row.name,
        messages: row.terms.messages,
        results: row.terms.parts.results,
        visits: row.terms.parts.visits,
        given_at: row.given_at,
        ends_at: row.ends_at,
        consent: row.consent.map(Consent::word),
        until_age: row.consent.and_then(Consent::until_age),
        noted_by,
    }
}

/// Whom a record is opened to.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum To {
    /// Whose sign-in name this is: the caregiver says it at the desk.
    SignInName(String),
    /// Whose own record this is.
    Record(PatientId),
    Account(AccountId),
}

#[derive(Deserialize)]
pub struct Wanted {
    messages: bool,
    results: bool,
    visits: bool,
    /// The last day on which it is open, as `2027-03-31`.
    until: Option<String>,
}

impl Wanted {
    fn terms(&self) -> Result<Terms, Error> {
        let until = match self.until.as_deref().map(str::parse) {
            None => None,
            Some(Ok(PartialDate::Day(day))) => Some(through(day)),
            Some(Ok(_) | Err(_)) => return Err(Error::Unreadable),
        };
        let parts = Parts { results: self.results, visits: self.visits };
        Ok(Terms { messages: self.messages, parts, until })
    }
}

#[derive(Deserialize)]
pub struct New {
    to: To,
    #[serde(flatten)]
    wanted: Wanted,
    consent: Agreed,
    /// Of a parent's access to a child's record.
    until_age: Option<u8>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Agreed {
    Patient,
    Parent,
    Legal,
}

fn consent(agreed: Agreed, until_age: Option<u8>) -> Result<Consent, Error> {
    match (agreed, until_age.unwrap_or(CHILD_UNTIL_AGE)) {
        (Agreed::Patient, _) => Ok(Consent::Patient),
        (Agreed::Legal, _) => Ok(Consent::Legal),
        (Agreed::Parent, until_age) if CHILD_UNTIL_AGES.contains(&until_age) => {
            Ok(Consent::Parent { until_age })
        }
        (Agreed::Parent, _) => Err(Error::Unreadable),
    }
}

pub async fn give(
    allowed: Authorized<GiveAccess, AccessTo>,
    Json(new): Json<New>,
) -> Result<Answer<Vec<AccessLine>>, Error> {
    let (store, patient) = (allowed.store(), allowed.resource.patient);
    let (terms, consent) = (new.wanted.terms()?, consent(new.consent, new.until_age)?);
    let account = match new.to {
        To::SignInName(name) => {
            let name = SignInName::parse(&name).map_err(|_| unknown())?;
            let found = store.sign_in(allowed.app().sign_ins().name(&name)).await?;
            found.map(|(account, _)| account)
        }
        To::Record(record) => account_behind(store, record.to_u128()).await?,
        To::Account(account) => Some(account),
    };
    let account = account.ok_or_else(unknown)?;
    let noted = allowed.notes_access(Did::GaveAccess, patient, account);
    let given = Given { patient, account, terms, consent, noted };
    store.give_access(given).await?.map_err(Error::AccessRefused)?;
    told(&allowed, patient, account).await
}

const fn unknown() -> Error {
    Error::AccessRefused(NoAccess::UnknownPerson)
}

pub async fn narrow(
    allowed: Authorized<NarrowAccess, AccessOf>,
    Json(wanted): Json<Wanted>,
) -> Result<Answer<Vec<AccessLine>>, Error> {
    let AccessOf { patient, account } = allowed.resource;
    let mut terms = wanted.terms()?;
    if terms.until.is_none() {
        // A day that nobody named again stays.
        let known = allowed.store().grants_of(patient).await?;
        terms.until =
            known.iter().find(|row| row.account == account).and_then(|row| row.terms.until);
    }
    let noted = allowed.notes_access(Did::Wrote, patient, account);
    let narrowed = Narrowed { patient, account, terms, noted };
    allowed.store().narrow_access(narrowed).await?.map_err(Error::AccessRefused)?;
    told(&allowed, patient, account).await
}

pub async fn end(
    allowed: Authorized<EndAccess, AccessOf>,
    _: Nothing,
) -> Result<Answer<Vec<AccessLine>>, Error> {
    let AccessOf { patient, account } = allowed.resource;
    let noted = allowed.notes_access(Did::EndedAccess, patient, account);
    let ended = Ended { patient, account, noted };
    allowed.store().end_access(ended).await?.map_err(Error::AccessRefused)?;
    told(&allowed, patient, account).await
}

/// Open devices of the caregiver look again at once; whoever asked gets what is so now.
async fn told<A: Action<R>, R: Resource>(
    allowed: &Authorized<A, R>,
    patient: PatientId,
    account: AccountId,
) -> Result<Answer<Vec<AccessLine>>, Error> {
    allowed.app().hub().rescope(account);
    lines(allowed, patient).await
}
