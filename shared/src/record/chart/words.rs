//! Words and where they stand, so that a search over everything looks at each different word once
//! and never at the texts.

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
    words: Vec<(String, Vec<u32>)>,
    /// Places in that list by the hash of the word: more than half of them empty, each word at the
    /// first free one from its own on. A map by order would compare a dozen words to find each.
    table: Vec<Option<u32>>,
    texts: u32,
}

impl Words {
    /// Counts one more text, which is all of these pieces together.
    pub fn add<'a>(&mut self, pieces: impl IntoIterator<Item = &'a str>) {
        let text = self.texts;
        self.texts += 1;
        for piece in pieces {
            each_word(piece, &mut |word| {
                let places = self.places_of(word);
                if places.last() != Some(&text) {
                    places.push(text);
                }
            });
        }
    }

    fn places_of(&mut self, word: &str) -> &mut Vec<u32> {
        if self.words.len() * 2 >= self.table.len() {
            self.grow();
        }
        let slot = self.slot(word);
        let place = match self.table[slot] {
            Some(place) => place,
            None => {
                let place = u32::try_from(self.words.len()).expect("a text has fewer words");
                self.words.push((word.to_owned(), Vec::new()));
                *self.table[slot].insert(place)
            }
        };
        &mut self.words[place as usize].1
    }

    /// Where the word stands in the table, or would.
    fn slot(&self, word: &str) -> usize {
        let last = self.table.len() - 1;
        let mut slot = hash(word) as usize & last;
        while self.table[slot].is_some_and(|place| self.words[place as usize].0 != word) {
            slot = (slot + 1) & last;
        }
        slot
    }

    fn grow(&mut self) {
        let slots = (self.table.len() * 2).max(64);
        self.table = vec![None; slots];
        for (place, (word, _)) in (0..).zip(&self.words) {
            let slot = self.slot(word);
            self.table[slot] = Some(place);
        }
    }

    /// The texts in which every one of these words stands, begins a word, or stands with a typo.
    pub fn find(&self, wanted: &[String]) -> Vec<(u32, Misfit)> {
        let mut sums: Option<Vec<Option<Misfit>>> = None;
        for wanted in wanted {
            let mut best: Vec<Option<Misfit>> = vec![None; self.texts as usize];
            for (word, places) in &self.words {
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

/// FNV-1a (Fowler, Noll, Vo): short, and enough for words.
fn hash(word: &str) -> u64 {
    let mix = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    word.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}

/// A text's words without case and accents: "Análisis" is found by "analisis".
pub fn folded_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_word(text, &mut |word| words.push(word.to_owned()));
    words
}

fn each_word(text: &str, take: &mut dyn FnMut(&str)) {
    let (mut word, mut chars) = (String::new(), 0);
    for letter in text.chars().chain([' ']) {
        if letter.is_ascii_lowercase() || letter.is_ascii_digit() {
            word.push(letter);
            chars += 1;
        } else if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase().map(without_accent));
            chars += 1;
        } else if chars > 0 {
            if chars <= WORD_CHARS_MAX {
                take(&word);
            }
            word.clear();
            chars = 0;
        }
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
