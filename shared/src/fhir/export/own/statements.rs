//! Medicines and allergies that people added: what they say, and nothing that somebody confirmed.

use super::super::fill::{fill, identifier, maybe};
use super::{Pen, Written, date_time, instant};
use crate::edit::Audience;
use crate::id::EntryId;
use crate::record::Entry;
use crate::record::own::{OwnAllergy, OwnMedicine};

pub fn medicine(pen: &Pen<'_>, id: EntryId, entry: &Entry, said: &OwnMedicine) -> Written {
    let status = if pen.is_taken_back(id, entry) { "entered-in-error" } else { "active" };
    // The profile of IPS wants to hear that nobody knows since when (MedicationStatement-uv-ips).
    let since = said.since.map_or_else(
        || r#","_effectiveDateTime":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}"#.to_owned(),
        |since| fill(r#","effectivePeriod":{"start":~}"#, &[&date_time(since)]),
    );
    let json = fill(
        r#"{"resourceType":"MedicationStatement","id":~,"identifier":[@],"status":~,"medicationCodeableConcept":{"text":~},"subject":@@,"dateAsserted":~,"informationSource":@@}"#,
        &[
            &id.to_string(),
            &identifier(id),
            status,
            &said.name,
            &pen.patient(),
            &since,
            &instant(said.written),
            &pen.author(entry),
            &maybe(r#","dosage":[{"text":~}]"#, said.directions.as_deref()),
        ],
    );
    let audience = entry.audience.unwrap_or(Audience::Circle);
    Written { kind: "MedicationStatement", id: id.to_string(), entry: id, audience, json }
}

pub fn allergy(pen: &Pen<'_>, id: EntryId, entry: &Entry, said: &OwnAllergy) -> Written {
    let taken_back = pen.is_taken_back(id, entry);
    let verification = if taken_back { "entered-in-error" } else { "unconfirmed" };
    // An entry made by mistake has no clinical status (R4, ait-2).
    let clinical = if taken_back {
        ""
    } else {
        r#","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]}"#
    };
    let json = fill(
        r#"{"resourceType":"AllergyIntolerance","id":~,"identifier":[@]@,"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":~}]},"code":{"text":~},"patient":@@,"recordedDate":~,"asserter":@@}"#,
        &[
            &id.to_string(),
            &identifier(id),
            clinical,
            verification,
            &said.substance,
            &pen.patient(),
            &maybe(r#","onsetDateTime":~"#, said.since.map(date_time).as_deref()),
            &instant(said.written),
            &pen.author(entry),
            &maybe(r#","reaction":[{"manifestation":[{"text":~}]}]"#, said.reaction.as_deref()),
        ],
    );
    let audience = entry.audience.unwrap_or(Audience::Circle);
    Written { kind: "AllergyIntolerance", id: id.to_string(), entry: id, audience, json }
}
