//! What a program reads: one resource, its versions, a search, everything about a patient, and the
//! summary of a record.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;
use shared::fhir::export;
use shared::fhir::import::plan::key;
use shared::json::Value;

use super::asked::{Asked, parts};
use super::outcome::answer;
use super::scope::Deed;
use super::search::Search;
use super::shown::{Found, Subject, instant};
use crate::actions;
use crate::audit::What;
use crate::audit::door::Whose;
use crate::authorize::{Around, Authorized, Decision, Ehr, Ground, Path, Resource};
use crate::clinic::record::{self, Parts};
use crate::error::Error;
use crate::store::{Store, StoreError};

actions! {
    /// Reading what this client's source sent, and what people wrote here.
    ReadResource: Ehr => Named, if may_read;
    SearchResources: Ehr => OfType, if may_search;
}

/// A resource by type and id.
pub struct Named {
    pub kind: String,
    pub id: String,
    version: Option<u64>,
}

impl Resource for Named {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        let version = path.part("version").ok();
        Ok(Self { kind: path.part("kind")?, id: path.part("id")?, version })
    }

    fn whose(&self) -> Whose {
        Whose::Shown(What::Chart)
    }
}

/// All resources of a type.
pub struct OfType {
    pub kind: String,
}

impl Resource for OfType {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        let kind: String = path.part("kind")?;
        // An operation is no type, and none is known at this place.
        let is_type = kind.starts_with(|letter: char| letter.is_ascii_uppercase());
        if is_type { Ok(Self { kind }) } else { Err(Error::NotFound) }
    }

    fn whose(&self) -> Whose {
        Whose::Shown(What::Chart)
    }
}

pub fn decide<'a>(who: &Ehr, kind: &str, deed: Deed) -> Decision<'a> {
    let allowed = who.scopes.allow(kind, deed);
    Box::pin(std::future::ready(if allowed { Ok(Ground::Usual) } else { Err(Error::NotAllowed) }))
}

fn may_read<'a>(who: &'a Ehr, named: &'a Named, _: Around<'a>) -> Decision<'a> {
    decide(who, &named.kind, Deed::Read)
}

fn may_search<'a>(who: &'a Ehr, of: &'a OfType, _: Around<'a>) -> Decision<'a> {
    decide(who, &of.kind, Deed::Search)
}

/// `GET /fhir/Observation/17`: what the source sent is as it came, byte for byte.
pub async fn one(
    allowed: Authorized<ReadResource, Named>,
    asked: Asked,
) -> Result<Response, Error> {
    let Named { kind, id, .. } = &allowed.resource;
    let newest = versions(allowed.store(), &allowed.who.client.source, kind, id).await?;
    let newest = newest.into_iter().next().ok_or(Error::NotFound)?;
    allowed.shows(newest.patient);
    if asked.if_none_match() == Some(newest.version) {
        return Ok(tagged(answer(StatusCode::NOT_MODIFIED, String::new()), &newest));
    }
    Ok(shown(newest, StatusCode::OK))
}

/// `GET /fhir/Task/17/_history/2`.
pub async fn version(
    allowed: Authorized<ReadResource, Named>,
    _: Asked,
) -> Result<Response, Error> {
    let Named { kind, id, version } = &allowed.resource;
    let all = versions(allowed.store(), &allowed.who.client.source, kind, id).await?;
    let found = all.into_iter().find(|found| Some(found.version) == *version);
    let found = found.ok_or(Error::NotFound)?;
    allowed.shows(found.patient);
    Ok(shown(found, StatusCode::OK))
}

/// `GET /fhir/Task/17/_history`: the newest first.
pub async fn history(
    allowed: Authorized<ReadResource, Named>,
    _: Asked,
) -> Result<Response, Error> {
    let Named { kind, id, .. } = &allowed.resource;
    let all = versions(allowed.store(), &allowed.who.client.source, kind, id).await?;
    if all.is_empty() {
        return Err(Error::NotFound);
    }
    allowed.shows(all.iter().filter_map(|found| found.patient));
    let base = base(&allowed);
    let entries = all.iter().map(|found| {
        let (method, url) = match found.version {
            1 => ("POST", kind.clone()),
            _ => ("PUT", format!("{kind}/{id}")),
        };
        let request = json!({"method": method, "url": url});
        let status = if found.version == 1 { "201" } else { "200" };
        let etag = format!("W/\"{}\"", found.version);
        let response = json!({
            "status": status, "etag": etag, "lastModified": instant(found.at),
        });
        let url = json!(format!("{base}/{kind}/{id}"));
        let body = &found.body;
        format!(
            r#"{{"fullUrl":{url},"resource":{body},"request":{request},"response":{response}}}"#
        )
    });
    let entries: Vec<_> = entries.collect();
    let (count, entries) = (entries.len(), entries.join(","));
    let body = format!(
        r#"{{"resourceType":"Bundle","type":"history","total":{count},"entry":[{entries}]}}"#
    );
    Ok(answer(StatusCode::OK, body))
}

/// `GET /fhir/Task?status=requested`.
pub async fn search(
    allowed: Authorized<SearchResources, OfType>,
    asked: Asked,
) -> Result<Response, Error> {
    let (store, source) = (allowed.store(), &allowed.who.client.source);
    let search = Search::read(store, source, &allowed.resource.kind, &asked).await?;
    let page = search.page(store, source).await?;
    store.note_fetch(allowed.who.client.name.clone(), allowed.app().now()).await?;
    allowed.shows(page.found.iter().filter_map(|found| found.patient));
    let base = base(&allowed);
    let mut links = vec![json!({"relation": "self", "url": format!("{base}/{}", page.own)})];
    links
        .extend(page.next.map(|next| json!({"relation": "next", "url": format!("{base}/{next}")})));
    Ok(answer(StatusCode::OK, searchset(&base, &links, &page.found)))
}

/// `POST /fhir/Task/_search`: what is searched for stands in no address, which others may log.
pub async fn search_by_form(
    allowed: Authorized<SearchResources, OfType>,
    mut asked: Asked,
) -> Result<Response, Error> {
    if asked.media_type() != "application/x-www-form-urlencoded" {
        return Err(Error::WrongMediaType);
    }
    let form = std::str::from_utf8(&asked.body).map_err(|_| Error::Unreadable)?;
    asked.query.extend(parts(form)?);
    search(allowed, asked).await
}

/// `GET /fhir/Patient/1/$everything`: what the source sent and what people wrote, all at once.
pub async fn everything(
    allowed: Authorized<ReadResource, Named>,
    asked: Asked,
) -> Result<Response, Error> {
    let (store, who) = (allowed.store(), &allowed.who);
    let subject = subject(&allowed).await?;
    allowed.shows([subject.patient]);
    let said = |name: &str| {
        let found = asked.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    let types: Option<Vec<_>> = said("_type").map(|types| types.split(',').collect());
    let since = said("_since").map(|since| since.parse::<shared::time::PartialDate>());
    let since = since.transpose().map_err(|_| Error::WrongParameter)?.and_then(|at| at.moment());
    let mut all = sent(store, &who.client.source, &subject).await?;
    for kind in OUTGOING {
        let ask = crate::store::outgoing::OutgoingAsk {
            kind: kind.to_owned(),
            patient: Some(subject.patient),
            after: None,
            rows_max: usize::MAX,
        };
        let rows = store.outgoing(ask).await?.into_iter();
        all.extend(rows.map(|row| Found::outgoing(row, &who.client.source, &subject)));
    }
    all.retain(|found| {
        who.scopes.allow(&found.kind, Deed::Read)
            && types.as_ref().is_none_or(|types| types.contains(&found.kind.as_str()))
            && since.is_none_or(|since| found.at >= since)
    });
    let base = base(&allowed);
    let link = json!({"relation": "self", "url": format!("{base}/Patient/{}/$everything", allowed.resource.id)});
    Ok(answer(StatusCode::OK, searchset(&base, &[link], &all)))
}

/// The types that people's words become.
pub const OUTGOING: [&str; 8] = [
    "AllergyIntolerance",
    "Appointment",
    "Communication",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Provenance",
    "Task",
];

/// What a summary is made of: whoever may not read all of it gets none.
const OF_SUMMARY: [&str; 9] = [
    "AllergyIntolerance",
    "CarePlan",
    "Condition",
    "DiagnosticReport",
    "Immunization",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Procedure",
];

/// `GET /fhir/Patient/1/$summary`: of all sources, as the patient's own device makes it.
pub async fn summarized(
    allowed: Authorized<ReadResource, Named>,
    _: Asked,
) -> Result<Response, Error> {
    if !OF_SUMMARY.iter().all(|kind| allowed.who.scopes.allow(kind, Deed::Read)) {
        return Err(Error::NotAllowed);
    }
    let patient = subject(&allowed).await?.patient;
    allowed.shows([patient]);
    let store = allowed.store();
    let named = store.patients().await?.into_iter().find(|known| known.patient == patient);
    let name = named.ok_or(Error::NotFound)?.name;
    let record = record::read(store, patient, Parts::WritingAndChart).await?;
    let whose = export::Whose { patient, name: &name, account: None };
    Ok(answer(StatusCode::OK, export::summary(&record, &whose, allowed.app().now())))
}

async fn subject(allowed: &Authorized<ReadResource, Named>) -> Result<Subject, Error> {
    if allowed.resource.kind != "Patient" {
        return Err(Error::NotFound);
    }
    let (store, source) = (allowed.store(), &allowed.who.client.source);
    Subject::find(store, source, &allowed.resource.id).await?.ok_or(Error::NotFound)
}

/// What this source sent that stands in a chart.
async fn sent(
    store: &dyn Store,
    source: &str,
    subject: &Subject,
) -> Result<Vec<Found>, StoreError> {
    let (rows, _) = store.resources_in(subject.patient, None, usize::MAX).await?;
    Ok(rows.into_iter().filter(|row| row.source == source).map(Found::sent).collect())
}

/// All versions, the newest first; none of what another source sent.
pub async fn versions(
    store: &dyn Store,
    source: &str,
    kind: &str,
    id: &str,
) -> Result<Vec<Found>, StoreError> {
    let known = store.known(source.to_owned(), vec![key(kind, "id", id)]).await?;
    let named = known.first().map(|(_, known)| known.resource);
    if let Some(resource) = named.or_else(|| id.parse().ok()) {
        let rows = store.resource_versions(resource).await?;
        if rows.first().is_some_and(|row| row.source == source && row.kind == kind) {
            return Ok(rows.into_iter().map(Found::sent).collect());
        }
    }
    let rows = store.outgoing_versions(kind.to_owned(), id.to_owned()).await?;
    let Some(first) = rows.first() else {
        return Ok(Vec::new());
    };
    let subject = Subject::of(store, source, first.patient).await?;
    Ok(rows.into_iter().map(|row| Found::outgoing(row, source, &subject)).collect())
}

/// Where this API is, as the outside knows it.
pub fn base<A: crate::authorize::Action<R>, R: Resource>(allowed: &Authorized<A, R>) -> String {
    format!("{}/fhir", allowed.app().origin())
}

fn searchset(base: &str, links: &[serde_json::Value], found: &[Found]) -> String {
    let entries: Vec<_> = found
        .iter()
        .map(|one| {
            let url = json!(format!("{base}/{}/{}", one.kind, one.id));
            let body = &one.body;
            format!(r#"{{"fullUrl":{url},"resource":{body},"search":{{"mode":"match"}}}}"#)
        })
        .collect();
    let links = json!(links);
    let entries = match entries.is_empty() {
        // FHIR has no empty lists (R4, §2.6.2).
        true => String::new(),
        false => format!(r#","entry":[{}]"#, entries.join(",")),
    };
    format!(r#"{{"resourceType":"Bundle","type":"searchset","link":{links}{entries}}}"#)
}

/// One resource with its tag.
pub fn shown(found: Found, status: StatusCode) -> Response {
    debug_assert!(Value::read(&found.body).is_some(), "what was stored was read before");
    let mut response = answer(status, found.body.clone());
    response = tagged(response, &found);
    response
}

fn tagged(mut response: Response, found: &Found) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&format!("W/\"{}\"", found.version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
