//! Two organisations that tell of one person: what is linked, against what is true.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use serde_json::Value;
use shared::document::Kind;
use shared::fhir::ResourceType;
use shared::fhir::entry::ChartEntry;
use shared::id::EntryId;
use shared::record::groups::{Relation, groups};
use shared::testing::Story;

/// What a link must reach.
const PRECISION_MIN: f64 = 0.98;
const RECALL_MIN: f64 = 0.90;

const KINDS: [ResourceType; 5] = [
    ResourceType::AllergyIntolerance,
    ResourceType::Condition,
    ResourceType::Immunization,
    ResourceType::MedicationRequest,
    ResourceType::Observation,
];

fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fhir/pairs").join(name);
    std::fs::read(path).expect("the pairs are in the repository")
}

fn bundle(name: &str) -> Value {
    let mut text = Vec::new();
    let packed = file(name);
    let read = flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut text);
    read.expect("a pair is packed whole");
    serde_json::from_slice(&text).expect("a pair is JSON")
}

/// Puts a source into the record; answers the entry of each of its resources.
fn told(story: &mut Story, source: &str, bundle: &Value) -> BTreeMap<String, EntryId> {
    let entries = bundle["entry"].as_array().expect("a bundle has entries").iter();
    let entries = entries.map(|entry| {
        let resource = &entry["resource"];
        let text = |field: &str| resource[field].as_str().expect("it has a type and an id");
        let name = format!("{}/{}", text("resourceType"), text("id"));
        let json = resource.to_string();
        (name, story.chart(Kind::ChartCore, ChartEntry::new(source, json)))
    });
    entries.collect()
}

#[derive(Default)]
struct Score {
    right: usize,
    false_links: Vec<String>,
    missed: Vec<String>,
}

fn score(number: u32, score: &mut Score) {
    let mut story = Story::default();
    let here = told(&mut story, "a", &bundle(&format!("{number}-source-a.json.gz")));
    let there = told(&mut story, "b", &bundle(&format!("{number}-source-b.json.gz")));
    let truth = serde_json::from_slice::<Value>(&file(&format!("{number}-truth.json")));
    let truth = truth.expect("the truth is JSON");
    let mut wanted = BTreeMap::new();
    let mut lookalikes = BTreeSet::new();
    for pair in truth["pairs"].as_array().expect("the truth lists pairs") {
        let text = |field: &str| pair[field].as_str().expect("a pair names both and how");
        let (one, other) = (here[text("a")], there[text("b")]);
        let relation = match text("relation") {
            "same" => Relation::Same,
            "probable-same" => Relation::Probable,
            "conflict" => Relation::Disagree,
            _ => {
                lookalikes.insert((one, other));
                continue;
            }
        };
        let name = format!("{number} {} {} {}", text("a"), text("b"), text("variation"));
        wanted.insert((one.min(other), one.max(other)), (relation, name));
    }
    let found = groups(&story.record, &KINDS);
    for link in &found.links {
        match wanted.remove(&(link.one, link.other)) {
            Some((relation, _)) if relation == link.relation => score.right += 1,
            Some((relation, name)) => {
                let said = link.relation;
                score.false_links.push(format!("{name}: {said:?}, not {relation:?}"));
            }
            None => {
                let pair = (link.one, link.other);
                assert!(!lookalikes.contains(&pair), "{number}: a lookalike is linked");
                score.false_links.push(format!("{number}: {pair:?} {:?}", link.relation));
            }
        }
    }
    score.missed.extend(wanted.into_values().map(|(_, name)| name));
}

#[test]
fn links_are_right_and_few_are_missed() {
    let mut all = Score::default();
    for number in [1, 3] {
        score(number, &mut all);
    }
    #[expect(clippy::cast_precision_loss, reason = "a few hundred links")]
    let share = |of: usize| all.right as f64 / (all.right + of) as f64;
    let (precision, recall) = (share(all.false_links.len()), share(all.missed.len()));
    let found = format!("false {:#?} missed {:#?}", all.false_links, all.missed);
    assert!(precision >= PRECISION_MIN && recall >= RECALL_MIN, "{precision} {recall} {found}");
}
