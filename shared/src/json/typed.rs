//! Reads the core's own types, with serde's derived code and a small reader of our own: the usual
//! one brings its descriptions of errors, its numbers and a copy of itself for each type.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::vec::IntoIter;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::{Kind, Value};

/// Nothing if the text is not JSON, or not such a thing.
pub fn from_text<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    T::deserialize(Typed(Value::read(text)?)).ok()
}

/// The same of a map whose fields were read already.
pub fn from_fields<'a, T: Deserialize<'a>>(fields: Vec<(Cow<'a, str>, Value<'a>)>) -> Option<T> {
    T::deserialize(MapAccessDeserializer::new(Fields::of(fields))).ok()
}

#[derive(Clone, Copy)]
struct Typed<'a>(Value<'a>);

/// The value is something else than its type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unfit;

impl Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not of this type")
    }
}

impl std::error::Error for Unfit {}

/// Serde would describe at length what is wrong; nobody would read it.
impl serde::de::Error for Unfit {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn missing_field(_: &'static str) -> Self {
        Self
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

impl<'a> Typed<'a> {
    fn text(self) -> Result<Cow<'a, str>, Unfit> {
        self.0.text().ok_or(Unfit)
    }

    fn truth(self) -> Result<bool, Unfit> {
        match self.0.written() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Unfit),
        }
    }

    fn whole(self) -> Result<u64, Unfit> {
        self.0.written().parse().map_err(|_| Unfit)
    }

    fn signed(self) -> Result<i64, Unfit> {
        self.0.written().parse().map_err(|_| Unfit)
    }

    fn elements(self) -> Result<Elements<'a>, Unfit> {
        let mut elements = Vec::new();
        self.0.each_element(&mut |element| {
            elements.push(element);
            true
        });
        if self.0.kind() == Kind::List { Ok(Elements(elements.into_iter())) } else { Err(Unfit) }
    }

    fn fields(self) -> Result<Fields<'a>, Unfit> {
        let mut fields = Vec::new();
        self.0.each_named(&mut |name, value| fields.push((name, value)));
        if self.0.kind() == Kind::Map { Ok(Fields::of(fields)) } else { Err(Unfit) }
    }
}

macro_rules! values {
    ($($method:ident: $visit:ident($read:ident)),+ $(,)?) => {
        $(fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
            visitor.$visit(self.$read()?)
        })+
    };
}

impl<'a> Deserializer<'a> for Typed<'a> {
    type Error = Unfit;

    values! {
        deserialize_bool: visit_bool(truth),
        deserialize_u8: visit_u64(whole), deserialize_u16: visit_u64(whole),
        deserialize_u32: visit_u64(whole), deserialize_u64: visit_u64(whole),
        deserialize_i8: visit_i64(signed), deserialize_i16: visit_i64(signed),
        deserialize_i32: visit_i64(signed), deserialize_i64: visit_i64(signed),
        deserialize_seq: visit_seq(elements), deserialize_map: visit_map(fields),
    }

    /// Says what it is by itself.
    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0.kind() {
            Kind::Null => visitor.visit_unit(),
            Kind::Truth => visitor.visit_bool(self.truth()?),
            Kind::Number => visitor.visit_i64(self.signed()?),
            Kind::Text => self.deserialize_str(visitor),
            Kind::List => visitor.visit_seq(self.elements()?),
            Kind::Map => visitor.visit_map(self.fields()?),
        }
    }
    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.text()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }
    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_str(visitor)
    }
    fn deserialize_identifier<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_str(visitor)
    }
    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if self.0.kind() == Kind::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }
    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }
    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_tuple<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(self.elements()?)
    }
    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_map(self.fields()?)
    }
    /// `"name"`, or `{"name": what comes with it}`.
    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        let (name, with) = match self.0.kind() {
            Kind::Text => (self.text()?, None),
            Kind::Null | Kind::Truth | Kind::Number | Kind::List | Kind::Map => {
                let mut fields = self.fields()?.fields;
                let (name, with) = fields.next().ok_or(Unfit)?;
                if fields.next().is_some() {
                    return Err(Unfit);
                }
                (name, Some(Typed(with)))
            }
        };
        visitor.visit_enum(Variant { name, with })
    }

    serde::forward_to_deserialize_any! {
        <V: Visitor<'a>>
        i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple_struct
    }
}

struct Elements<'a>(IntoIter<Value<'a>>);

impl<'a> SeqAccess<'a> for Elements<'a> {
    type Error = Unfit;

    fn next_element_seed<S: DeserializeSeed<'a>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unfit> {
        self.0.next().map(|element| seed.deserialize(Typed(element))).transpose()
    }
}

struct Fields<'a> {
    fields: IntoIter<(Cow<'a, str>, Value<'a>)>,
    /// Of the name that was asked for last.
    value: Option<Value<'a>>,
}

impl<'a> Fields<'a> {
    fn of(fields: Vec<(Cow<'a, str>, Value<'a>)>) -> Self {
        Self { fields: fields.into_iter(), value: None }
    }
}

impl<'a> MapAccess<'a> for Fields<'a> {
    type Error = Unfit;

    fn next_key_seed<S: DeserializeSeed<'a>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unfit> {
        let Some((name, value)) = self.fields.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(IntoDeserializer::<Unfit>::into_deserializer(&*name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value, Unfit> {
        seed.deserialize(Typed(self.value.take().ok_or(Unfit)?))
    }
}

struct Variant<'a> {
    name: Cow<'a, str>,
    with: Option<Typed<'a>>,
}

impl<'a> EnumAccess<'a> for Variant<'a> {
    type Error = Unfit;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'a>>(self, seed: S) -> Result<(S::Value, Self), Unfit> {
        let name = IntoDeserializer::<Unfit>::into_deserializer(&*self.name);
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'a> VariantAccess<'a> for Variant<'a> {
    type Error = Unfit;

    /// Whatever comes with it: a variant of a newer version stands for `other` with all it brings.
    fn unit_variant(self) -> Result<(), Unfit> {
        Ok(())
    }
    fn newtype_variant_seed<S: DeserializeSeed<'a>>(self, seed: S) -> Result<S::Value, Unfit> {
        seed.deserialize(self.with.ok_or(Unfit)?)
    }
    fn tuple_variant<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(self.with.ok_or(Unfit)?.elements()?)
    }
    fn struct_variant<V: Visitor<'a>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_map(self.with.ok_or(Unfit)?.fields()?)
    }
}
