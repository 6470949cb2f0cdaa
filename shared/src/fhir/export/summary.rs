//! An International Patient Summary (HL7 IPS 2.0.1): what somebody who treats the patient next needs
//! to know, as a document that holds everything it refers to.

mod bundle;
mod chosen;
mod sections;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::bundle::Bundle;
pub use self::sections::Topic;
use self::sections::{SECTIONS, section};
use super::Whose;
use super::fill::{fill, list, uuid};
use super::own::instant;
use crate::arrange::Arrange;
use crate::record::Record;
use crate::time::Timestamp;

const PROFILE: &str = "http://hl7.org/fhir/uv/ips/StructureDefinition/";

/// What is in a summary that is shared, in the words that stand in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    pub parts: Vec<Part>,
    /// Entries with a security label, which are never in it.
    pub left_out: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub topic: Topic,
    pub lines: Vec<String>,
}

/// The summary as a Bundle of type `document`. The same record at the same time gives the same text.
pub fn summary(record: &Record, whose: &Whose<'_>, now: Timestamp) -> String {
    written(Bundle::of(record, whose), whose, now).0
}

/// The same for whoever has a link: without what carries a security label, and what is in it.
pub fn shared_summary(record: &Record, whose: &Whose<'_>, now: Timestamp) -> (String, Contents) {
    let mut bundle = Bundle::of(record, whose);
    bundle.is_shared = true;
    written(bundle, whose, now)
}

fn written(mut bundle: Bundle<'_>, whose: &Whose<'_>, now: Timestamp) -> (String, Contents) {
    let sections: Vec<_> =
        SECTIONS.iter().filter_map(|wanted| section(&mut bundle, wanted)).collect();
    let device = uuid_for(whose, now, "device");
    let composition = uuid_for(whose, now, "composition");
    let title = format!("Patient summary: {}", bundle.name());
    let first = fill(
        r#"{"resourceType":"Composition","meta":{"profile":[~]},"status":"final","type":{"coding":[{"system":"http://loinc.org","code":"60591-5","display":"Patient summary Document"}]},"subject":{"reference":~},"date":~,"author":[{"reference":~}],"title":~@}"#,
        &[
            &format!("{PROFILE}Composition-uv-ips"),
            &bundle.patient,
            &instant(now),
            &device,
            &title,
            &list("section", &sections),
        ],
    );
    let author = r#"{"resourceType":"Device","deviceName":[{"name":"Satchel","type":"user-friendly-name"}]}"#;
    let entry = |url: &str, json: &str| fill(r#"{"fullUrl":~,"resource":@}"#, &[url, json]);
    let mut entries =
        vec![entry(&composition, &first), bundle.patient_entry(), entry(&device, author)];
    let sources = sources(bundle.record);
    let contents = std::mem::take(&mut bundle.contents);
    entries.extend(bundle.into_entries());
    if !sources.is_empty() {
        let json = provenance(&composition, &device, &sources, now);
        entries.push(entry(&uuid_for(whose, now, "provenance"), &json));
    }
    let text = fill(
        r#"{"resourceType":"Bundle","meta":{"profile":[~]},"identifier":{"system":"urn:ietf:rfc:3986","value":~},"type":"document","timestamp":~,"entry":[@]}"#,
        &[
            &format!("{PROFILE}Bundle-uv-ips"),
            &uuid_for(whose, now, "document"),
            &instant(now),
            &entries.join(",\n"),
        ],
    );
    (text, contents)
}

/// Which systems it was gathered from.
fn sources(record: &Record) -> Vec<String> {
    let mut sources: Vec<_> =
        record.chart().resources().map(|resource| resource.source.to_string()).collect();
    sources.arrange();
    sources.dedup();
    sources
}

fn provenance(composition: &str, device: &str, sources: &[String], now: Timestamp) -> String {
    let entity = |source: &String| fill(r#"{"role":"source","what":{"display":~}}"#, &[source]);
    let entities: Vec<_> = sources.iter().map(entity).collect();
    fill(
        r#"{"resourceType":"Provenance","target":[{"reference":~}],"recorded":~,"agent":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/provenance-participant-type","code":"assembler"}]},"who":{"reference":~}}]@}"#,
        &[composition, &instant(now), device, &list("entity", &entities)],
    )
}

/// An id for what the document adds: nothing here has randomness, and the same document is the same.
fn uuid_for(whose: &Whose<'_>, now: Timestamp, what: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(whose.patient.to_bytes());
    hasher.update(now.millis().to_be_bytes());
    hasher.update(what);
    let hash = hasher.finalize();
    let id: [u8; 16] = hash[..16].try_into().expect("a hash has more bytes than an id");
    uuid(u128::from_be_bytes(id))
}
