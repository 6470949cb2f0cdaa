//! Home readings as Observation, each with the Provenance that says who measured.

use super::super::fill::{fill, identifier, list, maybe};
use super::{Pen, Written, date_time, instant};
use crate::edit::Audience;
use crate::id::EntryId;
use crate::json::{Kind, Value};
use crate::record::reading::{BLOOD_PRESSURE, Measure, Measured, Reading};
use crate::record::{Entry, Said};

/// Corrections of corrections that are followed: nobody types a number so often, and a ring of them
/// holds nobody.
const CORRECTIONS_MAX: usize = 50;

/// A reading stands under the id of its first version; a correction is a new version of it.
pub fn write(pen: &Pen<'_>, id: EntryId, entry: &Entry, reading: &Reading, all: &mut Vec<Written>) {
    if reading.corrects.is_some() {
        return;
    }
    let (newest, entry_now, now) = newest(pen, id, entry, reading);
    let taken_back = pen.is_taken_back(newest, entry_now) || pen.is_taken_back(id, entry);
    let status = match (taken_back, newest == id) {
        (true, _) => "entered-in-error",
        (false, true) => "final",
        (false, false) => "amended",
    };
    let audience = entry.audience.unwrap_or(Audience::Circle);
    let parts = observations(&now.measured);
    let mut targets = Vec::new();
    for (place, (code, value)) in parts.into_iter().enumerate() {
        let name = if place == 0 { id.to_string() } else { format!("{id}-{place}") };
        // An identifier names one thing: the second number of a reading has only its id.
        let own = if place == 0 { vec![identifier(id)] } else { Vec::new() };
        let json = fill(
            r#"{"resourceType":"Observation","id":~@,"status":~,"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}]}],"code":@,"subject":@,"effectiveDateTime":~,"issued":~,"performer":[@],"method":{"text":"Measured at home"}@@}"#,
            &[
                &name,
                &list("identifier", &own),
                status,
                &code,
                &pen.patient(),
                &date_time(now.at),
                &instant(now.written),
                &pen.author(entry_now),
                &maybe(r#","note":[{"text":~}]"#, now.note.as_deref()),
                &value,
            ],
        );
        targets.push(fill(r#"{"reference":~}"#, &[&format!("Observation/{name}")]));
        all.push(Written { kind: "Observation", id: name, entry: id, audience, json });
    }
    let json = fill(
        r#"{"resourceType":"Provenance","id":~,"target":[@],"recorded":~,"agent":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/provenance-participant-type","code":"author"}]},"who":@},{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/provenance-participant-type","code":"transmitter"}]},"who":{"display":"Patient portal"}}]}"#,
        &[&id.to_string(), &targets.join(","), &instant(now.written), &pen.author(entry_now)],
    );
    all.push(Written { kind: "Provenance", id: id.to_string(), entry: id, audience, json });
}

/// The last correction of a reading by its own author.
fn newest<'a>(
    pen: &'a Pen<'_>,
    id: EntryId,
    entry: &'a Entry,
    reading: &'a Reading,
) -> (EntryId, &'a Entry, &'a Reading) {
    let mut found = (id, entry, reading);
    for _ in 0..CORRECTIONS_MAX {
        let corrections = pen.record.entries().filter_map(|(other, entry)| match &entry.said {
            Said::Reading(said) if said.corrects == Some(found.0) => Some((other, entry, said)),
            _ => None,
        });
        let own = corrections.filter(|(_, other, _)| other.author == entry.author);
        match own.max_by_key(|(other, entry, _)| (entry.order(), *other)) {
            Some(next) => found = next,
            None => break,
        }
    }
    found
}

/// The code and the value of each observation that a reading comes to.
fn observations(measured: &Measured) -> Vec<(String, String)> {
    let measures = measured.measures();
    let simple = |measure: &Measure<'_>| {
        (concept(measure.loinc), fill(r#","valueQuantity":@"#, &[&quantity(measure)]))
    };
    match measured {
        Measured::BloodPressure { .. } => {
            let (panel, rest) = measures.split_at(2);
            let parts = panel.iter().map(|measure| {
                fill(
                    r#"{"code":@,"valueQuantity":@}"#,
                    &[&concept(measure.loinc), &quantity(measure)],
                )
            });
            let parts = list("component", &parts.collect::<Vec<_>>());
            let mut all = vec![(concept(BLOOD_PRESSURE), parts)];
            all.extend(rest.iter().map(simple));
            all
        }
        Measured::Pulse { .. }
        | Measured::Weight { .. }
        | Measured::Glucose { .. }
        | Measured::Temperature { .. }
        | Measured::Oxygen { .. } => measures.iter().map(simple).collect(),
    }
}

/// The profiles of vital signs want the panel's code beside the method's (US Core, pulse oximetry).
const OXYGEN_BY_ANY_METHOD: &str = "2708-6";

fn concept(loinc: &str) -> String {
    let (also, name) = match loinc {
        "85354-9" => (None, "Blood pressure"),
        "8480-6" => (None, "Systolic blood pressure"),
        "8462-4" => (None, "Diastolic blood pressure"),
        "8867-4" => (None, "Heart rate"),
        "29463-7" => (None, "Body weight"),
        "8310-5" => (None, "Body temperature"),
        "59408-5" => (Some(OXYGEN_BY_ANY_METHOD), "Oxygen saturation by pulse oximetry"),
        _ => (None, "Glucose in capillary blood"),
    };
    let coding = |code: &str| fill(r#"{"system":"http://loinc.org","code":~}"#, &[code]);
    let codes: Vec<_> = [Some(loinc), also].into_iter().flatten().map(coding).collect();
    fill(r#"{"coding":[@],"text":~}"#, &[&codes.join(","), name])
}

fn quantity(measure: &Measure<'_>) -> String {
    let value = number(measure.value);
    fill(
        r#"{@"unit":~,"system":"http://unitsofmeasure.org","code":~}"#,
        &[
            &value.map_or_else(String::new, |value| format!("\"value\":{value},")),
            measure.unit,
            measure.ucum,
        ],
    )
}

/// The digits as they were typed, in JSON's grammar: no zeros before, no lone point. Nothing if a
/// broken client sent what is no number.
fn number(typed: &str) -> Option<String> {
    let digits = typed.trim_start_matches('0');
    let zero = if digits.is_empty() || digits.starts_with('.') { "0" } else { "" };
    let digits = format!("{zero}{digits}");
    let digits = digits.strip_suffix('.').unwrap_or(&digits);
    let is_number = Value::read(digits).is_some_and(|value| value.kind() == Kind::Number);
    is_number.then(|| digits.to_owned())
}
