//! A text as words without case, accents and apostrophes, and whether one of them is meant by the
//! list.

use crate::fhir::decimal::Decimal;
use crate::record::chart::without_accent;

/// Shorter words have too many neighbours that mean something else.
const TYPO_CHARS_MIN: usize = 5;
/// One letter away from a word of the list, and words of their own.
const OWN_WORDS: &str = " shots shaking writing sighting month months heard block blank breaks beast cheat chess blind sweet swear \
    boat bloom hours heads worse worst words wards leave least cuenta cuento mando manda parte puesta \
    causa casa pasa bazar buena basta fuera falla fuerza hacer mujer morado mirar morir mover piensa \
    pista visto vistas plata plomo caldo lavar levar lengua ";
/// After these a number counts something else than a reading.
const COUNTED: &str = "day|days|unit|units|strip|strips|time|times|year|years|pm|am|percent|dias|dia|\
    unidades|unidad|tiras|veces|anos|ano|carbs|gram|grams|gramos|min|mins|minutes|minutos|weeks|week|\
    semanas|hours|horas|count|lbs|pounds|kilos|mg|mcg|lancets|pesos|dollars|refills|meses|months|lantus|ml";

pub(super) struct Word {
    pub text: String,
    /// Where it stands in the text.
    pub start: usize,
    pub end: usize,
    /// Counts sentences, and what stands between commas.
    pub sentence: u32,
    pub clause: u32,
}

pub(super) fn words(text: &str) -> Vec<Word> {
    let (mut words, mut sentence, mut clause) = (Vec::<Word>::new(), 0, 0);
    let mut open: Option<Word> = None;
    let mut letters = text.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        let end = place + letter.len_utf8();
        let next_is_digit = letters.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        match (&mut open, letter) {
            (Some(word), '\'' | '’' | '´' | '`') => word.end = end,
            (Some(word), '.' | ',') if word.is_number() && next_is_digit => word.text.push('.'),
            (_, letter) if letter.is_alphanumeric() => {
                let word = open.get_or_insert_with(|| Word {
                    text: String::new(),
                    start: place,
                    end,
                    sentence,
                    clause,
                });
                word.end = end;
                word.push(letter);
            }
            (_, mark) => {
                words.extend(open.take());
                clause += u32::from(matches!(mark, ',' | ';' | ':' | '(' | ')' | '-'));
                let ends = matches!(mark, '.' | '!' | '?' | '\n' | '¿' | '¡');
                (sentence, clause) = (sentence + u32::from(ends), clause + u32::from(ends));
            }
        }
        if open.as_ref().is_some_and(|word| ends_clause(&word.text))
            && letters.peek().is_none_or(|(_, next)| !next.is_alphanumeric())
        {
            clause += 1;
        }
    }
    words.extend(open);
    words
}

/// What follows these is another thing: a "no" before them says nothing about it.
fn ends_clause(word: &str) -> bool {
    matches!(word, "but" | "and" | "now" | "then" | "pero" | "aunque" | "y" | "ahora" | "luego")
}

impl Word {
    /// Letters that somebody leans on are one letter.
    fn push(&mut self, letter: char) {
        for letter in letter.to_lowercase().map(without_accent) {
            let twice = [letter, letter];
            let mut last = self.text.chars().rev();
            let leans = letter.is_alphabetic()
                && last.next() == Some(twice[0])
                && last.next() == Some(twice[1]);
            if !leans {
                self.text.push(letter);
            }
        }
    }

    fn is_number(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// The words of a text, found by how they begin: the list has thousands of alternatives, and a text
/// few words that begin like one of them.
pub(super) struct Text {
    pub words: Vec<Word>,
    /// All places; and of each first byte those of the words that begin with it.
    every: Vec<usize>,
    starts: Vec<Vec<usize>>,
}

impl Text {
    pub fn of(words: Vec<Word>) -> Self {
        let mut starts = vec![Vec::new(); 1 + usize::from(u8::MAX)];
        for (place, word) in words.iter().enumerate() {
            if let Some(first) = word.text.as_bytes().first() {
                starts[usize::from(*first)].push(place);
            }
        }
        Self { every: (0..words.len()).collect(), words, starts }
    }
}

/// Alternatives that mean the same.
pub(super) type Group = Vec<&'static str>;

pub(super) fn group(text: &'static str) -> Group {
    text.split('|').map(str::trim).collect()
}

/// Where one of these alternatives stands: its first and its last word.
pub(super) fn hits(group: &[&str], text: &Text) -> Vec<(usize, usize)> {
    all_hits(group, text, true)
}

/// The same, letter by letter: a word that changes what others mean must not be a mistyped other.
pub(super) fn exact_hits(group: &[&str], text: &Text) -> Vec<(usize, usize)> {
    all_hits(group, text, false)
}

fn all_hits(group: &[&str], text: &Text, typos: bool) -> Vec<(usize, usize)> {
    let Text { words, every, starts } = text;
    let mut hits = Vec::new();
    for alternative in group {
        let places = match alternative.as_bytes().first() {
            Some(b'#' | b'%') => every,
            // Even a mistyped word begins with the right letter.
            Some(first) => &starts[usize::from(*first)],
            None => continue,
        };
        for &place in places {
            let (word, more) = (&words[place], alternative.split('_').count() - 1);
            let follows = |(number, wanted): (usize, &str)| {
                // Within a phrase a number counts what the phrase says.
                let follower = words.get(place + number + 1).filter(|_| number == more);
                words.get(place + number).is_some_and(|word| is(wanted, word, follower, typos))
            };
            let one_breath = words.get(place + more).is_some_and(|last| last.clause == word.clause);
            if one_breath && alternative.split('_').enumerate().all(follows) {
                hits.push((place, place + more));
            }
        }
    }
    hits
}

/// Whether this word alone is one of these, letter by letter.
pub(super) fn fits(group: &str, word: &Word) -> bool {
    group.split('|').any(|wanted| is(wanted.trim(), word, None, false))
}

fn is(wanted: &str, word: &Word, follower: Option<&Word>, typos: bool) -> bool {
    if let Some(range) = wanted.strip_prefix('#') {
        return in_range(range, &word.text) && !follower.is_some_and(|next| fits(COUNTED, next));
    }
    if let Some(range) = wanted.strip_prefix('%') {
        return word.text.contains('.') && in_range(range, &word.text);
    }
    match wanted.strip_suffix('*') {
        Some(stem) => word.text.starts_with(stem),
        None => word.text == wanted || typos && is_mistyped(wanted, &word.text),
    }
}

fn in_range(range: &str, text: &str) -> bool {
    let Some((least, most)) = range.split_once('-') else { return false };
    match (Decimal::read(least), Decimal::read(most), Decimal::read(text)) {
        (Some(least), Some(most), Some(it)) => least <= it && it <= most,
        _ => false,
    }
}

/// One letter more, less, other, or two in each other's place.
fn is_mistyped(wanted: &str, word: &str) -> bool {
    let (one, two) = (wanted.as_bytes(), word.as_bytes());
    let is_long = one.len() >= TYPO_CHARS_MIN && two.len() + 1 >= TYPO_CHARS_MIN;
    if !is_long || one[0] != two[0] || one.len().abs_diff(two.len()) > 1 {
        return false;
    }
    if OWN_WORDS.split(' ').any(|own| own == word) {
        return false;
    }
    let same = one.iter().zip(two).take_while(|(one, two)| one == two).count();
    let (one, two) = (&one[same..], &two[same..]);
    let swapped = || {
        one.len() > 1
            && two.len() > 1
            && one[0] == two[1]
            && one[1] == two[0]
            && one[2..] == two[2..]
    };
    match (one, two) {
        ([], [_]) | ([_], []) => true,
        ([_, rest @ ..], two) if rest == two => true,
        (one, [_, rest @ ..]) if one == rest => true,
        ([_, rest @ ..], [_, other @ ..]) => rest == other || swapped(),
        _ => false,
    }
}
