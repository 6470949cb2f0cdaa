//! What a connection takes at most.

use super::*;
use crate::edit::Audience;
use crate::sync::scope::{Access, Level, Parts};
use crate::testing::{PATIENT, ROSA};
use crate::wire::Sidecar;

fn greeted() -> Connection {
    let access = Access { patient: PATIENT, level: Level::Own, parts: Parts::ALL };
    let scope = Scope { account: ROSA, records: vec![access] };
    let mut connection = Connection::new(scope, ReceiptKey::from_bytes([7; 32]));
    let (version_min, version_max) = (VERSION_OLDEST, VERSION);
    let digest = Digest([0; 16]);
    connection.handle(Event::Received(ToServer::Hello { version_min, version_max, digest }));
    connection
}

fn is_closed(message: ToServer) -> bool {
    let effects = greeted().handle(Event::Received(message));
    effects.iter().any(|effect| matches!(effect, Effect::Close(Why::Unmannerly)))
}

#[test]
fn no_frame_brings_more_than_its_limit() {
    let document = DocumentId::journal(PATIENT, ROSA, Audience::Circle);
    let push = |count| ToServer::Push { number: 1, document, changes: vec![vec![1].into(); count] };
    let row = Row {
        seq: 1,
        hash: ChangeHash([1; 32]),
        sidecar: Sidecar {
            account: Some(ROSA),
            device: None,
            received_at: Timestamp::default(),
            receipt: Receipt([0; 16]),
        },
        bytes: vec![1].into(),
    };
    let offer = |count| ToServer::Offer { document, rows: vec![row.clone(); count] };
    let holds = |count| ToServer::Holds { document, hashes: vec![ChangeHash([1; 32]); count] };
    for (message, closes) in [
        (push(PUSH_CHANGES_MAX), false),
        (push(PUSH_CHANGES_MAX + 1), true),
        (offer(PUSH_CHANGES_MAX), false),
        (offer(PUSH_CHANGES_MAX + 1), true),
        (holds(HASHES_MAX), false),
        (holds(HASHES_MAX + 1), true),
    ] {
        assert_eq!(is_closed(message.clone()), closes, "{:.80}", format!("{message:?}"));
    }
}
