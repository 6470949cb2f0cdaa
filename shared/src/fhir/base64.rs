//! Base64 (RFC 4648, §4): as it is written plainly, and as some programs write it into JSON: broken into
//! lines, with escapes that nobody asked for, or with the letters that are for addresses (§5).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |place| u32::from(chunk.get(place).copied().unwrap_or(0));
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// Nothing if encoding would give another text.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut values = [None; 256];
    for (value, letter) in (0..).zip(ALPHABET) {
        values[usize::from(*letter)] = Some(value);
    }
    let digits = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for chunk in digits.chunks(4) {
        let mut bits: u32 = 0;
        for digit in chunk {
            let value: u32 = values[usize::from(*digit)]?;
            bits = (bits << 6) | value;
        }
        bits <<= 6 * (4 - chunk.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    (encode(&bytes) == text).then_some(bytes)
}

/// How a text stands for base64 where it is not the plain way: what is written for three letters, and
/// what ends a line of so many columns.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Form<'a> {
    slash: &'a str,
    plus: &'a str,
    equals: &'a str,
    line: &'a str,
    /// Nothing is broken if there are none.
    columns: usize,
    /// The last line ends as all others do.
    ends: bool,
}

/// What a text between the quotes of JSON stands for, and its form unless it is the plain one. Nothing
/// if writing it in that form would give another text.
pub fn read(text: &str) -> Option<(Vec<u8>, Option<String>)> {
    if let Some(bytes) = decode(text) {
        return Some((bytes, None));
    }
    let (plain, form) = Form::of(text)?;
    let bytes = decode(&plain)?;
    (form.write(&plain) == text).then(|| (bytes, Some(form.text())))
}

/// Bytes in a form that `read` found. Nothing if it is no form.
pub fn write(bytes: &[u8], form: Option<&str>) -> Option<String> {
    let plain = encode(bytes);
    match form {
        None => Some(plain),
        Some(form) => Some(Form::named(form)?.write(&plain)),
    }
}

impl<'a> Form<'a> {
    const PLAIN: Form<'static> =
        Form { slash: "/", plus: "+", equals: "=", line: "", columns: 0, ends: false };

    /// The plain letters of a text, and how it writes them.
    fn of(text: &'a str) -> Option<(String, Self)> {
        let (mut plain, mut form) = (String::with_capacity(text.len() + 3), Self::PLAIN);
        let (mut rest, mut line) = (text, 0..0);
        while let Some(first) = rest.chars().next() {
            let length = match rest.as_bytes() {
                [b'\\', b'u', ..] => 6,
                [b'\\', ..] => 2,
                _ => first.len_utf8(),
            };
            let start = text.len() - rest.len();
            let (token, after) = rest.split_at_checked(length)?;
            rest = after;
            match meant(token)? {
                '/' | '_' => {
                    form.slash = token;
                    plain.push('/');
                }
                '+' | '-' => {
                    form.plus = token;
                    plain.push('+');
                }
                '=' => {
                    form.equals = token;
                    plain.push('=');
                }
                '\r' | '\n' => {
                    if form.columns == 0 {
                        (form.columns, line) = (plain.len(), start..start);
                    }
                    if plain.len() == form.columns {
                        line.end = start + length;
                    }
                    form.ends = rest.is_empty();
                }
                letter => plain.push(letter),
            }
        }
        form.line = text.get(line)?;
        if plain.len() % 4 != 0 {
            form.equals = "";
            plain.extend(std::iter::repeat_n('=', 4 - plain.len() % 4));
        }
        Some((plain, form))
    }

    fn write(&self, plain: &str) -> String {
        let mut text = String::with_capacity(plain.len());
        for (place, letter) in plain.char_indices() {
            if self.columns > 0 && place > 0 && place % self.columns == 0 {
                text.push_str(self.line);
            }
            match letter {
                '/' => text.push_str(self.slash),
                '+' => text.push_str(self.plus),
                '=' => text.push_str(self.equals),
                letter => text.push(letter),
            }
        }
        if self.ends {
            text.push_str(self.line);
        }
        text
    }

    /// As it is stored; never changes. None of its parts has a comma.
    fn text(&self) -> String {
        let Self { slash, plus, equals, line, columns, ends } = self;
        format!("{slash},{plus},{equals},{line},{columns},{}", u8::from(*ends))
    }

    fn named(text: &'a str) -> Option<Self> {
        let mut parts = text.split(',');
        let mut part = || parts.next();
        let (slash, plus, equals, line) = (part()?, part()?, part()?, part()?);
        let (columns, ends) = (part()?.parse().ok()?, part()? == "1");
        Some(Self { slash, plus, equals, line, columns, ends })
    }
}

/// The letter that a piece of a JSON text stands for.
fn meant(token: &str) -> Option<char> {
    match token {
        "\\/" => Some('/'),
        "\\r" => Some('\r'),
        "\\n" => Some('\n'),
        _ => match token.strip_prefix("\\u") {
            Some(digits) => char::from_u32(u32::from_str_radix(digits, 16).ok()?),
            None => token.chars().next(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_every_length_is_its_own_inverse() {
        for length in 0..70_u8 {
            let bytes: Vec<u8> = (0..length).map(|place| place.wrapping_mul(37)).collect();
            assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
        for not_canonical in ["A", "AB", "AB=", "AB==", "A===", "AAA", "AA=A", "AAAA=", "A AA"] {
            assert_eq!(decode(not_canonical), None, "{not_canonical}");
        }
        assert_eq!(decode("AA=="), Some(vec![0]));
    }
}
