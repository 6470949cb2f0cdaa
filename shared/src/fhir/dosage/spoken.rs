//! Words that are made here and not taken from a source.

use serde::{Deserialize, Serialize};

/// The same in each language of the screens. A source's own words are the same in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    pub english: String,
    pub spanish: String,
}

impl Spoken {
    pub fn same(words: &str) -> Self {
        Self { english: words.to_owned(), spanish: words.to_owned() }
    }

    pub(in crate::fhir) fn new(english: &str, spanish: &str) -> Self {
        Self { english: english.to_owned(), spanish: spanish.to_owned() }
    }

    /// Each part stands in the place of a "~", one after the other.
    pub(in crate::fhir) fn of(english: &str, spanish: &str, parts: &[&Self]) -> Self {
        let mut said = Self::new("", "");
        let mut parts = parts.iter();
        let places = english.split_inclusive('~').zip(spanish.split_inclusive('~'));
        for (english, spanish) in places {
            said.english.push_str(english.trim_end_matches('~'));
            said.spanish.push_str(spanish.trim_end_matches('~'));
            if !english.ends_with('~') {
                continue;
            }
            if let Some(part) = parts.next() {
                said.english.push_str(&part.english);
                said.spanish.push_str(&part.spanish);
            }
        }
        said
    }

    /// All of them in one line; nothing of nothing.
    pub fn joined(parts: &[Self], between: &str) -> Option<Self> {
        let mut parts = parts.iter();
        let mut said = parts.next()?.clone();
        for part in parts {
            for (line, more) in
                [(&mut said.english, &part.english), (&mut said.spanish, &part.spanish)]
            {
                line.push_str(between);
                line.push_str(more);
            }
        }
        Some(said)
    }
}
