//! What was deflated comes back, and is hardly larger than what a library makes of it.

use std::io::Read;

use flate2::Compression;
use flate2::bufread::{DeflateDecoder, DeflateEncoder};

use super::{Place, deflated, deflated_without_end, distance_place, length_place};

/// The last block, with nothing in it.
const END: [u8; 5] = [1, 0, 0, !0, !0];

fn smallest(bytes: &[u8]) -> Vec<u8> {
    [deflated_without_end(bytes), END.to_vec()].concat()
}

fn inflated(deflated: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut inflater = DeflateDecoder::new(deflated);
    inflater.read_to_end(&mut bytes).unwrap();
    assert_eq!(inflater.total_in(), deflated.len() as u64, "nothing stands behind the end");
    bytes
}

fn by_the_library(bytes: &[u8]) -> usize {
    let mut deflated = Vec::new();
    let mut deflater = DeflateEncoder::new(bytes, Compression::default());
    deflater.read_to_end(&mut deflated).unwrap();
    deflated.len()
}

/// Numbers that look like chance and are the same each time.
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::from_fn(move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(state >> 33)
    })
}

/// Bytes that repeat themselves at all lengths and distances.
fn repeating(seed: u64, letters: u64, length: usize) -> Vec<u8> {
    let mut numbers = numbers(seed);
    let mut next = |below: u64| numbers.next().unwrap() % below;
    let mut bytes: Vec<u8> = Vec::new();
    while bytes.len() < length {
        if bytes.is_empty() || next(3) == 0 {
            for _ in 0..=next(20) {
                bytes.push(next(letters) as u8);
            }
        } else {
            let start = bytes.len() - 1 - (next(bytes.len() as u64) as usize);
            for place in start..start + next(400) as usize {
                bytes.push(bytes[place]);
            }
        }
    }
    bytes
}

/// Observations as a laboratory sends them, in which dates, numbers and ids differ.
fn observations(count: u64) -> String {
    let mut numbers = numbers(7);
    let mut next = |below: u64| numbers.next().unwrap() % below;
    let mut text = String::new();
    for _ in 0..count {
        let (id, code, day, value) = (next(1 << 31), next(90_000), next(28) + 1, next(400));
        text.push_str(&format!(
            "{{\"resourceType\":\"Observation\",\"id\":\"{id:x}-{id}\",\"status\":\"final\",\"category\":[{{\
             \"coding\":[{{\"system\":\"http://terminology.hl7.org/CodeSystem/observation-category\",\
             \"code\":\"laboratory\",\"display\":\"Laboratory\"}}]}}],\"code\":{{\"coding\":[{{\"system\":\
             \"http://loinc.org\",\"code\":\"{code}-1\"}}],\"text\":\"Sodium [Moles/volume]\"}},\
             \"effectiveDateTime\":\"2019-03-{day:02}T09:12:44+01:00\",\"valueQuantity\":{{\"value\":\
             {value}.{code},\"unit\":\"mmol/L\",\"system\":\"http://unitsofmeasure.org\",\"code\":\
             \"mmol/L\"}}}}\n"
        ));
    }
    text
}

#[test]
fn everything_comes_back_as_it_was() {
    let mut cases = vec![
        Vec::new(),
        vec![0],
        b"abc".to_vec(),
        vec![9; 100_000],
        (0..=255).collect(),
        (0..=255).cycle().take(70_000).collect(),
        observations(500).into_bytes(),
        numbers(3).map(|number| number as u8).take(50_000).collect(),
    ];
    for seed in 0..60 {
        cases.push(repeating(seed, 1 + seed * 4, 1 + seed as usize * 2_000));
    }
    for case in cases {
        assert!(inflated(&deflated(&case)) == case, "{} bytes", case.len());
        assert!(inflated(&smallest(&case)) == case, "{} bytes, as small as it goes", case.len());
    }
}

/// Counts that grow as Fibonacci's numbers make codes as long as they can be.
#[test]
fn codes_stay_within_what_a_reader_takes() {
    let mut bytes = Vec::new();
    let (mut one, mut other) = (1_usize, 1);
    for letter in 0..22 {
        bytes.extend(std::iter::repeat_n(letter, one));
        (one, other) = (other, one + other);
    }
    // Mixed, so that they are not repeats.
    let mut numbers = numbers(11);
    for place in (1..bytes.len()).rev() {
        bytes.swap(place, numbers.next().unwrap() as usize % (place + 1));
    }
    assert!(inflated(&deflated(&bytes)) == bytes);
    assert!(inflated(&smallest(&bytes)) == bytes);
}

#[test]
fn repeats_chosen_by_what_they_cost_are_a_tenth_smaller() {
    let text = observations(300);
    let (chosen, first) = (smallest(text.as_bytes()).len(), deflated(text.as_bytes()).len());
    assert!(chosen * 100 <= first * 90, "{chosen} of {first}");
}

/// Words, then digits, then chance: each with codes of its own.
#[test]
fn what_is_unlike_does_not_share_its_codes() {
    let parts = [
        observations(60).into_bytes(),
        numbers(5).flat_map(|number| number.to_string().into_bytes()).take(20_000).collect(),
        numbers(9).map(|number| number as u8).take(20_000).collect(),
    ];
    let apart: usize = parts.iter().map(|part| smallest(part).len()).sum();
    let together = smallest(&parts.concat()).len();
    assert!(together * 100 <= apart * 101, "{together} in one, {apart} apart");
}

#[test]
fn places_are_those_of_the_standard() {
    let said = |place: Place| (place.symbol, place.rest, place.rest_bits);
    assert_eq!(said(length_place(3)), (257, 0, 0));
    assert_eq!(said(length_place(10)), (264, 0, 0));
    assert_eq!(said(length_place(12)), (265, 1, 1));
    assert_eq!(said(length_place(257)), (284, 30, 5));
    assert_eq!(said(length_place(258)), (285, 0, 0));
    assert_eq!(said(distance_place(1)), (0, 0, 0));
    assert_eq!(said(distance_place(4)), (3, 0, 0));
    assert_eq!(said(distance_place(6)), (4, 1, 1));
    assert_eq!(said(distance_place(32_767)), (29, 8190, 13));
}

#[test]
fn it_is_hardly_larger_than_what_the_library_makes() {
    for text in [observations(4), observations(100), observations(2_000)] {
        let (own, library) = (deflated(text.as_bytes()).len(), by_the_library(text.as_bytes()));
        assert!(own * 100 <= library * 105, "{own} of {library}");
    }
}
