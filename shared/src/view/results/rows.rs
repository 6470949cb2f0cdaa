//! One line of results: from the chart, or from home.

use super::super::state::state;
use super::shown::{bar, pressure, shown, shown_parts, shown_range};
use super::{Found, ResultRow};
use crate::fhir::datatypes::{Amount, LOINC};
use crate::fhir::description::Standing;
use crate::fhir::observation::{Flag, Measured, Observation, Part};
use crate::id::{AccountId, EntryId};
use crate::ordered::{BTreeMap, BTreeSet};
use crate::record::reading::{Measure, Reading};
use crate::record::{Entry, Place, Record, Resource, Said};

/// Versions of one result that are looked at.
const VERSIONS_READ: usize = 20;

/// As the chart has it, also if the clinic took it back.
pub fn result_row(record: &Record, resource: &Resource) -> ResultRow {
    let view: Observation<'_> = resource.view();
    let found = Found { value: view.value(), parts: view.parts(), band: view.band() };
    let flag = flag_of(&view, &found.parts);
    let (when, standing) = resource.as_reported(view.when(), view.standing());
    ResultRow {
        name: view.code.owned(),
        loinc: view.code.code_in(LOINC).map(str::to_owned),
        flag,
        when,
        standing,
        corrected: view.is_corrected() || corrects(record, resource, &view),
        source: resource.source.to_string(),
        by_hand: resource.by.as_deref().map(str::to_owned),
        ..row_of(resource.entry, found)
    }
}

/// What stands on one number of a blood pressure concerns the whole, which is said in one.
pub fn flag_of(view: &Observation<'_>, parts: &[Part]) -> Option<Flag> {
    let own = view.flag();
    if pressure(parts).is_none() {
        return own;
    }
    let all = parts.iter().filter_map(|part| part.flag.clone()).chain(own);
    all.max_by_key(Flag::gravity)
}

/// Sources send a result again for many reasons. It was corrected if it was final and said something else.
fn corrects(record: &Record, resource: &Resource, view: &Observation<'_>) -> bool {
    let values = |view: &Observation<'_>| {
        let parts = view.parts().into_iter().map(|part| part.value);
        [view.value()].into_iter().chain(parts).collect::<Vec<_>>()
    };
    let now = values(view);
    let mut before = record.chart().version_before(resource);
    // Also if the same came again since: it does not become what was said first.
    for _ in 0..VERSIONS_READ {
        let Some(old) = before else { break };
        let said: Observation<'_> = old.view();
        if said.standing() == Standing::Current && values(&said) != now {
            return true;
        }
        before = record.chart().version_before(old);
    }
    false
}

/// A row that says what was found and nothing about it.
fn row_of(entry: EntryId, found: Found) -> ResultRow {
    let value = shown(&found.value, &found.parts);
    ResultRow {
        entry,
        name: None,
        loinc: None,
        parts: shown_parts(&value, &found.parts),
        shown: value,
        flag: None,
        range: found.band.as_ref().and_then(shown_range),
        bar: bar(&found.value, found.band.as_ref()),
        measured: found,
        when: None,
        standing: Standing::Current,
        corrected: false,
        source: String::new(),
        by_hand: None,
        measured_by: None,
        state: None,
    }
}

/// Home readings as they stand: without those that were retracted, each corrected one once.
pub fn readings(record: &Record) -> Vec<(EntryId, &Entry, &Reading)> {
    let mut all = Vec::new();
    let mut retracted = BTreeSet::new();
    let mut corrected: BTreeMap<EntryId, Vec<(EntryId, &Entry)>> = BTreeMap::new();
    for (id, entry) in record.entries_besides_messages() {
        // What was refused changes nothing about what it was meant for.
        let counts = !matches!(entry.place, Place::Refused(_));
        match &entry.said {
            Said::Reading(reading) => {
                all.push((id, entry, reading));
                if let Some(old) = reading.corrects.filter(|_| counts) {
                    corrected.entry(old).or_default().push((id, entry));
                }
            }
            Said::Retract(retract) if counts => {
                retracted.insert((retract.entry, entry.author));
            }
            _ => {}
        }
    }
    // Only its author corrects or takes back a reading. Two corrections that were made at once, on
    // two devices, are both shown: which one is right is not for a merge to say.
    let is_corrected = |id: EntryId, entry: &Entry| {
        let by = corrected.get(&id).into_iter().flatten();
        let mut own = by.filter(|(_, by)| by.author == entry.author);
        own.any(|(by, _)| *by != id)
    };
    all.retain(|(id, entry, _)| {
        !retracted.contains(&(*id, entry.author)) && !is_corrected(*id, entry)
    });
    all
}

pub fn reading_row(
    record: &Record,
    reader: AccountId,
    id: EntryId,
    entry: &Entry,
) -> Option<ResultRow> {
    let Said::Reading(reading) = &entry.said else {
        return None;
    };
    let measures = reading.measured.measures();
    let (value, parts) = match &measures[..] {
        [only] => (Measured::Amount(amount(only)), Vec::new()),
        several => (Measured::Nothing, several.iter().map(part).collect()),
    };
    let own = entry.author == Some(reader);
    let name = entry.author.and_then(|author| record.name_of(author));
    let name = if own { None } else { name };
    Some(ResultRow {
        loinc: Some(reading.measured.loinc().to_owned()),
        when: Some(reading.at),
        corrected: reading.corrects.is_some(),
        measured_by: Some(name.unwrap_or_default().to_owned()),
        state: own.then(|| state(record, id, entry, None)),
        ..row_of(id, Found { value, parts, band: None })
    })
}

fn part(measure: &Measure<'_>) -> Part {
    Part {
        name: None,
        loinc: Some(measure.loinc.to_owned()),
        value: Measured::Amount(amount(measure)),
        flag: None,
        band: None,
    }
}

fn amount(measure: &Measure<'_>) -> Amount {
    Amount {
        number: measure.value.to_owned(),
        comparator: None,
        unit: Some(measure.unit.to_owned()),
        ucum: Some(measure.ucum.to_owned()),
    }
}
