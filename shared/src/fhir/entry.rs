//! How a resource stands in a chart document: `{"kind":"fhir", ..., "resource": the original}`.
//! Stable from the first day of use. The original is the very bytes that came; only base64 content
//! of more than 4 KiB is cut out into blobs, with its exact place, so that an export rebuilds them.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::base64;
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
    /// How it was written, where that is not plain base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
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
    CutView {
        at: Text<'a> = "at",
        blob: Text<'a> = "blob",
        bytes: Text<'a> = "bytes",
        form: Text<'a> = "form",
    }
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
            let (blob, form) = (cut.blob.owned()?, cut.form.owned());
            Some(Cut { at: number(&cut.at)?, blob, bytes: number(&cut.bytes)?, form })
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
        let Some((bytes, form)) = long.then(|| base64::read(content)).flatten() else {
            continue;
        };
        rest.push_str(&resource[copied..start]);
        copied = end;
        let (at, length) = (rest.len() as u64, bytes.len() as u64);
        cuts.push(Cut { at, blob: keep(&bytes), bytes: length, form });
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
        whole.push_str(&base64::write(&blob(&cut.blob)?, cut.form.as_deref())?);
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
    fn long_content_is_cut_however_it_is_written() {
        let bytes: Vec<u8> = (0..9001_u32).map(|place| (place * place % 251) as u8).collect();
        let plain = base64::encode(&bytes);
        let lines = |columns: usize, end: &str| {
            let lines = plain.as_bytes().chunks(columns);
            let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line)).collect();
            lines.join(end)
        };
        for content in [
            lines(76, "\\r\\n"),
            lines(64, "\\n") + "\\n",
            lines(76, "\\u000a"),
            plain.replace('/', "\\/"),
            plain.replace('+', "\\u002B").replace('=', "\\u003d"),
            lines(60, "\\r\\n").replace('/', "\\/"),
            plain.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned(),
        ] {
            assert_ne!(content, plain);
            check(&format!(r#"{{"data":"{content}"}}"#), 1);
        }
        // No two ways at once, and nothing that could not be written the same again.
        for content in [plain.replacen('/', "\\/", 1), lines(76, "\\n").replacen("\\n", "", 1)] {
            check(&format!(r#"{{"data":"{content}"}}"#), 0);
        }
    }

    #[test]
    fn what_is_not_json_is_no_entry() {
        assert_eq!(ChartEntry::new("a", "{").to_text(), Err(NotJson));
    }
}
