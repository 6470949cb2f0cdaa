//! The resources and texts that a generated record is made of.

use std::fmt::Write;

use super::{YEARS, end};
use crate::id::Rng;
use crate::time::{MILLIS_PER_DAY, PartialDate, Timestamp, Zone};

pub(super) struct Visit {
    id: String,
    at: PartialDate,
}

impl Visit {
    pub(super) fn new(number: usize, count: usize, dice: &mut Dice) -> Self {
        let days = i64::from(YEARS) * 365;
        let day = days * number as i64 / count as i64 - days;
        let minute = 8 * 60 + dice.below(9 * 60) as i64;
        let moment = end().plus_millis(day * MILLIS_PER_DAY + minute * 60_000);
        Self {
            id: dice.uuid(),
            at: PartialDate::at(moment, &Zone::new(vec![(Timestamp::from_millis(0), -300)])),
        }
    }

    pub(super) fn year(&self) -> u16 {
        u16::try_from(self.at.year()).expect("it is in this century")
    }

    pub(super) fn json(&self) -> String {
        let Self { id, at } = self;
        format!(
            r#"{{"resourceType":"Encounter","id":"{id}","meta":{{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-encounter"]}},"status":"finished","class":{{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}},"type":[{{"coding":[{{"system":"http://snomed.info/sct","code":"162673000","display":"General examination of patient (procedure)"}}],"text":"General examination of patient (procedure)"}}],"subject":{{"reference":"Patient/p1","display":"Rosa Delgado"}},"participant":[{{"individual":{{"reference":"Practitioner/d1","display":"Dr. Amara Okafor"}}}}],"period":{{"start":"{at}"}},"serviceProvider":{{"reference":"Organization/o1","display":"Northside Clinic"}}}}"#
        )
    }
}

/// Code, name, unit, lowest, highest, decimals.
type Test = (&'static str, &'static str, &'static str, u64, u64, usize);

const TESTS: [Test; 16] = [
    ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", 50, 90, 1),
    ("2339-0", "Glucose [Mass/volume] in Blood", "mg/dL", 700, 1800, 1),
    ("38483-4", "Creatinine [Mass/volume] in Blood", "mg/dL", 60, 160, 2),
    ("49765-1", "Calcium [Mass/volume] in Blood", "mg/dL", 850, 1020, 2),
    ("2947-0", "Sodium [Moles/volume] in Blood", "mmol/L", 1360, 1450, 1),
    ("6298-4", "Potassium [Moles/volume] in Blood", "mmol/L", 350, 520, 2),
    ("2069-3", "Chloride [Moles/volume] in Blood", "mmol/L", 1010, 1110, 1),
    ("20565-8", "Carbon dioxide, total in Blood", "mmol/L", 200, 290, 1),
    ("33914-3", "Glomerular filtration rate/1.73 sq M.predicted", "mL/min", 450, 1050, 1),
    ("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "mg/dL", 1500, 2400, 1),
    ("2571-8", "Triglycerides", "mg/dL", 900, 2000, 1),
    ("18262-6", "Low Density Lipoprotein Cholesterol", "mg/dL", 700, 1600, 1),
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 105, 165, 1),
    ("29463-7", "Body Weight", "kg", 680, 840, 1),
    ("8867-4", "Heart rate", "/min", 550, 990, 1),
    ("8310-5", "Body temperature", "Cel", 361, 378, 1),
];

pub(super) fn observation(number: usize, visit: &Visit, dice: &mut Dice) -> String {
    let (loinc, name, unit, low, high, decimals) = TESTS[number % TESTS.len()];
    let shown = |value: u64| {
        let digits = format!("{value:0>width$}", width = decimals + 1);
        let point = digits.len() - decimals;
        format!("{}.{}", &digits[..point], &digits[point..])
    };
    let (value, low, high) =
        (shown(low + dice.below(high - low)), shown(low), shown((low + high) / 2));
    let (id, at, encounter) = (dice.uuid(), visit.at, &visit.id);
    let category = if number % TESTS.len() < 13 { "laboratory" } else { "vital-signs" };
    format!(
        r#"{{"resourceType":"Observation","id":"{id}","meta":{{"versionId":"1","lastUpdated":"{at}","profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]}},"status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"{category}","display":"{category}"}}]}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"{loinc}","display":"{name}"}}],"text":"{name}"}},"subject":{{"reference":"Patient/p1","display":"Rosa Delgado"}},"encounter":{{"reference":"Encounter/{encounter}"}},"effectiveDateTime":"{at}","issued":"{at}","performer":[{{"reference":"Organization/o2","display":"Northside Lab"}}],"valueQuantity":{{"value":{value},"unit":"{unit}","system":"http://unitsofmeasure.org","code":"{unit}"}},"referenceRange":[{{"low":{{"value":{low},"unit":"{unit}"}},"high":{{"value":{high},"unit":"{unit}"}},"type":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/referencerange-meaning","code":"normal","display":"Normal Range"}}]}}}}]}}"#
    )
}

const MEDICINES: [(&str, &str); 8] = [
    ("314076", "lisinopril 10 MG Oral Tablet"),
    ("860975", "metformin hydrochloride 500 MG Oral Tablet"),
    ("617312", "atorvastatin 20 MG Oral Tablet"),
    ("308136", "amlodipine 2.5 MG Oral Tablet"),
    ("310798", "hydrochlorothiazide 25 MG Oral Tablet"),
    ("198405", "ibuprofen 400 MG Oral Tablet"),
    ("311995", "meloxicam 7.5 MG Oral Tablet"),
    ("308182", "amoxicillin 250 MG Oral Capsule"),
];

pub(super) fn prescription(number: usize, visit: &Visit, is_new: bool, dice: &mut Dice) -> String {
    let (rxnorm, name) = MEDICINES[number % MEDICINES.len()];
    let status = if is_new { "active" } else { "stopped" };
    let (id, at, encounter) = (dice.uuid(), visit.at, &visit.id);
    format!(
        r#"{{"resourceType":"MedicationRequest","id":"{id}","meta":{{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-medicationrequest"]}},"status":"{status}","intent":"order","medicationCodeableConcept":{{"coding":[{{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"{rxnorm}","display":"{name}"}}],"text":"{name}"}},"subject":{{"reference":"Patient/p1","display":"Rosa Delgado"}},"encounter":{{"reference":"Encounter/{encounter}"}},"authoredOn":"{at}","requester":{{"reference":"Practitioner/d1","display":"Dr. Amara Okafor"}},"dosageInstruction":[{{"sequence":1,"text":"Take 1 tablet by mouth once a day","timing":{{"repeat":{{"frequency":1,"period":1,"periodUnit":"d"}}}},"asNeededBoolean":false}}],"dispenseRequest":{{"numberOfRepeatsAllowed":2,"quantity":{{"value":30,"unit":"tablet"}},"expectedSupplyDuration":{{"value":30,"unit":"d"}}}}}}"#
    )
}

pub(super) fn people(dice: &mut Dice) -> Vec<String> {
    let mut all = vec![
        r#"{"resourceType":"Patient","id":"p1","name":[{"given":["Rosa"],"family":"Delgado"}],"birthDate":"1961-04-09","gender":"female"}"#.to_owned(),
        r#"{"resourceType":"Practitioner","id":"d1","name":[{"text":"Dr. Amara Okafor"}]}"#.to_owned(),
        r#"{"resourceType":"Organization","id":"o1","name":"Northside Clinic"}"#.to_owned(),
        r#"{"resourceType":"Organization","id":"o2","name":"Northside Lab"}"#.to_owned(),
    ];
    for (name, onset) in [
        ("Type 2 diabetes", "2019-03"),
        ("Hypertension", "2015-06"),
        ("High cholesterol", "2015-06"),
    ] {
        let id = dice.uuid();
        all.push(format!(
            r#"{{"resourceType":"Condition","id":"{id}","clinicalStatus":{{"coding":[{{"code":"active"}}]}},"category":[{{"coding":[{{"code":"problem-list-item"}}]}}],"code":{{"text":"{name}"}},"subject":{{"reference":"Patient/p1"}},"onsetDateTime":"{onset}"}}"#
        ));
    }
    for (name, reaction) in [("Penicillin", "Throat swelling"), ("Sulfa drugs", "Skin rash")] {
        let id = dice.uuid();
        all.push(format!(
            r#"{{"resourceType":"AllergyIntolerance","id":"{id}","clinicalStatus":{{"coding":[{{"code":"active"}}]}},"code":{{"text":"{name}"}},"patient":{{"reference":"Patient/p1"}},"reaction":[{{"manifestation":[{{"text":"{reaction}"}}]}}]}}"#
        ));
    }
    all
}

pub(super) const TOPICS: [&str; 6] =
    ["Swollen ankle", "Blood pressure", "Refill", "Test result", "Next visit", "A question"];

const WORDS: [&str; 64] = [
    "my",
    "ankle",
    "is",
    "swollen",
    "since",
    "yesterday",
    "and",
    "the",
    "new",
    "tablets",
    "make",
    "me",
    "dizzy",
    "in",
    "morning",
    "after",
    "breakfast",
    "should",
    "i",
    "take",
    "them",
    "with",
    "food",
    "or",
    "before",
    "bed",
    "blood",
    "pressure",
    "was",
    "high",
    "low",
    "again",
    "today",
    "thank",
    "you",
    "for",
    "answer",
    "can",
    "we",
    "talk",
    "about",
    "result",
    "next",
    "visit",
    "doctor",
    "said",
    "to",
    "wait",
    "two",
    "weeks",
    "pain",
    "knee",
    "stairs",
    "walk",
    "every",
    "day",
    "better",
    "worse",
    "sleep",
    "night",
    "numb",
    "feet",
    "sugar",
    "measured",
];

pub(super) fn sentence(dice: &mut Dice) -> String {
    let mut text = String::new();
    for _ in 0..20 + dice.below(60) {
        let space = if text.is_empty() { "" } else { " " };
        let word = dice.pick(&WORDS);
        write!(text, "{space}{word}").expect("writing into memory does not fail");
    }
    text
}

/// Steele and Vigna's xorshift: small, seeded, and no secret depends on it.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 16) % limit
    }

    pub(super) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let count = from.len() as u64;
        let place = usize::try_from(self.below(count)).expect("it is below a length");
        from[place]
    }

    pub(super) fn uuid(&mut self) -> String {
        let (first, second) = (self.next(), self.next());
        let parts = (
            first >> 32,
            first >> 16 & 0xffff,
            first & 0xffff,
            second >> 48,
            second & 0xffff_ffff_ffff,
        );
        format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", parts.0, parts.1, parts.2, parts.3, parts.4)
    }
}

impl Rng for Dice {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.next().to_le_bytes()[2];
        }
    }
}
