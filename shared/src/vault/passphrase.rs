//! Passphrases: words that the program proposes, and an honest guess at how long one of a person's own
//! would hold.

use crate::id::Rng;

/// Longer ones are a slip of the clipboard.
pub const PASSPHRASE_CHARS_MAX: usize = 200;
/// Words of a proposed passphrase.
pub const PROPOSED_WORDS: usize = 5;
/// Each list has as many words, so that one is worth exactly [`WORD_BITS`].
pub const WORD_LIST_LENGTH: usize = 1024;
pub const WORD_BITS: u32 = 10;

/// How long it would hold against somebody who has the device, knows how people choose, and can try
/// without end. Each try costs 64 MiB and some tenths of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Hours or days. Not taken.
    Weak,
    /// Months, for somebody who spends money on it.
    Fair,
    /// Longer than it is worth to anybody.
    Strong,
}

/// Below this, a rented computer finds it within days.
const FAIR_BITS: u32 = 34;
/// 4 proposed words and more, or the like.
const STRONG_BITS: u32 = 45;
/// A word that a person thinks of is one of a few hundred, however long it is.
const OWN_WORD_BITS: u32 = 9;
/// A run of digits is usually a date, a year or part of a phone number.
const DIGIT_TENTHS_OF_BITS: u32 = 20;
/// A letter of a word too short to be one: an initial, an article.
const LETTER_BITS: u32 = 3;
const SIGN_BITS: u32 = 2;

/// Words from a list, chosen by chance alone. Nothing if the list is not as long as it should be.
pub fn propose(list: &str, rng: &mut dyn Rng) -> Option<Vec<String>> {
    let words = listed(list);
    if words.len() != WORD_LIST_LENGTH {
        return None;
    }
    // The length is a power of two, so that no word comes more often than another.
    let place = |random: u64| usize::try_from(random % WORD_LIST_LENGTH as u64).unwrap_or(0);
    Some((0..PROPOSED_WORDS).map(|_| words[place(rng.u64())].clone()).collect())
}

/// Each on a line of its own, or behind a capital that says how many letters it has from the word
/// before: `A` none, `B` one. So packed, a list of sorted words is a fifth shorter.
fn listed(list: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in list.chars() {
        let last = words.last().map_or("", String::as_str);
        match letter {
            '\n' => words.push(String::new()),
            'A'..='Z' => {
                let common = last.chars().take(letter as usize - 'A' as usize).collect();
                words.push(common);
            }
            _ => words.last_mut().into_iter().for_each(|word| word.push(letter)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
#[test]
fn a_packed_list_has_the_same_words() {
    let plain = "acorn\nactor\náfrica\náfrico\nb\n";
    assert_eq!(listed("AacornCtorAáfricaFoAb"), listed(plain));
    assert_eq!(listed(plain), ["acorn", "actor", "áfrica", "áfrico", "b"]);
}

/// An estimate from below, without a dictionary: whatever looks like a word counts as a common one,
/// and whatever comes twice counts once.
pub fn strength(typed: &str) -> Strength {
    let text = typed.to_lowercase();
    let mut seen: Vec<&str> = Vec::new();
    let mut bits = 0;
    for part in parts(&text) {
        if seen.contains(&part) || is_run(part) {
            bits += 1;
            continue;
        }
        seen.push(part);
        bits += part_bits(part);
    }
    match bits {
        0..FAIR_BITS => Strength::Weak,
        FAIR_BITS..STRONG_BITS => Strength::Fair,
        STRONG_BITS.. => Strength::Strong,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Space,
    Sign,
}

fn class(letter: char) -> Class {
    match letter {
        _ if letter.is_alphabetic() => Class::Letter,
        _ if letter.is_numeric() => Class::Digit,
        _ if letter.is_whitespace() => Class::Space,
        _ => Class::Sign,
    }
}

/// Runs of one kind of character, without the spaces.
fn parts(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|letter| class(letter) != class(first)).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        if class(first) != Class::Space {
            found.push(part);
        }
        rest = behind;
    }
    found
}

fn part_bits(part: &str) -> u32 {
    let length = u32::try_from(part.chars().count()).unwrap_or(u32::MAX).min(64);
    match part.chars().next().map(class) {
        Some(Class::Letter) if length <= 3 => length * LETTER_BITS,
        // Several words without a space between them: one for each seven letters.
        Some(Class::Letter) => OWN_WORD_BITS * length.div_ceil(7).min(4),
        Some(Class::Digit) => length.min(8) * DIGIT_TENTHS_OF_BITS / 10,
        Some(Class::Sign) => length.min(4) * SIGN_BITS,
        Some(Class::Space) | None => 0,
    }
}

/// `aaaa`, `1234`, `9876`: always the same step from one character to the next. So is whatever stands
/// in a row on a keyboard.
fn is_run(part: &str) -> bool {
    const KEYBOARD: [&str; 4] = ["qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm"];
    let codes: Vec<i64> = part.chars().map(|letter| i64::from(u32::from(letter))).collect();
    let steps: Vec<i64> = codes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let is_even = steps.len() >= 2 && steps.iter().all(|step| *step == steps[0] && step.abs() < 2);
    is_even || (codes.len() >= 4 && KEYBOARD.iter().any(|row| row.contains(part)))
}
