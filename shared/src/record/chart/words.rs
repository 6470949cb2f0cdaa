//! Words and where they stand, so that a search over everything looks at each different word once
//! and never at the texts.

use crate::arrange::Arrange;
use crate::ordered::BTreeMap;

/// A mistyped letter is forgiven in words of this length and more, a second one in longer ones.
const ONE_TYPO_CHARS: usize = 4;
const TWO_TYPOS_CHARS: usize = 8;
/// Longer ones are no words; they would only make the comparison slow.
const WORD_CHARS_MAX: usize = 40;

/// How well a text fits; less is better.
pub type Misfit = u32;

#[derive(Default)]
pub struct Words {
    /// Each different word, and in which texts it stands.
    words: Vec<(String, Vec<u32>)>,
}

impl Words {
    pub fn of(texts: impl Iterator<Item = String>) -> Self {
        let mut places: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (text, place) in texts.zip(0..) {
            for word in folded_words(&text) {
                match places.find_mut(word.as_str()) {
                    Some(all) if all.last() == Some(&place) => {}
                    Some(all) => all.push(place),
                    None => {
                        places.insert(word, vec![place]);
                    }
                }
            }
        }
        let mut words: Vec<_> = places.into_iter().collect();
        words.arrange();
        Self { words }
    }

    /// The texts in which every one of these words stands, begins a word, or stands with a typo.
    pub fn find(&self, wanted: &[String]) -> Vec<(u32, Misfit)> {
        let mut found: Option<BTreeMap<u32, Misfit>> = None;
        for wanted in wanted {
            let mut of_word: BTreeMap<u32, Misfit> = BTreeMap::new();
            for (word, places) in &self.words {
                let Some(misfit) = misfit(wanted, word) else {
                    continue;
                };
                for place in places {
                    let best = of_word.entry(*place).or_insert(misfit);
                    *best = (*best).min(misfit);
                }
            }
            found = Some(match found {
                None => of_word,
                Some(before) => {
                    let both = before.into_iter();
                    both.filter_map(|(place, sum)| Some((place, sum + of_word.get(&place)?)))
                        .collect()
                }
            });
        }
        found.unwrap_or_default().into_iter().collect()
    }
}

/// A text's words without case and accents: "Análisis" is found by "analisis".
pub fn folded_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in text.split(|letter: char| !letter.is_alphanumeric()) {
        if word.is_empty() || word.chars().count() > WORD_CHARS_MAX {
            continue;
        }
        if word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
            words.push(word.to_owned());
            continue;
        }
        words.push(word.chars().flat_map(char::to_lowercase).map(without_accent).collect());
    }
    words
}

/// The letters of the languages we speak and of their neighbours.
pub(crate) fn without_accent(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    }
}

/// The same word, its beginning, or it with a typo or two.
fn misfit(wanted: &str, word: &str) -> Option<Misfit> {
    if word == wanted {
        return Some(0);
    }
    if word.starts_with(wanted) {
        return Some(1);
    }
    let chars = wanted.chars().count();
    let typos_max = match chars {
        _ if wanted.bytes().any(|byte| byte.is_ascii_digit()) => return None,
        0..ONE_TYPO_CHARS => return None,
        ONE_TYPO_CHARS..TWO_TYPOS_CHARS => 1,
        _ => 2,
    };
    // A typo in the first letter is rare, and giving it up spares most comparisons.
    if word.chars().next() != wanted.chars().next() {
        return None;
    }
    typos(wanted, word, typos_max).map(|typos| 1 + typos)
}

/// Letters that are wrong, missing, too many or swapped, if at most so many; `word` may go on.
fn typos(wanted: &str, word: &str, max: u32) -> Option<u32> {
    let wanted: Vec<char> = wanted.chars().collect();
    let room = wanted.len() + max as usize;
    let word: Vec<char> = word.chars().take(room).collect();
    if word.len() + (max as usize) < wanted.len() {
        return None;
    }
    let mut before: Vec<u32> = Vec::new();
    let mut above: Vec<u32> = (0..).take(word.len() + 1).collect();
    for (row, letter) in wanted.iter().enumerate() {
        let mut here = Vec::with_capacity(word.len() + 1);
        here.push(above[0] + 1);
        for (column, other) in word.iter().enumerate() {
            let replaced = above[column] + u32::from(letter != other);
            let mut least = replaced.min(above[column + 1] + 1).min(here[column] + 1);
            let swapped =
                row > 0 && column > 0 && wanted[row - 1] == *other && word[column - 1] == *letter;
            if swapped {
                least = least.min(before[column - 1] + 1);
            }
            here.push(least);
        }
        if here.iter().min() > Some(&max) {
            return None;
        }
        before = std::mem::replace(&mut above, here);
    }
    let least = above.into_iter().min()?;
    (least <= max).then_some(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wanted: &str, expected: &[u32]) {
        let texts = [
            "Hemoglobin A1c",
            "Análisis de sangre",
            "Lisinopril 10 mg tablet",
            "Lisinopril 20 mg tablet",
            "Penicillin",
        ];
        let words = Words::of(texts.map(str::to_owned).into_iter());
        let mut found = words.find(&folded_words(wanted));
        found.arrange_by_key(|(place, misfit)| (*misfit, *place));
        let places: Vec<_> = found.into_iter().map(|(place, _)| place).collect();
        assert_eq!(places, expected, "{wanted}");
    }

    #[test]
    fn a_word_is_found_by_its_beginning_and_with_a_typo() {
        check("lisinopril", &[2, 3]);
        check("LISIN", &[2, 3]);
        check("lisinorpil", &[2, 3]);
        check("lisnopril 20", &[3]);
        check("penicilin", &[4]);
        check("analisis", &[1]);
        check("hemaglobin", &[0]);
        check("hemoglobina", &[0]);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        check("metformin", &[]);
        check("lisinopril penicillin", &[]);
        // A typo in a number would be another dose.
        check("30", &[]);
        check("", &[]);
        check("xyz", &[]);
    }
}
