//! What is worth asking about the medicines of one record, from a short list that is named each time.

use serde::{Deserialize, Serialize};

use super::before_visit::{allergies, medicines};
use crate::id::AccountId;
use crate::record::Record;
use crate::safety;
pub use crate::safety::{Notice, Risk, Why};

/// Medicines that are looked through at once: far more than anybody takes.
const MEDICINES_MAX: usize = 60;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notices {
    /// Nothing in it means nothing: the list is short.
    pub found: Vec<Notice>,
    pub list: String,
}

/// Between what is taken now and the allergies of the record; with a new name only what concerns it.
pub fn notices(record: &Record, reader: AccountId, new: Option<&str>) -> Notices {
    let (mut taken, known) = (medicines(record, reader), allergies(record, reader));
    let new = new.map(str::trim).filter(|new| !new.is_empty());
    taken.retain(|name| new.is_none_or(|new| !name.eq_ignore_ascii_case(new)));
    taken.truncate(MEDICINES_MAX);
    taken.extend(new.map(str::to_owned));
    let mut found = safety::notices(&taken, &known);
    found.retain(|notice| new.is_none_or(|new| notice.medicine == new || notice.other == new));
    Notices { found, list: safety::version().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::notices;
    use crate::edit::{AddMedicine, Edit};
    use crate::safety::Why;
    use crate::testing::{ROSA, Story};

    #[test]
    fn a_new_medicine_is_held_against_what_is_taken_and_known() {
        let mut story = Story::default();
        story
            .core(r#"{"resourceType":"AllergyIntolerance","id":"a","code":{"text":"Penicillin"}}"#);
        story.core(
            r#"{"resourceType":"MedicationRequest","id":"m","status":"active","medicationCodeableConcept":{"text":"Lisinopril 10 mg"}}"#,
        );
        let why = |story: &Story, new| {
            let found = notices(&story.record, ROSA, new).found;
            found.into_iter().map(|notice| notice.why).collect::<Vec<_>>()
        };
        assert_eq!(why(&story, None), []);
        assert_eq!(why(&story, Some("Amoxicillin")), [Why::Allergy]);
        assert_eq!(why(&story, Some("Enalapril")), [Why::Twice]);
        assert_eq!(why(&story, Some(" lisinopril 10 MG ")), [], "it is the one that is taken");
        let own = AddMedicine { name: "Enalapril 5 mg".into(), directions: None, since: None };
        story.writes(ROSA, Edit::AddMedicine(own)).unwrap();
        assert_eq!(why(&story, None), [Why::Twice]);
        assert_eq!(why(&story, Some("Metformin")), [], "only what concerns the new one");
        assert!(!notices(&story.record, ROSA, None).list.is_empty());
    }
}
