//! Words and where they stand, so that a search over everything looks at each different word once
//! and never at the texts.

use super::table::Table;

/// A mistyped letter is forgiven in words of this length and more, a second one in longer ones.
const ONE_TYPO_CHARS: usize = 4;
const TWO_TYPOS_CHARS: usize = 8;
/// Longer ones are no words; they would only make the comparison slow.
const WORD_CHARS_MAX: usize = 40;

/// How well a text fits; less is better.
pub type Misfit = u32;

/// The words of numbered texts.
#[derive(Clone, Default)]
pub struct Words {
    /// Each different word, and in which texts it stands, in rising order.
    words: Table,
    texts: u32,
}

impl Words {
    /// Counts one more text, which is all of these pieces together.
    pub fn add<'a>(&mut self, pieces: impl IntoIterator<Item = &'a str>) {
        self.begin();
        for piece in pieces {
            self.put(piece);
        }
    }

    /// Begins one more text.
    pub fn begin(&mut self) {
        self.texts += 1;
    }

    /// A piece of the text that was begun last.
    pub fn put(&mut self, piece: &str) {
        each_word(piece, &mut |word| {
            let word = self.words.place_of(word);
            self.stands(word);
        });
    }

    /// The word stands in the text that was begun last.
    pub fn stands(&mut self, word: usize) {
        let text = self.texts.saturating_sub(1);
        let texts = self.words.numbers_at(word);
        if texts.last() != Some(&text) {
            texts.push(text);
        }
    }

    /// By what the words of a piece are named to `stands`, without that they stand anywhere yet.
    pub fn named(&mut self, piece: &str, take: &mut dyn FnMut(usize)) {
        each_word(piece, &mut |word| take(self.words.place_of(word)));
    }

    #[cfg(test)]
    pub fn listed(&self) -> crate::ordered::BTreeMap<String, Vec<u32>> {
        self.words.all().iter().cloned().collect()
    }

    /// The texts in which every one of these words stands, begins a word, or stands with a typo.
    pub fn find(&self, wanted: &[String]) -> Vec<(u32, Misfit)> {
        let mut sums: Option<Vec<Option<Misfit>>> = None;
        for wanted in wanted {
            let mut best: Vec<Option<Misfit>> = vec![None; self.texts as usize];
            for (word, places) in self.words.all() {
                let Some(misfit) = misfit(wanted, word) else {
                    continue;
                };
                for place in places {
                    let best = &mut best[*place as usize];
                    *best = Some(best.map_or(misfit, |best| best.min(misfit)));
                }
            }
            if let Some(before) = sums {
                let both = best.iter_mut().zip(before);
                both.for_each(|(best, sum)| *best = best.and_then(|best| Some(best + sum?)));
            }
            sums = Some(best);
        }
        let found = (0..).zip(sums.unwrap_or_default());
        found.filter_map(|(place, misfit)| Some((place, misfit?))).collect()
    }
}

/// A text's words without case and accents: "Análisis" is found by "analisis".
pub fn folded_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_word(text, &mut |word| words.push(word.to_owned()));
    words
}

fn each_word(text: &str, take: &mut dyn FnMut(&str)) {
    let mut folded = String::new();
    for word in text.split(|letter: char| !letter.is_alphanumeric()) {
        let is_long = word.len() > WORD_CHARS_MAX && word.chars().count() > WORD_CHARS_MAX;
        if word.is_empty() || is_long {
            continue;
        }
        folded.clear();
        if word.is_ascii() {
            folded.push_str(word);
            folded.make_ascii_lowercase();
        } else {
            folded.extend(word.chars().flat_map(char::to_lowercase).map(without_accent));
        }
        take(&folded);
    }
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
    use crate::arrange::Arrange;
    use crate::ordered::BTreeMap;

    fn check(wanted: &str, expected: &[u32]) {
        let texts = [
            "Hemoglobin A1c",
            "Análisis de sangre",
            "Lisinopril 10 mg tablet",
            "Lisinopril 20 mg tablet",
            "Penicillin",
        ];
        let mut words = Words::default();
        texts.iter().for_each(|text| words.add([*text]));
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

    #[test]
    fn every_word_of_many_is_found_where_it_stands() {
        let mut words = Words::default();
        let mut expected: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for text in 0..3_000_u32 {
            let own = [format!("w{}", text % 1_000), format!("x{}", text * 7 % 13)];
            words.add([&*own.join(", "), "of all"]);
            for word in own.into_iter().chain(["of".to_owned()]) {
                expected.entry(word).or_default().push(text);
            }
        }
        for (word, texts) in expected {
            let exact = words.find(&[word]).into_iter().filter(|(_, misfit)| *misfit == 0);
            assert_eq!(exact.map(|(text, _)| text).collect::<Vec<_>>(), texts);
        }
    }
}
