//! The charts of the made-up people, imported through the same path as those of a real EHR.

use shared::fhir::import::read;
use shared::id::PatientId;
use shared::sync::receipt::ReceiptKey;
use shared::time::{Day, Timestamp, Zone};

use crate::fhir::{Importer, Order};
use crate::store::resources::{FactKind, PersonFact};
use crate::store::{Store, StoreError};

const SOURCE: &str = "Northside Clinic";
const RECORD_NUMBERS: &str = "https://northside.example/record-number";
/// The day for which the files are written.
const WRITTEN_FOR: (i16, u8, u8) = (2026, 11, 20);
const DAYS_OF_WEEK: i64 = 7;
/// The first day that days are counted from, 1970-01-01, was a Thursday; Monday is 0.
const FIRST_DAY_OF_WEEK: i64 = 3;
const SATURDAY: i64 = 5;

const ROSA: [&str; 2] = [
    include_str!("../../demo/rosa-delgado.json"),
    include_str!("../../demo/rosa-delgado-corrections.json"),
];
const MATEO: [&str; 1] = [include_str!("../../demo/mateo-delgado.json")];
const ANA: [&str; 1] = [include_str!("../../demo/ana-delgado.json")];

/// Whose record each chart is.
pub struct Charted {
    pub rosa: PatientId,
    pub mateo: PatientId,
    pub ana: PatientId,
}

/// Imports the charts, unless they are there: what changed meanwhile stays as it is.
pub async fn charts(
    store: &dyn Store,
    receipts: &ReceiptKey,
    now: Timestamp,
    records: Charted,
) -> Result<(), StoreError> {
    let people = [
        (records.rosa, "rosa", "N-100211", &ROSA[..]),
        (records.mateo, "mateo", "N-100874", &MATEO[..]),
        (records.ana, "ana", "N-100655", &ANA[..]),
    ];
    for (patient, id, number, files) in people {
        let link = format!("{SOURCE}\nPatient\nid\n{id}");
        if !store.people_with(FactKind::Link, vec![link]).await?.is_empty() {
            continue;
        }
        let value = format!("{RECORD_NUMBERS}|{number}");
        let known = PersonFact { patient, kind: FactKind::Identifier, value };
        store.add_facts(vec![known]).await?;
        for file in files {
            let text = moved(file, days_since(now));
            let input = read(text.as_bytes()).map_err(|_| StoreError::Damaged("a demo's chart"))?;
            let order = Order { source: SOURCE, to: None, now };
            let mut importer = Importer::new(store, receipts);
            let outcome = importer.take(order, input, &mut |_, _| {}).await?;
            assert!(outcome.summary.refused() == 0, "the demo's charts fit: {}", outcome.summary);
        }
    }
    Ok(())
}

/// To the day, so that a medicine runs out in as many days whenever the demo begins.
fn days_since(now: Timestamp) -> i64 {
    Zone::utc().day_of(now).number() - written_for().number()
}

fn written_for() -> Day {
    let (year, month, day) = WRITTEN_FOR;
    Day::new(year, month, day).expect("it is a day of the calendar")
}

/// Moves every date that has a day, except dates of birth.
fn moved(text: &str, days: i64) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(quote) = rest.find('"') {
        let (before, after) = rest.split_at(quote + 1);
        let is_birth = before == ": \"" && out.ends_with("birthDate\"");
        out.push_str(before);
        rest = after;
        if let Some(day) = day_at(rest).filter(|_| !is_birth) {
            let has_time = rest[DAY_CHARS..].starts_with('T');
            let is_to_come = has_time && day.number() > written_for().number();
            let day = day.plus_days(days);
            let day = if is_to_come { working_day(day) } else { day };
            out.push_str(&format!("{:04}-{:02}-{:02}", day.year, day.month, day.day));
            rest = &rest[DAY_CHARS..];
        }
    }
    out.push_str(rest);
    out
}

/// Nobody is asked to come on a Saturday or a Sunday.
fn working_day(day: Day) -> Day {
    let of_week = (day.number() + FIRST_DAY_OF_WEEK).rem_euclid(DAYS_OF_WEEK);
    if of_week < SATURDAY { day } else { day.plus_days(DAYS_OF_WEEK - of_week) }
}

const DAY_CHARS: usize = "2026-11-20".len();

fn day_at(text: &str) -> Option<Day> {
    let date = text.get(..DAY_CHARS)?;
    let ends = text[DAY_CHARS..].starts_with(['"', 'T']);
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let lengths = (year.len(), month.len(), day.len()) == (4, 2, 2);
    if !ends || !lengths {
        return None;
    }
    Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::people::{BirthDate, NewPatient};

    #[tokio::test]
    async fn every_chart_comes_in_whole_and_once() {
        let store = crate::store::memory::MemoryStore::default();
        let receipts = ReceiptKey::from_bytes([1; 32]);
        let [rosa, mateo, ana] = [1, 2, 3].map(PatientId::from_u128);
        let now = Timestamp::from_millis(1_900_000_000_000);
        for (patient, name, born) in [
            (rosa, "Rosa Delgado", "1961-04-09"),
            (mateo, "Mateo Delgado", "2017-05-26"),
            (ana, "Ana Delgado", "1987-09-14"),
        ] {
            let birth_date = BirthDate::parse(born).unwrap();
            let new = NewPatient { patient, name: name.into(), birth_date, at: now };
            store.add_patient(new).await.unwrap();
        }
        let mut counts = Vec::new();
        for weeks in 0..2 {
            let now = now.plus_millis(weeks * 7 * 24 * 60 * 60 * 1000);
            charts(&store, &receipts, now, Charted { rosa, mateo, ana }).await.unwrap();
            for patient in [rosa, mateo, ana] {
                let (rows, _) = store.resources_in(patient, None, usize::MAX).await.unwrap();
                counts.push(rows.len());
                let versions = rows.iter().map(|row| row.version).max().unwrap();
                assert_eq!(versions, if patient == rosa { 2 } else { 1 });
            }
        }
        assert_eq!(counts[..3], counts[3..]);
        let resources = |files: &[&str]| files[0].matches("{\"fullUrl\"").count();
        assert_eq!(counts[..3], [resources(&ROSA), resources(&MATEO), resources(&ANA)]);
    }

    #[test]
    fn dates_move_to_the_day_birthdays_stay_and_visits_find_the_clinic_open() {
        let text = r#"{"birthDate": "1961-04-09", "onset": "2019-03", "id": "a-2026-11-14",
            "start": "2026-12-28T10:40:00-08:00", "day": "2026-02-27", "due": "2026-12-26"}"#;
        // 2026-12-28 is a Monday; a day without a time is nobody's visit.
        for (days, start, day, due) in [
            (0, "2026-12-28", "2026-02-27", "2026-12-26"),
            (2, "2026-12-30", "2026-03-01", "2026-12-28"),
            (5, "2027-01-04", "2026-03-04", "2026-12-31"),
            (6, "2027-01-04", "2026-03-05", "2027-01-01"),
            (7, "2027-01-04", "2026-03-06", "2027-01-02"),
        ] {
            let expected = text.replace("2026-12-28T", &format!("{start}T"));
            let expected = expected.replace("2026-02-27", day).replace("2026-12-26", due);
            assert_eq!(moved(text, days), expected);
        }
        for file in ROSA.iter().chain(&MATEO).chain(&ANA) {
            assert_eq!(moved(file, 0), **file);
            assert!(file.contains("HTEST"), "synthetic records say so");
        }
    }
}
