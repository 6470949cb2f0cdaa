//! The resources of a document: each with the URL that others in it refer to, and the references of
//! each turned to where their targets stand.

use super::Contents;
use crate::fhir::ResourceType;
use crate::fhir::export::Whose;
use crate::fhir::export::fill::{fill, uuid_of};
use crate::fhir::export::own::{Names, Written, written};
use crate::fhir::export::references::{Leads, relinked};
use crate::fhir::person::Person;
use crate::id::EntryId;
use crate::json::Value;
use crate::ordered::BTreeSet;
use crate::record::{Record, Resource};

/// Resources of one document; more would be no summary any more. What does not fit is named by its
/// words alone.
const RESOURCES_MAX: usize = 2_000;

pub struct Bundle<'a> {
    pub record: &'a Record,
    /// The URL of the one patient whom everything is about.
    pub patient: String,
    subject: Option<&'a Resource>,
    name: String,
    entries: Vec<String>,
    held: BTreeSet<EntryId>,
    waiting: Vec<&'a Resource>,
    own: Vec<Written>,
    /// For whoever has a link: what carries a security label is not for them.
    pub is_shared: bool,
    pub contents: Contents,
}

impl<'a> Bundle<'a> {
    pub fn of(record: &'a Record, whose: &Whose<'_>) -> Self {
        let subject = subject(record);
        let own = EntryId::from_u128(whose.patient.to_u128());
        let patient = uuid_of(subject.map_or(own, |subject| subject.entry));
        let named = subject.and_then(|subject| subject.view::<Person<'_>>().name());
        let chart = |entry: EntryId| Some(uuid_of(entry));
        let names = Names { patient: &patient, own: whose.account, chart: &chart };
        let own = written(record, &names);
        Self {
            record,
            subject,
            name: named.unwrap_or_else(|| whose.name.to_owned()),
            entries: Vec::new(),
            held: BTreeSet::new(),
            waiting: Vec::new(),
            own,
            patient,
            is_shared: false,
            contents: Contents::default(),
        }
    }

    /// Whether it stays out of this document.
    pub fn leaves_out(&self, resource: &Resource) -> bool {
        self.is_shared && self.record.chart().is_labelled(resource)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What people wrote here of this type.
    pub fn own(&self, kind: &str) -> Vec<Written> {
        self.own.iter().filter(|one| one.kind == kind).cloned().collect()
    }

    /// Puts a resource of the chart in, and answers the URL under which it stands.
    pub fn put(&mut self, resource: &'a Resource) -> String {
        if self.held.insert(resource.entry) {
            self.waiting.push(resource);
            while let Some(next) = self.waiting.pop() {
                let json = self.inside(next);
                self.entries.push(entry(&uuid_of(next.entry), &json));
            }
        }
        uuid_of(resource.entry)
    }

    pub fn put_own(&mut self, one: &Written) -> String {
        let url = uuid_of(one.entry);
        self.entries.push(entry(&url, &one.json));
        url
    }

    /// Something made for the document, under the URL of what it is made from, turned about.
    pub fn put_made(&mut self, from: EntryId, json: &str) -> String {
        let url = uuid_of(EntryId::from_u128(!from.to_u128()));
        self.entries.push(entry(&url, json));
        url
    }

    /// The patient as the chart has them, else by name alone: nobody here knows the birth date then,
    /// and the document says so.
    pub fn patient_entry(&mut self) -> String {
        let json = match self.subject {
            Some(subject) => self.inside(subject),
            None => fill(
                r#"{"resourceType":"Patient","name":[{"text":~}],"_birthDate":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}}"#,
                &[&self.name],
            ),
        };
        entry(&self.patient, &json)
    }

    pub fn into_entries(mut self) -> Vec<String> {
        while let Some(next) = self.waiting.pop() {
            let json = self.inside(next);
            self.entries.push(entry(&uuid_of(next.entry), &json));
        }
        self.entries
    }

    /// A resource as it stands in the document. Whom it is about is written in where it is missing:
    /// what the clinic wrote by hand names nobody.
    fn inside(&mut self, resource: &'a Resource) -> String {
        let patient = self.patient.clone();
        let mut leads = |field: &str, to: &str| {
            if to.starts_with('#') && resource.within.is_none() {
                return Leads::Stays;
            }
            let target = self.record.chart().follow(resource, to);
            let is_about = matches!(field, "subject" | "patient");
            match target {
                Some(target) if target.kind == ResourceType::Patient => {
                    Leads::To(self.patient.clone())
                }
                // What is in the patient's chart is about them, whatever a mistaken source points to.
                Some(target) if is_about && is_nobody(target.kind) => {
                    Leads::To(self.patient.clone())
                }
                Some(target) if self.is_shared && self.record.chart().is_labelled(target) => {
                    Leads::Nowhere
                }
                Some(target) if comes_along(target.kind) && self.held.len() < RESOURCES_MAX => {
                    if self.held.insert(target.entry) {
                        self.waiting.push(target);
                    }
                    Leads::To(uuid_of(target.entry))
                }
                Some(target) if self.held.contains(&target.entry) => {
                    Leads::To(uuid_of(target.entry))
                }
                None if is_about => Leads::To(self.patient.clone()),
                Some(_) | None => Leads::Nowhere,
            }
        };
        let json = relinked(Value::read_before(resource.json()), &mut leads);
        with_subject(resource.kind, taken_out(resource, json), &patient)
    }
}

/// What explains others and is nothing by itself.
fn comes_along(kind: ResourceType) -> bool {
    matches!(
        kind,
        ResourceType::Medication
            | ResourceType::Practitioner
            | ResourceType::PractitionerRole
            | ResourceType::Organization
    )
}

/// No resource of these types can be what something is about (R4: Patient, Group, Device, Location and few
/// others can).
fn is_nobody(kind: ResourceType) -> bool {
    !comes_along(kind)
        && !matches!(kind, ResourceType::Device | ResourceType::Location | ResourceType::Other)
}

/// What lay inside a report stands for itself here: of its report's day, and without the id that it had
/// there, which may be no id of a resource.
fn taken_out(resource: &Resource, json: String) -> String {
    let Some(within) = resource.within else { return json };
    let (mut parts, mut when) = (Vec::new(), within.when);
    Value::read_before(&json).each_field(&mut |name, value| {
        when = when.filter(|_| !name.starts_with("effective"));
        if name != "id" {
            parts.push(fill("~:@", &[name, value.written()]));
        }
    });
    parts.extend(when.map(|when| fill(r#""effectiveDateTime":~"#, &[&when.to_string()])));
    fill("{@}", &[&parts.join(",")])
}

fn with_subject(kind: ResourceType, json: String, patient: &str) -> String {
    let field = match kind {
        ResourceType::AllergyIntolerance | ResourceType::Immunization => "patient",
        ResourceType::Condition
        | ResourceType::MedicationRequest
        | ResourceType::MedicationStatement
        | ResourceType::Observation
        | ResourceType::DiagnosticReport
        | ResourceType::Procedure
        | ResourceType::CarePlan => "subject",
        _ => return json,
    };
    let mut says = false;
    Value::read_before(&json).each_field(&mut |name, _| says |= name == field);
    match json.strip_suffix('}') {
        Some(open) if !says => fill(r#"@,~:{"reference":~}}"#, &[open, field, patient]),
        Some(_) | None => json,
    }
}

/// Of several sources' patients the one that says when they were born, the newest first.
fn subject(record: &Record) -> Option<&Resource> {
    let all = || record.chart().of(&[ResourceType::Patient]);
    let born = |patient: &&Resource| patient.view::<Person<'_>>().birth_date.said().is_some();
    let newest = |patient: &&Resource| (patient.received_at, patient.entry);
    all().filter(born).max_by_key(newest).or_else(|| all().max_by_key(newest))
}

fn entry(url: &str, json: &str) -> String {
    fill(r#"{"fullUrl":~,"resource":@}"#, &[url, json])
}
