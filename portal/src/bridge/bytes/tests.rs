//! Values cross the bridge as they are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::edit::{AddReading, Edit};
use shared::id::EntryId;
use shared::record::message::Attachment;
use shared::record::reading::Measured;

use super::{Unreadable, from_bytes, to_bytes};
use crate::bridge::{Status, ToPage, ToWorker};

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Everything {
    numbers: (u8, i8, u16, i16, u32, i32, u64, i64, u128),
    fractions: (f32, f64),
    letter: char,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped: Option<String>,
    text: String,
    nothing: Option<u8>,
    something: Option<Option<u8>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    list: Vec<Part>,
    map: BTreeMap<String, bool>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Part {
    Unit,
    Value(u8),
    Tuple(u8, String),
    Struct { yes: bool },
}

fn check<T: Serialize + for<'a> Deserialize<'a> + PartialEq>(value: &T) {
    let bytes = to_bytes(value);
    // Messages of the bridge have no debug output: they hold what nobody may print.
    assert!(from_bytes::<T>(&bytes).is_ok_and(|read| read == *value));
    for length in 0..bytes.len() {
        // Cut short it may be another value, but never a panic; with more than itself it is none.
        let _shorter = from_bytes::<T>(&bytes[..length]);
    }
    assert!(matches!(from_bytes::<T>(&[bytes, vec![0]].concat()), Err(Unreadable)));
}

#[test]
fn every_shape_of_value_crosses() {
    check(&Everything::default());
    check(&Everything {
        numbers: (255, -128, 65535, -32768, u32::MAX, i32::MIN, u64::MAX, i64::MIN, u128::MAX),
        fractions: (0.1, -1e300),
        letter: 'ñ',
        skipped: Some("not".into()),
        text: "¿Qué?".into(),
        nothing: None,
        something: Some(None),
        list: vec![
            Part::Unit,
            Part::Value(7),
            Part::Tuple(1, String::new()),
            Part::Struct { yes: true },
        ],
        map: BTreeMap::from([("a".into(), true), ("b".into(), false)]),
    });
}

#[test]
fn messages_cross() {
    let entry = EntryId::from_u128(u128::MAX / 3);
    check(&ToPage::Status(Some(Status::Sending { waiting: 300 })));
    check(&ToPage::Saved { number: 1, entry });
    check(&ToWorker::Edit {
        number: 2,
        edit: Edit::CorrectReading {
            reading: entry,
            with: AddReading {
                measured: Measured::Pulse { value: "70".into() },
                at: "2024-03-01T10:00:00+01:00".parse().unwrap(),
                note: None,
            },
        },
    });
    check(&ToWorker::Edit {
        number: 3,
        edit: Edit::Reply {
            thread: entry,
            text: "yes".into(),
            attachments: Vec::<Attachment>::new(),
            red_flags: vec!["chest pain".into()],
        },
    });
}

#[test]
fn other_bytes_are_no_message() {
    assert!(from_bytes::<ToPage>(&[]).is_err());
    assert!(from_bytes::<ToPage>(&[0xff; 40]).is_err());
    assert_eq!(from_bytes::<String>(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Err(Unreadable));
}
