//! The words of a journey on a phone that speaks Spanish: a journey names things in English, and they
//! are looked for under the words that the locales have for the same message.

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

const ENGLISH: &str = include_str!("../../portal/locales/en.json");
const SPANISH: &str = include_str!("../../portal/locales/es.json");
/// Fewer letters of a message than this stand in too many others.
const LETTERS_MIN: usize = 3;

/// Pieces that stand on the screen in this order; what is between them is not known here.
pub type Pieces = Vec<String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    English,
    Spanish,
}

impl Tongue {
    pub fn of(language: &str) -> Self {
        if language.starts_with("es") { Tongue::Spanish } else { Tongue::English }
    }

    /// What the whole of a name may be.
    pub fn wholes(self, words: &str) -> Vec<Pieces> {
        let mut found = vec![vec![words.to_owned()]];
        if self == Tongue::Spanish {
            found.extend(whole(words).into_iter().map(|said| vec![said]));
        }
        found
    }

    /// What may stand where these words are a part.
    pub fn parts(self, words: &str) -> Vec<Pieces> {
        /// Waiting asks for the same words many times a second.
        static KNOWN: Mutex<BTreeMap<String, Vec<Pieces>>> = Mutex::new(BTreeMap::new());
        if self == Tongue::English {
            return self.wholes(words);
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.entry(words.to_owned()).or_insert_with(|| {
            let around = messages().iter().filter_map(|message| message.around(words));
            self.wholes(words).into_iter().chain(around).collect()
        });
        found.clone()
    }

    /// What must not stand there any more: the message itself, where there is one.
    pub fn gone(self, words: &str) -> Vec<Pieces> {
        let whole = self.wholes(words);
        if whole.len() > 1 { whole } else { self.parts(words) }
    }
}

/// Whether the pieces stand in the text, one after the other.
pub fn stand_in(pieces: &Pieces, text: &str) -> bool {
    let mut rest = text;
    pieces.iter().all(|piece| match rest.split_once(piece.as_str()) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

/// One message in both languages, cut where values are put in.
struct Message {
    english: Vec<Part>,
    spanish: Vec<Part>,
}

enum Part {
    Said(String),
    Value(String),
}

fn messages() -> &'static [Message] {
    static MESSAGES: OnceLock<Vec<Message>> = OnceLock::new();
    MESSAGES.get_or_init(|| {
        let read = |text| serde_json::from_str::<BTreeMap<String, Value>>(text);
        let english = read(ENGLISH).expect("tidy reads the locales too");
        let spanish = read(SPANISH).expect("tidy reads the locales too");
        let mut found = Vec::new();
        for (key, said) in &english {
            let in_spanish = &spanish[key];
            let mut pair = |english: &Value, spanish: &Value| {
                let (Some(english), Some(spanish)) = (english.as_str(), spanish.as_str()) else {
                    return;
                };
                // A test's short name and what it measures stand apart on the screen.
                let apart = if key.starts_with("test.") { ": " } else { "\0" };
                for (english, spanish) in english.split(apart).zip(spanish.split(apart)) {
                    found.push(Message { english: cut(english), spanish: cut(spanish) });
                }
            };
            match said.as_object() {
                Some(forms) => forms.iter().for_each(|(form, said)| pair(said, &in_spanish[form])),
                None => pair(said, in_spanish),
            }
        }
        found
    })
}

fn cut(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((said, behind)) = rest.split_once('{') {
        let Some((name, behind)) = behind.split_once('}') else { break };
        if !said.is_empty() {
            parts.push(Part::Said(said.to_owned()));
        }
        parts.push(Part::Value(name.to_owned()));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Said(rest.to_owned()));
    }
    parts
}

/// All that these words are as a message of their own.
fn whole(words: &str) -> Vec<String> {
    messages().iter().filter_map(|message| message.whole(words)).collect()
}

impl Message {
    fn letters(&self) -> usize {
        let said = |part: &Part| match part {
            Part::Said(said) => letters_in(said),
            Part::Value(_) => 0,
        };
        self.english.iter().map(said).sum()
    }

    fn whole(&self, words: &str) -> Option<String> {
        let has_values = self.english.iter().any(|part| matches!(part, Part::Value(_)));
        if has_values && self.letters() < LETTERS_MIN {
            return None;
        }
        let mut values = BTreeMap::new();
        read(&self.english, words, &mut values).then(|| {
            let said = |part: &Part| match part {
                Part::Said(said) => said.clone(),
                // A value may be words of ours too.
                Part::Value(name) => {
                    let value = values.get(name.as_str()).copied().unwrap_or_default();
                    let own = messages().iter().filter(|message| message.english.len() == 1);
                    own.filter_map(|message| message.whole(value))
                        .next()
                        .unwrap_or_else(|| value.to_owned())
                }
            };
            self.spanish.iter().map(said).collect()
        })
    }

    /// The message in Spanish if these words are a part of it, with the values that they name.
    fn around(&self, words: &str) -> Option<Pieces> {
        let (mut values, mut letters) = (BTreeMap::new(), 0);
        let mut starts = (0..self.english.len()).map(|start| &self.english[start..]);
        let mut is_in = |parts| {
            values.clear();
            begins_in(parts, words, &mut values, &mut letters) && letters >= LETTERS_MIN
        };
        starts.any(&mut is_in).then(|| {
            let said = |part: &Part| match part {
                Part::Said(said) => Some(said.trim().to_owned()),
                Part::Value(name) => values.get(name.as_str()).map(|value| value.trim().to_owned()),
            };
            self.spanish.iter().filter_map(said).collect()
        })
    }
}

type Values<'a> = BTreeMap<&'a str, &'a str>;

/// Whether the words begin somewhere in the first of these parts, and end in one of them.
fn begins_in<'a>(
    parts: &'a [Part],
    words: &'a str,
    values: &mut Values<'a>,
    letters: &mut usize,
) -> bool {
    let [Part::Said(said), ..] = parts else {
        return ends_in(parts, words, values, letters);
    };
    if said.contains(words) {
        *letters = letters_in(words);
        return true;
    }
    said.char_indices().any(|(at, _)| {
        let Some(behind) = words.strip_prefix(&said[at..]) else { return false };
        *letters = letters_in(&said[at..]);
        ends_in(&parts[1..], behind, values, letters)
    })
}

/// Whether the words are the beginning of these parts.
fn ends_in<'a>(
    parts: &'a [Part],
    words: &'a str,
    values: &mut Values<'a>,
    letters: &mut usize,
) -> bool {
    match parts {
        _ if words.is_empty() => true,
        [] => false,
        [Part::Said(said), ..] if said.starts_with(words) => {
            *letters += letters_in(words);
            true
        }
        [Part::Said(said), rest @ ..] => words.strip_prefix(said.as_str()).is_some_and(|behind| {
            *letters += letters_in(said);
            ends_in(rest, behind, values, letters)
        }),
        [Part::Value(name), rest @ ..] => {
            let before = *letters;
            let ends = words.char_indices().skip(1).map(|(at, _)| at).chain([words.len()]);
            ends.into_iter().any(|end| {
                *letters = before;
                let (value, behind) = words.split_at(end);
                values.insert(name, value);
                ends_in(rest, behind, values, letters)
            })
        }
    }
}

fn letters_in(text: &str) -> usize {
    text.chars().filter(|letter| letter.is_alphabetic()).count()
}

/// Whether the words are these parts, and then with which values.
fn read<'a>(parts: &'a [Part], words: &'a str, values: &mut Values<'a>) -> bool {
    match parts {
        [] => words.is_empty(),
        [Part::Said(said), rest @ ..] => {
            words.strip_prefix(said.as_str()).is_some_and(|behind| read(rest, behind, values))
        }
        [Part::Value(name), rest @ ..] => {
            let ends = words.char_indices().skip(1).map(|(at, _)| at).chain([words.len()]);
            ends.into_iter().any(|end| {
                let (value, behind) = words.split_at(end);
                !value.is_empty() && read(rest, behind, values) && {
                    values.insert(name, value);
                    true
                }
            })
        }
    }
}
