//! Builders for tests: a record as people make it, entry by entry.

pub mod document_rules;
pub mod foreign;
pub mod record20;

use crate::document::{DocumentId, Kind};
use crate::edit::clinic::{self, ClinicEdit, ClinicPrepared, Role, StaffPen};
use crate::edit::{self, Edit, Pen, Prepared, Refused};
use crate::fhir::entry::{ChartEntry, is_chart_entry};
use crate::id::{AccountId, EntryId, PatientId};
use crate::record::{Entry, Part, Place, Record, Resource, Said};
use crate::sync::stored::PutInto;
use crate::time::Timestamp;

pub const PATIENT: PatientId = PatientId::from_u128(1);
pub const ROSA: AccountId = AccountId::from_u128(101);
pub const LUIS: AccountId = AccountId::from_u128(102);
pub const SOURCE: &str = "northside";

/// Who says something in a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Account(AccountId),
    Nurse,
    Doctor,
}

/// A record that grows. Each step takes one millisecond and one id.
pub struct Story {
    pub record: Record,
    chart: Vec<(DocumentId, EntryId, String)>,
    next: u128,
    /// When it begins: on the first day of 1970, if nothing else is said.
    pub begins: Timestamp,
}

impl Default for Story {
    /// With an empty core, as every record has one.
    fn default() -> Self {
        let begins = Timestamp::from_millis(0);
        let mut story = Self { record: Record::default(), chart: Vec::new(), next: 1000, begins };
        story.record.name(ROSA, "Rosa".to_owned());
        story.record.name(LUIS, "Luis".to_owned());
        story.read_chart(Kind::ChartCore);
        story
    }
}

impl Story {
    /// A resource of the chart's core.
    pub fn core(&mut self, json: &str) -> EntryId {
        self.chart(Kind::ChartCore, ChartEntry::new(SOURCE, json))
    }

    pub fn chart(&mut self, kind: Kind, entry: ChartEntry) -> EntryId {
        let id = self.id();
        let text = entry.to_text().expect("a story's resources are JSON");
        self.chart.push((DocumentId::first(PATIENT, kind), id, text));
        self.read_chart(kind);
        id
    }

    /// An edit that stays on this device.
    pub fn writes(&mut self, account: AccountId, edit: Edit) -> Result<EntryId, Refused> {
        let entry = self.id();
        let pen = Pen { account, patient: PATIENT, entry, now: self.now() };
        match edit::prepare(&self.record, pen, edit)? {
            Prepared::New { entry, item } => self.record.add_waiting(account, entry, &item),
            Prepared::Reword { entry, put } => {
                let old = self.record.values_of(entry)[0].clone();
                let PutInto::Entry { text } = put else {
                    return Err(Refused::NoSuchEntry);
                };
                self.record.forget(entry);
                let said = Said::from_text(&text);
                self.record.insert(entry, Entry { said, ..old });
                return Ok(entry);
            }
            Prepared::Withdraw { entry } => self.record.forget(entry),
        }
        Ok(entry)
    }

    /// An edit that the server has received.
    pub fn sends(&mut self, account: AccountId, edit: Edit) -> Result<EntryId, Refused> {
        let entry = self.writes(account, edit)?;
        self.receive(entry);
        Ok(entry)
    }

    pub fn receive(&mut self, id: EntryId) {
        let at = self.now();
        for entry in self.record.values_of(id).to_vec() {
            let place = Place::Received(at);
            self.record.insert(id, Entry { place, ..entry });
        }
    }

    pub fn clinic(&mut self, who: Who, edit: ClinicEdit) -> Result<EntryId, Refused> {
        let (name, role) = match who {
            Who::Nurse => ("Nurse Linh Tran", Role::Nurse),
            Who::Doctor => ("Dr. Amara Okafor", Role::Prescriber),
            Who::Account(_) => ("Front desk", Role::FrontDesk),
        };
        let entry = self.id();
        let pen =
            StaffPen { patient: PATIENT, entry, now: self.now(), name: name.to_owned(), role };
        match clinic::prepare(&self.record, &pen, edit)? {
            ClinicPrepared::Mark { mark, .. } => self.record.add_mark(mark),
            ClinicPrepared::Entry { document, text } if is_chart_entry(&text) => {
                self.chart.push((document, entry, text));
                self.read_chart(document.kind);
            }
            ClinicPrepared::Entry { document, text } => self.hear(entry, &document, &text),
        }
        Ok(entry)
    }

    /// An entry as it comes out of a document of the server's.
    pub fn hear(&mut self, id: EntryId, document: &DocumentId, text: &str) {
        let place = Place::Received(self.now());
        let entry = Entry {
            said: Said::read_in(document, text),
            audience: document.audience(),
            author: document.writer(),
            place,
        };
        self.record.insert(id, entry);
    }

    pub fn id(&mut self) -> EntryId {
        self.next += 1;
        EntryId::from_u128(self.next)
    }

    pub fn now(&self) -> Timestamp {
        let steps = i64::try_from(self.next).unwrap_or(i64::MAX);
        Timestamp::from_millis(self.begins.millis().saturating_add(steps))
    }

    fn read_chart(&mut self, kind: Kind) {
        let document = DocumentId::first(PATIENT, kind);
        let at = Some(self.now());
        let own = self.chart.iter().filter(|(place, _, _)| *place == document);
        let read = own.filter_map(|(_, id, text)| Resource::read(*id, text.as_str().into(), at));
        let part = Part::new(document, read.collect(), 0);
        self.record.chart_mut().add(part);
    }
}
