//! The words, dates and numbers of every screen in the reader's language. One typed function per
//! message comes from the locales; a screen cannot ask for words that are missing.

pub(crate) mod notices;
pub(crate) mod reasons;
pub(crate) mod signs;
pub(crate) mod time;
pub(crate) mod words;

use std::cell::Cell;

use js_sys::{Array, Intl, JsString, Object, Reflect};
use shared::view::Spoken;
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    static CURRENT: Cell<Language> = const { Cell::new(Language::English) };
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Spanish,
    /// English mirrored, to see on every screen what a right-to-left language would do to it.
    Mirrored,
}

impl Language {
    /// What stands in `lang`, in the address and in storage.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Spanish => "es",
            Language::Mirrored => "ar-XB",
        }
    }

    pub(crate) const fn direction(self) -> &'static str {
        match self {
            Language::English | Language::Spanish => "ltr",
            Language::Mirrored => "rtl",
        }
    }

    /// The language of a code such as `es-MX`; nothing if we do not speak it.
    pub(crate) fn of_code(code: &str) -> Option<Self> {
        let is = |prefix: &str| code == prefix || code.starts_with(&format!("{prefix}-"));
        match code {
            _ if is("en") => Some(Language::English),
            _ if is("es") => Some(Language::Spanish),
            "ar-XB" => Some(Language::Mirrored),
            _ => None,
        }
    }
}

pub(crate) fn current() -> Language {
    CURRENT.get()
}

/// What the core made words of.
pub(crate) fn spoken(said: &Spoken) -> String {
    match current() {
        Language::Spanish => said.spanish.clone(),
        _ => said.english.clone(),
    }
}

/// Screens that were built before keep their words: whoever calls this builds them again.
pub(crate) fn switch_to(language: Language) {
    CURRENT.set(language);
    time::forget_formats();
}

/// The locale for `Intl`: the reader's own region where it speaks the chosen language.
fn locale(preferred: &[String]) -> String {
    let (code, fallback) = match current() {
        // The mirror is made of English words, so its dates are English too.
        Language::English | Language::Mirrored => ("en", "en-US"),
        Language::Spanish => ("es", "es-US"),
    };
    let own = preferred.iter().find(|locale| locale.split('-').next() == Some(code));
    own.cloned().unwrap_or_else(|| fallback.to_owned())
}

fn locale_array() -> Array {
    let locale = locale(&crate::page::ui::platform::languages());
    Array::of1(&JsValue::from_str(&locale))
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (key, value) in pairs {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&options, &JsValue::from_str(key), &JsValue::from_str(value));
    }
    options
}

/// A whole number as the reader's language writes it.
pub(crate) fn number(value: u32) -> String {
    let format = Intl::NumberFormat::new(&locale_array(), &Object::new());
    let text = format.format().call1(&JsValue::UNDEFINED, &JsValue::from(value));
    text.ok().and_then(|text| text.as_string()).unwrap_or_else(|| value.to_string())
}

/// For comparing without regard to capitals. The browser has Unicode's tables already.
pub(crate) fn in_small_letters(text: &str) -> String {
    JsString::from(text).to_lower_case().into()
}

/// CLDR's form for a count, `one` or `other` for example.
fn plural_form(value: u32) -> String {
    let rules = Intl::PluralRules::new(&locale_array(), &Object::new());
    String::from(rules.select(f64::from(value)).unchecked_into::<JsString>())
}

#[cfg(test)]
#[path = "../../build/messages.rs"]
mod messages;

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::messages::generate;
    use super::{Language, locale, switch_to};

    #[test]
    fn a_region_of_ours_keeps_its_dates_and_a_foreign_one_does_not() {
        switch_to(Language::Spanish);
        let of =
            |codes: &[&str]| locale(&codes.iter().map(|&code| code.into()).collect::<Vec<_>>());
        assert_eq!(of(&["de-DE", "es-MX"]), "es-MX");
        assert_eq!(of(&["en-GB"]), "es-US");
        switch_to(Language::English);
        assert_eq!(of(&["en-GB"]), "en-GB");
    }

    #[test]
    fn every_message_becomes_a_function_with_its_parameters() {
        let (code, words) = generate(
            r#"{ "brief.home.hello": "Hi, {name}", "clinic.by": "by {name}", "home.hello": "Hello, {name}", "new": { "one": "1 new", "other": "{count} new" }, "test.1-8": "Iron" }"#,
            r#"{ "brief.home.hello": "Eh, {name}", "clinic.by": "por {name}", "home.hello": "Hola, {name}", "new": { "other": "{count} nuevos" }, "test.1-8": "Hierro" }"#,
        )
        .unwrap();
        expect![[r#"
            /// `clinic.by`
            pub fn clinic_by(name: &str) -> String { filled(8, &[name]) }
            /// `home.hello`
            pub fn home_hello(name: &str) -> String { filled(1, &[name]) }
            /// `new`
            pub fn new(count: u32) -> String { plural(2, count, &[]) }
            const INSTEAD: [(usize, usize); 1] = [(1, 0)];
            const MESSAGES: usize = 3;
            const TESTS: usize = 1;
            const OF_STAFF: usize = 1;
            const PRINT: &str = "a279118e73137997";
        "#]]
        .assert_eq(&code);
        let english = "Hi, {0}\nHello, {0}\n1 new\t\t{#} new\n1-8\tIron\n";
        let spanish = "Eh, {0}\nHola, {0}\n\t\t{#} nuevos\n1-8\tHierro\n";
        assert_eq!(words.of_all, format!("a279118e73137997\n{english}{spanish}"));
        assert_eq!(words.of_staff, "by {0}\npor {0}\n");
    }

    #[test]
    fn words_of_staff_are_those_of_their_language() {
        switch_to(Language::Spanish);
        assert_eq!(super::words::clinic_born("4"), "Nació el 4");
        switch_to(Language::English);
        assert_eq!(super::words::clinic_born("4"), "Born 4");
        assert_eq!(super::words::action_back(), "Back");
    }

    #[test]
    fn a_wrong_locale_is_named_and_generates_nothing() {
        let wrong = |english: &str, spanish: &str| generate(english, spanish).unwrap_err();
        assert_eq!(wrong(r#"{"a": "A"}"#, "{}"), "es.json lacks the key `a`");
        assert_eq!(wrong("{}", r#"{"a": "A"}"#), "es.json has the unknown key `a`");
        assert_eq!(
            wrong(r#"{"a": "{x}"}"#, r#"{"a": "{y}"}"#),
            "the parameters of `a` differ between en.json and es.json"
        );
        assert_eq!(
            wrong(r#"{"a": "A"}"#, r#"{"a": {"other": "A"}}"#),
            "`a` has plural forms in one language only"
        );
        assert_eq!(
            wrong(r#"{"a": {"two": "A"}}"#, "{}"),
            "en.json: `a` is neither a text nor plural forms with `other`"
        );
    }
}
