//! Reading JSON as it comes: a wrong type, a missing field, a single value where a list belongs or
//! a key that stands twice never fails, it only leaves less to see. Everything borrows from the
//! text, and a number keeps the digits it was written with.

use std::borrow::Cow;

use crate::json::{Kind, Value};

/// Elements of one list that are looked at. Far above what any resource means to say.
const MANY_MAX: usize = 10_000;

/// A piece of text; blank text is no text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text<'a>(Option<Cow<'a, str>>);

impl Text<'_> {
    pub fn said(&self) -> Option<&str> {
        let text = self.0.as_deref()?.trim();
        (!text.is_empty()).then_some(text)
    }

    pub fn is(&self, word: &str) -> bool {
        self.said() == Some(word)
    }

    pub fn is_one_of(&self, words: &[&str]) -> bool {
        self.said().is_some_and(|text| words.contains(&text))
    }

    pub fn owned(&self) -> Option<String> {
        self.said().map(str::to_owned)
    }
}

/// A list, of which a single value is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Many<T>(pub Vec<T>);

/// A value exactly as it is written in the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Raw<'a>(Option<Value<'a>>);

/// A number with the digits it was written with. Text that is a number is one too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Number<'a>(Option<&'a str>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> std::ops::Deref for Many<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a> Raw<'a> {
    pub fn value(&self) -> Option<Value<'a>> {
        self.0
    }

    pub fn text(&self) -> Option<&'a str> {
        self.0.map(Value::written)
    }
}

impl<'a> Number<'a> {
    pub fn said(&self) -> Option<&'a str> {
        self.0
    }
}

/// What reads itself from whatever is there.
pub trait Lenient<'a>: Default {
    /// Becomes what the value says, whatever it was before.
    fn put(&mut self, value: Value<'a>);

    /// Whether a piece of text, where a list of these belongs, is one of them.
    fn is_text() -> bool {
        false
    }

    fn of(value: Value<'a>) -> Self {
        let mut read = Self::default();
        read.put(value);
        read
    }
}

/// Makes a struct that reads itself from whatever is there. Unknown keys are passed over; of a key
/// that stands twice the last one counts, as in JavaScript.
macro_rules! view {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $key:literal),+ $(,)? }
    )+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name<'a> { $($(#[$field_doc])* pub $field: $type),+ }

        impl<'a> $crate::fhir::lenient::Lenient<'a> for $name<'a> {
            fn put(&mut self, value: $crate::json::Value<'a>) {
                #[expect(non_camel_case_types, reason = "they are the names of the fields")]
                enum Place { $($field),+ }
                *self = Self::default();
                $crate::fhir::lenient::each_known(value, &[$($key),+], &mut |place, value| {
                    $(if place == Place::$field as usize {
                        $crate::fhir::lenient::Lenient::put(&mut self.$field, value);
                    })+
                });
            }
        }
    )+};
}
pub(crate) use view;

/// Names the place of each key that is known. Of a list where one thing belongs the first is the
/// best there is; lists in lists say nothing.
pub fn each_known<'a>(value: Value<'a>, keys: &[&str], put: &mut dyn FnMut(usize, Value<'a>)) {
    let mut one = value;
    if value.kind() == Kind::List {
        value.each_element(&mut |first| {
            one = first;
            false
        });
    }
    one.each_field(&mut |key, value| {
        if let Some(place) = keys.iter().position(|known| *known == key) {
            put(place, value);
        }
    });
}

impl<'a> Lenient<'a> for Text<'a> {
    fn put(&mut self, value: Value<'a>) {
        let written = value.written();
        self.0 = match value.kind() {
            Kind::Text => value.text(),
            Kind::Truth => Some(Cow::Borrowed(written)),
            // A number with a fraction is for `Number`; one of many digits is no number of things.
            Kind::Number => {
                let whole = written.parse::<i64>().is_ok() || written.parse::<u64>().is_ok();
                (whole && written != "-0").then_some(Cow::Borrowed(written))
            }
            Kind::Null | Kind::List | Kind::Map => None,
        };
    }

    fn is_text() -> bool {
        true
    }
}

impl<'a, T: Lenient<'a>> Lenient<'a> for Many<T> {
    fn put(&mut self, value: Value<'a>) {
        self.0.clear();
        match value.kind() {
            Kind::List => value.each_element(&mut |element| {
                self.0.push(T::of(element));
                self.0.len() < MANY_MAX
            }),
            Kind::Map => self.0.push(T::of(value)),
            Kind::Text if T::is_text() => self.0.push(T::of(value)),
            Kind::Text | Kind::Null | Kind::Truth | Kind::Number => {}
        }
    }
}

impl<'a> Lenient<'a> for Raw<'a> {
    fn put(&mut self, value: Value<'a>) {
        self.0 = Some(value);
    }
}

impl<'a> Lenient<'a> for Number<'a> {
    fn put(&mut self, value: Value<'a>) {
        let raw = value.written();
        let text = match raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) {
            Some(quoted) => quoted.trim(),
            None => raw,
        };
        self.0 = crate::fhir::decimal::Decimal::read(text).map(|_| text);
    }
}

#[cfg(test)]
mod tests {
    use super::{Lenient, MANY_MAX, Many, Number, Text};
    use crate::json::Value;

    fn text(json: &str) -> Option<String> {
        Text::of(Value::read(json).unwrap()).owned()
    }

    fn texts(json: &str) -> Vec<Option<String>> {
        let many = Many::<Text<'_>>::of(Value::read(json).unwrap());
        many.iter().map(Text::owned).collect()
    }

    #[test]
    fn text_is_what_reads_as_text_without_being_changed() {
        for (json, said) in [
            ("\" a \\u00e9 \"", Some("a é")),
            ("true", Some("true")),
            ("5", Some("5")),
            ("-5", Some("-5")),
            ("18446744073709551615", Some("18446744073709551615")),
            ("18446744073709551616", None),
            ("-0", None),
            ("1.0", None),
            ("1e3", None),
            ("\"  \"", None),
            ("null", None),
            ("[\"a\"]", None),
            ("{\"a\":\"b\"}", None),
        ] {
            assert_eq!(text(json).as_deref(), said, "{json}");
        }
    }

    #[test]
    fn a_single_value_is_a_list_of_one() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(texts("[\"a\",null,3,[\"b\"]]"), [some("a"), None, some("3"), None]);
        assert_eq!(texts("\"a\""), [some("a")]);
        assert_eq!(texts("{}"), [None]);
        assert_eq!(texts("null"), []);
        assert_eq!(texts("3"), []);
        let long = format!("[{}0]", "0,".repeat(MANY_MAX));
        assert_eq!(texts(&long).len(), MANY_MAX);
    }

    #[test]
    fn a_number_keeps_its_digits() {
        for (json, said) in
            [("7.00", Some("7.00")), ("\" 7.10 \"", Some("7.10")), ("\"7,1\"", None), ("[7]", None)]
        {
            assert_eq!(Number::of(Value::read(json).unwrap()).said(), said, "{json}");
        }
    }
}
