//! Steps that people at the clinic took and that the patient may see.

use serde::{Deserialize, Serialize};

use super::{Entry, Part, Place, Record, Resource, Said};
use crate::document::DocumentId;
use crate::id::EntryId;
use crate::time::Timestamp;

/// Somebody is at work on a thread or request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub of: EntryId,
    /// Who works on it now.
    pub to: String,
    /// Who said so: the same person, or who assigned it.
    pub by: String,
    pub written: Timestamp,
}

/// Passed on to whoever may decide. What one colleague recommends to another is not part of the
/// record: it lives in the worklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    pub of: EntryId,
    pub to: String,
    pub by: String,
    pub written: Timestamp,
}

/// An entry of the chart is wrong. It leaves the lists and stays in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkedWrong {
    pub entry: EntryId,
    pub why: String,
    pub by: String,
    pub written: Timestamp,
}

/// Marks on an entry that moves to a document with fewer readers, and whose text is taken out of the old one.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct MovingMarks {
    /// What names the entry, or what lies inside it, and is no longer to be read there.
    pub old: Vec<EntryId>,
    /// What stands beside its next version, if that says the same.
    pub new: Vec<MarkedWrong>,
}

impl MovingMarks {
    /// `texts` are the entry, the older versions of it, and all marks of the document.
    pub fn of(
        from: DocumentId,
        texts: &[(EntryId, String)],
        to: DocumentId,
        next: &(EntryId, String),
    ) -> Self {
        let read =
            |(entry, text): &(EntryId, String)| Resource::read(*entry, text.as_str().into(), None);
        let mut record = Record::default();
        let before = texts.iter().filter_map(read).collect();
        record.chart.add(Part::new(from, before, 0));
        record.chart.add(Part::new(to, read(next).into_iter().collect(), 0));
        for (id, text) in texts {
            let said = Said::read_in(&from, text);
            if matches!(said, Said::MarkedWrong(_)) {
                let place = Place::Leaving;
                record.insert(*id, Entry { said, audience: None, author: None, place });
            }
        }
        let chart = &record.chart;
        let is_of = |mark: &MarkedWrong| {
            let marked = chart.find(mark.entry).map(Resource::outer);
            marked.is_some_and(|marked| chart.newest_of(marked) == next.0)
        };
        let old = record.entries().filter_map(|(id, entry)| match &entry.said {
            Said::MarkedWrong(mark) if is_of(mark) => Some(id),
            _ => None,
        });
        let is_new = |entry| chart.find(entry).is_some_and(|one| one.outer() == next.0);
        let new = record.marked_wrong().into_iter().filter(|(entry, _)| is_new(*entry));
        let new = new.map(|(entry, mark)| MarkedWrong { entry, ..mark.clone() });
        Self { old: old.collect(), new: new.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Kind;
    use crate::fhir::entry::ChartEntry;
    use crate::testing::{PATIENT, SOURCE};

    const LABEL: &str =
        r#"{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}"#;

    /// Marks beside the next version of what was marked, by the words of both.
    fn after(old: &str, next: &str) -> (usize, Vec<MarkedWrong>) {
        let [from, to] = [Kind::ChartCore, Kind::ChartSensitive];
        let [from, to] = [from, to].map(|kind| DocumentId::first(PATIENT, kind));
        let [first, second, third] = [1, 2, 9].map(EntryId::from_u128);
        let text = |json: &str, replaces| {
            ChartEntry { replaces, ..ChartEntry::new(SOURCE, json) }.to_text().unwrap()
        };
        let marked = Resource::read(first, text(old, None).as_str().into(), None).unwrap();
        let part = Part::new(from, vec![marked], 0);
        // The last of them: what lies inside it, or it itself.
        let entry = part.resources.last().unwrap().entry;
        let mark = |entry| MarkedWrong {
            entry,
            why: "Another patient's".into(),
            by: "Nurse Linh Tran".into(),
            written: Timestamp::from_millis(5),
        };
        let texts = [
            (second, text(old, Some(first))),
            (first, text(old, None)),
            (EntryId::from_u128(3), Said::MarkedWrong(mark(entry)).to_text()),
            (EntryId::from_u128(4), Said::MarkedWrong(mark(EntryId::from_u128(7))).to_text()),
        ];
        let marks = MovingMarks::of(from, &texts, to, &(third, text(next, Some(second))));
        assert!(marks.new.iter().all(|new| *new == mark(new.entry)), "in the same words");
        (marks.old.len(), marks.new)
    }

    #[test]
    fn the_clinics_mark_moves_with_what_it_is_about() {
        let condition = r#"{"resourceType":"Condition","code":{"text":"HIV infection"}}"#;
        let labelled = condition
            .replace(r#""code":{"#, &format!(r#""meta":{{"security":[{LABEL}]}},"code":{{"#));
        let (old, new) = after(condition, &labelled);
        assert_eq!((old, new.len(), new[0].entry), (1, 1, EntryId::from_u128(9)));
        let (old, new) = after(condition, &labelled.replace("HIV infection", "Cough"));
        assert_eq!((old, new.len()), (1, 0), "it was put right");
        let paper =
            r#"{"resourceType":"DocumentReference","description":"Letter","status":"current"}"#;
        let hidden = paper.replace(
            r#","status""#,
            &format!(r#","securityLabel":[{{"coding":[{LABEL}]}}],"status""#),
        );
        assert_eq!(after(paper, &hidden).1.len(), 1);
    }

    #[test]
    fn a_mark_on_what_lies_inside_a_report_moves_with_the_report() {
        let inside =
            r#"{"resourceType":"Observation","id":"a","code":{"text":"HIV"},"valueInteger":1}"#;
        let report = format!(r#"{{"resourceType":"DiagnosticReport","contained":[{inside}]}}"#);
        let labelled =
            inside.replace(r#""id":"a""#, &format!(r#""id":"b","meta":{{"security":[{LABEL}]}}"#));
        let (old, new) = after(&report, &report.replace(inside, &labelled));
        assert_eq!((old, new.len()), (1, 1));
        assert_ne!(new[0].entry, EntryId::from_u128(9), "not beside the whole report");
    }
}
