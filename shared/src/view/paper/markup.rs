//! The words of HTML and of clinical documents (C-CDA), without anything that could act.

use super::Block;

/// What stands between these is never for reading.
const NOT_TEXT: [&str; 7] = ["script", "style", "head", "template", "noscript", "svg", "object"];
/// Each begins and ends a line of its own.
const LINES: [&str; 16] = [
    "p",
    "div",
    "br",
    "section",
    "article",
    "paragraph",
    "list",
    "ul",
    "ol",
    "table",
    "blockquote",
    "pre",
    "hr",
    "dl",
    "dd",
    "caption",
];
const HEADINGS: [&str; 8] = ["h1", "h2", "h3", "h4", "h5", "h6", "title", "dt"];

pub(super) fn html(text: &str) -> Vec<Block> {
    let mut writer = Writer::default();
    let mut skipped: Option<String> = None;
    walk(text, |piece| match (piece, &skipped) {
        (Piece::Close(name), Some(until)) if name == *until => skipped = None,
        (_, Some(_)) => {}
        (Piece::Open(name), None) if NOT_TEXT.contains(&name.as_str()) => skipped = Some(name),
        (piece, None) => writer.take(piece),
    });
    writer.end()
}

/// Only titles and narratives: what is coded beside them says the same for machines (C-CDA R2.1).
pub(super) fn clinical_document(text: &str) -> Vec<Block> {
    let mut writer = Writer::default();
    let mut inside: Option<String> = None;
    let mut coded = false;
    walk(text, |piece| match (piece, inside.as_deref()) {
        (Piece::Open(name), None) if name == "entry" => coded = true,
        (Piece::Close(name), None) if name == "entry" => coded = false,
        (_, None) if coded => {}
        (Piece::Open(name), None) if name == "text" || name == "title" => {
            writer.take(Piece::Open(name.clone()));
            inside = Some(name);
        }
        (Piece::Close(name), Some(until)) if name == until => {
            writer.take(Piece::Close(name));
            inside = None;
        }
        (piece, Some(_)) => writer.take(piece),
        (_, None) => {}
    });
    writer.end()
}

enum Piece {
    Open(String),
    Close(String),
    Words(String),
}

/// Every tag and the words between them. What is not a tag after all is words.
fn walk(text: &str, mut hear: impl FnMut(Piece)) {
    let mut rest = text;
    while !rest.is_empty() {
        let Some(start) = rest.find('<') else {
            hear(Piece::Words(decoded(rest)));
            return;
        };
        if start > 0 {
            hear(Piece::Words(decoded(&rest[..start])));
        }
        let after = &rest[start + 1..];
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        if let Some(data) = after.strip_prefix("![CDATA[") {
            let end = data.find("]]>").unwrap_or(data.len());
            hear(Piece::Words(data[..end].to_owned()));
            rest = data.get(end + 3..).unwrap_or_default();
            continue;
        }
        let is_tag =
            after.starts_with(|next: char| next.is_ascii_alphabetic() || "/!?".contains(next));
        if !is_tag {
            hear(Piece::Words("<".to_owned()));
            rest = after;
            continue;
        }
        let end = end_of_tag(after);
        tag(&after[..end], &mut hear);
        rest = after.get(end + 1..).unwrap_or_default();
    }
}

/// A `>` inside of quotes ends nothing.
fn end_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (place, letter) in text.char_indices() {
        match (letter, quote) {
            ('"' | '\'', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            ('>', None) => return place,
            _ => {}
        }
    }
    text.len()
}

fn tag(inside: &str, hear: &mut impl FnMut(Piece)) {
    let (closes, inside) = match inside.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (false, inside),
    };
    let is_name = |letter: &char| letter.is_ascii_alphanumeric() || ":-_".contains(*letter);
    let name: String = inside.chars().take_while(is_name).collect();
    // A prefix of a name space says nothing here.
    let name = name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
    if name.is_empty() {
        return;
    }
    if closes {
        hear(Piece::Close(name));
        return;
    }
    hear(Piece::Open(name.clone()));
    if inside.trim_end().ends_with('/') {
        hear(Piece::Close(name));
    }
}

fn decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        let end = after.find(';').filter(|end| *end <= 10);
        match end.and_then(|end| Some((entity(&after[..end])?, end))) {
            Some((letter, end)) => {
                decoded.push(letter);
                rest = &after[end + 1..];
            }
            None => {
                decoded.push('&');
                rest = after;
            }
        }
    }
    decoded + rest
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|letter| !letter.is_control() || *letter == '\n');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "deg" => '°',
        "micro" | "mu" => 'µ',
        "plusmn" => '±',
        "le" => '≤',
        "ge" => '≥',
        "ndash" => '–',
        "mdash" => '—',
        "rsquo" => '’',
        "lsquo" => '‘',
        "ldquo" => '“',
        "rdquo" => '”',
        "bull" => '•',
        "hellip" => '…',
        "frac12" => '½',
        "times" => '×',
        "aacute" => 'á',
        "eacute" => 'é',
        "iacute" => 'í',
        "oacute" => 'ó',
        "uacute" => 'ú',
        "ntilde" => 'ñ',
        _ => return None,
    })
}

#[derive(Default)]
struct Writer {
    blocks: Vec<Block>,
    words: String,
    heading: bool,
    item: bool,
    row: Option<Vec<String>>,
}

impl Writer {
    fn take(&mut self, piece: Piece) {
        match piece {
            Piece::Words(words) => self.words.push_str(&words),
            Piece::Open(name) => match name.as_str() {
                "tr" => {
                    self.flush();
                    self.row = Some(Vec::new());
                }
                "td" | "th" => self.words.clear(),
                "li" | "item" => {
                    self.flush();
                    self.item = true;
                }
                name if HEADINGS.contains(&name) => {
                    self.flush();
                    self.heading = true;
                }
                name if LINES.contains(&name) => self.flush(),
                _ => {}
            },
            Piece::Close(name) => match name.as_str() {
                "td" | "th" => self.cell(),
                "tr" => self.end_row(),
                "li" | "item" => {
                    self.flush();
                    self.item = false;
                }
                name if HEADINGS.contains(&name) => {
                    self.flush();
                    self.heading = false;
                }
                name if LINES.contains(&name) || name == "text" => {
                    self.flush();
                    self.item &= !matches!(name, "ul" | "ol" | "list");
                }
                _ => {}
            },
        }
    }

    fn said(&mut self) -> String {
        let words = std::mem::take(&mut self.words);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn flush(&mut self) {
        // Inside of a table a new line is only a space.
        if self.row.is_some() {
            self.words.push(' ');
            return;
        }
        let said = self.said();
        if said.is_empty() {
            return;
        }
        self.blocks.push(match (self.heading, self.item) {
            (true, _) => Block::Heading(said),
            (false, true) => Block::Item(said),
            (false, false) => Block::Text(said),
        });
    }

    fn cell(&mut self) {
        let said = self.said();
        if let Some(row) = &mut self.row {
            row.push(said);
        }
    }

    fn end_row(&mut self) {
        let row = self.row.take().unwrap_or_default();
        if row.iter().any(|cell| !cell.is_empty()) {
            self.blocks.push(Block::Row(row));
        }
    }

    fn end(mut self) -> Vec<Block> {
        self.end_row();
        self.flush();
        self.blocks
    }
}
