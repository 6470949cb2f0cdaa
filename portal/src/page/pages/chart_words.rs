//! What several screens say about the chart: flags, kinds, standings, dates. One place, so that every
//! screen says it in the same words.

use shared::id::EntryId;
use shared::time::PartialDate;
use shared::view::results::ResultRow;
use shared::view::results::shown::{Shown, ShownRange};
use shared::view::sections::{Row, Severity};
use shared::view::{Flag, ResourceType, Standing, What};

use crate::page::i18n::{Language, current, time, words};
use crate::page::ui::icon::Icon;
use crate::page::ui::line::Line;
use crate::page::ui::range::Place;
use crate::page::ui::tag::Tone;

/// Facts that tell two rows of a list apart; the rest is on the row's own page.
const TELLING: [What; 14] = [
    What::Reaction,
    What::Dose,
    What::Value,
    What::Target,
    What::Progress,
    What::Who,
    What::Place,
    What::Relation,
    What::Plan,
    What::Role,
    What::Organization,
    What::DoseNumber,
    What::BirthDate,
    What::Reason,
];
/// Of these as many on one row.
const TELLING_MAX: usize = 2;
/// A result of more parts says how many; they stand on its own page.
const PARTS_MAX: usize = 8;

// --- Results ---

/// The plain name of a test and what it is about; else the source's own name.
pub(crate) fn test_words(loinc: Option<&str>, name: Option<&str>) -> (String, Option<String>) {
    match loinc.and_then(words::test) {
        Some(plain) => match plain.split_once(": ") {
            Some((name, about)) => (name.to_owned(), Some(about.to_owned())),
            None => (plain, None),
        },
        None => (name.map_or_else(words::result_unnamed, str::to_owned), None),
    }
}

/// The value, and its unit if it has one.
pub(super) fn value_words(shown: &Shown) -> (String, String) {
    let only = |words: String| (words, String::new());
    match shown {
        Shown::Number { text, unit } => (text.clone(), unit.clone().unwrap_or_default()),
        Shown::Words(words) => only(words.clone()),
        Shown::Yes => only(words::result_yes()),
        Shown::No => only(words::result_no()),
        Shown::Date(date) => only(time::date_and_time(*date)),
        Shown::Days(from, to) => only(words::time_from_to(&time::date(*from), &time::date(*to))),
        Shown::Curve => only(words::result_curve()),
        Shown::Missing(Some(why)) => only(why.clone()),
        Shown::Missing(None) => only(words::result_missing()),
        Shown::Parts => only(String::new()),
    }
}

/// "7.2 %".
pub(crate) fn value_and_unit(shown: &Shown) -> String {
    let (value, unit) = value_words(shown);
    if unit.is_empty() { value } else { format!("{value} {unit}") }
}

pub(crate) fn flag_words(flag: &Flag) -> (Tone, Icon, String) {
    match flag {
        Flag::InRange => (Tone::Ok, Icon::Ok, words::flag_in_range()),
        Flag::Above => (Tone::Wait, Icon::Up, words::flag_above()),
        Flag::Below => (Tone::Wait, Icon::Down, words::flag_below()),
        Flag::FarAbove => (Tone::Alert, Icon::Up, words::flag_far_above()),
        Flag::FarBelow => (Tone::Alert, Icon::Down, words::flag_far_below()),
        Flag::Unusual => (Tone::Wait, Icon::Info, words::flag_unusual()),
        Flag::VeryUnusual => (Tone::Alert, Icon::Alert, words::flag_very_unusual()),
        Flag::Found => (Tone::Info, Icon::Info, words::flag_found()),
        Flag::NotFound => (Tone::Neutral, Icon::Ok, words::flag_not_found()),
        Flag::Words(said) => (Tone::Neutral, Icon::Info, said.clone()),
    }
}

pub(super) fn range_words(range: &ShownRange) -> String {
    match (&range.low, &range.high) {
        (Some(low), Some(high)) => words::range_between(high, low),
        (None, Some(high)) => words::range_up_to(high),
        (Some(low), None) => words::range_from(low),
        (None, None) => words::range_words(range.words.as_deref().unwrap_or_default()),
    }
}

pub(super) fn result_line(row: &ResultRow) -> Line {
    let (title, about) = test_words(row.loinc.as_deref(), row.name.as_deref());
    let mut details: Vec<String> = about.into_iter().collect();
    if let Some(by) = &row.measured_by {
        let when = row.when.map(time::date_and_time).unwrap_or_default();
        details.push(match by.is_empty() {
            true => words::reading_by_you(&when),
            false => words::reading_by(by, &when),
        });
    }
    if row.corrected {
        details.push(words::result_corrected());
    }
    match row.standing {
        Standing::Unsure => details.push(words::result_early()),
        Standing::Not => details.push(words::standing_cancelled()),
        _ => {}
    }
    let long = match &row.shown {
        Shown::Number { .. } | Shown::Yes | Shown::No => false,
        // Words need the whole line.
        Shown::Words(text) => text.chars().count() > 14,
        Shown::Date(_) | Shown::Days(..) | Shown::Curve | Shown::Missing(_) | Shown::Parts => true,
    };
    let (value, unit) = value_words(&row.shown);
    if long && !value.is_empty() {
        details.insert(0, value.clone());
    }
    if row.parts.len() > PARTS_MAX {
        details.push(words::search_found(u32::try_from(row.parts.len()).unwrap_or(u32::MAX)));
    } else {
        details.extend(row.parts.iter().map(|part| {
            let (name, _) = test_words(part.loinc.as_deref(), part.name.as_deref());
            words::result_part(&name, &value_and_unit(&part.shown))
        }));
    }
    Line {
        href: Some(format!("/results/{}", row.entry)),
        title,
        details,
        number: Some(if long { Default::default() } else { (value, unit) }),
        range: row.bar.map(|bar| Place { from: bar.from, to: bar.to, at: bar.at }),
        tag: row.flag.as_ref().map(flag_words),
        icon: None,
    }
}

// --- Everything else ---

/// Where the whole of it is.
pub(super) fn href_of(kind: ResourceType, entry: EntryId) -> String {
    match kind {
        ResourceType::Observation => format!("/results/{entry}"),
        ResourceType::Appointment | ResourceType::Encounter => format!("/visit/{entry}"),
        ResourceType::MedicationRequest
        | ResourceType::MedicationDispense
        | ResourceType::MedicationStatement => format!("/medicines/{entry}"),
        _ => format!("/record/entry/{entry}"),
    }
}

pub(super) fn icon_of(kind: ResourceType) -> Icon {
    match kind {
        ResourceType::Observation | ResourceType::DiagnosticReport => Icon::Results,
        ResourceType::Appointment | ResourceType::Encounter => Icon::Calendar,
        ResourceType::Medication
        | ResourceType::MedicationAdministration
        | ResourceType::MedicationRequest
        | ResourceType::MedicationDispense
        | ResourceType::MedicationStatement => Icon::Pill,
        ResourceType::Immunization => Icon::Vaccine,
        ResourceType::AllergyIntolerance => Icon::Alert,
        ResourceType::Condition | ResourceType::Procedure => Icon::Pulse,
        ResourceType::CarePlan | ResourceType::Goal => Icon::Flag,
        ResourceType::Patient
        | ResourceType::RelatedPerson
        | ResourceType::CareTeam
        | ResourceType::Practitioner
        | ResourceType::PractitionerRole
        | ResourceType::FamilyMemberHistory => Icon::Person,
        ResourceType::DocumentReference
        | ResourceType::Coverage
        | ResourceType::Device
        | ResourceType::ServiceRequest
        | ResourceType::Organization
        | ResourceType::Location
        | ResourceType::Other => Icon::Document,
    }
}

pub(super) fn name_of(row: &Row) -> String {
    match &row.name {
        _ if row.none_known => words::record_none_known(),
        Some(name) => name.clone(),
        None => words::record_unnamed(),
    }
}

pub(super) fn when_words(row: &Row) -> Option<String> {
    let lasts = matches!(
        row.kind,
        ResourceType::Condition
            | ResourceType::AllergyIntolerance
            | ResourceType::CarePlan
            | ResourceType::Goal
            | ResourceType::Coverage
            | ResourceType::CareTeam
    );
    Some(match (row.when?, row.until.filter(|_| lasts)) {
        (from, Some(until)) => words::time_from_to(&time::date(from), &time::date(until)),
        (from, None) if lasts => words::time_since(&time::date(from)),
        (on, None) => time::date_and_time(on),
    })
}

/// When somebody wrote it down, which is not when it began.
pub(super) fn recorded(row: &Row) -> Option<PartialDate> {
    row.facts.iter().filter(|fact| fact.what == What::Recorded).find_map(|fact| fact.date)
}

pub(super) fn row_line(row: &Row) -> Line {
    let mut details: Vec<String> = when_words(row).into_iter().collect();
    let telling = row.facts.iter().filter(|fact| tells(row.kind, fact.what));
    details.extend(telling.take(TELLING_MAX).filter_map(fact_said));
    Line {
        href: Some(href_of(row.kind, row.entry)),
        title: name_of(row),
        details,
        tag: tag_of(row),
        ..Line::default()
    }
}

/// Who takes part in a visit is the person; who is in a care team is what it is about.
fn tells(kind: ResourceType, what: What) -> bool {
    match (kind, what) {
        (ResourceType::CareTeam, What::Member) => true,
        (ResourceType::DocumentReference, What::Kind) => true,
        (ResourceType::CarePlan, What::Activity) => true,
        (_, what) => TELLING.contains(&what),
    }
}

fn fact_said(fact: &shared::view::sections::FactRow) -> Option<String> {
    let spanish = fact.spanish.as_ref().filter(|_| current() == Language::Spanish);
    spanish.or(fact.words.as_ref()).cloned().or_else(|| fact.date.map(time::long_date))
}

fn tag_of(row: &Row) -> Option<(Tone, Icon, String)> {
    if row.taken_back.is_some() {
        return Some((Tone::Alert, Icon::Alert, words::standing_mistake()));
    }
    if row.of_a_visit_only {
        return Some((Tone::Neutral, Icon::Calendar, words::standing_one_visit()));
    }
    let shot = row.kind == ResourceType::Immunization;
    let visit = matches!(row.kind, ResourceType::Appointment | ResourceType::Encounter);
    match row.standing {
        Standing::Planned if visit => Some((Tone::Ok, Icon::Calendar, words::standing_booked())),
        Standing::Planned => Some((Tone::Info, Icon::Clock, words::standing_planned())),
        Standing::Not if visit && was_missed(row) => {
            Some((Tone::Neutral, Icon::Info, words::standing_missed()))
        }
        Standing::Not if visit => Some((Tone::Neutral, Icon::Info, words::standing_cancelled())),
        Standing::Not if shot => Some((Tone::Neutral, Icon::Info, words::standing_not_given())),
        Standing::Not if is_deed(row.kind) => {
            Some((Tone::Neutral, Icon::Info, words::standing_not_done()))
        }
        Standing::Not => Some((Tone::Neutral, Icon::Info, words::standing_not())),
        Standing::Unsure => Some((Tone::Neutral, Icon::Info, words::standing_unsure())),
        Standing::Mistake => Some((Tone::Alert, Icon::Alert, words::standing_mistake())),
        // What happened once is over by its nature.
        Standing::Past if lasts(row.kind) => {
            Some((Tone::Neutral, Icon::Check, words::standing_past()))
        }
        Standing::Past | Standing::Current | Standing::Unsaid => severity(row),
    }
}

fn lasts(kind: ResourceType) -> bool {
    use ResourceType as Type;
    matches!(
        kind,
        Type::Condition
            | Type::AllergyIntolerance
            | Type::CarePlan
            | Type::Goal
            | Type::CareTeam
            | Type::Coverage
            | Type::Device
            | Type::DocumentReference
            | Type::MedicationRequest
            | Type::MedicationStatement
    )
}

fn was_missed(row: &Row) -> bool {
    let is_it = |fact: &shared::view::sections::FactRow| {
        fact.what == What::Status && fact.words.as_deref() == Some("noshow")
    };
    row.facts.iter().any(is_it)
}

/// What somebody does, or not: only a diagnosis or an allergy is ruled out.
fn is_deed(kind: ResourceType) -> bool {
    use ResourceType as Type;
    matches!(
        kind,
        Type::Procedure
            | Type::ServiceRequest
            | Type::MedicationRequest
            | Type::MedicationStatement
            | Type::MedicationDispense
            | Type::MedicationAdministration
            | Type::CarePlan
            | Type::Goal
    )
}

/// How bad an allergy can be is the first thing to know of it.
fn severity(row: &Row) -> Option<(Tone, Icon, String)> {
    Some(match row.severity? {
        Severity::Mild => (Tone::Wait, Icon::Info, words::severity_mild()),
        Severity::Moderate => (Tone::Wait, Icon::Alert, words::severity_moderate()),
        Severity::Severe => (Tone::Alert, Icon::Alert, words::severity_severe()),
    })
}

/// All facts of a row that its title, its tag and its dates do not say already.
pub(super) fn other_facts(row: &Row, shown: &[What]) -> Vec<(String, String)> {
    let coded = matches!(row.kind, ResourceType::AllergyIntolerance | ResourceType::Condition);
    let repeats = |what: What| match what {
        What::Status => true,
        What::Severity => row.severity.is_some(),
        What::Certainty | What::Kind | What::Category => coded,
        what => shown.contains(&what),
    };
    let facts = row.facts.iter().filter(|fact| !repeats(fact.what));
    facts.filter_map(|fact| Some((fact_name(fact.what), fact_said(fact)?))).collect()
}

fn fact_name(what: What) -> String {
    match what {
        What::Status => words::standing_not_said(),
        What::Category => words::fact_category(),
        What::Certainty => words::fact_certainty(),
        What::Value => words::fact_value(),
        What::Severity => words::fact_severity(),
        What::Reaction => words::fact_reaction(),
        What::Cause => words::fact_cause(),
        What::BodySite => words::fact_body_site(),
        What::Dose => words::fact_dose(),
        What::Route => words::fact_route(),
        What::Reason => words::fact_reason(),
        What::Note => words::fact_note(),
        What::Place => words::fact_place(),
        What::Who => words::fact_who(),
        What::Organization => words::fact_organization(),
        What::Role => words::fact_role(),
        What::Lot => words::fact_lot(),
        What::Maker => words::fact_maker(),
        What::DoseNumber => words::fact_dose_number(),
        What::Target => words::fact_target(),
        What::Due => words::fact_due(),
        What::Progress => words::fact_progress(),
        What::Activity => words::fact_activity(),
        What::Member => words::fact_member(),
        What::Relation => words::fact_relation(),
        What::Plan => words::fact_plan(),
        What::MemberNumber => words::fact_member_number(),
        What::Group => words::fact_group(),
        What::Serial => words::fact_serial(),
        What::Kind => words::fact_kind(),
        What::Outcome => words::fact_outcome(),
        What::Priority => words::fact_priority(),
        What::Recorded => words::fact_recorded(),
        What::BirthDate => words::fact_birth_date(),
        What::Sex => words::fact_sex(),
        What::Phone => words::fact_phone(),
        What::Email => words::fact_email(),
        What::Address => words::fact_address(),
        What::Language => words::fact_language(),
        What::Abatement => words::fact_abatement(),
        What::Quantity => words::fact_quantity(),
        What::Refills => words::fact_refills(),
        What::DaysSupply => words::fact_days_supply(),
        What::Pharmacy => words::fact_pharmacy(),
    }
}
