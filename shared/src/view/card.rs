//! The emergency card: what the person chose to show of the record, for whoever helps them.

use serde::{Deserialize, Serialize};

use super::before_visit::{allergies, medicines};
use super::results::shown::{Shown, shown};
use super::sections::{Row, Section, section, section_row};
use super::settings::settings;
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::description::{Standing, What};
use crate::fhir::observation::Observation;
use crate::id::AccountId;
pub use crate::record::preference::{CardContact, CardField, EmergencyCard};
use crate::record::{Loaded, Preference, Record, Shelf};
use crate::time::PartialDate;

/// LOINC codes of a blood group: both parts, the letters, the rhesus factor.
const BLOOD_TYPES: [&str; 3] = ["882-1", "883-9", "10331-7"];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// An empty list means something only if all that it is made of is here.
    pub loaded: Loaded,
    /// As it was chosen last. Before anything was, all that the record says is shown.
    pub chosen: EmergencyCard,
    /// Two devices chose at the same time; the first of the choices is shown.
    pub others: u32,
    /// What the record has for each field, in the order of the card, also where it is not shown.
    pub parts: Vec<CardPart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardPart {
    pub field: CardField,
    pub shown: bool,
    pub lines: Vec<String>,
    pub date: Option<PartialDate>,
}

const FIELDS: [CardField; 10] = [
    CardField::Name,
    CardField::BirthDate,
    CardField::Allergies,
    CardField::Conditions,
    CardField::Medicines,
    CardField::BloodType,
    CardField::Devices,
    CardField::Language,
    CardField::Contacts,
    CardField::Note,
];

pub fn card(record: &Record, reader: AccountId) -> Card {
    let mut kept = settings(record, reader).into_iter();
    let kept = kept.find_map(|chosen| match chosen.preference {
        Preference::EmergencyCard(card) => Some((card, chosen.others.len())),
        _ => None,
    });
    let all = || EmergencyCard { shows: FIELDS.to_vec(), ..EmergencyCard::default() };
    let (chosen, others) = kept.unwrap_or_else(|| (all(), 0));
    let person = record.chart().of(&[ResourceType::Patient]).next();
    let person = person.map(|person| section_row(record, person));
    let parts = FIELDS.iter().map(|field| {
        let (lines, date) = said(record, reader, *field, person.as_ref(), &chosen);
        CardPart { field: *field, shown: chosen.shows.contains(field), lines, date }
    });
    let parts = parts.collect();
    let others = u32::try_from(others).unwrap_or(u32::MAX);
    Card { loaded: record.loaded(Shelf::Core), parts, others, chosen }
}

fn said(
    record: &Record,
    reader: AccountId,
    field: CardField,
    person: Option<&Row>,
    chosen: &EmergencyCard,
) -> (Vec<String>, Option<PartialDate>) {
    let about = |wanted: What| {
        person.into_iter().flat_map(|row| &row.facts).filter(move |fact| fact.what == wanted)
    };
    let lines = match field {
        CardField::Name => person.and_then(|row| row.name.clone()).into_iter().collect(),
        CardField::BirthDate => {
            let date = about(What::BirthDate).find_map(|fact| fact.date);
            return (Vec::new(), date);
        }
        CardField::Allergies => allergies(record, reader),
        CardField::Medicines => medicines(record, reader),
        CardField::Conditions => current(record, reader, Section::Conditions),
        CardField::Devices => current(record, reader, Section::Devices),
        CardField::BloodType => blood_type(record).into_iter().collect(),
        CardField::Language => {
            about(What::Language).filter_map(|fact| fact.words.clone()).collect()
        }
        CardField::Contacts => chosen.contacts.iter().map(contact_line).collect(),
        CardField::Note => chosen.note.iter().cloned().collect(),
    };
    (lines, None)
}

fn current(record: &Record, reader: AccountId, of: Section) -> Vec<String> {
    let stands = |row: &Row| match row.standing {
        Standing::Current | Standing::Unsaid | Standing::Unsure => !row.of_a_visit_only,
        Standing::Planned | Standing::Past | Standing::Not | Standing::Mistake => false,
    };
    let rows = section(record, reader, of).rows.into_iter().filter(stands);
    // Whoever helps must not take a suspicion for a diagnosis.
    let said = |row: Row| {
        let certainty = row.facts.iter().find(|fact| fact.what == What::Certainty);
        let certainty = certainty.filter(|_| row.standing == Standing::Unsure);
        let words = certainty.and_then(|fact| fact.words.as_ref());
        let name = row.name.as_ref()?;
        Some(words.map_or_else(|| name.clone(), |words| format!("{name} ({words})")))
    };
    let mut names: Vec<String> = rows.filter_map(said).collect();
    names.arrange();
    names.dedup();
    names
}

fn contact_line(contact: &CardContact) -> String {
    let parts = [Some(&contact.name), contact.relation.as_ref(), Some(&contact.phone)];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// The newest that was found, in the lab's own words: of one that holds both parts, else of each.
fn blood_type(record: &Record) -> Option<String> {
    let [both, letters, rhesus] = BLOOD_TYPES.map(|code| newest_words(record, code));
    both.or_else(|| match (letters, rhesus) {
        (Some(letters), rhesus) => Some(format!("{letters} {}", rhesus.unwrap_or_default())),
        // A rhesus factor alone is no blood type.
        (None, _) => None,
    })
    .map(|words| words.trim_end().to_owned())
}

fn newest_words(record: &Record, code: &str) -> Option<String> {
    let wrong = record.marked_wrong();
    let found = record.chart().observations().filter_map(|(resource, head)| {
        if head.test().strip_prefix("loinc ") != Some(code) {
            return None;
        }
        let is_final = matches!(head.standing, Standing::Current | Standing::Unsaid);
        let stands = is_final && !wrong.contains_key(&resource.entry);
        let view: Observation<'_> = resource.view();
        let words = match shown(&view.value(), &[]) {
            Shown::Words(words) => words,
            _ => return None,
        };
        let when = head.when.map(|when| when.order_in(record.zone()));
        stands.then_some(((when, resource.entry), words))
    });
    found.max_by_key(|(order, _)| *order).map(|(_, words)| words)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::{CardContact, CardField, EmergencyCard, card};
    use crate::edit::Edit;
    use crate::record::Preference;
    use crate::testing::{ROSA, Story};

    fn story() -> Story {
        let mut story = Story::default();
        for resource in [
            r#"{"resourceType":"Patient","id":"p","name":[{"text":"Rosa Delgado"}],"birthDate":"1961-04-09","communication":[{"language":{"text":"Spanish"}}]}"#,
            r#"{"resourceType":"Condition","id":"c","code":{"text":"Diabetes"},"clinicalStatus":{"coding":[{"code":"active"}]}}"#,
            r#"{"resourceType":"Condition","id":"d","code":{"text":"Sprain"},"clinicalStatus":{"coding":[{"code":"resolved"}]}}"#,
            r#"{"resourceType":"AllergyIntolerance","id":"a","code":{"text":"Penicillin"}}"#,
            r#"{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"882-1"}]},"valueCodeableConcept":{"text":"O positive"}}"#,
        ] {
            story.core(resource);
        }
        story
    }

    fn shown(story: &Story) -> String {
        let parts = card(&story.record, ROSA).parts.into_iter().filter(|part| part.shown);
        let lines = parts.map(|part| format!("{:?} {:?} {:?}", part.field, part.lines, part.date));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_card_shows_what_was_chosen_and_first_of_all_everything() {
        let mut story = story();
        expect![[r#"
            Name ["Rosa Delgado"] None
            BirthDate [] Some(Day(Day { year: 1961, month: 4, day: 9 }))
            Allergies ["Penicillin"] None
            Conditions ["Diabetes"] None
            Medicines [] None
            BloodType ["O positive"] None
            Devices [] None
            Language ["Spanish"] None
            Contacts [] None
            Note [] None"#]]
        .assert_eq(&shown(&story));
        assert!(!card(&story.record, ROSA).chosen.while_locked, "nobody chose that");
        let luis = CardContact {
            name: "Luis".into(),
            phone: "555-0142".into(),
            relation: Some("son".into()),
        };
        let chosen = EmergencyCard {
            shows: vec![CardField::Allergies, CardField::Contacts],
            contacts: vec![luis],
            while_locked: true,
            ..EmergencyCard::default()
        };
        story.writes(ROSA, Edit::Prefer(Preference::EmergencyCard(chosen))).unwrap();
        expect![[r#"
            Allergies ["Penicillin"] None
            Contacts ["Luis, son, 555-0142"] None"#]]
        .assert_eq(&shown(&story));
        assert!(card(&story.record, ROSA).chosen.while_locked);
    }

    #[test]
    fn a_suspicion_is_called_one_and_a_blood_type_is_said_whole() {
        let blood = |parts: &[(&str, &str)]| {
            let mut story = Story::default();
            for (code, words) in parts {
                story.core(&format!(
                    r#"{{"resourceType":"Observation","id":"{code}","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"{code}"}}]}},"valueCodeableConcept":{{"text":"{words}"}}}}"#
                ));
            }
            let part = card(&story.record, ROSA).parts.remove(5);
            assert_eq!(part.field, CardField::BloodType);
            part.lines.join("; ")
        };
        assert_eq!(blood(&[("883-9", "A"), ("10331-7", "Positive")]), "A Positive");
        assert_eq!(blood(&[("883-9", "A"), ("882-1", "O negative")]), "O negative");
        assert_eq!(blood(&[("10331-7", "Positive")]), "");
        let mut story = story();
        for (day, words) in [("2026-03-10", "O positive"), ("2026-03-09", "A positive")] {
            story.core(&format!(
                r#"{{"resourceType":"DiagnosticReport","effectiveDateTime":"{day}","contained":[{{"resourceType":"Observation","code":{{"coding":[{{"system":"http://loinc.org","code":"882-1"}}]}},"valueString":"{words}"}}]}}"#
            ));
        }
        let lines = card(&story.record, ROSA).parts.remove(5).lines;
        assert_eq!(lines, ["O positive"], "of the newest report");
        let mut story = Story::default();
        story.core(
            r#"{"resourceType":"Condition","id":"c","code":{"text":"Lupus"},"clinicalStatus":{"coding":[{"code":"active"}]},"verificationStatus":{"coding":[{"code":"provisional"}]}}"#,
        );
        let conditions = card(&story.record, ROSA).parts.remove(3).lines;
        assert_eq!(conditions, ["Lupus (provisional)"]);
    }
}
