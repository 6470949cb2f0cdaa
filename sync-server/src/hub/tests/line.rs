//! The same exchange by plain requests: who gets a line, what ends one, and that it carries all.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use shared::edit::Audience;
use shared::wire::{Digest, FRAME_TO_SERVER_BYTES_MAX, Outcome, ToDevice, ToServer, VERSION};

use super::change;
use crate::testing::{ANA, ROSA, ROSA_RECORD, SignedIn, World, journal_of, request, start_thread};

/// A line of plain requests.
struct Line {
    who: SignedIn,
    path: String,
}

async fn open(world: &World, who: &SignedIn) -> Line {
    let ticket = world.ticket(who).await;
    let opened = request("POST", &format!("/api/line?ticket={ticket}")).body(Body::empty());
    let (status, body) = world.ask_json(opened.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let path = format!("/api/line/{}", body["line"].as_str().unwrap());
    Line { who: who.clone(), path }
}

impl Line {
    fn with(&self, body: Vec<u8>) -> Request<Body> {
        self.who.request("POST", &self.path).body(Body::from(body)).unwrap()
    }

    async fn say(&self, world: &World, message: &ToServer) {
        let status = world.ask(self.with(message.to_bytes())).await.status();
        assert_eq!(status, StatusCode::NO_CONTENT);
    }

    /// The frames of one request; nothing if the line is over.
    async fn hear(&self, world: &World) -> Option<Vec<ToDevice>> {
        let path = format!("{}/next", self.path);
        let response =
            world.ask(self.who.request("POST", &path).body(Body::empty()).unwrap()).await;
        if response.status() != StatusCode::OK {
            return None;
        }
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let (mut rest, mut frames) = (&bytes[..], Vec::new());
        while let Some((length, more)) = rest.split_first_chunk() {
            let (frame, more) = more.split_at(u32::from_be_bytes(*length) as usize);
            frames.push(ToDevice::from_bytes(frame).unwrap());
            rest = more;
        }
        Some(frames)
    }

    async fn until(&self, world: &World, wanted: impl Fn(&ToDevice) -> bool) {
        while !self.hear(world).await.expect("the line is open").iter().any(&wanted) {}
    }

    async fn greet(&self, world: &World) {
        let digest = Digest([0; 16]);
        let hello = ToServer::Hello { version_min: VERSION, version_max: VERSION, digest };
        self.say(world, &hello).await;
        self.until(world, |message| matches!(message, ToDevice::Summaries { .. })).await;
    }
}

#[tokio::test]
async fn a_message_goes_out_and_news_come_in_by_plain_requests() {
    let world = World::start().await;
    let line = open(&world, &world.sign_in(ROSA).await).await;
    line.greet(&world).await;
    let document = journal_of(ROSA);
    let changes = vec![change(&document).into()];
    line.say(&world, &ToServer::Push { number: 1, document, changes }).await;
    line.until(&world, |message| match message {
        ToDevice::Taken { outcomes, .. } => matches!(outcomes[0], Outcome::Stored { .. }),
        _ => false,
    })
    .await;
    // Somebody else's words come while a request waits for them.
    let mut ana = world.device(&world.sign_in(ANA).await).await;
    let edit = start_thread("Ride", "I can drive you.", Audience::Circle);
    let theirs = journal_of(ANA);
    let (_, ()) = tokio::join!(
        ana.edit(&world, ROSA_RECORD, edit),
        line.until(&world, |message| {
            matches!(message, ToDevice::Rows { document, .. } if *document == theirs)
        }),
    );
}

#[tokio::test]
async fn a_line_is_there_for_its_own_session_alone_and_ends_with_it() {
    let world = World::start().await;
    let (rosa, ana) = (world.sign_in(ROSA).await, world.sign_in(ANA).await);
    let ticket = world.ticket(&rosa).await;
    let again = || request("POST", &format!("/api/line?ticket={ticket}")).body(Body::empty());
    assert_eq!(world.ask(again().unwrap()).await.status(), StatusCode::OK);
    assert_eq!(world.ask(again().unwrap()).await.status(), StatusCode::UNAUTHORIZED, "replayed");

    let line = open(&world, &rosa).await;
    line.greet(&world).await;
    for who in [ana, world.sign_in(ROSA).await] {
        let stolen = Line { who, path: line.path.clone() };
        let ping = ToServer::Ping { digest: Digest([0; 16]) }.to_bytes();
        assert_eq!(world.ask(stolen.with(ping)).await.status(), StatusCode::NOT_FOUND);
        assert!(stolen.hear(&world).await.is_none());
    }
    let sign_out = rosa.request("DELETE", "/api/session").body(Body::empty()).unwrap();
    assert_eq!(world.ask(sign_out).await.status(), StatusCode::NO_CONTENT);
    assert!(line.hear(&world).await.is_none(), "it is over for whoever waits, too");
}

#[tokio::test]
async fn what_is_not_a_message_of_ours_ends_the_line_and_a_large_one_is_not_read() {
    let world = World::start().await;
    let rosa = world.sign_in(ROSA).await;
    let line = open(&world, &rosa).await;
    let large = vec![0; FRAME_TO_SERVER_BYTES_MAX + 1];
    assert_eq!(world.ask(line.with(large)).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    line.greet(&world).await;
    assert_eq!(world.ask(line.with(b"garbage".to_vec())).await.status(), StatusCode::NO_CONTENT);
    while line.hear(&world).await.is_some() {}
    let ping = ToServer::Ping { digest: Digest([0; 16]) }.to_bytes();
    assert_eq!(world.ask(line.with(ping)).await.status(), StatusCode::NOT_FOUND);
}
