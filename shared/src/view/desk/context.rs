//! Who it is that wrote: what somebody at the clinic has beside an item while they answer it. All of
//! it is as the record says; what the server knows besides is added there.

use serde::{Deserialize, Serialize};

use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::description::{Standing, What};
use crate::fhir::observation::Flag;
use crate::fhir::person::Identity;
use crate::id::{AccountId, EntryId};
use crate::ordered::BTreeSet;
use crate::record::preference::Preference;
use crate::record::{Loaded, Record, Shelf};
use crate::time::{PartialDate, Timestamp};
use crate::view::medicines::medicines;
use crate::view::results::{ResultRow, ShowResults, results};
use crate::view::sections::{FactRow, Row, Section, Severity, section};

/// Tests of which the newest is shown; the record has the rest.
const RESULTS_MAX: usize = 8;
/// Panels that are looked through for them.
const PANELS: u32 = 60;
/// Tests beside a medicine.
const CHECKS_MAX: usize = 4;

/// Nobody's account: whoever said something is named.
const NOBODY: AccountId = AccountId::from_u128(0);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    pub loaded: Loaded,
    /// In FHIR's words: `female`, `male`, `other`, `unknown`.
    pub sex: Option<String>,
    pub record_number: Option<String>,
    /// What they speak, in the chart's words.
    pub language: Option<String>,
    pub needs_interpreter: Option<bool>,
    /// What they chose to read in the app, as BCP 47 names it.
    pub reads: Option<String>,
    pub allergies: Vec<AllergyLine>,
    /// Somebody stated that there are none.
    pub no_known_allergies: bool,
    pub conditions: Vec<ConditionLine>,
    pub medicines: Vec<MedicineLine>,
    /// Out of range first, then the newest.
    pub results: Vec<ResultRow>,
    /// The newest visit that is over.
    pub last_visit: Option<PartialDate>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllergyLine {
    pub entry: EntryId,
    pub name: String,
    pub severity: Option<Severity>,
    pub reaction: Option<String>,
    /// Who added it, where the chart does not know it.
    pub said_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionLine {
    pub entry: EntryId,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MedicineLine {
    /// All entries that say something about it, the newest first.
    pub entries: Vec<EntryId>,
    pub name: String,
    pub directions: Option<String>,
    pub last_filled: Option<PartialDate>,
    pub refills_left: Option<String>,
    pub prescriber: Option<String>,
    /// The newest of each test that is looked at before it is renewed.
    pub checks: Vec<ResultRow>,
    /// Who added it, where the chart does not know it.
    pub said_by: Option<String>,
}

/// Somebody who acts for the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaregiverLine {
    pub name: String,
    /// Only the chart, and writes nothing.
    pub chart_only: bool,
}

/// What the clinic's page is told: the record's part, and what the server knows besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientContext {
    pub age: Option<u16>,
    pub context: Context,
    pub caregivers: Vec<CaregiverLine>,
    /// When a device of the patient's own was last here; it says nothing about what waits there.
    pub last_heard: Option<Timestamp>,
    /// The patient has opened the app at least once.
    pub has_account: bool,
    /// It is no work of whoever asks, and open to them so long for a reason that they stated.
    #[serde(default)]
    pub open_until: Option<Timestamp>,
}

/// `own` is the patient's own account, if there is one.
pub fn context(record: &Record, own: Option<AccountId>) -> Context {
    let known = record.chart().of(&[ResourceType::Patient]).next();
    let identity = known.map(|patient| patient.view::<Identity<'_>>()).unwrap_or_default();
    let newest = newest_of_each_test(record);
    let (allergies, no_known_allergies) = allergies(record);
    Context {
        loaded: record.chart().loaded(Shelf::Everything),
        sex: identity.gender.owned(),
        record_number: identity.record_number(),
        language: identity.language(),
        needs_interpreter: identity.needs_interpreter(),
        reads: own.and_then(|own| language_of(record, own)),
        allergies,
        no_known_allergies,
        conditions: conditions(record),
        medicines: medicine_lines(record, &newest),
        last_visit: last_visit(record),
        results: worth_a_line(newest),
    }
}

fn language_of(record: &Record, own: AccountId) -> Option<String> {
    let chosen = crate::view::settings::settings(record, own).into_iter();
    let mut languages = chosen.filter_map(|chosen| match chosen.preference {
        Preference::Language(code) => Some(code),
        _ => None,
    });
    languages.next()
}

/// True now, and nobody took it back.
fn stands(row: &Row) -> bool {
    !matches!(row.standing, Standing::Past | Standing::Not | Standing::Mistake)
        && row.taken_back.is_none()
}

fn words_of(facts: &[FactRow], what: What) -> Option<String> {
    facts.iter().find(|fact| fact.what == what)?.words.clone()
}

fn allergies(record: &Record) -> (Vec<AllergyLine>, bool) {
    let answer = section(record, NOBODY, Section::Allergies);
    let standing: Vec<_> = answer.rows.into_iter().filter(stands).collect();
    let none_known = standing.iter().any(|row| row.none_known);
    let of_chart = standing.into_iter().filter(|row| !row.none_known).filter_map(|row| {
        Some(AllergyLine {
            entry: row.entry,
            name: row.name?,
            severity: row.severity,
            reaction: words_of(&row.facts, What::Reaction),
            said_by: None,
        })
    });
    let of_people = answer.own.into_iter().map(|row| AllergyLine {
        entry: row.entry,
        name: row.name,
        severity: None,
        reaction: row.detail,
        said_by: Some(row.added_by.unwrap_or_default()),
    });
    let mut all: Vec<_> = of_chart.chain(of_people).collect();
    all.arrange_by_key(|line| std::cmp::Reverse(line.severity));
    let none_known = none_known && all.is_empty();
    (all, none_known)
}

fn conditions(record: &Record) -> Vec<ConditionLine> {
    let rows = section(record, NOBODY, Section::Conditions).rows.into_iter();
    let listed = rows.filter(|row| stands(row) && !row.of_a_visit_only);
    listed.filter_map(|row| Some(ConditionLine { entry: row.entry, name: row.name? })).collect()
}

fn medicine_lines(record: &Record, newest: &[ResultRow]) -> Vec<MedicineLine> {
    let answer = medicines(record, NOBODY);
    let of_chart = answer.now.into_iter().filter_map(|row| {
        let name = row.name?;
        Some(MedicineLine {
            checks: checks_of(&name, newest),
            entries: row.entries,
            directions: row.directions.map(|spoken| spoken.english),
            last_filled: row.last_filled,
            refills_left: row.refills_left,
            prescriber: row.prescriber,
            said_by: None,
            name,
        })
    });
    let of_people = answer.own.into_iter().map(|row| MedicineLine {
        checks: Vec::new(),
        entries: vec![row.entry],
        directions: row.detail,
        last_filled: None,
        refills_left: None,
        prescriber: None,
        said_by: Some(row.added_by.unwrap_or_default()),
        name: row.name,
    });
    of_chart.chain(of_people).collect()
}

/// Who measured what does not matter here: the newest counts, also one from home.
fn newest_of_each_test(record: &Record) -> Vec<ResultRow> {
    let mut seen = BTreeSet::new();
    let panels = results(record, NOBODY, ShowResults::All, PANELS).panels.into_iter();
    let rows = panels.flat_map(|panel| panel.rows).filter(|row| row.standing != Standing::Mistake);
    rows.filter(|row| seen.insert(row.loinc.clone().or_else(|| row.name.clone()))).collect()
}

fn worth_a_line(mut newest: Vec<ResultRow>) -> Vec<ResultRow> {
    // Stable, so that the newest stay first among equals.
    newest.arrange_by_key(|row| matches!(row.flag, None | Some(Flag::InRange)));
    newest.truncate(RESULTS_MAX);
    newest
}

fn last_visit(record: &Record) -> Option<PartialDate> {
    let rows = section(record, NOBODY, Section::Visits).rows.into_iter();
    let over = rows.filter(|row| row.kind == ResourceType::Encounter && row.taken_back.is_none());
    over.filter_map(|row| row.when).max_by_key(|when| when.order_in(record.zone()))
}

/// What is commonly looked at before a medicine is renewed: how its name ends or what it is, and the
/// tests by LOINC code. A help for the eye, not advice; a clinic has its own rules.
const LOOKED_AT: [(&[&str], &[&str]); 9] = [
    (&["pril", "sartan", "spironolactone"], &["2823-3", "98979-8", "2160-0"]),
    (&["thiazide", "chlorthalidone", "furosemide"], &["2823-3", "2951-2", "98979-8"]),
    (&["metformin", "gliflozin"], &["4548-4", "98979-8"]),
    (&["insulin", "gliptin", "glutide", "glipizide", "glimepiride"], &["4548-4", "2345-7"]),
    (&["statin"], &["13457-7", "1742-6"]),
    (&["levothyroxine"], &["3016-3"]),
    (&["warfarin"], &["6301-6", "718-7"]),
    (&["lithium"], &["14334-7", "3016-3", "98979-8"]),
    (&["digoxin"], &["10535-3", "2823-3", "98979-8"]),
];

fn checks_of(name: &str, newest: &[ResultRow]) -> Vec<ResultRow> {
    let name = name.to_lowercase();
    let is_named =
        |ends: &&str| name.split(|c: char| !c.is_alphabetic()).any(|it| it.ends_with(*ends));
    let wanted = LOOKED_AT.iter().filter(|(ends, _)| ends.iter().any(&is_named));
    let mut seen = BTreeSet::new();
    let wanted = wanted.flat_map(|(_, tests)| tests.iter()).filter(|test| seen.insert(**test));
    let found = wanted
        .filter_map(|test| newest.iter().find(|row| row.loinc.as_deref() == Some(*test)).cloned());
    found.take(CHECKS_MAX).collect()
}

/// Whole years from a birth date as it is written to a day.
pub fn age(birth_date: &str, today: crate::time::Day) -> Option<u16> {
    let born: PartialDate = birth_date.parse().ok()?;
    let PartialDate::Day(born) = born else { return None };
    let had_birthday = (today.month, today.day) >= (born.month, born.day);
    let years = today.year - born.year - i16::from(!had_birthday);
    u16::try_from(years).ok()
}

#[cfg(test)]
mod tests;
