//! What is compared of a record: which thing, when, and what is said of it.

use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::allergy::Allergy;
use crate::fhir::condition::Condition;
use crate::fhir::datatypes::{CVX, Concept, Quantity};
use crate::fhir::description::Standing;
use crate::fhir::immunization::Immunization;
use crate::fhir::lenient::{Text, view};
use crate::fhir::medicine::{Medicine, Substance};
use crate::fhir::observation::Observation;
use crate::id::EntryId;
use crate::record::chart::without_accent;
use crate::record::{Record, Resource};
use crate::time::{PartialDate, Zone};

use super::judge::REMEMBERED_DAYS_MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    Allergy,
    Condition,
    /// Written for one visit, and no problem of the person's.
    Diagnosis,
    Medicine,
    /// Handed out.
    Dispense,
    Shot,
    Measurement,
}

pub struct Fact<'a> {
    pub entry: EntryId,
    pub source: &'a str,
    pub thing: Thing,
    /// System and code, each in one form.
    pub codes: Vec<(String, String)>,
    /// The name, as far as two ways to write it do not differ.
    pub words: String,
    pub when: Option<PartialDate>,
    pub standing: Standing,
    /// What is said of it beside: how it is taken, how bad it is, which lot.
    pub detail: String,
    pub none_known: bool,
    /// Told from memory or by somebody else.
    pub is_historical: bool,
    pub values: Vec<Value>,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Of a part of a measurement.
    pub code: String,
    pub number: Option<String>,
    pub unit: String,
    pub words: String,
}

view! {
    Told { primary: Text<'a> = "primarySource" }
}

impl<'a> Fact<'a> {
    /// Nothing of what was entered by mistake, or of a type that is not compared.
    pub fn of(record: &Record, resource: &'a Resource) -> Option<Self> {
        let said = resource.describe();
        if said.standing == Standing::Mistake {
            return None;
        }
        let mut fact = Self {
            entry: resource.entry,
            source: &resource.source,
            thing: Thing::Condition,
            codes: Vec::new(),
            words: said.name.as_deref().map(folded).unwrap_or_default(),
            when: said.when,
            standing: said.standing,
            detail: String::new(),
            none_known: false,
            is_historical: false,
            values: Vec::new(),
        };
        match resource.kind {
            ResourceType::AllergyIntolerance => fact.read_allergy(&resource.view()),
            ResourceType::Condition => fact.read_condition(&resource.view()),
            ResourceType::Immunization => {
                let told: Told<'_> = resource.view();
                fact.is_historical = told.primary.is("false");
                fact.read_shot(&resource.view());
            }
            ResourceType::MedicationRequest | ResourceType::MedicationStatement => {
                fact.read_medicine(record, resource, Thing::Medicine);
            }
            ResourceType::MedicationDispense => {
                fact.read_medicine(record, resource, Thing::Dispense);
            }
            ResourceType::Observation => fact.read_measurement(&resource.view()),
            _ => return None,
        }
        Some(fact)
    }

    fn read_allergy(&mut self, view: &Allergy<'_>) {
        self.thing = Thing::Allergy;
        self.codes = codes(&view.code);
        self.words = substance(&self.words);
        self.detail = view.criticality.owned().unwrap_or_default();
        self.none_known = view.says_none_known();
    }

    fn read_condition(&mut self, view: &Condition<'_>) {
        if view.is_of_a_visit_only() {
            self.thing = Thing::Diagnosis;
        }
        self.codes = codes(&view.code);
        let sites = view.body_site.iter().filter_map(Concept::words);
        self.detail = sites.map(folded).collect::<Vec<_>>().join(" ");
    }

    fn read_shot(&mut self, view: &Immunization<'_>) {
        self.thing = Thing::Shot;
        self.codes = codes(&view.vaccine);
        self.detail = view.lot.owned().map(|lot| folded(&lot)).unwrap_or_default();
    }

    fn read_medicine(&mut self, record: &Record, resource: &Resource, thing: Thing) {
        let view: Medicine<'_> = resource.view();
        self.thing = thing;
        // What was made here of parts is no other sentence than a source's.
        self.detail = folded(&view.written_directions());
        if let Some(concept) = view.concept() {
            self.codes = codes(concept);
            return;
        }
        let target = view.reference.reference.said();
        let target = target.and_then(|to| record.chart().follow(resource, to));
        if let Some(target) = target {
            let substance: Substance<'_> = target.view();
            self.codes = codes(&substance.code);
            if self.words.is_empty() {
                self.words = substance.code.words().map(folded).unwrap_or_default();
            }
        }
    }

    fn read_measurement(&mut self, view: &Observation<'_>) {
        self.thing = Thing::Measurement;
        self.codes = codes(&view.code);
        self.values.push(Value::of("", &view.quantity, &view.concept, &view.text));
        for part in view.component.iter() {
            let code = part.code.code().map(|code| code.code).unwrap_or_default();
            self.values.push(Value::of(&code, &part.quantity, &part.concept, &part.text));
        }
        self.values.retain(|value| value.number.is_some() || !value.words.is_empty());
        self.values.arrange_by_key(|value| value.code.clone());
    }

    /// Records that share a key may be of one thing.
    pub fn keys(&self, zone: &Zone) -> Vec<String> {
        if self.thing == Thing::Allergy {
            // Few enough to compare all of them: "none known" meets every one.
            return vec!["allergies".to_owned()];
        }
        let mut names: Vec<_> =
            self.codes.iter().map(|(system, code)| format!("{system} {code}")).collect();
        if !self.words.is_empty() {
            names.push(self.words.clone());
        }
        let times = match (self.thing, self.when) {
            (Thing::Measurement | Thing::Shot, Some(when)) => months(when, zone),
            (_, _) => vec![String::new()],
        };
        let thing = self.thing;
        let keys = names
            .iter()
            .flat_map(|name| times.iter().map(move |time| format!("{thing:?} {name} {time}")));
        keys.collect()
    }
}

impl Value {
    fn of(code: &str, quantity: &Quantity<'_>, concept: &Concept<'_>, text: &Text<'_>) -> Self {
        let words = concept.words().or(text.said()).map(folded).unwrap_or_default();
        let amount = quantity.amount();
        let unit = amount.as_ref().map(|amount| amount.unit_key()).unwrap_or_default();
        let number = amount.map(|amount| amount.number);
        Self { code: code.to_owned(), number, unit, words }
    }
}

/// The months that a moment may be filed under: as written, and as another clock had it.
fn months(when: PartialDate, zone: &Zone) -> Vec<String> {
    let days = match when {
        PartialDate::Time(day, _) => {
            let (here, there) = (when.day_in(zone), when.day_in(&Zone::utc()));
            [Some(day), here, there]
        }
        PartialDate::Day(day) => [Some(day), None, None],
        PartialDate::Month { .. } | PartialDate::Year(_) => {
            return vec![when.to_string().chars().take(7).collect()];
        }
    };
    // A dose that is remembered a few days off may be in the next month.
    let off = REMEMBERED_DAYS_MAX;
    let days = days.into_iter().flatten();
    let days = days.flat_map(|day| [day.plus_days(-off), day, day.plus_days(off)]);
    let mut months: Vec<String> =
        days.map(|day| day.to_string().chars().take(7).collect()).collect();
    months.arrange();
    months.dedup();
    months
}

fn codes(concept: &Concept<'_>) -> Vec<(String, String)> {
    let codes = concept.coding.iter().filter_map(|coding| {
        let (system, code) = (system(coding.system.said()?), coding.code.said()?);
        let code = match system.as_str() {
            // CVX is written with and without zeros before it, ICD-10 with and without its point.
            CVX => code.trim_start_matches('0').to_owned(),
            ICD_10 => code.replace('.', "").to_uppercase(),
            _ => code.to_owned(),
        };
        Some((system, code))
    });
    codes.collect()
}

const ICD_10: &str = "icd-10";

/// One name for each of the ways in which a terminology is called (HL7's registry of OIDs).
fn system(said: &str) -> String {
    let known = match said.trim_end_matches('/') {
        "urn:oid:2.16.840.1.113883.6.96" => "http://snomed.info/sct",
        "urn:oid:2.16.840.1.113883.6.1" => "http://loinc.org",
        "urn:oid:2.16.840.1.113883.6.88" => "http://www.nlm.nih.gov/research/umls/rxnorm",
        "urn:oid:2.16.840.1.113883.12.292" | "urn:oid:2.16.840.1.113883.6.59" => CVX,
        "urn:oid:2.16.840.1.113883.6.90"
        | "urn:oid:2.16.840.1.113883.6.3"
        | "http://hl7.org/fhir/sid/icd-10-cm"
        | "http://hl7.org/fhir/sid/icd-10" => ICD_10,
        other => other,
    };
    known.to_owned()
}

/// Case, punctuation, accents and SNOMED's tags in brackets at the end make no other thing.
pub fn folded(words: &str) -> String {
    let words = words.trim();
    let bare = words.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    let tags = ["disorder", "finding", "situation", "substance", "product", "procedure", "event"];
    let words = bare.filter(|(_, tag)| tags.contains(tag)).map_or(words, |(bare, _)| bare);
    let mut out = String::new();
    for letter in words.chars().flat_map(char::to_lowercase).map(without_accent) {
        if letter.is_alphanumeric() || letter == '.' || letter == '%' {
            out.push(letter);
        } else if !out.ends_with(' ') && !out.is_empty() {
            out.push(' ');
        }
    }
    out.trim_end().to_owned()
}

/// "Allergy to penicillin" is about penicillin.
fn substance(words: &str) -> String {
    let before = ["allergy to ", "allergic reaction to ", "hypersensitivity to ", "alergia a "];
    let after = [" allergy", " hypersensitivity", " adverse reaction", " allergenic extract"];
    let mut bare = words;
    for part in before {
        bare = bare.strip_prefix(part).unwrap_or(bare);
    }
    for part in after {
        bare = bare.strip_suffix(part).unwrap_or(bare);
    }
    bare.to_owned()
}
