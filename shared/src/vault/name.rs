//! The name that somebody signs in with: their own choice, and neither their name nor a number of the
//! clinic.

use std::fmt;

pub const NAME_CHARS_MIN: usize = 4;
pub const NAME_CHARS_MAX: usize = 32;

/// Folded: small letters of the Latin alphabet, digits, and `.`, `-` and `_` inside.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignInName(String);

/// Why a text cannot be a sign-in name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    #[error("too short or too long")]
    Length,
    #[error("a sign that a name cannot hold")]
    Sign,
    /// A number alone is often a record number, a phone number or a birth date.
    #[error("no letter")]
    NoLetter,
}

impl SignInName {
    pub fn parse(typed: &str) -> Result<Self, NotAName> {
        let folded = typed.trim().to_ascii_lowercase();
        let is_sign = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        let inside = |letter: char| is_sign(letter) || ".-_".contains(letter);
        let ends = folded.starts_with(is_sign) && folded.ends_with(is_sign);
        if !(NAME_CHARS_MIN..=NAME_CHARS_MAX).contains(&folded.chars().count()) {
            return Err(NotAName::Length);
        }
        if !ends || !folded.chars().all(inside) {
            return Err(NotAName::Sign);
        }
        if !folded.contains(|letter: char| letter.is_ascii_lowercase()) {
            return Err(NotAName::NoLetter);
        }
        Ok(Self(folded))
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

/// It belongs to a person, so it is not for logs.
impl fmt::Debug for SignInName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInName(..)")
    }
}
