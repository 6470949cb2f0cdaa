//! Mutations of FHIR text: whatever an EHR sends, and whatever stands in a chart, reading and showing
//! it neither panics nor hangs.
//!
//! `GATE_MUTATIONS=1000000` sets the number, `SEED=…` replays one run.

use std::time::{Duration, Instant};

use serde_json::Value;
use shared::testing::foreign::look_at;

use crate::hostile::turn;
use crate::mutations::setting;
use crate::random::Seeded;

const MUTATIONS: u64 = 10_000;
/// Of all answers that could show one resource, in a build that is not fast, on a machine that is
/// busy. A hang takes longer.
const MS_MAX: u64 = 500;
const DEEP: usize = 2_000;

/// One resource of each type that the made-up people's charts have, and a bundle of them.
pub fn genuine() -> Vec<String> {
    let bundle = include_str!("../../sync-server/demo/rosa-delgado.json");
    let bundle: Value = serde_json::from_str(bundle).expect("the demo's chart is JSON");
    let entries = bundle["entry"].as_array().expect("it is a bundle");
    let mut kinds = Vec::new();
    let mut all = Vec::new();
    for resource in entries.iter().map(|entry| &entry["resource"]) {
        if !kinds.contains(&&resource["resourceType"]) {
            kinds.push(&resource["resourceType"]);
            all.push(resource.to_string());
        }
    }
    let few: Vec<_> = entries.iter().take(3).cloned().collect();
    let small = serde_json::json!({
        "resourceType": "Bundle", "type": "collection", "entry": few,
    });
    all.push(small.to_string());
    all.push(all[..2].join("\n"));
    all
}

fn mutate(random: &mut Seeded, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(3) {
        let place = random.below(bytes.len());
        let end = (place + random.below(40)).min(bytes.len());
        match random.below(8) {
            0 => bytes[place] ^= 1 << random.below(8),
            1 => drop(bytes.drain(place..end)),
            2 => {
                let again = bytes[place..end].to_vec();
                bytes.splice(place..place, again);
            }
            // What stands for another thing of JSON, at a place where a value may stand.
            3..6 => {
                let other = *random.pick(&OTHERS);
                if let Some(colon) = bytes[place..].iter().position(|byte| *byte == b':') {
                    let start = place + colon + 1;
                    let length = bytes[start..].iter().position(|byte| b",}]".contains(byte));
                    let end = start + length.unwrap_or_default();
                    bytes.splice(start..end, other.bytes());
                }
            }
            6 => {
                let deep = random.below(DEEP);
                let (open, close) = *random.pick(&[("[", "]"), ("{\"a\":", "}")]);
                let nest = format!("{}1{}", open.repeat(deep), close.repeat(deep));
                if let Some(colon) = bytes[place..].iter().position(|byte| *byte == b':') {
                    bytes.splice(place + colon + 1..place + colon + 1, nest.bytes().chain(*b","));
                }
            }
            _ => bytes.truncate(place.max(1)),
        }
        if bytes.is_empty() {
            return b"{}".to_vec();
        }
    }
    bytes
}

const OTHERS: [&str; 16] = [
    "null",
    "true",
    "-0",
    "1e999",
    "1e-999",
    "0.1e1",
    "\"\"",
    "[]",
    "{}",
    "[null]",
    "\"2019-13-45\"",
    "\"0000-01-01T00:00:00Z\"",
    "\"9999-12-31T23:59:60+14:00\"",
    "\"\\u0000\\ud83d\"",
    "99999999999999999999999999999999999999",
    "[{},[],\"\\u0301\"]",
];

#[test]
#[expect(clippy::print_stdout, reason = "a run says what it did")]
fn no_fhir_text_makes_reading_or_showing_it_panic_or_hang() {
    let _turn = turn();
    let (mutations, seed) = (setting("GATE_MUTATIONS", MUTATIONS), setting("SEED", 1));
    let genuine = genuine();
    assert!(genuine.iter().any(|text| look_at(text.as_bytes())));
    let (mut shown, mut slowest) = (0, Duration::ZERO);
    for number in 0..mutations {
        let seed = seed.wrapping_add(number);
        let mut random = Seeded::new(seed);
        let text = random.pick(&genuine);
        let bytes = mutate(&mut random, text);
        let start = Instant::now();
        let outcome = std::panic::catch_unwind(|| look_at(&bytes));
        assert!(outcome.is_ok(), "replay with SEED={seed} GATE_MUTATIONS=1");
        shown += u64::from(outcome.unwrap_or_default());
        slowest = slowest.max(start.elapsed());
        let in_time = slowest <= Duration::from_millis(MS_MAX);
        assert!(in_time, "{slowest:?}: replay with SEED={seed} GATE_MUTATIONS=1");
    }
    println!("{mutations} mutations, {shown} of them shown, {slowest:?} at most");
    assert!(shown > mutations / 10, "{shown} came as far as an answer");
}

#[test]
fn every_seed_of_the_fuzz_target_is_read_and_shown() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/seeds/fhir");
    let seeds: Vec<_> =
        std::fs::read_dir(folder).expect("the seeds are in the repository").collect();
    assert!(seeds.len() > 10);
    for seed in seeds {
        let path = seed.expect("a folder is listed").path();
        assert!(look_at(&std::fs::read(&path).expect("a seed is read")), "{path:?}");
    }
}
