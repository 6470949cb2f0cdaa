//! What of the record stands in which section: what is true now, the newest of each test, and never
//! what was entered by mistake.

use super::bundle::Bundle;
use super::sections::Topic;
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::allergy::Allergy;
use crate::fhir::condition::Condition;
use crate::fhir::description::{Description, Said, Standing, What};
use crate::fhir::export::own::Written;
use crate::fhir::observation::Category;
use crate::id::EntryId;
use crate::ordered::{BTreeMap, BTreeSet};
use crate::record::devices::only_names;
use crate::record::groups::groups;
use crate::record::medicines::courses;
use crate::record::reading::Reading;
use crate::record::{Record, Resource, Said as Wrote};

/// One line of a section.
pub struct Chosen<'a> {
    pub words: String,
    pub from: From<'a>,
    /// The newest first.
    order: Option<(i64, u8)>,
}

pub enum From<'a> {
    Chart(&'a Resource),
    Own(Written),
    /// A device of the chart, which IPS lists by its use.
    Worn(&'a Resource),
}

pub fn chosen<'a>(bundle: &Bundle<'a>, topic: Topic) -> Vec<Chosen<'a>> {
    let record = bundle.record;
    let mut all = match topic {
        Topic::Medicines => medicines(record),
        Topic::Results => results(record),
        Topic::VitalSigns => newest_of(record, &[Category::VitalSign]),
        Topic::Social => newest_of(record, &[Category::Social]),
        Topic::Allergies
        | Topic::Problems
        | Topic::PastProblems
        | Topic::Shots
        | Topic::Procedures
        | Topic::Devices
        | Topic::Plan => listed(record, topic),
    };
    leave_out_what_is_said_already(record, &mut all);
    all.arrange_by_key(|one| std::cmp::Reverse(one.order));
    if topic == Topic::Allergies {
        without_contradiction(&mut all);
    }
    all.extend(own(bundle, topic));
    all
}

/// Of what several sources say alike, the first stands for all. Who disagrees stands beside.
fn leave_out_what_is_said_already(record: &Record, all: &mut Vec<Chosen<'_>>) {
    let entry = |one: &Chosen<'_>| match &one.from {
        From::Chart(resource) => Some(resource.entry),
        From::Own(_) | From::Worn(_) => None,
    };
    let kinds = all.iter().filter_map(|one| match &one.from {
        From::Chart(resource) => Some(resource.kind),
        From::Own(_) | From::Worn(_) => None,
    });
    let kinds: BTreeSet<_> = kinds.collect();
    let kinds: Vec<_> = kinds.iter().copied().collect();
    let folded = groups(record, &kinds).folded;
    let held: BTreeSet<_> = all.iter().filter_map(entry).collect();
    all.retain(|one| {
        let first = entry(one).and_then(|entry| folded.get(&entry));
        first.is_none_or(|first| !held.contains(first))
    });
}

/// A statement that there is none does not stand beside an allergy: in doubt the allergy stands.
fn without_contradiction(all: &mut Vec<Chosen<'_>>) {
    let says_none = |one: &Chosen<'_>| match &one.from {
        From::Chart(resource) => resource.view::<Allergy<'_>>().says_none_known(),
        From::Own(_) | From::Worn(_) => false,
    };
    if all.iter().any(|one| !says_none(one)) {
        all.retain(|one| !says_none(one));
    }
}

fn listed(record: &Record, topic: Topic) -> Vec<Chosen<'_>> {
    let (kind, standings): (_, &[Standing]) = match topic {
        Topic::Allergies => {
            (ResourceType::AllergyIntolerance, &[Standing::Current, Standing::Unsure])
        }
        Topic::PastProblems => (ResourceType::Condition, &[Standing::Past]),
        Topic::Shots => (ResourceType::Immunization, &[Standing::Past, Standing::Unsaid]),
        Topic::Procedures => {
            (ResourceType::Procedure, &[Standing::Past, Standing::Current, Standing::Unsaid])
        }
        Topic::Devices => (ResourceType::Device, &[Standing::Current, Standing::Unsaid]),
        Topic::Plan => (ResourceType::CarePlan, &[Standing::Current]),
        _ => {
            let open = &[Standing::Current, Standing::Unsure, Standing::Unsaid];
            (ResourceType::Condition, open)
        }
    };
    let wrong = record.marked_wrong();
    let kinds = [kind];
    let all = record.chart().of(&kinds).filter(|one| !wrong.contains_key(&one.entry));
    let for_one_visit = |one: &&Resource| {
        kind == ResourceType::Condition && one.view::<Condition<'_>>().is_of_a_visit_only()
    };
    let names = match topic {
        Topic::Devices => only_names(record.chart()),
        _ => BTreeSet::new(),
    };
    let all = all.filter(|one| !for_one_visit(one) && !names.contains(&one.entry));
    let all = all.filter_map(|one| {
        let said = one.describe();
        let from = match topic {
            Topic::Devices => From::Worn(one),
            _ => From::Chart(one),
        };
        standings.contains(&said.standing).then(|| choose(record, one, &said, from))
    });
    all.collect()
}

/// Of each medicine that is taken, the orders and statements that say so: each source's own.
fn medicines(record: &Record) -> Vec<Chosen<'_>> {
    let mut all = Vec::new();
    for course in courses(record).into_iter().filter(|course| course.is_taken()) {
        let standing = course.standing();
        let mut sources = BTreeSet::new();
        let handed_out = course.filled().filter(|_| course.orders.is_empty());
        for order in course.orders.iter().chain(handed_out) {
            let stands = order.standing == standing || course.orders.is_empty();
            // Of one source the newest: older orders of the same medicine are its history.
            if stands && sources.insert(order.resource.source.to_string()) {
                let from = From::Chart(order.resource);
                all.push(choose(record, order.resource, &order.describe(record), from));
            }
        }
    }
    all
}

/// The newest of each test, and reports that say something of their own.
fn results(record: &Record) -> Vec<Chosen<'_>> {
    let mut all = newest_of(record, &[Category::Lab]);
    let mut seen = BTreeSet::new();
    let wrong = record.marked_wrong();
    let mut reports: Vec<_> = record.chart().reports().collect();
    reports.arrange_by_key(|(report, head, _)| {
        std::cmp::Reverse((head.when.map(|when| when.order_in(record.zone())), report.entry))
    });
    for (report, head, results) in reports {
        let stands = matches!(head.standing, Standing::Current | Standing::Unsure)
            && report.kind == ResourceType::DiagnosticReport;
        // A report whose results are of this section says the same again.
        let mut heads = results.iter().filter_map(|entry| record.chart().observation(*entry));
        let is_told = heads.any(|(_, head)| head.category == Category::Lab);
        // What was taken back would leave inside of it.
        let holds_wrong = || {
            let mut inside = record.chart().inside(report.entry);
            inside.any(|inner| wrong.contains_key(&inner.entry))
        };
        if !stands || is_told || wrong.contains_key(&report.entry) || holds_wrong() {
            continue;
        }
        let said = report.describe();
        if seen.insert(said.name.clone()) {
            all.push(choose(record, report, &said, From::Chart(report)));
        }
    }
    all
}

fn newest_of<'a>(record: &'a Record, categories: &[Category]) -> Vec<Chosen<'a>> {
    let wrong = record.marked_wrong();
    let mut all: Vec<_> = record
        .chart()
        .observations()
        .filter(|(_, head)| categories.contains(&head.category))
        .filter(|(_, head)| !matches!(head.standing, Standing::Mistake | Standing::Not))
        .filter(|(resource, _)| !wrong.contains_key(&resource.entry))
        .collect();
    all.arrange_by_key(|(resource, head)| {
        std::cmp::Reverse((head.when.map(|when| when.order_in(record.zone())), resource.entry))
    });
    let mut tests: BTreeSet<&str> = BTreeSet::new();
    let first =
        all.into_iter().filter(|(_, head)| head.test().is_empty() || tests.insert(head.test()));
    let first: Vec<_> = first.collect();
    first
        .into_iter()
        .map(|(resource, _)| choose(record, resource, &resource.describe(), From::Chart(resource)))
        .collect()
}

/// What people added themselves, without what they took back.
fn own<'a>(bundle: &Bundle<'a>, topic: Topic) -> Vec<Chosen<'a>> {
    let kind = match topic {
        Topic::Medicines => "MedicationStatement",
        Topic::Allergies => "AllergyIntolerance",
        Topic::VitalSigns => return readings(bundle),
        Topic::Problems
        | Topic::PastProblems
        | Topic::Shots
        | Topic::Procedures
        | Topic::Devices
        | Topic::Results
        | Topic::Social
        | Topic::Plan => return Vec::new(),
    };
    let stands = bundle.own(kind).into_iter().filter(|one| !one.json.contains("entered-in-error"));
    stands
        .map(|own| {
            let words = words_of(bundle.record, own.entry);
            Chosen { words, from: From::Own(own), order: None }
        })
        .collect()
}

/// The newest home reading of each kind.
fn readings<'a>(bundle: &Bundle<'a>) -> Vec<Chosen<'a>> {
    let record = bundle.record;
    let mut newest: BTreeMap<&str, (EntryId, &Reading)> = BTreeMap::new();
    for (id, entry) in record.entries() {
        if let Wrote::Reading(reading) = &entry.said {
            let held = newest.entry(reading.measured.loinc()).or_insert((id, reading));
            let order = |reading: &Reading| reading.at.order_in(record.zone());
            if order(held.1) <= order(reading) {
                *held = (reading.corrects.unwrap_or(id), reading);
            }
        }
    }
    let own = bundle.own("Observation");
    let own = own.into_iter().filter(|one| !one.json.contains("entered-in-error"));
    let stands = own.filter_map(|own| {
        let mut all = newest.values();
        let (_, reading) = all.find(|(id, _)| *id == own.entry && own.id == id.to_string())?;
        let measures = reading.measured.measures();
        let values: Vec<_> =
            measures.iter().map(|one| format!("{} {}", one.value, one.unit)).collect();
        let words = format!("Measured at home: {}, {}", values.join(", "), reading.at);
        Some(Chosen { words, from: From::Own(own), order: None })
    });
    stands.collect()
}

fn words_of(record: &Record, entry: EntryId) -> String {
    let said = record.values_of(entry).iter().find_map(|entry| match &entry.said {
        Wrote::OwnMedicine(own) => Some((&own.name, &own.directions)),
        Wrote::OwnAllergy(own) => Some((&own.substance, &own.reaction)),
        _ => None,
    });
    let Some((name, detail)) = said else {
        return String::new();
    };
    let detail = detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{name}{detail} (added by the patient, not confirmed)")
}

fn choose<'a>(
    record: &Record,
    resource: &Resource,
    said: &Description,
    from: From<'a>,
) -> Chosen<'a> {
    let named = || record.chart().name_of(resource, said.named_by.as_deref(), None);
    let name = said.name.clone().or_else(named).unwrap_or_else(|| "Not named".to_owned());
    let mut words = vec![name];
    let told = [What::Value, What::Dose, What::Reaction, What::Severity, What::Outcome];
    for fact in &said.facts {
        match &fact.said {
            _ if !told.contains(&fact.what) => {}
            Said::Words(said) => words.push(said.clone()),
            Said::Spoken(said) => words.push(said.english.clone()),
            Said::Date(_) | Said::Reference { .. } => {}
        }
    }
    words.extend(said.when.map(|when| when.to_string()));
    words.push(resource.source.to_string());
    let order = said.when.map(|when| when.order_in(record.zone()));
    Chosen { words: words.join(", "), from, order }
}
