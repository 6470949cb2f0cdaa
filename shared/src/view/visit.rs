//! One visit: where, with whom, how to prepare, and as an entry for the person's own calendar.

use serde::{Deserialize, Serialize};

use super::sections::{FactRow, Row, section_row};
use crate::fhir::ResourceType;
use crate::fhir::description::{Said, Standing, What};
use crate::id::EntryId;
use crate::record::{Record, Resource};
use crate::time::{MILLIS_PER_DAY, PartialDate, Timestamp};

/// A visit whose end nobody said is one hour in a calendar.
const HOUR_MS: i64 = 60 * 60 * 1000;
/// Bytes of one line of iCalendar (RFC 5545, section 3.1).
const LINE_BYTES_MAX: usize = 70;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    pub row: Row,
    pub with: Vec<String>,
    pub place: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub preparation: Vec<String>,
    /// Booked and still to come.
    pub is_to_come: bool,
    /// For the person's own calendar, in iCalendar; nothing if the day is not known.
    pub calendar: Option<String>,
}

/// Nothing if the entry is no visit.
pub fn visit(record: &Record, entry: EntryId, now: Timestamp) -> Option<Visit> {
    let resource = record.chart().find(entry)?;
    if !matches!(resource.kind, ResourceType::Appointment | ResourceType::Encounter) {
        return None;
    }
    let row = section_row(record, resource);
    let all = |what: What| {
        let facts = row.facts.iter().filter(move |fact| fact.what == what);
        facts.filter_map(|fact| fact.words.clone())
    };
    let place = all(What::Place).next().or_else(|| all(What::Organization).next());
    let address = at_the_place(record, resource, What::Address);
    let phone = at_the_place(record, resource, What::Phone);
    let is_to_come = row.standing == Standing::Planned && is_to_come(record, row.when, now);
    let calendar = calendar(&row, place.as_deref(), address.as_deref(), now);
    Some(Visit {
        with: all(What::Who).collect(),
        preparation: all(What::Activity).collect(),
        calendar: calendar.filter(|_| is_to_come),
        place,
        address,
        phone,
        is_to_come,
        row,
    })
}

pub(super) fn is_to_come(record: &Record, when: Option<PartialDate>, now: Timestamp) -> bool {
    let zone = record.zone();
    let Some(when) = when else { return false };
    match (when.moment(), when.day_in(zone)) {
        (Some(moment), _) => moment >= now,
        (None, Some(day)) => day >= zone.day_of(now),
        (None, None) => false,
    }
}

/// What the place itself says, or else the organization that runs the visit.
fn at_the_place(record: &Record, visit: &Resource, wanted: What) -> Option<String> {
    let said = visit.describe();
    let places = [What::Place, What::Organization]
        .into_iter()
        .flat_map(|what| said.facts.iter().filter(move |fact| fact.what == what));
    let mut found = places.filter_map(|fact| {
        let Said::Reference { to: Some(to), .. } = &fact.said else {
            return None;
        };
        let place = section_row(record, record.chart().follow(visit, to)?);
        let fact: Option<FactRow> = place.facts.into_iter().find(|fact| fact.what == wanted);
        fact?.words
    });
    found.next()
}

fn calendar(
    row: &Row,
    place: Option<&str>,
    address: Option<&str>,
    now: Timestamp,
) -> Option<String> {
    let when = row.when?;
    let (start, end) = match when.moment() {
        Some(start) => {
            let end = row.until.and_then(PartialDate::moment).filter(|end| *end > start);
            let end = end.unwrap_or(start.plus_millis(HOUR_MS));
            (format!("DTSTART:{}", utc(start)), format!("DTEND:{}", utc(end)))
        }
        None => {
            let (PartialDate::Day(day) | PartialDate::Time(day, _)) = when else {
                return None;
            };
            let date = |day: crate::time::Day| day.to_string().replace('-', "");
            let (start, end) = (date(day), date(day.plus_days(1)));
            (format!("DTSTART;VALUE=DATE:{start}"), format!("DTEND;VALUE=DATE:{end}"))
        }
    };
    let where_to: Vec<&str> = place.into_iter().chain(address).collect();
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Satchel//Visit//EN".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@satchel", row.entry),
        format!("DTSTAMP:{}", utc(now)),
        start,
        end,
        format!("SUMMARY:{}", escaped(row.name.as_deref().unwrap_or("Visit"))),
    ];
    if !where_to.is_empty() {
        lines.push(format!("LOCATION:{}", escaped(&where_to.join(", "))));
    }
    lines.extend(["END:VEVENT".to_owned(), "END:VCALENDAR".to_owned()]);
    Some(lines.iter().map(|line| folded(line)).collect())
}

/// `20261201T154000Z`.
fn utc(at: Timestamp) -> String {
    let day = crate::time::Day::from_number(at.millis().div_euclid(MILLIS_PER_DAY));
    let seconds = at.millis().rem_euclid(MILLIS_PER_DAY) / 1000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{}T{hour:02}{minute:02}{second:02}Z", day.to_string().replace('-', ""))
}

/// RFC 5545, section 3.3.11.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    text.replace("\r\n", "\\n").replace(['\n', '\r'], "\\n")
}

/// A long line goes on after a space; no letter is cut in two.
fn folded(line: &str) -> String {
    let mut folded = String::new();
    let mut bytes = 0;
    for letter in line.chars() {
        if bytes + letter.len_utf8() > LINE_BYTES_MAX {
            folded.push_str("\r\n ");
            bytes = 1;
        }
        folded.push(letter);
        bytes += letter.len_utf8();
    }
    folded + "\r\n"
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::visit;
    use crate::testing::Story;
    use crate::time::Timestamp;

    /// 2026-11-21.
    const NOW: Timestamp = Timestamp::from_millis(1_795_219_200_000);

    #[test]
    fn a_visit_says_where_and_how_and_fits_a_calendar() {
        let mut story = Story::default();
        story.core(
            r#"{"resourceType":"Location","id":"l","name":"Northside Clinic, Room 4","address":{"line":["240 Hill Street"],"city":"Springfield"},"telecom":[{"system":"phone","value":"555-0101"}]}"#,
        );
        let entry = story.core(
            r#"{"resourceType":"Appointment","id":"a","status":"booked","description":"Diabetes check","start":"2026-12-01T10:40:00-05:00","end":"2026-12-01T11:10:00-05:00",
            "patientInstruction":"Bring all your medicines, in their boxes.",
            "participant":[{"actor":{"reference":"Location/l"}},{"actor":{"reference":"Practitioner/p","display":"Dr. Okafor"}}]}"#,
        );
        let found = visit(&story.record, entry, NOW).unwrap();
        let said = format!(
            "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{}",
            found.with,
            found.place,
            found.address,
            found.phone,
            found.preparation,
            found.calendar.unwrap().replace('\r', ""),
        );
        expect![[r#"
            ["Dr. Okafor"]
            Some("Northside Clinic, Room 4")
            Some("240 Hill Street, Springfield")
            Some("555-0101")
            ["Bring all your medicines, in their boxes."]
            BEGIN:VCALENDAR
            VERSION:2.0
            PRODID:-//Satchel//Visit//EN
            BEGIN:VEVENT
            UID:000000000000000000000000za@satchel
            DTSTAMP:20261121T000000Z
            DTSTART:20261201T154000Z
            DTEND:20261201T161000Z
            SUMMARY:Diabetes check
            LOCATION:Northside Clinic\, Room 4\, 240 Hill Street\, Springfield
            END:VEVENT
            END:VCALENDAR
        "#]]
        .assert_eq(&said);
        let later = NOW.plus_millis(20 * crate::time::MILLIS_PER_DAY);
        let over = visit(&story.record, entry, later).unwrap();
        assert!(!over.is_to_come && over.calendar.is_none());
    }

    #[test]
    fn only_visits_are_visits() {
        let mut story = Story::default();
        let shot = story.core(r#"{"resourceType":"Immunization","id":"i","status":"completed"}"#);
        assert_eq!(visit(&story.record, shot, NOW), None);
    }
}
