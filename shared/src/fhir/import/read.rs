//! Takes apart what was sent: a bundle of any type, one resource, or lines of them (NDJSON). Each
//! resource stays the very text that came; nothing is rewritten.

use serde_json::value::RawValue;

use crate::fhir::lenient::{Lenient, Text, view};
use crate::json::{Kind, Value};
use crate::time::{PartialDate, Timestamp};

/// Bundles inside bundles: real systems send a document inside a search result, and no more.
const BUNDLES_DEEP_MAX: u32 = 3;
/// Braces and brackets inside each other. Real resources stay under 20; a reader of JSON that
/// follows them with its stack may break.
pub const DEPTH_MAX: u32 = 128;
const BYTE_ORDER_MARK: char = '\u{feff}';
/// Entries of one input: several times what 512 MiB of real resources are. What is made of tiny ones
/// would fill the memory with the places where they stood.
pub const ENTRIES_MAX: usize = 500_000;

/// What was sent.
pub struct Input<'a> {
    pub shape: Shape,
    /// When the bundle says that it was made.
    pub made_at: Option<Timestamp>,
    pub entries: Vec<Entry<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All of it or nothing.
    Transaction,
    Batch,
    /// Any other bundle: a collection, a document, a result of a search.
    Bundle,
    Lines,
    One,
}

/// One resource, and where it stood.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// As a person finds it: `entry[3]`, `line 12`.
    pub place: String,
    /// The full URL under which others in the bundle point to it.
    pub url: Option<String>,
    pub request: Option<Request>,
    pub body: Body<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body<'a> {
    Resource(&'a str),
    /// An entry without one, such as a request to read.
    Nothing,
    /// Not JSON, or not an object.
    Broken,
    TooDeep,
}

/// What an entry of a transaction or batch asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    pub url: String,
    pub if_none_exist: Option<String>,
    pub if_match: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Post,
    Put,
    Other,
}

/// Why nothing of it could be read. Each is a sentence for whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    #[error("it is empty")]
    Empty,
    #[error("it is not text in UTF-8 (byte {0})")]
    NotText(usize),
    #[error("it is XML; FHIR is read as JSON here")]
    Xml,
    #[error("it is not JSON (line {line}, column {column})")]
    NotJson { line: usize, column: usize },
    #[error("it is nested more than {DEPTH_MAX} levels deep")]
    TooDeep,
    #[error("it says no resourceType, so it is not FHIR")]
    NotFhir,
    #[error("it holds more than {ENTRIES_MAX} entries; send it in parts")]
    TooMany,
}

view! {
    Shell {
        resource_type: Text<'a> = "resourceType",
        kind: Text<'a> = "type",
        timestamp: Text<'a> = "timestamp",
    }
    BundleEntry {
        url: Text<'a> = "fullUrl",
        request: RequestView<'a> = "request",
    }
    RequestView {
        method: Text<'a> = "method",
        url: Text<'a> = "url",
        if_none_exist: Text<'a> = "ifNoneExist",
        if_match: Text<'a> = "ifMatch",
    }
}

/// Reads what was sent.
pub fn read(bytes: &[u8]) -> Result<Input<'_>, NotRead> {
    let text = std::str::from_utf8(bytes).map_err(|bad| NotRead::NotText(bad.valid_up_to()))?;
    let text = bare(text);
    if text.is_empty() {
        return Err(NotRead::Empty);
    }
    if text.starts_with('<') {
        return Err(NotRead::Xml);
    }
    let input = match serde_json::from_str::<&RawValue>(text) {
        Ok(_) => one(text)?,
        Err(_) if is_lines(text) => lines(text),
        Err(error) => {
            return Err(NotRead::NotJson { line: error.line(), column: error.column() });
        }
    };
    if input.entries.len() > ENTRIES_MAX { Err(NotRead::TooMany) } else { Ok(input) }
}

/// Without what is blank around it. Files that were joined have a byte order mark in the middle.
fn bare(text: &str) -> &str {
    text.trim_matches(|letter: char| letter == BYTE_ORDER_MARK || letter.is_whitespace())
}

fn one(text: &str) -> Result<Input<'_>, NotRead> {
    let value = Value::read_before(text);
    let mut entries = Vec::new();
    if value.kind() == Kind::List {
        listed(value, &mut entries);
        if entries.iter().all(|entry| entry.body == Body::Broken) {
            return Err(NotRead::NotFhir);
        }
        return Ok(Input { shape: Shape::Bundle, made_at: None, entries });
    }
    let shell = Shell::of(value);
    let Some(kind) = shell.resource_type.said() else {
        return Err(NotRead::NotFhir);
    };
    let shape = match (kind, shell.kind.said()) {
        ("Bundle", Some("transaction")) => Shape::Transaction,
        ("Bundle", Some("batch")) => Shape::Batch,
        ("Bundle", _) => Shape::Bundle,
        (_, _) => Shape::One,
    };
    let made_at = made_at(&shell);
    match shape {
        Shape::One if depth(text) > DEPTH_MAX => return Err(NotRead::TooDeep),
        Shape::One => entries.push(plain("resource".into(), Body::Resource(text))),
        Shape::Transaction | Shape::Batch | Shape::Bundle | Shape::Lines => {
            unpack(value, "", BUNDLES_DEEP_MAX, &mut entries);
        }
    }
    // A history tells the newest version first (R4, §3.1.0.9).
    if shell.kind.is("history") {
        entries.reverse();
    }
    Ok(Input { shape, made_at, entries })
}

/// A bare list of resources is no FHIR, and is what some programs write.
fn listed<'a>(list: Value<'a>, out: &mut Vec<Entry<'a>>) {
    list.each_element(&mut |element| {
        let place = format!("element[{}]", out.len());
        out.push(plain(place, whole(element.written())));
        out.len() <= ENTRIES_MAX
    });
}

/// A text that has to be a resource.
fn whole(json: &str) -> Body<'_> {
    match (json.starts_with('{'), depth(json) > DEPTH_MAX) {
        (false, _) => Body::Broken,
        (true, true) => Body::TooDeep,
        (true, false) => Body::Resource(json),
    }
}

fn made_at(shell: &Shell<'_>) -> Option<Timestamp> {
    shell.timestamp.said()?.parse::<PartialDate>().ok()?.moment()
}

const fn plain(place: String, body: Body<'_>) -> Entry<'_> {
    Entry { place, url: None, request: None, body }
}

/// The entries of a bundle, and those of the bundles in it. Where `entry` stands twice, both count:
/// nothing that was sent is passed over.
fn unpack<'a>(bundle: Value<'a>, before: &str, deep: u32, out: &mut Vec<Entry<'a>>) {
    let mut number = 0;
    bundle.each_field(&mut |field, list| {
        let mut take = |entry: Value<'a>| {
            let place = format!("{before}entry[{number}]");
            number += 1;
            unpack_entry(entry, place, deep, out);
            out.len() <= ENTRIES_MAX
        };
        match (field, list.kind()) {
            ("entry", Kind::List) => list.each_element(&mut take),
            ("entry", Kind::Null) => {}
            // One that stands alone where a list belongs is a list of one.
            ("entry", _) => drop(take(list)),
            (_, _) => {}
        }
    });
}

fn unpack_entry<'a>(entry: Value<'a>, place: String, deep: u32, out: &mut Vec<Entry<'a>>) {
    let body = body_of(entry);
    if let Body::Resource(json) = body {
        let inner = Value::read_before(json);
        let mut has_entries = false;
        inner.each_field(&mut |field, _| has_entries |= field == "entry");
        if has_entries && deep > 0 && Shell::of(inner).resource_type.is("Bundle") {
            return unpack(inner, &format!("{place}.resource."), deep - 1, out);
        }
    }
    let view = BundleEntry::of(entry);
    out.push(Entry { place, url: view.url.owned(), request: request_of(&view.request), body });
}

/// Which of two resources an entry means nobody can say.
fn body_of(entry: Value<'_>) -> Body<'_> {
    let mut resources = Vec::new();
    entry.each_field(&mut |field, value| {
        if field == "resource" && value.kind() != Kind::Null {
            resources.push(value.written());
        }
    });
    match resources[..] {
        [json] => whole(json),
        [] if entry.kind() == Kind::Map => Body::Nothing,
        _ => Body::Broken,
    }
}

fn request_of(view: &RequestView<'_>) -> Option<Request> {
    let method = match view.method.said()? {
        "POST" => Method::Post,
        "PUT" => Method::Put,
        _ => Method::Other,
    };
    Some(Request {
        method,
        url: view.url.owned().unwrap_or_default(),
        if_none_exist: view.if_none_exist.owned(),
        if_match: view.if_match.owned(),
    })
}

/// Whether at least one line of several is an object by itself.
fn is_lines(text: &str) -> bool {
    let mut lines = text.lines().map(bare).filter(|line| !line.is_empty());
    lines.clone().nth(1).is_some() && lines.any(is_object)
}

fn is_object(line: &str) -> bool {
    line.starts_with('{') && serde_json::from_str::<&RawValue>(line).is_ok()
}

fn lines(text: &str) -> Input<'_> {
    let mut entries = Vec::new();
    for (number, line) in text.lines().map(bare).enumerate() {
        let place = format!("line {}", number + 1);
        if line.is_empty() {
            continue;
        }
        if entries.len() > ENTRIES_MAX {
            break;
        }
        if !is_object(line) {
            entries.push(plain(place, Body::Broken));
            continue;
        }
        let value = Value::read_before(line);
        if Shell::of(value).resource_type.is("Bundle") {
            unpack(value, &format!("{place} "), BUNDLES_DEEP_MAX, &mut entries);
        } else {
            entries.push(plain(place, whole(line)));
        }
    }
    Input { shape: Shape::Lines, made_at: None, entries }
}

/// How deep the braces and brackets of a text go that is JSON.
fn depth(json: &str) -> u32 {
    let (mut now, mut most) = (0_u32, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json.bytes() {
        if in_text {
            in_text = byte != b'"' || escaped;
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => {
                now += 1;
                most = most.max(now);
            }
            b'}' | b']' => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}
