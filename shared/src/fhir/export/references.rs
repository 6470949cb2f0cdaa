//! A resource with its references turned to where things stand in a bundle.

use super::fill::fill;
use crate::json::{Kind, Value, write_text};

/// What becomes of a reference.
pub enum Leads {
    /// To this, in the bundle.
    To(String),
    /// Out of the bundle: only its words are kept.
    Nowhere,
    /// As it is: into the resource itself.
    Stays,
}

/// Writes a resource anew. `leads` is asked with the name of the field and what it refers to. Values
/// keep the digits and words they have; a name that stands twice stands once, with its last value;
/// content that is not here leaves no empty `data` behind, which FHIR does not allow.
pub fn relinked(value: Value<'_>, leads: &mut dyn FnMut(&str, &str) -> Leads) -> String {
    let mut out = String::with_capacity(value.written().len());
    write(value, "", leads, &mut out);
    out
}

fn write(
    value: Value<'_>,
    name: &str,
    leads: &mut dyn FnMut(&str, &str) -> Leads,
    out: &mut String,
) {
    match value.kind() {
        Kind::Map => write_map(value, name, leads, out),
        Kind::List => {
            out.push('[');
            let mut first = true;
            value.each_element(&mut |element| {
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                write(element, name, leads, out);
                true
            });
            out.push(']');
        }
        Kind::Null | Kind::Truth | Kind::Number | Kind::Text => out.push_str(value.written()),
    }
}

fn write_map(
    value: Value<'_>,
    name: &str,
    leads: &mut dyn FnMut(&str, &str) -> Leads,
    out: &mut String,
) {
    let mut fields: Vec<(String, Value<'_>)> = Vec::new();
    value.each_field(&mut |field, value| {
        if field == "data" && value.written() == "\"\"" {
            return;
        }
        match fields.iter_mut().find(|(known, _)| known == field) {
            Some((_, last)) => *last = value,
            None => fields.push((field.to_owned(), value)),
        }
    });
    let target = fields.iter().find(|(field, _)| field == "reference");
    let target = target.and_then(|(_, target)| target.text());
    let led = target.as_deref().map_or(Leads::Stays, |target| leads(name, target));
    let mut parts = Vec::new();
    if let Leads::To(url) = &led {
        parts.push(fill(r#""reference":~"#, &[url]));
    }
    let is_named = fields.iter().any(|(field, _)| field == "display" || field == "identifier");
    if matches!(led, Leads::Nowhere) && !is_named {
        // A reference says something, or it is none (R4, ref-1): at least what it was to.
        let kind = target.as_deref().and_then(kind_of).unwrap_or("Resource");
        parts.push(fill(r#""display":~"#, &[kind]));
    }
    for (field, value) in fields {
        if field == "reference" && !matches!(led, Leads::Stays) {
            continue;
        }
        let mut part = String::new();
        write_text(&mut part, &field);
        part.push(':');
        write(value, &field, leads, &mut part);
        parts.push(part);
    }
    out.push('{');
    out.push_str(&parts.join(","));
    out.push('}');
}

/// `Encounter` of `…/Encounter/7`.
fn kind_of(reference: &str) -> Option<&str> {
    let (before, _) = reference.split("/_history/").next()?.rsplit_once('/')?;
    let kind = before.rsplit('/').next()?;
    let letters = kind.bytes().all(|byte| byte.is_ascii_alphabetic());
    (letters && !kind.is_empty()).then_some(kind)
}
