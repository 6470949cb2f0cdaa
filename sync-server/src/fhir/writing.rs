//! What a program writes: resources of its own, and answers to what patients asked.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use shared::edit::clinic::ClinicEdit;
use shared::fhir::import::plan::{key, pair};
use shared::fhir::import::{Facts, Fate, Method, Request, read};
use shared::id::{EntryId, PatientId};

use super::answering::{Program, account_of, edit_of, reply_of};
use super::api::{refused, take};
use super::asked::{Asked, encoded, identifier_of};
use super::outcome::{answer, code, issue, outcome, status_of};
use super::outgoing::{ANSWERED, made};
use super::patch::patched;
use super::reading::{Named, OUTGOING, OfType, base, decide, shown, versions};
use super::scope::Deed;
use super::shown::{Found, Subject, taken, without_meta};
use crate::actions;
use crate::authorize::{Action, Around, Authorized, Decision, Ehr, Resource};
use crate::error::Error;
use crate::projector;
use crate::store::Store;
use crate::store::outgoing::{Answered, OutgoingRow};
use crate::store::rows::ReplyKey;
use crate::world::OsRng;

actions! {
    CreateResource: Ehr => OfType, if may_create;
    UpdateResource: Ehr => Named, if may_update;
    UpdateFound: Ehr => OfType, if may_update_found;
}

fn may_create<'a>(who: &'a Ehr, of: &'a OfType, _: Around<'a>) -> Decision<'a> {
    decide(who, &of.kind, Deed::Create)
}

fn may_update<'a>(who: &'a Ehr, named: &'a Named, _: Around<'a>) -> Decision<'a> {
    decide(who, &named.kind, Deed::Update)
}

fn may_update_found<'a>(who: &'a Ehr, of: &'a OfType, _: Around<'a>) -> Decision<'a> {
    decide(who, &of.kind, Deed::Update)
}

/// `POST /fhir/Observation`, perhaps with If-None-Exist.
pub async fn create(
    allowed: Authorized<CreateResource, OfType>,
    asked: Asked,
) -> Result<Response, Error> {
    let kind = &allowed.resource.kind;
    let (body, _) = body_of(&asked, kind)?;
    if let Some(query) = asked.header("if-none-exist") {
        let there = named_by(&allowed, kind, query).await?;
        match there.as_slice() {
            [] => {}
            [found] => return Ok(shown(found.clone(), StatusCode::OK)),
            _ => return Err(Error::SeveralMatch),
        }
    }
    if kind == "Communication"
        && let Some(response) = reply(&allowed, body).await?
    {
        return Ok(response);
    }
    take_one(&allowed, body, None).await
}

/// `PUT /fhir/Observation?identifier=system|value`.
pub async fn update_found(
    allowed: Authorized<UpdateFound, OfType>,
    asked: Asked,
) -> Result<Response, Error> {
    let kind = &allowed.resource.kind;
    let (body, facts) = body_of(&asked, kind)?;
    let [(name, value)] = asked.query.as_slice() else {
        return Err(Error::WrongParameter);
    };
    let query = format!("{name}={}", encoded(value));
    let named = identifier_of(&query).ok_or(Error::WrongParameter)?;
    if !facts.identifiers.contains(&named) {
        return Err(Error::WrongParameter);
    }
    match named_by(&allowed, kind, &query).await?.len() {
        0 | 1 => take_one(&allowed, body, None).await,
        _ => Err(Error::SeveralMatch),
    }
}

/// `PUT /fhir/Task/17`, with If-Match.
pub async fn update(
    allowed: Authorized<UpdateResource, Named>,
    asked: Asked,
) -> Result<Response, Error> {
    let Named { kind, id, .. } = &allowed.resource;
    let (body, facts) = body_of(&asked, kind)?;
    if facts.id.as_deref() != Some(id) {
        return Err(Error::OtherId);
    }
    let store = allowed.store();
    if !store.outgoing_versions(kind.clone(), id.clone()).await?.is_empty() {
        return answered(&allowed, &asked, body.to_owned()).await;
    }
    let version = asked.if_match()?.map(|version| format!("W/\"{version}\""));
    take_one(&allowed, body, version).await
}

/// `PATCH /fhir/Task/17`, with If-Match.
pub async fn patch(
    allowed: Authorized<UpdateResource, Named>,
    asked: Asked,
) -> Result<Response, Error> {
    if asked.media_type() != "application/json-patch+json" {
        return Err(Error::WrongMediaType);
    }
    let Named { kind, id, .. } = &allowed.resource;
    let all = versions(allowed.store(), &allowed.who.client.source, kind, id).await?;
    let newest = all.into_iter().next().ok_or(Error::NotFound)?;
    let body = patched(&newest.body, &asked.body).ok_or(Error::StepRefused)?;
    answered(&allowed, &asked, body).await
}

/// An answer to what a patient asked. The clinic's system says which version it saw: if the patient
/// cancelled meanwhile, it hears so.
async fn answered(
    allowed: &Authorized<UpdateResource, Named>,
    asked: &Asked,
    body: String,
) -> Result<Response, Error> {
    let Named { kind, id, .. } = &allowed.resource;
    let (app, store) = (allowed.app(), allowed.store());
    let source = &allowed.who.client.source;
    if !ANSWERED.contains(&kind.as_str()) {
        return Err(Error::WrongMethod);
    }
    let version = asked.if_match()?.ok_or(Error::VersionWanted)?;
    let newest = newest(store, kind, id).await?;
    let patient = newest.patient;
    let subject = Subject::of(store, source, patient).await?;
    let row = {
        // First a turn in the record, then what goes out: as the clinic's page does it.
        let _turn = app.desk().turn(patient).await;
        let _alone = app.outgoing().await;
        let newest = self::newest(store, kind, id).await?;
        if newest.version != version {
            return Err(Error::Outdated);
        }
        let body = without_meta(&taken(&body, source, &subject, &OUTGOING));
        let was: Value = serde_json::from_str(&newest.body).map_err(|_| Error::Unreadable)?;
        let is: Value = serde_json::from_str(&body).map_err(|_| Error::Unreadable)?;
        let by = signed(&is, &allowed.who.client.name);
        if let Some(edit) = edit_of(kind, &was, &is, &by, app.now())? {
            let program = Program { app, store, by: &by };
            // Whoever takes something on has seen it.
            if let ClinicEdit::Assign { of, .. } = &edit {
                program.write(patient, ClinicEdit::MarkRead { entry: *of }, None).await?;
            }
            program.write(patient, edit, None).await?;
        }
        let all = made(store, patient).await?;
        let now = all.into_iter().find(|made| made.kind == *kind && made.id == *id);
        let hash = now.ok_or(Error::NotFound)?.hash;
        let (kind, id, at) = (kind.clone(), id.clone(), app.now());
        let answered = Answered { kind, id, version, made: hash, body, at };
        store.answer_outgoing(answered).await?.ok_or(Error::Outdated)?;
        self::newest(store, &allowed.resource.kind, &allowed.resource.id).await?
    };
    projector::catch_up(app).await?;
    Ok(shown(Found::outgoing(row, source, &subject), StatusCode::OK))
}

async fn newest(store: &dyn Store, kind: &str, id: &str) -> Result<OutgoingRow, Error> {
    let rows = store.outgoing_versions(kind.to_owned(), id.to_owned()).await?;
    rows.into_iter().next().ok_or(Error::NotFound)
}

/// Whom the patient reads as the one who answered.
fn signed(body: &Value, program: &str) -> String {
    let owner = body["owner"]["display"].as_str();
    let named = owner.filter(|name| *name != "Care team" && !name.trim().is_empty());
    named.unwrap_or(program).to_owned()
}

/// A message in a thread of this portal; nothing if it is in none.
async fn reply(
    allowed: &Authorized<CreateResource, OfType>,
    body: &str,
) -> Result<Option<Response>, Error> {
    let (app, store, client) = (allowed.app(), allowed.store(), &allowed.who.client);
    let said: Value = serde_json::from_str(body).map_err(|_| Error::Unreadable)?;
    let mut known = Vec::new();
    for one in ["partOf", "inResponseTo"] {
        for reference in said[one].as_array().into_iter().flatten() {
            let id = reference["reference"].as_str().unwrap_or_default();
            let id = id.rsplit('/').next().unwrap_or_default().to_owned();
            let rows = store.outgoing_versions("Communication".into(), id.clone()).await?;
            let entry = id.strip_prefix("thread-").unwrap_or(&id).parse::<EntryId>().ok();
            known.extend(rows.first().zip(entry).map(|(row, entry)| (id, (row.patient, entry))));
        }
    }
    let find = |id: &str| -> Option<(PatientId, EntryId)> {
        known.iter().find(|(known, _)| known == id).map(|(_, place)| *place)
    };
    let Some((patient, edit)) = reply_of(store, find, &said).await? else {
        return Ok(None);
    };
    let by = said["sender"]["display"].as_str().unwrap_or(&client.name);
    let key = said["identifier"][0]["value"].as_str().map(|value| ReplyKey {
        author: account_of(&client.name),
        key: value.to_owned(),
        entry: EntryId::fresh(app.now(), &mut OsRng),
    });
    let entry = {
        let _turn = app.desk().turn(patient).await;
        Program { app, store, by }.write(patient, edit, key).await?
    };
    projector::catch_up(app).await?;
    let row = newest(store, "Communication", &entry.to_string()).await?;
    let subject = Subject::of(store, &client.source, patient).await?;
    let found = Found::outgoing(row, &client.source, &subject);
    let place = format!("{}/Communication/{entry}", base(allowed));
    Ok(Some(located(shown(found, StatusCode::CREATED), &place)))
}

/// The body, if it is a resource of this type.
fn body_of<'a>(asked: &'a Asked, kind: &str) -> Result<(&'a str, Facts), Error> {
    let body = asked.json()?;
    let read = read(asked.body.as_ref()).map_err(|error| refused(error.into()))?;
    let facts = Facts::of(body.trim_start_matches('\u{feff}')).filter(|facts| facts.kind == kind);
    match (read.entries.len(), facts) {
        (1, Some(facts)) => Ok((body, facts)),
        _ => Err(Error::OtherId),
    }
}

/// What this source sent under `identifier=system|value`.
async fn named_by<A: Action<R, Who = Ehr>, R: Resource>(
    allowed: &Authorized<A, R>,
    kind: &str,
    query: &str,
) -> Result<Vec<Found>, Error> {
    let (system, value) = identifier_of(query).ok_or(Error::WrongParameter)?;
    let (store, source) = (allowed.store(), &allowed.who.client.source);
    let named = key(kind, "identifier", &pair(&system, &value));
    let known = store.known(source.clone(), vec![named]).await?;
    let ids = known.into_iter().map(|(_, known)| known.resource).collect();
    Ok(store.resources(ids).await?.into_iter().map(Found::sent).collect())
}

/// Takes one resource, if the stored one is at the version that was named.
async fn take_one<A: Action<R, Who = Ehr>, R: Resource>(
    allowed: &Authorized<A, R>,
    body: &str,
    version: Option<String>,
) -> Result<Response, Error> {
    let mut input = read(body.as_bytes()).map_err(|error| refused(error.into()))?;
    if let (Some(version), [entry]) = (version, input.entries.as_mut_slice()) {
        // Looked at while no other import runs: of two who name the same version one is late.
        entry.request = Some(Request {
            method: Method::Put,
            url: String::new(),
            if_none_exist: None,
            if_match: Some(version),
        });
    }
    let taken = take(allowed, input).await?;
    let fate = taken.entries.first().map(|entry| entry.fate).ok_or(Error::Unreadable)?;
    let (resource, status) = match fate {
        Fate::New(resource) => (resource, StatusCode::CREATED),
        Fate::Newer(resource) | Fate::Unchanged(resource) => (resource, StatusCode::OK),
        Fate::Refused(why) => {
            let status = status_of(why);
            let body = outcome(&[issue("error", code(why), &why.to_string())]);
            return Ok(answer(status, body.to_string()));
        }
    };
    let row = allowed.store().resources(vec![resource]).await?.pop().ok_or(Error::NotFound)?;
    let found = Found::sent(row);
    let place = format!("{}/{}/{}/_history/{}", base(allowed), found.kind, found.id, found.version);
    Ok(located(shown(found, status), &place))
}

fn located(mut response: Response, place: &str) -> Response {
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}
