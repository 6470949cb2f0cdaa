//! What may be written: how long, and how short.

use super::Refused;

/// Longest text of one message in characters: several pages, and far below the gate's limits.
pub const MESSAGE_CHARS_MAX: usize = 8_000;
/// Longest subject line of a thread in characters: it has to fit a phone's list.
pub const TOPIC_CHARS_MAX: usize = 120;
/// Longest note beside something else, in characters: half a page.
pub const NOTE_CHARS_MAX: usize = 1_000;
/// Longest name of something, in characters.
pub const NAME_CHARS_MAX: usize = 200;

/// A text that has to say something.
pub fn body(text: &str) -> Result<String, Refused> {
    within(text, MESSAGE_CHARS_MAX, Refused::EmptyText)
}

pub fn topic(text: &str) -> Result<String, Refused> {
    match within(text, TOPIC_CHARS_MAX, Refused::EmptyTopic) {
        Err(Refused::TextTooLong) => Err(Refused::TopicTooLong),
        other => other,
    }
}

pub fn name(text: &str) -> Result<String, Refused> {
    within(text, NAME_CHARS_MAX, Refused::EmptyText)
}

/// A text that may be left empty; then it is not there.
pub fn note(text: Option<String>) -> Result<Option<String>, Refused> {
    optional(text, NOTE_CHARS_MAX)
}

pub fn short(text: Option<String>) -> Result<Option<String>, Refused> {
    optional(text, NAME_CHARS_MAX)
}

fn optional(text: Option<String>, chars_max: usize) -> Result<Option<String>, Refused> {
    match within(text.as_deref().unwrap_or_default(), chars_max, Refused::EmptyText) {
        Ok(text) => Ok(Some(text)),
        Err(Refused::EmptyText) => Ok(None),
        Err(other) => Err(other),
    }
}

fn within(text: &str, chars_max: usize, empty: Refused) -> Result<String, Refused> {
    let text = text.trim();
    match text.chars().take(chars_max + 1).count() {
        0 => Err(empty),
        count if count > chars_max => Err(Refused::TextTooLong),
        _ => Ok(text.to_owned()),
    }
}
