//! Medicines as a person knows them: all orders, statements and pick-ups of one medicine are one
//! course. Nothing is merged: every source's own entry stays to be seen.

use std::borrow::Cow;

use super::{Record, Resource};
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::datatypes::{Concept, RXNORM, Reference};
use crate::fhir::description::{Description, Standing};
use crate::fhir::medicine::{Medicine, Outline, Substance};
use crate::id::EntryId;
use crate::ordered::BTreeMap;
use crate::time::PartialDate;

/// The types of resources that speak of a medicine as somebody takes it.
pub const MEDICINES: [ResourceType; 3] = [
    ResourceType::MedicationRequest,
    ResourceType::MedicationStatement,
    ResourceType::MedicationDispense,
];

/// Days after which somebody who takes a medicine has fetched it again: most come in packs of a month or
/// of three.
const DAYS_OF_A_FILL: i64 = 180;

/// One medicine.
pub struct Course<'a> {
    pub key: String,
    /// Orders and statements, the newest first.
    pub orders: Vec<Order<'a>>,
    /// What was handed out or was to be, the newest first.
    pub dispensed: Vec<Order<'a>>,
    /// Nobody's order is known, and what was handed out may still be taken.
    is_only_handed_out: bool,
}

/// What decides about a course. The rest is read of the one order that speaks for it.
pub struct Order<'a> {
    pub resource: &'a Resource,
    pub standing: Standing,
    pub when: Option<PartialDate>,
    /// Of what was to be handed out: the person got it.
    pub is_handed_over: bool,
}

/// An order, read as far as lists of years of them need it.
pub struct OrderHead {
    standing: Standing,
    when: Option<PartialDate>,
    is_handed_over: bool,
    /// What all entries of its medicine share; nothing if it does not name the medicine itself.
    key: Option<String>,
}

/// All medicines of the chart, without what was entered by mistake.
pub fn courses(record: &Record) -> Vec<Course<'_>> {
    let wrong = record.marked_wrong();
    let mut courses: BTreeMap<Cow<'_, str>, Course<'_>> = BTreeMap::new();
    for (resource, head) in record.chart().orders() {
        let (standing, when) = (head.standing, head.when);
        let order = Order { resource, standing, when, is_handed_over: head.is_handed_over };
        if order.standing == Standing::Mistake || wrong.contains_key(&resource.entry) {
            continue;
        }
        let key = match &head.key {
            Some(key) => Cow::Borrowed(key.as_str()),
            None => Cow::Owned(key(record, resource, &resource.view())),
        };
        let course = courses.entry(key.clone()).or_insert_with(|| Course {
            key: key.into_owned(),
            orders: Vec::new(),
            dispensed: Vec::new(),
            is_only_handed_out: false,
        });
        match resource.kind {
            ResourceType::MedicationDispense => course.dispensed.push(order),
            _ => course.orders.push(order),
        }
    }
    let mut courses: Vec<_> = courses.into_values().collect();
    join_by_name(&mut courses);
    for course in &mut courses {
        for orders in [&mut course.orders, &mut course.dispensed] {
            let when = |order: &Order<'_>| order.when.map(|when| when.order_in(record.zone()));
            orders.arrange_by_key(|order| std::cmp::Reverse((when(order), order.resource.entry)));
        }
    }
    note_lately_handed_out(record, &mut courses);
    courses
}

/// What was handed out belongs to the order of the same name, also if only one of them has a code.
fn join_by_name(courses: &mut Vec<Course<'_>>) {
    if courses.iter().all(|course| !course.orders.is_empty()) {
        return;
    }
    let name = |order: &Order<'_>| {
        let view: Outline<'_> = order.resource.view();
        view.concept().and_then(Concept::words).map(folded)
    };
    let (mut ordered, alone): (Vec<_>, Vec<_>) =
        std::mem::take(courses).into_iter().partition(|course| !course.orders.is_empty());
    let names: Vec<_> = ordered.iter().map(|course| course.orders.first().and_then(name)).collect();
    for course in alone {
        let own = course.dispensed.first().and_then(name);
        let place = names.iter().position(|name| name.is_some() && *name == own);
        match place {
            Some(place) => ordered[place].dispensed.extend(course.dispensed),
            None => ordered.push(course),
        }
    }
    ordered.arrange_by_key(|course| course.key.clone());
    *courses = ordered;
}

/// A pharmacy's feed says what was handed out and never what is still taken. A medicine stands as taken
/// until long after its last fill, counted to the newest fill that the chart knows of any medicine.
fn note_lately_handed_out(record: &Record, courses: &mut [Course<'_>]) {
    let day = |order: &Order<'_>| order.when?.day_in(record.zone());
    let fills = courses.iter().filter_map(|course| day(course.filled()?));
    let Some(newest) = fills.max() else { return };
    for course in courses.iter_mut().filter(|course| course.orders.is_empty()) {
        let last = course.filled().and_then(day);
        course.is_only_handed_out =
            last.is_some_and(|last| last.plus_days(DAYS_OF_A_FILL) >= newest);
    }
}

/// Two entries of one medicine have the same key.
pub fn key_of(record: &Record, medicine: EntryId) -> Option<String> {
    let resource = record.chart().find(medicine)?;
    MEDICINES.contains(&resource.kind).then(|| key(record, resource, &resource.view()))
}

impl OrderHead {
    pub fn of(resource: &Resource) -> Self {
        let view: Outline<'_> = resource.view();
        let key = view.concept().map(|concept| key_of_concept(concept, resource));
        let (standing, is_handed_over) = (view.standing(), view.is_handed_over());
        Self { standing, when: view.when(), is_handed_over, key }
    }
}

impl Course<'_> {
    /// In doubt a medicine is taken: an active one is never hidden behind a stopped one.
    pub fn standing(&self) -> Standing {
        let standings = || self.orders.iter().map(|order| order.standing);
        let first = [Standing::Current, Standing::Unsaid, Standing::Unsure, Standing::Planned];
        let open = first.into_iter().find(|standing| standings().any(|said| said == *standing));
        let past = match self.is_only_handed_out {
            true => Standing::Unsaid,
            false => Standing::Past,
        };
        open.or_else(|| standings().next()).unwrap_or(past)
    }

    /// What the person got last.
    pub fn filled(&self) -> Option<&Order<'_>> {
        self.dispensed.iter().find(|order| order.is_handed_over)
    }

    pub fn is_taken(&self) -> bool {
        match self.standing() {
            Standing::Current | Standing::Unsaid | Standing::Unsure | Standing::Planned => true,
            Standing::Past | Standing::Not | Standing::Mistake => false,
        }
    }

    /// The order that says how it is taken now.
    pub fn newest(&self) -> Option<&Order<'_>> {
        let standing = self.standing();
        let current = self.orders.iter().find(|order| order.standing == standing);
        current.or_else(|| self.filled()).or_else(|| self.dispensed.first())
    }
}

impl Order<'_> {
    /// All that it says, with the name that its medicine has in a resource of its own.
    pub fn describe(&self, record: &Record) -> Description {
        let view: Medicine<'_> = self.resource.view();
        let mut said = view.describe(self.resource.kind);
        if view.concept().is_none() {
            let target = target(record, self.resource, view.reference());
            let named = target.map(|target| target.view::<Substance<'_>>().describe());
            let named = named.unwrap_or_default();
            said.name = said.name.or(named.name);
            said.code = said.code.or(named.code);
        }
        said
    }
}

fn target<'a>(
    record: &'a Record,
    resource: &Resource,
    reference: &Reference<'_>,
) -> Option<&'a Resource> {
    record.chart().follow(resource, reference.reference.said()?)
}

fn key(record: &Record, resource: &Resource, view: &Outline<'_>) -> String {
    if let Some(concept) = view.concept() {
        return key_of_concept(concept, resource);
    }
    if let Some(target) = target(record, resource, view.reference()) {
        return key_of_concept(&target.view::<Substance<'_>>().code, resource);
    }
    let reference = view.reference();
    let own = reference.display.said().or(reference.reference.said());
    let own = own.map(folded).filter(|own| !own.is_empty());
    own.unwrap_or_else(|| resource.entry.to_string())
}

fn key_of_concept(concept: &Concept<'_>, resource: &Resource) -> String {
    if let Some(rxnorm) = concept.code_in(RXNORM) {
        return format!("rxnorm {rxnorm}");
    }
    let words = concept.words().map(folded).filter(|words| !words.is_empty());
    words.unwrap_or_else(|| resource.entry.to_string())
}

/// Case and spaces do not make another medicine. Everything else may.
fn folded(words: &str) -> String {
    let words: Vec<_> = words.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}
