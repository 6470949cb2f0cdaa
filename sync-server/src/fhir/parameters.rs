//! What can be searched for, in one table: the search reads it, and the CapabilityStatement is made
//! from it.

/// How a parameter is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Id,
    LastUpdated,
    /// The patient whom it is about.
    Patient,
    /// A code, or one of its codings, in these fields.
    Token(&'static [&'static str]),
    Reference(&'static [&'static str]),
    Date(&'static [&'static str]),
    /// The beginning of a word of a name.
    Name,
}

impl How {
    /// As FHIR calls it.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Id | Self::Token(_) => "token",
            Self::LastUpdated | Self::Date(_) => "date",
            Self::Patient | Self::Reference(_) => "reference",
            Self::Name => "string",
        }
    }
}

/// What every type has.
pub const COMMON: [(&str, How); 3] =
    [("_id", How::Id), ("_lastUpdated", How::LastUpdated), ("identifier", IDENTIFIER)];

const IDENTIFIER: How = How::Token(&["identifier"]);
const CATEGORY: How = How::Token(&["category"]);
const CODE: How = How::Token(&["code"]);
const STATUS: How = How::Token(&["status"]);

/// Of one type: its name and its own parameters. `patient` stands for `subject` too.
pub const OF_TYPE: &[(&str, &[(&str, How)])] = &[
    (
        "AllergyIntolerance",
        &[
            ("patient", How::Patient),
            ("clinical-status", How::Token(&["clinicalStatus"])),
            ("code", CODE),
        ],
    ),
    (
        "Appointment",
        &[("patient", How::Patient), ("status", STATUS), ("date", How::Date(&["start"]))],
    ),
    (
        "CarePlan",
        &[
            ("patient", How::Patient),
            ("category", CATEGORY),
            ("status", STATUS),
            ("date", How::Date(&["period"])),
        ],
    ),
    ("CareTeam", &[("patient", How::Patient), ("status", STATUS)]),
    (
        "Communication",
        &[
            ("patient", How::Patient),
            ("part-of", How::Reference(&["partOf"])),
            ("sender", How::Reference(&["sender"])),
            ("recipient", How::Reference(&["recipient"])),
            ("sent", How::Date(&["sent"])),
            ("received", How::Date(&["received"])),
            ("status", STATUS),
            ("category", CATEGORY),
        ],
    ),
    (
        "Condition",
        &[
            ("patient", How::Patient),
            ("category", CATEGORY),
            ("clinical-status", How::Token(&["clinicalStatus"])),
            ("code", CODE),
            ("onset-date", How::Date(&["onsetDateTime", "onsetPeriod"])),
        ],
    ),
    ("Coverage", &[("patient", How::Patient), ("status", STATUS)]),
    ("Device", &[("patient", How::Patient), ("type", How::Token(&["type"]))]),
    (
        "DiagnosticReport",
        &[
            ("patient", How::Patient),
            ("category", CATEGORY),
            ("code", CODE),
            ("date", How::Date(&["effectiveDateTime", "effectivePeriod"])),
            ("status", STATUS),
        ],
    ),
    (
        "DocumentReference",
        &[
            ("patient", How::Patient),
            ("category", CATEGORY),
            ("type", How::Token(&["type"])),
            ("date", How::Date(&["date"])),
            ("status", STATUS),
        ],
    ),
    (
        "Encounter",
        &[
            ("patient", How::Patient),
            ("class", How::Token(&["class"])),
            ("type", How::Token(&["type"])),
            ("date", How::Date(&["period"])),
            ("status", STATUS),
        ],
    ),
    ("Goal", &[("patient", How::Patient), ("lifecycle-status", How::Token(&["lifecycleStatus"]))]),
    (
        "Immunization",
        &[
            ("patient", How::Patient),
            ("status", STATUS),
            ("date", How::Date(&["occurrenceDateTime"])),
        ],
    ),
    ("MedicationDispense", &[("patient", How::Patient), ("status", STATUS)]),
    (
        "MedicationRequest",
        &[
            ("patient", How::Patient),
            ("intent", How::Token(&["intent"])),
            ("status", STATUS),
            ("authoredon", How::Date(&["authoredOn"])),
        ],
    ),
    ("MedicationStatement", &[("patient", How::Patient), ("status", STATUS)]),
    (
        "Observation",
        &[
            ("patient", How::Patient),
            ("category", CATEGORY),
            ("code", CODE),
            ("date", How::Date(&["effectiveDateTime", "effectivePeriod", "effectiveInstant"])),
            ("status", STATUS),
        ],
    ),
    (
        "Patient",
        &[
            ("name", How::Name),
            ("birthdate", How::Date(&["birthDate"])),
            ("gender", How::Token(&["gender"])),
        ],
    ),
    (
        "Procedure",
        &[
            ("patient", How::Patient),
            ("code", CODE),
            ("date", How::Date(&["performedDateTime", "performedPeriod"])),
            ("status", STATUS),
        ],
    ),
    ("Provenance", &[("target", How::Reference(&["target"]))]),
    ("ServiceRequest", &[("patient", How::Patient), ("category", CATEGORY), ("status", STATUS)]),
    (
        "Task",
        &[
            ("patient", How::Patient),
            ("code", CODE),
            ("status", STATUS),
            ("owner", How::Reference(&["owner"])),
            ("based-on", How::Reference(&["basedOn"])),
            ("focus", How::Reference(&["focus"])),
            ("modified", How::Date(&["lastModified"])),
        ],
    ),
];

/// The parameters of a type beside the common ones.
pub fn of_type(kind: &str) -> &'static [(&'static str, How)] {
    OF_TYPE.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, own)| *own)
}

pub fn named(kind: &str, name: &str) -> Option<How> {
    let name = if name == "subject" { "patient" } else { name };
    let mut all = COMMON.iter().chain(of_type(kind));
    all.find(|(known, _)| *known == name).map(|(_, how)| *how)
}
