//! What messages weigh, and what is not one.

use super::*;
use crate::document::Kind;
use crate::id::PatientId;

fn document() -> DocumentId {
    DocumentId::first(
        PatientId::from_u128(u128::MAX),
        Kind::JournalCircle(AccountId::from_u128(u128::MAX), None),
    )
}

#[test]
fn nothing_new_costs_at_most_sixty_bytes_each_way() {
    let hello = ToServer::Hello { version_min: 1, version_max: 1, digest: Digest([7; 16]) };
    let welcome = ToDevice::Welcome { version: 1, same: true };
    assert!(hello.to_bytes().len() <= 60 && welcome.to_bytes().len() <= 60);
}

#[test]
fn an_acknowledgement_costs_at_most_a_hundred_and_twenty_bytes() {
    let outcome = Outcome::Stored {
        seq: u64::MAX,
        received_at: Timestamp::from_millis(i64::MAX),
        receipt: Receipt([255; 16]),
    };
    let taken = ToDevice::Taken { number: u32::MAX, outcomes: vec![outcome] };
    assert!(taken.to_bytes().len() <= 120, "{}", taken.to_bytes().len());
}

#[test]
fn the_frame_around_one_change_costs_at_most_eighty_bytes() {
    let push = ToServer::Push {
        number: u32::MAX,
        document: document(),
        changes: vec![vec![0; 500].into()],
    };
    assert!(push.to_bytes().len() <= 580, "{}", push.to_bytes().len());
}

#[test]
fn a_message_reads_back_as_it_was_written() {
    let push = ToServer::Push { number: 3, document: document(), changes: vec![vec![1, 2].into()] };
    assert_eq!(ToServer::from_bytes(&push.to_bytes()), Ok(push));
}

#[test]
fn a_newer_field_is_skipped() {
    // Hello with one more field at the end, as a newer device would send it.
    let mut bytes = Vec::new();
    minicbor::Encoder::new(&mut bytes)
        .array(5)
        .and_then(|e| e.u8(0))
        .and_then(|e| e.u16(1))
        .and_then(|e| e.u16(2))
        .and_then(|e| e.bytes(&[7; 16]))
        .and_then(|e| e.str("new"))
        .unwrap();
    let hello = ToServer::Hello { version_min: 1, version_max: 2, digest: Digest([7; 16]) };
    assert_eq!(ToServer::from_bytes(&bytes), Ok(hello));
}

#[test]
fn what_is_not_a_message_is_refused() {
    let whole = ToDevice::Pong { same: true }.to_bytes();
    for bytes in [&[][..], &[0xff], &whole[..whole.len() - 1], &[&whole[..], &[0]].concat()] {
        assert_eq!(ToDevice::from_bytes(bytes), Err(NotAMessage), "{bytes:?}");
    }
    assert_eq!(ToServer::from_bytes(&vec![0; FRAME_TO_SERVER_BYTES_MAX + 1]), Err(NotAMessage));
}

#[test]
fn a_large_frame_is_packed_and_reads_back() {
    let text = b"{\"kind\":\"message\",\"text\":\"Is the swelling normal?\"}".repeat(40);
    let push = ToServer::Push { number: 3, document: document(), changes: vec![text.into()] };
    let bytes = push.to_bytes();
    assert!(bytes.len() < 200, "{}", bytes.len());
    assert_eq!(ToServer::from_bytes(&bytes), Ok(push));
}

#[test]
fn a_frame_that_unpacks_to_more_than_its_limit_is_refused() {
    let most = FRAME_TO_SERVER_BYTES_MAX;
    for (size, holds) in [(most - 100, true), (most + 1, false), (1 << 28, false)] {
        let changes = vec![vec![0; size].into()];
        let push = ToServer::Push { number: 3, document: document(), changes };
        let bytes = push.to_bytes();
        assert!(bytes.len() < most);
        assert_eq!(ToServer::from_bytes(&bytes).is_ok(), holds, "{size}");
    }
}

#[test]
fn a_frame_is_packed_once() {
    let long =
        ToServer::Push { number: 3, document: document(), changes: vec![vec![0; 5_000].into()] };
    let twice = packed::pack([long.to_bytes(), vec![0; 2_000]].concat());
    assert_eq!(ToServer::from_bytes(&twice), Err(NotAMessage));
}

#[test]
fn as_many_hashes_as_may_be_said_fit_into_a_frame() {
    let hashes = vec![ChangeHash([0xff; 32]); HASHES_MAX];
    let bytes = ToServer::Holds { document: document(), hashes: hashes.clone() }.to_bytes();
    assert!(bytes.len() <= FRAME_TO_SERVER_BYTES_MAX, "{}", bytes.len());
    let Ok(ToServer::Holds { hashes: read, .. }) = ToServer::from_bytes(&bytes) else { panic!() };
    assert!(read == hashes);
}
