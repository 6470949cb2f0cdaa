//! Who looked at, changed or shared what.

use serde::{Deserialize, Serialize};

use crate::arrange::Arrange;
use crate::id::EntryId;
use crate::record::activity::{Activity, Did, Touched, Why};
use crate::record::chart::folded_words;
use crate::record::{Loaded, Record, Said};
use crate::time::Timestamp;

/// Rows of one answer.
pub const ACTIVITY_MAX: u32 = 1_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityAnswer {
    pub loaded: Loaded,
    /// The newest first.
    pub rows: Vec<ActivityRow>,
    pub more: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityRow {
    pub entry: EntryId,
    pub who: String,
    pub did: Did,
    pub what: Vec<Touched>,
    /// With whom it was shared, or which device it was.
    pub detail: Option<String>,
    pub from: Option<String>,
    pub why: Option<Why>,
    pub at: Timestamp,
}

/// Rows in which every word stands in a name or detail; no words are all rows.
pub fn activity(record: &Record, words: &str, limit: u32) -> ActivityAnswer {
    let wanted = folded_words(words);
    let mut rows: Vec<_> = record
        .entries()
        .filter_map(|(entry, said)| match &said.said {
            Said::Activity(activity) if fits(activity, &wanted) => Some(row(entry, activity)),
            _ => None,
        })
        .collect();
    rows.arrange_by_key(|row| std::cmp::Reverse((row.at, row.entry)));
    let limit = limit.min(ACTIVITY_MAX) as usize;
    let more = rows.len() > limit;
    rows.truncate(limit);
    ActivityAnswer { loaded: record.loaded_activity(), rows, more }
}

/// A cell of a table in text (RFC 4180). What begins like a formula is kept from becoming one where tables
/// are opened: somebody else may have chosen a name.
pub fn table_cell(text: &str) -> String {
    let mark = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

fn row(entry: EntryId, activity: &Activity) -> ActivityRow {
    ActivityRow {
        entry,
        who: activity.who.clone(),
        did: activity.did,
        what: activity.what.clone(),
        detail: activity.detail.clone(),
        from: activity.from.clone(),
        why: activity.why,
        at: activity.written,
    }
}

fn fits(activity: &Activity, wanted: &[String]) -> bool {
    let mut words = folded_words(&activity.who);
    words.extend(folded_words(activity.detail.as_deref().unwrap_or_default()));
    wanted.iter().all(|wanted| words.iter().any(|word| word.starts_with(wanted.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{DocumentId, Kind};
    use crate::testing::{PATIENT, Story};

    #[test]
    fn a_cell_holds_quotes_and_is_no_formula() {
        assert_eq!(table_cell("Dr. \"Bo\" Ruiz, MD"), "\"Dr. \"\"Bo\"\" Ruiz, MD\"");
        assert_eq!(table_cell("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
        assert_eq!(table_cell("@me"), "\"'@me\"");
    }

    fn story() -> Story {
        let mut story = Story::default();
        for (at, who, detail) in [
            (3, "Dr. Amara Okafor", None),
            (1, "Nurse Linh Tran", Some("Chrome on Android")),
            (2, "Dr. José Ruiz", None),
        ] {
            let activity = Activity {
                who: who.to_owned(),
                did: Did::Read,
                what: vec![Touched::Results],
                entry: None,
                detail: detail.map(str::to_owned),
                from: None,
                why: Some(Why::Treatment),
                written: Timestamp::from_millis(at),
            };
            let (id, document) = (story.id(), DocumentId::first(PATIENT, Kind::Activity(2026)));
            story.hear(id, &document, &Said::Activity(activity).to_text());
        }
        story
    }

    fn check(words: &str, limit: u32, expected: &[&str], more: bool) {
        let answer = activity(&story().record, words, limit);
        let who: Vec<_> = answer.rows.iter().map(|row| row.who.as_str()).collect();
        assert_eq!((&who[..], answer.more), (expected, more), "{words}");
    }

    #[test]
    fn who_looked_stands_newest_first_and_is_found_by_name_and_device() {
        let all = ["Dr. Amara Okafor", "Dr. José Ruiz", "Nurse Linh Tran"];
        check("", 10, &all, false);
        check("", 2, &all[..2], true);
        check("jose", 10, &all[1..2], false);
        check("android linh", 10, &all[2..], false);
        check("nobody", 10, &[], false);
    }
}
