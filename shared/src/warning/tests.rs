//! Single sentences here; four hundred messages a language in `labelled.rs`.

use super::*;

fn codes(text: &str) -> Vec<&'static str> {
    signs(text).into_iter().map(|sign| sign.code).collect()
}

#[test]
fn a_sign_comes_with_the_words_that_show_it() {
    let found = signs("Hi, refill please. Also my chest has been really tight since noon.");
    assert_eq!(found, [Sign { code: "chest_pain", words: "chest has been really tight".into() }]);
}

#[test]
fn case_accents_apostrophes_and_one_wrong_letter_do_not_matter() {
    for text in
        ["CHEST PAIN", "cheast pain", "I can’t breathe", "me duele el pécho", "dolr en el pecho"]
    {
        assert!(!codes(text).is_empty(), "{text}");
    }
}

#[test]
fn a_denial_is_no_sign_and_ends_with_its_clause() {
    assert!(codes("I have not had any chest pain").is_empty());
    assert!(codes("sin dolor de pecho desde ayer").is_empty());
    assert_eq!(codes("No fever, but chest pain all night"), ["chest_pain"]);
    assert_eq!(codes("no puedo dormir, me duele el pecho"), ["chest_pain"]);
    assert_eq!(codes("No puedo respirar"), ["breathing"]);
}

#[test]
fn another_time_and_the_names_of_things_are_no_signs() {
    assert!(codes("My father had a stroke years ago").is_empty());
    assert!(!codes("Used the epi pen, felt better, now my throat is closing again").is_empty());
    assert!(codes("tuve convulsiones de niño").is_empty());
    assert!(codes("When is the chest pain clinic open?").is_empty());
}

#[test]
fn what_stands_beside_a_sign_does_not_hide_it() {
    for (text, code) in [
        ("I want to report crushing chest pain", "chest_pain"),
        ("They did blood tests today and now I have crushing chest pain", "chest_pain"),
        ("crushing chest pain at present", "chest_pain"),
        ("tengo la nuca rígida y fiebre alta y estoy confundido", "infection"),
        ("my wife died last month and I want to kill myself", "self_harm"),
        ("I used to be fine and now I can't breathe", "breathing"),
        ("When should I come in, I can't breathe", "breathing"),
        ("my chest hurts and it spreads to my back in waves", "chest_pain"),
    ] {
        assert!(codes(text).contains(&code), "{text}: {:?}", codes(text));
    }
    assert!(codes("tuve un derrame hace 3 años creo").is_empty());
    assert!(codes("No thoughts of hurting myself").is_empty());
}

#[test]
fn a_long_text_of_signs_that_are_none_is_read_in_time() {
    let long = "last month chest pain ".repeat(1_000);
    assert!(codes(&long).is_empty(), "one sentence, told of last month");
}

#[test]
fn a_reading_is_a_sign_and_a_count_is_not() {
    assert_eq!(codes("my sugar is 41 and I feel odd"), ["blood_sugar"]);
    assert_eq!(codes("glucosa en 2,4"), ["blood_sugar"]);
    assert!(codes("sugar strips, 50 strips a month please").is_empty());
    assert!(codes("my sugar was 140 today").is_empty());
}

#[test]
fn nothing_and_anything_can_be_scanned() {
    for text in ["", " ", "'", "....", "🙂🙂", "ß", "1,", ",1", "no", "\u{301}\u{301}"] {
        assert!(codes(text).is_empty(), "{text:?}");
    }
    let long = "chest ".repeat(20_000) + "pain";
    assert!(codes(&long).is_empty(), "a text without an end is read up to a limit");
}

#[test]
fn every_line_of_the_list_can_be_read() {
    for line in SIGNS.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let rule = Rule::read(line).unwrap_or_else(|| panic!("{line}"));
        for word in rule.groups.iter().flatten() {
            assert!(!word.trim().is_empty() && word.is_ascii(), "{word:?} of {line}");
        }
    }
}
