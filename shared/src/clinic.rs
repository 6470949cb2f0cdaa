//! What a clinic says about itself and how it works, as its administrator writes it. Patients' devices
//! and the clinic's pages read it; the server keeps it.

use serde::{Deserialize, Serialize};

use crate::time::{Day, WorkingDays};

/// Characters of a name, an address or a number.
const LINE_CHARS_MAX: usize = 200;
/// Characters of what is said in a few sentences.
const TEXT_CHARS_MAX: usize = 1_000;
/// Replies that are written often; more of them nobody finds.
const REPLIES_MAX: usize = 30;
/// Days on which the clinic is closed, of this year and the next.
const CLOSED_DAYS_MAX: usize = 60;
/// Working days until an answer is late. A longer promise is none.
const TARGET_DAYS_MAX: u32 = 10;

/// The same in each language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InBoth {
    pub en: String,
    pub es: String,
}

/// A reply that is written often. `(patient)` and `(me)` in it become names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedReply {
    pub title: String,
    pub text: InBoth,
}

/// What is missing in an older one is as a new clinic has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClinicSettings {
    pub name: String,
    pub address: String,
    pub phone: String,
    /// Whom to call while nobody is there.
    pub after_hours: String,
    pub emergency_number: String,
    /// When somebody is there, in words.
    pub hours: InBoth,
    /// Said where people write, for as long as it stands here.
    pub away: InBoth,
    /// Days on which the clinic works, Monday first.
    pub week: [bool; 7],
    pub closed_days: Vec<Day>,
    /// Working days until an answer is late.
    pub target_days: u32,
    /// Those of the program, if there is none.
    pub replies: Vec<SavedReply>,
}

impl Default for ClinicSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            address: String::new(),
            phone: String::new(),
            after_hours: String::new(),
            emergency_number: String::new(),
            hours: InBoth::default(),
            away: InBoth::default(),
            week: WorkingDays::default().week,
            closed_days: Vec::new(),
            target_days: 1,
            replies: Vec::new(),
        }
    }
}

/// What an administrator has to change before it is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    NoName,
    TooLong,
    TooMany,
    /// Without a day of work an answer is never late.
    NoDays,
    Target,
    /// A reply without a title or without words.
    EmptyReply,
}

impl ClinicSettings {
    pub fn check(&self) -> Result<(), Wrong> {
        let lines =
            [&self.name, &self.address, &self.phone, &self.after_hours, &self.emergency_number];
        let titles = self.replies.iter().map(|reply| &reply.title);
        let replies = self.replies.iter().flat_map(|reply| [&reply.text.en, &reply.text.es]);
        let said = [&self.hours, &self.away].into_iter().flat_map(|said| [&said.en, &said.es]);
        if self.name.trim().is_empty() {
            return Err(Wrong::NoName);
        }
        if lines.into_iter().chain(titles).any(|line| line.chars().count() > LINE_CHARS_MAX)
            || said.chain(replies).any(|text| text.chars().count() > TEXT_CHARS_MAX)
        {
            return Err(Wrong::TooLong);
        }
        if self.replies.len() > REPLIES_MAX || self.closed_days.len() > CLOSED_DAYS_MAX {
            return Err(Wrong::TooMany);
        }
        if !self.week.contains(&true) {
            return Err(Wrong::NoDays);
        }
        if !(1..=TARGET_DAYS_MAX).contains(&self.target_days) {
            return Err(Wrong::Target);
        }
        let is_empty = |reply: &SavedReply| {
            reply.title.trim().is_empty()
                || reply.text.en.trim().is_empty() && reply.text.es.trim().is_empty()
        };
        if self.replies.iter().any(is_empty) { Err(Wrong::EmptyReply) } else { Ok(()) }
    }

    pub fn working_days(&self) -> WorkingDays {
        let closed = self.closed_days.iter().copied().collect();
        WorkingDays { week: self.week, closed, ..WorkingDays::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named() -> ClinicSettings {
        ClinicSettings { name: "Northside".into(), ..ClinicSettings::default() }
    }

    #[test]
    fn what_a_clinic_says_of_itself_has_a_name_and_limits() {
        assert_eq!(named().check(), Ok(()));
        let reply = |title: &str, en: &str| SavedReply {
            title: title.into(),
            text: InBoth { en: en.into(), es: String::new() },
        };
        let many = vec![reply("Call", "Please call."); REPLIES_MAX + 1];
        for (wrong, settings) in [
            (Wrong::NoName, ClinicSettings { name: "  ".into(), ..named() }),
            (Wrong::TooLong, ClinicSettings { phone: "5".repeat(LINE_CHARS_MAX + 1), ..named() }),
            (Wrong::TooMany, ClinicSettings { replies: many, ..named() }),
            (Wrong::NoDays, ClinicSettings { week: [false; 7], ..named() }),
            (Wrong::Target, ClinicSettings { target_days: 0, ..named() }),
            (Wrong::EmptyReply, ClinicSettings { replies: vec![reply("Call", " ")], ..named() }),
        ] {
            assert_eq!(settings.check(), Err(wrong));
        }
    }

    #[test]
    fn what_an_older_server_kept_reads_back() {
        let old = r#"{ "name": "Northside", "phone": "555 0134", "of_a_newer_one": 1 }"#;
        let read: ClinicSettings = serde_json::from_str(old).unwrap();
        assert_eq!(read, ClinicSettings { phone: "555 0134".into(), ..named() });
    }
}
