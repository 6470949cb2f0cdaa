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

const ROSA: [&str; 2] = [
    include_str!("../../demo/rosa-delgado.json"),
    include_str!("../../demo/rosa-delgado-corrections.json"),
];
const MATEO: [&str; 1] = [include_str!("../../demo/mateo-delgado.json")];

/// Imports the charts, unless they are there: what changed meanwhile stays as it is.
pub async fn charts(
    store: &dyn Store,
    receipts: &ReceiptKey,
    now: Timestamp,
    rosa: PatientId,
    mateo: PatientId,
) -> Result<(), StoreError> {
    let people = [(rosa, "rosa", "N-100211", &ROSA[..]), (mateo, "mateo", "N-100874", &MATEO[..])];
    for (patient, id, number, files) in people {
        let link = format!("{SOURCE}\nPatient\nid\n{id}");
        if !store.people_with(FactKind::Link, vec![link]).await?.is_empty() {
            continue;
        }
        let value = format!("{RECORD_NUMBERS}|{number}");
        let known = PersonFact { patient, kind: FactKind::Identifier, value };
        store.add_facts(vec![known]).await?;
        for file in files {
            let text = moved(file, weeks_since(now) * DAYS_OF_WEEK);
            let input = read(text.as_bytes()).map_err(|_| StoreError::Damaged("a demo's chart"))?;
            let order = Order { source: SOURCE, to: None, now };
            let mut importer = Importer::new(store, receipts);
            let outcome = importer.take(order, input, &mut |_, _| {}).await?;
            assert!(outcome.summary.refused() == 0, "the demo's charts fit: {}", outcome.summary);
        }
    }
    Ok(())
}

/// Whole weeks, so that visits stay on working days.
fn weeks_since(now: Timestamp) -> i64 {
    let (year, month, day) = WRITTEN_FOR;
    let written = Day::new(year, month, day).expect("it is a day of the calendar");
    (Zone::utc().day_of(now).number() - written.number()).div_euclid(DAYS_OF_WEEK)
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
            let day = day.plus_days(days);
            out.push_str(&format!("{:04}-{:02}-{:02}", day.year, day.month, day.day));
            rest = &rest[DAY_CHARS..];
        }
    }
    out.push_str(rest);
    out
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
        let (rosa, mateo) = (PatientId::from_u128(1), PatientId::from_u128(2));
        let now = Timestamp::from_millis(1_900_000_000_000);
        for (patient, name, born) in
            [(rosa, "Rosa Delgado", "1961-04-09"), (mateo, "Mateo Delgado", "2017-05-26")]
        {
            let birth_date = BirthDate::parse(born).unwrap();
            let new = NewPatient { patient, name: name.into(), birth_date, at: now };
            store.add_patient(new).await.unwrap();
        }
        let mut counts = Vec::new();
        for weeks in 0..2 {
            let now = now.plus_millis(weeks * 7 * 24 * 60 * 60 * 1000);
            charts(&store, &receipts, now, rosa, mateo).await.unwrap();
            for patient in [rosa, mateo] {
                let (rows, _) = store.resources_in(patient, None, usize::MAX).await.unwrap();
                counts.push(rows.len());
                let versions = rows.iter().map(|row| row.version).max().unwrap();
                assert_eq!(versions, if patient == rosa { 2 } else { 1 });
            }
        }
        assert_eq!(counts[..2], counts[2..]);
        let resources = |files: &[&str]| files[0].matches("{\"fullUrl\"").count();
        assert_eq!(counts[..2], [resources(&ROSA), resources(&MATEO)]);
    }

    #[test]
    fn dates_move_by_whole_weeks_and_birthdays_stay() {
        let text = r#"{"birthDate": "1961-04-09", "onset": "2019-03", "id": "a-2026-11-14",
            "start": "2026-12-28T10:40:00-08:00", "day": "2026-02-27", "note": "5 days"}"#;
        let expected =
            text.replace("2026-12-28T", "2027-01-04T").replace("2026-02-27", "2026-03-06");
        assert_eq!(moved(text, 7), expected);
        assert_eq!(moved(text, 0), text);
        for file in ROSA.iter().chain(&MATEO) {
            assert_eq!(moved(file, 0), **file);
            assert!(file.contains("HTEST"), "synthetic records say so");
        }
    }
}
