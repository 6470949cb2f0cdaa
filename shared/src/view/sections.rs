//! The sections of the record: one list a section, one shape for all of them.

mod facts;
mod forms;

use serde::{Deserialize, Serialize};

pub(super) use self::facts::facts;
pub use self::forms::forms;
use super::medicines::{Own, OwnRow, own_rows};
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::allergy::Allergy;
use crate::fhir::condition::Condition;
use crate::fhir::datatypes::Code;
use crate::fhir::description::{Standing, What};
use crate::fhir::document::Document;
use crate::fhir::observation::Category;
use crate::id::{AccountId, EntryId};
use crate::ordered::BTreeMap;
use crate::record::devices::only_names;
use crate::record::{Loaded, Record, Resource, Said, Shelf};
use crate::time::PartialDate;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    Person,
    Allergies,
    Conditions,
    Shots,
    Visits,
    Procedures,
    Plan,
    CareTeam,
    Documents,
    Family,
    Social,
    Devices,
    Insurance,
    Orders,
    /// Kept, and of no type that has a place of its own.
    Other,
}

pub const SECTIONS: [Section; 15] = [
    Section::Person,
    Section::Allergies,
    Section::Conditions,
    Section::Shots,
    Section::Visits,
    Section::Procedures,
    Section::Plan,
    Section::CareTeam,
    Section::Documents,
    Section::Family,
    Section::Social,
    Section::Devices,
    Section::Insurance,
    Section::Orders,
    Section::Other,
];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionAnswer {
    pub section: Section,
    pub loaded: Loaded,
    pub rows: Vec<Row>,
    /// What people added themselves: only of allergies, and with the first row.
    pub own: Vec<OwnRow>,
    /// Where the rest begins.
    pub next: Option<u32>,
}

/// One thing of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub entry: EntryId,
    pub kind: ResourceType,
    /// The source's own words.
    pub name: Option<String>,
    pub code: Option<Code>,
    pub when: Option<PartialDate>,
    pub until: Option<PartialDate>,
    pub standing: Standing,
    pub facts: Vec<FactRow>,
    pub source: String,
    pub by_hand: Option<String>,
    /// Why the clinic took it back.
    pub taken_back: Option<String>,
    /// What people said is wrong about it.
    pub said_wrong: Vec<String>,
    /// Somebody stated that there is none: "no known allergies".
    pub none_known: bool,
    /// How bad an allergy can be, where the source said it in a word that is known.
    pub severity: Option<Severity>,
    /// A diagnosis that was written for one visit and is not on the list of problems.
    pub of_a_visit_only: bool,
    pub sensitive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    Mild,
    Moderate,
    Severe,
}

/// The worst that any of the facts says (FHIR R4 AllergyIntolerance, criticality and severity).
fn severity(facts: &[FactRow]) -> Option<Severity> {
    let said = facts.iter().filter(|fact| fact.what == What::Severity);
    let said = said.filter_map(|fact| match fact.words.as_deref()?.to_lowercase().as_str() {
        "low" | "mild" => Some(Severity::Mild),
        "moderate" => Some(Severity::Moderate),
        "high" | "severe" => Some(Severity::Severe),
        _ => None,
    });
    said.max()
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRow {
    pub what: What,
    pub words: Option<String>,
    /// The same in Spanish, where the words were made here.
    pub spanish: Option<String>,
    pub date: Option<PartialDate>,
}

/// How many rows each section has, for the overview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub loaded: Loaded,
    pub counts: Vec<(Section, u32)>,
}

impl Section {
    fn shelf(self) -> Shelf {
        match self {
            Self::Visits => Shelf::Visits,
            Self::Social => Shelf::Results,
            Self::Procedures | Self::Documents | Self::Orders | Self::Other => Shelf::Everything,
            Self::Person
            | Self::Allergies
            | Self::Conditions
            | Self::Shots
            | Self::Plan
            | Self::CareTeam
            | Self::Family
            | Self::Devices
            | Self::Insurance => Shelf::Core,
        }
    }
}

/// Where a resource is listed; nothing if in results or medicines, or only as a name of others.
pub fn section_of(kind: ResourceType) -> Option<Section> {
    use ResourceType as Type;
    Some(match kind {
        Type::Patient | Type::RelatedPerson => Section::Person,
        Type::AllergyIntolerance => Section::Allergies,
        Type::Condition => Section::Conditions,
        Type::Immunization => Section::Shots,
        Type::Encounter | Type::Appointment => Section::Visits,
        Type::Procedure => Section::Procedures,
        Type::CarePlan | Type::Goal => Section::Plan,
        Type::CareTeam => Section::CareTeam,
        Type::DocumentReference => Section::Documents,
        Type::FamilyMemberHistory => Section::Family,
        Type::Device => Section::Devices,
        Type::Coverage => Section::Insurance,
        Type::ServiceRequest => Section::Orders,
        Type::Other => Section::Other,
        Type::Observation
        | Type::DiagnosticReport
        | Type::Medication
        | Type::MedicationAdministration
        | Type::MedicationDispense
        | Type::MedicationRequest
        | Type::MedicationStatement
        | Type::Organization
        | Type::Practitioner
        | Type::PractitionerRole
        | Type::Location => return None,
    })
}

pub fn overview(record: &Record) -> Overview {
    let mut counts = SECTIONS.map(|section| (section, 0)).to_vec();
    let mut add = |section: Section, more: u32| {
        let row = counts.iter_mut().find(|(one, _)| *one == section);
        row.expect("each section has its row").1 += more;
    };
    let wrong = record.marked_wrong();
    let stands =
        |resource: &Resource| !wrong.contains_key(&resource.entry) && !is_mistake(resource);
    let chart = record.chart();
    let names = only_names(chart);
    let is_listed = |resource: &Resource| stands(resource) && !names.contains(&resource.entry);
    for resource in chart.with_kind(|kind| section_of(kind).is_some()) {
        if let Some(section) = section_of(resource.kind).filter(|_| is_listed(resource)) {
            add(section, 1);
        }
    }
    let social = record.chart().observations().filter(|(_, head)| is_social(head.category));
    let social = social.filter(|(resource, _)| stands(resource));
    let social = u32::try_from(social.count()).unwrap_or(u32::MAX);
    add(Section::Social, social);
    Overview { loaded: record.chart().loaded(Shelf::Everything), counts }
}

pub fn section(record: &Record, reader: AccountId, section: Section) -> SectionAnswer {
    portion(record, reader, section, 0, u32::MAX)
}

/// So many rows at most, from this place on.
pub fn portion(
    record: &Record,
    reader: AccountId,
    section: Section,
    from: u32,
    rows: u32,
) -> SectionAnswer {
    let (from, rows) = (from as usize, rows as usize);
    let (found, next) = match section {
        Section::Visits => visits(record, from, rows),
        _ => {
            let mut all = all_rows(record, section);
            let end = from.saturating_add(rows).min(all.len());
            let next = (end < all.len()).then_some(end);
            all.truncate(end);
            (all.split_off(from.min(end)), next)
        }
    };
    let own = match section {
        Section::Allergies if from == 0 => own_rows(record, reader, Own::Allergy),
        _ => Vec::new(),
    };
    let next = next.and_then(|next| u32::try_from(next).ok());
    SectionAnswer {
        section,
        loaded: match section {
            // What they added themselves stands among them.
            Section::Allergies => record.loaded(section.shelf()),
            _ => record.chart().loaded(section.shelf()),
        },
        rows: found,
        own,
        next,
    }
}

/// The newest first. There are many over the years, so only what is answered is read in full.
fn visits(record: &Record, from: usize, rows: usize) -> (Vec<Row>, Option<usize>) {
    let order = |when: &PartialDate| when.order_in(record.zone());
    let all = record.chart().visits();
    let mut all: Vec<_> = all.map(|(visit, dates)| (dates.first().map(order), visit)).collect();
    all.arrange_by_key(|(order, visit)| (std::cmp::Reverse(*order), visit.entry));
    let marks = Marks::of(record);
    let mut found = Vec::new();
    for (place, (_, visit)) in all.iter().enumerate().skip(from) {
        if found.len() == rows {
            return (found, Some(place));
        }
        let row = marks.row(record, visit);
        if row.standing != Standing::Mistake {
            found.push(row);
        }
    }
    (found, None)
}

fn all_rows(record: &Record, section: Section) -> Vec<Row> {
    let marks = Marks::of(record);
    // Counted first: rows are large, and thousands of them that outgrow their place are moved each time.
    let listed: Vec<&Resource> = match section {
        Section::Social => {
            let all = record.chart().observations();
            let social = all.filter(|(_, head)| is_social(head.category));
            social.map(|(resource, _)| resource).collect()
        }
        _ => {
            let all = record.chart().with_kind(|kind| section_of(kind) == Some(section));
            let names = (section == Section::Devices).then(|| only_names(record.chart()));
            let names = names.unwrap_or_default();
            all.filter(|resource| !names.contains(&resource.entry)).collect()
        }
    };
    let rows = listed.into_iter().map(|resource| marks.row(record, resource));
    let mut rows: Vec<Row> = rows.collect();
    rows.retain(|row| row.standing != Standing::Mistake);
    let order = |row: &Row| row.when.map(|when| when.order_in(record.zone()));
    rows.arrange_by_key(|row| {
        let is_over = matches!(row.standing, Standing::Past | Standing::Not);
        // Shots and documents are a history; the rest is what is true now, then what was.
        let first = match section {
            Section::Shots | Section::Documents | Section::Procedures => false,
            // What was only written for one visit is not on the list of problems.
            _ => is_over || row.of_a_visit_only,
        };
        (first, std::cmp::Reverse(order(row)), row.name.clone(), row.entry)
    });
    rows
}

/// One resource of any type, also what was taken back or replaced.
pub fn entry(record: &Record, entry: EntryId) -> Option<Row> {
    Some(section_row(record, record.chart().find(entry)?))
}

pub(super) fn section_row(record: &Record, resource: &Resource) -> Row {
    Marks::of(record).row(record, resource)
}

/// Entered in error, which hardly any is: only what has these words is read in full.
fn is_mistake(resource: &Resource) -> bool {
    resource.json().contains("entered-in-error")
        && resource.describe().standing == Standing::Mistake
}

fn is_social(category: Category) -> bool {
    matches!(category, Category::Social | Category::Survey)
}

/// What stands beside entries of the chart, read once for a whole list.
pub(super) struct Marks<'a> {
    taken_back: BTreeMap<EntryId, &'a crate::record::MarkedWrong>,
    said_wrong: BTreeMap<EntryId, Vec<String>>,
}

impl<'a> Marks<'a> {
    pub(super) fn of(record: &'a Record) -> Self {
        let mut said_wrong: BTreeMap<EntryId, Vec<String>> = BTreeMap::new();
        for entry in record.remarks() {
            if let Said::Wrong(wrong) = &entry.said {
                let about = record.chart().newest_of(wrong.about);
                said_wrong.entry(about).or_default().push(wrong.text.clone());
                if about != wrong.about {
                    said_wrong.entry(wrong.about).or_default().push(wrong.text.clone());
                }
            }
        }
        Self { taken_back: record.marked_wrong(), said_wrong }
    }

    pub(super) fn row(&self, record: &Record, resource: &Resource) -> Row {
        let said = resource.describe();
        let chart = record.chart();
        let named = || chart.name_of(resource, said.named_by.as_deref(), None);
        let name = said.name.or_else(named);
        let facts = facts(chart, resource, said.facts);
        let taken_back = self.taken_back.get(&resource.entry).map(|mark| mark.why.clone());
        let (mut none_known, mut of_a_visit_only, mut sensitive) = (false, false, false);
        match resource.kind {
            ResourceType::AllergyIntolerance => {
                none_known = resource.view::<Allergy<'_>>().says_none_of_any_kind();
            }
            ResourceType::Condition => {
                of_a_visit_only = resource.view::<Condition<'_>>().is_of_a_visit_only();
            }
            ResourceType::DocumentReference => {
                sensitive = resource.view::<Document<'_>>().is_sensitive();
            }
            _ => {}
        }
        Row {
            entry: resource.entry,
            kind: resource.kind,
            severity: severity(&facts),
            facts,
            name,
            standing: match taken_back {
                Some(_) => Standing::Mistake,
                None => said.standing,
            },
            code: said.code,
            when: said.when,
            until: said.until,
            source: resource.source.to_string(),
            by_hand: resource.by.as_deref().map(str::to_owned),
            taken_back,
            said_wrong: self.said_wrong.get(&resource.entry).cloned().unwrap_or_default(),
            none_known,
            of_a_visit_only,
            sensitive,
        }
    }
}

#[cfg(test)]
mod tests;
