//! The questions before a visit: what the record says, to be confirmed or corrected, and what this
//! person has answered already.

use serde::{Deserialize, Serialize};

use super::home::{NextVisit, next_visit};
use super::medicines::{Own, own_rows};
use super::sections::{Row, Section, section, section_row};
use super::state::state;
use super::visit::visit;
use super::{ItemState, What};
use crate::fhir::ResourceType;
use crate::fhir::description::Standing;
use crate::id::{AccountId, EntryId};
use crate::record::before_visit::BeforeVisit;
use crate::record::medicines::courses;
use crate::record::visit::AnswerToVisit;
use crate::record::{Entry, Record, Said};
use crate::time::{PartialDate, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeforeVisitForm {
    pub visit: EntryId,
    pub when: Option<PartialDate>,
    pub with: Option<String>,
    /// Names only, also of what the person added: the list is to be looked through.
    pub medicines: Vec<String>,
    pub allergies: Vec<String>,
    pub phone: Option<String>,
    pub sent: Option<Sent>,
}

/// The newest answers of the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    pub entry: EntryId,
    pub answers: BeforeVisit,
    pub state: ItemState,
}

/// For this visit, or else for the next one. Nothing if there is none to come.
pub fn before_visit(
    record: &Record,
    reader: AccountId,
    wanted: Option<EntryId>,
    now: Timestamp,
) -> Option<BeforeVisitForm> {
    let (id, when, with) = match wanted {
        Some(wanted) => booked(record, wanted, now)?,
        None => match next_visit(record, now)? {
            NextVisit::Chart { row } => (row.entry, row.when, words(&row, What::Who)),
            NextVisit::Answered { request, at, with, .. } => (request, Some(at), with),
        },
    };
    Some(BeforeVisitForm {
        visit: id,
        when,
        with,
        medicines: medicines(record, reader),
        allergies: allergies(record, reader),
        phone: phone(record),
        sent: answers(record, reader, id).map(|(entry, said, at)| Sent {
            entry,
            answers: said.clone(),
            state: state(record, entry, at, None),
        }),
    })
}

type Booked = (EntryId, Option<PartialDate>, Option<String>);

fn booked(record: &Record, id: EntryId, now: Timestamp) -> Option<Booked> {
    if let Some(found) = visit(record, id, now) {
        return found.is_to_come.then(|| (id, found.row.when, found.with.into_iter().next()));
    }
    let answers = record.entries().filter_map(|(_, entry)| match &entry.said {
        Said::VisitAnswer(said) if said.request == id => Some((entry.order(), &said.answer)),
        _ => None,
    });
    match answers.max_by_key(|(order, _)| *order)?.1 {
        AnswerToVisit::Booked { at, with, .. } => Some((id, Some(*at), with.clone())),
        AnswerToVisit::Offered { .. }
        | AnswerToVisit::Declined { .. }
        | AnswerToVisit::Done { .. }
        | AnswerToVisit::Other => None,
    }
}

/// What this account answered last, whatever came of it.
fn answers(
    record: &Record,
    reader: AccountId,
    visit: EntryId,
) -> Option<(EntryId, &BeforeVisit, &Entry)> {
    // The clinic's system sends a visit again whenever something about it changes.
    let is_of = |of: EntryId| record.chart().are_versions(of, visit);
    let own = record.entries().filter_map(|(id, entry)| match &entry.said {
        Said::BeforeVisit(said) if is_of(said.visit) && entry.author == Some(reader) => {
            Some((id, said, entry))
        }
        _ => None,
    });
    let taken_back = |id: EntryId| {
        record.entries().any(|(_, entry)| match &entry.said {
            Said::Retract(said) => said.entry == id && entry.author == Some(reader),
            _ => false,
        })
    };
    let own = own.filter(|(id, _, _)| !taken_back(*id));
    own.max_by_key(|(id, said, entry)| (entry.order(), said.written, *id))
}

pub(super) fn medicines(record: &Record, reader: AccountId) -> Vec<String> {
    let courses = courses(record);
    let taken = courses.iter().filter(|course| course.is_taken());
    let named = taken.filter_map(|course| course.newest()?.describe(record).name);
    let own = own_rows(record, reader, Own::Medicine).into_iter().map(|row| row.name);
    named.chain(own).collect()
}

pub(super) fn allergies(record: &Record, reader: AccountId) -> Vec<String> {
    let found = section(record, reader, Section::Allergies);
    let stands = |row: &Row| match row.standing {
        Standing::Past | Standing::Not | Standing::Mistake => false,
        Standing::Current | Standing::Planned | Standing::Unsure | Standing::Unsaid => true,
    };
    // One that nobody named is one all the same: what is known of it stands for the name.
    let said = |row: Row| row.name.or_else(|| row.facts.into_iter().find_map(|fact| fact.words));
    let listed = found.rows.into_iter().filter(stands).filter_map(said);
    listed.chain(found.own.into_iter().map(|row| row.name)).collect()
}

fn phone(record: &Record) -> Option<String> {
    let mut people = record.chart().of(&[ResourceType::Patient]);
    people.find_map(|person| words(&section_row(record, person), What::Phone))
}

fn words(row: &Row, wanted: What) -> Option<String> {
    row.facts.iter().find(|fact| fact.what == wanted)?.words.clone()
}

#[cfg(test)]
mod tests {
    use super::before_visit;
    use crate::edit::{AddAllergy, AnswerBeforeVisit, Edit};
    use crate::id::EntryId;
    use crate::record::before_visit::Confirmation;
    use crate::testing::{LUIS, ROSA, Story};
    use crate::time::Timestamp;
    use crate::view::ItemState;

    /// 2026-11-21.
    const NOW: Timestamp = Timestamp::from_millis(1_795_219_200_000);

    fn story() -> (Story, EntryId) {
        let mut story = Story::default();
        for resource in [
            r#"{"resourceType":"Patient","id":"p","telecom":[{"system":"phone","value":"555-0142"}]}"#,
            r#"{"resourceType":"MedicationRequest","id":"m","status":"active","medicationCodeableConcept":{"text":"Metformin 500 mg"}}"#,
            r#"{"resourceType":"MedicationRequest","id":"n","status":"stopped","medicationCodeableConcept":{"text":"Ibuprofen 200 mg"}}"#,
            r#"{"resourceType":"AllergyIntolerance","id":"a","code":{"text":"Penicillin"}}"#,
        ] {
            story.core(resource);
        }
        let visit = story.core(
            r#"{"resourceType":"Appointment","id":"v","status":"booked","start":"2026-12-01T10:40:00-05:00",
            "participant":[{"actor":{"reference":"Practitioner/p","display":"Dr. Okafor"}}]}"#,
        );
        (story, visit)
    }

    fn answered(visit: EntryId, reason: &str) -> Edit {
        Edit::AnswerBeforeVisit(AnswerBeforeVisit {
            visit,
            medicines: Confirmation::Right,
            allergies: Confirmation::NotAnswered,
            phone: Confirmation::Corrected { text: "555-0199".into() },
            reason: reason.into(),
            questions: vec!["Is it my knee?".into()],
        })
    }

    #[test]
    fn what_is_to_be_confirmed_is_what_the_record_says_now() {
        let (mut story, visit) = story();
        let own = AddAllergy { substance: "Latex".into(), reaction: None, since: None };
        story.writes(ROSA, Edit::AddAllergy(own)).unwrap();
        let form = before_visit(&story.record, ROSA, None, NOW).unwrap();
        assert_eq!(form.visit, visit);
        assert_eq!(form.with.as_deref(), Some("Dr. Okafor"));
        assert_eq!(form.medicines, ["Metformin 500 mg"]);
        assert_eq!(form.allergies, ["Penicillin", "Latex"]);
        assert_eq!(form.phone.as_deref(), Some("555-0142"));
        assert_eq!(form.sent, None);
        let later = NOW.plus_millis(30 * crate::time::MILLIS_PER_DAY);
        assert_eq!(before_visit(&story.record, ROSA, None, later), None);
        assert_eq!(before_visit(&story.record, ROSA, Some(visit), later), None);
    }

    #[test]
    fn answers_that_wait_are_one_item_and_sent_ones_are_answered_anew() {
        let (mut story, visit) = story();
        let first = story.writes(ROSA, answered(visit, "My feet")).unwrap();
        let again = story.writes(ROSA, answered(visit, "My feet, at night")).unwrap();
        assert_eq!(first, again);
        let sent = |story: &Story, reader| {
            before_visit(&story.record, reader, Some(visit), NOW).unwrap().sent
        };
        let waits = sent(&story, ROSA).unwrap();
        assert!(matches!(waits.state, ItemState::SavedHere { .. }));
        assert_eq!(waits.answers.reason, "My feet, at night");
        story.receive(first);
        let third = story.sends(ROSA, answered(visit, "My knee")).unwrap();
        assert_ne!(third, first);
        assert_eq!(sent(&story, ROSA).unwrap().entry, third);
        assert_eq!(sent(&story, LUIS), None);
        let newest = crate::view::desk::work(&story.record);
        let waiting: Vec<_> =
            newest.iter().filter(|work| work.stage.waits_for_the_clinic()).collect();
        assert_eq!(waiting.len(), 1, "the clinic has one form of one person to read");
        assert_eq!(waiting[0].item, third);
        story.writes(ROSA, Edit::Retract { entry: third }).unwrap();
        assert_eq!(sent(&story, ROSA).unwrap().entry, first);
    }
}
