//! Reading JSON as it comes: a wrong type, a missing field, a single value where a list belongs or
//! a key that stands twice never fails, it only leaves less to see. Everything borrows from the
//! text, and a number keeps the digits it was written with.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

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
#[derive(Debug, Clone, Copy, Default)]
pub struct Raw<'a>(pub Option<&'a RawValue>);

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

impl PartialEq for Raw<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl<'a> Raw<'a> {
    pub fn text(&self) -> Option<&'a str> {
        self.0.map(RawValue::get)
    }
}

impl<'a> Number<'a> {
    pub fn said(&self) -> Option<&'a str> {
        self.0
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

        impl<'a> $crate::fhir::lenient::View<'a> for $name<'a> {
            fn take<M: serde::de::MapAccess<'a>>(
                &mut self, key: &str, map: &mut M,
            ) -> Result<(), M::Error> {
                match key {
                    $($key => self.$field = map.next_value()?,)+
                    _ => { map.next_value::<serde::de::IgnoredAny>()?; }
                }
                Ok(())
            }
        }

        impl<'a> serde::Deserialize<'a> for $name<'a> {
            fn deserialize<D: serde::Deserializer<'a>>(from: D) -> Result<Self, D::Error> {
                $crate::fhir::lenient::read_view(from)
            }
        }
    )+};
}
pub(crate) use view;

/// What `view!` makes: takes the value of one key out of a map.
pub trait View<'de>: Default {
    fn take<M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<(), M::Error>;
}

pub fn read_view<'de, V: View<'de>, D: Deserializer<'de>>(from: D) -> Result<V, D::Error> {
    from.deserialize_any(ViewVisitor(PhantomData))
}

struct ViewVisitor<V>(PhantomData<V>);
struct TextVisitor;
struct ManyVisitor<T>(PhantomData<T>);

/// Whatever else may stand there says nothing.
macro_rules! scalars_say_nothing {
    ($($method:ident: $type:ty),+) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("anything") }
        fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok(Default::default()) }
        $(fn $method<E>(self, _: $type) -> Result<Self::Value, E> { Ok(Default::default()) })+
    };
}

impl<'de, V: View<'de>> Visitor<'de> for ViewVisitor<V> {
    type Value = V;
    scalars_say_nothing!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<V, M::Error> {
        let mut view = V::default();
        while let Some(Key(key)) = map.next_key()? {
            view.take(&key, &mut map)?;
        }
        Ok(view)
    }

    /// Of a list where one thing belongs the first is the best there is.
    fn visit_seq<S: SeqAccess<'de>>(self, mut all: S) -> Result<V, S::Error> {
        let first = all.next_element::<OneView<V>>()?;
        while all.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first.map(|view| view.0).unwrap_or_default())
    }
}

struct OneView<V>(V);

impl<'de, V: View<'de>> Deserialize<'de> for OneView<V> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(MapOnly(PhantomData)).map(OneView)
    }
}

/// Lists in lists say nothing, so that their depth costs no stack.
struct MapOnly<V>(PhantomData<V>);

impl<'de, V: View<'de>> Visitor<'de> for MapOnly<V> {
    type Value = V;
    scalars_say_nothing!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<V, M::Error> {
        ViewVisitor(PhantomData).visit_map(map)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut all: S) -> Result<V, S::Error> {
        while all.next_element::<IgnoredAny>()?.is_some() {}
        Ok(V::default())
    }
}

struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Text(text) = from.deserialize_str(TextVisitor)?;
        Ok(Self(text.unwrap_or_default()))
    }
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TextVisitor)
    }
}

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Borrowed(if value { "true" } else { "false" }))))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(value.to_string()))))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(value.to_string()))))
    }
    /// A number with a fraction would come back rounded; where one is meant there is `Number`.
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Text(None))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Text(None))
    }
    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
    fn visit_seq<S: SeqAccess<'de>>(self, mut all: S) -> Result<Self::Value, S::Error> {
        while all.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}

/// What may stand alone where a list belongs.
pub trait Element<'de>: Deserialize<'de> + Default {
    fn from_map<M: MapAccess<'de>>(map: M) -> Result<Self, M::Error>;
    fn from_text(text: Cow<'de, str>) -> Option<Self>;
}

impl<'de, V: View<'de> + Deserialize<'de>> Element<'de> for V {
    fn from_map<M: MapAccess<'de>>(map: M) -> Result<Self, M::Error> {
        ViewVisitor(PhantomData).visit_map(map)
    }
    fn from_text(_: Cow<'de, str>) -> Option<Self> {
        None
    }
}

impl<'de> Element<'de> for Text<'de> {
    fn from_map<M: MapAccess<'de>>(map: M) -> Result<Self, M::Error> {
        TextVisitor.visit_map(map)
    }
    fn from_text(text: Cow<'de, str>) -> Option<Self> {
        Some(Self(Some(text)))
    }
}

impl<'de, T: Element<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ManyVisitor(PhantomData))
    }
}

impl<'de, T: Element<'de>> Visitor<'de> for ManyVisitor<T> {
    type Value = Many<T>;
    scalars_say_nothing!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64);

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Many(T::from_text(Cow::Borrowed(text)).into_iter().collect()))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        let text = Cow::Owned(text.to_owned());
        Ok(Many(T::from_text(text).into_iter().collect()))
    }
    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
        T::from_map(map).map(|one| Many(vec![one]))
    }
    fn visit_seq<S: SeqAccess<'de>>(self, mut all: S) -> Result<Self::Value, S::Error> {
        let mut many = Vec::new();
        while many.len() < MANY_MAX {
            match all.next_element()? {
                Some(one) => many.push(one),
                None => return Ok(Many(many)),
            }
        }
        while all.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Many(many))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        <&'a RawValue>::deserialize(from).map(|raw| Self(Some(raw)))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Number<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <&'a RawValue>::deserialize(from)?.get();
        let text = match raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) {
            Some(quoted) => quoted.trim(),
            None => raw,
        };
        let number = crate::fhir::decimal::Decimal::read(text).map(|_| text);
        Ok(Self(number))
    }
}
