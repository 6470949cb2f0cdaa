//! A resource as a program of one source sees it: with ids of that source, and with its version.

use shared::fhir::import::plan::key;
use shared::id::{EntryId, ID_CHARS, PatientId};
use shared::json::{Kind, Value};
use shared::time::{PartialDate, Timestamp, Zone};

use super::outgoing::{SOURCE_BASE, base};
use crate::store::outgoing::OutgoingRow;
use crate::store::resources::ResourceRow;
use crate::store::{Store, StoreError};

/// Somebody's Patient resource at one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub patient: PatientId,
    /// Their id there; nothing if that source never sent one.
    pub id: Option<String>,
}

impl Subject {
    /// Whom a program means: by the id at its source, else by ours.
    pub async fn find(
        store: &dyn Store,
        source: &str,
        id: &str,
    ) -> Result<Option<Self>, StoreError> {
        let known = store.known(source.to_owned(), vec![key("Patient", "id", id)]).await?;
        if let Some(patient) = known.iter().find_map(|(_, known)| known.owner) {
            return Ok(Some(Self { patient, id: Some(id.to_owned()) }));
        }
        let Ok(patient) = id.parse::<PatientId>() else {
            return Ok(None);
        };
        let is_here = store.patients().await?.iter().any(|known| known.patient == patient);
        if !is_here {
            return Ok(None);
        }
        Self::of(store, source, patient).await.map(Some)
    }

    pub async fn of(
        store: &dyn Store,
        source: &str,
        patient: PatientId,
    ) -> Result<Self, StoreError> {
        let rows = store.resources_of(source.to_owned(), "Patient".into(), Some(patient), None, 1);
        let id = rows.await?.pop().and_then(|row| row.known.id);
        Ok(Self { patient, id })
    }
}

/// What a row says, for a program of this source.
pub fn outgoing(row: &OutgoingRow, source: &str, subject: &Subject) -> String {
    let (ours, own) = (format!("Patient/{}", row.patient), base(source));
    let theirs = subject.id.as_ref().map_or_else(|| ours.clone(), |id| format!("Patient/{id}"));
    let mut turned = |reference: &str| {
        if reference == ours {
            return Some(theirs.clone());
        }
        if let Some(known) = reference.strip_prefix(&own) {
            return Some(known.to_owned());
        }
        // Of another source: its ids mean nothing to this program.
        (!reference.starts_with(SOURCE_BASE)).then(|| reference.to_owned())
    };
    let body = turn(Value::read_before(&row.body), &mut turned);
    with_meta(&body, row.version, row.changed_at)
}

/// The same the other way round: what a program sent, with our own names.
pub fn taken(body: &str, source: &str, subject: &Subject, kinds: &[&str]) -> String {
    let own = base(source);
    let theirs = subject.id.as_ref().map(|id| format!("Patient/{id}"));
    let mut turned = |reference: &str| {
        if Some(reference) == theirs.as_deref() {
            return Some(format!("Patient/{}", subject.patient));
        }
        let kind = reference.split('/').next().unwrap_or_default();
        let is_relative = reference.matches('/').count() == 1 && !reference.contains(':');
        let is_own = kinds.contains(&kind) && is_of_an_entry(reference);
        match is_relative && !is_own {
            true => Some(format!("{own}{reference}")),
            false => Some(reference.to_owned()),
        }
    };
    turn(Value::read_before(body), &mut turned)
}

/// The id of something that people wrote begins with that of its entry.
fn is_of_an_entry(reference: &str) -> bool {
    let id = reference.rsplit('/').next().unwrap_or_default();
    let id = id.strip_prefix("thread-").unwrap_or(id);
    id.get(..ID_CHARS).is_some_and(|id| id.parse::<EntryId>().is_ok())
}

/// Turns every reference; one that leads nowhere keeps its words alone.
fn turn(value: Value<'_>, turned: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut out = String::new();
    match value.kind() {
        Kind::Map => {
            let mut parts = Vec::new();
            value.each_field(&mut |name, field| {
                let text = (name == "reference").then(|| field.text()).flatten();
                let written = match text {
                    Some(text) => turned(&text).map(|text| quoted(&text)),
                    None => Some(turn(field, turned)),
                };
                parts.extend(written.map(|written| format!("{}:{written}", quoted(name))));
            });
            if parts.is_empty() {
                parts.push(r#""display":"Of another system""#.to_owned());
            }
            out.push('{');
            out.push_str(&parts.join(","));
            out.push('}');
        }
        Kind::List => {
            let mut parts = Vec::new();
            value.each_element(&mut |element| {
                parts.push(turn(element, turned));
                true
            });
            out.push('[');
            out.push_str(&parts.join(","));
            out.push(']');
        }
        Kind::Null | Kind::Truth | Kind::Number | Kind::Text => out.push_str(value.written()),
    }
    out
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    shared::json::write_text(&mut out, text);
    out
}

/// The resource with what this server knows of its version.
pub fn with_meta(body: &str, version: u64, at: Timestamp) -> String {
    let at = instant(at);
    let meta = format!(r#""meta":{{"versionId":"{version}","lastUpdated":"{at}"}}"#);
    let mut fields = Vec::new();
    Value::read_before(body).each_field(&mut |name, value| {
        if name != "meta" {
            fields.push(format!("{}:{}", quoted(name), value.written()));
        }
    });
    let place = fields.len().min(1);
    fields.insert(place, meta);
    format!("{{{}}}", fields.join(","))
}

fn with_id(body: &str, id: &str) -> String {
    match body.trim_start().strip_prefix('{') {
        Some(rest) => format!(r#"{{"id":{},{rest}"#, quoted(id)),
        None => body.to_owned(),
    }
}

/// Without the fields that are this server's to say.
pub fn without_meta(body: &str) -> String {
    let mut fields = Vec::new();
    Value::read_before(body).each_field(&mut |name, value| {
        if name != "meta" {
            fields.push(format!("{}:{}", quoted(name), value.written()));
        }
    });
    format!("{{{}}}", fields.join(","))
}

pub fn instant(at: Timestamp) -> String {
    PartialDate::at(at, &Zone::utc()).to_string()
}

/// A found resource, in one shape whichever way it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub kind: String,
    pub id: String,
    pub at: Timestamp,
    pub version: u64,
    /// Whose it is; nothing if it is nobody's.
    pub patient: Option<PatientId>,
    pub body: String,
}

impl Found {
    /// One that this source sent: as it came, byte for byte. One that came without an id says ours, or
    /// nobody who read it could name it.
    pub fn sent(row: ResourceRow) -> Self {
        let (id, body) = match row.known.id {
            Some(id) => (id, row.body),
            None => {
                let id = row.known.resource.to_string();
                let body = with_id(&row.body, &id);
                (id, body)
            }
        };
        let (at, version, patient) = (row.stored_at, row.version, row.known.owner);
        Self { kind: row.kind, id, at, version, patient, body }
    }

    pub fn outgoing(row: OutgoingRow, source: &str, subject: &Subject) -> Self {
        let body = outgoing(&row, source, subject);
        let (at, patient) = (row.changed_at, Some(row.patient));
        Self { kind: row.kind, id: row.id, at, version: row.version, patient, body }
    }
}
