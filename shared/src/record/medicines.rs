//! Medicines as a person knows them: all orders, statements and pick-ups of one medicine, and what
//! staff gave of it, are one course. Nothing is merged: every source's own entry stays to be seen.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::{Record, Resource};
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::datatypes::{Concept, RXNORM, Reference};
use crate::fhir::description::{Description, Standing};
use crate::fhir::lenient::{Text, view};
use crate::fhir::medicine::{Medicine, Outline, Substance};
use crate::id::EntryId;
use crate::ordered::BTreeMap;
use crate::time::{Day, PartialDate};

view! {
    Touched { meta: Touch<'a> = "meta" }
    Touch { at: Text<'a> = "lastUpdated" }
}

/// The types of resources that speak of a medicine as somebody takes it.
pub const MEDICINES: [ResourceType; 4] = [
    ResourceType::MedicationRequest,
    ResourceType::MedicationStatement,
    ResourceType::MedicationDispense,
    ResourceType::MedicationAdministration,
];

/// Days after which somebody who takes a medicine has fetched it again, where nobody says how long it
/// lasts: most come in packs of a month or of three.
const DAYS_OF_A_FILL: i64 = 180;
/// And more than twice as long as it lasts.
const DAYS_MORE: i64 = 30;
/// Days after which nothing is handed out on an order any more, where it does not say until when it holds.
const DAYS_OF_AN_ORDER: i64 = 365;
/// How keys of what RxNorm knows begin.
const RXNORM_KEY: &str = "rxnorm ";

/// One medicine.
pub struct Course<'a> {
    pub key: String,
    /// Orders and statements, the newest first.
    pub orders: Vec<Order<'a>>,
    /// What was handed out or was to be, the newest first.
    pub dispensed: Vec<Order<'a>>,
    /// What staff gave, the newest first. It says nothing of what is taken since.
    pub given: Vec<Order<'a>>,
    /// No order is known on which it is handed out, and what was handed out may still be taken.
    is_only_handed_out: bool,
}

/// What decides about a course. The rest is read of the one order that speaks for it.
pub struct Order<'a> {
    pub resource: &'a Resource,
    pub standing: Standing,
    pub when: Option<PartialDate>,
    /// Of what was to be handed out: the person got it.
    pub is_handed_over: bool,
    /// As the source names it, folded.
    name: Option<&'a str>,
}

/// An order, read as far as lists of years of them need it.
pub struct OrderHead {
    standing: Standing,
    when: Option<PartialDate>,
    is_handed_over: bool,
    name: Option<String>,
    /// What all entries of its medicine share; nothing if it does not name the medicine itself.
    key: Option<String>,
}

/// All medicines of the chart, without what was entered by mistake.
pub fn courses(record: &Record) -> Vec<Course<'_>> {
    let wrong = record.marked_wrong();
    let mut courses: BTreeMap<Cow<'_, str>, Course<'_>> = BTreeMap::new();
    for (resource, head) in record.chart().orders() {
        let (standing, when) = (head.standing, head.when);
        let name = head.name.as_deref();
        let order = Order { resource, standing, when, is_handed_over: head.is_handed_over, name };
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
            given: Vec::new(),
            is_only_handed_out: false,
        });
        match resource.kind {
            ResourceType::MedicationDispense => course.dispensed.push(order),
            ResourceType::MedicationAdministration => course.given.push(order),
            _ => course.orders.push(order),
        }
    }
    let mut courses: Vec<_> = courses.into_values().collect();
    join_by_name(record, &mut courses);
    // What was never given is no medicine of anybody's.
    courses.retain(|course| {
        let was_given = course.given.iter().any(|given| given.standing != Standing::Not);
        was_given || course.given.len() < course.all().count()
    });
    for course in &mut courses {
        for orders in [&mut course.orders, &mut course.dispensed, &mut course.given] {
            let when = |order: &Order<'_>| order.when.map(|when| when.order_in(record.zone()));
            orders.arrange_by_key(|order| std::cmp::Reverse((when(order), order.resource.entry)));
        }
    }
    note_lately_handed_out(record, &mut courses);
    courses
}

/// What was handed out or given belongs to the order of the same name if only one of the two has a code:
/// two codes of one name are two strengths. Where several could be meant it stands for itself, and so it
/// does where the only order was over before.
fn join_by_name(record: &Record, courses: &mut Vec<Course<'_>>) {
    let has_code = |course: &Course<'_>| course.key.starts_with(RXNORM_KEY);
    let day = |order: &Order<'_>| order.when.map(|when| when.order_in(record.zone()));
    let name =
        |course: &Course<'_>| course.all().next().and_then(|order| order.name.map(str::to_owned));
    let coded = courses.iter().filter(|course| course.orders.is_empty() && has_code(course));
    let coded: Vec<_> = coded.filter_map(name).collect();
    let mut place = 0;
    while place < courses.len() {
        let course = &courses[place];
        let name = course.all().next().and_then(|order| order.name);
        let like_it = coded.iter().filter(|other| Some(other.as_str()) == name).count();
        let is_one_of_several = has_code(course) && like_it > 1;
        let mut meant = Vec::new();
        if name.is_some() && course.orders.is_empty() && !is_one_of_several {
            meant.extend(courses.iter().enumerate().filter(|(_, other)| {
                let both_coded = has_code(other) && has_code(course);
                other.orders.iter().any(|order| order.name == name) && !both_coded
            }));
        }
        let is_over_before = |other: &Course<'_>| {
            let ordered = other.orders.iter().filter_map(day).max();
            !other.is_taken() && ordered < course.all().filter_map(day).max()
        };
        if meant.len() > 1 {
            meant.retain(|(_, other)| other.is_taken());
        }
        let of = match meant[..] {
            [(of, other)] if !is_over_before(other) => Some(of),
            _ => None,
        };
        match of {
            Some(of) => {
                let alone = courses.remove(place);
                let of = if of > place { of - 1 } else { of };
                courses[of].dispensed.extend(alone.dispensed);
                courses[of].given.extend(alone.given);
            }
            None => place += 1,
        }
    }
}

/// A pharmacy's feed says what was handed out and never what is still taken. A medicine stands as taken
/// until some time after its last fill, counted to the day on which the clinic received anything last, also
/// where an order ended so long before that the fill was on another one.
fn note_lately_handed_out(record: &Record, courses: &mut [Course<'_>]) {
    let is_open = |course: &Course<'_>| !course.orders.is_empty() && course.is_taken();
    if courses.iter().all(|course| course.dispensed.is_empty() || is_open(course)) {
        return;
    }
    let received = record.chart().resources().filter_map(|resource| resource.received_at);
    let Some(newest) = received.max().map(|at| record.zone().day_of(at)) else { return };
    for course in courses.iter_mut().filter(|course| !is_open(course)) {
        let Some(last) = course.filled() else { continue };
        let days = last.resource.view::<Medicine<'_>>().days_supply.whole_days();
        let days = days.map_or(DAYS_OF_A_FILL, |days| 2 * days + DAYS_MORE);
        let Some(day) = last.when.and_then(|when| when.day_in(record.zone())) else { continue };
        let is_lately = day.plus_days(days) >= newest;
        let is_after = |order: &Order<'_>| was_over(record, order).is_some_and(|over| over < day);
        course.is_only_handed_out = is_lately && course.orders.iter().all(is_after);
    }
}

/// The last day on which something may have been handed out on an order that ended, or on which its source
/// still said so. Nothing if nobody knows: an order of years ago may have been stopped this week.
fn was_over(record: &Record, order: &Order<'_>) -> Option<Day> {
    let day = |when: PartialDate| when.day_in(record.zone());
    let is_order = order.resource.kind == ResourceType::MedicationRequest;
    let ordered = order.when.filter(|_| is_order).and_then(day);
    let until = order.resource.describe().until.and_then(day);
    let touched = order.resource.view::<Touched<'_>>().meta.at.date().and_then(day);
    let said = until.max(touched)?;
    let ordered = ordered.map(|ordered| ordered.plus_days(DAYS_OF_AN_ORDER));
    Some(ordered.map_or(said, |ordered| ordered.max(said)))
}

/// Two entries of one medicine have the same key.
pub struct Keys<'a> {
    record: &'a Record,
    /// Of what was handed out or given, which may have come to the order of its name.
    fills: OnceCell<Vec<(EntryId, String)>>,
}

impl<'a> Keys<'a> {
    pub const fn of(record: &'a Record) -> Self {
        Self { record, fills: OnceCell::new() }
    }

    pub fn find(&self, medicine: EntryId) -> Option<String> {
        use ResourceType as Type;
        let chart = self.record.chart();
        let resource = chart.find(medicine)?;
        if matches!(resource.kind, Type::MedicationDispense | Type::MedicationAdministration) {
            let newest = chart.newest_of(medicine);
            let mut fills = self.fills.get_or_init(|| self.of_fills()).iter();
            if let Some((_, key)) = fills.find(|(entry, _)| *entry == newest) {
                return Some(key.clone());
            }
        }
        let is_meant = MEDICINES.contains(&resource.kind);
        is_meant.then(|| key(self.record, resource, &resource.view()))
    }

    fn of_fills(&self) -> Vec<(EntryId, String)> {
        let mut all = Vec::new();
        for course in courses(self.record) {
            let fills = course.dispensed.iter().chain(&course.given);
            all.extend(fills.map(|fill| (fill.resource.entry, course.key.clone())));
        }
        all
    }
}

impl OrderHead {
    pub fn of(resource: &Resource) -> Self {
        let view: Outline<'_> = resource.view();
        let key = view.concept().map(|concept| key_of_concept(concept, resource));
        let (standing, is_handed_over) = (view.standing(), view.is_handed_over());
        let name = view.concept().and_then(Concept::words).map(folded);
        Self { standing, when: view.when(), is_handed_over, name, key }
    }
}

impl<'a> Course<'a> {
    /// In doubt a medicine is taken: an active one is never hidden behind a stopped one.
    pub fn standing(&self) -> Standing {
        let standings = || self.orders.iter().map(|order| order.standing);
        let first = [Standing::Current, Standing::Unsaid, Standing::Unsure, Standing::Planned];
        let open = first.into_iter().find(|standing| standings().any(|said| said == *standing));
        let open = open.or(self.is_only_handed_out.then_some(Standing::Unsaid));
        open.or_else(|| standings().next()).unwrap_or(Standing::Past)
    }

    /// Everything that speaks of it: orders first, then what was handed out, then what was given.
    pub fn all(&self) -> impl Iterator<Item = &Order<'_>> {
        self.orders.iter().chain(&self.dispensed).chain(&self.given)
    }

    /// What the person got last.
    pub fn filled(&self) -> Option<&Order<'a>> {
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
        current.or_else(|| self.filled()).or_else(|| self.all().next())
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
        return format!("{RXNORM_KEY}{rxnorm}");
    }
    let words = concept.words().map(folded).filter(|words| !words.is_empty());
    words.unwrap_or_else(|| resource.entry.to_string())
}

/// Case and spaces do not make another medicine. Everything else may.
fn folded(words: &str) -> String {
    let words: Vec<_> = words.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}
