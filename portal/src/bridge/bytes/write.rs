//! Writes a value as bytes.

use std::fmt::{self, Display};

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::{FOLLOWS, NOTHING, SKIPPED, SOMETHING};

pub fn to_bytes(value: &impl Serialize) -> Vec<u8> {
    let mut writer = Writer(Vec::new());
    match value.serialize(&mut writer) {
        Ok(()) => writer.0,
        Err(never) => match never {},
    }
}

struct Writer(Vec<u8>);

/// Writing into memory does not fail, and no type of the bridge refuses to be written.
#[derive(Debug)]
enum Never {}

impl Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl serde::ser::Error for Never {
    fn custom<T: Display>(_: T) -> Self {
        panic!("a type of the bridge refuses to be written")
    }
}

impl Writer {
    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    fn number(&mut self, mut number: u64) {
        while number > 0x7f {
            self.0.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.0.push(number.to_le_bytes()[0]);
    }

    /// The sign goes last, so that small negative numbers are short too.
    fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)).cast_unsigned());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}

macro_rules! values {
    ($($method:ident: $type:ty => |$writer:ident, $value:ident| $write:expr;)+) => {
        $(fn $method(self, $value: $type) -> Result<(), Never> {
            let $writer = self;
            $write;
            Ok(())
        })+
    };
}

/// What has parts writes them one after the other.
macro_rules! opens {
    ($($method:ident($($variant:ident)?; $($rest:ty),*);)+) => {
        $(fn $method(
            self, _: &'static str, $($variant: u32, _: &'static str,)? $(_: $rest),*
        ) -> Result<Self, Never> {
            $(self.number(u64::from($variant));)?
            Ok(self)
        })+
    };
}

impl Serializer for &mut Writer {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    values! {
        serialize_bool: bool => |writer, value| writer.0.push(u8::from(value));
        serialize_u8: u8 => |writer, value| writer.number(u64::from(value));
        serialize_u16: u16 => |writer, value| writer.number(u64::from(value));
        serialize_u32: u32 => |writer, value| writer.number(u64::from(value));
        serialize_u64: u64 => |writer, value| writer.number(value);
        serialize_u128: u128 => |writer, value| writer.0.extend_from_slice(&value.to_le_bytes());
        serialize_i8: i8 => |writer, value| writer.signed(i64::from(value));
        serialize_i16: i16 => |writer, value| writer.signed(i64::from(value));
        serialize_i32: i32 => |writer, value| writer.signed(i64::from(value));
        serialize_i64: i64 => |writer, value| writer.signed(value);
        serialize_f32: f32 => |writer, value| writer.0.extend_from_slice(&value.to_le_bytes());
        serialize_f64: f64 => |writer, value| writer.0.extend_from_slice(&value.to_le_bytes());
        serialize_char: char => |writer, value| writer.number(u64::from(value));
        serialize_str: &str => |writer, value| writer.bytes(value.as_bytes());
        serialize_bytes: &[u8] => |writer, value| writer.bytes(value);
    }
    opens! {
        serialize_tuple_struct(; usize);
        serialize_tuple_variant(variant; usize);
        serialize_struct(; usize);
        serialize_struct_variant(variant; usize);
    }

    fn is_human_readable(&self) -> bool {
        false
    }
    fn serialize_none(self) -> Result<(), Never> {
        self.0.push(NOTHING);
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        self.0.push(SOMETHING);
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Never> {
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        Ok(())
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
    ) -> Result<(), Never> {
        self.number(u64::from(variant));
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.number(u64::from(variant));
        value.serialize(self)
    }
    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Never> {
        self.number(length.expect("a list of the bridge knows its length") as u64);
        Ok(self)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self, Never> {
        Ok(self)
    }
    fn serialize_map(self, length: Option<usize>) -> Result<Self, Never> {
        self.serialize_seq(length)
    }
}

macro_rules! parts {
    ($($of:ident: $method:ident),+ $(,)?) => {$(
        impl $of for &mut Writer {
            type Ok = ();
            type Error = Never;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
                value.serialize(&mut **self)
            }
            fn end(self) -> Result<(), Never> { Ok(()) }
        }
    )+};
}

macro_rules! fields {
    ($($of:ident),+) => {$(
        impl $of for &mut Writer {
            type Ok = ();
            type Error = Never;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self, _: &'static str, value: &T,
            ) -> Result<(), Never> {
                self.0.push(FOLLOWS);
                value.serialize(&mut **self)
            }
            fn skip_field(&mut self, _: &'static str) -> Result<(), Never> {
                self.0.push(SKIPPED);
                Ok(())
            }
            fn end(self) -> Result<(), Never> { Ok(()) }
        }
    )+};
}

parts! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}
fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for &mut Writer {
    type Ok = ();
    type Error = Never;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Never> {
        key.serialize(&mut **self)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        value.serialize(&mut **self)
    }
    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}
