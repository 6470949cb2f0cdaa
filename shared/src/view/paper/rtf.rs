//! The words of a text in RTF (Rich Text Format 1.9), as old systems write their notes.

/// Groups that say how it looks, or what it is made of.
const NOT_TEXT: [&str; 9] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "header",
    "footer",
    "object",
    "listtable",
];
/// Groups inside of groups; a file may be made to hurt.
const DEEP_MAX: usize = 200;

pub(super) fn text(source: &str) -> String {
    let mut said = String::new();
    // Whether each open group is for reading.
    let mut groups = vec![true];
    let mut rest = source;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        let reads = groups.last().copied().unwrap_or(false);
        match letter {
            '{' if groups.len() < DEEP_MAX => groups.push(reads),
            '{' => return said,
            '}' if groups.len() > 1 => drop(groups.pop()),
            '}' => {}
            '\\' => rest = control(rest, &mut groups, &mut said),
            '\r' | '\n' => {}
            letter if reads => said.push(letter),
            _ => {}
        }
    }
    said
}

fn control<'a>(rest: &'a str, groups: &mut [bool], said: &mut String) -> &'a str {
    let reads = groups.last().copied().unwrap_or(false);
    let Some(first) = rest.chars().next() else {
        return rest;
    };
    if !first.is_ascii_alphabetic() {
        return symbol(first, &rest[first.len_utf8()..], groups, said);
    }
    let end = rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let digits = after.find(|letter: char| !letter.is_ascii_digit() && letter != '-');
    let (number, mut after) = after.split_at(digits.unwrap_or(after.len()));
    after = after.strip_prefix(' ').unwrap_or(after);
    match word {
        word if NOT_TEXT.contains(&word) => {
            if let Some(group) = groups.last_mut() {
                *group = false;
            }
        }
        "par" | "line" | "row" | "sect" | "page" if reads => said.push('\n'),
        "tab" | "cell" if reads => said.push(' '),
        "u" if reads => {
            let code = number.parse::<i32>().unwrap_or_default();
            // Negative numbers are those above 32767.
            let code = u32::try_from(if code < 0 { code + 0x1_0000 } else { code });
            said.extend(code.ok().and_then(char::from_u32));
            // One letter for programs that know no Unicode follows.
            let mut letters = after.chars();
            if let Some(next) = letters.next().filter(|next| !"\\{}".contains(*next)) {
                after = &after[next.len_utf8()..];
            }
        }
        _ => {}
    }
    after
}

fn symbol<'a>(first: char, after: &'a str, groups: &mut [bool], said: &mut String) -> &'a str {
    let reads = groups.last().copied().unwrap_or(false);
    match first {
        '*' => {
            if let Some(group) = groups.last_mut() {
                *group = false;
            }
        }
        '\'' => {
            let Some(code) = after.get(..2) else {
                return after;
            };
            if let (true, Ok(code)) = (reads, u8::from_str_radix(code, 16)) {
                said.push(char::from(code));
            }
            return &after[2..];
        }
        '~' if reads => said.push(' '),
        '\\' | '{' | '}' if reads => said.push(first),
        '\r' | '\n' if reads => said.push('\n'),
        _ => {}
    }
    after
}
