//! JSON made from templates: what is written looks like what comes out, and costs little code.

use crate::id::EntryId;
use crate::json::write_text;

/// Fills a template: `~` takes the next part as a string, `@` takes it as JSON, which may be nothing.
pub fn fill(template: &str, parts: &[&str]) -> String {
    let mut parts = parts.iter();
    let mut next = || parts.next().expect("a template has a part for each of its places");
    let mut out = String::with_capacity(template.len() * 2);
    for letter in template.chars() {
        match letter {
            '~' => write_text(&mut out, next()),
            '@' => out.push_str(next()),
            plain => out.push(plain),
        }
    }
    out
}

/// The same with one part, and nothing without it.
pub fn maybe(template: &str, part: Option<&str>) -> String {
    part.map_or_else(String::new, |part| fill(template, &[part]))
}

/// A field with a list; an empty list is not written, because FHIR has none (R4, §2.6.2).
pub fn list(name: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    fill(",~:[@]", &[name, &items.join(",")])
}

/// An id of ours as FHIR and everyone else writes it (RFC 4122, §3).
pub fn uuid(id: u128) -> String {
    let hex = format!("{id:032x}");
    let part = |from: usize, to: usize| &hex[from..to];
    let parts = [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)];
    format!("urn:uuid:{}", parts.join("-"))
}

pub fn uuid_of(entry: EntryId) -> String {
    uuid(entry.to_u128())
}

/// What every resource that people wrote here is known by, wherever it goes.
pub fn identifier(entry: EntryId) -> String {
    fill(r#"{"system":"urn:ietf:rfc:3986","value":~}"#, &[&uuid_of(entry)])
}
