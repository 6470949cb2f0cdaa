//! Writes the core's own types as JSON.

use std::fmt::{self, Display, Write};

use serde::Serialize;
use serde::ser::{
    Impossible, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

pub fn to_text(value: &impl Serialize) -> String {
    let mut writer = Writer(String::new());
    match value.serialize(&mut writer) {
        Ok(()) => writer.0,
        Err(never) => match never {},
    }
}

/// A piece of text as JSON, with its quotes.
pub fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        let escaped = match letter {
            '"' => '"',
            '\\' => '\\',
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\0'..' ' => {
                let code = u32::from(letter);
                write!(out, "\\u{code:04x}").expect("writing into memory does not fail");
                continue;
            }
            plain => {
                out.push(plain);
                continue;
            }
        };
        out.push('\\');
        out.push(escaped);
    }
    out.push('"');
}

struct Writer(String);

/// Writing into memory does not fail, and none of our types refuses to be written.
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
        panic!("a stored type refuses to be written")
    }
}

impl Writer {
    fn text(&mut self, text: &str) {
        write_text(&mut self.0, text);
    }

    /// A comma, unless this is the first of the list or map.
    fn comma(&mut self) {
        if !self.0.ends_with(['[', '{']) {
            self.0.push(',');
        }
    }

    fn name(&mut self, name: &str) {
        self.comma();
        self.text(name);
        self.0.push(':');
    }

    fn open(&mut self, variant: Option<&str>, bracket: char) -> Open<'_> {
        if let Some(variant) = variant {
            self.0.push('{');
            self.name(variant);
        }
        self.0.push(bracket);
        let close = match (bracket, variant) {
            ('[', None) => "]",
            ('[', Some(_)) => "]}",
            (_, None) => "}",
            (_, Some(_)) => "}}",
        };
        Open { writer: self, close }
    }
}

/// A list or a map that is being written.
struct Open<'w> {
    writer: &'w mut Writer,
    close: &'static str,
}

macro_rules! numbers {
    ($($method:ident: $type:ty),+) => {
        $(fn $method(self, value: $type) -> Result<(), Never> {
            write!(self.0, "{value}").expect("writing into memory does not fail");
            Ok(())
        })+
    };
}

/// What no stored type holds.
macro_rules! never_stored {
    ($($method:ident: $type:ty),+) => {
        $(fn $method(self, _: $type) -> Result<(), Never> {
            panic!("no stored type holds this")
        })+
    };
}

impl<'w> Serializer for &'w mut Writer {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Open<'w>;
    type SerializeTuple = Open<'w>;
    type SerializeTupleStruct = Open<'w>;
    type SerializeTupleVariant = Open<'w>;
    type SerializeMap = Impossible<(), Never>;
    type SerializeStruct = Open<'w>;
    type SerializeStructVariant = Open<'w>;

    numbers!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);
    numbers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);
    never_stored!(serialize_f32: f32, serialize_f64: f64, serialize_bytes: &[u8]);

    fn serialize_bool(self, value: bool) -> Result<(), Never> {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }
    fn serialize_char(self, value: char) -> Result<(), Never> {
        self.text(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }
    fn serialize_str(self, value: &str) -> Result<(), Never> {
        self.text(value);
        Ok(())
    }
    fn serialize_none(self) -> Result<(), Never> {
        self.serialize_unit()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Never> {
        self.0.push_str("null");
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Never> {
        self.text(variant);
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
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.0.push('{');
        self.name(variant);
        value.serialize(&mut *self)?;
        self.0.push('}');
        Ok(())
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'w>, Never> {
        Ok(self.open(None, '['))
    }
    fn serialize_tuple(self, _: usize) -> Result<Open<'w>, Never> {
        Ok(self.open(None, '['))
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'w>, Never> {
        Ok(self.open(None, '['))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'w>, Never> {
        Ok(self.open(Some(variant), '['))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Never> {
        panic!("no stored type is a map")
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'w>, Never> {
        Ok(self.open(None, '{'))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'w>, Never> {
        Ok(self.open(Some(variant), '{'))
    }
}

macro_rules! parts {
    ($($of:ident: $method:ident($($name:ident)?)),+ $(,)?) => {$(
        impl $of for Open<'_> {
            type Ok = ();
            type Error = Never;
            fn $method<T: Serialize + ?Sized>(
                &mut self, $($name: &'static str,)? value: &T,
            ) -> Result<(), Never> {
                parts!(@before self $($name)?);
                value.serialize(&mut *self.writer)
            }
            fn end(self) -> Result<(), Never> {
                self.writer.0.push_str(self.close);
                Ok(())
            }
        }
    )+};
    (@before $self:ident) => { $self.writer.comma() };
    (@before $self:ident $name:ident) => { $self.writer.name($name) };
}

parts! {
    SerializeSeq: serialize_element(),
    SerializeTuple: serialize_element(),
    SerializeTupleStruct: serialize_field(),
    SerializeTupleVariant: serialize_field(),
    SerializeStruct: serialize_field(name),
    SerializeStructVariant: serialize_field(name),
}
