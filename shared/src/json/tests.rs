//! What another reader takes for JSON is JSON here, and says the same.

use std::borrow::Cow;

use serde_json::Value as Oracle;

use super::{Kind, Value};

/// The whole value, read the plain way.
fn built(value: Value<'_>) -> Oracle {
    match value.kind() {
        Kind::Null => Oracle::Null,
        Kind::Truth => Oracle::Bool(value.written() == "true"),
        Kind::Number => serde_json::from_str(value.written()).unwrap(),
        Kind::Text => Oracle::String(value.text().unwrap().into_owned()),
        Kind::List => {
            let mut list = Vec::new();
            value.each_element(&mut |element| {
                list.push(built(element));
                true
            });
            Oracle::Array(list)
        }
        Kind::Map => {
            let mut map = serde_json::Map::new();
            value.each_field(&mut |key, value| {
                map.insert(key.to_owned(), built(value));
            });
            Oracle::Object(map)
        }
    }
}

fn check(text: &str) {
    let expected = serde_json::from_str::<Oracle>(text).ok();
    assert_eq!(Value::read(text).map(built), expected, "{text}");
}

#[test]
fn what_is_json_says_what_it_says() {
    for text in [
        "null",
        " true ",
        "false",
        "0",
        "-0.5e-7",
        "[1, 2.00,[ ],[[]]]",
        "\r\n\t{ \"a\" : 1 , \"b\":{\"c\":[{},{\"d\":null}]}}",
        r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀""#,
        r#"{"a\u0062":1,"ab":2,"":3}"#,
        r#"[["\\","\\\"","\"]"],{"}\\":"{\\\\"},"seven\\\"","sevens\"\\"]"#,
        "\"\u{7f}\u{2028}\"",
    ] {
        check(text);
        assert!(Value::read(text).is_some(), "{text}");
    }
}

#[test]
fn what_is_not_json_is_nothing() {
    for text in [
        "",
        " ",
        "{",
        "}",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "[1 2]",
        "1 2",
        "nul",
        "truee",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "-",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"a\nb\"",
        "\u{feff}1",
        "[}",
        "{]",
        "[1}",
        "{\"a\":1]",
        "\u{a0}1",
        "'a'",
        "NaN",
        "1_000",
    ] {
        check(text);
        assert_eq!(Value::read(text), None, "{text}");
    }
}

#[test]
fn half_a_pair_is_no_character_and_no_reason_to_stop() {
    let text = |json| Value::read(json).unwrap().text().unwrap();
    assert_eq!(text(r#""a\ud83dz""#), "a\u{fffd}z");
    assert_eq!(text(r#""\ude00\ud83d\u0041""#), "\u{fffd}\u{fffd}A");
}

#[test]
fn depth_costs_no_stack() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(Value::read(&deep).is_some());
    assert_eq!(Value::read(&deep[..300_000]), None);
}

/// Texts that are nearly JSON, from a small machine with a fixed seed.
#[test]
fn nearly_json_is_judged_as_the_other_reader_does() {
    const PIECES: [&str; 24] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"\"",
        "\"\\n\"",
        "\"\\u00e9\"",
        "\"\\",
        "\"",
        "1",
        "-2.50",
        "0",
        "1E-5",
        "true",
        "false",
        "null",
        " ",
        "\n",
        "é",
        "\\",
        "{\"a\":",
    ];
    let mut state: u64 = 7;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut good = 0;
    for _ in 0..200_000 {
        let text: String = (0..=next(9)).map(|_| PIECES[next(PIECES.len())]).collect();
        check(&text);
        good += usize::from(Value::read(&text).is_some());
    }
    assert!(good > 1000, "{good}");
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Thing {
    text: String,
    numbers: (u8, i64, u64),
    yes: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped: Option<u8>,
    maybe: Option<String>,
    all: Vec<Choice>,
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Unit,
    New(u8),
    Tuple(u8, String),
    Struct {
        deep: Vec<Vec<u8>>,
    },
    #[serde(other)]
    Other,
}

fn check_typed(thing: &Thing) {
    let text = super::to_text(thing);
    assert_eq!(text, serde_json::to_string(thing).unwrap());
    assert_eq!(super::from_text(&text).as_ref(), Some(thing));
}

#[test]
fn our_own_types_are_written_as_the_other_writer_does() {
    check_typed(&Thing {
        text: String::new(),
        numbers: (0, i64::MIN, u64::MAX),
        yes: false,
        skipped: None,
        maybe: None,
        all: Vec::new(),
    });
    check_typed(&Thing {
        text: (0..0x250).filter_map(char::from_u32).collect(),
        numbers: (255, -1, 1),
        yes: true,
        skipped: Some(3),
        maybe: Some("[\"{\\".into()),
        all: vec![
            Choice::Unit,
            Choice::New(1),
            Choice::Tuple(1, "😀".into()),
            Choice::Struct { deep: vec![vec![], vec![1, 2]] },
        ],
    });
}

#[test]
fn what_is_of_another_type_is_nothing_and_what_is_newer_is_other() {
    let fields = r#""text":"a","numbers":[1,2,3],"yes":true,"maybe":null"#;
    let thing = |all: &str| format!("{{{fields},\"new\":{{\"x\":[1.5]}},\"all\":{all}}}");
    let all = |text: &str| super::from_text::<Thing>(&thing(text)).map(|thing| thing.all);
    assert_eq!(all(r#"[{"newer":{"x":1}},"newest"]"#), Some(vec![Choice::Other, Choice::Other]));
    for wrong in [
        "{}",
        "[1]",
        "[{}]",
        "[{\"new\":1,\"unit\":2}]",
        "[{\"new\":300}]",
        "[{\"new\":-1}]",
        "[{\"new\":1.0}]",
        "[\"new\"]",
        "[{\"struct\":{}}]",
        "[{\"tuple\":[1]}]",
        "null",
        "[],\"yes\":true",
    ] {
        assert_eq!(all(wrong), None, "{wrong}");
    }
}

#[test]
fn fields_are_the_same_whether_a_text_was_read_before_or_is_read_with_them() {
    let fields = |text: &str| {
        let mut fields = Vec::new();
        let take = &mut |name: Cow<'_, str>, value: Value<'_>| {
            fields.push((name.into_owned(), value.written().to_owned()));
        };
        super::read_fields(text, take).map(|()| fields)
    };
    for text in [
        "{}",
        " { \"a\" : [ {\"b}\":\"]\\\"\"} , 1 ] ,\"a\":\"\\u00e9\", \"c\\n\":-1.5e7 , \"\":{ } } ",
        "{\"a\":true,\"b\":null}",
    ] {
        let mut before = Vec::new();
        Value::read(text).unwrap().each_field(&mut |name, value| {
            before.push((name.to_owned(), value.written().to_owned()));
        });
        assert_eq!(fields(text), Some(before), "{text}");
    }
    for text in ["", "[]", "1", "{\"a\":}", "{\"a\":1", "{} {}", "{\"a\":[1,]}", "{\"a\":1,}"] {
        assert_eq!(fields(text), None, "{text}");
    }
}

#[test]
fn what_means_something_in_a_string_is_found_wherever_it_stands() {
    for special in ["\"", "\\", "\n", "\u{0}", "\u{1f}"] {
        for before in 0..40 {
            for after in ["", "\"", "\u{1}aaaaaaaaaaaaaaaa", "é\\aaaaaaaaaa"] {
                // What is above 0x7f, and what is one beside a special byte, is plain.
                let plain: String = "a é!# []~\u{7f}😀".chars().cycle().take(before).collect();
                let text = [&plain, special, after].concat();
                assert_eq!(super::scan::plain(text.as_bytes()), plain.len(), "{text:?}");
                assert_eq!(super::scan::plain(plain.as_bytes()), plain.len());
            }
        }
    }
}
