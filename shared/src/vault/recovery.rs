//! The code on paper that opens the vault when the passphrase is forgotten: 24 random characters and
//! one that finds slips of the pen, in five groups of five.

use std::fmt;

use super::keys::{WrapKey, derive};
use crate::id::Rng;

/// Crockford's alphabet: no I, L, O or U, so that it can be read aloud and copied by hand.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Five bits each: 120 bits, which need no stretching.
const RANDOM_CHARS: usize = 24;
const GROUP_CHARS: usize = 5;

/// As digits of the alphabet, the check character last.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode([u8; RANDOM_CHARS + 1]);

/// Why a text is not a code. It says nothing about any vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotACode {
    #[error("characters are missing or too many")]
    Length,
    /// One character is another one, or two stand in the other order.
    #[error("a character is wrong")]
    Mistyped,
}

impl RecoveryCode {
    pub fn fresh(rng: &mut dyn Rng) -> Self {
        let mut digits = [0; RANDOM_CHARS + 1];
        rng.fill(&mut digits[..RANDOM_CHARS]);
        for digit in &mut digits[..RANDOM_CHARS] {
            *digit %= 32;
        }
        digits[RANDOM_CHARS] = check(&digits[..RANDOM_CHARS]);
        Self(digits)
    }

    /// Spaces, dashes and small letters do not matter, and what looks like a digit is one.
    pub fn parse(typed: &str) -> Result<Self, NotACode> {
        let mut digits = [0; RANDOM_CHARS + 1];
        let mut count = 0;
        for letter in typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-') {
            let slot = digits.get_mut(count).ok_or(NotACode::Length)?;
            *slot = digit(letter).ok_or(NotACode::Mistyped)?;
            count += 1;
        }
        if count != digits.len() {
            return Err(NotACode::Length);
        }
        let (random, last) = digits.split_at(RANDOM_CHARS);
        if check(random) != last[0] {
            return Err(NotACode::Mistyped);
        }
        Ok(Self(digits))
    }

    /// As it is printed.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (place, digit) in self.0.iter().enumerate() {
            if place > 0 && place % GROUP_CHARS == 0 {
                text.push(' ');
            }
            text.push(char::from(ALPHABET[usize::from(*digit)]));
        }
        text
    }

    pub fn key(&self) -> WrapKey {
        WrapKey::from_bytes(derive(&self.0[..RANDOM_CHARS], b"satchel recovery code v1"))
    }
}

/// It opens a record, so it is not for logs.
impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(..)")
    }
}

fn digit(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
    u8::try_from(place).ok()
}

/// Luhn's sum in base 32: finds every single wrong character and nearly every swap of two
/// neighbours.
fn check(digits: &[u8]) -> u8 {
    let mut sum = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let weighed = if place % 2 == 0 { u32::from(*digit) * 2 } else { u32::from(*digit) };
        sum += weighed / 32 + weighed % 32;
    }
    u8::try_from((32 - sum % 32) % 32).expect("a rest of 32 is small")
}
