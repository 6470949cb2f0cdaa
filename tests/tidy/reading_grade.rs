//! Every sentence that a patient reads takes no more than seven years of school, in each language by
//! the formula made for it.
//!
//! English: Flesch-Kincaid grade (Kincaid and others 1975). Spanish: Crawford's years of school (1989)
//! for one sentence, and over all of them Fernández Huerta's ease (1959), of which 70 is the seventh
//! year. A formula says nothing of a label of two words, so a sentence has at least six.

use serde_json::Value;

use crate::tree::{File, finds, holds, repository, sample};

const GRADE_MAX: f64 = 7.0;
const EASE_MIN: f64 = 70.0;
const WORDS_MIN: usize = 6;
/// Staff have their own words, and the LOINC notice is a licence's.
const NOT_FOR_PATIENTS: [&str; 3] = ["clinic.", "components.", "loinc."];
/// Stands for what is put in: a name or a number.
const FILLED: &str = "two";
/// What has no plain word, counted as one of two syllables.
const MEDICAL: [&str; 6] =
    ["emergency", "medicine", "medicines", "medicamento", "medicamentos", "laboratorio"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    English,
    Spanish,
}

fn too_hard(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, language) in [
        ("portal/locales/en.json", Language::English),
        ("portal/locales/es.json", Language::Spanish),
    ] {
        let (mut words_of_all, mut syllables_of_all, mut sentences_of_all) = (0, 0, 0);
        for (key, text) in files.iter().filter(|file| file.path == path).flat_map(messages) {
            for sentence in sentences(&text) {
                let words = words(sentence);
                if words.len() < WORDS_MIN {
                    continue;
                }
                let syllables = words.iter().map(|word| syllables(word, language)).sum();
                let grade = grade(words.len(), syllables, language);
                if grade > GRADE_MAX {
                    findings.push(format!("{path}: `{key}`: grade {grade:.1}: {sentence}"));
                }
                words_of_all += words.len();
                syllables_of_all += syllables;
                sentences_of_all += 1;
            }
        }
        let ease = ease(words_of_all, syllables_of_all, sentences_of_all);
        if language == Language::Spanish && sentences_of_all > 0 && ease < EASE_MIN {
            findings.push(format!("{path}: all of it: ease {ease:.1}"));
        }
    }
    findings
}

/// What patients read, each form of a plural for itself.
fn messages(file: &File) -> Vec<(String, String)> {
    let all: Value = serde_json::from_str(file.text()).expect("a locale is JSON");
    let mut found = Vec::new();
    for (key, value) in all.as_object().into_iter().flatten() {
        if NOT_FOR_PATIENTS.iter().any(|prefix| key.starts_with(prefix)) {
            continue;
        }
        match value {
            Value::Object(forms) => {
                let texts = forms.values().filter_map(Value::as_str);
                found.extend(texts.map(|text| (key.clone(), filled(text))));
            }
            one => found.extend(one.as_str().map(|text| (key.clone(), filled(text)))),
        }
    }
    found
}

fn filled(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (_, behind) = after.split_once('}').expect("the build closes every brace");
        out.push_str(before);
        out.push_str(FILLED);
        rest = behind;
    }
    out + rest
}

fn sentences(text: &str) -> Vec<&str> {
    let ends = |mark: char| ".!?:".contains(mark);
    let mut found = Vec::new();
    let mut start = 0;
    for (at, mark) in text.char_indices().filter(|(_, mark)| ends(*mark)) {
        let end = at + mark.len_utf8();
        if text[end..].is_empty() || text[end..].starts_with(char::is_whitespace) {
            found.push(&text[start..end]);
            start = end;
        }
    }
    found.push(&text[start..]);
    found.into_iter().map(str::trim).collect()
}

fn words(sentence: &str) -> Vec<String> {
    let is_part = |letter: char| letter.is_alphanumeric() || "'’-".contains(letter);
    let words = sentence.split(|letter| !is_part(letter));
    let words = words.filter(|word| word.chars().any(char::is_alphanumeric));
    words.map(str::to_lowercase).collect()
}

fn grade(words: usize, syllables: usize, language: Language) -> f64 {
    let (words, syllables) = (words as f64, syllables as f64);
    match language {
        Language::English => 0.39 * words + 11.8 * syllables / words - 15.59,
        Language::Spanish => (4.9 * syllables - 20.5) / words - 3.407,
    }
}

fn ease(words: usize, syllables: usize, sentences: usize) -> f64 {
    let (words, syllables, sentences) = (words as f64, syllables as f64, sentences as f64);
    206.84 - 60.0 * syllables / words - 1.02 * words / sentences
}

fn syllables(word: &str, language: Language) -> usize {
    if MEDICAL.contains(&word) {
        return 2;
    }
    let count = match language {
        Language::English => in_english(word),
        Language::Spanish => in_spanish(word),
    };
    count.max(1)
}

/// Groups of vowels, without what is written and not said at the end.
fn in_english(word: &str) -> usize {
    let word = word.trim_end_matches("'s").trim_end_matches("’s");
    let is_vowel = |letter: char| "aeiouy".contains(letter);
    let (mut count, mut before) = (0, false);
    for letter in word.chars() {
        count += usize::from(is_vowel(letter) && !before);
        before = is_vowel(letter);
    }
    // Two vowels that are said apart: "diary, video, radio, usual".
    count += ["ia", "eo", "io", "ua"].iter().filter(|pair| apart(word, pair)).count();
    let stem = ["es", "ed", "e"].iter().find_map(|ending| word.strip_suffix(ending));
    let Some(stem) = stem.filter(|_| count > 1) else { return count };
    let last = stem.chars().next_back().unwrap_or('e');
    let is_said = match word.len() - stem.len() {
        // "little" has its vowel there, "free" has one already.
        1 => is_vowel(last) || (last == 'l' && !stem[..stem.len() - 1].ends_with(is_vowel)),
        // "pages, uses, washes" and "waited, needed".
        _ if word.ends_with("es") => is_vowel(last) || "sxzhcg".contains(last),
        _ => is_vowel(last) || "td".contains(last),
    };
    count - usize::from(!is_said)
}

fn apart(word: &str, pair: &str) -> bool {
    let together = ["tion", "sion", "cian", "cial", "tial", "gion", "peo", "quar", "gua"];
    word.contains(pair) && !together.iter().any(|part| word.contains(part))
}

/// A vowel each, but a weak one beside another has no syllable of its own.
fn in_spanish(word: &str) -> usize {
    let word = word.replace("que", "ke").replace("qui", "ki").replace("gue", "ge");
    let word = word.replace("gui", "gi");
    let strong = |letter: char| "aeoáéóíú".contains(letter);
    let is_vowel = |letter: char| strong(letter) || "iuü".contains(letter);
    let mut count = 0;
    let mut before: Option<char> = None;
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next() {
        let ends_in_y = letter == 'y' && letters.peek().is_none();
        if is_vowel(letter) {
            let joins = before.is_some_and(|before| !(strong(before) && strong(letter)));
            count += usize::from(!joins);
            before = Some(letter);
        } else if !ends_in_y || before.is_none() {
            count += usize::from(ends_in_y);
            before = None;
        }
    }
    count
}

#[test]
fn patients_read_what_seven_years_of_school_are_enough_for() {
    holds(&too_hard(&repository()));
}

#[test]
fn syllables_are_those_of_a_dictionary() {
    let counts: &[(&str, usize)] = &[
        ("phone", 1),
        ("saved", 1),
        ("waited", 2),
        ("pages", 2),
        ("little", 2),
        ("clinic", 2),
        ("before", 2),
        ("video", 3),
        ("information", 4),
        ("people", 2),
        ("agree", 2),
        ("connection", 3),
    ];
    for (word, count) in counts {
        assert_eq!(syllables(word, Language::English), *count, "{word}");
    }
    let counts: &[(&str, usize)] = &[
        ("teléfono", 4),
        ("aquí", 2),
        ("guerra", 2),
        ("día", 2),
        ("tiene", 2),
        ("leer", 2),
        ("muy", 1),
        ("y", 1),
        ("conexión", 3),
        ("guardado", 3),
    ];
    for (word, count) in counts {
        assert_eq!(syllables(word, Language::Spanish), *count, "{word}");
    }
}

#[test]
fn planted_sentences_are_found() {
    let hard =
        "{\"a\": \"Your practitioner will administer a prophylactic vaccination. Come in.\"}";
    let spanish = "{\"a\": \"Adminístrese inmediatamente la anticoagulación correspondiente al hospitalizado.\"}";
    let of_staff = "{\"clinic.a\": \"Administration necessitates individual authorization here.\"}";
    let plural = "{\"a\": {\"one\": \"Come in now.\", \"other\": \"Individual administration \
                  necessitates authorization of {count}.\"}}";
    let place = |at: &str| format!("portal/locales/{at}.json");
    finds(&too_hard(&sample(&[(&place("en"), hard)])), &["portal/locales/en.json: `a`"]);
    finds(&too_hard(&sample(&[(&place("en"), plural)])), &["portal/locales/en.json: `a`"]);
    finds(&too_hard(&sample(&[(&place("en"), of_staff)])), &[]);
    let places = ["portal/locales/es.json: `a`", "portal/locales/es.json: all"];
    finds(&too_hard(&sample(&[(&place("es"), spanish)])), &places);
}
