//! Takes apart what was sent: a bundle of any type, one resource, or lines of them (NDJSON). Each
//! resource stays the very text that came; nothing is rewritten.

use serde_json::value::RawValue;

use crate::fhir::lenient::{Raw, Text, view};
use crate::fhir::read as view_of;
use crate::time::{PartialDate, Timestamp};

/// Bundles inside bundles: real systems send a document inside a search result, and no more.
const BUNDLES_DEEP_MAX: u32 = 3;
/// Braces and brackets inside each other. Real resources stay under 20; a reader of JSON that
/// follows them with its stack may break.
pub const DEPTH_MAX: u32 = 128;
const BYTE_ORDER_MARK: &str = "\u{feff}";

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
}

view! {
    Shell {
        resource_type: Text<'a> = "resourceType",
        kind: Text<'a> = "type",
        timestamp: Text<'a> = "timestamp",
        entry: Raw<'a> = "entry",
    }
    BundleEntry {
        url: Text<'a> = "fullUrl",
        resource: Raw<'a> = "resource",
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
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text).trim();
    if text.is_empty() {
        return Err(NotRead::Empty);
    }
    if text.starts_with('<') {
        return Err(NotRead::Xml);
    }
    match serde_json::from_str::<&RawValue>(text) {
        Ok(_) => one(text),
        Err(_) if is_lines(text) => Ok(lines(text)),
        Err(error) => Err(NotRead::NotJson { line: error.line(), column: error.column() }),
    }
}

fn one(text: &str) -> Result<Input<'_>, NotRead> {
    if depth(text) > DEPTH_MAX {
        return Err(NotRead::TooDeep);
    }
    let shell: Shell<'_> = view_of(text).unwrap_or_default();
    let Some(kind) = shell.resource_type.said() else {
        return Err(NotRead::NotFhir);
    };
    let mut entries = Vec::new();
    let shape = match (kind, shell.kind.said()) {
        ("Bundle", Some("transaction")) => Shape::Transaction,
        ("Bundle", Some("batch")) => Shape::Batch,
        ("Bundle", _) => Shape::Bundle,
        (_, _) => Shape::One,
    };
    let made_at = made_at(&shell);
    match shape {
        Shape::One => entries.push(plain("resource".into(), Body::Resource(text))),
        Shape::Transaction | Shape::Batch | Shape::Bundle | Shape::Lines => {
            unpack(&shell, "", BUNDLES_DEEP_MAX, &mut entries);
        }
    }
    Ok(Input { shape, made_at, entries })
}

fn made_at(shell: &Shell<'_>) -> Option<Timestamp> {
    shell.timestamp.said()?.parse::<PartialDate>().ok()?.moment()
}

const fn plain(place: String, body: Body<'_>) -> Entry<'_> {
    Entry { place, url: None, request: None, body }
}

/// The entries of a bundle, and those of the bundles in it.
fn unpack<'a>(shell: &Shell<'a>, before: &str, deep: u32, out: &mut Vec<Entry<'a>>) {
    let Some(list) = shell.entry.text() else {
        return;
    };
    // One that stands alone where a list belongs is a list of one.
    let all: Vec<&'a RawValue> = match serde_json::from_str(list) {
        Ok(all) => all,
        Err(_) => serde_json::from_str(list).map(|one| vec![one]).unwrap_or_default(),
    };
    for (number, entry) in all.into_iter().enumerate() {
        let place = format!("{before}entry[{number}]");
        let view: BundleEntry<'a> = view_of(entry.get()).unwrap_or_default();
        let body = body_of(&view, entry.get());
        if let Body::Resource(json) = body {
            let inner: Shell<'a> = view_of(json).unwrap_or_default();
            if inner.resource_type.is("Bundle") && inner.entry.text().is_some() && deep > 0 {
                unpack(&inner, &format!("{place}.resource."), deep - 1, out);
                continue;
            }
        }
        let url = view.url.owned();
        out.push(Entry { place, url, request: request_of(&view.request), body });
    }
}

fn body_of<'a>(view: &BundleEntry<'a>, entry: &str) -> Body<'a> {
    match view.resource.text() {
        Some(json) if json.starts_with('{') => Body::Resource(json),
        Some("null") | None if entry.starts_with('{') => Body::Nothing,
        Some(_) | None => Body::Broken,
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
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let whole = |line: &str| {
        let line = line.trim();
        line.starts_with('{') && serde_json::from_str::<&RawValue>(line).is_ok()
    };
    lines.clone().nth(1).is_some() && lines.any(whole)
}

fn lines(text: &str) -> Input<'_> {
    let mut entries = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let place = format!("line {}", number + 1);
        if line.is_empty() {
            continue;
        }
        let whole = line.starts_with('{') && serde_json::from_str::<&RawValue>(line).is_ok();
        if !whole {
            entries.push(plain(place, Body::Broken));
        } else if depth(line) > DEPTH_MAX {
            entries.push(plain(place, Body::TooDeep));
        } else {
            let shell: Shell<'_> = view_of(line).unwrap_or_default();
            if shell.resource_type.is("Bundle") {
                unpack(&shell, &format!("{place} "), BUNDLES_DEEP_MAX, &mut entries);
            } else {
                entries.push(plain(place, Body::Resource(line)));
            }
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
