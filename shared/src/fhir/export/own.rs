//! What people wrote here, as FHIR. The same words give the same resources on every side, so that
//! whoever gets them twice has them once.

mod messages;
mod readings;
mod requests;
mod statements;

use super::fill::{fill, maybe};
use crate::edit::Audience;
use crate::id::{AccountId, EntryId};
use crate::ordered::BTreeSet;
use crate::record::{Entry, Place, Record, Said, Step};
use crate::time::{PartialDate, Timestamp, Zone};

/// A resource that people's words became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub kind: &'static str,
    /// Stable: it comes from the entry's own id.
    pub id: String,
    /// The entry that it is made from.
    pub entry: EntryId,
    pub audience: Audience,
    pub json: String,
}

/// How things are called where the resources go.
pub struct Names<'a> {
    /// The reference to the patient.
    pub patient: &'a str,
    /// The patient's own account; every other one cares for them.
    pub own: Option<AccountId>,
    /// The reference to an entry of the chart.
    pub chart: &'a dyn Fn(EntryId) -> Option<String>,
}

/// Everything that people wrote, in a stable order.
pub fn written(record: &Record, names: &Names<'_>) -> Vec<Written> {
    let pen = Pen { record, names, taken_back: taken_back(record) };
    let mut all = messages::written(&pen);
    all.extend(requests::written(&pen));
    for (id, entry) in record.entries() {
        match &entry.said {
            Said::Reading(reading) => readings::write(&pen, id, entry, reading, &mut all),
            Said::OwnMedicine(said) => all.push(statements::medicine(&pen, id, entry, said)),
            Said::OwnAllergy(said) => all.push(statements::allergy(&pen, id, entry, said)),
            _ => {}
        }
    }
    all
}

/// Own entries that were taken back after they were sent.
fn taken_back(record: &Record) -> BTreeSet<(EntryId, Option<AccountId>)> {
    let mut all = BTreeSet::new();
    for (_, entry) in record.entries() {
        if let Said::Retract(retract) = &entry.said {
            all.insert((retract.entry, entry.author));
        }
    }
    all
}

/// What all of them need.
struct Pen<'a> {
    record: &'a Record,
    names: &'a Names<'a>,
    taken_back: BTreeSet<(EntryId, Option<AccountId>)>,
}

impl Pen<'_> {
    fn is_taken_back(&self, id: EntryId, entry: &Entry) -> bool {
        self.taken_back.contains(&(id, entry.author))
    }

    /// A reference to whoever wrote an entry.
    fn author(&self, entry: &Entry) -> String {
        let name = entry.author.and_then(|author| self.record.name_of(author));
        if entry.author.is_some() && entry.author == self.names.own {
            let display = maybe(r#","display":~"#, name);
            return fill(r#"{"reference":~@}"#, &[self.names.patient, &display]);
        }
        fill(r#"{"display":~}"#, &[name.unwrap_or("Caregiver")])
    }

    fn patient(&self) -> String {
        fill(r#"{"reference":~}"#, &[self.names.patient])
    }

    /// When somebody at the clinic first had it on their screen.
    fn read_at(&self, id: EntryId) -> Option<Timestamp> {
        let marks = self.record.marks_of(id).iter();
        let read = marks.filter(|mark| matches!(mark.step, Step::ReadBy { .. }));
        read.map(|mark| mark.at).min()
    }

    /// A reference to an entry of the chart, if it is known there.
    fn chart(&self, template: &str, entry: EntryId) -> String {
        maybe(template, (self.names.chart)(entry).as_deref())
    }
}

fn is_sent(entry: &Entry) -> bool {
    matches!(entry.place, Place::Received(_))
}

/// A moment as FHIR writes it.
pub fn instant(moment: Timestamp) -> String {
    PartialDate::at(moment, &Zone::utc()).to_string()
}

/// FHIR has no time of day without its offset (R4, §2.24.0.1): then the day alone is said.
fn date_time(date: PartialDate) -> String {
    match date {
        PartialDate::Time(day, time) if time.offset_minutes.is_none() => day.to_string(),
        PartialDate::Time(..)
        | PartialDate::Day(_)
        | PartialDate::Month { .. }
        | PartialDate::Year(_) => date.to_string(),
    }
}
