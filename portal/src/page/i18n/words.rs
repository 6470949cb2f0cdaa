//! Messages: `words::home_hello("Rosa")`. The functions are generated from `locales/*.json`; the words
//! themselves, of all languages, are an asset that the boot script brings, because they weigh less
//! there and change without the program.

use std::cell::Cell;
use std::sync::OnceLock;

use super::{Language, current, number, plural_form};

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// Explicit marks that turn the direction of the words between them.
const TURN: char = '\u{202e}';
const TURN_BACK: char = '\u{202c}';

/// Every line of the asset after its first.
static LINES: OnceLock<Vec<&'static str>> = OnceLock::new();

/// Takes the words in, once, before the first screen. They have to be those of this very build:
/// others would say something else in the same places.
pub(crate) fn load(text: String) {
    LINES.get_or_init(|| lines(text.leak()));
}

fn lines(text: &'static str) -> Vec<&'static str> {
    let lines = text.strip_prefix(PRINT).expect("the words are of this build");
    lines.lines().skip(1).collect()
}

/// The plain name of a test and what it is about, by its LOINC code.
pub(crate) fn test(loinc: &str) -> Option<String> {
    let name = |place| line(place).strip_prefix(loinc)?.strip_prefix('\t');
    (MESSAGES..MESSAGES + TESTS).find_map(name).map(shown)
}

fn plain(place: usize) -> String {
    shown(line(place))
}

fn filled(place: usize, values: &[&str]) -> String {
    shown(&fill(line(place), values, ""))
}

fn plural(place: usize, count: u32, values: &[&str]) -> String {
    let mut forms = line(place).split('\t');
    let (one, many) = (forms.next().unwrap_or_default(), forms.next().unwrap_or_default());
    let other = forms.next().expect("the build checks that `other` is there");
    let text = match plural_form(count).as_str() {
        "one" if !one.is_empty() => one,
        "many" if !many.is_empty() => many,
        _ => other,
    };
    shown(&fill(text, values, &number(count)))
}

thread_local! {
    static KEEPS_NOTHING: Cell<bool> = const { Cell::new(false) };
}

/// From now on nothing is said to be on this device, or the other way round. Screens that were built
/// before keep their words.
pub(crate) fn say_that_nothing_is_kept(keeps_nothing: bool) {
    KEEPS_NOTHING.set(keeps_nothing);
}

fn line(place: usize) -> &'static str {
    let instead = || INSTEAD.iter().find(|(of, _)| *of == place).map(|(_, by)| *by);
    let place = KEEPS_NOTHING.get().then(instead).flatten().unwrap_or(place);
    // What staff read follows everything that patients read.
    let language = if place < 2 * (MESSAGES + TESTS) { MESSAGES + TESTS } else { OF_STAFF };
    let place = match current() {
        Language::English | Language::Mirrored => place,
        Language::Spanish => language + place,
    };
    loaded()[place]
}

#[cfg(target_arch = "wasm32")]
fn loaded() -> &'static [&'static str] {
    LINES.get().expect("the words were loaded before the first screen")
}

/// In tests the words lie beside the functions.
#[cfg(not(target_arch = "wasm32"))]
fn loaded() -> &'static [&'static str] {
    LINES.get_or_init(|| {
        lines(concat!(
            include_str!(concat!(env!("OUT_DIR"), "/messages.txt")),
            include_str!(concat!(env!("OUT_DIR"), "/clinic-messages.txt"))
        ))
    })
}

fn shown(text: &str) -> String {
    match current() {
        Language::English | Language::Spanish => text.to_owned(),
        Language::Mirrored => {
            [TURN.encode_utf8(&mut [0; 3]), text, TURN_BACK.encode_utf8(&mut [0; 3])].concat()
        }
    }
}

/// Puts values in the places of their numbers, and the count in its own.
fn fill(text: &str, values: &[&str], count: &str) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut parts = text.split('{');
    filled.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, behind) = part.split_once('}').expect("the build checks the braces");
        filled.push_str(match name.as_bytes() {
            [digit @ b'0'..=b'9'] => values[usize::from(digit - b'0')],
            _ => count,
        });
        filled.push_str(behind);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::super::{Language, switch_to};
    use super::{action_back, action_call, fill, say_that_nothing_is_kept, state_saved_here, test};

    #[test]
    fn values_take_the_place_of_their_numbers() {
        assert_eq!(fill("{0} and {1}, {0}: {#}", &["x", "{a}"], "7"), "x and {a}, x: 7");
    }

    #[test]
    fn each_language_has_its_own_words() {
        switch_to(Language::Spanish);
        assert_eq!(action_back(), "Atrás");
        assert_eq!(
            test("10834-0").as_deref(),
            Some("Globulina: Proteínas que combaten enfermedades")
        );
        assert_eq!(test("10834"), None);
        switch_to(Language::English);
        assert_eq!(action_call("Northside", "555"), "Call Northside, 555");
    }

    #[test]
    fn where_nothing_is_kept_nothing_is_said_to_be() {
        switch_to(Language::English);
        assert_eq!(state_saved_here(), "Saved on this phone");
        say_that_nothing_is_kept(true);
        assert_eq!(state_saved_here(), "Sending");
        assert_eq!(action_back(), "Back");
        say_that_nothing_is_kept(false);
    }

    #[test]
    fn the_mirror_is_english_turned_around() {
        switch_to(Language::Mirrored);
        assert_eq!(action_back(), "\u{202e}Back\u{202c}");
    }
}
