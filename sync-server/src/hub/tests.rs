//! Sockets: who gets one, what ends one, and what one account can do to another's record.

mod burst;
mod line;
mod packed;

use futures_util::SinkExt;
use shared::document::{Actor, Document, DocumentId, Put};
use shared::edit::Audience;
use shared::id::{AccountId, EntryId};
use shared::wire::{
    Digest, FRAME_TO_SERVER_BYTES_MAX, Outcome, Receipt, Row, Sidecar, ToDevice, ToServer, VERSION,
    WhyClosed, WhyRefused,
};
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};

use super::{CLOSE_SIGNED_OUT, CLOSE_UNMANNERLY};
use crate::state::TICKET_MS;
use crate::testing::device::{Socket, close_code, next};
use crate::testing::{
    ANA, ANA_RECORD, LINH, ORIGIN, ROSA, ROSA_RECORD, World, journal_of, start_thread,
};
use crate::world::OsRng;

async fn say(socket: &mut Socket, message: &ToServer) {
    socket.send(Message::Binary(message.to_bytes().into())).await.unwrap();
}

async fn greet(socket: &mut Socket) {
    let digest = Digest([0; 16]);
    say(socket, &ToServer::Hello { version_min: VERSION, version_max: VERSION, digest }).await;
    assert!(matches!(next(socket).await, Some(ToDevice::Welcome { .. })));
    assert!(matches!(next(socket).await, Some(ToDevice::Summaries { .. })));
}

fn status(result: Result<Socket, SocketError>) -> u16 {
    match result {
        Err(SocketError::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    }
}

#[tokio::test]
async fn a_ticket_opens_one_socket_in_time_and_for_our_own_pages() {
    let world = World::start().await;
    let rosa = world.sign_in(ROSA).await;
    let ticket = world.ticket(&rosa).await;
    assert_eq!(status(world.open_socket(&ticket, "https://evil.example").await), 403);
    assert_eq!(status(world.open_socket(&ticket, ORIGIN).await), 101);
    assert_eq!(status(world.open_socket(&ticket, ORIGIN).await), 401, "replayed");
    assert_eq!(status(world.open_socket("guessed", ORIGIN).await), 401);
    let late = world.ticket(&rosa).await;
    world.clock.advance(TICKET_MS);
    assert_eq!(status(world.open_socket(&late, ORIGIN).await), 401, "too late");
}

#[tokio::test]
async fn what_is_not_a_message_of_ours_ends_the_socket() {
    let world = World::start().await;
    let rosa = world.sign_in(ROSA).await;
    let early = ToServer::Ping { digest: Digest([0; 16]) }.to_bytes();
    for frame in [
        Message::Binary(b"garbage".to_vec().into()),
        Message::Binary(Vec::new().into()),
        Message::Text("{}".into()),
        Message::Binary(early.into()),
    ] {
        let mut socket = world.socket(&rosa).await;
        socket.send(frame).await.unwrap();
        assert_eq!(close_code(&mut socket).await, Some(CLOSE_UNMANNERLY));
    }
    // The socket itself refuses this one before it is read to its end.
    let mut socket = world.socket(&rosa).await;
    let large = vec![0; FRAME_TO_SERVER_BYTES_MAX + 1];
    let _broken = socket.send(Message::Binary(large.into())).await;
    assert_eq!(close_code(&mut socket).await, None);
    assert_eq!(world.ask(rosa.get("/api/session")).await.status(), 200, "others go on");
}

#[tokio::test]
async fn signing_out_ends_the_sockets_of_that_session_alone() {
    let world = World::start().await;
    let (phone, laptop) = (world.sign_in(ROSA).await, world.sign_in(ROSA).await);
    let (mut gone, mut stays) = (world.socket(&phone).await, world.socket(&laptop).await);
    greet(&mut gone).await;
    greet(&mut stays).await;
    let sign_out = phone.request("DELETE", "/api/session").body(axum::body::Body::empty()).unwrap();
    assert_eq!(world.ask(sign_out).await.status(), 204);
    assert_eq!(close_code(&mut gone).await, Some(CLOSE_SIGNED_OUT));
    say(&mut stays, &ToServer::Ping { digest: Digest([0; 16]) }).await;
    assert!(matches!(next(&mut stays).await, Some(ToDevice::Pong { .. })));
}

/// A change for a document, whoever may write it.
fn change(document: &DocumentId) -> Vec<u8> {
    let (_, genesis) = Document::genesis(document);
    let mut open = Document::load([&genesis[..]]).unwrap();
    let put = Put::Entry { entry: EntryId::from_u128(1), text: "mine".into() };
    open.mint(Actor::fresh(&mut OsRng), &put).1
}

#[tokio::test]
async fn nobody_writes_or_reads_the_record_of_somebody_else() {
    let world = World::start().await;
    let mut ana = world.device(&world.sign_in(ANA).await).await;
    let text = "Between me and the clinic.";
    let edit = |audience| start_thread("Private", text, audience);
    ana.edit(&world, ANA_RECORD, edit(Audience::Circle)).await;
    ana.edit(&world, ROSA_RECORD, edit(Audience::Private)).await;

    let mut socket = world.socket(&world.sign_in(ROSA).await).await;
    greet(&mut socket).await;
    let refused = |why| vec![Outcome::Refused { why }];
    for (record, account, audience) in [
        (ANA_RECORD, ANA, Audience::Circle),
        (ANA_RECORD, ROSA, Audience::Circle),
        (ROSA_RECORD, ANA, Audience::Private),
    ] {
        let document = DocumentId::journal(record, account, audience);
        say(&mut socket, &ToServer::Pull { document, after: 0 }).await;
        say(&mut socket, &ToServer::Holds { document, hashes: Vec::new() }).await;
        let changes = vec![change(&document).into()];
        say(&mut socket, &ToServer::Push { number: 7, document, changes }).await;
        // The same answer whether there is such a document or not.
        let nothing = ToDevice::Rows { document, rows: Vec::new(), more: false };
        assert_eq!(next(&mut socket).await, Some(nothing));
        let closed = ToDevice::Closed { document, why: WhyClosed::NotYours };
        assert_eq!(next(&mut socket).await, Some(closed));
        let outcomes = refused(WhyRefused::NotAllowed);
        assert_eq!(next(&mut socket).await, Some(ToDevice::Taken { number: 7, outcomes }));
    }
    // Readable, and still nobody's to write but its author's or the server's.
    for document in [
        DocumentId::journal(ROSA_RECORD, AccountId::from_u128(77), Audience::Circle),
        DocumentId::care(ROSA_RECORD, ROSA, Audience::Circle),
        DocumentId::marks(ROSA_RECORD, ROSA, Audience::Circle),
    ] {
        let changes = vec![change(&document).into()];
        say(&mut socket, &ToServer::Push { number: 8, document, changes }).await;
        let outcomes = refused(WhyRefused::NotAllowed);
        assert_eq!(next(&mut socket).await, Some(ToDevice::Taken { number: 8, outcomes }));
    }
}

#[tokio::test]
async fn bytes_that_do_not_pass_the_gate_are_refused_and_the_rest_is_taken() {
    let world = World::start().await;
    let mut socket = world.socket(&world.sign_in(ROSA).await).await;
    greet(&mut socket).await;
    let document = journal_of(ROSA);
    let changes = vec![b"not a change".to_vec().into(), change(&document).into()];
    say(&mut socket, &ToServer::Push { number: 1, document, changes }).await;
    let Some(ToDevice::Taken { outcomes, .. }) = next(&mut socket).await else { panic!() };
    assert_eq!(outcomes[0], Outcome::Refused { why: WhyRefused::NotAccepted });
    assert!(matches!(outcomes[1], Outcome::Stored { seq: 2, .. }), "{outcomes:?}");
}

#[tokio::test]
async fn an_ended_grant_takes_the_record_away_at_once() {
    let world = World::start().await;
    let ana = world.sign_in(ANA).await;
    let mut socket = world.socket(&ana).await;
    greet(&mut socket).await;
    let nurse = world.sign_in_staff(LINH).await;
    let path = format!("/clinic/api/records/{ROSA_RECORD}/grants/{ANA}");
    let end = nurse.request("DELETE", &path).body(axum::body::Body::empty()).unwrap();
    assert_eq!(world.ask(end).await.status(), 200);
    let Some(ToDevice::Summaries { documents }) = next(&mut socket).await else { panic!() };
    assert!(documents.iter().all(|summary| summary.document.patient == ANA_RECORD));
    let document = journal_of(ANA);
    let changes = vec![change(&document).into()];
    say(&mut socket, &ToServer::Push { number: 1, document, changes }).await;
    let outcomes = vec![Outcome::Refused { why: WhyRefused::NotAllowed }];
    assert_eq!(next(&mut socket).await, Some(ToDevice::Taken { number: 1, outcomes }));
}

#[tokio::test]
async fn whoever_listens_to_a_record_compares_at_once_when_a_document_of_it_was_rebuilt() {
    let world = World::start().await;
    let mut rosas = world.socket(&world.sign_in(ROSA).await).await;
    greet(&mut rosas).await;
    world.app.hub().rebuilt(ANA_RECORD);
    world.app.hub().rebuilt(ROSA_RECORD);
    let Some(ToDevice::Summaries { documents }) = next(&mut rosas).await else { panic!() };
    assert!(documents.iter().all(|summary| summary.document.patient == ROSA_RECORD));
    // Once: it does not listen to the other record.
    say(&mut rosas, &ToServer::Ping { digest: Digest([0; 16]) }).await;
    assert!(matches!(next(&mut rosas).await, Some(ToDevice::Pong { .. })));
}

#[tokio::test]
async fn rows_of_a_document_that_a_backup_does_not_know_are_taken_back() {
    let world = World::start().await;
    let mut socket = world.socket(&world.sign_in(ROSA).await).await;
    greet(&mut socket).await;
    // Ana wrote it, and the clinic went back to a time before she first came.
    let document = journal_of(ANA);
    let (_, genesis) = Document::genesis(&document);
    let mut open = Document::load([&genesis[..]]).unwrap();
    let put = Put::Entry { entry: EntryId::from_u128(1), text: "She slept well.".into() };
    let (hash, bytes) = open.mint(Actor::fresh(&mut OsRng), &put);
    let unsigned = Sidecar {
        account: Some(ANA),
        device: None,
        received_at: world.clock.now(),
        receipt: Receipt([0; 16]),
    };
    let row = |sidecar| Row { seq: 2, hash, sidecar, bytes: bytes.clone().into() };
    let forged = ToServer::Offer { document, rows: vec![row(unsigned)] };
    say(&mut socket, &forged).await;
    let Some(ToDevice::Offered { not_back, .. }) = next(&mut socket).await else { panic!() };
    assert_eq!(not_back.len(), 1, "nobody vouches for it");
    assert!(matches!(next(&mut socket).await, Some(ToDevice::Summaries { .. })));

    let sidecar = world.app.receipts().sign(&document, &hash, unsigned);
    say(&mut socket, &ToServer::Offer { document, rows: vec![row(sidecar)] }).await;
    let answer = next(&mut socket).await;
    assert_eq!(answer, Some(ToDevice::Offered { document, not_back: Vec::new() }));
    let hashes = crate::store::Store::hashes(world.store.as_ref(), document).await.unwrap();
    assert!(hashes.contains(&hash) && hashes.len() == 2, "with its first change: {hashes:?}");
}
