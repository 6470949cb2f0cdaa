//! Reads a value from the bytes that `write` made.

use std::fmt::{self, Display};

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::{FOLLOWS, SKIPPED, SOMETHING};

/// The bytes are not of this release's making.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

pub fn from_bytes<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Unreadable> {
    let mut reader = Reader(bytes);
    let value = T::deserialize(&mut reader)?;
    if reader.0.is_empty() { Ok(value) } else { Err(Unreadable) }
}

struct Reader<'a>(&'a [u8]);

impl Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a message of this release")
    }
}

impl std::error::Error for Unreadable {}

/// Serde would describe at length what is wrong; nobody would read it.
impl serde::de::Error for Unreadable {
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
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Unreadable> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Unreadable)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const COUNT: usize>(&mut self) -> Result<[u8; COUNT], Unreadable> {
        self.take(COUNT)?.try_into().map_err(|_| Unreadable)
    }

    fn byte(&mut self) -> Result<u8, Unreadable> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u64, Unreadable> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Unreadable)
    }

    fn signed(&mut self) -> Result<i64, Unreadable> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn yes(&mut self) -> Result<bool, Unreadable> {
        Ok(self.byte()? != 0)
    }

    fn large(&mut self) -> Result<u128, Unreadable> {
        Ok(u128::from_le_bytes(self.array()?))
    }

    fn single(&mut self) -> Result<f32, Unreadable> {
        Ok(f32::from_le_bytes(self.array()?))
    }

    fn double(&mut self) -> Result<f64, Unreadable> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    fn char(&mut self) -> Result<char, Unreadable> {
        let number = u32::try_from(self.number()?).map_err(|_| Unreadable)?;
        char::from_u32(number).ok_or(Unreadable)
    }

    fn length(&mut self) -> Result<usize, Unreadable> {
        usize::try_from(self.number()?).map_err(|_| Unreadable)
    }

    fn bytes(&mut self) -> Result<&'a [u8], Unreadable> {
        let length = self.length()?;
        self.take(length)
    }

    fn text(&mut self) -> Result<&'a str, Unreadable> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Unreadable)
    }
}

macro_rules! values {
    ($($method:ident: $visit:ident($read:ident)),+ $(,)?) => {
        $(fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.$visit(self.$read()?)
        })+
    };
}

/// Nothing in the bytes says what they are.
macro_rules! unknown {
    ($($method:ident),+) => {
        $(fn $method<V: Visitor<'a>>(self, _: V) -> Result<V::Value, Unreadable> {
            Err(Unreadable)
        })+
    };
}

impl<'a> Deserializer<'a> for &mut Reader<'a> {
    type Error = Unreadable;

    values! {
        deserialize_bool: visit_bool(yes), deserialize_char: visit_char(char),
        deserialize_u8: visit_u64(number), deserialize_u16: visit_u64(number),
        deserialize_u32: visit_u64(number), deserialize_u64: visit_u64(number),
        deserialize_i8: visit_i64(signed), deserialize_i16: visit_i64(signed),
        deserialize_i32: visit_i64(signed), deserialize_i64: visit_i64(signed),
        deserialize_u128: visit_u128(large),
        deserialize_f32: visit_f32(single), deserialize_f64: visit_f64(double),
        deserialize_str: visit_borrowed_str(text), deserialize_string: visit_borrowed_str(text),
        deserialize_bytes: visit_borrowed_bytes(bytes),
        deserialize_byte_buf: visit_borrowed_bytes(bytes),
    }
    unknown!(deserialize_any, deserialize_ignored_any, deserialize_identifier);

    fn is_human_readable(&self) -> bool {
        false
    }
    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.byte()? == SOMETHING { visitor.visit_some(self) } else { visitor.visit_none() }
    }
    fn deserialize_unit<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }
    fn deserialize_unit_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }
    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let left = self.length()?;
        visitor.visit_seq(Parts { reader: self, left, of_struct: false })
    }
    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let left = self.length()?;
        visitor.visit_map(Parts { reader: self, left, of_struct: false })
    }
    fn deserialize_tuple<V: Visitor<'a>>(
        self,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_seq(Parts { reader: self, left, of_struct: false })
    }
    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_tuple(left, visitor)
    }
    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_seq(Parts { reader: self, left: fields.len(), of_struct: true })
    }
    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_enum(self)
    }
}

impl<'a> EnumAccess<'a> for &mut Reader<'a> {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'a>>(self, seed: S) -> Result<(S::Value, Self), Unreadable> {
        let variant = IntoDeserializer::<Unreadable>::into_deserializer(self.number()?);
        Ok((seed.deserialize(variant)?, self))
    }
}

impl<'a> VariantAccess<'a> for &mut Reader<'a> {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        Ok(())
    }
    fn newtype_variant_seed<S: DeserializeSeed<'a>>(self, seed: S) -> Result<S::Value, Unreadable> {
        seed.deserialize(self)
    }
    fn tuple_variant<V: Visitor<'a>>(self, length: usize, to: V) -> Result<V::Value, Unreadable> {
        self.deserialize_tuple(length, to)
    }
    fn struct_variant<V: Visitor<'a>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_struct("", fields, visitor)
    }
}

/// What is left of a list, a map or the fields of a struct.
struct Parts<'r, 'a> {
    reader: &'r mut Reader<'a>,
    left: usize,
    /// Each field of a struct says whether it is there; its type knows what stands for it then.
    of_struct: bool,
}

impl<'a> SeqAccess<'a> for Parts<'_, 'a> {
    type Error = Unreadable;

    fn next_element_seed<S: DeserializeSeed<'a>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unreadable> {
        if !self.is_next_there()? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'a> MapAccess<'a> for Parts<'_, 'a> {
    type Error = Unreadable;

    fn next_key_seed<S: DeserializeSeed<'a>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unreadable> {
        self.next_element_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value, Unreadable> {
        seed.deserialize(&mut *self.reader)
    }
}

impl Parts<'_, '_> {
    fn is_next_there(&mut self) -> Result<bool, Unreadable> {
        if self.left == 0 {
            return Ok(false);
        }
        self.left -= 1;
        if !self.of_struct {
            return Ok(true);
        }
        match self.reader.byte()? {
            SKIPPED => Ok(false),
            FOLLOWS => Ok(true),
            _ => Err(Unreadable),
        }
    }
}
