//! How a resource stands in a chart document: `{"kind":"fhir", ..., "resource": the original}`.
//! Stable from the first day of use. The original is the very bytes that came; only base64 content
//! of more than 4 KiB is cut out into blobs, with its exact place, so that an export rebuilds them.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::lenient::{Many, Raw, Text, view};
use crate::id::EntryId;

/// Content of a `data` element that stays in the entry: a small text is worth no fetch of its own.
pub const DATA_BYTES_MAX: usize = 4 * 1024;
/// What an entry of this kind begins with.
const BEGINNING: &str = "{\"kind\":\"fhir\"";

/// A resource of the chart, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartEntry {
    /// Which system it came from; ids mean something only within it.
    pub source: String,
    /// The full URL under which others in its bundle point to it, where that is not its type and id.
    pub url: Option<String>,
    /// Who wrote it by hand, as the patient should read it.
    pub by: Option<String>,
    /// The entry that this is a newer version of.
    pub replaces: Option<EntryId>,
    pub cut: Vec<Cut>,
    /// The resource, without what was cut.
    pub resource: String,
}

/// Something that was cut out of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Bytes of the resource before it.
    pub at: u64,
    /// The blob that holds it, decoded.
    pub blob: String,
    pub bytes: u64,
}

/// The resource is not JSON, so that it cannot stand in an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not json")]
pub struct NotJson;

#[derive(Serialize)]
struct Written<'a> {
    kind: &'static str,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<EntryId>,
    #[serde(skip_serializing_if = "<[Cut]>::is_empty")]
    cut: &'a [Cut],
    resource: &'a RawValue,
}

view! {
    /// An entry as it is read.
    ChartEntryView {
        source: Text<'a> = "source",
        url: Text<'a> = "url",
        by: Text<'a> = "by",
        replaces: Text<'a> = "replaces",
        cut: Many<CutView<'a>> = "cut",
        resource: Raw<'a> = "resource",
    }
    CutView { at: Text<'a> = "at", blob: Text<'a> = "blob", bytes: Text<'a> = "bytes" }
}

impl ChartEntry {
    pub fn new(source: impl Into<String>, resource: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            url: None,
            by: None,
            replaces: None,
            cut: Vec::new(),
            resource: resource.into(),
        }
    }

    pub fn to_text(&self) -> Result<String, NotJson> {
        let resource = serde_json::from_str(&self.resource).map_err(|_| NotJson)?;
        let written = Written {
            kind: "fhir",
            source: &self.source,
            url: self.url.as_deref(),
            by: self.by.as_deref(),
            replaces: self.replaces,
            cut: &self.cut,
            resource,
        };
        Ok(serde_json::to_string(&written).expect("strings and numbers become JSON"))
    }
}

/// Whether an entry is a resource; nothing else begins like one.
pub fn is_chart_entry(text: &str) -> bool {
    text.starts_with(BEGINNING)
}

impl ChartEntryView<'_> {
    pub fn cuts(&self) -> Vec<Cut> {
        let number = |text: &Text<'_>| text.said().and_then(|text| text.parse().ok());
        let cuts = self.cut.iter().filter_map(|cut| {
            Some(Cut { at: number(&cut.at)?, blob: cut.blob.owned()?, bytes: number(&cut.bytes)? })
        });
        cuts.collect()
    }
}

/// Takes long base64 content out of a resource. `keep` stores the bytes and names their blob.
pub fn cut_data(resource: &str, mut keep: impl FnMut(&[u8]) -> String) -> (String, Vec<Cut>) {
    let mut rest = String::new();
    let mut cuts = Vec::new();
    let mut copied = 0;
    for (start, end) in data_strings(resource) {
        let content = &resource[start..end];
        let long = content.len() > DATA_BYTES_MAX;
        let Some(bytes) = long.then(|| base64::decode(content)).flatten() else {
            continue;
        };
        rest.push_str(&resource[copied..start]);
        copied = end;
        cuts.push(Cut { at: rest.len() as u64, blob: keep(&bytes), bytes: bytes.len() as u64 });
    }
    rest.push_str(&resource[copied..]);
    (rest, cuts)
}

/// The resource as it came, byte for byte. Nothing if a blob is missing or a place is not one.
pub fn restore(
    resource: &str,
    cuts: &[Cut],
    mut blob: impl FnMut(&str) -> Option<Vec<u8>>,
) -> Option<String> {
    let mut whole = String::new();
    let mut copied = 0;
    for cut in cuts {
        let at = usize::try_from(cut.at).ok()?;
        whole.push_str(resource.get(copied..at)?);
        whole.push_str(&base64::encode(&blob(&cut.blob)?));
        copied = at;
    }
    whole.push_str(resource.get(copied..)?);
    Some(whole)
}

/// Where the contents of strings under a key `data` begin and end.
fn data_strings(json: &str) -> Vec<(usize, usize)> {
    let bytes = json.as_bytes();
    let mut found = Vec::new();
    let mut place = 0;
    let mut after_data = false;
    while let Some(byte) = bytes.get(place) {
        if *byte != b'"' {
            after_data &= byte.is_ascii_whitespace() || *byte == b':';
            place += 1;
            continue;
        }
        let start = place + 1;
        let end = end_of_string(bytes, start);
        if after_data {
            found.push((start, end));
        }
        let key = bytes[end.min(bytes.len())..].iter().skip(1);
        let next = key.copied().find(|byte| !byte.is_ascii_whitespace());
        after_data = next == Some(b':') && &bytes[start..end] == b"data";
        place = end + 1;
    }
    found
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut place = start;
    while let Some(byte) = bytes.get(place) {
        match byte {
            b'"' => return place,
            b'\\' => place += 2,
            _ => place += 1,
        }
    }
    bytes.len()
}

/// Base64 (RFC 4648, §4) in its one canonical form: what decodes comes back as the same text.
pub(crate) mod base64 {
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
}

#[cfg(test)]
mod tests {
    use crate::ordered::BTreeMap;

    use super::*;

    fn check(resource: &str, blobs: usize) {
        let mut kept = BTreeMap::new();
        let (rest, cuts) = cut_data(resource, |bytes| {
            let name = format!("blob{}", kept.len());
            kept.insert(name.clone(), bytes.to_vec());
            name
        });
        assert_eq!(kept.len(), blobs);
        let entry = ChartEntry {
            url: Some("urn:uuid:1".into()),
            cut: cuts,
            ..ChartEntry::new("a \"source\"", rest)
        };
        let text = entry.to_text().unwrap();
        assert!(is_chart_entry(&text));
        let view: ChartEntryView<'_> = crate::fhir::read(&text).unwrap();
        assert_eq!(view.source.said(), Some("a \"source\""));
        let again =
            restore(view.resource.text().unwrap(), &view.cuts(), |name| kept.get(name).cloned());
        assert_eq!(again.as_deref(), Some(resource));
    }

    #[test]
    fn an_original_comes_back_byte_for_byte() {
        check(
            r#"{ "resourceType" : "Observation","valueQuantity":{"value":7.00,"x":1E-22},"n":"\u00e9\/" }"#,
            0,
        );
        check("{\"a\":1,\"a\":2,\r\n \"new\":{\"deep\":[[[]]]}}", 0);
    }

    #[test]
    fn long_content_is_cut_and_rebuilt_in_its_exact_place() {
        let long = base64::encode(&[7; 5000]);
        let short = base64::encode(&[7; 50]);
        check(
            &format!(
                r#"{{"content":[{{"attachment":{{"data" : "{long}"}}}},{{"data":"{short}"}},{{"data":"{long}"}}],"é":1}}"#
            ),
            2,
        );
        // Not base64, not canonical, or not under that key: it stays where it is.
        let stays = "x y ".repeat(2000);
        check(
            &format!(
                r#"{{"data":"{stays}","text":"{long}","data":["{long}"],"data":{{"b":"{long}"}}}}"#
            ),
            0,
        );
        check(&format!(r#"{{"a":"data","b":"{long}"}}"#), 0);
    }

    #[test]
    fn base64_of_every_length_is_its_own_inverse() {
        for length in 0..70_u8 {
            let bytes: Vec<u8> = (0..length).map(|place| place.wrapping_mul(37)).collect();
            assert_eq!(base64::decode(&base64::encode(&bytes)), Some(bytes));
        }
        for not_canonical in ["A", "AB", "AB=", "AB==", "A===", "AAA", "AA=A", "AAAA=", "A AA"] {
            assert_eq!(base64::decode(not_canonical), None, "{not_canonical}");
        }
        assert_eq!(base64::decode("AA=="), Some(vec![0]));
    }

    #[test]
    fn what_is_not_json_is_no_entry() {
        assert_eq!(ChartEntry::new("a", "{").to_text(), Err(NotJson));
    }
}
