//! The sections of the document, in the order of IPS: what stands in each, and its words.

use serde::{Deserialize, Serialize};

use super::Part;
use super::bundle::Bundle;
use super::chosen::{Chosen, From, chosen};
use crate::fhir::export::fill::{fill, list};
use crate::record::{Loaded, Shelf};

/// Entries of one section; a summary that lists more is read by nobody.
const ENTRIES_MAX: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Allergies,
    Medicines,
    Problems,
    Shots,
    Procedures,
    Devices,
    Results,
    VitalSigns,
    Social,
    PastProblems,
    Plan,
}

pub struct Section {
    pub topic: Topic,
    /// LOINC, from IPS 2.0.1's Composition profile.
    code: &'static str,
    title: &'static str,
    /// Stands also where nothing is recorded, and says so.
    required: bool,
}

const fn part(topic: Topic, code: &'static str, title: &'static str, required: bool) -> Section {
    Section { topic, code, title, required }
}

pub const SECTIONS: [Section; 11] = [
    part(Topic::Problems, "11450-4", "Problems", true),
    part(Topic::Allergies, "48765-2", "Allergies", true),
    part(Topic::Medicines, "10160-0", "Medicines", true),
    part(Topic::Shots, "11369-6", "Vaccinations", false),
    part(Topic::Results, "30954-2", "Results", false),
    part(Topic::Procedures, "47519-4", "Procedures", false),
    part(Topic::Devices, "46264-8", "Devices", false),
    part(Topic::VitalSigns, "8716-3", "Vital signs", false),
    part(Topic::PastProblems, "11348-0", "Past problems", false),
    part(Topic::Plan, "18776-5", "Plan", false),
    part(Topic::Social, "29762-2", "Social history", false),
];

/// A section with its narrative. Nothing if it may be left out and there is nothing to say.
pub fn section(bundle: &mut Bundle<'_>, wanted: &Section) -> Option<String> {
    let mut all = chosen(bundle, wanted.topic);
    let found = all.len();
    all.retain(|one| match one.from {
        From::Chart(resource) | From::Worn(resource) => !bundle.leaves_out(resource),
        From::Own(_) => true,
    });
    bundle.contents.left_out += u32::try_from(found - all.len()).unwrap_or(u32::MAX);
    if all.is_empty() {
        return wanted.required.then(|| empty(bundle, wanted));
    }
    let count = all.len();
    all.truncate(ENTRIES_MAX);
    let words = all.iter().map(|one| one.words.clone()).collect();
    bundle.contents.parts.push(Part { topic: wanted.topic, lines: words });
    let mut lines: Vec<_> = all.iter().map(|one| item(&one.words)).collect();
    if count > ENTRIES_MAX {
        lines.push(item(&format!("The newest {ENTRIES_MAX} of {count} are listed.")));
    }
    if let Some(words) = incomplete(bundle, wanted.topic) {
        lines.push(item(words));
    }
    let entries: Vec<_> = all.into_iter().map(|one| link(bundle, one)).collect();
    let div = ["<ul>", &lines.concat(), "</ul>"].concat();
    Some(written(wanted, &div, &list("entry", &entries)))
}

/// Nothing is recorded, which is not the same as nothing there (IPS 2.0.1, ips-comp-1).
fn empty(bundle: &Bundle<'_>, wanted: &Section) -> String {
    let nothing = match bundle.is_shared {
        true => {
            "Nothing is shared here. This does not mean that there is nothing: ask the patient."
        }
        false => "Nothing is recorded. This does not mean that there is nothing: ask the patient.",
    };
    let words = incomplete(bundle, wanted.topic).unwrap_or(nothing);
    let reason = r#","emptyReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/list-empty-reason","code":"unavailable","display":"Unavailable"}]}"#;
    written(wanted, &["<p>", &markup(words), "</p>"].concat(), reason)
}

/// What to say of a part of the record that is not here.
fn incomplete(bundle: &Bundle<'_>, topic: Topic) -> Option<&'static str> {
    let shelf = match topic {
        Topic::Results | Topic::VitalSigns | Topic::Social => Shelf::Results,
        Topic::Procedures => Shelf::Visits,
        Topic::Allergies
        | Topic::Medicines
        | Topic::Problems
        | Topic::PastProblems
        | Topic::Shots
        | Topic::Devices
        | Topic::Plan => Shelf::Core,
    };
    // What they wrote themselves stands among these.
    let has_own =
        matches!(topic, Topic::Allergies | Topic::Medicines | Topic::Results | Topic::VitalSigns);
    let loaded = match has_own {
        true => bundle.record.loaded(shelf),
        false => bundle.record.chart().loaded(shelf),
    };
    match loaded {
        Loaded::All => None,
        Loaded::NotYet => Some("Not all of this part of the record was on the device."),
        Loaded::Unreadable => Some("A part of the record could not be read."),
    }
}

fn link<'a>(bundle: &mut Bundle<'a>, one: Chosen<'a>) -> String {
    let url = match one.from {
        From::Chart(resource) => bundle.put(resource),
        From::Own(own) => bundle.put_own(&own),
        From::Worn(device) => {
            let device_url = bundle.put(device);
            let json = fill(
                r#"{"resourceType":"DeviceUseStatement","status":"active","subject":{"reference":~},"_timingDateTime":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]},"device":{"reference":~}}"#,
                &[&bundle.patient, &device_url],
            );
            bundle.put_made(device.entry, &json)
        }
    };
    fill(r#"{"reference":~}"#, &[&url])
}

fn written(section: &Section, content: &str, rest: &str) -> String {
    let div = ["<div xmlns=\"http://www.w3.org/1999/xhtml\">", content, "</div>"].concat();
    fill(
        r#"{"title":~,"code":{"coding":[{"system":"http://loinc.org","code":~}]},"text":{"status":"generated","div":~}@}"#,
        &[section.title, section.code, &div, rest],
    )
}

fn item(words: &str) -> String {
    ["<li>", &markup(words), "</li>"].concat()
}

/// Words as XHTML: nothing that a source wrote becomes markup, and what XML cannot hold is left out.
fn markup(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' => {}
            '\u{fffe}' | '\u{ffff}' => {}
            plain => out.push(plain),
        }
    }
    out
}
