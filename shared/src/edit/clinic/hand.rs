//! What the clinic adds to a chart by hand, and the FHIR resource that it becomes.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Refused, shelf, text};
use crate::document::Kind;
use crate::fhir::datatypes::LOINC;
use crate::fhir::decimal::Decimal;
use crate::fhir::entry::Cut;
use crate::id::EntryId;
use crate::time::PartialDate;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hand {
    Result {
        name: String,
        loinc: Option<String>,
        /// As it stands on the paper: a number or words.
        value: String,
        unit: Option<String>,
        low: Option<String>,
        high: Option<String>,
        taken_on: PartialDate,
        lab: Option<String>,
    },
    Medicine {
        name: String,
        directions: Option<String>,
        since: Option<PartialDate>,
    },
    Allergy {
        substance: String,
        reaction: Option<String>,
        severe: Option<bool>,
    },
    Condition {
        name: String,
        since: Option<PartialDate>,
        ended: Option<PartialDate>,
    },
    Shot {
        name: String,
        given_on: PartialDate,
        lot: Option<String>,
    },
    Visit {
        name: String,
        at: PartialDate,
        with: Option<String>,
        place: Option<String>,
        /// Booked, or over.
        to_come: bool,
    },
    Document {
        title: String,
        kind: Option<String>,
        dated: Option<PartialDate>,
        content_type: String,
        blob: String,
        bytes: u64,
    },
}

impl Hand {
    pub(super) fn checked(self) -> Result<Self, Refused> {
        Ok(match self {
            Self::Result { name, loinc, value, unit, low, high, taken_on, lab } => Self::Result {
                name: text::name(&name)?,
                loinc: text::short(loinc)?,
                value: text::name(&value)?,
                unit: text::short(unit)?,
                low: number(low)?,
                high: number(high)?,
                taken_on,
                lab: text::short(lab)?,
            },
            Self::Medicine { name, directions, since } => Self::Medicine {
                name: text::name(&name)?,
                directions: text::note(directions)?,
                since,
            },
            Self::Allergy { substance, reaction, severe } => Self::Allergy {
                substance: text::name(&substance)?,
                reaction: text::short(reaction)?,
                severe,
            },
            Self::Condition { name, since, ended } => {
                Self::Condition { name: text::name(&name)?, since, ended }
            }
            Self::Shot { name, given_on, lot } => {
                Self::Shot { name: text::name(&name)?, given_on, lot: text::short(lot)? }
            }
            Self::Visit { name, at, with, place, to_come } => Self::Visit {
                name: text::name(&name)?,
                at,
                with: text::short(with)?,
                place: text::short(place)?,
                to_come,
            },
            Self::Document { title, kind, dated, content_type, blob, bytes } => Self::Document {
                title: text::name(&title)?,
                kind: text::short(kind)?,
                dated,
                content_type: text::name(&content_type)?,
                blob: text::name(&blob)?,
                bytes,
            },
        })
    }

    /// Where it belongs, the resource, and what of it lies in a blob.
    pub(super) fn into_resource(self, id: EntryId) -> Result<(Kind, String, Vec<Cut>), Refused> {
        let id = id.to_string();
        let (kind, resource) = match self {
            Self::Result { name, loinc, value, unit, low, high, taken_on, lab } => {
                let kind = shelf(Some(taken_on), Kind::ChartResults);
                let value = value_json(&value, unit.as_deref());
                let range = range_json(low.as_deref(), high.as_deref(), unit.as_deref());
                let head = result_head(&id, &name, loinc, taken_on, lab);
                // Numbers are joined as text: through a float they would lose their digits.
                let open = head.strip_suffix('}').expect("an object ends so");
                return Ok((kind, format!("{open},{value}{range}}}"), Vec::new()));
            }
            Self::Medicine { name, directions, since } => {
                let dosage = directions.map(|text| json!([{ "text": text }]));
                let resource = json!({
                    "resourceType": "MedicationRequest", "id": id, "status": "active",
                    "intent": "order", "medicationCodeableConcept": { "text": name },
                    "authoredOn": since, "dosageInstruction": dosage,
                });
                (Kind::ChartCore, resource)
            }
            Self::Allergy { substance, reaction, severe } => {
                let criticality = severe.map(|severe| if severe { "high" } else { "low" });
                let reaction =
                    reaction.map(|text| json!([{ "manifestation": [{ "text": text }] }]));
                let resource = json!({
                    "resourceType": "AllergyIntolerance", "id": id,
                    "clinicalStatus": { "coding": [{ "code": "active" }] },
                    "verificationStatus": { "coding": [{ "code": "confirmed" }] },
                    "code": { "text": substance }, "criticality": criticality, "reaction": reaction,
                });
                (Kind::ChartCore, resource)
            }
            Self::Condition { name, since, ended } => {
                let status = if ended.is_some() { "resolved" } else { "active" };
                let resource = json!({
                    "resourceType": "Condition", "id": id, "code": { "text": name },
                    "clinicalStatus": { "coding": [{ "code": status }] },
                    "verificationStatus": { "coding": [{ "code": "confirmed" }] },
                    "category": [{ "coding": [{ "code": "problem-list-item" }] }],
                    "onsetDateTime": since, "abatementDateTime": ended,
                });
                (Kind::ChartCore, resource)
            }
            Self::Shot { name, given_on, lot } => {
                let resource = json!({
                    "resourceType": "Immunization", "id": id, "status": "completed",
                    "vaccineCode": { "text": name }, "occurrenceDateTime": given_on,
                    "lotNumber": lot,
                });
                (Kind::ChartCore, resource)
            }
            Self::Visit { name, at, with, place, to_come } => {
                visit_json(&id, &name, at, with, place, to_come)
            }
            Self::Document { title, kind, dated, content_type, blob, bytes } => {
                let head = json!({
                    "resourceType": "DocumentReference", "id": id, "status": "current",
                    "type": kind.map(|kind| json!({ "text": kind })), "date": dated,
                    "description": title, "content": [{ "attachment": {
                        "contentType": content_type, "title": title, "size": bytes, "data": "",
                    } }],
                });
                let (resource, at) = with_place_for_data(head);
                let cut = Cut { at, blob, bytes, form: None };
                return Ok((Kind::ChartCore, resource, vec![cut]));
            }
        };
        Ok((kind, without_nulls(resource).to_string(), Vec::new()))
    }
}

fn result_head(
    id: &str,
    name: &str,
    loinc: Option<String>,
    taken_on: PartialDate,
    lab: Option<String>,
) -> String {
    let coding = loinc.map(|code| json!([{ "system": LOINC, "code": code }]));
    let code = without_nulls(json!({ "text": name, "coding": coding }));
    let performer = lab.map(|lab| json!([{ "display": lab }]));
    let head = json!({
        "resourceType": "Observation", "id": id, "status": "final",
        "category": [{ "coding": [{ "code": "laboratory" }] }],
        "code": code, "effectiveDateTime": taken_on, "performer": performer,
    });
    without_nulls(head).to_string()
}

/// The resource, and where in it the bytes belong that lie in a blob.
fn with_place_for_data(resource: Value) -> (String, u64) {
    let resource = without_nulls(resource).to_string();
    let key = "\"data\":\"";
    let place = resource.find(key).expect("the caller wrote an empty one");
    let at = (place + key.len()) as u64;
    (resource, at)
}

fn visit_json(
    id: &str,
    name: &str,
    at: PartialDate,
    with: Option<String>,
    place: Option<String>,
    to_come: bool,
) -> (Kind, serde_json::Value) {
    let kind = shelf(Some(at), Kind::ChartVisits);
    if !to_come {
        let participant = with.map(|with| json!([{ "individual": { "display": with } }]));
        let location = place.map(|place| json!([{ "location": { "display": place } }]));
        let resource = json!({
            "resourceType": "Encounter", "id": id, "status": "finished",
            "class": { "code": "AMB" }, "type": [{ "text": name }], "period": { "start": at },
            "participant": participant, "location": location,
        });
        return (kind, resource);
    }
    let actor = |display: String, reference: &str| {
        let actor = json!({ "display": display, "type": reference });
        json!({ "actor": actor, "status": "accepted" })
    };
    let with = with.map(|with| actor(with, "Practitioner"));
    let place = place.map(|place| actor(place, "Location"));
    let participant: Vec<_> = [with, place].into_iter().flatten().collect();
    let resource = json!({
        "resourceType": "Appointment", "id": id, "status": "booked",
        "description": name, "start": at, "participant": participant,
    });
    (kind, resource)
}

/// A plain number, as it stands on the paper.
fn number(text: Option<String>) -> Result<Option<String>, Refused> {
    let Some(text) = text::short(text)? else {
        return Ok(None);
    };
    let known = is_number(&text);
    known.then_some(Some(text)).ok_or(Refused::NotANumber)
}

/// Both a number and JSON: "07" is not the latter.
fn is_number(text: &str) -> bool {
    let json = serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok();
    json && Decimal::read(text).is_some()
}

fn value_json(value: &str, unit: Option<&str>) -> String {
    match is_number(value) {
        true => format!("\"valueQuantity\":{}", quantity_json(value, unit)),
        false => {
            let words = match unit {
                Some(unit) => format!("{value} {unit}"),
                None => value.to_owned(),
            };
            format!("\"valueString\":{}", json!(words))
        }
    }
}

fn range_json(low: Option<&str>, high: Option<&str>, unit: Option<&str>) -> String {
    let limit = |name: &str, value: Option<&str>| {
        value.map(|value| format!("\"{name}\":{}", quantity_json(value, unit)))
    };
    let limits: Vec<_> = [limit("low", low), limit("high", high)].into_iter().flatten().collect();
    match limits.is_empty() {
        true => String::new(),
        false => format!(",\"referenceRange\":[{{{}}}]", limits.join(",")),
    }
}

fn quantity_json(value: &str, unit: Option<&str>) -> String {
    match unit {
        Some(unit) => format!("{{\"value\":{value},\"unit\":{}}}", json!(unit)),
        None => format!("{{\"value\":{value}}}"),
    }
}

/// What was not said is not written.
fn without_nulls(mut resource: serde_json::Value) -> serde_json::Value {
    if let Some(fields) = resource.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    resource
}
