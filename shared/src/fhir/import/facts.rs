//! The little that an import has to know of a resource, whatever its type: who it is about, how its
//! source names it, when it was last changed, and what it points to.

use sha2::{Digest, Sha256};

use super::person::Claim;
use crate::arrange::Arrange;
use crate::fhir::datatypes::{Coding, Concept, Identifier, Period, Reference};
use crate::fhir::labels::is_sensitive;
use crate::fhir::lenient::{Many, Text, view};
use crate::fhir::read as view_of;
use crate::time::{PartialDate, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The resource's type, as written.
    pub kind: String,
    pub id: Option<String>,
    pub version: Option<String>,
    pub updated: Option<Timestamp>,
    pub identifiers: Vec<(String, String)>,
    /// Of a Patient: the values of all its identifiers, also of those that name no system.
    pub numbers: Vec<String>,
    /// The patient it says it is about.
    pub about: Option<PersonRef>,
    pub year: Option<u16>,
    /// It carries a label that keeps it from others than the patient.
    pub is_sensitive: bool,
    /// What it is about and when, to tell two apart that share an identifier.
    pub thing: String,
    pub references: Vec<String>,
    /// SHA-256 over its text without the spaces between its parts.
    pub hash: [u8; 32],
    /// Of a Patient: who it says they are.
    pub claim: Option<Box<Claim>>,
}

/// How a resource names its patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonRef {
    Reference(String),
    /// System and value. Without a system it means somebody only among those who come with it.
    Identifier(String, String),
}

view! {
    Head {
        resource_type: Text<'a> = "resourceType",
        id: Text<'a> = "id",
        meta: HeadMeta<'a> = "meta",
        identifier: Many<HeadIdentifier<'a>> = "identifier",
        security_label: Many<Concept<'a>> = "securityLabel",
        subject: Reference<'a> = "subject",
        patient: Reference<'a> = "patient",
        beneficiary: Reference<'a> = "beneficiary",
        about: Reference<'a> = "for",
        participant: Many<Participant<'a>> = "participant",
        contained: Many<Contained<'a>> = "contained",
        code: Concept<'a> = "code",
        kind: Many<Concept<'a>> = "type",
        vaccine: Concept<'a> = "vaccineCode",
        medicine: Concept<'a> = "medicationCodeableConcept",
        medicine_named: Reference<'a> = "medicationReference",
        effective: Text<'a> = "effectiveDateTime",
        effective_instant: Text<'a> = "effectiveInstant",
        effective_period: Period<'a> = "effectivePeriod",
        performed: Text<'a> = "performedDateTime",
        performed_period: Period<'a> = "performedPeriod",
        occurrence: Text<'a> = "occurrenceDateTime",
        period: Period<'a> = "period",
        start: Text<'a> = "start",
        requested: Many<Period<'a>> = "requestedPeriod",
        billable: Period<'a> = "billablePeriod",
        date: Text<'a> = "date",
        issued: Text<'a> = "issued",
        onset: Text<'a> = "onsetDateTime",
        authored: Text<'a> = "authoredOn",
        created: Text<'a> = "created",
        recorded: Text<'a> = "recorded",
        recorded_date: Text<'a> = "recordedDate",
        sent: Text<'a> = "sent",
    }
    HeadMeta {
        version: Text<'a> = "versionId",
        updated: Text<'a> = "lastUpdated",
        security: Many<Coding<'a>> = "security",
    }
    HeadIdentifier {
        system: Text<'a> = "system",
        value: Text<'a> = "value",
        kind: Concept<'a> = "type",
        used: Text<'a> = "use",
    }
    Participant { actor: Reference<'a> = "actor" }
    Contained {
        resource_type: Text<'a> = "resourceType",
        id: Text<'a> = "id",
        meta: HeadMeta<'a> = "meta",
        identifier: Many<HeadIdentifier<'a>> = "identifier",
    }
}

impl PersonRef {
    /// It points into the resource itself.
    pub fn is_contained(&self) -> bool {
        matches!(self, Self::Reference(reference) if reference.starts_with('#'))
    }
}

/// Numbers that several resources share by design: an accession number stands on every result of
/// one specimen (HL7 v2-0203).
const SHARED_NUMBERS: [&str; 5] = ["ACSN", "GI", "GN", "FGN", "PGN"];
/// Types that are always about one patient (FHIR R4, Patient compartment). One of them that names
/// nobody is attached to nobody, unless all that was sent is about one.
const PERSONAL: [&str; 38] = [
    "Account",
    "AdverseEvent",
    "AllergyIntolerance",
    "Appointment",
    "BodyStructure",
    "CarePlan",
    "CareTeam",
    "Claim",
    "ClaimResponse",
    "ClinicalImpression",
    "Communication",
    "CommunicationRequest",
    "Condition",
    "Consent",
    "Coverage",
    "DetectedIssue",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "EpisodeOfCare",
    "ExplanationOfBenefit",
    "FamilyMemberHistory",
    "Goal",
    "ImagingStudy",
    "Immunization",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "NutritionOrder",
    "Observation",
    "Procedure",
    "QuestionnaireResponse",
    "RelatedPerson",
    "RiskAssessment",
    "ServiceRequest",
    "Specimen",
    "VisionPrescription",
];

pub fn is_personal(kind: &str) -> bool {
    PERSONAL.contains(&kind)
}

/// Type and identifier of a conditional reference (R4, §3.1.0.11.2): `Patient?identifier=system|value`.
pub fn asked_for(reference: &str) -> Option<(&str, String)> {
    let (kind, asked) = reference.split_once("?identifier=")?;
    let kind = kind.rsplit('/').next()?;
    let named = without_percents(asked)?;
    Some((kind, if named.contains('|') { named } else { format!("|{named}") }))
}

/// As it was before it was written for an address (RFC 3986, §2.1).
fn without_percents(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// The patient whom a resource is about, as far as it says so.
pub fn about(json: &str) -> Option<PersonRef> {
    let head: Head<'_> = view_of(json)?;
    head.about(head.resource_type.said()?)
}

impl Facts {
    /// Nothing if it is no resource that says what it is.
    pub fn of(json: &str) -> Option<Self> {
        let head: Head<'_> = view_of(json)?;
        let kind = head.resource_type.owned()?;
        // Half of a pair reads as U+FFFD: two ids that differ there would become one.
        if head.id.said().is_some_and(|id| id.contains(char::REPLACEMENT_CHARACTER)) {
            return None;
        }
        let scan = Scan::of(json);
        let claim = (kind == "Patient").then(|| Box::new(Claim::of(json, head.identifiers())));
        Some(Self {
            id: head.id.owned(),
            version: head.meta.version.owned(),
            updated: moment(&head.meta.updated),
            identifiers: head.identifiers(),
            numbers: if kind == "Patient" { head.numbers() } else { Vec::new() },
            about: head.about(&kind),
            year: head.year(),
            is_sensitive: head.is_sensitive(),
            thing: head.thing(),
            references: scan.references,
            hash: scan.hash,
            claim,
            kind,
        })
    }
}

fn moment(text: &Text<'_>) -> Option<Timestamp> {
    text.said()?.parse::<PartialDate>().ok()?.moment()
}

impl Head<'_> {
    fn identifiers(&self) -> Vec<(String, String)> {
        let own = self.identifier.iter().filter(|one| {
            let shared = one.kind.has_code(&SHARED_NUMBERS);
            !shared && !one.used.is("old")
        });
        let known = own.filter_map(|one| Some((one.system.owned()?, one.value.owned()?)));
        known.collect()
    }

    fn numbers(&self) -> Vec<String> {
        self.identifier.iter().filter_map(|one| one.value.owned()).collect()
    }

    fn about(&self, kind: &str) -> Option<PersonRef> {
        // Of whom a Patient is about nobody has to be asked, and a Group is no patient.
        if kind == "Patient" {
            return None;
        }
        let named = [&self.subject, &self.patient, &self.beneficiary, &self.about];
        let actors = self.participant.iter().map(|participant| &participant.actor);
        let actors = actors.filter(|actor| {
            let reference = actor.reference.said().unwrap_or_default();
            reference.contains("Patient/") || actor.kind.is("Patient")
        });
        named.into_iter().chain(actors).find_map(person_of).map(|about| self.inside(about))
    }

    /// A patient inside the resource is known by their number, if they have one: they may be somebody
    /// else than the one whom all the rest is about.
    fn inside(&self, about: PersonRef) -> PersonRef {
        let PersonRef::Reference(reference) = &about else {
            return about;
        };
        let named = |one: &&Contained<'_>| {
            one.resource_type.is("Patient") && one.id.said() == reference.strip_prefix('#')
        };
        let patient = self.contained.iter().find(named);
        let numbers = patient.into_iter().flat_map(|patient| patient.identifier.iter());
        let mut known = numbers.filter_map(|one| {
            Some(PersonRef::Identifier(one.system.owned().unwrap_or_default(), one.value.owned()?))
        });
        known.next().unwrap_or(about)
    }

    fn dates(&self) -> impl Iterator<Item = &Text<'_>> {
        let requested = self.requested.first().map(|period| &period.start);
        let known = [
            &self.effective,
            &self.effective_instant,
            &self.effective_period.start,
            &self.performed,
            &self.performed_period.start,
            &self.occurrence,
            &self.period.start,
            &self.start,
        ];
        let later = [
            &self.billable.start,
            &self.date,
            &self.issued,
            &self.onset,
            &self.authored,
            &self.created,
            &self.recorded,
            &self.recorded_date,
            &self.sent,
        ];
        known.into_iter().chain(requested).chain(later)
    }

    fn year(&self) -> Option<u16> {
        let dates = self.dates().filter_map(|date| date.said()?.parse::<PartialDate>().ok());
        let mut years = dates.filter_map(|date| u16::try_from(date.year()).ok());
        years.next()
    }

    fn is_sensitive(&self) -> bool {
        let labels = self.security_label.iter().flat_map(|concept| concept.coding.iter());
        // What lies inside goes where the whole goes.
        let inside = self.contained.iter().flat_map(|one| one.meta.security.iter());
        self.meta.security.iter().chain(labels).chain(inside).any(is_sensitive)
    }

    fn thing(&self) -> String {
        let concepts = [&self.code, &self.vaccine, &self.medicine];
        let concepts = concepts.into_iter().chain(self.kind.iter());
        let what = concepts
            .filter_map(|concept| {
                let code = concept.code().map(|code| format!("{}|{}", code.system, code.code));
                code.or_else(|| concept.words().map(str::to_lowercase))
            })
            .next();
        let what = what.or_else(|| self.medicine_named.reference.owned());
        let when = self.dates().find_map(|date| date.said());
        match (what, when) {
            (None, None) => String::new(),
            (what, when) => format!("{} {}", what.unwrap_or_default(), when.unwrap_or_default()),
        }
    }
}

fn person_of(reference: &Reference<'_>) -> Option<PersonRef> {
    let Identifier { system, value } = &reference.identifier;
    match (reference.reference.owned(), system.owned(), value.owned()) {
        (Some(reference), _, _) if names_somebody_else(&reference) => None,
        (Some(reference), _, _) => Some(PersonRef::Reference(reference)),
        (None, system, Some(value)) => {
            Some(PersonRef::Identifier(system.unwrap_or_default(), value))
        }
        (None, _, None) => None,
    }
}

/// A subject may be a group, a place or a device.
fn names_somebody_else(reference: &str) -> bool {
    let others = ["Group", "Location", "Device", "Practitioner", "Organization", "Substance"];
    let mut parts = reference.split("/_history/").next().unwrap_or(reference).rsplit('/');
    let kind = parts.nth(1).unwrap_or_default();
    others.contains(&kind)
}

/// One walk over the bytes.
struct Scan {
    references: Vec<String>,
    hash: [u8; 32],
}

impl Scan {
    fn of(json: &str) -> Self {
        let bytes = json.as_bytes();
        let mut hasher = Sha256::new();
        let mut references: Vec<String> = Vec::new();
        let mut after_reference = false;
        let mut place = 0;
        while place < bytes.len() {
            let from = place;
            if bytes[place] == b'"' {
                place = end_of_text(bytes, place);
                hasher.update(&bytes[from..place]);
                if after_reference && let Ok(text) = serde_json::from_str(&json[from..place]) {
                    references.push(text);
                }
                after_reference = &bytes[from..place] == b"\"reference\"";
            } else {
                while place < bytes.len() && bytes[place] != b'"' {
                    place += 1;
                }
                let between = &bytes[from..place];
                let said = between.split(u8::is_ascii_whitespace).filter(|part| !part.is_empty());
                for part in said {
                    hasher.update(part);
                    after_reference &= part == b":";
                }
            }
        }
        references.arrange();
        references.dedup();
        Self { references, hash: hasher.finalize().into() }
    }
}

/// The place after the quote that ends a text.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut place = start + 1;
    while let Some(byte) = bytes.get(place) {
        match byte {
            b'"' => return place + 1,
            b'\\' => place += 2,
            _ => place += 1,
        }
    }
    bytes.len()
}
