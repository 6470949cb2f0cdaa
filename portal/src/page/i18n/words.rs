//! Messages: `words::home_hello("Rosa")`. The functions are generated from `locales/*.json`.

use super::{Language, current, number, plural_form};

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// Explicit marks that turn the direction of the words between them.
const TURN: char = '\u{202e}';
const TURN_BACK: char = '\u{202c}';

/// The plain name of a test and what it is about, by its LOINC code.
pub(crate) fn test(loinc: &str) -> Option<String> {
    let place = TESTS.binary_search_by_key(&loinc, |(code, _)| code).ok()?;
    Some(plain(TESTS[place].1))
}

fn plain(texts: [&'static str; 2]) -> String {
    shown(chosen(texts).to_owned())
}

fn filled(texts: [&'static str; 2], values: &[(&str, &str)]) -> String {
    shown(fill(chosen(texts), values))
}

fn plural(count: u32, forms: &[&[(&str, &'static str)]; 2], values: &[(&str, &str)]) -> String {
    let form = plural_form(count);
    let forms = chosen(*forms);
    let of = |wanted: &str| forms.iter().find(|(form, _)| *form == wanted).map(|(_, text)| *text);
    let text = of(&form).or_else(|| of("other")).expect("the build checks that `other` is there");
    let count = number(count);
    let mut values = values.to_vec();
    values.push(("count", &count));
    shown(fill(text, &values))
}

fn chosen<T: Copy>(texts: [T; 2]) -> T {
    match current() {
        Language::English | Language::Mirrored => texts[0],
        Language::Spanish => texts[1],
    }
}

fn shown(text: String) -> String {
    match current() {
        Language::English | Language::Spanish => text,
        Language::Mirrored => format!("{TURN}{text}{TURN_BACK}"),
    }
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').expect("the build checks the braces");
        filled.push_str(before);
        let value = values.iter().find(|(known, _)| *known == name);
        filled.push_str(value.expect("the signature holds every parameter").1);
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::super::{Language, switch_to};
    use super::{fill, plain};

    #[test]
    fn values_take_the_place_of_their_names() {
        assert_eq!(fill("{a} and {b}, {a}", &[("a", "x"), ("b", "{a}")]), "x and {a}, x");
    }

    #[test]
    fn the_mirror_is_english_turned_around() {
        switch_to(Language::Mirrored);
        assert_eq!(plain(["Home", "Inicio"]), "\u{202e}Home\u{202c}");
    }
}
