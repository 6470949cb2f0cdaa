//! JSON that is looked at where it stands: a value is a piece of the text. Nothing here is generic
//! over what is read, so that a new view of a resource costs its keys and hardly any code, and
//! nothing recurses, so that depth costs no stack.

mod scan;
#[cfg(test)]
mod tests;
mod typed;
mod write;

use std::borrow::Cow;

use self::scan::Scan;
pub use self::typed::{from_fields, from_text};
pub use self::write::{to_text, write_text};

/// A value as it is written, with nothing around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value<'a>(&'a str);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Null,
    Truth,
    Number,
    Text,
    List,
    Map,
}

impl<'a> Value<'a> {
    /// Nothing if the text is not JSON (RFC 8259) from its beginning to its end.
    pub fn read(text: &'a str) -> Option<Self> {
        let mut scan = Scan::new(text);
        let value = scan.value()?;
        scan.skip_blank();
        scan.is_at_end().then_some(Self(value))
    }

    /// Of text that was read in full before: reading it again would say the same.
    pub fn read_before(text: &'a str) -> Self {
        Self(text)
    }

    pub fn written(self) -> &'a str {
        self.0
    }

    pub fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'{') => Kind::Map,
            Some(b'[') => Kind::List,
            Some(b'"') => Kind::Text,
            Some(b't' | b'f') => Kind::Truth,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(_) | None => Kind::Null,
        }
    }

    /// Each field of a map in its order, one that stands twice twice.
    pub fn each_field(self, take: &mut dyn FnMut(&str, Value<'a>)) {
        self.each_named(&mut |name, value| take(&name, value));
    }

    fn each_named(self, take: &mut dyn FnMut(Cow<'a, str>, Value<'a>)) {
        let mut take = |name, value| take(unescaped(inside(name)), Value(value));
        let _ends_where_the_value_does = Scan::known(self.0).fields(Scan::known_value, &mut take);
    }

    /// Each element of a list, for as long as the taker wants more.
    pub fn each_element(self, take: &mut dyn FnMut(Value<'a>) -> bool) {
        let mut scan = Scan::known(self.0);
        if !scan.eat(b'[') {
            return;
        }
        while let Some(value) = scan.known_value() {
            if !take(Value(value)) || !scan.eat(b',') {
                return;
            }
        }
    }

    /// What a piece of text says; nothing if it is something else.
    pub fn text(self) -> Option<Cow<'a, str>> {
        (self.kind() == Kind::Text).then(|| unescaped(inside(self.0)))
    }
}

/// Reads a text in full and names each field of its map on the way, where reading it and then looking
/// for its fields would read it twice. Nothing if the text is not a map.
pub fn read_fields<'a>(text: &'a str, take: &mut dyn FnMut(Cow<'a, str>, Value<'a>)) -> Option<()> {
    let mut scan = Scan::new(text);
    scan.fields(Scan::value, &mut |name, value| take(unescaped(inside(name)), Value(value)))?;
    scan.skip_blank();
    scan.is_at_end().then_some(())
}

/// What stands between the quotes.
fn inside(quoted: &str) -> &str {
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default()
}

/// Half of a surrogate pair is no character; U+FFFD stands for it.
fn unescaped(content: &str) -> Cow<'_, str> {
    if !content.as_bytes().contains(&b'\\') {
        return Cow::Borrowed(content);
    }
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    let mut escape = content.find('\\');
    while let Some(place) = escape {
        let (before, after) = rest.split_at(place);
        text.push_str(before);
        let mut letters = after.chars();
        let _backslash = letters.next();
        let letter = match letters.next() {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let (letter, length) = hexadecimal(letters.as_str());
                letters = letters.as_str().get(length..).unwrap_or_default().chars();
                letter
            }
            Some(itself) => itself,
            None => char::REPLACEMENT_CHARACTER,
        };
        text.push(letter);
        rest = letters.as_str();
        escape = rest.find('\\');
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// The character after `\u`, and how many bytes of the text it took.
fn hexadecimal(text: &str) -> (char, usize) {
    let unit = |text: &str| u32::from_str_radix(text.get(..4).unwrap_or_default(), 16).ok();
    let first = unit(text).unwrap_or_default();
    if (0xd800..0xdc00).contains(&first) {
        let second = text.get(4..).and_then(|rest| rest.strip_prefix("\\u")).and_then(unit);
        if let Some(second) = second.filter(|second| (0xdc00..0xe000).contains(second)) {
            let pair = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            return (char::from_u32(pair).unwrap_or(char::REPLACEMENT_CHARACTER), 10);
        }
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 4)
}
